//! Staged rows into a table: those that differ are rewritten, then those that are new come. No statement names a temporary
//! table twice, which MySQL does not take.

use crate::dialect::Dialect;
use crate::merge_plan::{Merge, STAGE};
use crate::session::Place;
use crate::statement::{list, same};

/// Rewrites the stored rows that differ; `None` where no column can differ.
pub(super) fn update_sql(dialect: &dyn Dialect, merge: &Merge<'_>) -> Option<String> {
    let quoted = |names: Vec<String>| names.into_iter().map(|name| dialect.quote(&name));
    let differing: Vec<String> =
        quoted(merge.compared()).map(|name| format!("NOT (t.{name} <=> s.{name})")).collect();
    if differing.is_empty() {
        return None;
    }
    let assigned: Vec<String> =
        quoted(merge.changeable()).map(|name| format!("t.{name} = s.{name}")).collect();
    // In this order each staged row is searched in the table by its key.
    Some(format!(
        "UPDATE {} AS s STRAIGHT_JOIN {} AS t ON {} SET {} WHERE {}",
        dialect.place(Place::Temporary(STAGE)),
        dialect.quote(&merge.shape.name),
        same(dialect, "t", "s", &merge.shape.key),
        assigned.join(", "),
        differing.join(" OR ")
    ))
}

/// Inserts the staged rows that are new.
pub(super) fn insert_sql(dialect: &dyn Dialect, merge: &Merge<'_>) -> String {
    let table = dialect.quote(&merge.shape.name);
    format!(
        "INSERT INTO {table} ({}) SELECT {} FROM {} AS s LEFT JOIN {table} AS t ON {} WHERE t.{} IS NULL",
        list(dialect, "", &merge.staged),
        list(dialect, "s", &merge.staged),
        dialect.place(Place::Temporary(STAGE)),
        same(dialect, "t", "s", &merge.shape.key),
        dialect.quote(&merge.shape.key[0])
    )
}
