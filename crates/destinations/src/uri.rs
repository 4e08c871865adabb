//! From what a person writes after `--to` to an open destination.

use crate::contract::Destination;
use crate::error::DestinationError;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long another process's lock on the database is waited for unless told otherwise.
pub const LOCK_WAIT: Duration = Duration::from_secs(60);

/// The databases known, whether compiled in or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Sqlite,
    DuckDb,
    MySql,
    Postgres,
}

impl Scheme {
    /// Every scheme with the endings of file names that stand for it.
    const ALL: [(Scheme, &'static str, &'static [&'static str]); 6] = [
        (Scheme::Sqlite, "sqlite", &["db", "sqlite"]),
        (Scheme::DuckDb, "duckdb", &["duckdb"]),
        (Scheme::MySql, "mysql", &[]),
        (Scheme::MySql, "mariadb", &[]),
        (Scheme::Postgres, "postgres", &[]),
        (Scheme::Postgres, "postgresql", &[]),
    ];
    /// What addresses look like.
    const VALID: &'static str = "valid are sqlite:FILE, duckdb:FILE, postgres://USER:PASSWORD@HOST:PORT/DATABASE?schema=SCHEMA \
         and mysql://USER:PASSWORD@HOST:PORT/DATABASE";
}

/// Where a destination is: which database, and in which file or on which server.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    scheme: Scheme,
    place: Place,
}

/// Where the tables lie.
#[derive(Clone, PartialEq, Eq)]
enum Place {
    File(PathBuf),
    /// The address as it was given, which may hold a password.
    Server(String),
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match &self.place {
            Place::File(file) => file.display().to_string(),
            Place::Server(_) => "a server".to_owned(),
        };
        write!(formatter, "{:?} at {place}", self.scheme)
    }
}

impl Address {
    /// Reads what is written as `sqlite:FILE` or `duckdb:FILE`; `sqlite:///absolute/file` and the bare name of a file
    /// that ends in `.db`, `.sqlite` or `.duckdb` are understood too. A server's is `postgres://USER@HOST/DATABASE` or
    /// `mysql://USER@HOST/DATABASE`.
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
                if matches!(scheme, Scheme::MySql | Scheme::Postgres) {
                    return Ok(Address { scheme: *scheme, place: Place::Server(uri.to_owned()) });
                }
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
        Ok(Address { scheme, place: Place::File(PathBuf::from(path)) })
    }

    /// A place on this machine, in a file, for the same tables on their way there.
    #[must_use]
    pub fn scratch(&self, file: PathBuf) -> Address {
        let scheme = match self.scheme {
            Scheme::MySql | Scheme::Postgres => Scheme::Sqlite,
            of_a_file => of_a_file,
        };
        Address { scheme, place: Place::File(file) }
    }

    /// The file, where the destination lives in one.
    pub fn file(&self) -> Option<&Path> {
        match &self.place {
            Place::File(file) => Some(file),
            Place::Server(_) => None,
        }
    }

    /// The one name of the file, with links resolved, as [`Destination::place`] has it; `None` for tables on a server.
    pub fn place(&self) -> Option<String> {
        self.file().map(|file| crate::file::identity(file).display().to_string())
    }

    /// What tells a server's tables from others in the name of a file; `None` for those in a file.
    pub fn server_name(&self) -> Option<String> {
        let Place::Server(uri) = &self.place else { return None };
        let (_, place) = uri.split_once("://").unwrap_or(("", uri));
        let place = place.split_once('?').map_or(place, |(place, _)| place);
        let place = place.rsplit_once('@').map_or(place, |(_, host)| host);
        let name = match self.scheme {
            Scheme::MySql => place.to_owned(),
            _ => {
                let schema = uri.split(['?', '&']).find_map(|pair| pair.strip_prefix("schema="));
                format!("{place}-{}", schema.unwrap_or("intercom"))
            }
        };
        let plain =
            |character: char| if character.is_alphanumeric() || character == '.' { character } else { '-' };
        Some(name.chars().map(plain).collect())
    }

    /// The name of the database's own shell, to look at it.
    pub fn shell(&self) -> &'static str {
        match self.scheme {
            Scheme::Sqlite => "sqlite3",
            Scheme::DuckDb => "duckdb",
            Scheme::MySql => "mysql",
            Scheme::Postgres => "psql",
        }
    }

    /// Opens the destination. Looks at what is there, creates nothing, and takes no lock; another process's lock is later
    /// waited for `lock_wait`.
    ///
    /// # Errors
    /// [`DestinationError::NotBuilt`] for a database this build lacks; [`DestinationError::Open`] where the folder is
    /// missing or the path is a folder; [`DestinationError::NotADatabase`] for a file of another kind.
    pub fn open(&self, lock_wait: Duration) -> Result<Box<dyn Destination>, DestinationError> {
        match (self.scheme, &self.place) {
            (Scheme::Sqlite, Place::File(file)) => open_sqlite(file.clone(), lock_wait),
            (Scheme::DuckDb, Place::File(file)) => open_duckdb(file.clone(), lock_wait),
            (Scheme::MySql, Place::Server(uri)) => open_mysql(uri, lock_wait),
            (_, Place::Server(uri)) => open_postgres(uri, lock_wait),
            (Scheme::MySql | Scheme::Postgres, Place::File(file)) => {
                Err(not_understood(&file.display().to_string(), "this database is on a server"))
            }
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

#[cfg(feature = "mysql")]
fn open_mysql(uri: &str, lock_wait: Duration) -> Result<Box<dyn Destination>, DestinationError> {
    Ok(Box::new(crate::database::Database::new(crate::mysql::MySqlDatabase::new(uri, lock_wait)?)))
}

#[cfg(not(feature = "mysql"))]
fn open_mysql(_uri: &str, _lock_wait: Duration) -> Result<Box<dyn Destination>, DestinationError> {
    Err(DestinationError::NotBuilt { scheme: "mysql".to_owned() })
}

#[cfg(feature = "postgres")]
fn open_postgres(uri: &str, lock_wait: Duration) -> Result<Box<dyn Destination>, DestinationError> {
    Ok(Box::new(crate::database::Database::new(crate::postgres::PostgresSchema::new(uri, lock_wait)?)))
}

#[cfg(not(feature = "postgres"))]
fn open_postgres(_uri: &str, _lock_wait: Duration) -> Result<Box<dyn Destination>, DestinationError> {
    Err(DestinationError::NotBuilt { scheme: "postgres".to_owned() })
}

/// The error for a URI; an unknown one is shown by its scheme only, since what follows may hold a password.
fn not_understood(uri: &str, what: &str) -> DestinationError {
    DestinationError::Uri { uri: uri.to_owned(), reason: format!("{what}; {}", Scheme::VALID) }
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
            let place = Place::File(PathBuf::from(file));
            assert_eq!(Address::parse(uri).expect(uri), Address { scheme, place }, "{uri}");
        }
        for uri in ["postgres://me:secret@host/base", "postgresql://host/base?schema=x"] {
            let address = Address::parse(uri).expect(uri);
            assert_eq!((address.scheme, address.file(), address.shell()), (Scheme::Postgres, None, "psql"));
            assert!(!format!("{address:?}").contains("secret"));
        }
        for uri in ["mysql://me:secret@host/base", "mariadb://host/base?ssl-mode=disable"] {
            let address = Address::parse(uri).expect(uri);
            assert_eq!((address.scheme, address.file(), address.shell()), (Scheme::MySql, None, "mysql"));
            assert_eq!(address.server_name().as_deref(), Some("host-base"));
            assert!(!format!("{address:?}").contains("secret"));
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
            assert!(message.contains("sqlite:FILE, duckdb:FILE, postgres://"), "{message}");
            assert!(!message.contains("secret"), "{message}");
        }
    }
}
