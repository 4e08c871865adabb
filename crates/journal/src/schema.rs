//! The database's format: how a journal is recognised, created and brought up to date.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::time::Duration;

use relatable_faults::{JOURNAL_MADE, JOURNAL_MAKING};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, TransactionBehavior};

use crate::error::JournalError;
use crate::fault;

/// SQLite's mark of whose file this is: "RelJ".
const APPLICATION_ID: i64 = 0x5265_6c4a;

/// How long to wait for a lock that someone else holds, such as SQLite's shell.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Step `n` brings format `n` to format `n + 1`; an empty file has format 0. Steps are only ever added.
const STEPS: [&str; 3] = [
    "
    CREATE TABLE journal (
        id TEXT NOT NULL,
        workspace TEXT NOT NULL,
        created_at_us INTEGER NOT NULL
    ) STRICT;
    -- With AUTOINCREMENT the highest number is remembered even when entries are removed.
    CREATE TABLE entry (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        answer TEXT NOT NULL,
        scope TEXT,
        requested_at_us INTEGER NOT NULL,
        body_bytes INTEGER NOT NULL,
        body_zstd BLOB NOT NULL
    ) STRICT;
    CREATE TABLE cursor (
        stream TEXT PRIMARY KEY,
        state TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- Places and generations are drawn from one series; queue.stamp is the last one drawn for that queue.
    CREATE TABLE work (
        place INTEGER PRIMARY KEY,
        queue TEXT NOT NULL,
        key TEXT NOT NULL,
        payload TEXT NOT NULL,
        generation INTEGER NOT NULL,
        UNIQUE (queue, key)
    ) STRICT;
    CREATE INDEX work_by_place ON work (queue, place);
    CREATE TABLE queue (
        name TEXT PRIMARY KEY,
        remaining INTEGER NOT NULL,
        stamp INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
",
    "
    -- What an enumeration under way has shown so far; told apart as bytes.
    CREATE TABLE seen (
        pass TEXT NOT NULL,
        key TEXT NOT NULL,
        PRIMARY KEY (pass, key)
    ) STRICT, WITHOUT ROWID;
",
    "
    -- Whether something that was received for its destination is not among the entries: pruned, or in another journal.
    ALTER TABLE journal ADD COLUMN is_partial INTEGER NOT NULL DEFAULT 0;
",
];

/// The newest format.
const FORMAT: i64 = STEPS.len() as i64;

/// What a journal knows of itself when it is opened.
#[derive(Debug)]
pub(crate) struct Identity {
    /// The journal's id.
    pub(crate) id: String,
    /// The highest sequence number ever stored; 0 for none.
    pub(crate) seq: i64,
    /// The last stamp drawn for work; 0 for none.
    pub(crate) stamp: i64,
}

/// Opens the file, creating it empty where there is none, and makes sure that it is a journal or nothing at all.
pub(crate) fn open(path: &Path) -> Result<Connection, JournalError> {
    let failed = |source| failed(path, source);
    let is_new = !path.exists();
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    if is_new {
        keep_private(path);
    }
    connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    let application: i64 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(failed)?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)?;
    let is_empty = application == 0 && tables == 0;
    if application != APPLICATION_ID && !is_empty {
        return Err(JournalError::NotAJournal { path: path.to_path_buf() });
    }
    Ok(connection)
}

/// Opens a connection that only reads.
pub(crate) fn open_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// Makes sure that a connection leads to a journal whose format is known; answers the format.
pub(crate) fn check_format(connection: &Connection, path: &Path) -> Result<i64, JournalError> {
    let failed = |source| failed(path, source);
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(failed);
    if pragma("application_id")? != APPLICATION_ID {
        return Err(JournalError::NotAJournal { path: path.to_path_buf() });
    }
    let format = pragma("user_version")?;
    if format > FORMAT {
        return Err(JournalError::NewerFormat { path: path.to_path_buf(), found: format, known: FORMAT });
    }
    Ok(format)
}

/// Creates the journal or brings it up to date, in one transaction that leaves a journal of another workspace or of
/// a newer format as it was, and says who it is. The caller holds the lease.
pub(crate) fn prepare(
    connection: &mut Connection,
    path: &Path,
    workspace: &str,
    opened_at_us: i64,
) -> Result<Identity, JournalError> {
    let failed = |source| failed(path, source);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let format: i64 =
        transaction.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)?;
    if format > FORMAT {
        return Err(JournalError::NewerFormat { path: path.to_path_buf(), found: format, known: FORMAT });
    }
    for step in STEPS.iter().skip(usize::try_from(format).unwrap_or_default()) {
        transaction.execute_batch(step).map_err(failed)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
    transaction.pragma_update(None, "user_version", FORMAT).map_err(failed)?;
    let found: Option<(String, String)> = transaction
        .query_row("SELECT id, workspace FROM journal", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
        .map_err(failed)?;
    let id = match found {
        Some((id, found)) if found == workspace => id,
        Some((_, found)) => {
            let expected = workspace.to_owned();
            return Err(JournalError::OtherWorkspace { path: path.to_path_buf(), found, expected });
        }
        None => {
            let id = new_id(path, workspace, opened_at_us);
            transaction
                .execute(
                    "INSERT INTO journal (id, workspace, created_at_us) VALUES (?1, ?2, ?3)",
                    (&id, workspace, opened_at_us),
                )
                .map_err(failed)?;
            id
        }
    };
    let highest = |sql| transaction.query_row(sql, [], |row| row.get(0)).map_err(failed);
    let seq = highest("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'entry'")?;
    let stamp = highest("SELECT coalesce(max(stamp), 0) FROM queue")?;
    fault::reach(JOURNAL_MAKING).map_err(failed)?;
    transaction.commit().map_err(failed)?;
    fault::reach(JOURNAL_MADE).map_err(failed)?;
    connection.pragma_update(None, "journal_mode", "wal").map_err(failed)?;
    connection.pragma_update(None, "synchronous", "normal").map_err(failed)?;
    Ok(Identity { id, seq, stamp })
}

/// Names a failure of opening, and as such a file that is no database and a disk that is full.
pub(crate) fn failed(path: &Path, source: rusqlite::Error) -> JournalError {
    let path = path.to_path_buf();
    if source.sqlite_error_code() == Some(ErrorCode::NotADatabase) {
        return JournalError::NotAJournal { path };
    }
    if source.sqlite_error_code() == Some(ErrorCode::DiskFull) {
        return JournalError::Full { path, source };
    }
    JournalError::Open { path, source }
}

/// Makes an id of 32 hexadecimal digits from where, for whom, when and by which process the journal is created. Not
/// random, and told apart from every other journal by the microsecond and the process.
fn new_id(path: &Path, workspace: &str, opened_at_us: i64) -> String {
    let half = |half: u8| {
        let mut hasher = DefaultHasher::new();
        (half, path, workspace, opened_at_us, std::process::id()).hash(&mut hasher);
        hasher.finish()
    };
    format!("{:016x}{:016x}", half(0), half(1))
}

/// A journal holds what a workspace holds, so only its owner may read it. SQLite gives the files beside it the same
/// permissions. Where the system has no such permissions, the folder's rules apply.
#[cfg(unix)]
fn keep_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    // A file system that cannot do this can still keep the journal.
    let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
}

/// See above.
#[cfg(not(unix))]
fn keep_private(_path: &Path) {}
