//! The rows: contacts of twelve columns with ids in no order, the same at every run.

use arrow_array::builder::{
    BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::ArrowError;
use relatable_model::logical::LogicalType;
use relatable_model::schema::{Column, ColumnRole, DELETED_AT, SYNCED_AT, Table};
use relatable_model::write_mode::WriteMode;
use std::sync::Arc;

/// The table's name.
pub(crate) const TABLE: &str = "contacts";
/// Rows of a batch.
const BATCH_ROWS: usize = 20_000;
/// The moment of the first load, microseconds since the epoch.
pub(crate) const LOADED_AT_US: i64 = 1_750_000_000_000_000;
/// Every so many rows differ in an upsert.
pub(crate) const CHANGED_EVERY: usize = 100;
/// The columns between the key and the two of ours.
const COLUMNS: [(&str, LogicalType); 9] = [
    ("email", LogicalType::Text),
    ("name", LogicalType::Text),
    ("phone", LogicalType::Text),
    ("role", LogicalType::Text),
    ("owner_id", LogicalType::Integer),
    ("is_unsubscribed", LogicalType::Boolean),
    ("score", LogicalType::Float),
    ("created_at", LogicalType::Timestamp),
    ("updated_at", LogicalType::Timestamp),
];

/// The table.
pub(crate) fn table() -> Table {
    let column = |name: &str, logical, role| Column {
        name: name.to_owned(),
        path: name.to_owned(),
        logical,
        role,
        description: String::new(),
        references: Vec::new(),
    };
    let mut columns = vec![column("id", LogicalType::Text, ColumnRole::Value)];
    columns.extend(COLUMNS.map(|(name, logical)| column(name, logical, ColumnRole::Value)));
    columns.push(column(SYNCED_AT, LogicalType::Timestamp, ColumnRole::Synced));
    columns.push(column(DELETED_AT, LogicalType::Timestamp, ColumnRole::Deleted));
    Table {
        name: TABLE.to_owned(),
        resource: "contacts".to_owned(),
        path: String::new(),
        description: String::new(),
        key: vec!["id".to_owned()],
        parent: None,
        columns,
        views: Vec::new(),
        mode: WriteMode::default(),
        ignored: Vec::new(),
        more: Vec::new(),
    }
}

/// The rows numbered from 0 to below `rows`.
pub(crate) fn batches(rows: usize) -> Result<Vec<RecordBatch>, ArrowError> {
    let starts = (0..rows).step_by(BATCH_ROWS);
    starts.map(|start| batch((start..rows.min(start + BATCH_ROWS)).collect(), 0)).collect()
}

/// One in [`CHANGED_EVERY`] of those rows as they are after `version` changes, in one batch.
pub(crate) fn changed(rows: usize, version: usize) -> Result<RecordBatch, ArrowError> {
    batch((version % CHANGED_EVERY..rows).step_by(CHANGED_EVERY).collect(), version)
}

/// The rows of these numbers.
fn batch(numbers: Vec<usize>, version: usize) -> Result<RecordBatch, ArrowError> {
    let integers: Vec<i64> = numbers.iter().map(|number| *number as i64).collect();
    let text = |write: &dyn Fn(i64) -> Option<String>| {
        let mut builder = StringBuilder::new();
        integers.iter().for_each(|number| builder.append_option(write(*number)));
        Arc::new(builder.finish()) as ArrayRef
    };
    let moment = |after: &dyn Fn(i64) -> Option<i64>| {
        let mut builder = TimestampMicrosecondBuilder::new();
        integers.iter().for_each(|number| builder.append_option(after(*number)));
        Arc::new(builder.finish()) as ArrayRef
    };
    let (mut owners, mut unsubscribed, mut scores) =
        (Int64Builder::new(), BooleanBuilder::new(), Float64Builder::new());
    for number in &integers {
        owners.append_option((number % 3 != 0).then_some(number % 400));
        unsubscribed.append_value(number % 10 == 0);
        scores.append_value(*number as f64 / 7.0);
    }
    let columns = [
        text(&|number| Some(id(number))),
        text(&|number| Some(format!("person.{number}@example.com"))),
        text(&|number| Some(format!("Ann Miller {number}, {version} times renamed"))),
        text(&|number| (number % 4 == 0).then(|| format!("+49 30 {number:08}"))),
        text(&|number| Some(if number % 10 < 7 { "user" } else { "lead" }.to_owned())),
        Arc::new(owners.finish()),
        Arc::new(unsubscribed.finish()),
        Arc::new(scores.finish()),
        moment(&|number| Some((1_600_000_000 + number * 31) * 1_000_000)),
        moment(&|number| Some((1_700_000_000 + number * 7 + version as i64) * 1_000_000)),
        moment(&|_| Some(LOADED_AT_US + version as i64)),
        moment(&|_| None),
    ];
    let names = table().columns.into_iter().map(|column| column.name);
    RecordBatch::try_from_iter_with_nullable(names.zip(columns).map(|(name, array)| (name, array, true)))
}

/// 24 hexadecimal digits, as records have them; two numbers never have the same.
fn id(number: i64) -> String {
    let mixed = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    format!("{mixed:016x}{:08x}", number as u32)
}
