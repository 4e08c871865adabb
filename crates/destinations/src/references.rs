//! References between resources that are enforced: which they are, and what stands against it.
//!
//! A reference is enforced where each value of it can have a row: it is a column of texts that refers to one table whatever
//! else the row says, and that table is a resource's own, has a key of one text that is no reference itself, and one row per
//! key. The database is asked to enforce it when the column is made; one whose table came later has its stubs all the same,
//! and no foreign key.

use crate::error::DestinationError;
use crate::shape::{Known, Shape, Shapes};
use relatable_model::logical::LogicalType;
use relatable_model::schema::{Column, ColumnRole, IS_STUB, Table};
use relatable_model::write_mode::WriteMode;
use std::collections::HashMap;

/// What becomes of references between resources.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum References {
    /// They are written down and may lead to nothing.
    #[default]
    Declare,
    /// They are foreign keys, and what they lead to is there, if only as a row marked
    /// [`_is_stub`](relatable_model::schema::IS_STUB).
    Enforce,
}

impl References {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            References::Declare => "declare",
            References::Enforce => "enforce",
        }
    }

    /// The one whose [`name`](Self::name) is `name`.
    pub fn from_name(name: &str) -> Option<References> {
        [References::Declare, References::Enforce].into_iter().find(|references| references.name() == name)
    }

    /// Refuses tables whose references cannot become this, as a load that makes them does; whoever makes them anew asks
    /// before it builds them.
    ///
    /// # Errors
    /// [`DestinationError::Unenforceable`].
    pub fn check(self, tables: &[Table]) -> Result<(), DestinationError> {
        match self {
            References::Declare => Ok(()),
            References::Enforce => check(tables, &Shapes::settle(tables, &Known::default())),
        }
    }
}

/// A reference whose values always have a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    /// The table that refers.
    pub(crate) table: String,
    /// The column that does.
    pub(crate) column: String,
    /// The table referred to.
    pub(crate) target: String,
    /// Its key.
    pub(crate) key: String,
    /// Whether the column is yet to be made.
    pub(crate) is_new: bool,
    /// Whether the database was asked to enforce it.
    was_enforced: bool,
}

impl Held {
    /// Whether it is a foreign key, where the database has such.
    pub(crate) fn is_declared(&self) -> bool {
        self.is_new || self.was_enforced
    }
}

/// The tables, those that can be referred to with the column that marks stubs.
pub(crate) fn with_stubs(tables: &[Table]) -> Vec<Table> {
    let with_stubs = |table: &Table| {
        let mut table = table.clone();
        let is_target = table.parent.is_none()
            && !table.mode.keeps_versions()
            && key(&table.key, &table.columns).is_some()
            && table.column(IS_STUB).is_none();
        if is_target {
            table.columns.push(Column {
                name: IS_STUB.to_owned(),
                path: String::new(),
                logical: LogicalType::Boolean,
                role: ColumnRole::Stub,
                description:
                    "Whether this is no record but stands for one that others refer to and that is missing"
                        .to_owned(),
                references: Vec::new(),
            });
        }
        table
    };
    tables.iter().map(with_stubs).collect()
}

/// The column of a key that is one text.
fn key<'k>(key: &'k [String], columns: &[Column]) -> Option<&'k String> {
    let [name] = key else { return None };
    columns.iter().any(|column| column.name == *name && column.logical == LogicalType::Text).then_some(name)
}

/// The table that a column refers to, whatever else the row says.
fn referred(column: &Column) -> Option<&str> {
    let is_value = column.role == ColumnRole::Value && column.logical == LogicalType::Text;
    match column.references.as_slice() {
        [reference] if is_value && reference.when.is_none() => Some(&reference.table),
        _ => None,
    }
}

/// The references of `shapes` whose values always have a row: those to tables with stubs, and those that the database
/// enforces, whatever the rules say by now.
pub(crate) fn held(shapes: &HashMap<String, Shape>, known: &Known) -> Vec<Held> {
    let mut held = Vec::new();
    for shape in shapes.values() {
        for column in &shape.columns {
            let enforced = known.keys.iter().find(|key| key.is_enforced_reference(&shape.name, &column.name));
            let target = match enforced {
                Some(key) => Some(key.referenced_table.as_str()),
                None => referred(column),
            };
            let target = target.and_then(|name| shapes.get(name)).filter(|target| target.has_stubs());
            let Some((target, key)) = target.and_then(|it| Some((it, key(&it.key, &it.columns)?))) else {
                continue;
            };
            // A stub would have to refer to another one.
            if enforced.is_none() && target.column(key).and_then(referred).is_some() {
                continue;
            }
            held.push(Held {
                table: shape.name.clone(),
                column: column.name.clone(),
                target: target.name.clone(),
                key: key.clone(),
                is_new: !known.has_column(&shape.name, &column.name),
                was_enforced: enforced.is_some(),
            });
        }
    }
    held.sort_unstable_by(|left, right| (&left.table, &left.column).cmp(&(&right.table, &right.column)));
    held
}

/// Refuses to enforce references of tables that keep a history, and to tables that have several rows per key.
pub(crate) fn check(tables: &[Table], shapes: &Shapes) -> Result<(), DestinationError> {
    for table in tables {
        let targets = table.columns.iter().filter_map(referred).filter_map(|name| shapes.get(name));
        for target in targets.filter(|target| target.parent.is_none()) {
            let involved = if table.mode == WriteMode::History {
                Some((&table.resource, table.mode))
            } else if target.mode.keeps_versions() {
                Some((&target.resource, target.mode))
            } else {
                None
            };
            if let Some((resource, mode)) = involved {
                return Err(DestinationError::Unenforceable {
                    resource: resource.clone(),
                    mode: mode.name(),
                    table: table.name.clone(),
                    target: target.name.clone(),
                });
            }
        }
    }
    Ok(())
}
