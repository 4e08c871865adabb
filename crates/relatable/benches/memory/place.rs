//! Where the tables of a run go: a file, or a schema of a server.

use std::path::Path;

/// Kinds of destinations, and how many bytes of memory a run into one may take.
pub(crate) const LIMITS: &[(&str, u64)] = &[
    ("sqlite", 200_000_000),
    ("duckdb", 700_000_000),
    #[cfg(feature = "postgres")]
    ("postgres", 200_000_000),
];
/// The variable with the address of a server that may be used freely; the project's benchmark command sets it.
const SERVER: &str = "RELATABLE_TEST_POSTGRES";

/// A place of its own for the tables of one run.
pub(crate) struct Place {
    /// Its address.
    pub(crate) uri: String,
    kind: &'static str,
    name: String,
}

/// The server's address.
pub(crate) fn server() -> String {
    std::env::var(SERVER).expect("a server: `cargo xtask bench` starts one")
}

impl Place {
    /// An empty place of this kind; a file lies in `folder`.
    pub(crate) fn new(kind: &'static str, name: &str, folder: &Path) -> Place {
        let (uri, name) = if kind == "postgres" {
            (format!("{}?schema=memory_{name}", server()), format!("memory_{name}"))
        } else {
            let file = folder.join(name).display().to_string();
            (format!("{kind}:{file}"), file)
        };
        let place = Place { uri, kind, name };
        place.remove();
        place
    }

    /// Removes what is there.
    pub(crate) fn remove(&self) {
        #[cfg(feature = "postgres")]
        if self.kind == "postgres" {
            let mut client = postgres::Client::connect(&server(), postgres::NoTls).expect("the server");
            let sql = format!("DROP SCHEMA IF EXISTS {} CASCADE", self.name);
            client.batch_execute(&sql).expect("an empty schema");
            return;
        }
        // A file may not be there yet.
        let _ = std::fs::remove_file(&self.name);
    }
}
