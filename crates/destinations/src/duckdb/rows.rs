//! Rows out of DuckDB tables, as Arrow.

use super::list::texts;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, Field, Schema};
use arrow_select::concat::concat;
use relatable_model::logical::LogicalType;
use relatable_model::schema::Column;
use std::sync::Arc;

/// All batches of a query as one with these columns.
pub(super) fn batch(
    batches: impl Iterator<Item = RecordBatch>,
    columns: &[Column],
) -> Result<RecordBatch, ArrowError> {
    let batches: Vec<RecordBatch> = batches.collect();
    let field = |column: &Column| Field::new(&column.name, column.logical.arrow(), true);
    let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
    if batches.is_empty() {
        return Ok(RecordBatch::new_empty(schema));
    }
    let whole = |place: usize| -> Result<ArrayRef, ArrowError> {
        let parts: Vec<&dyn Array> = batches.iter().map(|batch| batch.column(place).as_ref()).collect();
        let whole = concat(&parts)?;
        Ok(if columns[place].logical == LogicalType::List { texts(&whole) } else { whole })
    };
    // A column of another type than was made for it is refused here.
    RecordBatch::try_new(schema, (0..columns.len()).map(whole).collect::<Result<_, _>>()?)
}
