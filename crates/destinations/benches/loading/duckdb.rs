//! Into DuckDB: our load, and the same Arrow batches by DuckDB's own appender, which checks no keys.

use crate::place::Place;
use crate::rows::TABLE;
use crate::{Failure, ROUNDS, Times, tell, verdict};
use arrow_array::RecordBatch;
use duckdb::Connection;
use std::path::Path;

/// Which part of the appender's speed we want at least.
const GOAL: f64 = 0.80;

/// Measures both in turn; answers whether the goal is reached.
pub(crate) fn compare(batches: &[RecordBatch]) -> Result<bool, Failure> {
    let rows = batches.iter().map(RecordBatch::num_rows).sum();
    let [mut ours, mut appender] = [const { Times(Vec::new()) }; 2];
    for _ in 0..ROUNDS {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let file = folder.path().join("ours.duckdb");
        ours.take(|| Place::claim(&format!("duckdb:{}", file.display()))?.load_first(batches))?;
        let columns = columns(&file)?;
        appender.take(|| append(&folder.path().join("theirs.duckdb"), &columns, batches))?;
    }
    tell(&format!("{rows} rows of 12 columns into a DuckDB file"));
    tell(&format!("  our load, keys checked, checkpoint kept  {}", ours.told(rows)));
    tell(&format!("  DuckDB's appender, nothing checked       {}", appender.told(rows)));
    let share = appender.best() / ours.best();
    let holds = share >= GOAL;
    tell(&format!(
        "  {:.0} % of the appender's speed (at least {:.0} %) {}",
        100.0 * share,
        100.0 * GOAL,
        verdict(holds)
    ));
    Ok(holds)
}

/// The columns of our table as a statement declares them.
fn columns(file: &Path) -> Result<String, Failure> {
    let sql = "SELECT string_agg(column_name || ' ' || data_type, ', ' ORDER BY column_index) FROM duckdb_columns() \
               WHERE table_name = ?";
    Ok(Connection::open(file)?.query_row(sql, [TABLE], |row| row.get(0))?)
}

/// Appends the batches to a table of a new file, and closes it.
fn append(file: &Path, columns: &str, batches: &[RecordBatch]) -> Result<(), Failure> {
    let connection = Connection::open(file)?;
    connection.execute_batch(&format!("CREATE TABLE {TABLE} ({columns}); BEGIN"))?;
    let mut appender = connection.appender(TABLE)?;
    for batch in batches {
        appender.append_record_batch(batch.clone())?;
    }
    appender.flush()?;
    drop(appender);
    connection.execute_batch("COMMIT; CHECKPOINT")?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(())
}
