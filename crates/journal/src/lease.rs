//! One run per journal: an operating system's lock on a file beside the database.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::JournalError;

/// Who has a journal open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The number of its process.
    pub pid: u32,
    /// The name of its machine.
    pub host: String,
    /// When it opened the journal, in microseconds since 1970 UTC.
    pub since_us: i64,
}

/// A held lease, given back when dropped. The system gives it back when the process dies; the file itself stays,
/// because removing it would let two openers lock two different files of one name.
#[derive(Debug)]
pub(crate) struct Lease {
    /// The locked file; its content names the holder.
    file: File,
}

impl Lease {
    /// Takes the lease of the journal at `journal` or says at once who has it.
    pub(crate) fn take(journal: &Path, since_us: i64) -> Result<Self, JournalError> {
        let path = lease_path(journal);
        let failed = |source| JournalError::Lease { path: path.clone(), source };
        let mut options = OpenOptions::new();
        let mut file =
            options.read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                // Another holder may be writing its name right now, or the system may forbid reading a locked file.
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                let holder = serde_json::from_str(&text).ok();
                return Err(JournalError::Held { path: journal.to_path_buf(), holder });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let holder = Holder { pid: std::process::id(), host: host_name(), since_us };
        let text = serde_json::to_vec(&holder).map_err(|source| failed(source.into()))?;
        file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(&text)).map_err(failed)?;
        Ok(Self { file })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // Closing would not be enough while a child process that was just forked still shares the file. A failure
        // here only delays the release until the file is closed.
        let _ = self.file.unlock();
    }
}

/// The file whose lock is the lease.
fn lease_path(journal: &Path) -> PathBuf {
    let mut path = journal.as_os_str().to_owned();
    path.push(".lock");
    PathBuf::from(path)
}

/// This machine's name, as far as it can be learned without asking the C library.
fn host_name() -> String {
    let from_system = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    from_system
        .or_else(|| std::env::var("HOSTNAME").ok())
        .or_else(|| std::env::var("COMPUTERNAME").ok())
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "an unnamed machine".to_owned())
}
