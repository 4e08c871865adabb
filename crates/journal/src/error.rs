//! What can go wrong with a journal.

use std::io;
use std::path::{Path, PathBuf};

use relatable_lease::{Holder, LeaseError};

/// A failed operation of a journal. No variant contains a body, a cursor or a payload. After a failed append or
/// read the journal stays usable.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The path cannot be made absolute, for instance because it is empty.
    #[error("cannot make an absolute path of {}", path.display())]
    Path {
        /// The path as it was given.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// SQLite cannot open or prepare the file: a missing or read-only folder, a file without permission.
    #[error("cannot open the journal {}", path.display())]
    Open {
        /// The journal's file.
        path: PathBuf,
        /// SQLite's reason.
        source: rusqlite::Error,
    },
    /// The file that guards the journal cannot be created, locked or written.
    #[error("cannot guard the journal {}", path.display())]
    Lease {
        /// The journal's file.
        path: PathBuf,
        /// What the system says of which file.
        source: LeaseError,
    },
    /// A living process uses this journal.
    #[error("the journal {} is in use by {}", path.display(), describe(holder.as_ref()))]
    Held {
        /// The journal's file.
        path: PathBuf,
        /// Who has it, where the lease tells.
        holder: Option<Holder>,
    },
    /// The file exists and is something else: another program's database or no database.
    #[error("{} is not a journal of Relatable", path.display())]
    NotAJournal {
        /// The file, left as it was.
        path: PathBuf,
    },
    /// The journal was written by a newer version of this program.
    #[error("the journal {} has format {found}, this version knows up to {known}", path.display())]
    NewerFormat {
        /// The journal's file, left as it was.
        path: PathBuf,
        /// The file's format.
        found: i64,
        /// The newest format this version knows.
        known: i64,
    },
    /// The journal belongs to another workspace.
    #[error("the journal {} is of workspace {found:?}, not of {expected:?}", path.display())]
    OtherWorkspace {
        /// The journal's file, left as it was.
        path: PathBuf,
        /// The journal's workspace.
        found: String,
        /// The workspace it was opened for.
        expected: String,
    },
    /// The thread that writes cannot be started.
    #[error("cannot start the thread that writes the journal")]
    Thread {
        /// The system's reason.
        source: io::Error,
    },
    /// The thread that writes has ended although the journal is open; only a new [`Journal::open`] helps.
    ///
    /// [`Journal::open`]: crate::Journal::open
    #[error("the thread that writes the journal {} has ended", path.display())]
    Stopped {
        /// The journal's file.
        path: PathBuf,
    },
    /// A body cannot be compressed, for want of memory.
    #[error("cannot compress the body of entry {seq}")]
    Compress {
        /// The entry that was not written.
        seq: i64,
        /// The compressor's reason.
        source: io::Error,
    },
    /// No space is left on the disk; nothing of this transaction was written.
    #[error("no space is left for the journal {}", path.display())]
    Full {
        /// The journal's file.
        path: PathBuf,
        /// SQLite's words.
        source: rusqlite::Error,
    },
    /// A transaction failed; nothing of it was written.
    #[error("cannot write to the journal {}", path.display())]
    Write {
        /// The journal's file.
        path: PathBuf,
        /// SQLite's reason.
        source: rusqlite::Error,
    },
    /// Reading failed.
    #[error("cannot read {what} from the journal {}", path.display())]
    Read {
        /// The journal's file.
        path: PathBuf,
        /// What was read: entries, cursors or work.
        what: &'static str,
        /// SQLite's reason.
        source: rusqlite::Error,
    },
    /// A stored body does not match its length or its checksum.
    #[error("the body of entry {seq} in the journal {} is damaged", path.display())]
    DamagedBody {
        /// The journal's file.
        path: PathBuf,
        /// The entry; those before it can be read by asking for them alone.
        seq: i64,
        /// What does not match.
        source: io::Error,
    },
}

impl JournalError {
    /// Names a failed transaction, and a full disk as such.
    pub(crate) fn writing(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_path_buf();
        if source.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull) {
            return Self::Full { path, source };
        }
        Self::Write { path, source }
    }
}

/// Says who holds a lease.
fn describe(holder: Option<&Holder>) -> String {
    match holder {
        Some(holder) => holder.to_string(),
        None => "another process".to_owned(),
    }
}
