//! `_relatable_changes`: every table and column that appeared, when, and the record that brought it; every table that made
//! way for another model, and under which name it is kept.

use super::columns::StoredColumn;
use super::more::{Paths, new_paths};
use super::{Ledger, optional, required};
use crate::error::DestinationError;
use crate::package::TableChange;
use crate::session::{Cell, Place, Session, Step};
use arrow_array::{Array, ArrayRef, RecordBatch};
use relatable_model::json::Json;
use relatable_model::logical::LogicalType;
use relatable_model::reassemble::scalar;
use relatable_model::schema::{MORE, Table};
use std::collections::HashSet;

/// The layout.
pub(crate) const LEDGER: Ledger = Ledger {
    name: "_relatable_changes",
    columns: &[
        required("id", LogicalType::Integer),
        required("changed_at", LogicalType::Timestamp),
        required("resource", LogicalType::Text),
        required("change", LogicalType::Text),
        required("table_name", LogicalType::Text),
        optional("column_name", LogicalType::Text),
        required("source_path", LogicalType::Text),
        optional("type", LogicalType::Text),
        optional("record", LogicalType::Text),
    ],
    key: &["id"],
};

/// The word for a table that was not there before.
const TABLE_APPEARED: &str = "table_appeared";
/// The word for a column that was not there before.
const COLUMN_APPEARED: &str = "column_appeared";

/// The word for a table that made way for another.
const TABLE_RETIRED: &str = "table_retired";

/// A table or column that a load adds.
#[derive(Debug)]
struct Appeared {
    resource: String,
    table: String,
    /// `None` for a whole table.
    column: Option<(String, LogicalType)>,
    path: String,
    /// The columns that identify a row of the table.
    key: Vec<String>,
    /// Key of the first row that has a value there; `None` where the rules declare it and no row has one.
    record: Option<String>,
}

impl Appeared {
    /// Whether a value of the column is what was added: anything, but in the one column for many paths that of this path.
    fn is_in(&self, array: &ArrayRef, row: usize) -> bool {
        let is_of_many = self.column.as_ref().is_some_and(|(name, _)| name == MORE) && !self.path.is_empty();
        if !is_of_many {
            return true;
        }
        let Some(Json::String(object)) = scalar(array, row) else { return false };
        // Most rows are told apart without taking them apart.
        object.contains(&format!("{}:", Json::String(self.path.clone())))
            && matches!(Json::parse(object.as_bytes()), Ok(Json::Object(members)) if members.contains_key(&self.path))
    }
}

/// What a load adds to the schema.
#[derive(Debug, Default)]
pub(crate) struct Additions {
    appeared: Vec<Appeared>,
}

impl Additions {
    /// What `tables` have beyond what is `stored`.
    pub(crate) fn new(tables: &[Table], stored: &[StoredColumn], in_more: &Paths) -> Additions {
        let known: HashSet<(&str, &str)> = stored
            .iter()
            .map(|stored| (stored.remembered.table.as_str(), stored.remembered.column.name.as_str()))
            .collect();
        let known_tables: HashSet<&str> = known.iter().map(|(table, _)| *table).collect();
        let mut appeared = Vec::new();
        for table in tables {
            let one = |column: Option<(String, LogicalType)>, path: &str| Appeared {
                resource: table.resource.clone(),
                table: table.name.clone(),
                column,
                path: path.to_owned(),
                key: table.key.clone(),
                record: None,
            };
            if !known_tables.contains(table.name.as_str()) {
                appeared.push(one(None, &table.path));
                continue;
            }
            let is_new = |name: &str| !known.contains(&(table.name.as_str(), name));
            let columns = table.columns.iter().filter(|column| is_new(&column.name));
            appeared
                .extend(columns.map(|column| one(Some((column.name.clone(), column.logical)), &column.path)));
            let paths = new_paths(table, in_more);
            appeared.extend(paths.map(|path| one(Some((MORE.to_owned(), LogicalType::Json)), path)));
        }
        Additions { appeared }
    }

    /// Looks among the rows of a change for those that brought what was added.
    pub(crate) fn explain(&mut self, change: &TableChange) {
        let open =
            self.appeared.iter_mut().filter(|added| added.record.is_none() && added.table == change.table);
        for added in open {
            added.record = change.rows.iter().find_map(|rows| {
                let row = match &added.column {
                    None => (rows.num_rows() > 0).then_some(0),
                    Some((name, _)) => {
                        let array = rows.column_by_name(name)?;
                        (0..rows.num_rows()).find(|&row| !array.is_null(row) && added.is_in(array, row))
                    }
                };
                row.map(|row| key_text(rows, &added.key, row))
            });
        }
    }

    /// Stores what was added.
    pub(crate) fn record(&self, session: &impl Session, loaded_at_us: i64) -> Result<(), DestinationError> {
        if self.appeared.is_empty() {
            return Ok(());
        }
        let rows: Vec<Vec<Cell>> = (next_id(session)?..)
            .zip(&self.appeared)
            .map(|(id, added)| {
                let column = added.column.as_ref();
                vec![
                    Cell::Integer(id),
                    Cell::Instant(loaded_at_us),
                    Cell::from(added.resource.as_str()),
                    Cell::from(if column.is_some() { COLUMN_APPEARED } else { TABLE_APPEARED }),
                    Cell::from(added.table.as_str()),
                    Cell::from(column.map(|(name, _)| name.clone())),
                    Cell::from(added.path.as_str()),
                    Cell::from(column.map(|(_, logical)| logical.name().to_owned())),
                    Cell::from(added.record.clone()),
                ]
            })
            .collect();
        LEDGER.append(session, Place::Stored(LEDGER.name), &rows)
    }
}

/// Stores which tables made way, and under which name one is kept.
pub(crate) fn record_retired(
    session: &impl Session,
    tables: &[Table],
    kept_name: impl Fn(&Table) -> Option<String>,
    loaded_at_us: i64,
) -> Result<(), DestinationError> {
    let rows: Vec<Vec<Cell>> = (next_id(session)?..)
        .zip(tables)
        .map(|(id, table)| {
            vec![
                Cell::Integer(id),
                Cell::Instant(loaded_at_us),
                Cell::from(table.resource.as_str()),
                Cell::from(TABLE_RETIRED),
                Cell::from(table.name.as_str()),
                Cell::Null,
                Cell::from(table.path.as_str()),
                Cell::Null,
                Cell::from(kept_name(table)),
            ]
        })
        .collect();
    LEDGER.append(session, Place::Stored(LEDGER.name), &rows)
}

/// The number of the next change.
fn next_id(session: &impl Session) -> Result<i64, DestinationError> {
    let sql = format!("SELECT coalesce(max(id), 0) + 1 FROM {}", LEDGER.name);
    let next = session.count(Step("read", LEDGER.name), &sql)?;
    Ok(i64::try_from(next).unwrap_or(i64::MAX))
}

/// The key of a row, its parts joined by `/`.
fn key_text(rows: &RecordBatch, key: &[String], row: usize) -> String {
    let part = |column: &String| match rows.column_by_name(column).and_then(|array| scalar(array, row)) {
        Some(Json::String(text)) => text,
        Some(value) => value.to_string(),
        None => String::new(),
    };
    key.iter().map(part).collect::<Vec<_>>().join("/")
}
