//! DuckDB: one file, open only while a call needs it, so that others get in between, or as long as a caller has many to
//! make.
//!
//! No primary keys and no indexes: they make writing many times slower. Keys and links are listed in
//! `_relatable_keys`, and every load checks by query that they hold.

mod connect;
mod dialect;
mod failure;
mod feed;
mod gate;
mod list;
mod merge;
mod query;
mod rows;
mod stage;
mod value;

use crate::dialect::Dialect;
use crate::error::{Cause, DestinationError};
use crate::file::{self, check_folder_writable, check_place, not_writable};
use crate::package::Answer;
use crate::session::{Connector, Session, Step};
use duckdb::Connection;
use failure::{Meaning, failure, meaning};
use gate::Gate;
use query::{DuckDbSession, OpenFile};
use relatable_faults::REWRITE_DONE_IN_PART;
use relatable_lease::Lease;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The time between two attempts to get at a file that another process holds.
const LOCK_RETRY: Duration = Duration::from_millis(100);
/// The mark of a DuckDB file, and where it begins.
const MARK: (&[u8], usize) = (b"DUCK", 8);

/// A DuckDB file.
pub(crate) struct DuckDbFile {
    path: PathBuf,
    /// How long another process's lock is waited for.
    lock_wait: Duration,
    description: String,
    /// The right to be the only run there.
    lease: Option<Lease>,
    /// Whether the file stays open between calls.
    keeps_open: bool,
    /// What the last call opened, if the next one may use it.
    kept: Option<Kept>,
}

/// A file that is open between calls.
struct Kept {
    file: OpenFile,
    writes: bool,
}

impl DuckDbFile {
    /// The file at `path`, which need not exist; refuses a path that cannot become a database.
    pub(crate) fn new(path: PathBuf, lock_wait: Duration) -> Result<DuckDbFile, DestinationError> {
        let description = format!("DuckDB file {}", path.display());
        check_place(&path, &description)?;
        let file = DuckDbFile { path, lock_wait, description, lease: None, keeps_open: false, kept: None };
        file.check_mark()?;
        Ok(file)
    }

    /// Refuses a file of another kind without asking DuckDB, which would take its lock for that.
    fn check_mark(&self) -> Result<(), DestinationError> {
        // Closing any handle on a file gives up this process's lock on it, so nobody else may have it open here.
        let _gate = self.gate(Instant::now() + self.lock_wait)?;
        let mut head = Vec::new();
        let read = File::open(&self.path).and_then(|file| file.take(16).read_to_end(&mut head));
        match read {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(self.not_opened(error.into())),
            Ok(_) if head.get(MARK.1..).is_some_and(|rest| rest.starts_with(MARK.0)) => Ok(()),
            Ok(_) => Err(DestinationError::NotADatabase {
                destination: self.description.clone(),
                cause: "the file does not begin as a DuckDB file does".into(),
            }),
        }
    }

    /// The error of opening.
    fn not_opened(&self, cause: Cause) -> DestinationError {
        DestinationError::Open { destination: self.description.clone(), cause }
    }

    /// Waits until nobody else in this process has the file open.
    fn gate(&self, deadline: Instant) -> Result<Gate, DestinationError> {
        Gate::enter(&self.path, deadline).ok_or_else(|| DestinationError::Locked {
            destination: self.description.clone(),
            holder: "this process has it open already".to_owned(),
        })
    }

    /// Opens the file, waiting for another process that holds it.
    fn open(
        &self,
        connect: impl Fn(&Path) -> duckdb::Result<Connection>,
    ) -> Result<OpenFile, DestinationError> {
        let deadline = Instant::now() + self.lock_wait;
        let gate = self.gate(deadline)?;
        loop {
            match connect(&self.path) {
                Ok(connection) => {
                    let length = std::fs::metadata(&self.path).map_or(0, |metadata| metadata.len());
                    return Ok(OpenFile::new(connection, gate, self.description.clone(), length));
                }
                Err(error) if meaning(&error) == Meaning::Locked && Instant::now() < deadline => {
                    std::thread::sleep(LOCK_RETRY);
                }
                Err(error) => {
                    return Err(match failure(&self.description, "", error) {
                        DestinationError::Statement { cause, .. } => self.not_opened(cause),
                        known => known,
                    });
                }
            }
        }
    }

    /// The open file for one call, which writes or only reads.
    fn opened(&mut self, writes: bool) -> Result<DuckDbSession<'_>, DestinationError> {
        let open = |file: &Self| file.open(if writes { connect::to_write } else { connect::to_read });
        if !self.keeps_open {
            return open(self).map(DuckDbSession::Own);
        }
        let fits = |kept: &Kept| !kept.file.has_failed() && (kept.writes || !writes);
        if !self.kept.as_ref().is_some_and(fits) {
            // Closed first: it is the one that the gate waits for.
            self.kept = None;
            self.kept = Some(Kept { file: open(self)?, writes });
        }
        Ok(DuckDbSession::Kept(&self.kept.as_ref().expect("the file was opened above").file))
    }
}

impl Connector for DuckDbFile {
    type Session<'a> = DuckDbSession<'a>;

    fn describe(&self) -> String {
        self.description.clone()
    }

    fn place(&self) -> String {
        file::identity(&self.path).display().to_string()
    }

    fn dialect(&self) -> &'static dyn Dialect {
        &dialect::DuckDb
    }

    fn hold(&mut self, now_us: i64) -> Result<(), DestinationError> {
        if self.lease.is_none() {
            self.lease = Some(file::hold(&self.path, &self.description, now_us)?);
        }
        Ok(())
    }

    fn keep_open(&mut self) {
        self.keeps_open = true;
    }

    fn rest(&mut self) {
        self.kept = None;
    }

    fn check_writable(&mut self) -> Result<(), DestinationError> {
        self.kept = None;
        check_folder_writable(&self.path, &self.description)?;
        // As in `check_mark`: nobody else of this process may have the file open.
        let _gate = self.gate(Instant::now() + self.lock_wait)?;
        match OpenOptions::new().write(true).open(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(not_writable(&self.description, error)),
            _ => Ok(()),
        }
    }

    fn read(&mut self) -> Result<Option<DuckDbSession<'_>>, DestinationError> {
        if !self.path.exists() {
            self.kept = None;
            return Ok(None);
        }
        self.opened(false).map(Some)
    }

    fn write(&mut self, create: bool) -> Result<DuckDbSession<'_>, DestinationError> {
        if !self.path.exists() {
            self.kept = None;
            if !create {
                return Err(self.not_opened(std::io::Error::from(ErrorKind::NotFound).into()));
            }
        }
        self.opened(true)
    }

    fn rewrite(&mut self) -> Result<(), DestinationError> {
        self.kept = None;
        // A link stays one, and who may read the file stays as it is.
        let path = self.path.canonicalize().map_err(|error| self.not_opened(error.into()))?;
        let rewritten = PathBuf::from(format!("{}.rewritten", path.display()));
        let remove = || match std::fs::remove_file(&rewritten) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(self.not_opened(error.into())),
            _ => Ok(()),
        };
        // One that was broken off left this.
        remove()?;
        let session = DuckDbSession::Own(self.open(connect::to_write)?);
        let replace = || {
            let permissions = std::fs::metadata(&path)?.permissions();
            std::fs::set_permissions(&rewritten, permissions)?;
            // While the old file is open, nobody else writes to it.
            std::fs::rename(&rewritten, &path)
        };
        let copied = connect::copy(&session, &rewritten)
            .and_then(|()| session.reach(REWRITE_DONE_IN_PART, Step("rewrite the database", "")));
        if let Err(error) = copied.and_then(|()| replace().map_err(|error| self.not_opened(error.into()))) {
            remove()?;
            return Err(error);
        }
        drop(session);
        Ok(())
    }

    fn query(&mut self, sql: &str) -> Result<Answer, DestinationError> {
        if !self.path.exists() {
            return Err(self.not_opened(std::io::Error::from(ErrorKind::NotFound).into()));
        }
        self.kept = None;
        self.open(connect::to_read)?.answer(sql)
    }
}
