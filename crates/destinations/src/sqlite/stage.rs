//! Arrow batches into SQLite tables, through one prepared statement per call.

use super::failure::fault;
use super::value::Values;
use crate::dialect::Dialect;
use crate::session::Place;
use arrow_array::RecordBatch;
use relatable_faults::ROWS_APPENDING;
use rusqlite::Connection;

/// Appends the batches, whose columns are the table's, in order.
pub(super) fn append(
    connection: &Connection,
    dialect: &dyn Dialect,
    place: Place<'_>,
    batches: &[RecordBatch],
) -> rusqlite::Result<()> {
    let Some(first) = batches.first() else { return Ok(()) };
    let parameters = vec!["?"; first.num_columns()].join(", ");
    let sql = format!("INSERT INTO {} VALUES ({parameters})", dialect.place(place));
    let mut statement = connection.prepare(&sql)?;
    let mut scratch = String::new();
    for batch in batches {
        let columns = Values::of(batch)?;
        for row in 0..batch.num_rows() {
            for (index, column) in columns.iter().enumerate() {
                column.bind(row, &mut statement, index + 1, &mut scratch)?;
            }
            statement.raw_execute()?;
        }
        relatable_faults::reach(ROWS_APPENDING).map_err(fault)?;
    }
    Ok(())
}
