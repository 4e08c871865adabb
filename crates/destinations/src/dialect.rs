//! What differs in the SQL text of the databases; everything else of a statement is written once.

use crate::session::{Cell, Place};
use crate::statement::list;
use relatable_model::logical::LogicalType;
use relatable_model::naming::Names;
use relatable_model::schema::Column;

/// The words and habits of one database's SQL.
pub(crate) trait Dialect {
    /// A name of a table, column, view or index, quoted so that any text is one name.
    fn quote(&self, name: &str) -> String {
        between(name, '"')
    }

    /// A text literal.
    fn literal(&self, text: &str) -> String {
        between(text, '\'')
    }

    /// The declared type of a column of this logical type.
    fn type_name(&self, logical: LogicalType) -> &'static str;

    /// The declared type of a column that identifies rows: of keys and of what refers to them.
    fn identifying_type_name(&self, logical: LogicalType) -> &'static str {
        self.type_name(logical)
    }

    /// Whether primary keys and parent links are declared to the database and enforced by it.
    fn enforces_keys(&self) -> bool;

    /// Whether keys and links are better declared once the first rows are in: to sort them at once is less work.
    fn keys_after_rows(&self) -> bool {
        false
    }

    /// How many bytes of rows may be in memory until they are written to tables that were empty: of many rows at once, some
    /// databases make less work.
    fn gathered_bytes_max(&self) -> usize {
        0
    }

    /// What stands behind the columns of a table that is made.
    fn table_options(&self) -> &'static str {
        ""
    }

    /// What a name is reserved for, of those that no table or view may have.
    fn reserved(&self, _name: &str) -> Option<&'static str> {
        None
    }

    /// The most columns a table can have, where there is such a limit.
    fn columns_max(&self) -> Option<usize> {
        None
    }

    /// A query for (name, `table` or `view`, comment or null) of everything that exists, temporary things excluded.
    fn relations_sql(&self) -> &'static str;

    /// A query for (table, column) of all tables, in column order.
    fn columns_sql(&self) -> &'static str;

    /// A query for one text that no other run will ever get.
    fn token_sql(&self) -> &'static str;

    /// The statement that describes a table, where the database keeps descriptions.
    fn comment_on_table(&self, _table: &str, _description: &str) -> Option<String> {
        None
    }

    /// The statement that describes a column, where the database keeps descriptions.
    fn comment_on_column(&self, _table: &str, _column: &str, _description: &str) -> Option<String> {
        None
    }

    /// The statement that makes rows quick to find by these columns, where the database wants an index for that.
    fn index(&self, _table: &str, _columns: &[String]) -> Option<String> {
        None
    }

    /// A query for (kind, name, table or empty, statement) of what hangs on tables: indexes, triggers, views, tables
    /// with a foreign key.
    fn dependents_sql(&self) -> &'static str;

    /// A query for (table, column, comment) of every column with a comment, where the database keeps them.
    fn comments_sql(&self) -> Option<&'static str> {
        None
    }

    /// The statements that make a temporary table quick to search by these columns, once it is filled.
    fn index_temporary(&self, _table: &str, _columns: &[String]) -> Vec<String> {
        Vec::new()
    }

    /// A column of `alias` as what is the same if and only if the value is.
    fn comparable(&self, alias: &str, column: &Column) -> String {
        format!("{alias}.{}", self.quote(&column.name))
    }

    /// Whether a view can get further columns at its end and stay, with all that depends on it.
    fn extends_views(&self) -> bool {
        false
    }

    /// Microseconds since the epoch of a cell read from a timestamp column.
    fn instant_us(&self, cell: &Cell) -> Option<i64> {
        match cell {
            Cell::Instant(instant_us) => Some(*instant_us),
            _ => None,
        }
    }

    /// A table's name as statements use it.
    fn place(&self, place: Place<'_>) -> String {
        match place {
            Place::Stored(name) => self.quote(name),
            Place::Temporary(name) => format!("temp.{}", self.quote(name)),
        }
    }
}

/// The statement that makes an index on these columns of a table, under a name within every database's limit.
pub(crate) fn create_index_sql(dialect: &dyn Dialect, table: &str, columns: &[String]) -> String {
    let name = format!("_relatable_index.{table}.{}", columns.join("."));
    let name = Names::default().assign(&name, &name);
    format!(
        "CREATE INDEX IF NOT EXISTS {} ON {} ({})",
        dialect.quote(&name),
        dialect.quote(table),
        list(dialect, "", columns)
    )
}

/// A text between quotes, each quote in it doubled, as the SQL standard has it.
fn between(text: &str, quote: char) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push(quote);
    for character in text.chars() {
        quoted.push(character);
        if character == quote {
            quoted.push(quote);
        }
    }
    quoted.push(quote);
    quoted
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
            assert_eq!(between(text, '"'), name);
            assert_eq!(between(text, '\''), literal);
        }
    }
}
