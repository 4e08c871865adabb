//! Staged rows into a table by an upsert: SQLite finds each key in the table's index.

use crate::dialect::Dialect;
use crate::merge_plan::{Merge, STAGE};
use crate::session::Place;
use crate::statement::{list, same};

/// Counts the staged rows that are new.
pub(super) fn count_new_sql(dialect: &dyn Dialect, merge: &Merge<'_>) -> String {
    format!(
        "SELECT count(*) FROM {} AS s WHERE NOT EXISTS (SELECT 1 FROM {} AS t WHERE {})",
        dialect.place(Place::Temporary(STAGE)),
        dialect.quote(&merge.shape.name),
        same(dialect, "t", "s", &merge.shape.key)
    )
}

/// Inserts the staged rows, rewriting those that exist and differ.
pub(super) fn upsert_sql(dialect: &dyn Dialect, merge: &Merge<'_>) -> String {
    let compared = merge.compared();
    let conflict = if compared.is_empty() {
        "DO NOTHING".to_owned()
    } else {
        format!(
            "DO UPDATE SET {} WHERE ({}) IS NOT ({})",
            merge.assignments(dialect),
            list(dialect, "t", &compared),
            list(dialect, "excluded", &compared)
        )
    };
    // `WHERE true` keeps the parser from taking ON for a join's.
    format!(
        "INSERT INTO {} AS t ({}) SELECT {} FROM {} AS s WHERE true ON CONFLICT ({}) {conflict}",
        dialect.quote(&merge.shape.name),
        list(dialect, "", &merge.staged),
        list(dialect, "s", &merge.staged),
        dialect.place(Place::Temporary(STAGE)),
        list(dialect, "", &merge.shape.key)
    )
}
