//! Which records tables have, told by what identified them before other rules came.

use arrow_array::{Array, RecordBatch};
use relatable_destinations::{Destination, DestinationError, Reading};
use relatable_model::json::Json;
use relatable_model::reassemble::scalar;
use relatable_model::schema::{Column, ColumnRole, DELETED_AT, Table};
use std::collections::HashMap;
use std::ops::ControlFlow;

/// What identifies records: the columns of a key, by where their values come from, so that they are found again whatever
/// they are called.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    columns: Vec<Column>,
}

impl Identity {
    /// What identifies the records of a resource's own table.
    pub(super) fn of(root: &Table) -> Identity {
        Identity { columns: root.key.iter().filter_map(|name| root.column(name)).cloned().collect() }
    }

    /// The columns of a table that hold it; `None` where it does not have them all.
    fn columns_in<'t>(&self, table: &'t Table) -> Option<Vec<&'t Column>> {
        let is_it = |known: &Column, column: &Column| match known.path.is_empty() {
            true => column.name == known.name,
            false => column.path == known.path && column.role == ColumnRole::Value,
        };
        let found = |known| table.columns.iter().find(|column| is_it(known, column));
        self.columns.iter().map(found).collect()
    }
}

/// The values of columns in a row, as texts.
pub(super) fn texts(rows: &RecordBatch, columns: &[&Column], row: usize) -> Vec<String> {
    let text = |column: &&Column| match rows.column_by_name(&column.name).and_then(|array| scalar(array, row))
    {
        Some(Json::String(text)) => text,
        Some(value) => value.to_string(),
        None => String::new(),
    };
    columns.iter().map(text).collect()
}

/// The records of a resource.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// By what identifies them, whether they are marked as gone; `None` where the table does not tell.
    pub(super) known: Option<HashMap<String, bool>>,
    /// How many there are.
    pub(super) count: u64,
    /// How many of them are marked as gone.
    pub(super) gone: u64,
}

impl Records {
    /// The records that a destination has of a resource.
    pub(super) fn read(
        destination: &mut dyn Destination,
        resource: &str,
        identity: &Identity,
    ) -> Result<Records, DestinationError> {
        let mut records = Records { known: Some(HashMap::new()), ..Records::default() };
        destination.read(&Reading { resource, with_deleted: true, only: None }, &mut |group| {
            if let Some((table, rows)) = group.first() {
                records.add(table, rows, identity);
            }
            ControlFlow::Continue(())
        })?;
        Ok(records)
    }

    /// Adds the rows of a resource's own table.
    fn add(&mut self, table: &Table, rows: &RecordBatch, identity: &Identity) {
        let columns = identity.columns_in(table);
        if columns.is_none() {
            self.known = None;
        }
        let marks = rows.column_by_name(DELETED_AT);
        for row in 0..rows.num_rows() {
            let is_gone = marks.is_some_and(|marks| !marks.is_null(row));
            self.count += 1;
            self.gone += u64::from(is_gone);
            if let (Some(known), Some(columns)) = (&mut self.known, &columns) {
                known.insert(texts(rows, columns, row).join("/"), is_gone);
            }
        }
    }

    /// What identifies the records that `others` do not have, in order.
    pub(super) fn beyond(&self, others: &Records) -> Vec<&str> {
        let is_there = |key: &str| others.known.as_ref().is_some_and(|known| known.contains_key(key));
        let mut beyond: Vec<&str> = self
            .known
            .iter()
            .flat_map(HashMap::keys)
            .map(String::as_str)
            .filter(|key| !is_there(key))
            .collect();
        beyond.sort_unstable();
        beyond
    }

    /// What identifies the records that are marked as gone here or there alone, in order.
    pub(super) fn marked_otherwise(&self, others: &Records) -> Vec<&str> {
        let other = |key: &str| others.known.as_ref().and_then(|known| known.get(key));
        let differs = |(key, is_gone): &(&String, &bool)| other(key).is_some_and(|other| other != *is_gone);
        let mut marked: Vec<&str> =
            self.known.iter().flatten().filter(differs).map(|(key, _)| key.as_str()).collect();
        marked.sort_unstable();
        marked
    }
}
