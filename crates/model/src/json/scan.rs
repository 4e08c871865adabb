//! Finding where tokens end. Pure functions over bytes; eight bytes of a string are looked at in one step.

use super::JsonErrorKind;

/// Every byte of a word set to 1.
const ONES: u64 = 0x0101_0101_0101_0101;
/// The high bit of every byte of a word.
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// The end of a run of string content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StringEnd {
    /// Offset of the closing quote.
    pub(super) quote: usize,
    /// Whether the content has escapes.
    pub(super) escaped: bool,
}

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

/// Whether a byte ends a run of plain string content.
#[inline]
fn stops(byte: u8) -> bool {
    (byte == b'"') | (byte == b'\\') | (byte < 0x20)
}

/// The high bit of each byte of `word` that [`stops`]; above the lowest such byte others may be marked falsely.
#[inline]
fn stop_bits(word: u64) -> u64 {
    let quote = word ^ (ONES * u64::from(b'"'));
    let backslash = word ^ (ONES * u64::from(b'\\'));
    let hits = (quote.wrapping_sub(ONES) & !quote)
        | (backslash.wrapping_sub(ONES) & !backslash)
        | (word.wrapping_sub(ONES * 0x20) & !word);
    hits & HIGHS
}

/// The first offset at or after `position` holding a quote, a backslash or a control character. Most strings are short,
/// so a few words are looked at first; long ones go on in blocks.
#[inline]
fn string_stop(bytes: &[u8], mut position: usize) -> usize {
    for _ in 0..3 {
        let Some(chunk) = bytes.get(position..).and_then(|rest| rest.first_chunk::<8>()) else {
            return short_stop(bytes, position);
        };
        let hits = stop_bits(u64::from_le_bytes(*chunk));
        if hits != 0 {
            return position + (hits.trailing_zeros() / 8) as usize;
        }
        position += 8;
    }
    long_stop(bytes, position)
}

/// [`string_stop`] for what is left of a text.
fn short_stop(bytes: &[u8], position: usize) -> usize {
    let rest = bytes.get(position..).unwrap_or_default();
    position + rest.iter().position(|&byte| stops(byte)).unwrap_or(rest.len())
}

/// [`string_stop`] for long strings: blocks are compared as a whole, which the compiler turns into wide instructions.
fn long_stop(bytes: &[u8], mut position: usize) -> usize {
    const BLOCK: usize = 32;
    while let Some(block) = bytes.get(position..).and_then(|rest| rest.first_chunk::<BLOCK>()) {
        if block.iter().fold(0, |any, &byte| any | u8::from(stops(byte))) != 0 {
            break;
        }
        position += BLOCK;
    }
    while let Some(chunk) = bytes.get(position..).and_then(|rest| rest.first_chunk::<8>()) {
        let hits = stop_bits(u64::from_le_bytes(*chunk));
        if hits != 0 {
            return position + (hits.trailing_zeros() / 8) as usize;
        }
        position += 8;
    }
    short_stop(bytes, position)
}

/// Where the string ends whose content begins at `start`; escapes are checked for form, not for meaning.
#[inline]
pub(super) fn string_end(bytes: &[u8], start: usize) -> Result<StringEnd, (JsonErrorKind, usize)> {
    let mut position = start;
    let mut escaped = false;
    loop {
        position = string_stop(bytes, position);
        match bytes.get(position) {
            Some(b'"') => return Ok(StringEnd { quote: position, escaped }),
            Some(b'\\') => {
                escaped = true;
                position = escape_end(bytes, position)?;
            }
            Some(_) => return Err((JsonErrorKind::ControlCharacter, position)),
            None => return Err((JsonErrorKind::UnexpectedEnd, position)),
        }
    }
}

/// Where the escape ends that begins with the backslash at `position`.
fn escape_end(bytes: &[u8], position: usize) -> Result<usize, (JsonErrorKind, usize)> {
    match bytes.get(position + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(position + 2),
        Some(b'u') => match bytes.get(position + 2..position + 6) {
            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => Ok(position + 6),
            Some(_) => Err((JsonErrorKind::MalformedEscape, position)),
            None => Err((JsonErrorKind::UnexpectedEnd, bytes.len())),
        },
        Some(_) => Err((JsonErrorKind::MalformedEscape, position)),
        None => Err((JsonErrorKind::UnexpectedEnd, bytes.len())),
    }
}

/// Where the number ends that begins at `start`.
#[inline]
pub(super) fn number_end(bytes: &[u8], start: usize) -> Result<usize, (JsonErrorKind, usize)> {
    let malformed = |position: usize| {
        let kind = if position >= bytes.len() {
            JsonErrorKind::UnexpectedEnd
        } else {
            JsonErrorKind::MalformedNumber
        };
        (kind, position)
    };
    let digits_end = |mut position: usize| {
        while bytes.get(position).is_some_and(u8::is_ascii_digit) {
            position += 1;
        }
        position
    };
    let mut position = start + usize::from(bytes.get(start) == Some(&b'-'));
    let integer_end = digits_end(position);
    if integer_end == position || (bytes[position] == b'0' && integer_end > position + 1) {
        return Err(malformed(position));
    }
    position = integer_end;
    if bytes.get(position) == Some(&b'.') {
        let fraction_end = digits_end(position + 1);
        if fraction_end == position + 1 {
            return Err(malformed(fraction_end));
        }
        position = fraction_end;
    }
    if let Some(b'e' | b'E') = bytes.get(position) {
        let sign = usize::from(matches!(bytes.get(position + 1), Some(b'+' | b'-')));
        let exponent_end = digits_end(position + 1 + sign);
        if exponent_end == position + 1 + sign {
            return Err(malformed(exponent_end));
        }
        position = exponent_end;
    }
    Ok(position)
}

/// Decodes string content, which has no bare quotes, with escapes into `decoded`; `false` when it has a lone surrogate, which becomes U+FFFD.
pub(super) fn unescape(content: &str, decoded: &mut String) -> bool {
    decoded.clear();
    let mut whole = true;
    let mut rest = content;
    loop {
        let at = string_stop(rest.as_bytes(), 0);
        decoded.push_str(&rest[..at]);
        if at == rest.len() {
            return whole;
        }
        let escape = rest.as_bytes().get(at + 1).copied().unwrap_or(b'\\');
        let mut used = 2;
        match escape {
            b'b' => decoded.push('\u{8}'),
            b'f' => decoded.push('\u{c}'),
            b'n' => decoded.push('\n'),
            b'r' => decoded.push('\r'),
            b't' => decoded.push('\t'),
            b'u' => {
                let (character, length) = code_point(&rest[at..]);
                used = length;
                whole &= character.is_some();
                decoded.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            other => decoded.push(char::from(other)),
        }
        rest = &rest[at + used..];
    }
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
