//! Lists of texts, which travel as JSON, to and from DuckDB's own lists.

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_schema::{ArrowError, Field, Schema};
use relatable_model::logical::LogicalType;
use std::borrow::Cow;
use std::sync::Arc;

/// The batch with every column of lists as such.
pub(super) fn with_lists(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = batch.schema_ref();
    let is_list = |field: &Field| LogicalType::of(field) == Some(LogicalType::List);
    if !schema.fields().iter().any(|field| is_list(field)) {
        return Ok(batch.clone());
    }
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for (field, array) in schema.fields().iter().zip(batch.columns()) {
        if is_list(field) {
            let lists = lists(array.as_string())?;
            fields.push(Arc::new(Field::new(field.name(), lists.data_type().clone(), true)));
            columns.push(lists);
        } else {
            fields.push(field.clone());
            columns.push(array.clone());
        }
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}

/// JSON of lists of texts as lists.
fn lists(texts: &StringArray) -> Result<ArrayRef, ArrowError> {
    let mut lists = ListBuilder::new(StringBuilder::new());
    for text in texts {
        // A text with escapes cannot be borrowed.
        let elements: Option<Vec<Cow<'_, str>>> = text
            .map(|text| serde_json::from_str(text).map_err(|error| ArrowError::JsonError(error.to_string())))
            .transpose()?;
        if let Some(elements) = &elements {
            elements.iter().for_each(|element| lists.values().append_value(element));
        }
        lists.append(elements.is_some());
    }
    Ok(Arc::new(lists.finish()))
}

/// Lists of texts as their JSON; an element that is null, which only others can have written, stays null.
pub(super) fn texts(lists: &dyn Array) -> ArrayRef {
    let text = |elements: ArrayRef| {
        let elements: Vec<Option<&str>> = elements.as_string::<i32>().iter().collect();
        serde_json::Value::from(elements).to_string()
    };
    Arc::new(lists.as_list::<i32>().iter().map(|elements| elements.map(text)).collect::<StringArray>())
}
