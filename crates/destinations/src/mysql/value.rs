//! How values are sent and come back: numbers and moments as the protocol has them, in texts as the server reads them.

use crate::session::Cell;
use jiff::Span;
use jiff::civil::Date;
use mysql_async::Value;
use relatable_model::logical::DECIMAL_SCALE;
use std::io::Write;

/// Microseconds of a second and of a day.
const SECOND_US: i64 = 1_000_000;
const DAY_US: i64 = 86_400 * SECOND_US;
/// The first day of the epoch.
const EPOCH: Date = Date::constant(1970, 1, 1);

/// A moment outside of the years that the database has.
#[derive(Debug, thiserror::Error)]
#[error("a moment outside the years 1 to 9999")]
pub(super) struct OutOfRange;

/// The day that lies so many days after 1970 began.
fn date(day: i32) -> Result<Date, OutOfRange> {
    let distance = Span::new().try_days(day).map_err(|_| OutOfRange)?;
    let date = EPOCH.checked_add(distance).map_err(|_| OutOfRange)?;
    if date.year() < 1 { Err(OutOfRange) } else { Ok(date) }
}

/// A moment's day, and the microseconds since that began.
fn day_and_time(instant_us: i64) -> Result<(Date, i64), OutOfRange> {
    let day = i32::try_from(instant_us.div_euclid(DAY_US)).map_err(|_| OutOfRange)?;
    Ok((date(day)?, instant_us.rem_euclid(DAY_US)))
}

/// Writes a day.
pub(super) fn write_day(out: &mut Vec<u8>, day: i32) -> Result<(), OutOfRange> {
    let date = date(day)?;
    let _ = write!(out, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day());
    Ok(())
}

/// Writes a moment, in UTC.
pub(super) fn write_instant(out: &mut Vec<u8>, instant_us: i64) -> Result<(), OutOfRange> {
    let (date, time_us) = day_and_time(instant_us)?;
    let (second, fraction_us) = (time_us / SECOND_US, time_us % SECOND_US);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let (year, month, day) = (date.year(), date.month(), date.day());
    let _ = write!(out, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{fraction_us:06}");
    Ok(())
}

/// Writes an exact number, given with [`DECIMAL_SCALE`] digits behind the point.
pub(super) fn write_decimal(out: &mut Vec<u8>, unscaled: i128) {
    let unit = 10_u128.pow(u32::from(DECIMAL_SCALE.unsigned_abs()));
    let (whole, fraction) = (unscaled.unsigned_abs() / unit, unscaled.unsigned_abs() % unit);
    let sign = if unscaled < 0 { "-" } else { "" };
    let _ = write!(out, "{sign}{whole}.{fraction:09}");
}

/// Reads an exact number with [`DECIMAL_SCALE`] digits behind the point; `None` for what is none.
pub(super) fn decimal(text: &str) -> Option<i128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let scale = usize::from(DECIMAL_SCALE.unsigned_abs());
    let digits = format!("{whole}{fraction:0<scale$}");
    if fraction.len() > scale { None } else { digits.parse().ok() }
}

/// Days since 1970 of a value of the protocol.
pub(super) fn day(value: &Value) -> Option<i32> {
    let Value::Date(year, month, day, ..) = value else { return None };
    let date = Date::new(i16::try_from(*year).ok()?, i8::try_from(*month).ok()?, i8::try_from(*day).ok()?);
    Some(date.ok()?.since(EPOCH).ok()?.get_days())
}

/// Microseconds since 1970 of a value of the protocol.
pub(super) fn instant_us(value: &Value) -> Option<i64> {
    let Value::Date(.., hour, minute, second, fraction_us) = value else { return None };
    let seconds = i64::from(*hour) * 3600 + i64::from(*minute) * 60 + i64::from(*second);
    Some(i64::from(day(value)?) * DAY_US + seconds * SECOND_US + i64::from(*fraction_us))
}

/// A cell as the protocol has it.
pub(super) fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::NULL,
        Cell::Boolean(value) => Value::Int(i64::from(*value)),
        Cell::Integer(number) => Value::Int(*number),
        Cell::Text(text) => Value::Bytes(text.clone().into_bytes()),
        // A moment that the database does not have is no value that it could find.
        Cell::Instant(instant_us) => moment(*instant_us).unwrap_or(Value::NULL),
    }
}

/// A moment as the protocol has it.
fn moment(instant_us: i64) -> Result<Value, OutOfRange> {
    let (date, time_us) = day_and_time(instant_us)?;
    let small = |number: i64| u8::try_from(number).unwrap_or_default();
    let second = time_us / SECOND_US;
    Ok(Value::Date(
        date.year().unsigned_abs(),
        date.month().unsigned_abs(),
        date.day().unsigned_abs(),
        small(second / 3600),
        small(second / 60 % 60),
        small(second % 60),
        u32::try_from(time_us % SECOND_US).unwrap_or_default(),
    ))
}

/// A value of the protocol as a cell.
pub(super) fn cell(value: &Value) -> Cell {
    match value {
        Value::NULL | Value::Time(..) => Cell::Null,
        Value::Int(number) => Cell::Integer(*number),
        Value::UInt(number) => Cell::Integer(i64::try_from(*number).unwrap_or(i64::MAX)),
        Value::Float(number) => Cell::Text(number.to_string()),
        Value::Double(number) => Cell::Text(number.to_string()),
        Value::Date(..) => instant_us(value).map_or(Cell::Null, Cell::Instant),
        Value::Bytes(bytes) => Cell::Text(String::from_utf8_lossy(bytes).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_exact_numbers_come_back_as_they_were_sent() {
        for (instant, text) in [
            (0, "1970-01-01 00:00:00.000000"),
            (-1, "1969-12-31 23:59:59.999999"),
            (-62_135_596_800_000_000, "0001-01-01 00:00:00.000000"),
            (253_402_300_799_999_999, "9999-12-31 23:59:59.999999"),
        ] {
            let mut out = Vec::new();
            write_instant(&mut out, instant).expect("in range");
            assert_eq!(String::from_utf8(out).expect("text"), text);
            assert_eq!(cell(&value(&Cell::Instant(instant))), Cell::Instant(instant));
        }
        assert!(write_instant(&mut Vec::new(), -62_135_596_800_000_001).is_err());
        for unscaled in [0, 1, -500_000_000, 10_i128.pow(38) - 1, 1 - 10_i128.pow(38)] {
            let mut out = Vec::new();
            write_decimal(&mut out, unscaled);
            assert_eq!(decimal(&String::from_utf8(out).expect("text")), Some(unscaled));
        }
    }
}
