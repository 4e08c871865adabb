//! PostgreSQL's words. Every name without a schema means the one that the connection was opened for.

use crate::dialect::{Dialect, create_index_sql, create_unique_where_sql};
use crate::session::Place;
use crate::statement::list;
use relatable_model::logical::LogicalType;
use relatable_model::schema::Column;
use relatable_model::width::Width;

/// The most columns of a table.
const COLUMNS_MAX: usize = 1_600;
/// What a row may take of a page: one of 8,192 bytes has a header of 24 and a pointer of 4 to the row, and what is left is
/// aligned to 8 (`MaxHeapTupleSize` in PostgreSQL's `htup_details.h`).
const TUPLE_BYTES_MAX: usize = 8_160;
/// The header of a row: 23 bytes and a bit for each column that may be null, aligned to 8.
const TUPLE_HEADER_BYTES: usize = (23 + COLUMNS_MAX.div_ceil(8)).next_multiple_of(8);
/// What a text takes of a row at most. In a row that is too long, texts go elsewhere one by one, the longest first, and a
/// pointer of 18 bytes stays. Only those longer than that pointer, aligned to 8, are ever chosen
/// (`toast_tuple_find_biggest_attribute`): up to 24 bytes, with the length, stay as they are.
const TEXT_BYTES: usize = 24;
/// What the mark of stubs takes, which a table may get beside what it was given room for.
const STUB_MARK_BYTES: usize = 8;
/// The width of a table in which every row fits. Each type is counted with what aligns the next column.
const WIDTH: Width = Width {
    columns: COLUMNS_MAX,
    row_bytes: TUPLE_BYTES_MAX - TUPLE_HEADER_BYTES - STUB_MARK_BYTES,
    // Boolean, integer, decimal (38 digits in groups of four, and a header), float, text, timestamp, date, JSON, list.
    column_bytes: [8, 8, 32, 8, TEXT_BYTES, 8, 8, TEXT_BYTES, TEXT_BYTES],
    key_part_bytes: TEXT_BYTES,
    key_bytes: usize::MAX,
};
/// Bytes of rows sent at once into tables that were empty.
const GATHERED_BYTES_MAX: usize = 16 << 20;

/// PostgreSQL's SQL.
pub(super) struct Postgres;

impl Dialect for Postgres {
    fn type_name(&self, logical: LogicalType) -> &'static str {
        match logical {
            LogicalType::Boolean => "boolean",
            LogicalType::Integer => "bigint",
            LogicalType::Decimal => "numeric(38, 9)",
            LogicalType::Float => "double precision",
            LogicalType::Text => "text",
            LogicalType::Timestamp => "timestamptz",
            LogicalType::Date => "date",
            // `jsonb` would lose repeated members, the digits of numbers and escapes that no text can hold.
            LogicalType::Json => "json",
            LogicalType::List => "text[]",
        }
    }

    fn identifying_type_name(&self, logical: LogicalType) -> &'static str {
        match logical {
            // In the order of their bytes, whatever language the database sorts by: rows are compared in that order with
            // what the API showed, and by no language's rules an id is quicker found.
            // JSON has no order, and none of its values may be a key.
            LogicalType::Text | LogicalType::Json => "text COLLATE \"C\"",
            other => self.type_name(other),
        }
    }

    fn enforces_keys(&self) -> bool {
        true
    }

    fn keys_after_rows(&self) -> bool {
        true
    }

    fn drops_together(&self) -> bool {
        true
    }

    fn gathered_bytes_max(&self) -> usize {
        GATHERED_BYTES_MAX
    }

    fn table_options(&self) -> &'static str {
        // A row that changes finds room on its own page then, and no index has to learn where it is: a change of one row in
        // a hundred took less than half the time. Tables get 8 % larger.
        " WITH (fillfactor = 90)"
    }

    fn reserved(&self, name: &str) -> Option<&'static str> {
        name.starts_with("pg_").then_some("PostgreSQL keeps names that begin with `pg_` for itself")
    }

    fn columns_max(&self, _: &[&str]) -> Option<usize> {
        Some(COLUMNS_MAX)
    }

    fn width(&self) -> Width {
        WIDTH
    }

    fn relations_sql(&self) -> &'static str {
        "SELECT relname::text, CASE WHEN relkind IN ('v', 'm') THEN 'view' ELSE 'table' END, \
         obj_description(oid, 'pg_class') FROM pg_class \
         WHERE relnamespace = to_regnamespace(quote_ident(current_schema())) AND relkind IN ('r', 'p', 'f', 'v', 'm')"
    }

    fn tells_case_apart(&self) -> bool {
        true
    }

    fn columns_sql(&self) -> &'static str {
        "SELECT c.relname::text, a.attname::text, \
         replace(format_type(a.atttypid, a.atttypmod), 'timestamp with time zone', 'timestamptz'), \
         CASE WHEN a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND t.typdefault IS NULL AND NOT EXISTS \
         (SELECT FROM pg_trigger AS g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal) THEN 1 ELSE 0 END::bigint \
         FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid JOIN pg_type AS t ON t.oid = a.atttypid \
         WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND c.relkind IN ('r', 'p', 'f') \
         AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum"
    }

    fn token_sql(&self) -> &'static str {
        "SELECT gen_random_uuid()::text"
    }

    fn comment_on_table(&self, table: &str, description: &str) -> Option<String> {
        Some(format!("COMMENT ON TABLE {} IS {}", self.quote(table), self.literal(description)))
    }

    fn comment_on_column(&self, table: &str, column: &str, _: &str, description: &str) -> Option<String> {
        let (table, column) = (self.quote(table), self.quote(column));
        Some(format!("COMMENT ON COLUMN {table}.{column} IS {}", self.literal(description)))
    }

    fn index(&self, table: &str, columns: &[String]) -> Option<String> {
        Some(create_index_sql(self, table, columns))
    }

    fn checking_links(&self) -> Option<(&'static str, &'static str)> {
        Some(("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED"))
    }

    fn unique_where(&self, table: &str, columns: &[String], flag: &str) -> Option<String> {
        Some(create_unique_where_sql(self, table, columns, flag))
    }

    fn dependents_sql(&self) -> &'static str {
        // A view is told with the table that it depends on as its statement.
        "WITH ours AS (SELECT oid, relname FROM pg_class \
             WHERE relnamespace = to_regnamespace(quote_ident(current_schema())) AND relkind IN ('r', 'p', 'v')) \
         SELECT 'index', i.relname::text, o.relname::text, '' FROM ours AS o JOIN pg_index AS x ON x.indrelid = o.oid \
             JOIN pg_class AS i ON i.oid = x.indexrelid \
             WHERE NOT EXISTS (SELECT 1 FROM pg_constraint AS k WHERE k.conindid = i.oid) \
         UNION ALL SELECT 'trigger', g.tgname::text, o.relname::text, '' \
             FROM ours AS o JOIN pg_trigger AS g ON g.tgrelid = o.oid AND NOT g.tgisinternal \
         UNION ALL SELECT DISTINCT 'view', \
             CASE WHEN v.relnamespace = to_regnamespace(quote_ident(current_schema())) THEN v.relname::text \
                  ELSE v.oid::regclass::text END, '', o.relname::text \
             FROM ours AS o JOIN pg_depend AS d ON d.refobjid = o.oid AND d.refclassid = 'pg_class'::regclass \
             AND d.classid = 'pg_rewrite'::regclass JOIN pg_rewrite AS r ON r.oid = d.objid \
             JOIN pg_class AS v ON v.oid = r.ev_class AND v.oid <> o.oid \
         UNION ALL SELECT DISTINCT 'foreign key of', k.conrelid::regclass::text, o.relname::text, '' \
             FROM ours AS o JOIN pg_constraint AS k ON k.confrelid = o.oid AND k.contype = 'f'"
    }

    fn comments_sql(&self) -> Option<&'static str> {
        Some(
            "SELECT c.relname::text, a.attname::text, col_description(c.oid, a.attnum) FROM pg_class AS c \
             JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
             WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND c.relkind IN ('r', 'p') \
             AND col_description(c.oid, a.attnum) IS NOT NULL",
        )
    }

    fn retype(&self, table: &str, column: &str, type_name: &str) -> String {
        let (table, column) = (self.quote(table), self.quote(column));
        format!(
            "ALTER TABLE {table} ALTER COLUMN {column} TYPE {type_name} USING {column}::text::{type_name}"
        )
    }

    fn index_temporary(&self, table: &str, columns: &[String]) -> Vec<String> {
        // Temporary tables are joined as a whole; what PostgreSQL lacks is how many rows they have. To look at all columns of
        // them would take as long as a fifth of the rest of a change.
        vec![format!("ANALYZE {} ({})", self.place(Place::Temporary(table)), list(self, "", columns))]
    }

    fn comparable(&self, alias: &str, column: &Column) -> String {
        let name = format!("{alias}.{}", self.quote(&column.name));
        match column.logical {
            // JSON as its text has no order and no equality.
            LogicalType::Json => format!("{name}::text"),
            _ => name,
        }
    }

    fn extends_views(&self) -> bool {
        true
    }

    fn place(&self, place: Place<'_>) -> String {
        match place {
            Place::Stored(name) => self.quote(name),
            Place::Temporary(name) => format!("pg_temp.{}", self.quote(name)),
        }
    }
}
