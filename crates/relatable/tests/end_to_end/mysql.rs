//! A plain client of the MariaDB server that the project's test command starts.

use crate::oracle::Stored;
use mysql_async::consts::ColumnType;
use mysql_async::prelude::Queryable;
use mysql_async::{Column, Conn, Opts, OptsBuilder, Row, Value};
use std::path::Path;

/// The variable with the address of a server that tests may use as they like.
const SERVER: &str = "RELATABLE_TEST_MYSQL";
/// What the tests' statements expect, and moments in UTC.
const SETTINGS: &str =
    "SET NAMES utf8mb4; SET SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT', time_zone = '+00:00'";

/// One database of the server.
pub(crate) struct Database(String);

impl Database {
    /// The database of the tables that would lie in this file.
    pub(crate) fn of(file: &Path) -> Database {
        let folder = file.parent().and_then(Path::file_name).unwrap().to_string_lossy();
        Database(format!("tables{}", folder.replace('.', "_")))
    }

    /// Its address.
    pub(crate) fn uri(&self) -> String {
        format!("{}/{}", server(), self.0)
    }

    /// Runs statements that write.
    pub(crate) fn execute(&self, sql: &str) {
        let sql = sql.to_owned();
        self.with(async move |conn: &mut Conn| conn.query_drop(sql).await);
    }

    /// All rows of a query.
    pub(crate) fn rows(&self, sql: &str) -> Vec<Vec<Stored>> {
        let sql = sql.to_owned();
        let rows: Vec<Row> = self.with(async move |conn: &mut Conn| conn.exec(sql, ()).await);
        let cells = |row: Row| {
            let columns = row.columns();
            columns.iter().zip(row.unwrap()).map(|(column, value)| stored(column, value)).collect()
        };
        rows.into_iter().map(cells).collect()
    }

    /// Does something on a connection of its own, on a thread of its own: a thread of asynchronous tests may not wait.
    fn with<T: Send>(&self, work: impl AsyncFnOnce(&mut Conn) -> mysql_async::Result<T> + Send) -> T {
        let database = &self.0;
        std::thread::scope(|scope| {
            let connected = scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async move {
                    let options = OptsBuilder::from_opts(Opts::from_url(&server()).unwrap());
                    let options = options.prefer_socket(Some(false)).db_name(Some(database));
                    let mut conn = Conn::new(options).await?;
                    conn.query_drop(SETTINGS).await?;
                    let done = work(&mut conn).await?;
                    conn.disconnect().await?;
                    Ok::<_, mysql_async::Error>(done)
                })
            });
            connected.join().unwrap().expect("the server")
        })
    }
}

fn server() -> String {
    std::env::var(SERVER)
        .unwrap_or_else(|_| panic!("{SERVER} names no server: `cargo xtask test` starts one for the tests"))
}

/// A value as the server sends it.
fn stored(column: &Column, value: Value) -> Stored {
    match value {
        Value::NULL => Stored::Null,
        Value::Int(number) => Stored::Integer(number),
        Value::UInt(number) => Stored::Integer(number.try_into().unwrap()),
        Value::Double(number) => Stored::Float(number),
        Value::Date(year, month, day, ..) if column.column_type() == ColumnType::MYSQL_TYPE_DATE => {
            Stored::Text(format!("{year:04}-{month:02}-{day:02}"))
        }
        Value::Date(year, month, day, hour, minute, second, micros) => {
            let iso = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z");
            Stored::Instant(iso.parse::<jiff::Timestamp>().expect(&iso).as_microsecond())
        }
        Value::Bytes(bytes) => {
            let text = String::from_utf8(bytes).expect("text");
            match column.column_type() {
                ColumnType::MYSQL_TYPE_NEWDECIMAL => Stored::Decimal(text),
                _ => Stored::Text(text),
            }
        }
        other => panic!("{} is {other:?}", column.name_str()),
    }
}
