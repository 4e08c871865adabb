//! One opening of a DuckDB file at a time in this process.
//!
//! DuckDB locks its file against other processes only: two openings in one process would both write.

use crate::file::identity;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// The files open now.
static OPEN: Mutex<Option<HashSet<PathBuf>>> = Mutex::new(None);
/// Told when a file is closed.
static CLOSED: Condvar = Condvar::new();

/// The right to have a file open; given back when dropped.
pub(super) struct Gate {
    path: PathBuf,
}

impl Gate {
    /// Waits for the right to open the file; `None` when the deadline passes.
    pub(super) fn enter(path: &Path, deadline: Instant) -> Option<Gate> {
        let path = identity(path);
        let mut open = open_files();
        loop {
            if open.get_or_insert_default().insert(path.clone()) {
                return Some(Gate { path });
            }
            let left = deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?;
            (open, _) = CLOSED.wait_timeout(open, left).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        open_files().get_or_insert_default().remove(&self.path);
        CLOSED.notify_all();
    }
}

/// The set of open files; a panic elsewhere leaves it whole.
fn open_files() -> MutexGuard<'static, Option<HashSet<PathBuf>>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}
