//! Tables back to documents.

use arrow_array::RecordBatch;
use relatable_destinations::{Destination, DestinationError, Reading};
use relatable_model::json::Json;
use relatable_model::reassemble::reassemble;
use relatable_model::rules::ResourceRules;
use relatable_model::schema::Table;
use std::ops::ControlFlow;

/// Hands over the documents, in normal form, that the tables of a resource hold, in the order of their keys, until `take`
/// breaks; memory does not grow with their number. `rules` are those the tables were made by: they alone know how a
/// delimited list was joined.
///
/// # Errors
/// When the destination cannot be read.
pub fn export(
    destination: &mut dyn Destination,
    reading: &Reading<'_>,
    rules: &ResourceRules,
    take: &mut dyn FnMut(Json) -> ControlFlow<()>,
) -> Result<(), DestinationError> {
    let mut records = |group: &[(&Table, RecordBatch)]| {
        let tables: Vec<(&Table, &RecordBatch)> = group.iter().map(|(table, rows)| (*table, rows)).collect();
        reassemble(&tables, rules).into_iter().try_for_each(&mut *take)
    };
    destination.read(reading, &mut records)
}
