//! What names a person and nobody else.

use super::{PERSON, error};
use crate::error::PipelineError;
use arrow_array::RecordBatch;
use relatable_destinations::{Destination, Only, Reading};
use relatable_model::json::Json;
use relatable_model::reassemble::scalar;
use relatable_model::schema::{Column, Table};
use std::ops::ControlFlow;

/// Paths of what names a person, and how long a text there must be to be looked for everywhere: shorter ones are part of
/// many texts.
const NAMES: [(&str, usize); 4] = [("email", 6), ("phone", 7), ("formatted_phone", 7), ("name", 8)];
/// The path of an address.
const EMAIL: &str = "email";

/// The ids of the contacts with an e-mail address.
///
/// # Errors
/// [`PipelineError::Destination`].
pub fn contacts_with_email(
    destination: &mut dyn Destination,
    email: &str,
) -> Result<Vec<String>, PipelineError> {
    let tables = destination.tables().map_err(error("inspect"))?;
    let Some((root, _)) = people(&tables) else { return Ok(Vec::new()) };
    let Some(column) = root.columns.iter().find(|column| column.path == EMAIL) else { return Ok(Vec::new()) };
    let mut ids = with_value(destination, column, email)?;
    ids.extend(with_value(destination, column, &email.to_lowercase())?);
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Texts that name the people with these ids, and no other contact.
pub(super) fn names(
    destination: &mut dyn Destination,
    tables: &[Table],
    ids: &[String],
) -> Result<Vec<String>, PipelineError> {
    let Some((root, key)) = people(tables) else { return Ok(Vec::new()) };
    let columns: Vec<(&Column, usize)> = NAMES
        .iter()
        .filter_map(|(path, least)| Some((root.columns.iter().find(|column| column.path == *path)?, *least)))
        .collect();
    let mut found: Vec<(&Column, String)> = Vec::new();
    read(destination, key, ids, &mut |rows, row| {
        for (column, least) in &columns {
            // One word alone is a name of many.
            let is_telling = |text: &String| {
                text.len() >= *least && (column.path != "name" || text.trim().contains(char::is_whitespace))
            };
            found.extend(text(rows, column, row).filter(is_telling).map(|text| (*column, text)));
        }
    })?;
    let mut names = Vec::new();
    for (column, text) in found {
        let shared = with_value(destination, column, &text)?.iter().any(|other| !ids.contains(other));
        if !shared && !names.contains(&text) {
            names.push(text);
        }
    }
    Ok(names)
}

/// The table of people, and its key.
fn people(tables: &[Table]) -> Option<(&Table, &Column)> {
    let root = tables.iter().find(|table| table.resource == PERSON && table.parent.is_none())?;
    let [key] = root.key.as_slice() else { return None };
    Some((root, root.column(key)?))
}

/// The ids of the contacts that have a text in a column.
fn with_value(
    destination: &mut dyn Destination,
    column: &Column,
    value: &str,
) -> Result<Vec<String>, PipelineError> {
    let tables = destination.tables().map_err(error("inspect"))?;
    let Some((_, key)) = people(&tables) else { return Ok(Vec::new()) };
    let mut ids = Vec::new();
    read(destination, column, &[value.to_owned()], &mut |rows, row| ids.extend(text(rows, key, row)))?;
    Ok(ids)
}

/// Reads the contacts with these values in a column, row by row.
fn read(
    destination: &mut dyn Destination,
    column: &Column,
    values: &[String],
    take: &mut dyn FnMut(&RecordBatch, usize),
) -> Result<(), PipelineError> {
    let columns = [column.name.clone()];
    let values: Vec<Vec<String>> = values.iter().map(|value| vec![value.clone()]).collect();
    let only = Some(Only { columns: &columns, values: &values });
    let reading = Reading { resource: PERSON, with_deleted: true, only };
    let mut each = |group: &[(&Table, RecordBatch)]| {
        if let Some((_, rows)) = group.first() {
            (0..rows.num_rows()).for_each(|row| take(rows, row));
        }
        ControlFlow::Continue(())
    };
    destination.read(&reading, &mut each).map_err(error("read"))
}

/// The text in a column of a row.
fn text(rows: &RecordBatch, column: &Column, row: usize) -> Option<String> {
    match scalar(rows.column_by_name(&column.name)?, row)? {
        Json::String(text) => Some(text),
        _ => None,
    }
}
