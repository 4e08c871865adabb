//! What `--to` names, and what lies beside it.

use crate::failure::Failure;
use relatable_destinations::{Address, Destination, DestinationError, uri};
use relatable_intercom::clock::Clock;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// Ending of the journal's name, after the name of the destination's file.
const JOURNAL_ENDING: &str = ".journal";

/// A destination by its address.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    address: Address,
}

impl Target {
    /// The destination that `uri` names.
    ///
    /// # Errors
    /// [`Failure::Destination`] where it names none.
    pub(crate) fn new(uri: &str) -> Result<Target, Failure> {
        Ok(Target { address: Address::parse(uri)? })
    }

    /// A place on this machine for the same tables on their way there.
    pub(crate) fn scratch(&self, file: &Path) -> Target {
        Target { address: self.address.scratch(file.to_path_buf()) }
    }

    /// Opens it, to wait for another process's lock as long as is usual.
    ///
    /// # Errors
    /// [`Failure::Destination`].
    pub(crate) fn open(&self) -> Result<Box<dyn Destination>, Failure> {
        self.open_waiting(uri::LOCK_WAIT)
    }

    /// Opens it, to wait for another process's lock for `lock_wait`.
    ///
    /// # Errors
    /// [`Failure::Destination`].
    pub(crate) fn open_waiting(&self, lock_wait: Duration) -> Result<Box<dyn Destination>, Failure> {
        Ok(self.address.open(lock_wait)?)
    }

    /// Opens it to be the only run there, from the moment of `clock` on.
    ///
    /// # Errors
    /// [`Failure::Destination`]; at once where another run has it.
    pub(crate) fn open_alone(&self, clock: &dyn Clock) -> Result<Box<dyn Destination>, Failure> {
        let mut destination = self.open()?;
        destination.hold(clock.now().as_microsecond())?;
        self.clear_abandoned();
        Ok(destination)
    }

    /// A folder for what is built on the way to other tables, beside those in a file or the journal of those on a server;
    /// readable by its owner alone, since all that is in the tables will be there.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn working_folder(&self) -> std::io::Result<TempDir> {
        let (folder, prefix) = self.working_place();
        std::fs::create_dir_all(&folder)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        builder.tempdir_in(folder)
    }

    /// Takes away such folders of those who were killed: whoever holds the destination has the only one that is in use.
    fn clear_abandoned(&self) {
        let (folder, prefix) = self.working_place();
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            // What another destination's begin with may begin so, and goes on with a dot.
            let drawn = name.to_str().and_then(|name| name.strip_prefix(&prefix));
            if drawn.is_some_and(|drawn| drawn.chars().all(char::is_alphanumeric)) {
                // What cannot be taken away is in nobody's way.
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
    }

    /// Where working folders are, and what their names begin with: no other destination's do.
    fn working_place(&self) -> (PathBuf, String) {
        let journal = self.journal();
        let beside = real(self.file().unwrap_or(&journal));
        let name = beside.file_name().unwrap_or_default().to_string_lossy();
        let folder = beside.parent().map(Path::to_path_buf).unwrap_or_default();
        (folder, format!(".relatable-remodel.{name}."))
    }

    /// As [`open`](Self::open), for those who know what its errors mean.
    ///
    /// # Errors
    /// What the destination says.
    pub(crate) fn open_destination(&self) -> Result<Box<dyn Destination>, DestinationError> {
        self.address.open(uri::LOCK_WAIT)
    }

    /// The file it lives in, where it does not live on a server.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.address.file()
    }

    /// The journal that is used unless another is named: beside the file, or named after the server's database in the
    /// folder where programs keep what is theirs.
    pub(crate) fn journal(&self) -> PathBuf {
        let mut journal = match (self.file(), self.address.server_name()) {
            (Some(file), _) => file.as_os_str().to_owned(),
            (None, name) => state_folder().join(name.unwrap_or_default()).into_os_string(),
        };
        journal.push(JOURNAL_ENDING);
        PathBuf::from(journal)
    }

    /// The one name of its place, where there can be one.
    pub(crate) fn place(&self) -> Option<String> {
        self.address.place()
    }

    /// Its file, or its server without user and password.
    pub(crate) fn name(&self) -> String {
        let file = self.file().map(|file| file.display().to_string());
        file.or_else(|| self.address.server_name()).unwrap_or_default()
    }

    /// Whether it lives in this file, by whatever name, which need not exist yet.
    pub(crate) fn is_in(&self, file: &Path) -> bool {
        self.file().is_some_and(|own| real(own) == real(file))
    }

    /// Whether another address leads to the same place, by whatever name.
    pub(crate) fn is_same_as(&self, other: &Target) -> bool {
        self.place().is_some_and(|place| Some(place) == other.place())
    }

    /// The database's own shell, to look at it.
    pub(crate) fn shell(&self) -> &'static str {
        self.address.shell()
    }
}

/// The folder for what this program keeps between runs (XDG base directory specification); the current one where the user
/// has no home.
fn state_folder() -> PathBuf {
    let folder =
        |variable: &str| std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local/state")));
    state.map_or_else(PathBuf::new, |state| state.join("relatable"))
}

/// A file's one true name; of a file that does not exist, as far as there is one.
fn real(file: &Path) -> PathBuf {
    let in_real_folder = || {
        let absolute = std::path::absolute(file)?;
        let folder = absolute.parent().unwrap_or(&absolute).canonicalize()?;
        Ok::<PathBuf, std::io::Error>(folder.join(absolute.file_name().unwrap_or_default()))
    };
    file.canonicalize().or_else(|_| in_real_folder()).unwrap_or_else(|_| file.to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_lies_beside_the_file() {
        for (uri, journal, shell) in [
            ("sqlite:demo.db", "demo.db.journal", "sqlite3"),
            ("sqlite:///var/demo.db", "/var/demo.db.journal", "sqlite3"),
            ("DuckDB:out/a", "out/a.journal", "duckdb"),
            ("./with:colon.duckdb", "./with:colon.duckdb.journal", "duckdb"),
            ("demo.sqlite", "demo.sqlite.journal", "sqlite3"),
        ] {
            let target = Target::new(uri).unwrap();
            assert_eq!(target.journal(), PathBuf::from(journal), "{uri}");
            assert_eq!(target.shell(), shell, "{uri}");
        }
    }
}
