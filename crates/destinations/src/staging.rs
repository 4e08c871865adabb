//! Rows of a change as one temporary table: which columns they have, and every batch brought to those.

use crate::error::DestinationError;
use crate::session::{Place, Session, Step};
use crate::shape::Shape;
use arrow_array::{ArrayRef, BooleanArray, RecordBatch, new_null_array};
use arrow_schema::{Field, Schema};
use relatable_model::schema::{Column, ColumnRole};
use std::sync::Arc;

/// The columns that any of the batches has, in the table's order. A batch that lacks one of them has null there.
pub(crate) fn columns_of<'s>(
    shape: &'s Shape,
    batches: &[RecordBatch],
) -> Result<Vec<&'s Column>, DestinationError> {
    for batch in batches {
        for field in batch.schema_ref().fields() {
            let Some(column) = shape.column(field.name()) else {
                let difference =
                    format!("the rows have a column `{}` that it does not declare", field.name());
                return Err(shape.mismatch(difference));
            };
            if *field.data_type() != column.logical.arrow() {
                let difference = format!(
                    "its column `{}` is {}, the rows carry {}",
                    column.name,
                    column.logical.name(),
                    field.data_type()
                );
                return Err(shape.mismatch(difference));
            }
        }
    }
    let present = |column: &&Column| {
        batches.iter().any(|batch| batch.schema_ref().column_with_name(&column.name).is_some())
    };
    Ok(shape.columns.iter().filter(present).collect())
}

/// Refuses staged columns that lack one of `required`.
pub(crate) fn require<'n>(
    shape: &Shape,
    columns: &[&Column],
    required: impl IntoIterator<Item = &'n String>,
) -> Result<(), DestinationError> {
    match required.into_iter().find(|name| columns.iter().all(|column| column.name != **name)) {
        None => Ok(()),
        Some(missing) => Err(shape.mismatch(format!("the rows lack the column `{missing}`"))),
    }
}

/// Makes the temporary table `name` of the batches, quick to search by `searched`.
pub(crate) fn stage(
    session: &impl Session,
    shape: &Shape,
    name: &str,
    columns: &[&Column],
    batches: &[RecordBatch],
    searched: &[String],
) -> Result<(), DestinationError> {
    let dialect = session.dialect();
    let step = Step("stage rows of", &shape.name);
    let place = Place::Temporary(name);
    let declared: Vec<(&str, &str)> =
        columns.iter().map(|column| (column.name.as_str(), shape.type_name(dialect, column))).collect();
    let mut definitions: Vec<String> =
        declared.iter().map(|(column, kind)| format!("{} {kind}", dialect.quote(column))).collect();
    let is_searched = |(column, _): &(&str, &str)| searched.iter().any(|name| name == column);
    let indexed: Vec<(&str, &str)> = declared.into_iter().filter(is_searched).collect();
    definitions.extend(dialect.temporary_index(&indexed));
    let sql = format!("CREATE TEMPORARY TABLE {} ({})", dialect.place(place), definitions.join(", "));
    session.execute(step, &sql, &[])?;
    let conformed: Result<Vec<RecordBatch>, _> =
        batches.iter().map(|batch| conform(batch, columns)).collect();
    let conformed = conformed
        .map_err(|cause| DestinationError::Statement { step: step.to_string(), cause: cause.into() })?;
    session.append(step, place, &conformed)?;
    for sql in dialect.index_temporary(name, searched) {
        session.execute(step, &sql, &[])?;
    }
    Ok(())
}

/// Drops a temporary table.
pub(crate) fn unstage(session: &impl Session, shape: &Shape, name: &str) -> Result<(), DestinationError> {
    let sql = session.dialect().drop_temporary(name);
    session.execute(Step("clear the staged rows of", &shape.name), &sql, &[])?;
    Ok(())
}

/// What a column has in rows that say nothing of it. Rows that come with a load are no stubs.
fn absent(column: &Column, rows: usize) -> ArrayRef {
    match column.role {
        ColumnRole::Stub => Arc::new(BooleanArray::from(vec![false; rows])),
        _ => new_null_array(&column.logical.arrow(), rows),
    }
}

/// The batch with exactly these columns, in order.
pub(crate) fn conform(
    batch: &RecordBatch,
    columns: &[&Column],
) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let fields: Vec<Field> = columns.iter().map(|column| column.logical.field(&column.name)).collect();
    let arrays = columns
        .iter()
        .map(|column| {
            let array = batch.column_by_name(&column.name).cloned();
            array.unwrap_or_else(|| absent(column, batch.num_rows()))
        })
        .collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}
