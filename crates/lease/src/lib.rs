//! One process per file, and who it is.
//!
//! A [`Lease`] is the operating system's lock on a file beside the one that is guarded: `NAME.lock`, whose content names the
//! [`Holder`]. The system gives it back when the process dies, however it does, so there is nothing to clean up.
//!
//! # What this crate does not know
//! What is guarded, and the time, which callers hand in.

mod holder;

pub use holder::Holder;

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

/// Why a lease was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// A living process has it; who, where the file tells.
    #[error("it is in use by {}", .0.as_ref().map_or_else(|| "another process".to_owned(), ToString::to_string))]
    Held(Option<Holder>),
    /// The lock's file cannot be created, locked or written.
    #[error("cannot take the lease {}", path.display())]
    System {
        /// The lock's file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// A held lease, given back when dropped.
#[derive(Debug)]
pub struct Lease {
    /// The locked file; its content names the holder.
    file: File,
    path: PathBuf,
}

impl Lease {
    /// Takes the lease of the file at `guarded`, which need not exist while its folder does, or says at once who has it.
    /// `since_us` is the present in microseconds since 1970 UTC; it is told to others.
    ///
    /// Two names of one file must be made one by the caller. Taken twice in one process, the second is refused.
    ///
    /// # Errors
    /// [`LeaseError`].
    pub fn take(guarded: &Path, since_us: i64) -> Result<Lease, LeaseError> {
        let mut name = OsString::from(guarded);
        name.push(".lock");
        let path = PathBuf::from(name);
        let failed = |source| LeaseError::System { path: path.clone(), source };
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        let mut lease = loop {
            let file = options.open(&path).map_err(failed)?;
            match file.try_lock() {
                // Who held it may have removed the file since it was opened here.
                Ok(()) if !is_at(&file, &path) => {}
                Ok(()) => break Lease { file, path: path.clone() },
                Err(TryLockError::WouldBlock) => return Err(LeaseError::Held(named_in(&path))),
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
        };
        relatable_faults::reach(relatable_faults::LEASE_LOCKED).map_err(failed)?;
        lease.name(&Holder::this_process(since_us)).map_err(failed)?;
        relatable_faults::reach(relatable_faults::LEASE_TAKEN).map_err(failed)?;
        Ok(lease)
    }

    /// Writes who holds it.
    fn name(&mut self, holder: &Holder) -> io::Result<()> {
        let text = serde_json::to_vec(holder)?;
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(&text)
    }
}

/// Whether the file is the one that others find under this name.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    let found = std::fs::metadata(path).map(identity).ok();
    found.is_some() && found == file.metadata().map(identity).ok()
}

/// Whether the file is the one that others find under this name: nobody removes it here.
#[cfg(not(unix))]
fn is_at(_file: &File, _path: &Path) -> bool {
    true
}

impl Drop for Lease {
    fn drop(&mut self) {
        if cfg!(unix) && is_at(&self.file, &self.path) {
            // While it is locked, so that nobody's lock is on a file that is gone without their noticing.
            let _ = std::fs::remove_file(&self.path);
        }
        // Closing would not be enough while a child process that was just forked still shares the file. A failure
        // here only delays the release until the file is closed.
        let _ = self.file.unlock();
    }
}

/// Who the lock's file names. Another holder may be writing its name right now, and some systems forbid reading a locked
/// file.
fn named_in(path: &Path) -> Option<Holder> {
    serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
}
