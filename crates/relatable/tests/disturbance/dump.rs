//! A database as text, read by a plain client of its own.

use rusqlite::{Connection, OpenFlags, types::ValueRef};
use std::collections::BTreeMap;
use std::path::Path;

/// Columns that say when something was read, not what.
const IGNORED_COLUMNS: [&str; 1] = ["_synced_at"];

/// The databases that runs are disturbed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    #[cfg(feature = "duckdb")]
    DuckDb,
    #[cfg(feature = "postgres")]
    Postgres,
    #[cfg(feature = "mysql")]
    MariaDb,
}

/// The column that marks rows which are no records: whether one is left that nothing refers to any more depends on what was
/// read when.
const STUB: &str = "_is_stub";
/// True, as databases print it.
const TRUE: [&str; 4] = ["i1", "1", "t", "true"];

/// Every table with its rows as sorted text.
pub(crate) type Dump = BTreeMap<String, Vec<String>>;
/// Which tables are read.
pub(crate) type Chosen = fn(&str) -> bool;

impl Engine {
    /// The address of the tables in a file, or in a place that is called after it.
    pub(crate) fn uri(self, database: &Path) -> String {
        match self {
            Engine::Sqlite => format!("sqlite:{}", database.display()),
            #[cfg(feature = "duckdb")]
            Engine::DuckDb => format!("duckdb:{}", database.display()),
            #[cfg(feature = "postgres")]
            Engine::Postgres => super::postgres::uri(database),
            #[cfg(feature = "mysql")]
            Engine::MariaDb => super::mysql::uri(database),
        }
    }

    /// Every table but bookkeeping tables and `counts`, which grows with every run. The file must be whole.
    pub(crate) fn dump(self, database: &Path) -> Dump {
        self.read(database, is_compared)
    }

    /// The tables chosen by their names.
    pub(crate) fn read(self, database: &Path, chosen: Chosen) -> Dump {
        match self {
            Engine::Sqlite => dump_sqlite(database, chosen),
            #[cfg(feature = "duckdb")]
            Engine::DuckDb => duckdb_file::dump(database, chosen),
            #[cfg(feature = "postgres")]
            Engine::Postgres => super::postgres::dump(database, chosen),
            #[cfg(feature = "mysql")]
            Engine::MariaDb => super::mysql::dump(database, chosen),
        }
    }
}

/// Whether a table is compared.
fn is_compared(table: &str) -> bool {
    !table.starts_with('_') && table != "counts"
}

/// One row as text, from its columns' names and cells. Columns stand in the order of the loads that brought them, which
/// says nothing; so they are sorted. Nor does it say anything which columns there are for nobody. `None` for a row that is no
/// record.
pub(crate) fn line(cells: impl Iterator<Item = (String, Option<String>)>) -> Option<String> {
    let mut texts = Vec::new();
    for (column, cell) in cells.filter(|(column, _)| !IGNORED_COLUMNS.contains(&column.as_str())) {
        let Some(cell) = cell else { continue };
        if column == STUB && TRUE.contains(&cell.as_str()) {
            return None;
        }
        texts.push(format!("{column}={cell}|"));
    }
    texts.sort_unstable();
    Some(texts.concat())
}

fn dump_sqlite(database: &Path, chosen: Chosen) -> Dump {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    let integrity: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(integrity, "ok");
    let broken = connection.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap();
    assert!(!broken, "a foreign key is broken");
    let mut names = connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let names = names.into_iter().filter(|name| chosen(name));
    names.map(|name| (name.clone(), rows(&connection, &name))).collect()
}

/// The rows of a table as sorted text.
fn rows(connection: &Connection, table: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut found = Vec::new();
    let mut cursor = statement.query([]).unwrap();
    while let Some(row) = cursor.next().unwrap() {
        let cells = columns.iter().enumerate();
        found.extend(line(cells.map(|(index, column)| (column.clone(), cell(row.get_ref(index).unwrap())))));
    }
    found.sort();
    found
}

/// A cell with its storage class, so that `1` and `'1'` differ.
fn cell(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(value) => Some(format!("i{value}")),
        ValueRef::Real(value) => Some(format!("r{value:?}")),
        ValueRef::Text(text) => Some(format!("t{}", String::from_utf8_lossy(text))),
        ValueRef::Blob(bytes) => Some(format!("b{bytes:?}")),
    }
}

/// The same through DuckDB, which prints what is in its typed columns.
#[cfg(feature = "duckdb")]
mod duckdb_file {
    use super::{Chosen, Dump, line};
    use duckdb::Connection;
    use std::path::Path;

    pub(super) fn dump(database: &Path, chosen: Chosen) -> Dump {
        let connection = Connection::open(database).unwrap();
        let mut names = connection.prepare("SELECT table_name FROM duckdb_tables()").unwrap();
        let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let names = names.into_iter().filter(|name| chosen(name));
        names.map(|name| (name.clone(), rows(&connection, &name))).collect()
    }

    fn rows(connection: &Connection, table: &str) -> Vec<String> {
        let sql = format!("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM \"{table}\"");
        let mut statement = connection.prepare(&sql).unwrap();
        let mut cursor = statement.query([]).unwrap();
        let columns = cursor.as_ref().unwrap().column_names();
        let mut found = Vec::new();
        while let Some(row) = cursor.next().unwrap() {
            let cell = |index| row.get::<_, Option<String>>(index).unwrap();
            let cells = columns.iter().enumerate();
            found.extend(line(cells.map(|(index, column)| (column.clone(), cell(index)))));
        }
        found.sort();
        found
    }
}
