//! Comparing instants: by exact second, or by calendar day in the workspace's zone as contact search does up to
//! version 2.16. Every comparison becomes a half-open range of epoch seconds.

use std::ops::Range;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::query::{FieldFilter, SearchError};

/// How finely instants are compared.
#[derive(Debug, Clone)]
pub(crate) enum Granularity {
    /// Calendar days of this zone; no `>=` and `<=`.
    Day(TimeZone),
    /// Seconds.
    Second,
}

/// The seconds that fulfil a comparison.
pub(crate) fn range(filter: &FieldFilter, granularity: &Granularity) -> Result<Range<i64>, SearchError> {
    let refused = || SearchError::Operator { field: filter.field.clone(), operator: filter.operator.clone() };
    let instant = match &filter.value {
        serde_json::Value::String(text) => text.parse::<i64>().ok(),
        value => value.as_i64(),
    };
    let instant = instant.ok_or(SearchError::Malformed("value"))?;
    let day = match granularity {
        Granularity::Second => instant..instant.saturating_add(1),
        Granularity::Day(zone) => day_of(instant, zone).ok_or(SearchError::Malformed("value"))?,
    };
    match (filter.operator.as_str(), granularity) {
        ("=", _) => Ok(day),
        (">", _) => Ok(day.end..i64::MAX),
        ("<", _) => Ok(i64::MIN..day.start),
        (">=", Granularity::Second) => Ok(day.start..i64::MAX),
        ("<=", Granularity::Second) => Ok(i64::MIN..day.end),
        _ => Err(refused()),
    }
}

/// The calendar day of an instant, midnight to midnight.
fn day_of(instant: i64, zone: &TimeZone) -> Option<Range<i64>> {
    let start = Timestamp::from_second(instant).ok()?.to_zoned_datetime(zone.clone()).start_of_day().ok()?;
    let end = start.checked_add(1.day()).ok()?.start_of_day().ok()?;
    Some(start.timestamp().as_second()..end.timestamp().as_second())
}
