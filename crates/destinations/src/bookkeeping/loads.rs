//! `_relatable_loads`: one row per load, what it brought.

use super::{Ledger, required};
use crate::error::DestinationError;
use crate::package::Receipt;
use crate::session::{Cell, Place, Session, Step};
use relatable_model::logical::LogicalType;

/// The layout.
pub(crate) const LEDGER: Ledger = Ledger {
    name: "_relatable_loads",
    columns: &[
        required("id", LogicalType::Integer),
        required("from_seq", LogicalType::Integer),
        required("to_seq", LogicalType::Integer),
        required("loaded_at", LogicalType::Timestamp),
        required("rows_inserted", LogicalType::Integer),
        required("rows_updated", LogicalType::Integer),
        required("rows_deleted", LogicalType::Integer),
        required("rows_orphaned", LogicalType::Integer),
        required("detail", LogicalType::Json),
    ],
    key: &["id"],
};

/// Stores what a load did; `from_seq` is the position before it, 0 where that was of another journal.
pub(crate) fn record(
    session: &impl Session,
    from_seq: i64,
    to_seq: i64,
    loaded_at_us: i64,
    receipt: &Receipt,
) -> Result<(), DestinationError> {
    let sql = format!("SELECT coalesce(max(id), 0) + 1 FROM {}", LEDGER.name);
    let id = session.count(Step("read", LEDGER.name), &sql)?;
    let detail: serde_json::Map<String, serde_json::Value> = receipt
        .tables
        .iter()
        .map(|(table, counts)| {
            let counts = serde_json::json!({
                "inserted": counts.inserted, "updated": counts.updated, "deleted": counts.deleted,
            });
            (table.clone(), counts)
        })
        .collect();
    let sum = |count: fn(&crate::package::RowCounts) -> u64| {
        count_cell(receipt.tables.values().map(count).fold(0, u64::saturating_add))
    };
    let row = vec![
        count_cell(id),
        Cell::Integer(from_seq),
        Cell::Integer(to_seq),
        Cell::Instant(loaded_at_us),
        sum(|counts| counts.inserted),
        sum(|counts| counts.updated),
        sum(|counts| counts.deleted),
        count_cell(receipt.orphans),
        Cell::Text(serde_json::Value::Object(detail).to_string()),
    ];
    LEDGER.append(session, Place::Stored(LEDGER.name), &[row])
}

/// A count as a cell; no table holds more rows than 63 bits count.
fn count_cell(count: u64) -> Cell {
    Cell::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}
