//! Which row stands for a record, where a table keeps versions: the newest, unless it went with its list.

use crate::dialect::Dialect;
use crate::shape::Shape;
use crate::statement::same;
use relatable_model::schema::{DELETED_AT, Table};
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
}

impl<'v> From<&'v Table> for Versions<'v> {
    fn from(table: &'v Table) -> Versions<'v> {
        let Table { name, key, mode, .. } = table;
        Versions { table: name, key, mode: *mode, is_marked: table.column(DELETED_AT).is_some() }
    }
}

impl<'v> From<&'v Shape> for Versions<'v> {
    fn from(shape: &'v Shape) -> Versions<'v> {
        let Shape { name, key, mode, .. } = shape;
        Versions { table: name, key, mode: *mode, is_marked: shape.column(DELETED_AT).is_some() }
    }
}

impl Versions<'_> {
    /// The condition that the row called `alias` stands for its record, be that marked as deleted or not; `None` where every
    /// row does.
    pub(crate) fn standing(&self, dialect: &dyn Dialect, alias: &str) -> Option<String> {
        let current = format!("{alias}.{}", dialect.quote(IS_CURRENT));
        match self.mode {
            WriteMode::Upsert | WriteMode::Mirror => None,
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
