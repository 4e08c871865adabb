//! What a destination remembers of earlier loads: names and types once given stay.

use crate::logical::LogicalType;
use crate::schema::{ColumnRole, Table};
use std::collections::BTreeMap;

/// A column given before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RememberedColumn {
    /// Its name.
    pub name: String,
    /// Its path in the document, as in rules.
    pub path: String,
    /// What it is for.
    pub role: ColumnRole,
    /// Its type.
    pub logical: LogicalType,
}

/// A table made before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct RememberedTable {
    name: String,
    columns: Vec<RememberedColumn>,
}

/// The tables and columns of one resource that exist already.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memory {
    /// By path of the table and whether it is a list's.
    tables: BTreeMap<String, RememberedTable>,
}

impl Memory {
    /// Adds a column of the table called `table` that was split from `table_path` (empty for the resource's own).
    pub fn remember(&mut self, table: &str, table_path: &str, column: RememberedColumn) {
        let entry = self.tables.entry(table_path.to_owned()).or_default();
        table.clone_into(&mut entry.name);
        if !entry.columns.iter().any(|known| known.name == column.name) {
            entry.columns.push(column);
        }
    }

    /// Adds a table as shredding settled it.
    pub fn remember_table(&mut self, table: &Table) {
        for column in &table.columns {
            let remembered = RememberedColumn {
                name: column.name.clone(),
                path: column.path.clone(),
                role: column.role,
                logical: column.logical,
            };
            self.remember(&table.name, &table.path, remembered);
        }
    }

    /// The name of the table split from the list (or object) at `path`.
    pub(crate) fn table(&self, path: &str, is_list: bool) -> Option<String> {
        let table = self.tables.get(path)?;
        let positioned = table.columns.iter().any(|column| column.role == ColumnRole::Position);
        (is_list || !positioned).then(|| table.name.clone())
    }

    /// The column of a path in the table split from `table_path`.
    pub(crate) fn column(&self, table_path: &str, path: &str, role: ColumnRole) -> Option<&RememberedColumn> {
        let table = self.tables.get(table_path)?;
        table.columns.iter().find(|column| column.path == path && column.role == role)
    }

    /// The columns of the table split from `table_path`.
    pub(crate) fn columns(&self, table_path: &str) -> &[RememberedColumn] {
        self.tables.get(table_path).map(|table| table.columns.as_slice()).unwrap_or_default()
    }

    /// Names of all remembered tables.
    pub(crate) fn table_names(&self) -> impl Iterator<Item = &str> {
        self.tables.values().map(|table| table.name.as_str())
    }

    /// Every table's path with its name and whether its rows have a position, parents before children.
    pub(crate) fn tables(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        self.tables.iter().map(|(path, table)| {
            let positioned = table.columns.iter().any(|column| column.role == ColumnRole::Position);
            (path.as_str(), table.name.as_str(), positioned)
        })
    }
}
