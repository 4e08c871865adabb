//! Rows for a statement: batches as a table function. The appender would copy them once more, and wait for that idly.

use arrow_array::RecordBatch;
use duckdb::Connection;
use duckdb::core::{DataChunkHandle, LogicalTypeHandle, LogicalTypeId};
use duckdb::vtab::{
    BindInfo, InitInfo, TableFunctionInfo, VTab, record_batch_to_duckdb_data_chunk,
    to_duckdb_logical_type_for_field,
};
use relatable_faults::ROWS_APPENDING;
use relatable_model::logical::LogicalType;
use std::collections::BTreeMap;
use std::error::Error;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The table function's name.
const NAME: &str = "_relatable_feed";
/// Rows that DuckDB takes at once.
const CHUNK_ROWS: usize = 2048;
/// What feeds offer, by their numbers: a table function is told of it by number only.
static OFFERED: Mutex<BTreeMap<u64, Vec<RecordBatch>>> = Mutex::new(BTreeMap::new());
/// The next number.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Batches that statements can read until it is dropped.
pub(super) struct Feed(u64);

impl Feed {
    /// Offers batches, which have the same columns.
    pub(super) fn offer(batches: Vec<RecordBatch>) -> Feed {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        offered().insert(number, batches);
        Feed(number)
    }

    /// The rows as a statement names them.
    pub(super) fn sql(&self) -> String {
        format!("{NAME}({})", self.0)
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        offered().remove(&self.0);
    }
}

/// Makes feeds known to a connection.
pub(super) fn register(connection: &Connection) -> duckdb::Result<()> {
    connection.register_table_function::<Rows>(NAME)
}

/// All that is offered; a panic elsewhere leaves it whole.
fn offered() -> MutexGuard<'static, BTreeMap<u64, Vec<RecordBatch>>> {
    OFFERED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The table function.
struct Rows;

impl VTab for Rows {
    /// The batches, cut into what DuckDB takes at once.
    type BindData = Vec<RecordBatch>;
    /// How many of the pieces are taken.
    type InitData = AtomicUsize;

    fn bind(bind: &BindInfo) -> Result<Vec<RecordBatch>, Box<dyn Error>> {
        let number = u64::try_from(bind.get_parameter(0).to_int64())?;
        let batches = offered().get(&number).cloned().ok_or("nothing is offered under this number")?;
        let Some(first) = batches.first() else { return Err("a feed has a batch at least".into()) };
        for (place, field) in first.schema_ref().fields().iter().enumerate() {
            let mut column = to_duckdb_logical_type_for_field(field)?;
            if LogicalType::of(field) == Some(LogicalType::Json) {
                // Else each text would be parsed once more; ours are JSON.
                column.set_alias("JSON");
            }
            bind.add_result_column(&format!("c{place}"), column);
        }
        Ok(batches.iter().flat_map(pieces).collect())
    }

    fn init(_: &InitInfo) -> Result<AtomicUsize, Box<dyn Error>> {
        Ok(AtomicUsize::new(0))
    }

    fn func(rows: &TableFunctionInfo<Rows>, output: &mut DataChunkHandle) -> Result<(), Box<dyn Error>> {
        let place = rows.get_init_data().fetch_add(1, Ordering::Relaxed);
        if place > 0 {
            relatable_faults::reach(ROWS_APPENDING).map_err(fault)?;
        }
        match rows.get_bind_data().get(place) {
            Some(piece) => record_batch_to_duckdb_data_chunk(piece, output),
            None => {
                output.set_len(0);
                Ok(())
            }
        }
    }

    fn parameters() -> Option<Vec<LogicalTypeHandle>> {
        Some(vec![LogicalTypeHandle::from(LogicalTypeId::Bigint)])
    }
}

/// A fault in the words by which DuckDB's errors are known.
fn fault(fault: std::io::Error) -> String {
    match fault.kind() {
        std::io::ErrorKind::StorageFull => format!("No space left on device: {fault}"),
        _ => fault.to_string(),
    }
}

/// A batch in pieces that DuckDB takes at once; nothing is copied.
fn pieces(batch: &RecordBatch) -> impl Iterator<Item = RecordBatch> {
    let rows = batch.num_rows();
    (0..rows).step_by(CHUNK_ROWS).map(move |start| batch.slice(start, CHUNK_ROWS.min(rows - start)))
}
