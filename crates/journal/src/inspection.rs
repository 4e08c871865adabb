//! Looking at a journal from outside, while a run may have it open.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::error::JournalError;
use crate::reader::Reader;
use crate::retention::size;
use crate::schema;

/// The format from which on a journal knows whether it lacks something.
const KNOWS_PARTIAL: i64 = 3;

/// A journal that is only looked at: nothing is written, no lease is taken, and an older format stays as it is.
#[derive(Debug)]
pub struct Inspection {
    /// The journal's file.
    path: PathBuf,
    /// The connections.
    reader: Reader,
    /// The format it has.
    format: i64,
}

/// What a journal is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// Its id.
    pub id: String,
    /// The workspace it belongs to.
    pub workspace: String,
    /// Its format.
    pub format: i64,
    /// Whether it lacks something that was received; see [`Journal::is_partial`](crate::Journal::is_partial).
    pub is_partial: bool,
    /// The highest number ever stored, whether its entry is still there or not.
    pub last_seq: i64,
    /// What it takes on the disk, in bytes.
    pub file_bytes: u64,
}

/// Some entries, summed up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// How many.
    pub entries: u64,
    /// The bytes of their bodies as they were received.
    pub body_bytes: u64,
    /// The bytes of their bodies as they are stored.
    pub stored_bytes: u64,
    /// The lowest and the highest number; none where there is no entry.
    pub seqs: Option<(i64, i64)>,
    /// When the earliest and the latest of their requests were sent, in microseconds since 1970 UTC.
    pub requested_us: Option<(i64, i64)>,
}

impl Inspection {
    /// Looks at the journal at `path`.
    ///
    /// # Errors
    /// [`JournalError::Open`] where there is none that can be read; [`JournalError::NotAJournal`];
    /// [`JournalError::NewerFormat`].
    pub fn open(path: &Path) -> Result<Inspection, JournalError> {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let connection = schema::open_to_read(&path).map_err(|source| schema::failed(&path, source))?;
        let format = schema::check_format(&connection, &path)?;
        Ok(Inspection { reader: Reader::new(&path), path, format })
    }

    /// What the journal is.
    ///
    /// # Errors
    /// [`JournalError::Read`].
    pub fn overview(&self) -> Result<Overview, JournalError> {
        let is_partial = if self.format >= KNOWS_PARTIAL { "is_partial" } else { "0" };
        let sql = format!(
            "SELECT id, workspace, {is_partial},
               (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'entry') FROM journal"
        );
        let (format, file_bytes) = (self.format, size(&self.path));
        self.reader.read("the journal's own row", |connection| {
            connection.query_row(&sql, [], |row| {
                let (id, workspace) = (row.get(0)?, row.get(1)?);
                Ok(Overview {
                    id,
                    workspace,
                    format,
                    is_partial: row.get(2)?,
                    last_seq: row.get(3)?,
                    file_bytes,
                })
            })
        })
    }

    /// The entries after a number.
    ///
    /// # Errors
    /// [`JournalError::Read`].
    pub fn extent(&self, after: i64) -> Result<Extent, JournalError> {
        self.reader.read("entries", |connection| extent(connection, after))
    }

    /// Every stream and its state, in the order of their names.
    ///
    /// # Errors
    /// [`JournalError::Read`].
    pub fn cursors(&self) -> Result<Vec<(String, String)>, JournalError> {
        self.reader.cursors("")
    }

    /// How much work is not done in each queue that has any, in the order of their names.
    ///
    /// # Errors
    /// [`JournalError::Read`].
    pub fn work_left(&self) -> Result<Vec<(String, u64)>, JournalError> {
        self.reader.remaining()
    }
}

/// Sums entries up.
fn extent(connection: &Connection, after: i64) -> rusqlite::Result<Extent> {
    let sql = "SELECT count(*), coalesce(sum(body_bytes), 0), coalesce(sum(length(body_zstd)), 0),
                 min(seq), max(seq), min(requested_at_us), max(requested_at_us) FROM entry WHERE seq > ?1";
    connection.query_row(sql, [after], |row| {
        let number = |index| row.get::<_, i64>(index).map(i64::unsigned_abs);
        let bounds = |index| {
            Ok::<_, rusqlite::Error>(Option::zip(
                row.get::<_, Option<i64>>(index)?,
                row.get::<_, Option<i64>>(index + 1)?,
            ))
        };
        Ok(Extent {
            entries: number(0)?,
            body_bytes: number(1)?,
            stored_bytes: number(2)?,
            seqs: bounds(3)?,
            requested_us: bounds(5)?,
        })
    })
}
