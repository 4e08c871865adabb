//! Generated time: three years of history that end at a fixed anchor, so that the same seed gives the same
//! documents whenever it is asked.

use super::draw::Draw;

/// No generated document knows a later instant: 2026-11-01T00:00:00Z in epoch seconds. What mutations add lies
/// behind it.
pub const ANCHOR_S: i64 = 1_793_491_200;

/// Seconds of a day.
pub(crate) const DAY_S: i64 = 86_400;

/// Length of the history before the anchor.
const HISTORY_S: i64 = 3 * 365 * DAY_S;

/// When many records were changed in one go by an import: one second, thus many equal `updated_at`.
const IMPORT_S: i64 = ANCHOR_S - 40 * DAY_S;

/// When record `index` of `count` was created: later for a higher index, denser towards the anchor.
pub(crate) fn created_at(index: u64, count: u64) -> i64 {
    let share = ((index as f64 + 0.5) / count.max(1) as f64).sqrt();
    ANCHOR_S - HISTORY_S + (HISTORY_S as f64 * share) as i64
}

/// When a record created at `created_at` was last changed: mostly lately, sometimes by the import.
pub(crate) fn updated_at(created_at: i64, draw: &mut Draw) -> i64 {
    let share = draw.unit();
    if draw.percent(3) && created_at < IMPORT_S {
        return IMPORT_S;
    }
    ANCHOR_S - ((ANCHOR_S - created_at) as f64 * share * share * share) as i64
}

/// When the simulated workspace itself was opened.
pub(crate) fn workspace_created_at() -> i64 {
    ANCHOR_S - HISTORY_S - 30 * DAY_S
}
