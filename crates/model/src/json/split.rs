//! Finding records inside an answer, and looking at a few members of one, without building anything.

use super::parse::{Parser, utf8};
use super::{JsonError, JsonErrorKind, Sink, Want, parse_prefix, scan};
use std::ops::Range;

/// Where the records of an answer stand: the elements of the list under `member` of the object `bytes`, or of `bytes`
/// itself where it is a list and `member` is `None`; with neither a list, `bytes` is the one record. `None` where an
/// object lacks the member or holds null there.
///
/// # Errors
/// When `bytes` is no JSON, or something else than a list stands under the member.
pub fn records(bytes: &[u8], member: Option<&str>) -> Result<Option<Vec<Range<usize>>>, JsonError> {
    let text = utf8(bytes)?;
    let mut parser = Parser { text, bytes, decoded: String::new(), depth: 0 };
    let start = scan::skip_space(bytes, 0);
    let whole = start..parser.skip(start)?;
    let rest = scan::skip_space(bytes, whole.end);
    if rest != bytes.len() {
        return Err(JsonError { kind: JsonErrorKind::TrailingText, offset: rest });
    }
    let list = match member {
        None => whole.clone(),
        Some(member) => match find_member(&mut parser, whole.start, member)? {
            Some(range) => range,
            None => return Ok(None),
        },
    };
    match (bytes.get(list.start), member) {
        (Some(b'['), _) => elements(&mut parser, list.start).map(Some),
        (_, None) => Ok(Some(vec![whole])),
        (Some(b'n'), _) => Ok(None),
        _ => Err(JsonError { kind: JsonErrorKind::UnexpectedCharacter, offset: list.start }),
    }
}

/// Where the value of `member` stands in the object at `start`.
fn find_member(
    parser: &mut Parser<'_>,
    start: usize,
    member: &str,
) -> Result<Option<Range<usize>>, JsonError> {
    if parser.bytes.get(start) != Some(&b'{') {
        return Err(JsonError { kind: JsonErrorKind::UnexpectedCharacter, offset: start });
    }
    let mut position = scan::skip_space(parser.bytes, start + 1);
    while parser.bytes.get(position) == Some(&b'"') {
        let name_end = parser.skip(position)?;
        let found = parser.text[position + 1..name_end - 1] == *member;
        let value = scan::skip_space(parser.bytes, scan::skip_space(parser.bytes, name_end) + 1);
        let end = parser.skip(value)?;
        if found {
            return Ok(Some(value..end));
        }
        position = scan::skip_space(parser.bytes, scan::skip_space(parser.bytes, end) + 1);
    }
    Ok(None)
}

/// Where the elements of the list at `start` stand; the list is known to be well-formed.
fn elements(parser: &mut Parser<'_>, start: usize) -> Result<Vec<Range<usize>>, JsonError> {
    let mut found = Vec::new();
    let mut position = scan::skip_space(parser.bytes, start + 1);
    while parser.bytes.get(position).is_some_and(|&byte| byte != b']') {
        let end = parser.skip(position)?;
        found.push(position..end);
        position = scan::skip_space(parser.bytes, end);
        if parser.bytes.get(position) == Some(&b',') {
            position = scan::skip_space(parser.bytes, position + 1);
        }
    }
    Ok(found)
}

/// A scalar member as [`peek`] finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peeked {
    /// Absent, null, or no scalar.
    Nothing,
    /// A number, as its text.
    Number(String),
    /// A string.
    Text(String),
}

impl Peeked {
    /// The scalar as text, as an id is written.
    pub fn text(self) -> Option<String> {
        match self {
            Peeked::Nothing => None,
            Peeked::Number(text) | Peeked::Text(text) => Some(text),
        }
    }
}

/// The scalars that stand under `names` at the top of a document, in the order of `names`.
///
/// # Errors
/// When `document` does not begin with a JSON value.
pub fn peek<const N: usize>(document: &[u8], names: [&str; N]) -> Result<[Peeked; N], JsonError> {
    let mut sink = PeekSink { names, found: [const { Peeked::Nothing }; N], depth: 0, at: None };
    parse_prefix(utf8(document)?, &mut sink)?;
    Ok(sink.found)
}

/// Keeps the members asked for and skips all others.
struct PeekSink<'a, const N: usize> {
    names: [&'a str; N],
    found: [Peeked; N],
    depth: usize,
    at: Option<usize>,
}

impl<const N: usize> Sink for PeekSink<'_, N> {
    fn want(&mut self, rest: &str) -> Want {
        let scalar = !rest.starts_with(['{', '[']);
        if self.depth == 0 || (self.at.is_some() && scalar) { Want::Events } else { Want::Nothing }
    }
    fn raw(&mut self, _source: &str) {}
    fn null(&mut self) {}
    fn boolean(&mut self, _value: bool) {}
    fn number(&mut self, text: &str) {
        if let Some(index) = self.at {
            self.found[index] = Peeked::Number(text.to_owned());
        }
    }
    fn string(&mut self, text: &str) {
        if let Some(index) = self.at {
            self.found[index] = Peeked::Text(text.to_owned());
        }
    }
    fn broken_string(&mut self, _source: &str) {}
    fn begin_object(&mut self) {
        self.depth += 1;
    }
    fn key(&mut self, name: &str) {
        self.at = self.names.iter().position(|wanted| *wanted == name);
    }
    fn end_object(&mut self) {
        self.depth -= 1;
    }
    fn begin_array(&mut self) {
        self.depth += 1;
    }
    fn end_array(&mut self) {
        self.depth -= 1;
    }
}
