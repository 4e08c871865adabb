//! What differs in the SQL text of the databases; everything else of a statement is written once.

use crate::session::{Cell, Place};
use relatable_model::logical::LogicalType;

/// The words and habits of one database's SQL.
pub(crate) trait Dialect {
    /// A name of a table, column, view or index, quoted so that any text is one name.
    fn quote(&self, name: &str) -> String;

    /// A text literal.
    fn literal(&self, text: &str) -> String;

    /// The declared type of a column of this logical type.
    fn type_name(&self, logical: LogicalType) -> &'static str;

    /// Whether primary keys and parent links are declared to the database and enforced by it.
    fn enforces_keys(&self) -> bool;

    /// What a name is reserved for, of those that no table or view may have.
    fn reserved(&self, name: &str) -> Option<&'static str>;

    /// The most columns a table can have, where there is such a limit.
    fn columns_max(&self) -> Option<usize>;

    /// A query for (name, `table` or `view`, comment or null) of everything that exists, temporary things excluded.
    fn relations_sql(&self) -> &'static str;

    /// A query for (table, column) of all tables, in column order.
    fn columns_sql(&self) -> &'static str;

    /// A query for one text that no other run will ever get.
    fn token_sql(&self) -> &'static str;

    /// The statement that describes a table, where the database keeps descriptions.
    fn comment_on_table(&self, table: &str, description: &str) -> Option<String>;

    /// The statement that describes a column, where the database keeps descriptions.
    fn comment_on_column(&self, table: &str, column: &str, description: &str) -> Option<String>;

    /// The statement that makes rows quick to find by these columns, where the database wants an index for that.
    fn index(&self, table: &str, columns: &[String]) -> Option<String>;

    /// The statements that make a temporary table quick to search by these columns, once it is filled.
    fn index_temporary(&self, table: &str, columns: &[String]) -> Vec<String>;

    /// Microseconds since the epoch of a cell read from a timestamp column.
    fn instant_us(&self, cell: &Cell) -> Option<i64>;

    /// A table's name as statements use it.
    fn place(&self, place: Place<'_>) -> String {
        match place {
            Place::Stored(name) => self.quote(name),
            Place::Temporary(name) => format!("temp.{}", self.quote(name)),
        }
    }
}
