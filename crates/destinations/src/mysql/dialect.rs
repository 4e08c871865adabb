//! The words of MariaDB and MySQL, which differ in the names of the sorting that compares bytes. Every name means one of the
//! database that the connection was opened for.

use crate::dialect::{Dialect, index_name};
use crate::session::Place;
use crate::statement::{list, same};
use relatable_model::logical::LogicalType;
use relatable_model::width::Width;
use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher, RandomState};

/// The most columns of a table.
const COLUMNS_MAX: usize = 1_017;
/// What a row of all columns may take of a page, in bytes, beside what every row has.
const PAGE_BYTES_MAX: usize = 8_126 - 18;
/// What a long text may take there before it goes elsewhere, with its length.
const TEXT_PAGE_BYTES: usize = 41;
/// What the declared lengths of all columns may sum up to, in bytes.
const ROW_BYTES_MAX: usize = 65_535;
/// What a long text counts there.
const TEXT_ROW_BYTES: usize = 12;
/// The bytes of an index, and so of a primary key.
const KEY_BYTES_MAX: usize = 3_072;
/// The width of a table in which every row fits, and the mark of stubs, which it may get beside. A part of the primary key stays in the row however long it is
/// (`dtuple_convert_big_rec` passes over what orders the rows); all other texts of more than 40 bytes may go elsewhere. A bit
/// for each column that may be null is taken from the page.
const WIDTH: Width = Width {
    columns: COLUMNS_MAX - 1,
    row_bytes: PAGE_BYTES_MAX - COLUMNS_MAX.div_ceil(8) - 1,
    // Boolean, integer, decimal, float, text, timestamp, date, JSON, list.
    column_bytes: [1, 8, 17, 8, TEXT_PAGE_BYTES, 8, 3, TEXT_PAGE_BYTES, TEXT_PAGE_BYTES],
    key_part_bytes: 500 * CHARACTER_BYTES + 2,
    key_bytes: KEY_BYTES_MAX,
};
/// The most bytes of a character.
const CHARACTER_BYTES: usize = 4;
/// Characters of a description in a comment.
const COMMENT_MAX: usize = 1_024;
/// Texts in a key beyond which it is too wide to be declared.
const TEXTS_MAX: usize = 3;
/// Characters of each text of such a key that are searched by.
const PREFIX: usize = 96;
/// The comment on bookkeeping tables.
const LEDGER_MARK: &str = "bookkeeping of relatable";

/// One of the two databases' SQL.
#[derive(Debug)]
pub(super) struct MySql {
    pub(super) is_mariadb: bool,
}

/// MariaDB's.
pub(super) static MARIADB: MySql = MySql { is_mariadb: true };
/// MySQL's.
pub(super) static MYSQL: MySql = MySql { is_mariadb: false };

/// A type of texts that are compared byte by byte, blanks at the end included, in the words of both databases.
macro_rules! text {
    ($dialect:expr, $kind:literal) => {
        if $dialect.is_mariadb {
            concat!($kind, " CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin")
        } else {
            concat!($kind, " CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin")
        }
    };
}

impl MySql {
    /// The sorting of texts by their bytes.
    pub(super) fn collation(&self) -> &'static str {
        if self.is_mariadb { "utf8mb4_nopad_bin" } else { "utf8mb4_0900_bin" }
    }

    /// A text between quotes, as comments must have it.
    fn quoted(text: &str) -> String {
        format!("'{}'", text.replace('\'', "''"))
    }
}

impl Dialect for MySql {
    fn quote(&self, name: &str) -> String {
        format!("`{}`", name.replace('`', "``"))
    }

    fn literal(&self, text: &str) -> String {
        if text.contains('\\') {
            // What it means differs by the server's settings.
            let digits: String = text.bytes().map(|byte| format!("{byte:02X}")).collect();
            return format!("_utf8mb4 X'{digits}'");
        }
        MySql::quoted(text)
    }

    fn type_name(&self, logical: LogicalType) -> &'static str {
        match logical {
            LogicalType::Boolean => "BOOLEAN",
            LogicalType::Integer => "BIGINT",
            LogicalType::Decimal => "DECIMAL(38, 9)",
            LogicalType::Float => "DOUBLE",
            LogicalType::Timestamp => "DATETIME(6)",
            LogicalType::Date => "DATE",
            // The type JSON of MySQL would lose repeated members, the digits of numbers and the order of members.
            LogicalType::Text | LogicalType::Json | LogicalType::List => text!(self, "LONGTEXT"),
        }
    }

    fn key_type_name(&self, logical: LogicalType, texts: usize) -> &'static str {
        // An index has 3,072 bytes, four of which a character may take, and some go to the numbers of a key.
        match (logical, texts) {
            (LogicalType::Text | LogicalType::Json | LogicalType::List, texts) => match texts {
                0 | 1 => text!(self, "VARCHAR(500)"),
                2 => text!(self, "VARCHAR(370)"),
                3 => text!(self, "VARCHAR(250)"),
                4 => text!(self, "VARCHAR(188)"),
                5 | 6 => text!(self, "VARCHAR(125)"),
                7 | 8 => text!(self, "VARCHAR(93)"),
                _ => text!(self, "VARCHAR(47)"),
            },
            _ => self.type_name(logical),
        }
    }

    fn cast(&self, expression: &str, _: LogicalType) -> String {
        format!("CAST({expression} AS CHAR)")
    }

    fn enforces_keys(&self) -> bool {
        true
    }

    fn link_name(&self) -> String {
        // Such names are the database's, not the table's: one that made way keeps its own. Those that the server gives can
        // be too long.
        let number = RandomState::new().build_hasher().finish();
        format!("CONSTRAINT {} ", self.quote(&format!("_relatable_link_{number:016x}")))
    }

    fn link_timing(&self) -> &'static str {
        ""
    }

    fn ddl_commits(&self) -> bool {
        true
    }

    fn ledger_mark(&self) -> Option<&'static str> {
        Some(LEDGER_MARK)
    }

    fn table_options(&self) -> &'static str {
        if self.is_mariadb {
            " ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"
        } else {
            " ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin"
        }
    }

    fn ledger_options(&self) -> String {
        format!("{} COMMENT={}", self.table_options(), MySql::quoted(LEDGER_MARK))
    }

    fn wide_key_prefix(&self, columns: usize) -> Option<usize> {
        (columns > TEXTS_MAX).then_some(PREFIX)
    }

    fn unnameable(&self, name: &str) -> Option<&'static str> {
        if name.chars().any(|character| character > '\u{FFFF}') {
            Some("names in MySQL have no characters beyond U+FFFF; a rule can give it another")
        } else if name.ends_with(' ') {
            Some("names in MySQL do not end in a blank; a rule can give it another")
        } else {
            None
        }
    }

    fn columns_max(&self, declared: &[&str]) -> Option<usize> {
        let (mut page, mut row) = (declared.len().div_ceil(8), 0);
        let fits = |declared: &&&str| {
            let (page_bytes, row_bytes) = column_bytes(declared);
            page += page_bytes;
            row += row_bytes;
            page < PAGE_BYTES_MAX && row < ROW_BYTES_MAX
        };
        Some(declared.iter().take_while(fits).count().min(COLUMNS_MAX))
    }

    fn width(&self) -> Width {
        WIDTH
    }

    fn relations_sql(&self) -> &'static str {
        "SELECT table_name, CASE WHEN table_type LIKE '%VIEW%' THEN 'view' ELSE 'table' END, table_comment \
         FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type NOT LIKE 'TEMPORARY%'"
    }

    fn columns_sql(&self) -> &'static str {
        "SELECT c.table_name, c.column_name, CASE WHEN c.column_type = 'tinyint(1)' THEN 'boolean' \
         WHEN c.column_type IN ('bigint(20)', 'bigint') THEN 'bigint' ELSE c.column_type END, \
         CASE WHEN c.is_nullable = 'NO' AND c.column_default IS NULL AND c.extra = '' AND c.table_name NOT IN \
         (SELECT t.event_object_table FROM information_schema.triggers AS t \
         WHERE t.event_object_schema = DATABASE()) THEN 1 ELSE 0 END \
         FROM information_schema.columns AS c \
         WHERE c.table_schema = DATABASE() ORDER BY c.table_name, c.ordinal_position"
    }

    fn differ(&self, left: &str, right: &str) -> String {
        format!("NOT ({left} <=> {right})")
    }

    fn retype(&self, table: &str, column: &str, type_name: &str) -> String {
        format!("ALTER TABLE {} MODIFY COLUMN {} {type_name}", self.quote(table), self.quote(column))
    }

    fn release(&self, table: &str, column: &str, type_name: &str) -> String {
        self.retype(table, column, &format!("{type_name} NULL"))
    }

    fn contains(&self, text: &str) -> String {
        // What `replace` and `CAST` make would be null where it is longer than a packet may be.
        format!("LOCATE(? COLLATE {}, {text}) > 0", self.collation())
    }

    fn token_sql(&self) -> &'static str {
        // Of the time and the server; a random number keeps those of one moment apart on servers that share both.
        "SELECT CONCAT(UUID(), '-', FLOOR(RAND() * 1000000000))"
    }

    fn comment_on_table(&self, table: &str, description: &str) -> Option<String> {
        let text = MySql::quoted(&self.comment_text(description));
        Some(format!("ALTER TABLE {} COMMENT = {text}", self.quote(table)))
    }

    fn comment_on_column(
        &self,
        table: &str,
        column: &str,
        declared: &str,
        description: &str,
    ) -> Option<String> {
        let (table, column) = (self.quote(table), self.quote(column));
        let text = MySql::quoted(&self.comment_text(description));
        Some(format!("ALTER TABLE {table} MODIFY COLUMN {column} {declared} COMMENT {text}"))
    }

    fn comment_in_declaration(&self, description: &str) -> String {
        if description.is_empty() {
            return String::new();
        }
        format!(" COMMENT {}", MySql::quoted(&self.comment_text(description)))
    }

    fn comment_text<'d>(&self, description: &'d str) -> Cow<'d, str> {
        if description.chars().count() <= COMMENT_MAX {
            return Cow::Borrowed(description);
        }
        Cow::Owned(description.chars().take(COMMENT_MAX - 1).chain(['…']).collect())
    }

    fn index(&self, table: &str, columns: &[String]) -> Option<String> {
        let name = self.quote(&index_name(table, columns));
        Some(format!("CREATE INDEX {name} ON {} ({})", self.quote(table), list(self, "", columns)))
    }

    fn dependents_sql(&self) -> &'static str {
        "SELECT 'index', s.index_name, s.table_name, '' FROM information_schema.statistics AS s \
             WHERE s.table_schema = DATABASE() AND s.index_name <> 'PRIMARY' AND s.seq_in_index = 1 \
             AND NOT EXISTS (SELECT 1 FROM information_schema.table_constraints AS k WHERE k.table_schema = DATABASE() \
                 AND k.table_name = s.table_name AND k.constraint_name = s.index_name AND k.constraint_type = 'FOREIGN KEY') \
         UNION ALL SELECT 'trigger', trigger_name, event_object_table, '' FROM information_schema.triggers \
             WHERE trigger_schema = DATABASE() \
         UNION ALL SELECT 'view', table_name, '', view_definition FROM information_schema.views \
             WHERE table_schema = DATABASE() \
         UNION ALL SELECT DISTINCT 'foreign key of', table_name, referenced_table_name, '' \
             FROM information_schema.referential_constraints WHERE unique_constraint_schema = DATABASE()"
    }

    fn comments_sql(&self) -> Option<&'static str> {
        Some(
            "SELECT table_name, column_name, column_comment FROM information_schema.columns \
             WHERE table_schema = DATABASE() AND column_comment <> ''",
        )
    }

    fn temporary_index(&self, columns: &[(&str, &str)]) -> Option<String> {
        // All of it fits into an index when of no text more is taken than of a wide key's.
        let part = |(column, declared): &(&str, &str)| {
            let prefix = if declared.starts_with("LONGTEXT") { format!("({PREFIX})") } else { String::new() };
            format!("{}{prefix}", self.quote(column))
        };
        let parts: Vec<String> = columns.iter().map(part).collect();
        (!parts.is_empty()).then(|| format!("INDEX ({})", parts.join(", ")))
    }

    fn drop_temporary(&self, table: &str) -> String {
        // Without that word it would end the transaction.
        format!("DROP TEMPORARY TABLE {}", self.quote(table))
    }

    fn update_from(&self, table: &str, assigned: &[(&str, String)], source: &str, condition: &str) -> String {
        let table = self.quote(table);
        let assigned =
            assigned.iter().map(|(column, value)| format!("{table}.{} = {value}", self.quote(column)));
        let assigned: Vec<String> = assigned.collect();
        format!("UPDATE {source} STRAIGHT_JOIN {table} ON {condition} SET {}", assigned.join(", "))
    }

    fn delete_joined(&self, table: &str, key: &[String], keys: &str) -> Option<String> {
        let (keys, table) = (self.place(Place::Temporary(keys)), self.quote(table));
        let met = same(self, "t", "k", key);
        Some(format!("DELETE t FROM {keys} AS k STRAIGHT_JOIN {table} AS t ON {met}"))
    }

    fn extends_views(&self) -> bool {
        true
    }

    fn place(&self, place: Place<'_>) -> String {
        match place {
            Place::Stored(name) | Place::Temporary(name) => self.quote(name),
        }
    }
}

/// What a column takes of a page at most, and what its declared length counts in a row, both in bytes.
fn column_bytes(declared: &str) -> (usize, usize) {
    if declared.starts_with("LONGTEXT") {
        return (TEXT_PAGE_BYTES, TEXT_ROW_BYTES);
    }
    if let Some(rest) = declared.strip_prefix("VARCHAR(") {
        let characters: usize =
            rest.split_once(')').and_then(|(digits, _)| digits.parse().ok()).unwrap_or_default();
        return (TEXT_PAGE_BYTES, characters * CHARACTER_BYTES + 2);
    }
    let bytes = match declared.split(['(', ' ']).next().unwrap_or_default() {
        "BOOLEAN" => 1,
        "DATE" => 3,
        "DECIMAL" => 17,
        _ => 8,
    };
    (bytes, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_texts_are_quoted_so_that_any_is_one_whatever_a_backslash_means() {
        for (text, name, literal) in [
            ("plain", "`plain`", "'plain'"),
            ("a`b'c\"", "`a``b'c\"`", "'a`b''c\"'"),
            ("a\\", "`a\\`", "_utf8mb4 X'615C'"),
        ] {
            assert_eq!((MARIADB.quote(text).as_str(), MARIADB.literal(text).as_str()), (name, literal));
        }
    }

    #[test]
    fn mysql_has_its_own_name_for_the_sorting_by_bytes() {
        let kind = |dialect: &MySql| dialect.key_type_name(LogicalType::Text, 1);
        assert_eq!(kind(&MARIADB), "VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin");
        assert_eq!(kind(&MYSQL), "VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin");
        for dialect in [&MARIADB, &MYSQL] {
            assert!(dialect.table_options().ends_with(dialect.collation()));
            assert!(dialect.type_name(LogicalType::Json).ends_with(dialect.collation()));
        }
    }

    #[test]
    fn keys_of_up_to_sixteen_texts_fit_into_an_index() {
        for texts in 1..=16 {
            let (_, bytes) = column_bytes(MARIADB.key_type_name(LogicalType::Text, texts));
            assert!(texts * (bytes - 2) <= 3_072 - 8, "{texts}: {bytes}");
        }
    }

    #[test]
    fn a_table_has_as_many_columns_as_always_fit() {
        let text = MARIADB.type_name(LogicalType::Text);
        let number = MARIADB.type_name(LogicalType::Integer);
        assert_eq!(MARIADB.columns_max(&vec![text; 1_000]), Some(194));
        assert_eq!(MARIADB.columns_max(&vec![number; 1_000]), Some(997));
        assert_eq!(MARIADB.columns_max(&vec![number; 90]), Some(90));
    }

    #[test]
    fn a_long_description_is_cut_between_characters() {
        assert_eq!(MARIADB.comment_text("short"), "short");
        let cut = MARIADB.comment_text(&"ä".repeat(1_025)).into_owned();
        assert_eq!((cut.chars().count(), cut.ends_with("ä…")), (1_024, true));
    }
}
