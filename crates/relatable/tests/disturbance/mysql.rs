//! The same through MariaDB, on the server that the project's test command starts.

use super::dump::{Chosen, Dump, line};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder, Row, Value};
use std::path::Path;

/// The variable with the address of a server that tests may use as they like.
const SERVER: &str = "RELATABLE_TEST_MYSQL";

fn server() -> String {
    std::env::var(SERVER)
        .unwrap_or_else(|_| panic!("{SERVER} names no server: `cargo xtask test` starts one for the tests"))
}

/// The database of the tables that would lie in this file.
fn name(database: &Path) -> String {
    let name = |path: Option<&Path>| path.and_then(Path::file_name).unwrap().to_string_lossy().to_lowercase();
    format!("{}{}", name(database.parent()), name(Some(database))).replace(['.', '-'], "_")
}

/// Its address.
pub(super) fn uri(database: &Path) -> String {
    format!("{}/{}", server(), name(database))
}

pub(super) fn dump(database: &Path, chosen: Chosen) -> Dump {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(read(database, chosen)).unwrap()
}

async fn read(database: &Path, chosen: Chosen) -> mysql_async::Result<Dump> {
    let options = OptsBuilder::from_opts(Opts::from_url(&server()).unwrap());
    let mut conn = Conn::new(options.prefer_socket(Some(false)).db_name(Some(name(database)))).await?;
    conn.query_drop("SET NAMES utf8mb4; SET SESSION sql_mode = 'ANSI_QUOTES', time_zone = '+00:00'").await?;
    let names = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'";
    let names: Vec<String> = conn.query(names).await?;
    let mut dump = Dump::new();
    for name in names.into_iter().filter(|name| chosen(name)) {
        let rows: Vec<Row> = conn.query(format!("SELECT * FROM \"{name}\"")).await?;
        let mut rows: Vec<String> = rows.into_iter().filter_map(text).collect();
        rows.sort();
        dump.insert(name, rows);
    }
    conn.disconnect().await?;
    Ok(dump)
}

/// A row as text, which is how the server sends it.
fn text(row: Row) -> Option<String> {
    let columns = row.columns();
    let cells = columns.iter().zip(row.unwrap()).map(|(column, value)| {
        let cell = match value {
            Value::NULL => None,
            Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            other => Some(format!("{other:?}")),
        };
        (column.name_str().into_owned(), cell)
    });
    line(cells)
}
