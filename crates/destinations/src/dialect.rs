//! What differs in the SQL text of the databases; everything else of a statement is written once.

use crate::session::{Cell, Place};
use crate::statement::list;
use relatable_model::logical::LogicalType;
use relatable_model::naming::Names;
use relatable_model::schema::Column;
use relatable_model::width::Width;
use std::borrow::Cow;

/// The words and habits of one database's SQL.
pub(crate) trait Dialect {
    /// A name of a table, column, view or index, quoted so that any text is one name.
    fn quote(&self, name: &str) -> String {
        between(name, '"')
    }

    /// Whether two names can differ in ASCII case alone.
    fn tells_case_apart(&self) -> bool {
        false
    }

    /// Whether two names mean the same.
    fn is_same_name(&self, left: &str, right: &str) -> bool {
        if self.tells_case_apart() { left == right } else { left.eq_ignore_ascii_case(right) }
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

    /// The declared type of a column of a key, of which so many are texts: where an index has room for so much and no more.
    fn key_type_name(&self, logical: LogicalType, _texts: usize) -> &'static str {
        self.identifying_type_name(logical)
    }

    /// An expression as a value of this logical type.
    fn cast(&self, expression: &str, logical: LogicalType) -> String {
        format!("CAST({expression} AS {})", self.type_name(logical))
    }

    /// Whether primary keys and parent links are declared to the database and enforced by it.
    fn enforces_keys(&self) -> bool;

    /// Whether keys and links are better declared once the first rows are in: to sort them at once is less work.
    fn keys_after_rows(&self) -> bool {
        false
    }

    /// What stands before a parent link: its name, where it may not be left to the database.
    fn link_name(&self) -> String {
        String::new()
    }

    /// What follows a parent link: that it need hold only when the transaction ends, where that can be said.
    fn link_timing(&self) -> &'static str {
        " DEFERRABLE INITIALLY DEFERRED"
    }

    /// Whether a table that is there takes a foreign key more.
    fn adds_links(&self) -> bool {
        true
    }

    /// Whether one statement drops several tables, which may then refer to each other.
    fn drops_together(&self) -> bool {
        false
    }

    /// Whether what makes, changes and drops tables ends the transaction it stands in.
    fn ddl_commits(&self) -> bool {
        false
    }

    /// What follows the columns of a table that is made.
    fn table_options(&self) -> &'static str {
        ""
    }

    /// The comment on bookkeeping tables, where one of a claim that was broken off can be there and must be known.
    fn ledger_mark(&self) -> Option<&'static str> {
        None
    }

    /// What follows the columns of a bookkeeping table that is made.
    fn ledger_options(&self) -> String {
        self.table_options().to_owned()
    }

    /// How many characters of each text an index has room for, where a key of so many columns is too wide to be declared.
    fn wide_key_prefix(&self, _columns: usize) -> Option<usize> {
        None
    }

    /// How many bytes of rows may be in memory until they are written to tables that were empty: of many rows at once, some
    /// databases make less work.
    fn gathered_bytes_max(&self) -> usize {
        0
    }

    /// What a name is reserved for, of those that no table or view may have.
    fn reserved(&self, _name: &str) -> Option<&'static str> {
        None
    }

    /// What stands against a name of a table, view or column in this database.
    fn unnameable(&self, _name: &str) -> Option<&'static str> {
        None
    }

    /// The most columns that a table with these declared types can have, where there is such a limit.
    fn columns_max(&self, _declared: &[&str]) -> Option<usize> {
        None
    }

    /// What a table has room for, whatever its columns hold: never more than [`columns_max`](Self::columns_max).
    fn width(&self) -> Width {
        Width::UNLIMITED
    }

    /// A query for (name, `table` or `view`, comment or null) of everything that exists, temporary things excluded.
    fn relations_sql(&self) -> &'static str;

    /// A query for (table, column, type, 1 or 0) of all tables, in column order; types as [`type_name`](Self::type_name) has
    /// them, in whatever case and with whatever blanks; 1 where a row cannot do without bringing a value, which no trigger
    /// may bring instead.
    fn columns_sql(&self) -> &'static str;

    /// The statement that gives a column another type, to be run by a person.
    fn retype(&self, table: &str, column: &str, type_name: &str) -> String {
        format!("ALTER TABLE {} ALTER COLUMN {} TYPE {type_name}", self.quote(table), self.quote(column))
    }

    /// The statement that lets a column of somebody's be empty, or takes it away, to be run by a person.
    fn release(&self, table: &str, column: &str, _type_name: &str) -> String {
        format!("ALTER TABLE {} ALTER COLUMN {} DROP NOT NULL", self.quote(table), self.quote(column))
    }

    /// The condition that a text has a given one in it, byte by byte.
    fn contains(&self, text: &str) -> String {
        format!("replace({text}, ?, '') <> {text}")
    }

    /// A query for one text that no other run will ever get.
    fn token_sql(&self) -> &'static str;

    /// The statement that describes a table, where the database keeps descriptions.
    fn comment_on_table(&self, _table: &str, _description: &str) -> Option<String> {
        None
    }

    /// The statement that describes a column, which is declared like this, where the database keeps descriptions.
    fn comment_on_column(
        &self,
        _table: &str,
        _column: &str,
        _declared: &str,
        _description: &str,
    ) -> Option<String> {
        None
    }

    /// What describes a column where it is declared; empty where that takes a statement of its own.
    fn comment_in_declaration(&self, _description: &str) -> String {
        String::new()
    }

    /// As much of a description as a comment has room for.
    fn comment_text<'d>(&self, description: &'d str) -> Cow<'d, str> {
        Cow::Borrowed(description)
    }

    /// The statement that makes rows quick to find by these columns, where the database wants an index for that.
    fn index(&self, _table: &str, _columns: &[String]) -> Option<String> {
        None
    }

    /// The statements that have links checked so far, and again only at the end, where a table whose links wait to be checked
    /// can get no index and no key.
    fn checking_links(&self) -> Option<(&'static str, &'static str)> {
        None
    }

    /// The statement that lets only one row with these columns have true in the column `flag`, where the database can see
    /// to that and is asked to.
    fn unique_where(&self, _table: &str, _columns: &[String], _flag: &str) -> Option<String> {
        None
    }

    /// The condition that two comparable values are not the same, where null is a value like any other.
    fn differ(&self, left: &str, right: &str) -> String {
        format!("{left} IS DISTINCT FROM {right}")
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

    /// What makes a temporary table quick to search by these columns, each with its declared type, among what declares it;
    /// where the database can do it at no other time.
    fn temporary_index(&self, _columns: &[(&str, &str)]) -> Option<String> {
        None
    }

    /// The statement that drops a temporary table.
    fn drop_temporary(&self, table: &str) -> String {
        format!("DROP TABLE {}", self.place(Place::Temporary(table)))
    }

    /// `"a" = x, "b" = y` for columns with their new values.
    fn assignments(&self, assigned: &[(&str, String)]) -> String {
        let assigned = assigned.iter().map(|(column, value)| format!("{} = {value}", self.quote(column)));
        assigned.collect::<Vec<_>>().join(", ")
    }

    /// The statement that rewrites rows of a table, given as columns with their new values, by those of `source`, a table or
    /// query with its alias. Columns of both are named with what they are of.
    fn update_from(&self, table: &str, assigned: &[(&str, String)], source: &str, condition: &str) -> String {
        let (table, assigned) = (self.quote(table), self.assignments(assigned));
        format!("UPDATE {table} SET {assigned} FROM {source} WHERE {condition}")
    }

    /// The statement that deletes the rows of a table whose key is in a temporary one, where a query for those keys would
    /// be asked again for each row.
    fn delete_joined(&self, _table: &str, _key: &[String], _keys: &str) -> Option<String> {
        None
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
    format!(
        "CREATE INDEX IF NOT EXISTS {} ON {} ({})",
        dialect.quote(&index_name(table, columns)),
        dialect.quote(table),
        list(dialect, "", columns)
    )
}

/// The name of an index on these columns of a table.
pub(crate) fn index_name(table: &str, columns: &[String]) -> String {
    let name = format!("_relatable_index.{table}.{}", columns.join("."));
    Names::default().assign(&name, &name)
}

/// The statement that makes a unique index on these columns of the rows that have true in the column `flag`.
pub(crate) fn create_unique_where_sql(
    dialect: &dyn Dialect,
    table: &str,
    columns: &[String],
    flag: &str,
) -> String {
    let name = format!("_relatable_unique.{table}.{flag}");
    let name = Names::default().assign(&name, &name);
    format!(
        "CREATE UNIQUE INDEX {} ON {} ({}) WHERE {}",
        dialect.quote(&name),
        dialect.quote(table),
        list(dialect, "", columns),
        dialect.quote(flag)
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
