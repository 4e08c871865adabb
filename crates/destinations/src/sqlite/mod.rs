//! SQLite: one file, compiled in, keys and parent links enforced by the database.
//!
//! The write-ahead log is on, so that readers see the last finished load while one is written. The connection is kept
//! between calls.

mod dialect;
mod failure;
mod merge;
mod query;
mod rows;
mod stage;
mod value;

use crate::dialect::Dialect;
use crate::error::DestinationError;
use crate::file::{self, check_folder_writable, check_place, not_writable};
use crate::package::Answer;
use crate::session::{Connector, Session, Step};
use query::SqliteSession;
use relatable_faults::REWRITE_DONE_IN_PART;
use relatable_lease::Lease;
use rusqlite::{Connection, OpenFlags};
use std::path::PathBuf;
use std::time::Duration;

/// Pages of the file kept in memory, as SQLite wants it: in negative KiB.
const CACHE_KIB: i32 = -32_768;
/// Pages of what is staged kept in memory; it is read once or twice, in the order it was written.
const STAGED_CACHE_KIB: i32 = -16_384;

/// An SQLite file.
pub(crate) struct SqliteFile {
    path: PathBuf,
    /// How long another process's lock is waited for.
    lock_wait: Duration,
    connection: Option<Connection>,
    /// Whether the connection kept is set up for writing.
    writes: bool,
    description: String,
    /// The right to be the only run there.
    lease: Option<Lease>,
}

impl SqliteFile {
    /// The file at `path`, which need not exist; refuses a path that cannot become a database.
    pub(crate) fn new(path: PathBuf, lock_wait: Duration) -> Result<SqliteFile, DestinationError> {
        let description = format!("SQLite file {}", path.display());
        check_place(&path, &description)?;
        let mut file =
            SqliteFile { path, lock_wait, connection: None, writes: false, description, lease: None };
        if file.path.exists() {
            file.connect(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        }
        Ok(file)
    }

    /// Opens the file, if it is not open, and has SQLite read it, so that a file of another kind is refused now.
    fn connect(&mut self, flags: OpenFlags) -> Result<&Connection, DestinationError> {
        if self.connection.is_none() {
            let connection = self.open(flags)?;
            self.writes = false;
            self.connection = Some(connection);
        }
        Ok(self.connection.as_ref().expect("the connection was opened above"))
    }

    /// A new connection.
    fn open(&self, flags: OpenFlags) -> Result<Connection, DestinationError> {
        let prepare = || {
            let connection =
                Connection::open_with_flags(&self.path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
            connection.busy_timeout(self.lock_wait)?;
            connection.pragma_update(None, "foreign_keys", true)?;
            connection.pragma_update(None, "cache_size", CACHE_KIB)?;
            connection.pragma_update(Some("temp"), "cache_size", STAGED_CACHE_KIB)?;
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
            Ok(connection)
        };
        prepare().map_err(|error| failure::opening(&self.description, error))
    }
}

impl Connector for SqliteFile {
    type Session<'a> = SqliteSession<'a>;

    fn describe(&self) -> String {
        self.description.clone()
    }

    fn place(&self) -> String {
        file::identity(&self.path).display().to_string()
    }

    fn dialect(&self) -> &'static dyn Dialect {
        &dialect::Sqlite
    }

    fn hold(&mut self, now_us: i64) -> Result<(), DestinationError> {
        if self.lease.is_none() {
            self.lease = Some(file::hold(&self.path, &self.description, now_us)?);
        }
        Ok(())
    }

    fn check_writable(&mut self) -> Result<(), DestinationError> {
        if self.path.exists() {
            // A file that may not be written is opened all the same, to be read.
            let connection = self.connect(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            let read_only = connection.is_readonly("main");
            if read_only.map_err(|error| failure::opening(&self.description, error))? {
                return Err(not_writable(&self.description, "the file may only be read"));
            }
        }
        check_folder_writable(&self.path, &self.description)
    }

    fn read(&mut self) -> Result<Option<SqliteSession<'_>>, DestinationError> {
        if !self.path.exists() {
            self.connection = None;
            return Ok(None);
        }
        self.connect(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        Ok(self.connection.as_ref().map(|connection| SqliteSession::new(connection, &self.description)))
    }

    fn write(&mut self, create: bool) -> Result<SqliteSession<'_>, DestinationError> {
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        flags.set(OpenFlags::SQLITE_OPEN_CREATE, create);
        if !self.path.exists() {
            self.connection = None;
        }
        self.connect(flags)?;
        let connection = self.connection.as_ref().expect("the connection was opened above");
        if !self.writes {
            // Kept in the file, so this writes only once. Each commit is then synced: loads are few and large.
            let set = connection
                .pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0))
                .and_then(|_| connection.pragma_update(None, "synchronous", "FULL"));
            set.map_err(|error| failure::opening(&self.description, error))?;
            self.writes = true;
        }
        Ok(SqliteSession::new(connection, &self.description))
    }

    fn rewrite(&mut self) -> Result<(), DestinationError> {
        let session = self.write(false)?;
        let step = Step("rewrite the database", "");
        session.execute(step, "VACUUM", &[])?;
        session.reach(REWRITE_DONE_IN_PART, step)?;
        // Somebody who reads keeps the log; what it has of the old pages may not stay.
        match session.rows(step, "PRAGMA wal_checkpoint(TRUNCATE)", &[])?.first().map(|row| row[0].integer())
        {
            Some(0) => Ok(()),
            _ => Err(DestinationError::Locked {
                destination: self.description.clone(),
                holder: "somebody who reads it".to_owned(),
            }),
        }
    }

    fn query(&mut self, sql: &str) -> Result<Answer, DestinationError> {
        let connection = self.open(OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        query::answer(&connection, &self.description, sql)
    }
}
