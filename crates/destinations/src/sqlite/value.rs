//! How each logical type is stored in SQLite: numbers as such, booleans as 0 and 1, the rest as canonical text.

use arrow_array::{
    Array, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use jiff::Span;
use jiff::civil::{Date, DateTime};
use relatable_model::logical::DECIMAL_SCALE;
use rusqlite::Statement;
use rusqlite::types::Null;
use std::fmt::Write;

/// A column of a batch, read row by row.
pub(super) enum Values<'a> {
    /// Booleans.
    Boolean(&'a BooleanArray),
    /// Whole numbers.
    Integer(&'a Int64Array),
    /// Doubles.
    Float(&'a Float64Array),
    /// Decimals of [`DECIMAL_SCALE`].
    Decimal(&'a Decimal128Array),
    /// Text and JSON.
    Text(&'a StringArray),
    /// Microseconds since the epoch.
    Instant(&'a TimestampMicrosecondArray),
    /// Days since the epoch.
    Day(&'a Date32Array),
}

impl<'a> Values<'a> {
    /// The columns of a batch; an error for a type that no logical type travels as.
    pub(super) fn of(batch: &'a RecordBatch) -> rusqlite::Result<Vec<Values<'a>>> {
        let unknown = || rusqlite::Error::ToSqlConversionFailure("a column has an unknown arrow type".into());
        batch.columns().iter().map(|array| Values::new(array.as_ref()).ok_or_else(unknown)).collect()
    }

    /// One column.
    fn new(array: &'a dyn Array) -> Option<Values<'a>> {
        let array = array.as_any();
        let boolean = array.downcast_ref().map(Values::Boolean);
        boolean
            .or_else(|| array.downcast_ref().map(Values::Integer))
            .or_else(|| array.downcast_ref().map(Values::Text))
            .or_else(|| array.downcast_ref().map(Values::Instant))
            .or_else(|| array.downcast_ref().map(Values::Float))
            .or_else(|| array.downcast_ref().map(Values::Decimal))
            .or_else(|| array.downcast_ref().map(Values::Day))
    }

    /// Binds the value at `row` to the parameter at `index`; `scratch` is room for text, used and left.
    pub(super) fn bind(
        &self,
        row: usize,
        statement: &mut Statement<'_>,
        index: usize,
        scratch: &mut String,
    ) -> rusqlite::Result<()> {
        let array: &dyn Array = match self {
            Values::Boolean(array) => *array,
            Values::Integer(array) => *array,
            Values::Float(array) => *array,
            Values::Decimal(array) => *array,
            Values::Text(array) => *array,
            Values::Instant(array) => *array,
            Values::Day(array) => *array,
        };
        if array.is_null(row) {
            return statement.raw_bind_parameter(index, Null);
        }
        scratch.clear();
        match self {
            Values::Boolean(array) => return statement.raw_bind_parameter(index, array.value(row)),
            Values::Integer(array) => return statement.raw_bind_parameter(index, array.value(row)),
            Values::Float(array) => return statement.raw_bind_parameter(index, array.value(row)),
            Values::Text(array) => return statement.raw_bind_parameter(index, array.value(row)),
            Values::Decimal(array) => write_decimal(scratch, array.value(row)),
            Values::Instant(array) => write_instant(scratch, array.value(row))?,
            Values::Day(array) => write_day(scratch, array.value(row))?,
        }
        statement.raw_bind_parameter(index, scratch.as_str())
    }
}

/// Writing to a `String` cannot fail; this says so once.
const INTO_STRING: &str = "writing to a string does not fail";

/// Writes a decimal in canonical form: no exponent, no trailing zeros, `0` for zero.
fn write_decimal(text: &mut String, unscaled: i128) {
    let unit = 10_u128.pow(u32::from(DECIMAL_SCALE.unsigned_abs()));
    let (whole, fraction) = (unscaled.unsigned_abs() / unit, unscaled.unsigned_abs() % unit);
    let sign = if unscaled < 0 { "-" } else { "" };
    write!(text, "{sign}{whole}").expect(INTO_STRING);
    if fraction != 0 {
        write!(text, ".{fraction:09}").expect(INTO_STRING);
        text.truncate(text.trim_end_matches('0').len());
    }
}

/// Microseconds of a day.
const DAY_US: i64 = 86_400_000_000;
/// The first day of the epoch.
const EPOCH: Date = Date::constant(1970, 1, 1);

/// Writes an instant as `YYYY-MM-DDTHH:MM:SS.ffffffZ`, always that wide: so texts sort as the moments they stand for.
pub(super) fn write_instant(text: &mut String, instant_us: i64) -> rusqlite::Result<()> {
    write_day(text, i32::try_from(instant_us.div_euclid(DAY_US)).map_err(|_| out_of_range())?)?;
    let time_us = instant_us.rem_euclid(DAY_US);
    let (second, fraction_us) = (time_us / 1_000_000, time_us % 1_000_000);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    write!(text, "T{hour:02}:{minute:02}:{second:02}.{fraction_us:06}Z").expect(INTO_STRING);
    Ok(())
}

/// Writes a day as `YYYY-MM-DD`.
fn write_day(text: &mut String, day: i32) -> rusqlite::Result<()> {
    let distance = Span::new().try_days(day).map_err(|_| out_of_range())?;
    let date = EPOCH.checked_add(distance).map_err(|_| out_of_range())?;
    if date.year() < 1 {
        return Err(out_of_range());
    }
    write!(text, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day()).expect(INTO_STRING);
    Ok(())
}

/// The error for a moment that no text of ours stands for.
fn out_of_range() -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure("a moment outside the years 1 to 9999".into())
}

/// Microseconds since the epoch of an instant's text.
pub(super) fn instant_us(text: &str) -> Option<i64> {
    // A civil time and not an instant of the calendar's crate: those end a day before the year 9999 does.
    let at: DateTime = text.strip_suffix('Z')?.parse().ok()?;
    let days = i64::from(at.date().since(EPOCH).ok()?.get_days());
    let second = i64::from(at.hour()) * 3600 + i64::from(at.minute()) * 60 + i64::from(at.second());
    Some(days * DAY_US + second * 1_000_000 + i64::from(at.subsec_nanosecond()) / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_canonical() {
        for (unscaled, expected) in [
            (0, "0"),
            (1, "0.000000001"),
            (-500_000_000, "-0.5"),
            (10_000_000_000, "10"),
            (123_450_000_000, "123.45"),
            (i128::from(i64::MIN), "-9223372036.854775808"),
            (10_i128.pow(38) - 1, "99999999999999999999999999999.999999999"),
        ] {
            let mut text = String::new();
            write_decimal(&mut text, unscaled);
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn instants_read_back_and_sort_as_text() {
        let mut texts = Vec::new();
        for (instant, expected) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (-62_135_596_800_000_000, "0001-01-01T00:00:00.000000Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
            (1_709_208_000_500_000, "2024-02-29T12:00:00.500000Z"),
        ] {
            let mut text = String::new();
            write_instant(&mut text, instant).expect("in range");
            assert_eq!(text, expected);
            assert_eq!(instant_us(&text), Some(instant));
            texts.push((instant, text));
        }
        texts.sort_unstable();
        assert!(texts.is_sorted_by_key(|(_, text)| text), "{texts:?}");
        assert!(write_instant(&mut String::new(), -62_135_596_800_000_001).is_err());
    }
}
