//! Loads of a size that would take minutes if rows went one by one.

use crate::bench::{Bench, column, counts, table};
use crate::client::Engine;
use relatable_model::logical::LogicalType;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Rows of the load.
const ROWS: u64 = 100_000;

/// Longest time for the first load; measured are a few seconds.
const LIMIT: Duration = Duration::from_secs(30);

#[expect(clippy::print_stderr, reason = "the figures are what one wants to see")]
pub(crate) fn a_hundred_thousand_rows_load_in_seconds(engine: Engine) {
    let mut wide = table("contacts", &["id"], &[]);
    let names: Vec<String> = (0..17).map(|number| format!("c{number}")).collect();
    for (number, name) in names.iter().enumerate() {
        let logicals = [LogicalType::Text, LogicalType::Integer, LogicalType::Timestamp, LogicalType::Float];
        wide.columns.push(column(name, logicals[number % 4]));
    }
    let mut bench = Bench::new(engine, vec![wide]);
    let columns: Vec<&str> = std::iter::once("id").chain(names.iter().map(String::as_str)).collect();
    let batch = |bench: &Bench, marked: u64| {
        let rows: Vec<Value> = (0..ROWS)
            .map(|row| {
                let mut cells = vec![json!(format!("{:024x}", row.wrapping_mul(0x9e37_79b9_7f4a_7c15)))];
                cells.extend((0..17).map(|number| match number % 4 {
                    0 => json!(format!("value {row} {}", if row < marked { "changed" } else { "" })),
                    1 | 2 => json!(row * 1_000_003),
                    _ => json!(0.5 + f64::from(u32::try_from(row).expect("small"))),
                }));
                Value::Array(cells)
            })
            .collect();
        bench.rows("contacts", &columns, Value::Array(rows))
    };
    for (what, marked, expected) in [
        ("new", 0, Some(counts(ROWS, 0, 0))),
        ("unchanged", 0, None),
        ("a tenth changed", ROWS / 10, Some(counts(0, ROWS / 10, 0))),
    ] {
        let change = batch(&bench, marked);
        let began = Instant::now();
        let receipt = bench.load(vec![change]);
        let took = began.elapsed();
        eprintln!("{}: {ROWS} rows of 20 columns, {what}: {took:.2?}", engine.scheme());
        assert_eq!(receipt.tables.get("contacts").copied(), expected, "{what}");
        assert!(took < LIMIT, "{what}: {took:?}");
    }
}
