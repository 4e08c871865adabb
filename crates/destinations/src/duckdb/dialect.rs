//! DuckDB's words.

use crate::dialect::Dialect;
use relatable_model::logical::LogicalType;
use relatable_model::width::Width;

/// How many columns a table gets. There is no limit, but rows are compared a few thousand at a time, all columns of them in
/// memory several times over: of 300 columns that is more than DuckDB may use here.
const COLUMNS_MAX: usize = 200;
/// Bytes of rows that wait: a statement into a table of many columns takes as long as writing some hundreds of its rows.
const GATHERED_BYTES_MAX: usize = 8 * 1024 * 1024;

/// DuckDB's SQL.
pub(super) struct DuckDb;

impl Dialect for DuckDb {
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
            LogicalType::List => "VARCHAR[]",
        }
    }

    fn enforces_keys(&self) -> bool {
        false
    }

    fn gathered_bytes_max(&self) -> usize {
        GATHERED_BYTES_MAX
    }

    fn width(&self) -> Width {
        Width { columns: COLUMNS_MAX, ..Width::UNLIMITED }
    }

    fn relations_sql(&self) -> &'static str {
        "SELECT table_name, 'table', comment FROM duckdb_tables() \
         WHERE database_name = current_database() AND schema_name = current_schema() \
         UNION ALL SELECT view_name, 'view', comment FROM duckdb_views() \
         WHERE database_name = current_database() AND schema_name = current_schema() AND NOT internal"
    }

    fn columns_sql(&self) -> &'static str {
        "SELECT table_name, column_name, data_type, \
         CASE WHEN NOT is_nullable AND column_default IS NULL THEN 1 ELSE 0 END FROM duckdb_columns() \
         WHERE database_name = current_database() AND schema_name = current_schema() \
         ORDER BY table_name, column_index"
    }

    fn dependents_sql(&self) -> &'static str {
        "SELECT 'index', index_name, table_name, sql FROM duckdb_indexes() \
         WHERE database_name = current_database() AND schema_name = current_schema() \
         UNION ALL SELECT 'view', view_name, '', sql FROM duckdb_views() \
         WHERE database_name = current_database() AND NOT internal"
    }

    fn comments_sql(&self) -> Option<&'static str> {
        Some(
            "SELECT table_name, column_name, comment FROM duckdb_columns() \
             WHERE database_name = current_database() AND schema_name = current_schema() AND comment IS NOT NULL",
        )
    }

    fn token_sql(&self) -> &'static str {
        "SELECT CAST(uuid() AS VARCHAR)"
    }

    fn comment_on_table(&self, table: &str, description: &str) -> Option<String> {
        Some(format!("COMMENT ON TABLE {} IS {}", self.quote(table), self.literal(description)))
    }

    fn comment_on_column(&self, table: &str, column: &str, _: &str, description: &str) -> Option<String> {
        let (table, column) = (self.quote(table), self.quote(column));
        Some(format!("COMMENT ON COLUMN {table}.{column} IS {}", self.literal(description)))
    }
}
