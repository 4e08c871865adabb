//! Arrow batches into DuckDB tables, through its appender.

use super::list::with_lists;
use crate::session::Place;
use arrow_array::RecordBatch;
use duckdb::Connection;

/// Appends the batches, whose columns are the table's, in order; part of the transaction that is open.
pub(super) fn append(
    connection: &Connection,
    place: Place<'_>,
    batches: &[RecordBatch],
) -> duckdb::Result<()> {
    let mut appender = match place {
        Place::Stored(name) => connection.appender(name)?,
        Place::Temporary(name) => connection.appender_to_catalog_and_db(name, "temp", "main")?,
    };
    for batch in batches.iter().filter(|batch| batch.num_rows() > 0) {
        let batch = with_lists(batch).map_err(|error| duckdb::Error::ToSqlConversionFailure(error.into()))?;
        appender.append_record_batch(batch)?;
    }
    appender.flush()
}
