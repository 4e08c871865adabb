//! Staged rows into a table: those that differ are rewritten, then those that are new come. No statement names a temporary
//! table twice, which MySQL does not take.

use crate::dialect::Dialect;
use crate::merge_plan::{Merge, STAGE};
use crate::session::Place;
use crate::statement::{either, list, same};

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
        either(&differing)
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

#[cfg(test)]
mod tests {
    use super::super::dialect::MYSQL;
    use super::*;
    use crate::merge_plan::{delete_gathered_sql, mark_deleted_sql};
    use crate::shape::Shape;
    use relatable_model::logical::LogicalType;
    use relatable_model::schema::{Column, ColumnRole};
    use relatable_model::write_mode::WriteMode;

    /// A table with a key, a value and the time of its last load.
    fn contacts() -> Shape {
        let column = |name: &str, role| Column {
            name: name.to_owned(),
            path: name.to_owned(),
            logical: LogicalType::Text,
            role,
            description: String::new(),
            references: Vec::new(),
        };
        Shape {
            name: "contacts".to_owned(),
            resource: "contacts".to_owned(),
            path: String::new(),
            key: vec!["id".to_owned()],
            parent: None,
            columns: vec![
                column("id", ColumnRole::Value),
                column("name", ColumnRole::Value),
                column("_synced_at", ColumnRole::Synced),
            ],
            mode: WriteMode::default(),
            ignored: Vec::new(),
            foreign_keys: Vec::new(),
        }
    }

    #[test]
    fn no_statement_names_a_temporary_table_twice() {
        let shape = contacts();
        let staged = shape.columns.iter().map(|column| column.name.clone()).collect();
        let merge = Merge { shape: &shape, staged };
        let update = update_sql(&MYSQL, &merge).expect("something to compare");
        assert_eq!(
            update,
            "UPDATE `_relatable_stage` AS s STRAIGHT_JOIN `contacts` AS t ON t.`id` = s.`id` \
             SET t.`name` = s.`name`, t.`_synced_at` = s.`_synced_at` WHERE NOT (t.`name` <=> s.`name`)"
        );
        let gone = delete_gathered_sql(&MYSQL, &shape, "_relatable_gone_0");
        for sql in [update, insert_sql(&MYSQL, &merge), mark_deleted_sql(&MYSQL, &shape), gone] {
            let temporary = ["`_relatable_stage`", "`_relatable_marks`", "`_relatable_gone_0`"];
            let named: usize = temporary.iter().map(|name| sql.matches(name).count()).sum();
            assert_eq!(named, 1, "{sql}");
        }
        let only_key = Merge { shape: &shape, staged: vec!["id".to_owned(), "_synced_at".to_owned()] };
        assert_eq!(update_sql(&MYSQL, &only_key), None, "the time of a load alone changes nothing");
    }
}
