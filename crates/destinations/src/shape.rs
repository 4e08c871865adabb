//! The tables as they will be after a load: what is declared now on top of what is remembered.

use crate::bookkeeping::columns::StoredColumn;
use crate::bookkeeping::keys::StoredKey;
use crate::bookkeeping::more::{self, Paths};
use crate::bookkeeping::views::StoredView;
use crate::bookkeeping::{columns, keys, modes, settings, views};
use crate::dialect::Dialect;
use crate::error::DestinationError;
use crate::package::RememberedColumn;
use crate::references::{self, Held, References};
use crate::session::Session;
use relatable_model::logical::LogicalType;
use relatable_model::schema::{Column, ColumnRole, ParentLink, Table};
use relatable_model::write_mode::WriteMode;
use std::collections::HashMap;

/// What the bookkeeping tables know of the other tables.
#[derive(Default)]
pub(crate) struct Known {
    /// `_relatable_columns`.
    pub(crate) columns: Vec<StoredColumn>,
    /// `_relatable_keys`.
    pub(crate) keys: Vec<StoredKey>,
    /// `_relatable_views`.
    pub(crate) views: Vec<StoredView>,
    /// `_relatable_modes`.
    pub(crate) modes: HashMap<String, WriteMode>,
    /// `_relatable_more`.
    pub(crate) more: Paths,
    /// What becomes of references, as `_relatable_settings` has it.
    pub(crate) references: References,
}

impl Known {
    /// Reads the bookkeeping tables.
    pub(crate) fn read(session: &impl Session) -> Result<Known, DestinationError> {
        Ok(Known {
            columns: columns::read(session)?,
            keys: keys::read(session)?,
            views: views::read(session)?,
            modes: modes::read(session)?,
            more: more::read(session)?,
            references: settings::references(session)?,
        })
    }

    /// Whether there is such a column.
    pub(crate) fn has_column(&self, table: &str, column: &str) -> bool {
        let mut stored = self.columns.iter().map(|stored| &stored.remembered);
        stored.any(|stored| stored.table == table && stored.column.name == column)
    }

    /// Forgets tables, as their bookkeeping rows will be forgotten.
    pub(crate) fn forget(&mut self, tables: &[Table]) {
        let is_gone = |name: &str| tables.iter().any(|table| table.name == name);
        self.columns.retain(|stored| !is_gone(&stored.remembered.table));
        self.keys.retain(|key| !is_gone(&key.table));
        self.views.retain(|view| !is_gone(&view.table));
        self.more.retain(|table, _| !is_gone(table));
        for key in self.keys.iter_mut().filter(|key| is_gone(&key.referenced_table)) {
            key.referenced_columns = None;
        }
    }

    /// Every table, in the order they were made.
    pub(crate) fn tables(&self) -> Vec<Table> {
        let shapes = Shapes::settle(&[], self);
        let mut names: Vec<&str> = Vec::new();
        for stored in &self.columns {
            let name = stored.remembered.table.as_str();
            if names.last() != Some(&name) {
                names.push(name);
            }
        }
        let table = |shape: &Shape| Table {
            name: shape.name.clone(),
            resource: shape.resource.clone(),
            path: shape.path.clone(),
            description: String::new(),
            key: shape.key.clone(),
            parent: shape.parent.clone(),
            columns: shape.columns.clone(),
            views: Vec::new(),
            mode: shape.mode,
            ignored: Vec::new(),
            more: self.more.get(&shape.name).into_iter().flatten().cloned().collect(),
        };
        names.into_iter().filter_map(|name| shapes.get(name)).map(table).collect()
    }

    /// The column that shows whose the table or view of this name is, in whatever case; `None` where it is not ours.
    pub(crate) fn owner(&self, name: &str) -> Option<&RememberedColumn> {
        let shown = self.views.iter().find(|view| view.name.eq_ignore_ascii_case(name));
        let table = shown.map_or(name, |view| &view.table);
        let mut columns = self.columns.iter().map(|stored| &stored.remembered);
        columns.find(|column| column.table.eq_ignore_ascii_case(table))
    }
}

/// One table as it will be.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    /// Its name.
    pub(crate) name: String,
    /// The resource it belongs to.
    pub(crate) resource: String,
    /// Path of the list or object it was split from.
    pub(crate) path: String,
    /// The columns that identify a row.
    pub(crate) key: Vec<String>,
    /// The table it was split from.
    pub(crate) parent: Option<ParentLink>,
    /// Every column: those remembered in the order they came, then those that are new.
    pub(crate) columns: Vec<Column>,
    /// How its rows are written.
    pub(crate) mode: WriteMode,
    /// The columns that make no version where nothing else of a row differs.
    pub(crate) ignored: Vec<String>,
    /// The columns that are foreign keys to other resources, where the database has such.
    pub(crate) foreign_keys: Vec<String>,
}

impl Shape {
    /// The column called `name`.
    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The column that marks stubs.
    pub(crate) fn stub_mark(&self) -> Option<&Column> {
        self.columns.iter().find(|column| column.role == ColumnRole::Stub)
    }

    /// Whether there can be stubs among its rows.
    pub(crate) fn has_stubs(&self) -> bool {
        self.stub_mark().is_some()
    }

    /// Whether this column says nothing about the document.
    pub(crate) fn is_synced(&self, name: &str) -> bool {
        self.column(name).is_some_and(|column| column.role == ColumnRole::Synced)
    }

    /// The declared type of a column of this table.
    pub(crate) fn type_name(&self, dialect: &dyn Dialect, column: &Column) -> &'static str {
        let texts = |names: &mut dyn Iterator<Item = &String>| {
            let is_text = |name: &&String| {
                let logical = self.column(name).map(|column| column.logical);
                matches!(logical, Some(LogicalType::Text | LogicalType::Json | LogicalType::List))
            };
            names.filter(is_text).count()
        };
        if self.key.contains(&column.name) {
            return dialect.key_type_name(column.logical, texts(&mut self.key.iter()));
        }
        let mut linked = self.parent.iter().flat_map(|link| &link.columns).map(|(here, _)| here);
        if linked.clone().any(|here| *here == column.name) {
            return dialect.key_type_name(column.logical, texts(&mut linked));
        }
        if self.foreign_keys.contains(&column.name) {
            return dialect.key_type_name(column.logical, 1);
        }
        let identifies = !column.references.is_empty();
        if identifies {
            dialect.identifying_type_name(column.logical)
        } else {
            dialect.type_name(column.logical)
        }
    }

    /// The error that something asked does not fit this table.
    pub(crate) fn mismatch(&self, difference: impl Into<String>) -> DestinationError {
        DestinationError::Mismatch { table: self.name.clone(), difference: difference.into() }
    }
}

/// Every table of ours.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    by_name: HashMap<String, Shape>,
    /// References whose values always have a row.
    pub(crate) held: Vec<Held>,
}

impl Shapes {
    /// Lays `tables` over what is known. Where the two contradict each other the remembered side is kept; planning
    /// reports the contradiction.
    pub(crate) fn settle(tables: &[Table], known: &Known) -> Shapes {
        let mut by_name: HashMap<String, Shape> = HashMap::new();
        for stored in &known.columns {
            let remembered = &stored.remembered;
            let shape = by_name.entry(remembered.table.clone()).or_insert_with(|| Shape {
                name: remembered.table.clone(),
                resource: remembered.resource.clone(),
                path: remembered.table_path.clone(),
                key: Vec::new(),
                parent: None,
                columns: Vec::new(),
                mode: known.modes.get(&remembered.table).copied().unwrap_or_default(),
                ignored: Vec::new(),
                foreign_keys: Vec::new(),
            });
            shape.columns.push(remembered.column.clone());
        }
        for key in &known.keys {
            let Some(shape) = by_name.get_mut(&key.table) else { continue };
            if key.is_primary() {
                shape.key.clone_from(&key.columns);
            } else if key.is_parent() {
                let there = key.referenced_columns.clone().unwrap_or_default();
                shape.parent = Some(ParentLink {
                    table: key.referenced_table.clone(),
                    columns: key.columns.iter().cloned().zip(there).collect(),
                });
            }
        }
        for table in tables {
            let shape = by_name.entry(table.name.clone()).or_insert_with(|| Shape {
                name: table.name.clone(),
                resource: table.resource.clone(),
                path: table.path.clone(),
                key: table.key.clone(),
                parent: table.parent.clone(),
                columns: Vec::new(),
                mode: table.mode,
                ignored: Vec::new(),
                foreign_keys: Vec::new(),
            });
            shape.ignored.clone_from(&table.ignored);
            let new: Vec<Column> =
                table.columns.iter().filter(|column| shape.column(&column.name).is_none()).cloned().collect();
            shape.columns.extend(new);
        }
        let held = references::held(&by_name, known);
        for foreign_key in held.iter().filter(|held| held.is_declared()) {
            if let Some(shape) = by_name.get_mut(&foreign_key.table) {
                shape.foreign_keys.push(foreign_key.column.clone());
            }
        }
        Shapes { by_name, held }
    }

    /// The reference of a column that the database is asked to enforce.
    pub(crate) fn foreign_key(&self, table: &str, column: &str) -> Option<&Held> {
        self.held.iter().find(|held| held.table == table && held.column == column && held.is_declared())
    }

    /// The references to a table whose values always have a row.
    pub(crate) fn held_to<'s>(&'s self, target: &str) -> impl Iterator<Item = &'s Held> {
        let target = target.to_owned();
        self.held.iter().filter(move |held| held.target == target)
    }

    /// The table called `name`.
    pub(crate) fn get(&self, name: &str) -> Option<&Shape> {
        self.by_name.get(name)
    }

    /// Whether some table keeps versions.
    pub(crate) fn keep_versions(&self) -> bool {
        self.by_name.values().any(|shape| shape.mode.keeps_versions())
    }

    /// The tables split from `parent`, in the order of their names.
    pub(crate) fn children(&self, parent: &str) -> Vec<(&Shape, &ParentLink)> {
        let mut children: Vec<(&Shape, &ParentLink)> = self
            .by_name
            .values()
            .filter_map(|shape| {
                let link = shape.parent.as_ref()?;
                (link.table == parent).then_some((shape, link))
            })
            .collect();
        children.sort_unstable_by(|left, right| left.0.name.cmp(&right.0.name));
        children
    }
}
