//! A server that takes nothing for a while: no more rows are asked for than wait already.

use crate::cuts::Relayed;
use crate::proxy::Fault;
use arrow_array::{RecordBatch, StringArray};
use relatable_destinations::package::{Change, TableChange};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Changes of the load.
const CHANGES: usize = 400;
/// Rows of each.
const ROWS: usize = 4;
/// Bytes of each.
const CHANGE_BYTES: usize = 400_000;
/// Bytes that may wait between who makes rows and the server: those gathered for a table, those encoded, those in the
/// buffers of both systems' connections.
const WAITING_BYTES_MAX: usize = 48_000_000;
/// Bytes that the server takes before it takes no more.
const TAKEN: u64 = 1_000_000;
/// How long nothing may be asked for until it counts as standing still.
const STANDSTILL: Duration = Duration::from_millis(500);

/// Waits until a number no longer grows; answers it.
fn settled(number: &AtomicUsize) -> usize {
    let (mut last, mut since) = (number.load(Ordering::SeqCst), Instant::now());
    while since.elapsed() < STANDSTILL || last == 0 {
        std::thread::sleep(Duration::from_millis(10));
        let now = number.load(Ordering::SeqCst);
        if now != last {
            (last, since) = (now, Instant::now());
        }
    }
    last
}

/// A change whose rows have ids that no other number gives; the texts are shared, so that they take memory once.
fn with_ids(template: &TableChange, number: usize) -> TableChange {
    let batch = &template.rows[0];
    let ids: StringArray = (0..ROWS).map(|row| Some(format!("n{number}.{row}"))).collect();
    let columns = vec![Arc::new(ids) as _, Arc::clone(batch.column(1))];
    let batch = RecordBatch::try_new(batch.schema(), columns).expect("a batch");
    TableChange { rows: vec![batch], ..template.clone() }
}

#[test]
fn a_server_that_takes_nothing_slows_who_makes_rows_instead_of_filling_memory() {
    let relayed = Relayed::new();
    relayed.proxy.set(Fault::Stall { after: TAKEN });
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let Relayed { mut bench, proxy } = relayed;
    let loading = std::thread::spawn(move || {
        let body = "x".repeat(CHANGE_BYTES / ROWS);
        let template: Value = (0..ROWS).map(|_| json!(["", body])).collect();
        let template = bench.rows("notes", &["id", "body"], template);
        let mut changes = (0..CHANGES).map(|number| {
            counter.fetch_add(1, Ordering::SeqCst);
            Ok(Change::Distinct(with_ids(&template, number)))
        });
        bench.seq = 1;
        bench.load_produced(&mut changes).map(|receipt| receipt.tables["notes"].inserted)
    });
    let waiting = settled(&asked) * CHANGE_BYTES;
    assert!(waiting <= WAITING_BYTES_MAX, "{waiting} bytes were asked for, and the server had {TAKEN}");
    proxy.set(Fault::None);
    let inserted = loading.join().expect("the thread").expect("the server goes on");
    assert_eq!(inserted, (ROWS * CHANGES) as u64);
}
