//! A plain client of each database, so that nothing is checked through the code that wrote it.

#[cfg(feature = "mysql")]
use crate::mysql_client as mysql;
use std::path::Path;

/// The databases the suite runs against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    #[cfg(feature = "sqlite")]
    Sqlite,
    #[cfg(feature = "duckdb")]
    DuckDb,
    #[cfg(feature = "mysql")]
    MySql,
    #[cfg(feature = "postgres")]
    Postgres,
}

/// The variable with the address of a server that tests may use as they like; the project's test command sets it.
#[cfg(feature = "postgres")]
const SERVER: &str = "RELATABLE_TEST_POSTGRES";

/// How a null is shown.
pub(crate) const NULL: &str = "∅";

impl Engine {
    /// The scheme of its URIs, which is also the name of its module of tests.
    pub(crate) fn scheme(self) -> &'static str {
        match self {
            #[cfg(feature = "sqlite")]
            Engine::Sqlite => "sqlite",
            #[cfg(feature = "duckdb")]
            Engine::DuckDb => "duckdb",
            #[cfg(feature = "mysql")]
            Engine::MySql => "mysql",
            #[cfg(feature = "postgres")]
            Engine::Postgres => "postgres",
        }
    }

    /// One of three, by the database: SQLite's, DuckDB's or that of a server.
    pub(crate) fn of<T>(self, sqlite: T, duckdb: T, server: T) -> T {
        match self.scheme() {
            "sqlite" => sqlite,
            "duckdb" => duckdb,
            _ => server,
        }
    }

    /// Of a server's, PostgreSQL's or MySQL's.
    pub(crate) fn of_server<T>(self, postgres: T, mysql: T) -> T {
        if self.scheme() == "mysql" { mysql } else { postgres }
    }

    /// The address of the tables that lie at `path`: of a server, in a schema named after the folder.
    pub(crate) fn uri(self, path: &Path) -> String {
        match self {
            #[cfg(feature = "mysql")]
            Engine::MySql => mysql::uri(path),
            #[cfg(feature = "postgres")]
            Engine::Postgres => format!("{}?schema={}", server(), schema(path)),
            #[cfg(any(feature = "sqlite", feature = "duckdb"))]
            _ => format!("{}:{}", self.scheme(), path.display()),
        }
    }

    /// Whether there is anything at `path`.
    pub(crate) fn exists(self, path: &Path) -> bool {
        match self {
            #[cfg(feature = "mysql")]
            Engine::MySql => mysql::exists(path),
            #[cfg(feature = "postgres")]
            Engine::Postgres => {
                let sql = format!("SELECT nspname FROM pg_namespace WHERE nspname = '{}'", schema(path));
                !read_postgres(&mut connect(path), &sql).is_empty()
            }
            #[cfg(any(feature = "sqlite", feature = "duckdb"))]
            _ => path.exists(),
        }
    }

    /// Runs statements.
    pub(crate) fn run(self, path: &Path, sql: &str) {
        match self {
            #[cfg(feature = "sqlite")]
            Engine::Sqlite => rusqlite::Connection::open(path)
                .and_then(|connection| connection.execute_batch(sql))
                .expect(sql),
            #[cfg(feature = "duckdb")]
            Engine::DuckDb => duckdb::Connection::open(path)
                .and_then(|connection| connection.execute_batch(sql))
                .expect(sql),
            #[cfg(feature = "mysql")]
            Engine::MySql => mysql::run(path, sql),
            #[cfg(feature = "postgres")]
            Engine::Postgres => {
                let make = format!("CREATE SCHEMA IF NOT EXISTS \"{}\"", schema(path));
                let mut client = connect(path);
                client.batch_execute(&make).and_then(|()| client.batch_execute(sql)).expect(sql);
            }
        }
    }

    /// Rows with their cells as text, joined by `|`.
    pub(crate) fn read(self, path: &Path, sql: &str) -> Vec<String> {
        match self {
            #[cfg(feature = "sqlite")]
            Engine::Sqlite => read_sqlite(path, sql),
            #[cfg(feature = "duckdb")]
            Engine::DuckDb => read_duckdb(path, sql),
            #[cfg(feature = "mysql")]
            Engine::MySql => mysql::read(path, sql),
            #[cfg(feature = "postgres")]
            Engine::Postgres => read_postgres(&mut connect(path), sql),
        }
    }

    /// The bits of one column of doubles.
    pub(crate) fn float_bits(self, path: &Path, sql: &str) -> Vec<u64> {
        let floats: Vec<f64> = match self {
            #[cfg(feature = "sqlite")]
            Engine::Sqlite => {
                let connection = rusqlite::Connection::open(path).expect("open");
                let mut statement = connection.prepare(sql).expect(sql);
                let rows = statement.query_map([], |row| row.get(0)).expect(sql);
                rows.collect::<Result<_, _>>().expect(sql)
            }
            #[cfg(feature = "duckdb")]
            Engine::DuckDb => {
                let connection = duckdb::Connection::open(path).expect("open");
                let mut statement = connection.prepare(sql).expect(sql);
                let rows = statement.query_map([], |row| row.get(0)).expect(sql);
                rows.collect::<Result<_, _>>().expect(sql)
            }
            #[cfg(feature = "mysql")]
            Engine::MySql => mysql::floats(path, sql),
            #[cfg(feature = "postgres")]
            Engine::Postgres => {
                connect(path).query(sql, &[]).expect(sql).iter().map(|row| row.get(0)).collect()
            }
        };
        floats.into_iter().map(f64::to_bits).collect()
    }
}

#[cfg(feature = "sqlite")]
fn read_sqlite(path: &Path, sql: &str) -> Vec<String> {
    let connection = rusqlite::Connection::open(path).expect("open");
    let mut statement = connection.prepare(sql).expect(sql);
    let width = statement.column_count();
    let rows = statement.query_map([], |row| {
        let cells: Vec<String> = (0..width)
            .map(|index| match row.get_ref_unwrap(index) {
                rusqlite::types::ValueRef::Null => NULL.to_owned(),
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                rusqlite::types::ValueRef::Real(number) => number.to_string(),
                other => other.as_str().expect("text").to_owned(),
            })
            .collect();
        Ok(cells.join("|"))
    });
    rows.expect(sql).collect::<Result<_, _>>().expect(sql)
}

#[cfg(feature = "duckdb")]
fn read_duckdb(path: &Path, sql: &str) -> Vec<String> {
    let connection = duckdb::Connection::open(path).expect("open");
    let printed = format!("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({sql})");
    let mut statement = connection.prepare(&printed).expect(sql);
    let mut rows = statement.query([]).expect(sql);
    let width = rows.as_ref().expect("statement").column_count();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().expect(sql) {
        let cells: Vec<String> = (0..width)
            .map(|index| row.get::<_, Option<String>>(index).expect("text").unwrap_or(NULL.to_owned()))
            .collect();
        lines.push(cells.join("|"));
    }
    lines
}

/// The address of the server.
#[cfg(feature = "postgres")]
pub(crate) fn server() -> String {
    std::env::var(SERVER)
        .unwrap_or_else(|_| panic!("{SERVER} names no server: `cargo xtask test` starts one for the tests"))
}

/// The address for another user, who needs no password.
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(crate) fn as_user(uri: &str, user: &str) -> String {
    let (scheme, rest) = uri.split_once("://").expect("a scheme");
    let (_, place) = rest.split_once('@').expect("a user");
    format!("{scheme}://{user}@{place}")
}

/// The schema of the tables at `path`.
#[cfg(feature = "postgres")]
pub(crate) fn schema(path: &Path) -> String {
    let folder = path.parent().and_then(Path::file_name).expect("a folder").to_string_lossy();
    format!("tables{folder}")
}

/// A plain connection that finds the tables at `path`.
#[cfg(feature = "postgres")]
pub(crate) fn connect(path: &Path) -> postgres::Client {
    let mut client = postgres::Client::connect(&server(), postgres::NoTls).expect("the server");
    let settings = format!("SET search_path TO \"{}\"; SET timezone TO 'UTC'", schema(path));
    client.batch_execute(&settings).expect("the settings");
    client
}

/// Rows of a query with their cells as text, joined by `|`.
#[cfg(feature = "postgres")]
pub(crate) fn read_postgres(client: &mut postgres::Client, sql: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for message in client.simple_query(sql).expect(sql) {
        if let postgres::SimpleQueryMessage::Row(row) = message {
            let cells: Vec<&str> = (0..row.len()).map(|place| row.get(place).unwrap_or(NULL)).collect();
            lines.push(cells.join("|"));
        }
    }
    lines
}
