//! Reading: short statements on connections of their own. Nothing is held while nobody reads.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row};

use crate::body;
use crate::entry::{Entry, StoredEntry, Work};
use crate::error::JournalError;
use crate::schema;
use crate::work::Waiting;

/// The connections that read one journal.
#[derive(Debug)]
pub(crate) struct Reader {
    /// The journal's file.
    path: PathBuf,
    /// Connections that nobody uses at the moment.
    idle: Mutex<Vec<Connection>>,
}

impl Reader {
    /// Reads the journal at `path`; connects when first asked.
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_path_buf(), idle: Mutex::default() }
    }

    /// Closes the idle connections, so that the writer is the last one and can tidy up the log.
    pub(crate) fn close(&self) {
        self.lock().clear();
    }

    /// The entries after `after` up to `up_to`, at least one if there is any, and no more than fit `bytes_max`.
    pub(crate) fn entries(
        &self,
        after: i64,
        up_to: i64,
        bytes_max: usize,
    ) -> Result<Vec<StoredEntry>, JournalError> {
        let bytes_max = i64::try_from(bytes_max).unwrap_or(i64::MAX);
        let packed = self.read("entries", |connection| packed(connection, after, up_to, bytes_max))?;
        // The read transaction has ended; unpacking takes its time without it.
        packed.into_iter().map(|packed| packed.unpack(&self.path)).collect()
    }

    /// The state of a stream.
    pub(crate) fn cursor(&self, stream: &str) -> Result<Option<String>, JournalError> {
        self.read("cursors", |connection| {
            let mut statement = connection.prepare_cached("SELECT state FROM cursor WHERE stream = ?1")?;
            statement.query_row([stream], |row| row.get(0)).optional()
        })
    }

    /// The streams whose names begin with `prefix`, in the order of their names.
    pub(crate) fn cursors(&self, prefix: &str) -> Result<Vec<(String, String)>, JournalError> {
        self.read("cursors", |connection| {
            let sql = "SELECT stream, state FROM cursor WHERE stream >= ?1 ORDER BY stream";
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query([prefix])?;
            let mut cursors = Vec::new();
            while let Some(row) = rows.next()? {
                let stream: String = row.get(0)?;
                if !stream.starts_with(prefix) {
                    break;
                }
                cursors.push((stream, row.get(1)?));
            }
            Ok(cursors)
        })
    }

    /// The work of a queue after a place, oldest first.
    pub(crate) fn waiting(
        &self,
        queue: &str,
        after: i64,
        count: usize,
    ) -> Result<Vec<Waiting>, JournalError> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.read("work", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT place, generation, key, payload FROM work
                 WHERE queue = ?1 AND place > ?2 ORDER BY place LIMIT ?3",
            )?;
            let rows = statement.query_map((queue, after, count), |row| {
                let work = Work { queue: queue.to_owned(), key: row.get(2)?, payload: row.get(3)? };
                Ok(Waiting { place: row.get(0)?, generation: row.get(1)?, work })
            })?;
            rows.collect()
        })
    }

    /// How many different keys a pass has shown.
    pub(crate) fn seen_count(&self, pass: &str) -> Result<u64, JournalError> {
        self.read("keys seen", |connection| {
            let mut statement = connection.prepare_cached("SELECT count(*) FROM seen WHERE pass = ?1")?;
            statement.query_row([pass], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
        })
    }

    /// The keys that a pass has shown after a key, in the order of their bytes.
    pub(crate) fn seen(&self, pass: &str, after: &str, count: usize) -> Result<Vec<String>, JournalError> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.read("keys seen", |connection| {
            let sql = "SELECT key FROM seen WHERE pass = ?1 AND key > ?2 ORDER BY key LIMIT ?3";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map((pass, after, count), |row| row.get(0))?;
            rows.collect()
        })
    }

    /// How much work each queue has left, without those that have none.
    pub(crate) fn remaining(&self) -> Result<Vec<(String, u64)>, JournalError> {
        self.read("work", |connection| {
            let sql = "SELECT name, remaining FROM queue WHERE remaining > 0 ORDER BY name";
            let mut statement = connection.prepare_cached(sql)?;
            let rows =
                statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
            rows.collect()
        })
    }

    /// How much work one queue has left.
    pub(crate) fn remaining_in(&self, queue: &str) -> Result<u64, JournalError> {
        self.read("work", |connection| {
            let mut statement = connection.prepare_cached("SELECT remaining FROM queue WHERE name = ?1")?;
            let remaining: Option<i64> = statement.query_row([queue], |row| row.get(0)).optional()?;
            Ok(remaining.unwrap_or_default().unsigned_abs())
        })
    }

    /// Runs one read on a connection of its own.
    pub(crate) fn read<T>(
        &self,
        what: &'static str,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, JournalError> {
        let failed = |source| JournalError::Read { path: self.path.clone(), what, source };
        let idle = self.lock().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => schema::open_to_read(&self.path).map_err(failed)?,
        };
        let found = read(&connection).map_err(failed)?;
        // After a failure the connection is closed instead: the next read begins with a fresh one.
        self.lock().push(connection);
        Ok(found)
    }

    /// Locks the idle connections; a list cannot be half changed by a panic.
    fn lock(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An entry as it is stored.
struct Packed {
    /// The entry, its body still a compressed frame.
    stored: StoredEntry,
    /// The length of the body once restored.
    body_bytes: i64,
}

impl Packed {
    /// Reads one row of the statement below.
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let entry = Entry {
            answer: row.get(2)?,
            scope: row.get(3)?,
            requested_at_us: row.get(4)?,
            body: row.get(5)?,
        };
        Ok(Self { stored: StoredEntry { seq: row.get(0)?, entry }, body_bytes: row.get(1)? })
    }

    /// Restores the body.
    fn unpack(self, path: &Path) -> Result<StoredEntry, JournalError> {
        let Self { mut stored, body_bytes } = self;
        stored.entry.body = body::decompress(&stored.entry.body, body_bytes).map_err(|source| {
            JournalError::DamagedBody { path: path.to_path_buf(), seq: stored.seq, source }
        })?;
        Ok(stored)
    }
}

/// Reads entries in order until the next one would exceed `bytes_max`.
fn packed(connection: &Connection, after: i64, up_to: i64, bytes_max: i64) -> rusqlite::Result<Vec<Packed>> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, body_bytes, answer, scope, requested_at_us, body_zstd FROM entry
         WHERE seq > ?1 AND seq <= ?2 ORDER BY seq",
    )?;
    let mut rows = statement.query((after, up_to))?;
    let mut entries = Vec::new();
    let mut bytes: i64 = 0;
    while let Some(row) = rows.next()? {
        bytes = bytes.saturating_add(row.get(1)?);
        if bytes > bytes_max && !entries.is_empty() {
            break;
        }
        entries.push(Packed::from_row(row)?);
    }
    Ok(entries)
}
