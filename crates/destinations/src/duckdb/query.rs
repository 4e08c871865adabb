//! Statements on a DuckDB connection.

use super::dialect::DuckDb;
use super::failure::failure;
use super::gate::Gate;
use super::value::cell;
use super::{connect, merge, rows, stage};
use crate::dialect::Dialect;
use crate::error::DestinationError;
use crate::fault;
use crate::merge_plan::{Merge, repeated_sql};
use crate::package::Answer;
use crate::session::{Cell, Merged, Place, Session, Step};
use arrow_array::RecordBatch;
use duckdb::{Connection, params_from_iter};
use relatable_faults::Point;
use relatable_model::schema::Column;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};

/// The length from which on a second thread brings more in searching a table than starting it costs.
const LARGE_BYTES: u64 = 64 << 20;

/// An open DuckDB file.
pub(crate) struct OpenFile {
    // Before the gate: the file is closed first.
    connection: Connection,
    description: String,
    /// Whether a statement failed: the engine may then refuse all that follow.
    failed: AtomicBool,
    /// Whether it takes long to search its tables.
    is_large: bool,
    _gate: Gate,
}

/// The open file of one call: its own, or one that stays open.
pub(crate) enum DuckDbSession<'a> {
    Own(OpenFile),
    Kept(&'a OpenFile),
}

impl Deref for DuckDbSession<'_> {
    type Target = OpenFile;

    fn deref(&self) -> &OpenFile {
        match self {
            DuckDbSession::Own(file) => file,
            DuckDbSession::Kept(file) => file,
        }
    }
}

impl OpenFile {
    /// A file of so many bytes open on this connection, which holds the gate of its file.
    pub(super) fn new(connection: Connection, gate: Gate, description: String, length: u64) -> Self {
        let is_large = length >= LARGE_BYTES;
        OpenFile { connection, description, failed: AtomicBool::new(false), is_large, _gate: gate }
    }

    /// Whether a statement failed.
    pub(super) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// What a failure means.
    fn failed(&self, step: impl ToString, error: duckdb::Error) -> DestinationError {
        self.failed.store(true, Ordering::Relaxed);
        failure(&self.description, step, error)
    }

    /// The cells of a reading statement, as DuckDB prints them.
    pub(super) fn answer(&self, sql: &str) -> Result<Answer, DestinationError> {
        // The line break ends a comment that may end the statement.
        let sql = sql.trim().trim_end_matches(';');
        let printed = format!("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({sql}\n)");
        let read = || {
            let mut statement = self.connection.prepare(&printed)?;
            let mut rows = statement.query([])?;
            let columns = rows.as_ref().map(|statement| statement.column_names()).unwrap_or_default();
            let mut answer = Answer { columns, rows: Vec::new() };
            while let Some(row) = rows.next()? {
                let cells: duckdb::Result<Vec<Option<String>>> =
                    (0..answer.columns.len()).map(|index| row.get(index)).collect();
                answer.rows.push(cells?);
            }
            Ok(answer)
        };
        read().map_err(|error| self.failed("run the query", error))
    }
}

impl DuckDbSession<'_> {
    /// Runs a statement that searches a table, also with the core that is else left to those who make rows: while they wait for
    /// this, it is free.
    fn search(&self, step: Step<'_>, sql: &str) -> Result<(), DestinationError> {
        if !self.is_large {
            return self.execute(step, sql, &[]).map(|_| ());
        }
        self.execute(step, &format!("SET threads = {}", connect::cores()), &[])?;
        self.execute(step, sql, &[])?;
        self.execute(step, &format!("SET threads = {}", connect::threads()), &[]).map(|_| ())
    }
}

impl Session for DuckDbSession<'_> {
    fn dialect(&self) -> &dyn Dialect {
        &DuckDb
    }

    fn describe(&self) -> &str {
        &self.description
    }

    fn reach(&self, point: Point, step: Step<'_>) -> Result<(), DestinationError> {
        relatable_faults::reach(point).map_err(|fault| {
            self.failed.store(true, Ordering::Relaxed);
            fault::failure(&self.description, step, fault)
        })
    }

    fn execute(&self, step: Step<'_>, sql: &str, cells: &[Cell]) -> Result<u64, DestinationError> {
        self.statement(step, || {
            let changed = self.connection.execute(sql, params_from_iter(cells));
            changed.map(|count| count as u64).map_err(|error| self.failed(step, error))
        })
    }

    fn rows(&self, step: Step<'_>, sql: &str, cells: &[Cell]) -> Result<Vec<Vec<Cell>>, DestinationError> {
        self.statement(step, || {
            let read = || {
                let mut statement = self.connection.prepare(sql)?;
                let mut rows = statement.query(params_from_iter(cells))?;
                let width = rows.as_ref().map_or(0, |statement| statement.column_count());
                let mut table = Vec::new();
                while let Some(row) = rows.next()? {
                    let cells: duckdb::Result<Vec<Cell>> =
                        (0..width).map(|index| cell(row.get_ref(index)?, index)).collect();
                    table.push(cells?);
                }
                Ok(table)
            };
            read().map_err(|error| self.failed(step, error))
        })
    }

    fn batch(&self, step: Step<'_>, sql: &str, columns: &[Column]) -> Result<RecordBatch, DestinationError> {
        self.statement(step, || {
            let mut statement = self.connection.prepare(sql).map_err(|error| self.failed(step, error))?;
            let arrow = statement.query_arrow([]).map_err(|error| self.failed(step, error))?;
            rows::batch(arrow, columns)
                .map_err(|cause| DestinationError::Statement { step: step.to_string(), cause: cause.into() })
        })
    }

    fn append(
        &self,
        step: Step<'_>,
        place: Place<'_>,
        batches: &[RecordBatch],
    ) -> Result<(), DestinationError> {
        self.statement(step, || {
            let appended = stage::append(&self.connection, self.dialect(), place, batches);
            appended.map_err(|error| self.failed(step, error))
        })
    }

    fn merge(&self, merge: &Merge<'_>) -> Result<Merged, DestinationError> {
        let table = &merge.shape.name;
        let step = Step("merge rows into", table);
        let dialect = self.dialect();
        self.search(step, &merge::gather_sql(dialect, merge))?;
        let counts = self.rows(step, &merge::count_sql(dialect), &[])?;
        let count =
            |index: usize| counts.first().map_or(0, |row| u64::try_from(row[index].integer()).unwrap_or(0));
        let (changed, updated) = (count(0), count(1));
        if updated > 0 {
            // No index keeps a stored key from being there twice; the join above would have doubled it.
            match self
                .count(step, &repeated_sql(dialect, &merge.shape.key, Place::Temporary(merge::CHANGED)))?
            {
                0 => {}
                count => return Err(DestinationError::KeyRepeated { table: table.clone(), count }),
            }
            self.execute(step, &merge::delete_sql(dialect, merge, count(2) > 0), &[])?;
            self.execute(step, &merge::rewrite_sql(dialect, merge), &[])?;
        }
        if changed > updated {
            self.execute(step, &merge::insert_sql(dialect, merge), &[])?;
        }
        let drop = format!("DROP TABLE {}", dialect.place(Place::Temporary(merge::CHANGED)));
        self.execute(step, &drop, &[])?;
        Ok(Merged { inserted: changed - updated, updated })
    }

    fn begin(&self) -> Result<(), DestinationError> {
        self.execute(Step("begin a transaction", ""), "BEGIN TRANSACTION", &[]).map(|_| ())
    }
}
