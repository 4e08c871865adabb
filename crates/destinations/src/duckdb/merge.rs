//! Staged rows into a table without any index: one join finds what is new or differs, and only that is rewritten.

use crate::dialect::Dialect;
use crate::merge_plan::{Merge, STAGE};
use crate::session::Place;
use crate::statement::{either, list, same, within};

/// The temporary table of whole rows to write.
pub(super) const CHANGED: &str = "_relatable_changed";

/// The column of [`CHANGED`] that tells rows that exist from new ones; no column of ours has a blank in its name.
const EXISTS: &str = "row exists";
/// The column of [`CHANGED`] with the place of a row that exists: to find it again by that, no column has to be read.
const STORED_AT: &str = "row stored at";
/// What DuckDB calls the place of a row, in tables that have no column of that name.
const ROW_ID: &str = "rowid";

/// Gathers the rows to write, completed with the stored values of the columns that are not staged, also of those that a user
/// added.
pub(super) fn gather_sql(dialect: &dyn Dialect, merge: &Merge<'_>) -> String {
    let staged: Vec<String> = merge
        .staged
        .iter()
        .map(|name| dialect.quote(name))
        .map(|name| format!("s.{name} AS {name}"))
        .collect();
    // A stored key is never null, so a null one means that there is no stored row.
    let stored_key = format!("t.{}", dialect.quote(&merge.shape.key[0]));
    let differing: Vec<String> = merge
        .compared()
        .iter()
        .map(|name| format!("t.{0} IS DISTINCT FROM s.{0}", dialect.quote(name)))
        .collect();
    let differing = if differing.is_empty() { "false".to_owned() } else { either(&differing) };
    format!(
        "CREATE TEMP TABLE {} AS SELECT t.* REPLACE ({}), {stored_key} IS NOT NULL AS {}, t.{ROW_ID} AS {} \
         FROM {} AS s LEFT JOIN {} AS t ON {} \
         WHERE {stored_key} IS NULL OR {differing}",
        dialect.place(Place::Temporary(CHANGED)),
        staged.join(", "),
        dialect.quote(EXISTS),
        dialect.quote(STORED_AT),
        dialect.place(Place::Temporary(STAGE)),
        dialect.quote(&merge.shape.name),
        same(dialect, "t", "s", &merge.shape.key)
    )
}

/// Counts the gathered rows, those of them that exist, and the columns that have the name of a row's place.
pub(super) fn count_sql(dialect: &dyn Dialect) -> String {
    format!(
        "SELECT count(*), count(*) FILTER ({}), \
         (SELECT count(*) FROM pragma_table_info({}) WHERE lower(name) = '{ROW_ID}') FROM {}",
        dialect.quote(EXISTS),
        dialect.literal(CHANGED),
        dialect.place(Place::Temporary(CHANGED))
    )
}

/// Deletes the stored rows that are about to be written anew, by their places unless a column has the name of that.
pub(super) fn delete_sql(dialect: &dyn Dialect, merge: &Merge<'_>, is_named_like_place: bool) -> String {
    let (table, changed) = (dialect.quote(&merge.shape.name), dialect.place(Place::Temporary(CHANGED)));
    let met = if is_named_like_place {
        within(dialect, &merge.shape.key, &changed)
    } else {
        format!("{ROW_ID} IN (SELECT {} FROM {changed})", dialect.quote(STORED_AT))
    };
    format!("DELETE FROM {table} WHERE {met}")
}

/// Writes the gathered rows that exist, with every column that the table has.
pub(super) fn rewrite_sql(dialect: &dyn Dialect, merge: &Merge<'_>) -> String {
    let (place, exists) = (dialect.place(Place::Temporary(CHANGED)), dialect.quote(EXISTS));
    format!(
        "INSERT INTO {} BY NAME SELECT * EXCLUDE ({exists}, {}) FROM {place} WHERE {exists}",
        dialect.quote(&merge.shape.name),
        dialect.quote(STORED_AT),
    )
}

/// Writes the gathered rows that are new: a column that a user added has its default there.
pub(super) fn insert_sql(dialect: &dyn Dialect, merge: &Merge<'_>) -> String {
    let columns = list(dialect, "", merge.shape.columns.iter().map(|column| &column.name));
    format!(
        "INSERT INTO {} ({columns}) SELECT {columns} FROM {} WHERE NOT {}",
        dialect.quote(&merge.shape.name),
        dialect.place(Place::Temporary(CHANGED)),
        dialect.quote(EXISTS)
    )
}
