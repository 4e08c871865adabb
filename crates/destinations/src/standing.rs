//! Which row stands for a record: where a table keeps versions the newest, unless it went with its list; and never a stub.

use crate::dialect::Dialect;
use crate::shape::Shape;
use crate::statement::same;
use relatable_model::schema::{ColumnRole, DELETED_AT, IS_STUB, Table};
use relatable_model::write_mode::{IS_CURRENT, VALID_FROM, WriteMode};

/// What tells the rows of a table apart, as far as versions go.
#[derive(Clone, Copy)]
pub(crate) struct Versions<'v> {
    /// The table.
    pub(crate) table: &'v str,
    /// The columns that all versions of a row share.
    pub(crate) key: &'v [String],
    /// How its rows are written.
    pub(crate) mode: WriteMode,
    /// Whether rows have a mark of deletion.
    pub(crate) is_marked: bool,
    /// Whether there can be stubs among them.
    pub(crate) has_stubs: bool,
}

impl<'v> From<&'v Table> for Versions<'v> {
    fn from(table: &'v Table) -> Versions<'v> {
        let Table { name, key, mode, .. } = table;
        let has_stubs = table.columns.iter().any(|column| column.role == ColumnRole::Stub);
        Versions { table: name, key, mode: *mode, is_marked: table.column(DELETED_AT).is_some(), has_stubs }
    }
}

impl<'v> From<&'v Shape> for Versions<'v> {
    fn from(shape: &'v Shape) -> Versions<'v> {
        let Shape { name, key, mode, .. } = shape;
        let (is_marked, has_stubs) = (shape.column(DELETED_AT).is_some(), shape.has_stubs());
        Versions { table: name, key, mode: *mode, is_marked, has_stubs }
    }
}

impl Versions<'_> {
    /// The condition that the row called `alias` stands for its record, be that marked as deleted or not; `None` where every
    /// row does.
    pub(crate) fn standing(&self, dialect: &dyn Dialect, alias: &str) -> Option<String> {
        let current = format!("{alias}.{}", dialect.quote(IS_CURRENT));
        match self.mode {
            WriteMode::Upsert | WriteMode::Mirror => self.real(dialect, alias),
            WriteMode::Append => Some(self.newest(dialect, alias)),
            WriteMode::History if self.is_marked => {
                let mark = dialect.quote(DELETED_AT);
                let newest = self.newest(dialect, alias);
                Some(format!("({current} OR ({alias}.{mark} IS NOT NULL AND {newest}))"))
            }
            WriteMode::History => Some(current),
        }
    }

    /// The condition that the row called `alias` stands for a record that is not marked as deleted; `None` where every row
    /// does.
    pub(crate) fn live(&self, dialect: &dyn Dialect, alias: &str) -> Option<String> {
        if self.mode == WriteMode::History {
            // What is marked is not current.
            return Some(format!("{alias}.{}", dialect.quote(IS_CURRENT)));
        }
        let unmarked = self.is_marked.then(|| format!("{alias}.{} IS NULL", dialect.quote(DELETED_AT)));
        let parts: Vec<String> = unmarked.into_iter().chain(self.standing(dialect, alias)).collect();
        (!parts.is_empty()).then(|| parts.join(" AND "))
    }

    /// The condition that the row called `alias` is no stub; `None` where none is.
    pub(crate) fn real(&self, dialect: &dyn Dialect, alias: &str) -> Option<String> {
        self.has_stubs.then(|| format!("NOT coalesce({alias}.{}, false)", dialect.quote(IS_STUB)))
    }

    /// The condition that the row called `alias` has no later version.
    fn newest(&self, dialect: &dyn Dialect, alias: &str) -> String {
        let from = dialect.quote(VALID_FROM);
        format!(
            "NOT EXISTS (SELECT 1 FROM {} AS later WHERE {} AND later.{from} > {alias}.{from})",
            dialect.quote(self.table),
            same(dialect, "later", alias, self.key),
        )
    }
}
