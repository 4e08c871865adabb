//! What a destination remembers of earlier loads: names and types once given stay.

use crate::logical::LogicalType;
use crate::schema::{ColumnRole, MORE, Table};
use crate::width::Width;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// A column given before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RememberedColumn {
    /// Its name.
    pub name: String,
    /// Its path in the document, as in rules. With [`ColumnRole::More`] that of one of the values in the column, and none for
    /// the column itself.
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
    /// Places of the columns among these, by name.
    names: HashMap<String, usize>,
    /// Places of the columns among these, by the path they hold.
    paths: HashMap<String, Vec<usize>>,
    /// Paths whose values stand in [`MORE`].
    more: BTreeSet<String>,
}

/// The tables and columns of one resource that exist already. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memory {
    /// By full path of a row, so that a parent comes before its children.
    tables: Arc<BTreeMap<String, RememberedTable>>,
    /// Names that tables and views of other resources have, in lower case.
    reserved: Arc<HashSet<String>>,
    /// What tables have room for.
    width: Arc<Width>,
}

impl Memory {
    /// Adds a column of the table called `table`; `table_path` is its [`Table::path`].
    pub fn remember(&mut self, table: &str, table_path: &str, column: RememberedColumn) {
        if column.role == ColumnRole::More && !column.path.is_empty() {
            return self.remember_more(table, table_path, &column.path);
        }
        let known = self.tables.get(table_path);
        if known.is_some_and(|known| known.name == table && known.names.contains_key(&column.name)) {
            return;
        }
        let entry = Arc::make_mut(&mut self.tables).entry(table_path.to_owned()).or_default();
        table.clone_into(&mut entry.name);
        let place = entry.columns.len();
        if entry.names.contains_key(&column.name) {
            return;
        }
        entry.names.insert(column.name.clone(), place);
        entry.paths.entry(column.path.clone()).or_default().push(place);
        entry.columns.push(column);
    }

    /// Adds a path of the table called `table` whose values stand in [`MORE`].
    fn remember_more(&mut self, table: &str, table_path: &str, path: &str) {
        if self.is_in_more(table_path, path) {
            return;
        }
        let entry = Arc::make_mut(&mut self.tables).entry(table_path.to_owned()).or_default();
        table.clone_into(&mut entry.name);
        entry.more.insert(path.to_owned());
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
        for path in &table.more {
            self.remember_more(&table.name, &table.path, path);
        }
    }

    /// Gives tables no more room than this.
    pub fn limit(&mut self, width: &Width) {
        if *self.width != *width {
            self.width = Arc::new(width.clone());
        }
    }

    /// What tables have room for.
    pub(crate) fn width(&self) -> &Width {
        &self.width
    }

    /// Keeps the resource from giving a table or view one of these names: other resources have them.
    pub fn reserve<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        Arc::make_mut(&mut self.reserved).extend(names.into_iter().map(str::to_lowercase));
    }

    /// The names that other resources have, in lower case.
    pub(crate) fn reserved(&self) -> &HashSet<String> {
        &self.reserved
    }

    /// Names of the tables.
    pub fn table_names(&self) -> impl Iterator<Item = &str> {
        self.tables.values().map(|table| table.name.as_str())
    }

    /// Whether some column holds the values at `path`, by itself or with others.
    pub fn knows(&self, path: &str) -> bool {
        self.tables.values().any(|table| table.paths.contains_key(path) || table.more.contains(path))
    }

    /// Whether the values at `path`, in the table whose rows stand at `table_path`, are members of [`MORE`].
    pub fn is_in_more(&self, table_path: &str, path: &str) -> bool {
        self.tables.get(table_path).is_some_and(|table| table.more.contains(path))
    }

    /// The paths, in the table whose rows stand at `table_path`, whose values are members of [`MORE`], in order.
    pub(crate) fn more(&self, table_path: &str) -> impl Iterator<Item = &str> {
        self.tables.get(table_path).into_iter().flat_map(|table| &table.more).map(String::as_str)
    }

    /// Whether the table whose rows stand at `table_path` has the column [`MORE`].
    pub(crate) fn has_more(&self, table_path: &str) -> bool {
        self.has_column(table_path, MORE)
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// Whether there is a table whose rows stand at `path`.
    pub fn has_table(&self, path: &str) -> bool {
        self.tables.contains_key(path)
    }

    /// Whether the table whose rows stand at `table_path` has a column of this name.
    pub fn has_column(&self, table_path: &str, name: &str) -> bool {
        self.tables.get(table_path).is_some_and(|table| table.names.contains_key(name))
    }

    /// The name of the table whose rows stand at `path`.
    pub(crate) fn table(&self, path: &str) -> Option<String> {
        self.tables.get(path).map(|table| table.name.clone())
    }

    /// The column of a path in the table whose rows stand at `table_path`.
    pub(crate) fn column(&self, table_path: &str, path: &str, role: ColumnRole) -> Option<&RememberedColumn> {
        let table = self.tables.get(table_path)?;
        let places = table.paths.get(path)?;
        places.iter().map(|&place| &table.columns[place]).find(|column| column.role == role)
    }

    /// The columns of the table whose rows stand at `table_path`.
    pub(crate) fn columns(&self, table_path: &str) -> &[RememberedColumn] {
        self.tables.get(table_path).map(|table| table.columns.as_slice()).unwrap_or_default()
    }

    /// Every table's path, name and columns, parents before children.
    pub(crate) fn tables(&self) -> impl Iterator<Item = (&str, &str, &[RememberedColumn])> {
        self.tables.iter().map(|(path, table)| (path.as_str(), table.name.as_str(), table.columns.as_slice()))
    }
}
