//! Plain clients of the databases: what is in the tables, read without any code of ours.

use crate::oracle::Stored;
use std::path::Path;

/// A connection to a database.
pub(crate) enum Client {
    Sqlite(rusqlite::Connection),
    #[cfg(feature = "duckdb")]
    DuckDb(duckdb::Connection),
    #[cfg(feature = "mysql")]
    MySql(crate::mysql::Database),
    #[cfg(feature = "postgres")]
    Postgres(crate::postgres::Schema),
}

impl Client {
    /// Opens the file of a database with this scheme.
    pub(crate) fn open(scheme: &str, file: &Path) -> Client {
        match scheme {
            "sqlite" => Client::Sqlite(rusqlite::Connection::open(file).unwrap()),
            #[cfg(feature = "duckdb")]
            "duckdb" => Client::DuckDb(duckdb::Connection::open(file).unwrap()),
            #[cfg(feature = "mysql")]
            "mysql" => Client::MySql(crate::mysql::Database::of(file)),
            #[cfg(feature = "postgres")]
            "postgres" => Client::Postgres(crate::postgres::Schema::of(file)),
            other => panic!("no client for {other}"),
        }
    }

    /// The tables that hold data, in order of name.
    pub(crate) fn tables(&self) -> Vec<String> {
        let sql = match self {
            Client::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
            #[cfg(feature = "duckdb")]
            Client::DuckDb(_) => "SELECT table_name FROM duckdb_tables() ORDER BY table_name",
            #[cfg(feature = "mysql")]
            Client::MySql(_) => {
                "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() \
                 AND table_type = 'BASE TABLE' ORDER BY table_name"
            }
            #[cfg(feature = "postgres")]
            Client::Postgres(_) => {
                "SELECT relname::text FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident(current_schema())) \
                 AND relkind = 'r' ORDER BY relname"
            }
        };
        self.texts(sql).into_iter().filter(|name| !name.starts_with('_')).collect()
    }

    /// A table's columns with the types they are declared with.
    pub(crate) fn columns(&self, table: &str) -> Vec<(String, String)> {
        let sql = match self {
            #[cfg(feature = "mysql")]
            Client::MySql(_) => format!(
                "SELECT column_name, data_type FROM information_schema.columns \
                 WHERE table_schema = DATABASE() AND table_name = '{table}' ORDER BY ordinal_position"
            ),
            #[cfg(feature = "postgres")]
            Client::Postgres(_) => format!(
                "SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute \
                 WHERE attrelid = '\"{table}\"'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
            ),
            _ => format!("SELECT name, type FROM pragma_table_info('{table}') ORDER BY cid"),
        };
        let rows = self.rows(&sql);
        rows.into_iter().map(|row| (text(&row[0]), text(&row[1]))).collect()
    }

    /// The first column of a query, which is text.
    pub(crate) fn texts(&self, sql: &str) -> Vec<String> {
        self.rows(sql).iter().map(|row| text(&row[0])).collect()
    }

    /// The one number a query answers.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        match self.rows(sql)[0][0] {
            Stored::Integer(number) => number,
            ref other => panic!("{sql} answers {other:?}"),
        }
    }

    /// Runs a statement that writes.
    pub(crate) fn execute(&self, sql: &str) {
        match self {
            Client::Sqlite(connection) => connection.execute_batch(sql).expect(sql),
            #[cfg(feature = "duckdb")]
            Client::DuckDb(connection) => connection.execute_batch(sql).expect(sql),
            #[cfg(feature = "mysql")]
            Client::MySql(database) => database.execute(sql),
            #[cfg(feature = "postgres")]
            Client::Postgres(schema) => schema.execute(sql),
        }
    }

    /// All rows of a query.
    pub(crate) fn rows(&self, sql: &str) -> Vec<Vec<Stored>> {
        match self {
            Client::Sqlite(connection) => sqlite_rows(connection, sql),
            #[cfg(feature = "duckdb")]
            Client::DuckDb(connection) => duckdb_rows(connection, sql),
            #[cfg(feature = "mysql")]
            Client::MySql(database) => database.rows(sql),
            #[cfg(feature = "postgres")]
            Client::Postgres(schema) => schema.rows(sql),
        }
    }
}

/// A text; an empty one for null.
pub(crate) fn text(stored: &Stored) -> String {
    match stored {
        Stored::Text(text) => text.clone(),
        Stored::Null => String::new(),
        other => panic!("{other:?} is no text"),
    }
}

fn sqlite_rows(connection: &rusqlite::Connection, sql: &str) -> Vec<Vec<Stored>> {
    use rusqlite::types::ValueRef;
    let mut statement = connection.prepare(sql).expect(sql);
    let width = statement.column_count();
    let rows = statement.query_map([], |row| {
        let cells = (0..width).map(|index| match row.get_ref_unwrap(index) {
            ValueRef::Null => Stored::Null,
            ValueRef::Integer(number) => Stored::Integer(number),
            ValueRef::Real(number) => Stored::Float(number),
            ValueRef::Text(text) => Stored::Text(std::str::from_utf8(text).unwrap().to_owned()),
            ValueRef::Blob(_) => panic!("{sql} answers a blob"),
        });
        Ok(cells.collect())
    });
    rows.expect(sql).collect::<Result<_, _>>().expect(sql)
}

#[cfg(feature = "duckdb")]
fn duckdb_rows(connection: &duckdb::Connection, sql: &str) -> Vec<Vec<Stored>> {
    use duckdb::types::{TimeUnit, Value};
    let mut statement = connection.prepare(sql).expect(sql);
    let mut rows = statement.query([]).expect(sql);
    let width = rows.as_ref().unwrap().column_count();
    let mut all = Vec::new();
    while let Some(row) = rows.next().expect(sql) {
        let cells = (0..width).map(|index| match row.get::<_, Value>(index).expect(sql) {
            Value::Null => Stored::Null,
            Value::Boolean(flag) => Stored::Boolean(flag),
            Value::Int(number) => Stored::Integer(number.into()),
            Value::BigInt(number) => Stored::Integer(number),
            Value::Double(number) => Stored::Float(number),
            Value::Decimal(number) => Stored::Decimal(number.to_string()),
            Value::Text(text) => Stored::Text(text),
            Value::Timestamp(TimeUnit::Microsecond, micros) => Stored::Instant(micros),
            Value::Date32(days) => {
                let day = jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(days);
                Stored::Text(day.to_string())
            }
            other => panic!("{sql} answers {other:?}"),
        });
        all.push(cells.collect());
    }
    all
}
