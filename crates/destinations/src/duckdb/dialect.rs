//! DuckDB's words.

use crate::dialect::Dialect;
use crate::session::Cell;
use relatable_model::logical::LogicalType;

/// DuckDB's SQL.
pub(super) struct DuckDb;

impl Dialect for DuckDb {
    fn quote(&self, name: &str) -> String {
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    fn literal(&self, text: &str) -> String {
        format!("'{}'", text.replace('\'', "''"))
    }

    fn type_name(&self, logical: LogicalType) -> &'static str {
        match logical {
            LogicalType::Boolean => "BOOLEAN",
            LogicalType::Integer => "BIGINT",
            LogicalType::Decimal => "DECIMAL(38, 9)",
            LogicalType::Float => "DOUBLE",
            LogicalType::Text => "VARCHAR",
            LogicalType::Timestamp => "TIMESTAMP",
            LogicalType::Date => "DATE",
            LogicalType::Json => "JSON",
        }
    }

    fn enforces_keys(&self) -> bool {
        false
    }

    fn reserved(&self, _name: &str) -> Option<&'static str> {
        None
    }

    fn columns_max(&self) -> Option<usize> {
        None
    }

    fn relations_sql(&self) -> &'static str {
        "SELECT table_name, 'table', comment FROM duckdb_tables() \
         WHERE database_name = current_database() AND schema_name = current_schema() \
         UNION ALL SELECT view_name, 'view', comment FROM duckdb_views() \
         WHERE database_name = current_database() AND schema_name = current_schema() AND NOT internal"
    }

    fn columns_sql(&self) -> &'static str {
        "SELECT table_name, column_name FROM duckdb_columns() \
         WHERE database_name = current_database() AND schema_name = current_schema() \
         ORDER BY table_name, column_index"
    }

    fn token_sql(&self) -> &'static str {
        "SELECT CAST(uuid() AS VARCHAR)"
    }

    fn comment_on_table(&self, table: &str, description: &str) -> Option<String> {
        Some(format!("COMMENT ON TABLE {} IS {}", self.quote(table), self.literal(description)))
    }

    fn comment_on_column(&self, table: &str, column: &str, description: &str) -> Option<String> {
        let (table, column) = (self.quote(table), self.quote(column));
        Some(format!("COMMENT ON COLUMN {table}.{column} IS {}", self.literal(description)))
    }

    fn index(&self, _table: &str, _columns: &[String]) -> Option<String> {
        None
    }

    fn index_temporary(&self, _table: &str, _columns: &[String]) -> Vec<String> {
        Vec::new()
    }

    fn instant_us(&self, cell: &Cell) -> Option<i64> {
        match cell {
            Cell::Instant(instant_us) => Some(*instant_us),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_one_name_and_one_literal() {
        for (text, name, literal) in [
            ("plain", "\"plain\"", "'plain'"),
            ("a\"b'c", "\"a\"\"b'c\"", "'a\"b''c'"),
            ("line\nbreak", "\"line\nbreak\"", "'line\nbreak'"),
            ("größe 🙂", "\"größe 🙂\"", "'größe 🙂'"),
            ("back\\slash", "\"back\\slash\"", "'back\\slash'"),
            ("", "\"\"", "''"),
        ] {
            assert_eq!(DuckDb.quote(text), name);
            assert_eq!(DuckDb.literal(text), literal);
        }
    }
}
