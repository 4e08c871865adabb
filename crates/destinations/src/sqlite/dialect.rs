//! SQLite's words.

use super::value::instant_us;
use crate::dialect::{Dialect, create_index_sql, create_unique_where_sql};
use crate::session::{Cell, Place};
use crate::statement::list;
use relatable_model::logical::LogicalType;
use relatable_model::width::Width;

/// What the names of SQLite's own tables begin with.
const PREFIX: &str = "sqlite_";
/// The most columns of a table, unless SQLite was compiled otherwise.
const COLUMNS_MAX: usize = 2_000;
/// Columns that are kept free for what rules ask for later.
const COLUMNS_KEPT: usize = 100;

/// SQLite's SQL.
pub(super) struct Sqlite;

impl Dialect for Sqlite {
    fn type_name(&self, logical: LogicalType) -> &'static str {
        // A declared type decides what SQLite makes of a value: under DECIMAL, DATE or JSON, `007` would become 7.
        match logical {
            LogicalType::Boolean => "BOOLEAN",
            LogicalType::Integer => "INTEGER",
            LogicalType::Float => "REAL",
            LogicalType::Decimal
            | LogicalType::Text
            | LogicalType::Timestamp
            | LogicalType::Date
            | LogicalType::Json
            | LogicalType::List => "TEXT",
        }
    }

    fn enforces_keys(&self) -> bool {
        true
    }

    fn adds_links(&self) -> bool {
        false
    }

    fn reserved(&self, name: &str) -> Option<&'static str> {
        let begins = name.get(..PREFIX.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(PREFIX));
        begins.then_some("SQLite keeps names that begin with `sqlite_` for itself")
    }

    fn columns_max(&self, _: &[&str]) -> Option<usize> {
        Some(COLUMNS_MAX)
    }

    fn width(&self) -> Width {
        // A row may be a gigabyte long.
        Width { columns: COLUMNS_MAX - COLUMNS_KEPT, ..Width::UNLIMITED }
    }

    fn relations_sql(&self) -> &'static str {
        "SELECT name, type, NULL FROM sqlite_schema WHERE type IN ('table', 'view')"
    }

    fn columns_sql(&self) -> &'static str {
        "SELECT s.name, c.name, c.type, c.\"notnull\" AND c.dflt_value IS NULL \
         FROM sqlite_schema AS s, pragma_table_info(s.name) AS c WHERE s.type = 'table' \
         ORDER BY s.name, c.cid"
    }

    fn retype(&self, table: &str, column: &str, type_name: &str) -> String {
        // There is no statement that changes a type.
        let (table, column) = (self.quote(table), self.quote(column));
        format!(
            "ALTER TABLE {table} DROP COLUMN {column}; ALTER TABLE {table} ADD COLUMN {column} {type_name}"
        )
    }

    fn release(&self, table: &str, column: &str, _: &str) -> String {
        // Nor is there one that lets a column be empty.
        format!("ALTER TABLE {} DROP COLUMN {}", self.quote(table), self.quote(column))
    }

    fn token_sql(&self) -> &'static str {
        "SELECT lower(hex(randomblob(16)))"
    }

    fn index(&self, table: &str, columns: &[String]) -> Option<String> {
        Some(create_index_sql(self, table, columns))
    }

    fn unique_where(&self, table: &str, columns: &[String], flag: &str) -> Option<String> {
        Some(create_unique_where_sql(self, table, columns, flag))
    }

    fn dependents_sql(&self) -> &'static str {
        "SELECT type, name, tbl_name, sql FROM sqlite_schema \
         WHERE type IN ('index', 'trigger', 'view') AND sql IS NOT NULL \
         UNION ALL SELECT DISTINCT 'foreign key of', s.name, f.\"table\", '' \
         FROM sqlite_schema AS s JOIN pragma_foreign_key_list(s.name) AS f WHERE s.type = 'table'"
    }

    fn index_temporary(&self, table: &str, columns: &[String]) -> Vec<String> {
        let name = self.place(Place::Temporary(&format!("{table}_key")));
        vec![format!("CREATE INDEX {name} ON {} ({})", self.quote(table), list(self, "", columns))]
    }

    fn instant_us(&self, cell: &Cell) -> Option<i64> {
        match cell {
            Cell::Text(text) => instant_us(text),
            _ => None,
        }
    }
}
