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
            Place::Server(uri) => {
                ServerUri::split(uri).map_or_else(|_| "a server".to_owned(), |parts| parts.shown())
            }
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
    /// [`DestinationError::Uri`] for anything else, and for what can be read in two ways, of which one would take a part of
    /// a password for a host, a database or a file, and show it.
    pub fn parse(uri: &str) -> Result<Address, DestinationError> {
        let bare = Path::new(uri).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let (scheme, path) = match uri.split_once(':') {
            // A single letter is a drive.
            Some((name, path)) if name.len() > 1 && !name.contains(['/', '\\', '.']) => {
                let known = Scheme::ALL.iter().find(|(_, known, _)| name.eq_ignore_ascii_case(known));
                let (scheme, ..) = known.ok_or_else(|| not_understood(uri, "its scheme is unknown"))?;
                if matches!(scheme, Scheme::MySql | Scheme::Postgres) {
                    ServerUri::split(uri)?;
                    return Ok(Address { scheme: *scheme, place: Place::Server(uri.to_owned()) });
                }
                if is_like_a_server(path) {
                    return Err(not_understood(uri, LIKE_A_SERVER));
                }
                // `sqlite://file` has no host: what follows the slashes is the path.
                (*scheme, path.strip_prefix("//").unwrap_or(path))
            }
            user_or_folder => {
                let known = Scheme::ALL.iter().find(|(.., endings)| endings.contains(&bare));
                let (scheme, ..) = known.ok_or_else(|| not_understood(uri, "it names no database"))?;
                let is_login = user_or_folder.is_some_and(|(name, rest)| {
                    name.len() > 1 && !name.contains(['/', '\\']) && rest.contains('@')
                });
                if is_login || is_like_a_server(uri) {
                    return Err(not_understood(uri, LIKE_A_SERVER));
                }
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

    /// The one name of the place, as [`Destination::place`] has it: of a file with links resolved, of a server without asking
    /// it anything. `None` where this build has no such database, or the address of the server has a mistake.
    pub fn place(&self) -> Option<String> {
        match &self.place {
            Place::File(file) => Some(crate::file::identity(file).display().to_string()),
            Place::Server(_) => Some(self.open(Duration::ZERO).ok()?.place()),
        }
    }

    /// What tells a server's tables from others in the name of a file, without user and password; `None` for those in a
    /// file.
    pub fn server_name(&self) -> Option<String> {
        let Place::Server(uri) = &self.place else { return None };
        let parts = ServerUri::split(uri).ok()?;
        let place = format!("{}{}", parts.hosts(), parts.path);
        let name = match self.scheme {
            Scheme::MySql => place,
            _ => {
                let schema = parts.pairs.split('&').find_map(|pair| pair.strip_prefix("schema="));
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

/// The parts of a server's address as they are written, still percent-encoded, where it can be read in one way only.
pub(crate) struct ServerUri<'a> {
    scheme: &'a str,
    /// User and password, where they are given, and the hosts.
    pub(crate) authority: &'a str,
    /// The database, with the slash before it.
    pub(crate) path: &'a str,
    /// What stands behind the question mark.
    pub(crate) pairs: &'a str,
}

impl<'a> ServerUri<'a> {
    /// Takes `SCHEME://USER:PASSWORD@HOST:PORT/DATABASE?NAME=VALUE` apart. An `@` can only stand before the host: any other
    /// may belong to a password, of which a part would be taken for something that is shown.
    ///
    /// # Errors
    /// [`DestinationError::Uri`], with the scheme alone.
    pub(crate) fn split(uri: &'a str) -> Result<ServerUri<'a>, DestinationError> {
        let (scheme, rest) = uri.split_once(':').unwrap_or_default();
        let refused = |reason: String| DestinationError::Uri { uri: scheme.to_owned(), reason };
        let valid = format!("valid is {scheme}://USER:PASSWORD@HOST:PORT/DATABASE");
        let rest = rest.strip_prefix("//").ok_or_else(|| refused(valid.clone()))?;
        let (place, pairs) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = place.split_at(place.find('/').unwrap_or(place.len()));
        let parts = ServerUri { scheme, authority, path, pairs };
        if authority.matches('@').count() > 1 || path.contains('@') || pairs.contains('@') {
            return Err(refused(format!(
                "it is not clear where its password ends: in a user name, a password and a value behind the `?`, \
                 characters like @ / ? # are written percent-encoded (%40 %2F %3F %23); {valid}"
            )));
        }
        if parts.hosts().contains('=') || path.contains('=') {
            return Err(refused(format!("an `=` stands behind the `?`, or is written %3D; {valid}")));
        }
        if !parts.hosts().split(',').all(has_clear_port) {
            return Err(refused(format!("its port is no number up to {}; {valid}", u16::MAX)));
        }
        Ok(parts)
    }

    /// The hosts with their ports.
    pub(crate) fn hosts(&self) -> &'a str {
        self.authority.rsplit_once('@').map_or(self.authority, |(_, hosts)| hosts)
    }

    /// The address without user, password and what stands behind the question mark.
    pub(crate) fn shown(&self) -> String {
        format!("{}://{}{}", self.scheme, self.hosts(), self.path)
    }
}

/// Whether what follows the host's colon is a port, and no password whose host is missing.
fn has_clear_port(host: &str) -> bool {
    let behind = host.rsplit_once(']').map_or(host, |(_, behind)| behind);
    behind.split_once(':').is_none_or(|(_, port)| port.is_empty() || port.parse::<u16>().is_ok())
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

/// Why a file is refused whose name may be a login.
const LIKE_A_SERVER: &str = "it looks like the address of a server, and this database is a file, which is written \
     without `//` where its path has an `@`";

/// Whether the path of a file may be the address of a server, so that it cannot be shown: somebody may have taken one
/// scheme for another. A path is free to have an `@`, and `///` begins an absolute one.
fn is_like_a_server(path: &str) -> bool {
    let Some((before, _)) = path.rsplit_once('@') else { return has_password_pair(path) };
    let has_authority = before.starts_with("//") && !before.starts_with("///");
    let has_login = before.starts_with("///") && before.contains(':');
    before.contains("://") || has_authority || has_login || has_password_pair(path)
}

/// Whether it has a password in the form of PostgreSQL's own programs, `host=HOST password=PASSWORD`.
fn has_password_pair(text: &str) -> bool {
    text.to_ascii_lowercase().contains("password=")
}

/// The error for what is no address. Nobody knows where in it a password may be, so that it is shown whole only if it can
/// hold none, else by its scheme, or not at all.
fn not_understood(uri: &str, what: &str) -> DestinationError {
    let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
    let is_scheme = !scheme.is_empty() && scheme.chars().all(|letter| letter.is_ascii_alphanumeric());
    let shown = match uri.contains(['@', '=', ':']) || uri.contains("//") {
        false => uri,
        true if is_scheme => scheme,
        true => "…",
    };
    DestinationError::Uri { uri: shown.to_owned(), reason: format!("{what}; {}", Scheme::VALID) }
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
            ("sqlite:/data/me@home/x.db", Scheme::Sqlite, "/data/me@home/x.db"),
            ("sqlite:///data/me@home/x.db", Scheme::Sqlite, "/data/me@home/x.db"),
            ("duckdb:a@b.duckdb", Scheme::DuckDb, "a@b.duckdb"),
            ("me@home/12:30.db", Scheme::Sqlite, "me@home/12:30.db"),
            ("./12:30/me@home.db", Scheme::Sqlite, "./12:30/me@home.db"),
            ("C:/me@home/x.db", Scheme::Sqlite, "C:/me@home/x.db"),
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
    fn nothing_of_a_password_is_shown_whatever_way_an_address_can_be_read() {
        for (uri, shown, reason) in [
            ("postgres://rep:hunter2@hunter2@127.0.0.1:54777/x", "postgres", "%40"),
            ("postgres://me:p@hunter2/word@127.0.0.1/base", "postgres", "%40"),
            ("postgres://me:p/hunter2@127.0.0.1/base", "postgres", "%2F"),
            ("postgres://me:p?hunter2@127.0.0.1/base", "postgres", "%3F"),
            ("postgres://me:p?schema=hunter2@127.0.0.1/base", "postgres", "%3F"),
            ("postgres:///me:hunter2@127.0.0.1/base", "postgres", "%40"),
            ("postgres://127.0.0.1/base?user=me&password=sec@hunter2&sslmode=prefer", "postgres", "%40"),
            ("postgres://me:hunter2/base", "postgres", "port is no number"),
            ("postgres://me:123456/base", "postgres", "port is no number"),
            ("postgres://host=127.0.0.1 password=hunter2 dbname=x", "postgres", "behind the `?`"),
            ("postgres://127.0.0.1/base;password=hunter2", "postgres", "behind the `?`"),
            ("postgres:host=127.0.0.1 password=hunter2 dbname=x", "postgres", "valid is postgres://"),
            ("postgres:me:hunter2@://127.0.0.1/base", "postgres", "valid is postgres://"),
            ("mysql://rep:hunter2@hunter2@127.0.0.1/b", "mysql", "%40"),
            ("mysql://me:p@hunter2/word@127.0.0.1/base", "mysql", "%40"),
            ("mysql://127.0.0.1/b?user=me&password=sec@hunter2", "mysql", "%40"),
            ("mysql:me:hunter2@127.0.0.1/b", "mysql", "valid is mysql://"),
            ("host=127.0.0.1 password=hunter2hunter2 dbname=x", "…", "names no database"),
            ("password=hunter2 host=[::1] dbname=x", "…", "scheme is unknown"),
            ("host=127.0.0.1 password=hunter2 dbname=x.db", "…", "address of a server"),
            ("hunter2@localhost:5432/base", "…", "scheme is unknown"),
            ("//me:hunter2@host/base", "…", "names no database"),
            ("//me:hunter2@host/base.db", "…", "address of a server"),
            ("my.name:hunter2@host/base", "…", "names no database"),
            ("my.name:hunter2@host/base.db", "…", "address of a server"),
            ("my.name:hunter2/base", "…", "names no database"),
            ("oracle://me:hunter2@host/base", "oracle", "scheme is unknown"),
            ("sqlite://rep:hunter2@127.0.0.1/b", "sqlite", "without `//`"),
            ("sqlite:///rep:hunter2@127.0.0.1/b", "sqlite", "without `//`"),
            ("duckdb:postgres://rep:hunter2@x/b", "duckdb", "address of a server"),
            ("duckdb:host=x Password=hunter2", "duckdb", "address of a server"),
        ] {
            let refused = Address::parse(uri).expect_err(uri);
            let message = refused.to_string();
            assert!(message.contains(&format!("`{shown}`")) && message.contains(reason), "{uri}: {message}");
            assert!(!format!("{message} {refused:?}").contains("hunter2"), "{message}");
        }
    }

    #[test]
    fn an_address_on_a_server_has_a_name_without_user_and_password() {
        for (uri, name) in [
            ("postgres://me:hunter%402@127.0.0.1:5433/base", "127.0.0.1-5433-base-intercom"),
            ("postgres://hunter2@a,b:5433/base?schema=x&connect_timeout=3", "a-b-5433-base-x"),
            ("postgres://me:p&schema=hunter2@host/base", "host-base-intercom"),
            ("postgres://host/base?password=p?schema=hunter2&schema=x", "host-base-x"),
            ("postgres://me:hunter2#:=@[::1]:5433/base", "---1--5433-base-intercom"),
            ("postgres:///base?host=/run&password=hunter2", "-base-intercom"),
            ("MySQL://me:hunter%40%2F2@[::1]:3307/base", "---1--3307-base"),
            ("mysql://me:a:hunter2@host/in%20house?ssl-mode=disable", "host-in-20house"),
        ] {
            let address = Address::parse(uri).expect(uri);
            assert_eq!(address.server_name().as_deref(), Some(name), "{uri}");
            assert!(!format!("{address:?}").contains("hunter"), "{address:?}");
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
