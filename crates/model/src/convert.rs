//! Exact conversions: a value either becomes exactly what a column holds, or the caller is told that it cannot.

use crate::logical::{DECIMAL_PRECISION, DECIMAL_SCALE};
use jiff::Timestamp;
use jiff::civil::Date;

/// Numbers of at least this size are epoch milliseconds; smaller ones are seconds (the year 33658 in seconds is
/// September 2001 in milliseconds).
const MILLISECONDS_FROM: i128 = 1_000_000_000_000;
/// The first microsecond of the year 1.
const INSTANT_MIN_US: i128 = -62_135_596_800_000_000;
/// The last microsecond of the year 9999.
const INSTANT_MAX_US: i128 = 253_402_300_799_999_999;
/// The first second after the year 9999.
const SECONDS_END: i64 = 253_402_300_800;
/// So many digits surely fit 64 bits.
const WORD_DIGITS_MAX: usize = 18;
/// Up to this many digits every decimal number survives the way into a double and back.
const FLOAT_DIGITS: usize = 15;

/// A number as digits without zeros at either end, times a power of ten.
struct Parts {
    negative: bool,
    digits: String,
    exponent: i64,
}

/// Takes apart a number within JSON's grammar; `None` when its exponent is beyond all use.
fn parts(text: &str) -> Option<Parts> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, power) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, power)) => (mantissa, power.parse::<i64>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = if fraction.is_empty() { whole.to_owned() } else { format!("{whole}{fraction}") };
    let significant = all.trim_start_matches('0');
    let digits = significant.trim_end_matches('0');
    if digits.is_empty() {
        return Some(Parts { negative: false, digits: String::new(), exponent: 0 });
    }
    let trimmed = (significant.len() - digits.len()) as i64;
    let exponent = power.checked_sub(fraction.len() as i64)?.checked_add(trimmed)?;
    Some(Parts { negative, digits: digits.to_owned(), exponent })
}

/// One text for every way of writing the same number: `-0`, `0.0` and `0` are `0`; `1.50` and `15e-1` are `1.5`; very
/// large and small ones are written with an exponent.
pub fn canonical_number(text: &str) -> String {
    let Some(Parts { negative, digits, exponent }) = parts(text) else { return text.to_owned() };
    if digits.is_empty() {
        return "0".to_owned();
    }
    let sign = if negative { "-" } else { "" };
    let point = digits.len() as i64 + exponent;
    match exponent {
        0..=40 => format!("{sign}{digits}{}", "0".repeat(exponent as usize)),
        -60..0 if point > 0 => format!("{sign}{}.{}", &digits[..point as usize], &digits[point as usize..]),
        -60..0 => format!("{sign}0.{}{digits}", "0".repeat((-point) as usize)),
        _ => format!("{sign}{digits}e{exponent}"),
    }
}

/// Whether a number is written as digits only, few enough, so that [`canonical_number`] leaves it as it is.
pub fn is_canonical_integer(text: &str) -> bool {
    text.len() <= WORD_DIGITS_MAX
        && (text == "0" || (!text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())))
}

/// The value of a text of digits only, as long as it surely fits.
#[inline]
fn digits_value(text: &str) -> Option<i64> {
    let mut rest = text.as_bytes();
    if rest.is_empty() || rest.len() > WORD_DIGITS_MAX {
        return None;
    }
    let mut value = 0_u64;
    while let Some((eight, behind)) = rest.split_first_chunk::<8>() {
        value = value * 100_000_000 + eight_digits(u64::from_le_bytes(*eight))?;
        rest = behind;
    }
    for &byte in rest {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u64::from(digit);
    }
    i64::try_from(value).ok()
}

/// The value of eight digits, the first in the lowest byte: neighbours are joined to pairs, those to fours, those to all.
#[inline]
fn eight_digits(word: u64) -> Option<u64> {
    if !crate::json::eight_digits(word) {
        return None;
    }
    let digits = word & 0x0F0F_0F0F_0F0F_0F0F;
    let pairs = (digits.wrapping_mul((10 << 8) + 1) >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs.wrapping_mul((100 << 16) + 1) >> 16) & 0x0000_FFFF_0000_FFFF;
    Some(fours.wrapping_mul((10_000 << 32) + 1) >> 32)
}

/// The number times ten to the `scale`, where that is whole and has at most `digits_max` digits.
fn scaled(text: &str, scale: i64, digits_max: usize) -> Option<i128> {
    let Parts { negative, digits, exponent } = parts(text)?;
    if digits.is_empty() {
        return Some(0);
    }
    let zeros = usize::try_from(exponent.checked_add(scale)?).ok()?;
    if digits.len().checked_add(zeros)? > digits_max {
        return None;
    }
    let magnitude = digits.parse::<i128>().ok()?.checked_mul(10_i128.checked_pow(zeros as u32)?)?;
    Some(if negative { -magnitude } else { magnitude })
}

/// A number as a 64-bit integer, if it is one.
#[inline]
pub fn integer(text: &str) -> Option<i64> {
    digits_value(text).or_else(|| written_integer(text))
}

/// [`integer`] where it is not written as a few digits.
fn written_integer(text: &str) -> Option<i64> {
    if let Ok(value) = text.parse::<i64>() {
        return Some(value);
    }
    let has_fraction = text.contains('.') && !text.ends_with('0') && !text.contains(['e', 'E']);
    if has_fraction { None } else { scaled(text, 0, 19).and_then(|value| i64::try_from(value).ok()) }
}

/// A number as a double, if the double says the same number.
pub fn float(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok()?;
    if !value.is_finite() {
        return None;
    }
    let short = text.len() <= FLOAT_DIGITS && !text.contains(['e', 'E']);
    if short || canonical_number(text) == canonical_number(&float_text(value)) {
        return Some(if value == 0.0 { 0.0 } else { value });
    }
    None
}

/// The shortest text that reads back as this double.
pub fn float_text(value: f64) -> String {
    format!("{value:?}")
}

/// A number as a decimal with [`DECIMAL_SCALE`] digits after the point, in units of the last of them, if it fits.
pub fn decimal(text: &str) -> Option<i128> {
    scaled(text, i64::from(DECIMAL_SCALE), usize::from(DECIMAL_PRECISION))
}

/// The text of a decimal given in units of its last digit, without superfluous zeros.
pub fn decimal_text(units: i128) -> String {
    canonical_number(&format!("{units}e-{DECIMAL_SCALE}"))
}

/// An epoch number, in seconds or milliseconds, as microseconds; `None` outside the years 1 to 9999, and for fractions
/// beyond the microsecond.
pub fn instant_from_number(text: &str) -> Option<i64> {
    let in_range = |value: i128| {
        if (INSTANT_MIN_US..=INSTANT_MAX_US).contains(&value) { i64::try_from(value).ok() } else { None }
    };
    if let Some(seconds) = digits_value(text).filter(|seconds| *seconds < MILLISECONDS_FROM as i64) {
        return (seconds < SECONDS_END).then_some(seconds * 1_000_000);
    }
    if let Ok(whole) = text.parse::<i64>() {
        let whole = i128::from(whole);
        let unit = if whole.abs() >= MILLISECONDS_FROM { 1_000 } else { 1_000_000 };
        return in_range(whole * unit);
    }
    let microseconds = scaled(text, 6, 24)?;
    if microseconds.abs() >= MILLISECONDS_FROM * 1_000_000 {
        return in_range(scaled(text, 3, 24)?);
    }
    in_range(microseconds)
}

/// ISO 8601 text with a zone or offset, or an epoch number written as text, as microseconds since the epoch; white
/// space around it is ignored. `None` for anything else and for fractions beyond the microsecond.
pub fn instant_from_text(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.len() >= 9 && text.strip_prefix('-').unwrap_or(text).bytes().all(|byte| byte.is_ascii_digit()) {
        return instant_from_number(text);
    }
    // A leap second would be read as the one before it.
    let instant: Timestamp = if text.contains(":60") { return None } else { text.parse().ok()? };
    let microseconds = instant.as_microsecond();
    (instant.as_nanosecond() == i128::from(microseconds) * 1_000
        && (INSTANT_MIN_US..=INSTANT_MAX_US).contains(&i128::from(microseconds)))
    .then_some(microseconds)
}

/// The ISO 8601 text, in UTC, of microseconds since the epoch: `2026-11-01T12:00:00Z`, with a fraction only where there
/// is one.
pub fn instant_text(microseconds: i64) -> String {
    match Timestamp::from_microsecond(microseconds) {
        Ok(instant) => instant.to_string(),
        Err(_) => microseconds.to_string(),
    }
}

/// A calendar day (`YYYY-MM-DD`) as days since 1970-01-01; `None` outside the years 1 to 9999, which are all that every
/// destination holds.
pub fn date_from_text(text: &str) -> Option<i32> {
    let date: Date = if text.len() == 10 { text.parse().ok()? } else { return None };
    if date.year() < 1 {
        return None;
    }
    let epoch = Date::constant(1970, 1, 1);
    let days = date.since((jiff::Unit::Day, epoch)).ok()?.get_days();
    (date.to_string() == text).then_some(days)
}

/// The text of days since 1970-01-01.
pub fn date_text(days: i32) -> String {
    let epoch = Date::constant(1970, 1, 1);
    match epoch.checked_add(jiff::Span::new().days(days)) {
        Ok(date) => date.to_string(),
        Err(_) => days.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_canonical_text_however_it_is_written() {
        for (texts, canonical) in [
            (&["0", "-0", "0.0", "0e9", "-0.00E-5"][..], "0"),
            (&["1", "1.0", "10e-1", "0.1e1"], "1"),
            (&["-1.5", "-15e-1", "-1.500"], "-1.5"),
            (&["0.001", "1e-3", "0.1E-2"], "0.001"),
            (&["123456789012345678901234567890"], "12345678901234567890123456789e1"),
            (&["1e400", "10e399"], "1e400"),
        ] {
            for text in texts {
                let expected =
                    if canonical.ends_with("e1") { "123456789012345678901234567890" } else { canonical };
                assert_eq!(canonical_number(text), expected, "{text}");
            }
        }
    }

    #[test]
    fn a_value_becomes_exactly_itself_or_is_refused() {
        assert_eq!(integer("9223372036854775807"), Some(i64::MAX));
        assert_eq!(integer("-9223372036854775808"), Some(i64::MIN));
        assert_eq!(integer("9223372036854775808"), None);
        assert_eq!(integer("1e3"), Some(1000));
        assert_eq!(integer("1.5"), None);
        assert_eq!(integer("-0"), Some(0));
        for text in ["0", "7", "12345678", "1700000000", "123456789012345678", "1234567890123456789"] {
            assert_eq!(integer(text), text.parse().ok(), "{text}");
        }
        assert_eq!(float("0.1"), Some(0.1));
        assert_eq!(float("1e400"), None);
        assert_eq!(float("0.1000000000000000055511151231257827"), None);
        assert_eq!(float("9007199254740993"), None);
        assert_eq!(decimal("155.98"), Some(155_980_000_000));
        assert_eq!(decimal("0.0000000001"), None);
        assert_eq!(decimal_text(155_980_000_000), "155.98");
    }

    #[test]
    fn every_way_of_writing_an_instant_is_the_same_instant() {
        let expected = Some(1_700_000_000_000_000);
        assert_eq!(instant_from_number("1700000000"), expected);
        assert_eq!(instant_from_number("1700000000000"), expected);
        assert_eq!(instant_from_text("2023-11-14T22:13:20Z"), expected);
        assert_eq!(instant_from_text("2023-11-14T23:13:20.000+01:00 "), expected);
        assert_eq!(instant_from_text("1700000000"), expected);
        assert_eq!(instant_from_number("-86400"), Some(-86_400_000_000));
        assert_eq!(instant_from_number("2738966400"), Some(2_738_966_400_000_000));
        assert_eq!(instant_from_number("910000000000"), None, "the year 30806 is no instant we hold");
        assert_eq!(instant_from_text("yesterday"), None);
        assert_eq!(instant_text(1_700_000_000_000_000), "2023-11-14T22:13:20Z");
        assert_eq!(date_from_text("1970-01-02"), Some(1));
        assert_eq!(date_text(-1), "1969-12-31");
        assert_eq!(date_from_text("0001-01-01").map(date_text).as_deref(), Some("0001-01-01"));
        assert_eq!(date_from_text("9999-12-31").map(date_text).as_deref(), Some("9999-12-31"));
        assert_eq!(date_from_text("0000-12-31"), None, "no destination has a year 0");
    }
}
