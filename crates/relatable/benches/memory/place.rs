//! Where the tables of a run go: a file, or a schema of a server.

use std::path::Path;

/// Kinds of destinations, and how many bytes of memory a run into one may take.
pub(crate) const LIMITS: &[(&str, u64)] = &[
    ("sqlite", 200_000_000),
    ("duckdb", 700_000_000),
    #[cfg(feature = "postgres")]
    ("postgres", 200_000_000),
    #[cfg(feature = "mysql")]
    ("mysql", 200_000_000),
];
/// The variables with the addresses of servers that may be used freely; the project's benchmark command sets them.
const SERVERS: [(&str, &str); 2] =
    [("postgres", "RELATABLE_TEST_POSTGRES"), ("mysql", "RELATABLE_TEST_MYSQL")];

/// A place of its own for the tables of one run.
pub(crate) struct Place {
    /// Its address.
    pub(crate) uri: String,
    kind: &'static str,
    name: String,
}

/// The address of a server of this kind.
pub(crate) fn server(kind: &str) -> Option<String> {
    let (_, variable) = SERVERS.into_iter().find(|(server, _)| *server == kind)?;
    Some(std::env::var(variable).expect("a server: `cargo xtask bench` starts one"))
}

impl Place {
    /// An empty place of this kind; a file lies in `folder`.
    pub(crate) fn new(kind: &'static str, name: &str, folder: &Path) -> Place {
        let (uri, name) = match server(kind) {
            Some(server) => {
                let name = format!("memory_{name}");
                let parameter = if kind == "postgres" { "?schema=" } else { "/" };
                (format!("{server}{parameter}{name}"), name)
            }
            None => {
                let file = folder.join(name).display().to_string();
                (format!("{kind}:{file}"), file)
            }
        };
        let place = Place { uri, kind, name };
        place.remove();
        place
    }

    /// Removes what is there.
    pub(crate) fn remove(&self) {
        match self.kind {
            #[cfg(feature = "postgres")]
            "postgres" => {
                let address = server(self.kind).expect("the server");
                let mut client = postgres::Client::connect(&address, postgres::NoTls).expect("the server");
                let sql = format!("DROP SCHEMA IF EXISTS {} CASCADE", self.name);
                client.batch_execute(&sql).expect("an empty schema");
            }
            #[cfg(feature = "mysql")]
            "mysql" => self.empty_database(),
            // A file may not be there yet.
            _ => drop(std::fs::remove_file(&self.name)),
        }
    }

    /// Makes a database of MariaDB anew.
    #[cfg(feature = "mysql")]
    fn empty_database(&self) {
        use mysql_async::prelude::Queryable;
        let address = server(self.kind).expect("the server");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let done = runtime.block_on(async {
            let options = mysql_async::Opts::from_url(&address)?;
            let options = mysql_async::OptsBuilder::from_opts(options).prefer_socket(Some(false));
            let mut conn = mysql_async::Conn::new(options).await?;
            for sql in ["DROP DATABASE IF EXISTS", "CREATE DATABASE"] {
                conn.query_drop(format!("{sql} {}", self.name)).await?;
            }
            conn.disconnect().await
        });
        done.expect("an empty database");
    }
}
