//! Statements on a connection to MariaDB or MySQL.

use super::failure::{REPEATED, code, failure};
use super::link::{Link, LinkError};
use super::stage::AppendError;
use super::value::{cell, value};
use super::{merge, rows, stage};
use crate::dialect::Dialect;
use crate::error::DestinationError;
use crate::fault;
use crate::merge_plan::Merge;
use crate::package::Answer;
use crate::session::{Cell, Merged, Place, Session, Step};
use arrow_array::RecordBatch;
use futures_util::FutureExt;
use mysql_async::prelude::Queryable;
use mysql_async::{Params, Row, Value};
use relatable_model::schema::Column;
use std::cell::Cell as Mutable;
use std::time::{Duration, Instant};

/// The name of the lock of those who write to a database; of names that differ it differs, and the server's limit for such
/// names holds for it.
const LOCK: &str = "CONCAT('relatable.', LEFT(SHA2(DATABASE(), 256), 40))";
/// The name of the lock of the run that has a database, as long as its connection lasts.
const RUN_LOCK: &str = "CONCAT('relatable run.', LEFT(SHA2(?, 256), 40))";
/// The time between two attempts to get it where less than a second is left, the shortest time that the server waits.
const LOCK_RETRY: Duration = Duration::from_millis(50);

/// An open connection to a server, with the database of the address chosen.
pub(crate) struct MySqlSession<'a> {
    link: &'a Link,
    description: &'a str,
    /// How long another one's lock is waited for.
    lock_wait: Duration,
    /// Whether this session holds the lock of those who write.
    holds: Mutable<bool>,
    /// Set where temporary tables may have stayed.
    stale: &'a Mutable<bool>,
}

impl<'a> MySqlSession<'a> {
    /// A session on this connection; `stale` is set where something of it may stay on the connection.
    pub(super) fn new(
        link: &'a Link,
        description: &'a str,
        lock_wait: Duration,
        stale: &'a Mutable<bool>,
    ) -> Self {
        MySqlSession { link, description, lock_wait, holds: Mutable::new(false), stale }
    }

    /// The error of a step.
    fn failure(&self, step: Step<'_>, error: LinkError) -> DestinationError {
        if code(&error) == Some(REPEATED) {
            return DestinationError::KeyRepeated { table: step.1.to_owned(), count: 1 };
        }
        failure(self.description, step, error)
    }

    /// The rows of a query.
    fn query(&self, sql: &str, cells: &[Cell]) -> Result<Vec<Row>, LinkError> {
        let (sql, parameters) = (sql.to_owned(), self.parameters(cells)?);
        self.link.wait(|conn| async move { conn.exec(sql, parameters).await }.boxed())
    }

    /// Cells as parameters; refused where the server would hang up on them.
    fn parameters(&self, cells: &[Cell]) -> Result<Params, LinkError> {
        if cells.is_empty() {
            return Ok(Params::Empty);
        }
        let parameters: Vec<Value> = cells.iter().map(value).collect();
        let bytes = |value: &Value| if let Value::Bytes(bytes) = value { bytes.len() } else { 0 };
        let (bytes, max) = (parameters.iter().map(bytes).sum(), self.link.server.statement_bytes_max);
        if bytes >= max { Err(LinkError::TooLong { bytes, max }) } else { Ok(Params::Positional(parameters)) }
    }

    /// Waits for the lock of those who write, which then is held until the session ends.
    fn lock(&self, step: Step<'_>) -> Result<(), DestinationError> {
        let deadline = Instant::now() + self.lock_wait;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let sql = format!("SELECT GET_LOCK({LOCK}, {})", left.as_secs());
            if self.count(step, &sql)? == 1 {
                self.holds.set(true);
                return Ok(());
            }
            if Instant::now() >= deadline {
                break;
            }
            std::thread::sleep(LOCK_RETRY.min(left));
        }
        let (destination, holder) = (self.description.to_owned(), self.holder(step, LOCK, &[])?);
        Err(DestinationError::Locked { destination, holder })
    }

    /// Takes the lock of the run that has `database`, for as long as the connection lasts.
    pub(super) fn hold(&self, database: &str) -> Result<(), DestinationError> {
        let (step, name) = (Step("hold the database", database), [Cell::from(database)]);
        let taken = self.rows(step, &format!("SELECT GET_LOCK({RUN_LOCK}, 0)"), &name)?;
        if taken.first().is_some_and(|row| row[0].integer() == 1) {
            return Ok(());
        }
        let (destination, holder) = (self.description.to_owned(), self.holder(step, RUN_LOCK, &name)?);
        Err(DestinationError::Locked { destination, holder })
    }

    /// Who holds a lock, as far as the user may see it.
    fn holder(&self, step: Step<'_>, lock: &str, name: &[Cell]) -> Result<String, DestinationError> {
        let connections = self.rows(step, &format!("SELECT IS_USED_LOCK({lock})"), name)?;
        let connection = connections.first().map_or(0, |row| row[0].integer());
        let sql = format!("SELECT user, host FROM information_schema.processlist WHERE id = {connection}");
        let holder = self.rows(step, &sql, &[])?;
        let who = holder.first().map(|row| format!("`{}` from {}, ", row[0].text(), row[1].text()));
        Ok(format!("{}connection {connection} of the server", who.unwrap_or_default()))
    }
}

impl Drop for MySqlSession<'_> {
    fn drop(&mut self) {
        if self.holds.get() && self.link.run(format!("DO RELEASE_LOCK({LOCK})")).is_err() {
            // Then it goes with the connection.
            self.stale.set(true);
        }
    }
}

impl Session for MySqlSession<'_> {
    fn dialect(&self) -> &dyn Dialect {
        self.link.server.dialect
    }

    fn describe(&self) -> &str {
        self.description
    }

    fn execute(&self, step: Step<'_>, sql: &str, cells: &[Cell]) -> Result<u64, DestinationError> {
        if sql == "ROLLBACK" {
            // It takes no temporary table away.
            self.stale.set(true);
        }
        self.statement(step, || {
            let sql = sql.to_owned();
            let parameters = self.parameters(cells).map_err(|error| self.failure(step, error))?;
            let changed = self.link.wait(|conn| {
                async move {
                    match parameters {
                        Params::Empty => conn.query_drop(sql).await?,
                        parameters => conn.exec_drop(sql, parameters).await?,
                    }
                    Ok(conn.affected_rows())
                }
                .boxed()
            });
            changed.map_err(|error| self.failure(step, error))
        })
    }

    fn rows(&self, step: Step<'_>, sql: &str, cells: &[Cell]) -> Result<Vec<Vec<Cell>>, DestinationError> {
        self.statement(step, || {
            let rows = self.query(sql, cells).map_err(|error| self.failure(step, error))?;
            Ok(rows.into_iter().map(|row| row.unwrap().iter().map(cell).collect()).collect())
        })
    }

    fn batch(&self, step: Step<'_>, sql: &str, columns: &[Column]) -> Result<RecordBatch, DestinationError> {
        self.statement(step, || {
            let found = self.query(sql, &[]).map_err(|error| self.failure(step, error))?;
            rows::batch(&found, columns)
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
            stage::append(self.link, place, batches).map_err(|error| match error {
                AppendError::Link(error) => self.failure(step, error),
                AppendError::Fault(fault) => fault::failure(self.description, step, fault),
                AppendError::Repeated => DestinationError::KeyRepeated { table: step.1.to_owned(), count: 1 },
                other => DestinationError::Statement { step: step.to_string(), cause: other.into() },
            })
        })
    }

    fn merge(&self, merge: &Merge<'_>) -> Result<Merged, DestinationError> {
        let step = Step("merge rows into", &merge.shape.name);
        let updated = match merge::update_sql(self.dialect(), merge) {
            Some(sql) => self.execute(step, &sql, &[])?,
            None => 0,
        };
        let inserted = self.execute(step, &merge::insert_sql(self.dialect(), merge), &[])?;
        Ok(Merged { inserted, updated })
    }

    fn begin(&self) -> Result<(), DestinationError> {
        let step = Step("begin a transaction", "");
        if !self.holds.get() {
            self.lock(step)?;
        }
        // Only now, so that it sees what the one before has written.
        self.execute(step, "START TRANSACTION", &[]).map(|_| ())
    }

    fn begin_reading(&self) -> Result<(), DestinationError> {
        let sql = "START TRANSACTION WITH CONSISTENT SNAPSHOT";
        self.execute(Step("begin a transaction", ""), sql, &[]).map(|_| ())
    }
}

/// The cells of a reading statement as text, on a connection of its own that only reads.
pub(super) fn answer(link: &Link, destination: &str, sql: &str) -> Result<Answer, DestinationError> {
    let sql = sql.trim().trim_end_matches(';').to_owned();
    let answered = link.wait(|conn| {
        async move {
            // To prepare it refuses several statements in one.
            let prepared = conn.prep(sql.as_str()).await?;
            conn.close(prepared).await?;
            // Of the session too: what makes and drops tables ends the transaction first.
            conn.query_drop("SET SESSION TRANSACTION READ ONLY; START TRANSACTION READ ONLY").await?;
            let mut found = conn.query_iter(sql).await?;
            let columns = found.columns_ref().iter().map(|column| column.name_str().into_owned()).collect();
            let rows: Vec<Row> = found.collect().await?;
            drop(found);
            conn.query_drop("ROLLBACK").await?;
            Ok((columns, rows))
        }
        .boxed()
    });
    let (columns, rows) = answered.map_err(|error| failure(destination, "run the query", error))?;
    let text = |value: &Value| match value {
        Value::NULL => None,
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        // All values of such an answer come as text.
        other => Some(other.as_sql(true)),
    };
    let rows = rows.into_iter().map(|row| row.unwrap().iter().map(text).collect()).collect();
    Ok(Answer { columns, rows })
}
