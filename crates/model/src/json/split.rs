//! Finding records inside an answer, and looking at a few members of one, without building anything.

use super::parse::{Parser, utf8};
use super::{JsonError, JsonErrorKind, Sink, Want, parse_prefix, scan};
use std::borrow::Cow;
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

/// Where the values of a text stand that has any number of them, one behind the other.
///
/// # Errors
/// At the first that is no JSON.
pub fn values(bytes: &[u8]) -> Result<Vec<Range<usize>>, JsonError> {
    let text = utf8(bytes)?;
    let mut parser = Parser { text, bytes, decoded: String::new(), depth: 0 };
    let mut found = Vec::new();
    let mut start = scan::skip_space(bytes, 0);
    while start < bytes.len() {
        let end = parser.skip(start)?;
        found.push(start..end);
        start = scan::skip_space(bytes, end);
    }
    Ok(found)
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

/// What a string with this content says; a lone surrogate in it becomes U+FFFD.
pub(crate) fn decoded(content: &str) -> Cow<'_, str> {
    if !content.contains('\\') {
        return Cow::Borrowed(content);
    }
    let mut decoded = String::new();
    scan::unescape(content, &mut decoded);
    Cow::Owned(decoded)
}

/// The members of the object at the start of `text`, each as its name and the source of its value; one error ends them.
pub(crate) fn members(text: &str) -> impl Iterator<Item = Result<(Cow<'_, str>, &str), JsonError>> {
    let bytes = text.as_bytes();
    let mut parser = Parser { text, bytes, decoded: String::new(), depth: 0 };
    // Behind the brace or comma before a member; `None` at the end.
    let mut next = bytes.first().filter(|&&byte| byte == b'{').map(|_| 1);
    std::iter::from_fn(move || {
        let position = scan::skip_space(bytes, next.take()?);
        if bytes.get(position) == Some(&b'}') {
            return None;
        }
        let member = parser.member(position);
        next = member
            .as_ref()
            .ok()
            .map(|(.., end)| scan::skip_space(bytes, *end))
            .and_then(|end| (bytes.get(end) == Some(&b',')).then_some(end + 1));
        Some(member.map(|(name, value, _)| (name, value)))
    })
}

impl<'a> Parser<'a> {
    /// The member at `start`: its name, the source of its value, and the offset behind it.
    fn member(&mut self, start: usize) -> Result<(Cow<'a, str>, &'a str, usize), JsonError> {
        if self.bytes.get(start) != Some(&b'"') {
            return Err(JsonError { kind: JsonErrorKind::UnexpectedCharacter, offset: start });
        }
        let name_end = self.skip(start)?;
        let name = decoded(&self.text[start + 1..name_end - 1]);
        let colon = scan::skip_space(self.bytes, name_end);
        if self.bytes.get(colon) != Some(&b':') {
            return Err(JsonError { kind: JsonErrorKind::UnexpectedCharacter, offset: colon });
        }
        let value = scan::skip_space(self.bytes, colon + 1);
        let end = self.skip(value)?;
        Ok((name, &self.text[value..end], end))
    }
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
    fn want(&mut self, first: u8, _text: &str, _start: usize) -> Want {
        let scalar = !matches!(first, b'{' | b'[');
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
