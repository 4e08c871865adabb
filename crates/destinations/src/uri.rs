//! From what a person writes after `--to` to an open destination.

use crate::contract::Destination;
use crate::error::DestinationError;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long another process's lock on the database is waited for unless told otherwise.
pub const LOCK_WAIT: Duration = Duration::from_secs(60);

/// The databases known, whether compiled in or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Sqlite,
    DuckDb,
}

impl Scheme {
    /// Every scheme with the endings of file names that stand for it.
    const ALL: [(Scheme, &'static str, &'static [&'static str]); 2] =
        [(Scheme::Sqlite, "sqlite", &["db", "sqlite"]), (Scheme::DuckDb, "duckdb", &["duckdb"])];
}

/// Where a destination is: which database, in which file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    scheme: Scheme,
    file: PathBuf,
}

impl Address {
    /// Reads what is written as `sqlite:FILE` or `duckdb:FILE`; `sqlite:///absolute/file` and the bare name of a file
    /// that ends in `.db`, `.sqlite` or `.duckdb` are understood too.
    ///
    /// # Errors
    /// [`DestinationError::Uri`] for anything else.
    pub fn parse(uri: &str) -> Result<Address, DestinationError> {
        let bare = Path::new(uri).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let (scheme, path) = match uri.split_once(':') {
            // A single letter is a drive.
            Some((name, path)) if name.len() > 1 && !name.contains(['/', '\\', '.']) => {
                let known = Scheme::ALL.iter().find(|(_, known, _)| name.eq_ignore_ascii_case(known));
                let (scheme, ..) = known.ok_or_else(|| not_understood(name, "its scheme is unknown"))?;
                // `sqlite://file` has no host: what follows the slashes is the path.
                (*scheme, path.strip_prefix("//").unwrap_or(path))
            }
            _ => {
                let known = Scheme::ALL.iter().find(|(.., endings)| endings.contains(&bare));
                let (scheme, ..) = known.ok_or_else(|| not_understood(uri, "it names no database"))?;
                (*scheme, uri)
            }
        };
        if path.is_empty() {
            return Err(not_understood(uri, "it names no file"));
        }
        Ok(Address { scheme, file: PathBuf::from(path) })
    }

    /// A destination of the same kind in another file.
    #[must_use]
    pub fn at(&self, file: PathBuf) -> Address {
        Address { scheme: self.scheme, file }
    }

    /// The file. Every destination there is lives in one.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The name of the database's own shell, to look at it.
    pub fn shell(&self) -> &'static str {
        match self.scheme {
            Scheme::Sqlite => "sqlite3",
            Scheme::DuckDb => "duckdb",
        }
    }

    /// Opens the destination. Looks at what is there, creates nothing, and takes no lock; another process's lock is later
    /// waited for `lock_wait`.
    ///
    /// # Errors
    /// [`DestinationError::NotBuilt`] for a database this build lacks; [`DestinationError::Open`] where the folder is
    /// missing or the path is a folder; [`DestinationError::NotADatabase`] for a file of another kind.
    pub fn open(&self, lock_wait: Duration) -> Result<Box<dyn Destination>, DestinationError> {
        match self.scheme {
            Scheme::Sqlite => open_sqlite(self.file.clone(), lock_wait),
            Scheme::DuckDb => open_duckdb(self.file.clone(), lock_wait),
        }
    }
}

/// Opens the destination at the address `uri`, to wait for another process's lock for [`LOCK_WAIT`].
///
/// # Errors
/// As [`Address::parse`] and [`Address::open`].
pub fn open(uri: &str) -> Result<Box<dyn Destination>, DestinationError> {
    open_waiting(uri, LOCK_WAIT)
}

/// As [`open`], waiting `lock_wait` for another process's lock.
///
/// # Errors
/// As [`open`].
pub fn open_waiting(uri: &str, lock_wait: Duration) -> Result<Box<dyn Destination>, DestinationError> {
    Address::parse(uri)?.open(lock_wait)
}

#[cfg(feature = "sqlite")]
fn open_sqlite(path: PathBuf, lock_wait: Duration) -> Result<Box<dyn Destination>, DestinationError> {
    Ok(Box::new(crate::database::Database::new(crate::sqlite::SqliteFile::new(path, lock_wait)?)))
}

#[cfg(not(feature = "sqlite"))]
fn open_sqlite(_path: PathBuf, _lock_wait: Duration) -> Result<Box<dyn Destination>, DestinationError> {
    Err(DestinationError::NotBuilt { scheme: "sqlite".to_owned() })
}

#[cfg(feature = "duckdb")]
fn open_duckdb(path: PathBuf, lock_wait: Duration) -> Result<Box<dyn Destination>, DestinationError> {
    Ok(Box::new(crate::database::Database::new(crate::duckdb::DuckDbFile::new(path, lock_wait)?)))
}

#[cfg(not(feature = "duckdb"))]
fn open_duckdb(_path: PathBuf, _lock_wait: Duration) -> Result<Box<dyn Destination>, DestinationError> {
    Err(DestinationError::NotBuilt { scheme: "duckdb".to_owned() })
}

/// The error for a URI; an unknown one is shown by its scheme only, since what follows may hold a password.
fn not_understood(uri: &str, what: &str) -> DestinationError {
    let valid: Vec<String> = Scheme::ALL.iter().map(|(_, name, _)| format!("{name}:FILE")).collect();
    DestinationError::Uri {
        uri: uri.to_owned(),
        reason: format!("{what}; valid are {}", valid.join(" and ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_name_a_database_and_a_file() {
        for (uri, scheme, file) in [
            ("sqlite:demo.db", Scheme::Sqlite, "demo.db"),
            ("sqlite:/var/demo", Scheme::Sqlite, "/var/demo"),
            ("sqlite:///var/demo.db", Scheme::Sqlite, "/var/demo.db"),
            ("SQLite:a:b", Scheme::Sqlite, "a:b"),
            ("duckdb:demo", Scheme::DuckDb, "demo"),
            ("duckdb://demo", Scheme::DuckDb, "demo"),
            ("out/demo.db", Scheme::Sqlite, "out/demo.db"),
            ("demo.sqlite", Scheme::Sqlite, "demo.sqlite"),
            ("./with:colon.duckdb", Scheme::DuckDb, "./with:colon.duckdb"),
        ] {
            let file = PathBuf::from(file);
            assert_eq!(Address::parse(uri).expect(uri), Address { scheme, file }, "{uri}");
        }
    }

    #[test]
    #[cfg(not(all(feature = "sqlite", feature = "duckdb")))]
    fn a_database_that_is_not_compiled_in_is_named() {
        let (scheme, uri) =
            if cfg!(feature = "duckdb") { ("sqlite", "sqlite:x.db") } else { ("duckdb", "x.duckdb") };
        let refused = open(uri).err();
        assert!(
            matches!(&refused, Some(DestinationError::NotBuilt { scheme: named }) if named == scheme),
            "{refused:?}"
        );
    }

    #[test]
    fn what_names_no_database_is_refused_with_the_valid_schemes_and_without_a_password() {
        for uri in ["oracle://me:secret@host/base", "demo.txt", "", "sqlite:", "duckdb://"] {
            let message = Address::parse(uri).expect_err(uri).to_string();
            assert!(message.contains("sqlite:FILE and duckdb:FILE"), "{message}");
            assert!(!message.contains("secret"), "{message}");
        }
    }
}
