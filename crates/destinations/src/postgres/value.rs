//! How PostgreSQL sends and takes values in binary: moments, days and exact numbers (PostgreSQL's documentation, "Frontend
//! and backend protocol"; the layouts are those of its own `recv` functions).

use bytes::{BufMut, BytesMut};
use relatable_model::logical::DECIMAL_SCALE;
use std::borrow::Cow;

/// The microseconds from 1970 to 2000, where PostgreSQL's moments begin.
const EPOCH_US: i64 = 946_684_800_000_000;
/// The days from 1970 to 2000.
const EPOCH_DAYS: i32 = 10_957;
/// The base of the digits of an exact number.
const BASE: u128 = 10_000;
/// Decimal digits of one such digit.
const DIGITS: u32 = 4;
/// Digits of the base that hold what is behind the point.
const FRACTION_DIGITS: usize = (DECIMAL_SCALE as usize).div_ceil(DIGITS as usize);
/// What stands for a negative number.
const NEGATIVE: u16 = 0x4000;
/// Signs from here on stand for no number.
const SPECIAL: u16 = 0xC000;

/// A moment in microseconds since 1970 as PostgreSQL counts it.
pub(super) fn to_moment(instant_us: i64) -> i64 {
    instant_us.saturating_sub(EPOCH_US)
}

/// The other way.
pub(super) fn from_moment(moment: i64) -> i64 {
    moment.saturating_add(EPOCH_US)
}

/// A day counted from 1970 as PostgreSQL counts it.
pub(super) fn to_day(day: i32) -> i32 {
    day.saturating_sub(EPOCH_DAYS)
}

/// The other way.
pub(super) fn from_day(day: i32) -> i32 {
    day.saturating_add(EPOCH_DAYS)
}

/// A text as PostgreSQL can store it: it has no place for the zero character, which becomes U+FFFD.
pub(super) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{FFFD}")) } else { Cow::Borrowed(text) }
}

/// Writes an exact number, given with [`DECIMAL_SCALE`] digits behind the point.
pub(super) fn put_decimal(out: &mut BytesMut, unscaled: i128) {
    let scale = 10_u128.pow(u32::from(DECIMAL_SCALE.unsigned_abs()));
    let padding = 10_u128.pow(FRACTION_DIGITS as u32 * DIGITS - u32::from(DECIMAL_SCALE.unsigned_abs()));
    let (mut whole, mut fraction) =
        (unscaled.unsigned_abs() / scale, unscaled.unsigned_abs() % scale * padding);
    let mut digits: Vec<i16> = Vec::with_capacity(16);
    for _ in 0..FRACTION_DIGITS {
        digits.push(digit(fraction % BASE));
        fraction /= BASE;
    }
    while whole > 0 {
        digits.push(digit(whole % BASE));
        whole /= BASE;
    }
    // Now the lowest comes first. Zeros at either end are not sent.
    let trailing = digits.iter().take_while(|digit| **digit == 0).count();
    let leading = digits[trailing..].iter().rev().take_while(|digit| **digit == 0).count();
    let sent = &digits[trailing..digits.len() - leading];
    let weight = digits.len() as i16 - leading as i16 - FRACTION_DIGITS as i16 - 1;
    out.put_i16(sent.len() as i16);
    out.put_i16(if sent.is_empty() { 0 } else { weight });
    out.put_u16(if unscaled < 0 { NEGATIVE } else { 0 });
    out.put_u16(u16::from(DECIMAL_SCALE.unsigned_abs()));
    sent.iter().rev().for_each(|digit| out.put_i16(*digit));
}

/// One digit of the base.
fn digit(value: u128) -> i16 {
    i16::try_from(value).unwrap_or_default()
}

/// Reads an exact number with [`DECIMAL_SCALE`] digits behind the point; `None` for what is none, or does not fit.
pub(super) fn decimal(bytes: &[u8]) -> Option<i128> {
    let word = |place: usize| Some(i16::from_be_bytes(bytes.get(place * 2..place * 2 + 2)?.try_into().ok()?));
    let (count, weight, sign) = (word(0)?, word(1)?, word(2)? as u16);
    if sign >= SPECIAL {
        return None;
    }
    let mut unscaled: i128 = 0;
    for place in 0..count {
        let value = i128::from(word(4 + usize::try_from(place).ok()?)?);
        // The power of ten that this digit counts, with the digits behind the point before it.
        let power = (i32::from(weight) - i32::from(place)) * DIGITS as i32 + i32::from(DECIMAL_SCALE);
        let part = match u32::try_from(power) {
            Ok(power) => value.checked_mul(10_i128.checked_pow(power)?)?,
            Err(_) => {
                let divisor = 10_i128.checked_pow(power.unsigned_abs())?;
                if value % divisor != 0 {
                    return None;
                }
                value / divisor
            }
        };
        unscaled = unscaled.checked_add(part)?;
    }
    Some(if sign == NEGATIVE { -unscaled } else { unscaled })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_numbers_come_back_as_they_were_sent() {
        let most = 10_i128.pow(38) - 1;
        for unscaled in [
            0,
            1,
            -1,
            999_999_999,
            1_000_000_000,
            1_500_000_000,
            -12_345_678_901_234_567_890,
            10_000 * 1_000_000_000,
            99_999_999_999_999,
            most,
            -most,
        ] {
            let mut bytes = BytesMut::new();
            put_decimal(&mut bytes, unscaled);
            assert_eq!(decimal(&bytes), Some(unscaled), "{unscaled}");
        }
        assert_eq!(decimal(&[0, 0, 0, 0, 0xC0, 0, 0, 0]), None, "NaN is no number");
    }

    #[test]
    fn a_text_keeps_everything_but_zero_characters() {
        for (text, stored) in [("", ""), ("grüße 🙂\n", "grüße 🙂\n"), ("a\0b\0", "a\u{FFFD}b\u{FFFD}")]
        {
            assert_eq!(storable(text), stored);
        }
    }
}
