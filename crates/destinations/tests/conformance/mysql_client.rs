//! A plain client of the MariaDB server that the project's test command starts. It speaks standard SQL, as the suite does.

use crate::client::NULL;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder, Row, Value};
use std::net::SocketAddr;
use std::path::Path;

/// The variable with the address of a server that tests may use as they like; the project's test command sets it.
const SERVER: &str = "RELATABLE_TEST_MYSQL";
/// What the suite's statements expect, and moments in UTC.
const SETTINGS: &str = "SET NAMES utf8mb4; \
    SET SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES', time_zone = '+00:00'";

/// The database of the tables at `path`.
pub(crate) fn database(path: &Path) -> String {
    let folder = path.parent().and_then(Path::file_name).expect("a folder").to_string_lossy();
    format!("tables{}", folder.replace('.', "_"))
}

/// The address of the tables at `path`.
pub(crate) fn uri(path: &Path) -> String {
    format!("{}/{}", server(), database(path))
}

/// Whether the database is there.
pub(crate) fn exists(path: &Path) -> bool {
    let sql = format!(
        "SELECT schema_name FROM information_schema.schemata WHERE schema_name = '{}'",
        database(path)
    );
    !rows(None, &sql).is_empty()
}

/// Runs statements, in a database that is made where it is missing.
pub(crate) fn run(path: &Path, sql: &str) {
    let make = format!("CREATE DATABASE IF NOT EXISTS \"{}\"", database(path));
    with(None, async move |conn: &mut Conn| conn.query_drop(make).await);
    let statements = sql.to_owned();
    with(Some(database(path)), async move |conn: &mut Conn| conn.query_drop(statements).await);
}

/// Rows with their cells as text, joined by `|`.
pub(crate) fn read(path: &Path, sql: &str) -> Vec<String> {
    let line = |row: Row| {
        let cells = row.unwrap().into_iter().map(|value| match value {
            Value::NULL => NULL.to_owned(),
            Value::Bytes(bytes) => String::from_utf8(bytes).expect("text"),
            other => other.as_sql(true),
        });
        cells.collect::<Vec<_>>().join("|")
    };
    // Where there is no database yet, nothing is in it.
    rows(exists(path).then(|| database(path)), sql).into_iter().map(line).collect()
}

/// One column of doubles.
pub(crate) fn floats(path: &Path, sql: &str) -> Vec<f64> {
    let sql = sql.to_owned();
    with(Some(database(path)), async move |conn: &mut Conn| conn.exec(sql, ()).await)
}

fn rows(database: Option<String>, sql: &str) -> Vec<Row> {
    let sql = sql.to_owned();
    with(database, async move |conn: &mut Conn| conn.query(sql).await)
}

/// Does something on a connection of its own, on a thread of its own: no thread that waits for others may wait for it.
pub(crate) fn with<T: Send>(
    database: Option<String>,
    work: impl AsyncFnOnce(&mut Conn) -> mysql_async::Result<T> + Send,
) -> T {
    std::thread::scope(|scope| {
        let connected = scope.spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let options = OptsBuilder::from_opts(Opts::from_url(&server()).expect("an address"));
                let mut conn = Conn::new(options.prefer_socket(Some(false)).db_name(database)).await?;
                conn.query_drop(SETTINGS).await?;
                let done = work(&mut conn).await?;
                conn.disconnect().await?;
                Ok::<_, mysql_async::Error>(done)
            })
        });
        connected.join().expect("a thread").expect("the server")
    })
}

/// The address of the server.
pub(crate) fn server() -> String {
    std::env::var(SERVER)
        .unwrap_or_else(|_| panic!("{SERVER} names no server: `cargo xtask test` starts one for the tests"))
}

/// Where it listens.
pub(crate) fn address() -> SocketAddr {
    let options = Opts::from_url(&server()).expect("an address");
    SocketAddr::new(options.ip_or_hostname().parse().expect("an address"), options.tcp_port())
}
