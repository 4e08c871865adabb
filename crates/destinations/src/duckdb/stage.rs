//! Arrow batches into DuckDB tables.

use super::feed::Feed;
use super::list::with_lists;
use crate::dialect::Dialect;
use crate::session::Place;
use arrow_array::RecordBatch;
use duckdb::Connection;

/// Appends the batches, whose columns are the table's, in order; part of the transaction that is open.
pub(super) fn append(
    connection: &Connection,
    dialect: &dyn Dialect,
    place: Place<'_>,
    batches: &[RecordBatch],
) -> duckdb::Result<()> {
    let with_rows = batches.iter().filter(|batch| batch.num_rows() > 0);
    let batches: Result<Vec<RecordBatch>, _> = with_rows.map(with_lists).collect();
    let batches = batches.map_err(|error| duckdb::Error::ToSqlConversionFailure(error.into()))?;
    if batches.is_empty() {
        return Ok(());
    }
    let feed = Feed::offer(batches);
    let sql = format!("INSERT INTO {} SELECT * FROM {}", dialect.place(place), feed.sql());
    connection.execute(&sql, []).map(|_| ())
}
