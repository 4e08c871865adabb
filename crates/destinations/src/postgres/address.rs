//! What a `postgres://` address says: where the server is, which schema, how the connection is protected.

use crate::error::DestinationError;
use crate::uri::ServerUri;
use percent_encoding::percent_decode_str;
use relatable_lease::Holder;
use std::path::PathBuf;
use std::str::FromStr;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// The schema unless another is named.
const SCHEMA: &str = "intercom";
/// The longest name of a schema, in bytes; PostgreSQL cuts longer ones.
const SCHEMA_BYTES_MAX: usize = 63;
/// The name a connection shows in the server's list of activity.
const APPLICATION: &str = "relatable";
/// Where the password is taken from if the address has none, as PostgreSQL's own programs do it.
const PASSWORD_VARIABLE: &str = "PGPASSWORD";

/// How a connection is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Protection {
    /// Not at all.
    None,
    /// By TLS, with the server's certificate checked against those in the file, or those that the machine trusts.
    Verified(Option<PathBuf>),
}

/// A schema on a server.
#[derive(Debug, Clone)]
pub(super) struct ServerAddress {
    pub(super) config: Config,
    pub(super) schema: String,
    pub(super) protection: Protection,
}

impl ServerAddress {
    /// Reads an address: `postgres://user:password@host:port/database`, and behind a question mark what PostgreSQL's own
    /// addresses can have, and `schema`.
    ///
    /// # Errors
    /// [`DestinationError::Uri`], without a password.
    pub(super) fn parse(uri: &str) -> Result<ServerAddress, DestinationError> {
        let parts = ServerUri::split(uri)?;
        let refused = |reason: String| DestinationError::Uri { uri: parts.shown(), reason };
        let (mut schema, mut mode, mut roots, mut others) = (SCHEMA.to_owned(), None, None, Vec::new());
        for pair in parts.pairs.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = percent_decode_str(value).decode_utf8_lossy().into_owned();
            match name {
                "schema" => schema = value,
                "sslmode" => mode = Some(value),
                "sslrootcert" => roots = Some(PathBuf::from(value)),
                _ => others.push(pair),
            }
        }
        if schema.is_empty() || schema.len() > SCHEMA_BYTES_MAX || schema.contains('\0') {
            return Err(refused(format!("the name of a schema has 1 to {SCHEMA_BYTES_MAX} bytes")));
        }
        if schema.starts_with("pg_") || schema == "information_schema" {
            let reason = "PostgreSQL keeps `information_schema` and schemas that begin with `pg_` for itself";
            return Err(refused(reason.to_owned()));
        }
        let plain = format!("postgres://{}{}?{}", parts.authority, parts.path, others.join("&"));
        // The message of the parser names the part it stumbled over, never a value.
        let mut config = Config::from_str(&plain).map_err(|error| {
            refused(format!("{error}; valid is postgres://USER:PASSWORD@HOST:PORT/DATABASE?schema=SCHEMA"))
        })?;
        if config.get_hosts().is_empty() {
            return Err(refused("it names no host".to_owned()));
        }
        if config.get_dbname().is_none_or(str::is_empty) {
            return Err(refused("it names no database".to_owned()));
        }
        if let (None, Ok(password)) = (config.get_password(), std::env::var(PASSWORD_VARIABLE)) {
            config.password(password);
        }
        if config.get_application_name().is_none() {
            config.application_name(format!("{APPLICATION}, {}", Holder::this_process(0)));
        }
        let protection = match mode.as_deref() {
            None if roots.is_none() && is_local(&config) => Protection::None,
            Some("disable") => Protection::None,
            None | Some("require" | "verify-ca" | "verify-full") => Protection::Verified(roots),
            Some(_) => {
                let valid = "valid for `sslmode` are `verify-full`, which checks the server's certificate, and `disable`";
                return Err(refused(valid.to_owned()));
            }
        };
        config.ssl_mode(match protection {
            Protection::None => SslMode::Disable,
            Protection::Verified(_) => SslMode::Require,
        });
        Ok(ServerAddress { config, schema, protection })
    }

    /// The destination in words, without user and password.
    pub(super) fn describe(&self) -> String {
        let hosts: Vec<String> = self.config.get_hosts().iter().map(host_name).collect();
        let ports: Vec<String> = self.config.get_ports().iter().map(u16::to_string).collect();
        let port = if ports.is_empty() { String::new() } else { format!(":{}", ports.join(",")) };
        let database = self.config.get_dbname().unwrap_or_default();
        format!("schema `{}` of PostgreSQL database `{database}` at {}{port}", self.schema, hosts.join(","))
    }
}

/// A host in words.
fn host_name(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(folder) => folder.display().to_string(),
    }
}

/// Whether the server is on this machine, so that nobody can listen.
fn is_local(config: &Config) -> bool {
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1"),
        #[cfg(unix)]
        Host::Unix(_) => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_server_schema_and_protection() {
        let verified = |file: Option<&str>| Protection::Verified(file.map(PathBuf::from));
        for (uri, described, protection) in [
            (
                "postgres://me:secret@127.0.0.1:5433/base",
                "schema `intercom` of PostgreSQL database `base` at 127.0.0.1:5433",
                Protection::None,
            ),
            (
                "postgresql://me@db.example/base?schema=in%20house&connect_timeout=3",
                "schema `in house` of PostgreSQL database `base` at db.example:5432",
                verified(None),
            ),
            (
                "POSTGRES://me:s%40cret@[::1]:5433/base?password=s%40cret&connect_timeout=3",
                "schema `intercom` of PostgreSQL database `base` at ::1:5433",
                Protection::None,
            ),
            (
                "postgres://db.example/base?sslmode=require&sslrootcert=/etc/ca.pem",
                "schema `intercom` of PostgreSQL database `base` at db.example:5432",
                verified(Some("/etc/ca.pem")),
            ),
            (
                "postgres://db.example/base?sslmode=disable",
                "schema `intercom` of PostgreSQL database `base` at db.example:5432",
                Protection::None,
            ),
        ] {
            let address = ServerAddress::parse(uri).expect(uri);
            assert_eq!((address.describe().as_str(), address.protection), (described, protection), "{uri}");
        }
        let address = ServerAddress::parse("postgres://m%40e:a%3A%40%2Fb@h/b").expect("an address");
        let (user, password) = (address.config.get_user(), address.config.get_password());
        assert_eq!((user, password), (Some("m@e"), Some(&b"a:@/b"[..])));
    }

    #[test]
    fn what_is_no_address_is_refused_without_a_password() {
        for (uri, reason) in [
            ("postgres://me:secret@host", "names no database"),
            ("postgres:///base", "names no host"),
            ("postgres://me:secret@host/base?schema=", "1 to 63 bytes"),
            ("postgres://me:secret@host/base?schema=pg_catalog", "for itself"),
            ("postgres://me:secret@host/base?sslmode=prefer", "`verify-full`"),
            ("postgres://me@host/base?password=a&sslmode=secret", "`verify-full`"),
            ("postgres://me@host/base?password=a&schema=pg_secret", "for itself"),
            ("postgres://me@host/base?password=a&secret=b", "valid is postgres://"),
            ("postgres://me@host/base?password=a&secret", "valid is postgres://"),
            ("postgres://me:secret@secret@host/base", "%40"),
            ("postgres://host/base?password=a@secret", "%40"),
            ("postgres://me:secret@host:port/base", "valid is postgres://"),
            ("postgres://me:secret@host/base?colour=secret", "valid is postgres://"),
        ] {
            let message = ServerAddress::parse(uri).expect_err(uri).to_string();
            assert!(message.contains(reason), "{message}");
            assert!(!message.contains("secret"), "{message}");
        }
    }
}
