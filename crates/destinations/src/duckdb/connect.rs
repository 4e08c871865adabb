//! Connections to a DuckDB file, and their settings.

use super::dialect::DuckDb;
use super::feed;
use super::query::DuckDbSession;
use crate::dialect::Dialect;
use crate::error::DestinationError;
use crate::session::{Session, Step};
use duckdb::{AccessMode, Config, Connection, Error};
use std::num::NonZero;
use std::path::Path;

/// Memory that the engine may use for what it holds of tables and statements; beyond it writes to disk. A load then needs
/// the same however much it brings.
const MEMORY_MAX: &str = "300MB";
/// Rows of a table that are compressed and written together, a quarter of what DuckDB takes by itself: of all but large
/// tables it would compress everything at the end of a load, when nobody makes rows any more beside that. Files get about
/// 3 % larger by it.
const ROW_GROUP_ROWS: usize = 30_720;
/// What a copy of a database is called while it is made.
const COPY: &str = "_relatable_copy";
/// Every comment on a table or view: schema, name, no column, comment, kind.
const COMMENTS_ON_TABLES: &str = "SELECT schema_name, table_name, NULL, comment, 'TABLE' FROM duckdb_tables() \
     WHERE comment IS NOT NULL AND database_name = current_database() UNION ALL \
     SELECT schema_name, view_name, NULL, comment, 'VIEW' FROM duckdb_views() \
     WHERE comment IS NOT NULL AND database_name = current_database()";
/// Every comment on a column: schema, table, column, comment, kind.
const COMMENTS_ON_COLUMNS: &str = "SELECT c.schema_name, c.table_name, c.column_name, c.comment, 'COLUMN' \
     FROM duckdb_columns() AS c WHERE c.comment IS NOT NULL AND c.database_name = current_database() \
     AND EXISTS (SELECT 1 FROM duckdb_tables() AS t WHERE t.table_oid = c.table_oid \
     AND t.database_name = c.database_name)";
/// Names that DuckDB has for databases of its own.
const TAKEN_NAMES: [&str; 3] = ["memory", "system", "temp"];

/// A connection that cannot write.
pub(super) fn to_read(path: &Path) -> duckdb::Result<Connection> {
    let connection = Connection::open_with_flags(path, settings()?.access_mode(AccessMode::ReadOnly)?)?;
    feed::register(&connection)?;
    Ok(connection)
}

/// A connection that can write. The file is attached to it: only so the size of row groups can be chosen.
pub(super) fn to_write(path: &Path) -> duckdb::Result<Connection> {
    let file = path.to_str().ok_or_else(|| Error::InvalidPath(path.to_owned()))?;
    // What goes beyond memory goes beside the file, as it would if that were opened directly.
    let settings = settings()?
        .with("temp_directory", format!("{file}.tmp"))?
        .with("threads", threads().to_string())?
        // A connection ends with its load, and what stands in the log would be written once more then; nor would there be
        // room for a log on a disk that a failed load has filled.
        .with("checkpoint_threshold", "1B")?
        .with("auto_checkpoint_skip_wal_threshold", "0")?
        .with("write_buffer_row_group_count", "1")?;
    let connection = Connection::open_in_memory_with_flags(settings)?;
    let attach = format!(
        "ATTACH {}{} (TYPE duckdb, ROW_GROUP_SIZE {ROW_GROUP_ROWS})",
        DuckDb.literal(file),
        alias(path)
    );
    connection.execute(&attach, [])?;
    let names = "SELECT database_name FROM duckdb_databases() WHERE NOT internal AND path IS NOT NULL";
    let name: String = connection.query_row(names, [], |row| row.get(0))?;
    connection.execute(&format!("USE {}", DuckDb.quote(&name)), [])?;
    feed::register(&connection)?;
    Ok(connection)
}

/// Copies everything of a database into a new file.
pub(super) fn copy(session: &DuckDbSession<'_>, file: &Path) -> Result<(), DestinationError> {
    let step = Step("rewrite the database", "");
    let names = session.rows(step, "SELECT current_database()", &[])?;
    let here = DuckDb.quote(&names.first().map(|row| row[0].text()).unwrap_or_default());
    let (there, file) = (DuckDb.quote(COPY), DuckDb.literal(&file.to_string_lossy()));
    for statement in [
        format!("ATTACH {file} AS {there} (TYPE duckdb, ROW_GROUP_SIZE {ROW_GROUP_ROWS})"),
        format!("COPY FROM DATABASE {here} TO {there}"),
    ] {
        session.execute(step, &statement, &[])?;
    }
    // Comments are not copied with the tables.
    for sql in [COMMENTS_ON_TABLES, COMMENTS_ON_COLUMNS] {
        for row in session.rows(step, sql, &[])? {
            let mut names = vec![there.clone(), DuckDb.quote(&row[0].text()), DuckDb.quote(&row[1].text())];
            names.extend(row[2].optional_text().map(|column| DuckDb.quote(&column)));
            let kind = row[4].text();
            let (name, comment) = (names.join("."), DuckDb.literal(&row[3].text()));
            session.execute(step, &format!("COMMENT ON {kind} {name} IS {comment}"), &[])?;
        }
    }
    // The copy is its file alone, without a log.
    session.execute(step, &format!("CHECKPOINT {there}"), &[])?;
    session.execute(step, &format!("DETACH {there}"), &[]).map(|_| ())
}

/// The settings of every connection. Nothing may be fetched and run behind the user's back.
fn settings() -> duckdb::Result<Config> {
    Config::default()
        .with("autoinstall_known_extensions", "false")?
        .with("autoload_known_extensions", "false")?
        .max_memory(MEMORY_MAX)
}

/// Threads of the engine. One core is left to those who make rows: a thread that waits for another keeps its core busy.
pub(super) fn threads() -> usize {
    cores().saturating_sub(1).max(1)
}

/// Cores there are.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

/// What names the database in a file otherwise than DuckDB would, where that name is taken.
fn alias(path: &Path) -> String {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let name = file.split('.').next().unwrap_or_default();
    let is_taken = TAKEN_NAMES.iter().any(|taken| name.eq_ignore_ascii_case(taken));
    if is_taken { format!(" AS {}", DuckDb.quote(&format!("{name}_db"))) } else { String::new() }
}
