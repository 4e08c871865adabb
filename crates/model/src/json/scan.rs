//! Finding where tokens end. Pure functions over bytes.

use super::JsonErrorKind;
use wide::u8x16;

/// The first offset at or after `position` that is no white space; mostly that is `position`.
#[inline]
pub(super) fn skip_space(bytes: &[u8], position: usize) -> usize {
    match bytes.get(position) {
        Some(&byte) if byte > b' ' => position,
        _ => behind_space(bytes, position),
    }
}

/// [`skip_space`] where there is some.
fn behind_space(bytes: &[u8], mut position: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\t' | b'\r') = bytes.get(position) {
        position += 1;
    }
    position
}

/// Bytes of a string looked at in one step.
const STEP: usize = 16;

/// The first offset at or after `position` holding a quote, a backslash or a control character. Most strings end within
/// the first step.
#[inline(always)]
pub(super) fn string_stop(bytes: &[u8], position: usize) -> usize {
    if let Some(chunk) = bytes.get(position..).and_then(|rest| rest.first_chunk::<STEP>()) {
        match first_stop(chunk) {
            STEP => later_stop(bytes, position + STEP),
            stop => position + stop,
        }
    } else {
        last_stop(bytes, position)
    }
}

/// [`string_stop`] behind the first step, two steps at a time.
#[inline(never)]
fn later_stop(bytes: &[u8], mut position: usize) -> usize {
    let rest = bytes.get(position..).unwrap_or_default();
    let (pairs, _) = rest.as_chunks::<{ 2 * STEP }>();
    for pair in pairs {
        let (steps, _) = pair.as_chunks::<STEP>();
        let stops = stops(&steps[0]) | stops(&steps[1]) << STEP;
        if stops != 0 {
            return position + stops.trailing_zeros() as usize;
        }
        position += 2 * STEP;
    }
    last_stop(bytes, position)
}

/// [`string_stop`] where less than a step is left of the text.
#[cold]
fn last_stop(bytes: &[u8], position: usize) -> usize {
    let stops = |byte: &u8| *byte == b'"' || *byte == b'\\' || *byte < 0x20;
    let rest = bytes.get(position..).unwrap_or_default();
    position + rest.iter().position(stops).unwrap_or(rest.len())
}

/// Where a quote, a backslash or a control character stands first; [`STEP`] for nowhere.
#[inline(always)]
fn first_stop(chunk: &[u8; STEP]) -> usize {
    // The bit above the step's ends the search where nothing stops.
    (stops(chunk) | 1 << STEP).trailing_zeros() as usize
}

/// A bit for each quote, backslash and control character.
#[inline(always)]
fn stops(chunk: &[u8; STEP]) -> u32 {
    let block = u8x16::from(*chunk);
    // A byte is a control character if the smaller of it and the last of those is the byte itself.
    let control = block.min(u8x16::splat(0x1F)).simd_eq(block);
    let stops = block.simd_eq(u8x16::splat(b'"')) | block.simd_eq(u8x16::splat(b'\\')) | control;
    stops.to_bitmask()
}

/// The length of the escape that `rest` begins with; checked for form, not for meaning.
pub(super) fn escape_length(rest: &[u8]) -> Result<usize, JsonErrorKind> {
    match rest.get(1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(2),
        Some(b'u') => match rest.get(2..6) {
            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => Ok(6),
            Some(_) => Err(JsonErrorKind::MalformedEscape),
            None => Err(JsonErrorKind::UnexpectedEnd),
        },
        Some(_) => Err(JsonErrorKind::MalformedEscape),
        None => Err(JsonErrorKind::UnexpectedEnd),
    }
}

/// Where the digits end that begin at `position`.
#[inline]
fn digits_end(bytes: &[u8], mut position: usize) -> usize {
    while bytes.get(position).is_some_and(u8::is_ascii_digit) {
        position += 1;
    }
    position
}

/// Whether all eight bytes of a word are digits.
#[inline]
pub(crate) fn eight_digits(word: u64) -> bool {
    const HIGH: u64 = 0xF0F0_F0F0_F0F0_F0F0;
    const DIGIT: u64 = 0x3030_3030_3030_3030;
    word & HIGH == DIGIT && word.wrapping_add(0x0606_0606_0606_0606) & HIGH == DIGIT
}

/// Where the number ends that begins at `start`.
#[inline]
pub(super) fn number_end(bytes: &[u8], start: usize) -> Result<usize, JsonErrorKind> {
    let end = match bytes.get(start..).and_then(|rest| rest.first_chunk::<8>()) {
        Some(eight) if eight_digits(u64::from_le_bytes(*eight)) => digits_end(bytes, start + 8),
        _ => digits_end(bytes, start),
    };
    let goes_on = matches!(bytes.get(end), Some(b'.' | b'e' | b'E'));
    // Most numbers are a few digits and nothing else.
    if end > start && !goes_on && (end == start + 1 || bytes[start] != b'0') {
        return Ok(end);
    }
    long_number_end(bytes, start)
}

/// [`number_end`] for numbers with a sign, a fraction or an exponent, and for what is none.
fn long_number_end(bytes: &[u8], start: usize) -> Result<usize, JsonErrorKind> {
    let malformed = |position: usize| match position >= bytes.len() {
        true => JsonErrorKind::UnexpectedEnd,
        false => JsonErrorKind::MalformedNumber,
    };
    let whole = start + usize::from(bytes.get(start) == Some(&b'-'));
    let mut position = digits_end(bytes, whole);
    if position == whole || (bytes[whole] == b'0' && position > whole + 1) {
        return Err(malformed(position));
    }
    if bytes.get(position) == Some(&b'.') {
        let fraction = position + 1;
        position = digits_end(bytes, fraction);
        if position == fraction {
            return Err(malformed(position));
        }
    }
    if let Some(b'e' | b'E') = bytes.get(position) {
        let sign = usize::from(matches!(bytes.get(position + 1), Some(b'+' | b'-')));
        let exponent = position + 1 + sign;
        position = digits_end(bytes, exponent);
        if position == exponent {
            return Err(malformed(position));
        }
    }
    Ok(position)
}

/// The character of the escape of two bytes that `rest` begins with, if it is one.
#[inline]
pub(super) fn short_escape(rest: &[u8]) -> Option<char> {
    let [b'\\', letter, ..] = rest else { return None };
    Some(match letter {
        b'"' | b'\\' | b'/' => char::from(*letter),
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        _ => return None,
    })
}

/// Decodes the well-formed escape that `rest` begins with to the end of `decoded`. Returns the length of its source, and
/// whether it is a character: a lone surrogate is none and becomes U+FFFD.
pub(super) fn unescape(rest: &str, decoded: &mut String) -> (usize, bool) {
    if let Some(character) = short_escape(rest.as_bytes()) {
        decoded.push(character);
        return (2, true);
    }
    let (character, length) = code_point(rest);
    decoded.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
    (length, character.is_some())
}

/// The character written at the start of `text` as `\uXXXX` or as a pair of them, with the length of its source;
/// `None` for a lone surrogate.
fn code_point(text: &str) -> (Option<char>, usize) {
    let unit = |at: usize| text.get(at..at + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let Some(first) = unit(2) else { return (None, 6.min(text.len())) };
    if !(0xD800..0xE000).contains(&first) {
        return (char::from_u32(first), 6);
    }
    if first < 0xDC00
        && text.get(6..8) == Some("\\u")
        && let Some(second @ 0xDC00..0xE000) = unit(8)
    {
        return (char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)), 12);
    }
    (None, 6)
}
