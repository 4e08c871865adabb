//! The statements that bring the staged rows of a change into its table, as far as every dialect shares them.

use crate::dialect::Dialect;
use crate::session::Place;
use crate::shape::Shape;
use crate::standing::Versions;
use crate::statement::{equal, list, same, within};
use relatable_model::schema::{DELETED_AT, ParentLink};
use relatable_model::write_mode::{IS_CURRENT, WriteMode};

/// The temporary table of a change's rows.
pub(crate) const STAGE: &str = "_relatable_stage";
/// The temporary table of the scopes a change replaces.
pub(crate) const SCOPE: &str = "_relatable_scope";
/// The temporary table of keys that are gone.
pub(crate) const MARKS: &str = "_relatable_marks";

/// A merge by key of staged rows into their table.
pub(crate) struct Merge<'m> {
    /// The table.
    pub(crate) shape: &'m Shape,
    /// The columns staged, the table's key among them.
    pub(crate) staged: Vec<String>,
}

impl Merge<'_> {
    /// The staged columns in which a stored row can differ.
    pub(crate) fn compared(&self) -> Vec<String> {
        self.changeable().into_iter().filter(|name| !self.shape.is_synced(name)).collect()
    }

    /// The staged columns that a merge rewrites in a row that differs.
    pub(crate) fn changeable(&self) -> Vec<String> {
        self.staged.iter().filter(|name| !self.shape.key.contains(name)).cloned().collect()
    }

    /// What an upsert assigns to a row that differs.
    pub(crate) fn assignments(&self, dialect: &dyn Dialect) -> String {
        let assigned = self.changeable().into_iter().map(|name| dialect.quote(&name));
        assigned.map(|name| format!("{name} = excluded.{name}")).collect::<Vec<_>>().join(", ")
    }

    /// How many keys are staged more than once.
    pub(crate) fn repeated_sql(&self, dialect: &dyn Dialect) -> String {
        repeated_sql(dialect, &self.shape.key, Place::Temporary(STAGE))
    }

    /// Drops the staged rows whose parent does not exist; where the parent's table keeps versions, one stands for it.
    pub(crate) fn drop_orphans_sql(
        &self,
        dialect: &dyn Dialect,
        link: &ParentLink,
        parent: Option<&Shape>,
    ) -> String {
        let standing = parent.and_then(|parent| Versions::from(parent).standing(dialect, "p"));
        let standing = standing.map(|standing| format!(" AND {standing}")).unwrap_or_default();
        let staged = dialect.quote(STAGE);
        let met = equal(dialect, "p", &staged, link.columns.iter().map(|(here, there)| (there, here)));
        format!(
            "DELETE FROM {} WHERE NOT EXISTS (SELECT 1 FROM {} AS p WHERE {met}{standing})",
            dialect.place(Place::Temporary(STAGE)),
            dialect.quote(&link.table)
        )
    }
}

/// How many keys a table holds more than once.
pub(crate) fn repeated_sql(dialect: &dyn Dialect, key: &[String], place: Place<'_>) -> String {
    let key = list(dialect, "", key);
    let place = dialect.place(place);
    format!("SELECT count(*) FROM (SELECT 1 FROM {place} GROUP BY {key} HAVING count(*) > 1) AS repeated")
}

/// Gathers the keys of the rows of `shape` that are in a scope and not staged.
pub(crate) fn gather_replaced_sql(
    dialect: &dyn Dialect,
    shape: &Shape,
    scope: &[String],
    gathered: &str,
) -> String {
    // The order of a cross join is kept where it decides which table is searched by index.
    format!(
        "CREATE TEMPORARY TABLE {} AS SELECT DISTINCT {} FROM {} AS c CROSS JOIN {} AS t WHERE {} \
         AND NOT EXISTS (SELECT 1 FROM {} AS s WHERE {}){}",
        dialect.place(Place::Temporary(gathered)),
        list(dialect, "t", &shape.key),
        dialect.place(Place::Temporary(SCOPE)),
        dialect.quote(&shape.name),
        same(dialect, "c", "t", scope),
        dialect.place(Place::Temporary(STAGE)),
        same(dialect, "s", "t", &shape.key),
        present(dialect, shape),
    )
}

/// What restricts the rows of `shape`, called `t`, to those that have not ended.
fn present(dialect: &dyn Dialect, shape: &Shape) -> String {
    match shape.mode {
        WriteMode::History => format!(" AND t.{}", dialect.quote(IS_CURRENT)),
        _ => String::new(),
    }
}

/// Gathers the keys of the rows of `child` whose parents' keys are gathered.
pub(crate) fn gather_children_sql(
    dialect: &dyn Dialect,
    child: &Shape,
    link: &ParentLink,
    parents: &str,
    gathered: &str,
) -> String {
    format!(
        "CREATE TEMPORARY TABLE {} AS SELECT {} FROM {} AS p CROSS JOIN {} AS t WHERE {}{}",
        dialect.place(Place::Temporary(gathered)),
        list(dialect, "t", &child.key),
        dialect.place(Place::Temporary(parents)),
        dialect.quote(&child.name),
        equal(dialect, "t", "p", link.columns.iter().map(|(here, there)| (here, there))),
        present(dialect, child),
    )
}

/// Deletes the rows whose keys are gathered.
pub(crate) fn delete_gathered_sql(dialect: &dyn Dialect, shape: &Shape, gathered: &str) -> String {
    dialect.delete_joined(&shape.name, &shape.key, gathered).unwrap_or_else(|| {
        format!(
            "DELETE FROM {} WHERE {}",
            dialect.quote(&shape.name),
            within(dialect, &shape.key, &dialect.place(Place::Temporary(gathered)))
        )
    })
}

/// Marks the rows whose keys are in [`MARKS`] as deleted, unless they are.
pub(crate) fn mark_deleted_sql(dialect: &dyn Dialect, shape: &Shape) -> String {
    let (table, mark) = (dialect.quote(&shape.name), dialect.quote(DELETED_AT));
    let marks = dialect.place(Place::Temporary(MARKS));
    let key = list(dialect, "", &shape.key);
    let marks = format!(
        "(SELECT {key}, min({mark}) AS {mark} FROM {marks} WHERE {mark} IS NOT NULL GROUP BY {key}) AS m"
    );
    let standing = Versions::from(shape).standing(dialect, &table).map(|it| format!(" AND {it}"));
    let condition = format!(
        "{table}.{mark} IS NULL AND {}{}",
        same(dialect, "m", &table, &shape.key),
        standing.unwrap_or_default()
    );
    dialect.update_from(&shape.name, &[(DELETED_AT, format!("m.{mark}"))], &marks, &condition)
}
