//! A database as text, read by plain SQLite.

use rusqlite::{Connection, OpenFlags, types::ValueRef};
use std::collections::BTreeMap;
use std::path::Path;

/// Columns that say when something was read, not what.
const IGNORED_COLUMNS: [&str; 1] = ["_synced_at"];

/// Every table with its rows as sorted text, but bookkeeping tables and `counts`, which grows with every run.
pub(crate) fn dump(database: &Path) -> BTreeMap<String, Vec<String>> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let integrity: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(integrity, "ok");
    let broken = connection.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap();
    assert!(!broken, "a foreign key is broken");
    let mut names = connection
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'")
        .unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    names
        .into_iter()
        .filter(|name| name != "counts")
        .map(|name| (name.clone(), rows(&connection, &name)))
        .collect()
}

/// The rows of a table as sorted text.
fn rows(connection: &Connection, table: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut found = Vec::new();
    let mut cursor = statement.query([]).unwrap();
    while let Some(row) = cursor.next().unwrap() {
        let mut text = String::new();
        for (index, column) in columns.iter().enumerate() {
            if !IGNORED_COLUMNS.contains(&column.as_str()) {
                text.push_str(&format!("{column}={}|", cell(row.get_ref(index).unwrap())));
            }
        }
        found.push(text);
    }
    found.sort();
    found
}

/// A cell with its storage class, so that `1` and `'1'` differ.
fn cell(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "null".to_owned(),
        ValueRef::Integer(value) => format!("i{value}"),
        ValueRef::Real(value) => format!("r{value:?}"),
        ValueRef::Text(text) => format!("t{}", String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => format!("b{bytes:?}"),
    }
}
