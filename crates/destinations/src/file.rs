//! The file a destination lives in: what must be true of its place before anything is read or written.

use crate::error::{Cause, DestinationError};
use relatable_lease::{Lease, LeaseError};
use std::io;
use std::path::{Path, PathBuf};

/// Refuses a path that is a folder or whose folder is missing.
pub(crate) fn check_place(path: &Path, destination: &str) -> Result<(), DestinationError> {
    let refuse = |kind, reason: String| {
        let cause = io::Error::new(kind, reason).into();
        Err(DestinationError::Open { destination: destination.to_owned(), cause })
    };
    if path.is_dir() {
        return refuse(io::ErrorKind::IsADirectory, format!("{} is a folder, not a file", path.display()));
    }
    let folder = folder_of(path);
    if folder.is_dir() {
        return Ok(());
    }
    refuse(io::ErrorKind::NotFound, format!("there is no folder {}", folder.display()))
}

/// Refuses a path in whose folder no file can be made: the databases need that even for a file that exists, since
/// what is being written stands beside it. Tries it with a file that has no name where the system knows such files,
/// so that nothing stays behind.
pub(crate) fn check_folder_writable(path: &Path, destination: &str) -> Result<(), DestinationError> {
    // What lies beside a linked file lies beside what the link leads to.
    let resolved = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    match tempfile::tempfile_in(folder_of(&resolved)) {
        Ok(_) => Ok(()),
        Err(error) => Err(not_writable(destination, error)),
    }
}

/// The error for a file or folder that cannot be written.
pub(crate) fn not_writable(destination: &str, cause: impl Into<Cause>) -> DestinationError {
    DestinationError::ReadOnly { destination: destination.to_owned(), cause: cause.into() }
}

/// Makes this process the only run at the file's tables, which need not exist, until the lease is dropped.
pub(crate) fn hold(path: &Path, destination: &str, now_us: i64) -> Result<Lease, DestinationError> {
    Lease::take(&identity(path), now_us).map_err(|refused| {
        let destination = destination.to_owned();
        match refused {
            LeaseError::Held(holder) => DestinationError::Locked {
                destination,
                holder: holder.map_or_else(|| "another run".to_owned(), |holder| holder.to_string()),
            },
            LeaseError::System { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                DestinationError::Full { destination, cause: source.into() }
            }
            system @ LeaseError::System { .. } => not_writable(&destination, system),
        }
    })
}

/// One path per file: links resolved in its folder, and in the file where it exists; without a folder the absolute path.
pub(crate) fn identity(path: &Path) -> PathBuf {
    let in_folder = || Some(folder_of(path).canonicalize().ok()?.join(path.file_name()?));
    let resolved = path.canonicalize().ok().or_else(in_folder).or_else(|| std::path::absolute(path).ok());
    resolved.unwrap_or_else(|| path.to_path_buf())
}

/// The folder a path stands in.
fn folder_of(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_path_buf()
}
