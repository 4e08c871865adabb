//! An open connection as the shared steps of a load see it, and how each database provides one.

use crate::dialect::Dialect;
use crate::error::DestinationError;
use crate::fault;
use crate::merge_plan::Merge;
use crate::package::Answer;
use arrow_array::RecordBatch;
use relatable_faults::{Point, STATEMENT, STATEMENT_ANSWERED};
use relatable_model::schema::Column;
use std::fmt;

/// One value sent to or read from a bookkeeping table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// No value.
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Text, or JSON as its text.
    Text(String),
    /// Microseconds since the epoch.
    Instant(i64),
}

impl Cell {
    /// The text, empty for anything else.
    pub(crate) fn text(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            _ => String::new(),
        }
    }

    /// The text, if there is one.
    pub(crate) fn optional_text(&self) -> Option<String> {
        match self {
            Cell::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// The whole number, 0 for anything else.
    pub(crate) fn integer(&self) -> i64 {
        match self {
            Cell::Integer(number) => *number,
            _ => 0,
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Cell {
        text.map_or(Cell::Null, Cell::Text)
    }
}

/// What is being done to which table, for error messages: completes "failed to …".
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step<'a>(pub(crate) &'static str, pub(crate) &'a str);

impl fmt::Display for Step<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.1.is_empty() {
            formatter.write_str(self.0)
        } else {
            write!(formatter, "{} `{}`", self.0, self.1)
        }
    }
}

/// Where a table lives.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'a> {
    /// In the database.
    Stored(&'a str),
    /// In the connection, gone when it closes or the transaction is undone.
    Temporary(&'a str),
}

/// What a merge by key did.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Merged {
    /// Rows that were new.
    pub(crate) inserted: u64,
    /// Rows that existed and differed.
    pub(crate) updated: u64,
}

/// Texts that were not stored as they were given, since the database has no place for some character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Altered {
    /// What was written, a table's name.
    pub(crate) table: String,
    /// The column.
    pub(crate) column: String,
    /// How many texts.
    pub(crate) count: u64,
}

/// An open connection.
pub(crate) trait Session {
    /// The database's SQL.
    fn dialect(&self) -> &dyn Dialect;

    /// The destination in words, for messages.
    fn describe(&self) -> &str;

    /// Runs a statement; answers the number of rows it changed.
    fn execute(&self, step: Step<'_>, sql: &str, cells: &[Cell]) -> Result<u64, DestinationError>;

    /// Runs a query.
    fn rows(&self, step: Step<'_>, sql: &str, cells: &[Cell]) -> Result<Vec<Vec<Cell>>, DestinationError>;

    /// Runs a query whose columns are these, in order; answers them as the Arrow types of their logical types.
    fn batch(&self, step: Step<'_>, sql: &str, columns: &[Column]) -> Result<RecordBatch, DestinationError>;

    /// Appends batches that have exactly the table's columns, in order.
    fn append(
        &self,
        step: Step<'_>,
        place: Place<'_>,
        batches: &[RecordBatch],
    ) -> Result<(), DestinationError>;

    /// Inserts the staged rows that are new and rewrites those that differ.
    fn merge(&self, merge: &Merge<'_>) -> Result<Merged, DestinationError>;

    /// Begins a transaction that will write.
    fn begin(&self) -> Result<(), DestinationError>;

    /// Begins a transaction that writes nothing but temporary tables, sees one state of the database, and keeps nobody
    /// from writing.
    fn begin_reading(&self) -> Result<(), DestinationError> {
        self.execute(Step("begin a transaction", ""), "BEGIN TRANSACTION", &[]).map(|_| ())
    }

    /// Passes a failpoint; a fault there is what the failure of a step would be.
    fn reach(&self, point: Point, step: Step<'_>) -> Result<(), DestinationError> {
        relatable_faults::reach(point).map_err(|fault| fault::failure(self.describe(), step, fault))
    }

    /// Does a statement, between the failpoints of all statements.
    fn statement<T>(
        &self,
        step: Step<'_>,
        work: impl FnOnce() -> Result<T, DestinationError>,
    ) -> Result<T, DestinationError> {
        self.reach(STATEMENT, step)?;
        let done = work()?;
        self.reach(STATEMENT_ANSWERED, step)?;
        Ok(done)
    }

    /// What was altered since this was asked last.
    fn take_altered(&self) -> Vec<Altered> {
        Vec::new()
    }

    /// A query that answers one whole number.
    fn count(&self, step: Step<'_>, sql: &str) -> Result<u64, DestinationError> {
        let rows = self.rows(step, sql, &[])?;
        let number = rows.first().and_then(|row| row.first()).map_or(0, Cell::integer);
        Ok(u64::try_from(number).unwrap_or(0))
    }
}

/// A transaction that is undone unless it is committed.
pub(crate) struct Transaction<'s, S: Session> {
    session: &'s S,
    open: bool,
}

impl<'s, S: Session> Transaction<'s, S> {
    /// Begins.
    pub(crate) fn begin(session: &'s S) -> Result<Self, DestinationError> {
        session.begin()?;
        Ok(Transaction { session, open: true })
    }

    /// Begins one that writes nothing but temporary tables, and keeps nobody from writing.
    pub(crate) fn begin_reading(session: &'s S) -> Result<Self, DestinationError> {
        session.begin_reading()?;
        Ok(Transaction { session, open: true })
    }

    /// Makes everything done durable.
    pub(crate) fn commit(mut self) -> Result<(), DestinationError> {
        self.session.execute(Step("commit the load", ""), "COMMIT", &[])?;
        self.open = false;
        Ok(())
    }
}

impl<S: Session> Drop for Transaction<'_, S> {
    fn drop(&mut self) {
        if self.open {
            // Some errors have already undone the transaction; a second time is then refused, which changes nothing.
            let _ = self.session.execute(Step("undo the load", ""), "ROLLBACK", &[]);
        }
    }
}

/// How a database is opened; the only part of a destination that knows files, hosts and locks.
pub(crate) trait Connector: Send {
    /// An open connection.
    type Session<'a>: Session
    where
        Self: 'a;

    /// The destination in words.
    fn describe(&self) -> String;

    /// The one name of the place, however it was written.
    fn place(&self) -> String {
        self.describe()
    }

    /// The database's SQL.
    fn dialect(&self) -> &'static dyn Dialect;

    /// Makes this process the only run there until the connector is dropped, or says at once who is; `now_us` is the
    /// present in microseconds since 1970 UTC.
    fn hold(&mut self, now_us: i64) -> Result<(), DestinationError>;

    /// Lets what a call opens stay open for the next one, where that keeps others out.
    fn keep_open(&mut self) {}

    /// Closes what stays open.
    fn rest(&mut self) {}

    /// Refuses a database that could not be written, without writing to it and without leaving anything behind.
    fn check_writable(&mut self) -> Result<(), DestinationError>;

    /// A connection for reading, or `None` where there is no database yet.
    fn read(&mut self) -> Result<Option<Self::Session<'_>>, DestinationError>;

    /// A connection for writing; makes the database where it is missing and `create` is set.
    fn write(&mut self, create: bool) -> Result<Self::Session<'_>, DestinationError>;

    /// Rewrites the database, so that nothing of rows that were deleted or changed is left in its files.
    fn rewrite(&mut self) -> Result<(), DestinationError>;

    /// Runs a reading statement, on a connection that cannot write.
    fn query(&mut self, sql: &str) -> Result<Answer, DestinationError>;
}
