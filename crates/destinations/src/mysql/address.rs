//! What a `mysql://` address says: where the server is, which database, how the connection is protected.

use crate::error::DestinationError;
use crate::uri::ServerUri;
use percent_encoding::percent_decode_str;
use std::path::PathBuf;

/// The port unless another is named.
const PORT: u16 = 3306;
/// The longest name of a database, in characters.
const NAME_MAX: usize = 64;
/// The databases that the server keeps for itself.
const SYSTEM: [&str; 4] = ["information_schema", "mysql", "performance_schema", "sys"];
/// Where the password is taken from if the address has none, as the database's own programs do it.
const PASSWORD_VARIABLE: &str = "MYSQL_PWD";
/// What an address looks like.
const VALID: &str = "valid is mysql://USER:PASSWORD@HOST:PORT/DATABASE";

/// How a connection is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Protection {
    /// Not at all.
    None,
    /// By TLS, with the server's certificate checked against those in the file, or those that the machine trusts.
    Verified(Option<PathBuf>),
}

/// A database on a server.
#[derive(Clone)]
pub(super) struct ServerAddress {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) database: String,
    pub(super) protection: Protection,
}

impl ServerAddress {
    /// Reads an address: `mysql://user:password@host:port/database`, and behind a question mark `ssl-mode` and `ssl-ca`.
    ///
    /// # Errors
    /// [`DestinationError::Uri`], without a password.
    pub(super) fn parse(uri: &str) -> Result<ServerAddress, DestinationError> {
        let parts = ServerUri::split(uri)?;
        let refused = |reason: String| DestinationError::Uri { uri: parts.shown(), reason };
        let login = parts.authority.rsplit_once('@').map_or("", |(login, _)| login);
        let (user, password) = match login.split_once(':') {
            Some((user, password)) => (user, Some(decoded(password))),
            None => (login, None),
        };
        let (host, port) = host_and_port(parts.hosts()).ok_or_else(|| refused(VALID.to_owned()))?;
        if host.is_empty() {
            return Err(refused("it names no host".to_owned()));
        }
        let database = decoded(parts.path.strip_prefix('/').unwrap_or_default());
        if database.is_empty() {
            return Err(refused("it names no database".to_owned()));
        }
        if database.chars().count() > NAME_MAX || database.ends_with(' ') || database.contains(['\0', '/']) {
            return Err(refused(format!("the name of a database has 1 to {NAME_MAX} characters and no `/`")));
        }
        if SYSTEM.iter().any(|name| database.eq_ignore_ascii_case(name)) {
            return Err(refused(format!("the server keeps the database `{database}` for itself")));
        }
        let (mut mode, mut roots) = (None, None);
        for pair in parts.pairs.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("ssl-mode", value)) => mode = Some(decoded(value).to_ascii_lowercase()),
                Some(("ssl-ca", value)) => roots = Some(PathBuf::from(decoded(value))),
                _ => {
                    return Err(refused(format!(
                        "behind the `?` there can be `ssl-mode` and `ssl-ca`; {VALID}"
                    )));
                }
            }
        }
        let protection = match mode.as_deref() {
            None if roots.is_none() && is_local(&host) => Protection::None,
            Some("disable" | "disabled") => Protection::None,
            None | Some("verify-full" | "verify_identity") => Protection::Verified(roots),
            Some(_) => {
                let valid = "valid for `ssl-mode` are `verify-full`, which checks the server's certificate, and `disable`";
                return Err(refused(valid.to_owned()));
            }
        };
        let user = (!user.is_empty()).then(|| decoded(user));
        let password = password.or_else(|| std::env::var(PASSWORD_VARIABLE).ok());
        Ok(ServerAddress { host, port, user, password, database, protection })
    }

    /// The destination in words, without user and password.
    pub(super) fn describe(&self) -> String {
        format!("MySQL database `{}` at {}:{}", self.database, self.host, self.port)
    }
}

/// What a part of an address stands for.
fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// A host and its port; `None` where the port is no number.
fn host_and_port(server: &str) -> Option<(String, u16)> {
    let (host, port) = match server.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) => (host, port.strip_prefix(':')),
        None => server.split_once(':').map_or((server, None), |(host, port)| (host, Some(port))),
    };
    let port = match port {
        Some(port) => port.parse().ok()?,
        None => PORT,
    };
    Some((decoded(host), port))
}

/// Whether the server is on this machine, so that nobody can listen.
fn is_local(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "::1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_server_database_and_protection() {
        let verified = |file: Option<&str>| Protection::Verified(file.map(PathBuf::from));
        for (uri, described, protection) in [
            (
                "mysql://me:secret@127.0.0.1:3307/base",
                "MySQL database `base` at 127.0.0.1:3307",
                Protection::None,
            ),
            ("mysql://me@[::1]/base", "MySQL database `base` at ::1:3306", Protection::None),
            (
                "mariadb://me@db.example/in%20house",
                "MySQL database `in house` at db.example:3306",
                verified(None),
            ),
            (
                "mysql://db.example/base?ssl-mode=VERIFY_IDENTITY&ssl-ca=/etc/ca.pem",
                "MySQL database `base` at db.example:3306",
                verified(Some("/etc/ca.pem")),
            ),
            (
                "mysql://db.example/base?ssl-mode=disable",
                "MySQL database `base` at db.example:3306",
                Protection::None,
            ),
        ] {
            let address = ServerAddress::parse(uri).expect(uri);
            assert_eq!((address.describe().as_str(), address.protection), (described, protection), "{uri}");
        }
        let address = ServerAddress::parse("mysql://m%40e:a%3Ab@h/b").expect("an address");
        assert_eq!((address.user.as_deref(), address.password.as_deref()), (Some("m@e"), Some("a:b")));
    }

    #[test]
    fn what_is_no_address_is_refused_without_a_password() {
        for (uri, reason) in [
            ("mysql://me:secret@host", "names no database"),
            ("mysql:///base", "names no host"),
            ("mysql://me:secret@host/mysql", "for itself"),
            ("mysql://me:secret@host/a%2Fb", "1 to 64 characters"),
            ("mysql://me:secret@host/base?ssl-mode=required", "`verify-full`"),
            ("mysql://me@host/base?ssl-mode=secret", "`verify-full`"),
            ("mysql://me:secret@secret@host/base", "%40"),
            ("mysql://host/base?password=a@secret", "%40"),
            ("mysql://me:secret@host:port/base", "valid is mysql://"),
            ("mysql://me:secret@host/base?colour=secret", "valid is mysql://"),
        ] {
            let Err(error) = ServerAddress::parse(uri) else { panic!("{uri}") };
            let message = error.to_string();
            assert!(message.contains(reason), "{message}");
            assert!(!message.contains("secret"), "{message}");
        }
    }
}
