//! Statements on an SQLite connection.

use super::dialect::Sqlite;
use super::failure::failure;
use super::value::write_instant;
use super::{merge, rows, stage};
use crate::dialect::Dialect;
use crate::error::DestinationError;
use crate::merge_plan::Merge;
use crate::package::Answer;
use crate::session::{Cell, Merged, Place, Session, Step};
use arrow_array::RecordBatch;
use relatable_model::schema::Column;
use rusqlite::types::{Null, ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

/// An open SQLite connection.
pub(crate) struct SqliteSession<'a> {
    connection: &'a Connection,
    description: &'a str,
}

impl<'a> SqliteSession<'a> {
    /// A session on this connection.
    pub(super) fn new(connection: &'a Connection, description: &'a str) -> Self {
        SqliteSession { connection, description }
    }
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Cell::Null => Null.to_sql(),
            Cell::Boolean(value) => value.to_sql(),
            Cell::Integer(value) => value.to_sql(),
            Cell::Text(value) => value.to_sql(),
            Cell::Instant(value) => {
                let mut text = String::new();
                write_instant(&mut text, *value)?;
                Ok(ToSqlOutput::Owned(Value::Text(text)))
            }
        }
    }
}

impl Session for SqliteSession<'_> {
    fn dialect(&self) -> &dyn Dialect {
        &Sqlite
    }

    fn describe(&self) -> &str {
        self.description
    }

    fn execute(&self, step: Step<'_>, sql: &str, cells: &[Cell]) -> Result<u64, DestinationError> {
        self.statement(step, || {
            let changed = self.connection.execute(sql, params_from_iter(cells));
            changed.map(|count| count as u64).map_err(|error| failure(self.description, step, error))
        })
    }

    fn rows(&self, step: Step<'_>, sql: &str, cells: &[Cell]) -> Result<Vec<Vec<Cell>>, DestinationError> {
        self.statement(step, || {
            let read = || {
                let mut statement = self.connection.prepare(sql)?;
                let width = statement.column_count();
                let rows = statement.query_map(params_from_iter(cells), |row| {
                    (0..width).map(|index| cell(row.get_ref(index)?, index)).collect()
                })?;
                rows.collect::<rusqlite::Result<Vec<Vec<Cell>>>>()
            };
            read().map_err(|error| failure(self.description, step, error))
        })
    }

    fn batch(&self, step: Step<'_>, sql: &str, columns: &[Column]) -> Result<RecordBatch, DestinationError> {
        self.statement(step, || {
            rows::batch(self.connection, sql, columns).map_err(|error| failure(self.description, step, error))
        })
    }

    fn append(
        &self,
        step: Step<'_>,
        place: Place<'_>,
        batches: &[RecordBatch],
    ) -> Result<(), DestinationError> {
        self.statement(step, || {
            let appended = stage::append(self.connection, self.dialect(), place, batches);
            appended.map_err(|error| failure(self.description, step, error))
        })
    }

    fn merge(&self, merge: &Merge<'_>) -> Result<Merged, DestinationError> {
        let step = Step("merge rows into", &merge.shape.name);
        let inserted = self.count(step, &merge::count_new_sql(self.dialect(), merge))?;
        let changed = self.execute(step, &merge::upsert_sql(self.dialect(), merge), &[])?;
        Ok(Merged { inserted, updated: changed.saturating_sub(inserted) })
    }

    fn begin(&self) -> Result<(), DestinationError> {
        self.execute(Step("begin a transaction", ""), "BEGIN IMMEDIATE", &[]).map(|_| ())
    }
}

/// A value read from a bookkeeping table.
fn cell(value: ValueRef<'_>, index: usize) -> rusqlite::Result<Cell> {
    match value {
        ValueRef::Null => Ok(Cell::Null),
        ValueRef::Integer(number) => Ok(Cell::Integer(number)),
        ValueRef::Text(_) => Ok(Cell::Text(value.as_str()?.to_owned())),
        ValueRef::Real(_) | ValueRef::Blob(_) => {
            Err(rusqlite::Error::InvalidColumnType(index, String::new(), value.data_type()))
        }
    }
}

/// The cells of a reading statement as text.
pub(super) fn answer(
    connection: &Connection,
    destination: &str,
    sql: &str,
) -> Result<Answer, DestinationError> {
    let read = || {
        let mut statement = connection.prepare(sql)?;
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let rows = statement.query_map([], |row| {
            (0..columns.len()).map(|index| Ok(printed(row.get_ref(index)?))).collect()
        })?;
        let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(Answer { columns, rows })
    };
    read().map_err(|error| failure(destination, "run the query", error))
}

/// A value in words.
fn printed(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(format!("{number:?}")),
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => {
            Some(bytes.iter().fold(String::from("0x"), |text, byte| text + &format!("{byte:02x}")))
        }
    }
}
