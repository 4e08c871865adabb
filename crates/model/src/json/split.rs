//! Finding records inside an answer, and looking at a few members of one, without building anything.

use super::parse::{utf8, value_end};
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
    let start = scan::skip_space(bytes, 0);
    let whole = start..value_end(text, start)?;
    let rest = scan::skip_space(bytes, whole.end);
    if rest != bytes.len() {
        return Err(JsonError { kind: JsonErrorKind::TrailingText, offset: rest });
    }
    let unexpected = |offset| JsonError { kind: JsonErrorKind::UnexpectedCharacter, offset };
    let list = match member {
        None => whole.clone(),
        Some(_) if bytes[start] != b'{' => return Err(unexpected(start)),
        Some(member) => {
            let mut found = None;
            for at in member_ranges(text, start) {
                let (name, value) = at?;
                if *decoded(&text[name]) == *member {
                    found = Some(value);
                }
            }
            let Some(found) = found else { return Ok(None) };
            found
        }
    };
    match (bytes[list.start], member) {
        (b'[', _) => elements(text, list.start).map(Some),
        (_, None) => Ok(Some(vec![whole])),
        (b'n', _) => Ok(None),
        _ => Err(unexpected(list.start)),
    }
}

/// Where the records of a document stand: the elements of the list at the end of `path`, each step of which is a member.
/// Lists on the way are gone through; where the path leads nowhere, or to null, there are none.
///
/// # Errors
/// When `bytes` is no JSON, or something else than a list stands at the end of the path.
pub fn records_at(bytes: &[u8], path: &[String]) -> Result<Vec<Range<usize>>, JsonError> {
    let text = utf8(bytes)?;
    let mut found = Vec::new();
    for value in values(bytes)? {
        gather_records(text, value.start, path, &mut found)?;
    }
    Ok(found)
}

/// [`records_at`] for the well-formed value at `start`.
fn gather_records(
    text: &str,
    start: usize,
    path: &[String],
    found: &mut Vec<Range<usize>>,
) -> Result<(), JsonError> {
    match (text.as_bytes()[start], path) {
        (b'[', []) => found.extend(elements(text, start)?),
        (b'[', _) => {
            for element in elements(text, start)? {
                gather_records(text, element.start, path, found)?;
            }
        }
        (b'{', [first, rest @ ..]) => {
            for member in member_ranges(text, start) {
                let (name, value) = member?;
                if *decoded(&text[name]) == **first {
                    gather_records(text, value.start, rest, found)?;
                }
            }
        }
        (b'n', _) | (_, [_, ..]) => {}
        _ => return Err(JsonError { kind: JsonErrorKind::UnexpectedCharacter, offset: start }),
    }
    Ok(())
}

/// Where the values of a text stand that has any number of them, one behind the other.
///
/// # Errors
/// At the first that is no JSON.
pub fn values(bytes: &[u8]) -> Result<Vec<Range<usize>>, JsonError> {
    let text = utf8(bytes)?;
    let mut found = Vec::new();
    let mut start = scan::skip_space(bytes, 0);
    while start < bytes.len() {
        let end = value_end(text, start)?;
        found.push(start..end);
        start = scan::skip_space(bytes, end);
    }
    Ok(found)
}

/// Where the elements of the list at `start` stand; the list is known to be well-formed.
pub(crate) fn elements(text: &str, start: usize) -> Result<Vec<Range<usize>>, JsonError> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut position = scan::skip_space(bytes, start + 1);
    while bytes.get(position).is_some_and(|&byte| byte != b']') {
        let end = value_end(text, position)?;
        found.push(position..end);
        position = scan::skip_space(bytes, end);
        if bytes.get(position) == Some(&b',') {
            position = scan::skip_space(bytes, position + 1);
        }
    }
    Ok(found)
}

/// What a string with this content says; a lone surrogate in it becomes U+FFFD.
pub fn decoded(content: &str) -> Cow<'_, str> {
    if !content.contains('\\') {
        return Cow::Borrowed(content);
    }
    let mut decoded = String::new();
    let mut rest = content;
    while let Some(at) = rest.find('\\') {
        decoded.push_str(&rest[..at]);
        let (length, _) = scan::unescape(&rest[at..], &mut decoded);
        rest = rest.get(at + length..).unwrap_or_default();
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

/// The members of the object at the start of `text`, each as its name and the source of its value; one error ends them.
pub(crate) fn members(text: &str) -> impl Iterator<Item = Result<(Cow<'_, str>, &str), JsonError>> {
    member_ranges(text, 0).map(|at| at.map(|(name, value)| (decoded(&text[name]), &text[value])))
}

/// Where a member's name, without its quotes, and its value stand.
pub(crate) type MemberRanges = (Range<usize>, Range<usize>);

/// Where the members of the object at `start` stand; one error ends them.
pub(crate) fn member_ranges(
    text: &str,
    start: usize,
) -> impl Iterator<Item = Result<MemberRanges, JsonError>> {
    let bytes = text.as_bytes();
    // Behind the brace or comma before a member; `None` at the end.
    let mut next = (bytes.get(start) == Some(&b'{')).then_some(start + 1);
    std::iter::from_fn(move || {
        let position = scan::skip_space(bytes, next.take()?);
        if bytes.get(position) == Some(&b'}') {
            return None;
        }
        let member = member_at(text, position);
        if let Ok((_, value)) = &member {
            let end = scan::skip_space(bytes, value.end);
            next = (bytes.get(end) == Some(&b',')).then_some(end + 1);
        }
        Some(member)
    })
}

/// Where the name and value of the member at `start` stand.
fn member_at(text: &str, start: usize) -> Result<MemberRanges, JsonError> {
    let bytes = text.as_bytes();
    let expect = |byte: u8, offset: usize| match bytes.get(offset) {
        Some(&found) if found == byte => Ok(()),
        _ => Err(JsonError { kind: JsonErrorKind::UnexpectedCharacter, offset }),
    };
    expect(b'"', start)?;
    let name_end = value_end(text, start)?;
    let colon = scan::skip_space(bytes, name_end);
    expect(b':', colon)?;
    let value = scan::skip_space(bytes, colon + 1);
    Ok((start + 1..name_end - 1, value..value_end(text, value)?))
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
    type Open = ();
    fn document(&mut self) {}
    fn want(&mut self, _open: &mut (), first: u8, _text: &str, _start: usize) -> Want {
        let scalar = !matches!(first, b'{' | b'[');
        if self.depth == 0 || (self.at.is_some() && scalar) { Want::Events } else { Want::Nothing }
    }
    fn raw(&mut self, _open: &mut (), _source: &str) {}
    fn null(&mut self, _open: &mut ()) {}
    fn boolean(&mut self, _open: &mut (), _value: bool) {}
    fn number(&mut self, _open: &mut (), text: &str) {
        if let Some(index) = self.at {
            self.found[index] = Peeked::Number(text.to_owned());
        }
    }
    fn string(&mut self, _open: &mut (), text: &str) {
        if let Some(index) = self.at {
            self.found[index] = Peeked::Text(text.to_owned());
        }
    }
    fn broken_string(&mut self, _open: &mut (), _source: &str) {}
    fn begin_object(&mut self, _above: &mut ()) {
        self.depth += 1;
    }
    fn key(&mut self, _open: &mut (), name: &str) {
        self.at = self.names.iter().position(|wanted| *wanted == name);
    }
    fn end_object(&mut self, _open: (), _above: &mut ()) {
        self.depth -= 1;
    }
    fn begin_array(&mut self, _above: &mut ()) {
        self.depth += 1;
    }
    fn end_array(&mut self, _open: (), _above: &mut ()) {
        self.depth -= 1;
    }
}
