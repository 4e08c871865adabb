//! A plain client of each database, so that nothing is checked through the code that wrote it.

use std::path::Path;

/// The databases the suite runs against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    #[cfg(feature = "sqlite")]
    Sqlite,
    #[cfg(feature = "duckdb")]
    DuckDb,
}

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
        }
    }

    /// Whether keys and links are enforced by the database.
    pub(crate) fn enforces_keys(self) -> bool {
        self.scheme() == "sqlite"
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
        }
    }

    /// Rows with their cells as text, joined by `|`.
    pub(crate) fn read(self, path: &Path, sql: &str) -> Vec<String> {
        match self {
            #[cfg(feature = "sqlite")]
            Engine::Sqlite => read_sqlite(path, sql),
            #[cfg(feature = "duckdb")]
            Engine::DuckDb => read_duckdb(path, sql),
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
