//! Where libraries are kept: `.duckdb/` in the workspace, beside the binaries, and a scratch folder meanwhile.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use super::digest::sha256;
use crate::failure::Failure;

/// The folder that Cargo links from. Beside the library lies its digest, so that a damaged or exchanged file
/// is noticed before it is linked.
pub(super) struct Store {
    folder: PathBuf,
    library: &'static str,
}

impl Store {
    /// A store in the folder for a library of this file name.
    pub(super) fn new(folder: PathBuf, library: &'static str) -> Self {
        Self { folder, library }
    }

    /// The library, if it is there and still what was put there for this version of DuckDB.
    pub(super) fn present(&self) -> Result<Option<PathBuf>, Failure> {
        let path = self.folder.join(self.library);
        let record = self.record();
        if !path.is_file() || !record.is_file() {
            return Ok(None);
        }
        let recorded = fs::read_to_string(&record).map_err(Failure::file("read", &record))?;
        if recorded == self.record_text(&sha256(&path)?) {
            return Ok(Some(path));
        }
        eprintln!("xtask: {} is not the library that was put there: obtaining it again", path.display());
        Ok(None)
    }

    /// Copies a library into the store, the file appearing at once and complete.
    pub(super) fn put(&self, source: &Path) -> Result<PathBuf, Failure> {
        let path = self.folder.join(self.library);
        let digest = sha256(source)?;
        let text = self.record_text(&digest);
        let unchanged = path.is_file()
            && fs::read_to_string(self.record()).is_ok_and(|recorded| recorded == text)
            && sha256(&path)? == digest;
        if unchanged {
            return Ok(path);
        }
        fs::create_dir_all(&self.folder).map_err(Failure::file("create", &self.folder))?;
        place(&path, |incoming| fs::copy(source, incoming).map(drop))?;
        place(&self.record(), |incoming| fs::write(incoming, &text))?;
        Ok(path)
    }

    /// The file beside the library, named after the version so that another version is obtained anew.
    fn record(&self) -> PathBuf {
        self.folder.join(format!("{}.{}.sha256", self.library, super::VERSION))
    }

    /// The content of the record, as `sha256sum --check` reads it.
    fn record_text(&self, digest: &str) -> String {
        format!("{digest}  {}\n", self.library)
    }
}

/// Puts the library beside the binaries, where their run path points: as a hard link where the file system
/// allows it, else as a copy.
pub(crate) fn stage(library: &Path, folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(Failure::file("create", folder))?;
    let path = folder.join(library.file_name().unwrap_or(library.as_os_str()));
    place(&path, |incoming| {
        fs::hard_link(library, incoming).or_else(|_| fs::copy(library, incoming).map(drop))
    })
}

/// Writes a file under a passing name and renames it, so that nobody sees half of it.
fn place(path: &Path, write: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<(), Failure> {
    let mut incoming = path.as_os_str().to_owned();
    incoming.push(format!(".incoming-{}", process::id()));
    let incoming = PathBuf::from(incoming);
    let written = write(&incoming).and_then(|()| fs::rename(&incoming, path));
    // The passing name is left over after a failure, and after renaming onto a link to the same file.
    match fs::remove_file(&incoming) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Failure::file("remove", &incoming)(error));
        }
        _ => {}
    }
    written.map_err(Failure::file("write", path))
}

/// A folder of its own in the system's temporary folder, removed at the end. It lies outside of the workspace
/// so that the workspace's Cargo configuration does not apply in it.
pub(super) struct Scratch {
    /// The empty folder.
    pub(super) folder: PathBuf,
}

impl Scratch {
    /// Creates the folder.
    pub(super) fn create() -> Result<Self, Failure> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("relatable-xtask-{}-{number}", process::id()));
        fs::create_dir(&folder).map_err(Failure::file("create", &folder))?;
        Ok(Self { folder })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            eprintln!("xtask: cannot remove {}: {error}", self.folder.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_kept_until_it_is_damaged_and_staging_leaves_no_traces() {
        let scratch = Scratch::create().expect("a scratch folder");
        let source = scratch.folder.join("source");
        fs::write(&source, "library").expect("writable");
        let store = Store::new(scratch.folder.join("store"), "libduckdb.so");
        assert_eq!(store.present().expect("readable"), None);

        let path = store.put(&source).expect("storable");
        assert_eq!(store.present().expect("readable"), Some(path.clone()));
        let beside = scratch.folder.join("debug");
        for _ in 0..2 {
            stage(&path, &beside).expect("stageable");
        }
        assert_eq!(fs::read(beside.join("libduckdb.so")).expect("readable"), b"library");
        assert_eq!(fs::read_dir(&beside).expect("listable").count(), 1);

        fs::remove_file(&path).expect("removable");
        fs::write(&path, "damaged").expect("writable");
        assert_eq!(store.present().expect("readable"), None);
        store.put(&source).expect("storable");
        assert_eq!(store.present().expect("readable"), Some(path));
    }
}
