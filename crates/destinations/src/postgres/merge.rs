//! Staged rows into a table by an upsert, which tells for each row whether it was new.

use crate::dialect::Dialect;
use crate::merge_plan::{Merge, STAGE};
use crate::session::Place;
use crate::statement::{either, list};

/// Inserts the staged rows, rewriting those that exist and differ; answers how many were inserted and how many rewritten.
pub(super) fn upsert_sql(dialect: &dyn Dialect, merge: &Merge<'_>) -> String {
    let compared: Vec<String> = merge
        .compared()
        .iter()
        .filter_map(|name| merge.shape.column(name))
        .map(|column| {
            let (stored, staged) = (dialect.comparable("t", column), dialect.comparable("excluded", column));
            format!("{stored} IS DISTINCT FROM {staged}")
        })
        .collect();
    let conflict = if compared.is_empty() {
        "DO NOTHING".to_owned()
    } else {
        format!("DO UPDATE SET {} WHERE {}", merge.assignments(dialect), either(&compared))
    };
    // A row version that no transaction has ended was made by this one: it is new.
    format!(
        "WITH merged AS (INSERT INTO {} AS t ({}) SELECT {} FROM {} AS s ON CONFLICT ({}) {conflict} \
         RETURNING t.xmax = 0 AS is_new) \
         SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM merged",
        dialect.quote(&merge.shape.name),
        list(dialect, "", &merge.staged),
        list(dialect, "s", &merge.staged),
        dialect.place(Place::Temporary(STAGE)),
        list(dialect, "", &merge.shape.key)
    )
}
