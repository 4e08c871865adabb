//! The parser: one pass over the text, handing events to a [`Sink`].

use super::scan;
use super::{DEPTH_MAX, JsonError, JsonErrorKind, Sink, Want};

/// Parses `bytes` as one JSON value and nothing else.
///
/// # Errors
/// [`JsonError`] with the offset. Events that came before it have been delivered; the sink must be able to take them
/// back.
pub fn parse<S: Sink>(bytes: &[u8], sink: &mut S) -> Result<(), JsonError> {
    let text = utf8(bytes)?;
    let end = parse_prefix(text, sink)?;
    match scan::skip_space(bytes, end) {
        rest if rest == bytes.len() => Ok(()),
        offset => Err(JsonError { kind: JsonErrorKind::TrailingText, offset }),
    }
}

/// Parses the value at the start of `text` (after white space) and returns the offset just behind it.
///
/// # Errors
/// As [`parse`], but whatever follows the value is left alone.
pub fn parse_prefix<S: Sink>(text: &str, sink: &mut S) -> Result<usize, JsonError> {
    let mut parser = Parser { text, bytes: text.as_bytes(), decoded: sink.scratch(), depth: 0 };
    let start = scan::skip_space(parser.bytes, 0);
    let end = parser.value(start, sink);
    sink.keep_scratch(parser.decoded);
    end
}

/// `bytes` as text.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, JsonError> {
    simdutf8::compat::from_utf8(bytes)
        .map_err(|error| JsonError { kind: JsonErrorKind::NotUtf8, offset: error.valid_up_to() })
}

/// The text being parsed and the scratch space for decoded strings.
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) decoded: String,
    pub(super) depth: usize,
}

impl Parser<'_> {
    /// Parses the value at `start`, which is no white space; returns the offset behind it.
    #[inline]
    fn value<S: Sink>(&mut self, start: usize, sink: &mut S) -> Result<usize, JsonError> {
        let first = self.bytes.get(start).copied().unwrap_or_default();
        match sink.want(first, self.text, start) {
            Want::Events => self.events(first, start, sink),
            Want::Nothing => self.skip(start),
            Want::Raw => {
                let end = self.skip(start)?;
                sink.raw(&self.text[start..end]);
                Ok(end)
            }
        }
    }

    /// Parses the value at `start`, whose first byte is `first`, as events.
    #[inline]
    fn events<S: Sink>(&mut self, first: u8, start: usize, sink: &mut S) -> Result<usize, JsonError> {
        match first {
            b'"' => {
                let end = at(scan::string_end(self.bytes, start + 1))?;
                let content = &self.text[start + 1..end.quote];
                if !end.escaped {
                    sink.string(content);
                } else if scan::unescape(content, &mut self.decoded) {
                    sink.string(&self.decoded);
                } else {
                    sink.broken_string(&self.text[start..=end.quote]);
                }
                Ok(end.quote + 1)
            }
            b'{' => {
                self.enter(start)?;
                sink.begin_object();
                let end = self.members(start + 1, sink)?;
                sink.end_object();
                self.depth -= 1;
                Ok(end)
            }
            b'[' => {
                self.enter(start)?;
                sink.begin_array();
                let end = self.elements(start + 1, sink)?;
                sink.end_array();
                self.depth -= 1;
                Ok(end)
            }
            b'-' | b'0'..=b'9' => {
                let end = at(scan::number_end(self.bytes, start))?;
                sink.number(&self.text[start..end]);
                Ok(end)
            }
            b'n' => self.word(start, "null").inspect(|_| sink.null()),
            b't' => self.word(start, "true").inspect(|_| sink.boolean(true)),
            b'f' => self.word(start, "false").inspect(|_| sink.boolean(false)),
            _ => Err(self.unexpected(start)),
        }
    }

    /// Parses the members of an object from behind its brace; returns the offset behind the closing one.
    fn members<S: Sink>(&mut self, start: usize, sink: &mut S) -> Result<usize, JsonError> {
        let mut position = scan::skip_space(self.bytes, start);
        if self.bytes.get(position) == Some(&b'}') {
            return Ok(position + 1);
        }
        loop {
            let predicted = self.bytes.get(position..).and_then(|rest| sink.predicted_key(rest));
            position = match predicted {
                Some(length) => position + length,
                None => self.name(position, sink)?,
            };
            position = scan::skip_space(self.bytes, position);
            position = scan::skip_space(self.bytes, self.value(position, sink)?);
            match self.bytes.get(position) {
                Some(b',') => position = scan::skip_space(self.bytes, position + 1),
                Some(b'}') => return Ok(position + 1),
                _ => return Err(self.unexpected(position)),
            }
        }
    }

    /// Parses the member's name at `start` and the colon; returns the offset behind it.
    fn name<S: Sink>(&mut self, start: usize, sink: &mut S) -> Result<usize, JsonError> {
        if self.bytes.get(start) != Some(&b'"') {
            return Err(self.unexpected(start));
        }
        let end = at(scan::string_end(self.bytes, start + 1))?;
        let name = &self.text[start + 1..end.quote];
        if end.escaped {
            scan::unescape(name, &mut self.decoded);
            sink.key(&self.decoded);
        } else {
            sink.key(name);
        }
        let colon = scan::skip_space(self.bytes, end.quote + 1);
        if self.bytes.get(colon) != Some(&b':') {
            return Err(self.unexpected(colon));
        }
        Ok(colon + 1)
    }

    /// Parses the elements of a list from behind its bracket; returns the offset behind the closing one.
    fn elements<S: Sink>(&mut self, start: usize, sink: &mut S) -> Result<usize, JsonError> {
        let mut position = scan::skip_space(self.bytes, start);
        if self.bytes.get(position) == Some(&b']') {
            return Ok(position + 1);
        }
        loop {
            position = scan::skip_space(self.bytes, self.value(position, sink)?);
            match self.bytes.get(position) {
                Some(b',') => position = scan::skip_space(self.bytes, position + 1),
                Some(b']') => return Ok(position + 1),
                _ => return Err(self.unexpected(position)),
            }
        }
    }

    /// Checks the value at `start` without delivering it; returns the offset behind it.
    pub(super) fn skip(&mut self, start: usize) -> Result<usize, JsonError> {
        match self.bytes.get(start) {
            Some(b'"') => Ok(at(scan::string_end(self.bytes, start + 1))?.quote + 1),
            Some(b'-' | b'0'..=b'9') => at(scan::number_end(self.bytes, start)),
            Some(b'n') => self.word(start, "null"),
            Some(b't') => self.word(start, "true"),
            Some(b'f') => self.word(start, "false"),
            Some(b'{') => self.skip_members(start),
            Some(b'[') => self.skip_elements(start),
            _ => Err(self.unexpected(start)),
        }
    }

    /// Checks the object at `start`.
    fn skip_members(&mut self, start: usize) -> Result<usize, JsonError> {
        self.enter(start)?;
        let mut position = scan::skip_space(self.bytes, start + 1);
        if self.bytes.get(position) == Some(&b'}') {
            self.depth -= 1;
            return Ok(position + 1);
        }
        loop {
            if self.bytes.get(position) != Some(&b'"') {
                return Err(self.unexpected(position));
            }
            let name_end = at(scan::string_end(self.bytes, position + 1))?.quote;
            position = scan::skip_space(self.bytes, name_end + 1);
            if self.bytes.get(position) != Some(&b':') {
                return Err(self.unexpected(position));
            }
            position = scan::skip_space(self.bytes, position + 1);
            position = scan::skip_space(self.bytes, self.skip(position)?);
            match self.bytes.get(position) {
                Some(b',') => position = scan::skip_space(self.bytes, position + 1),
                Some(b'}') => break,
                _ => return Err(self.unexpected(position)),
            }
        }
        self.depth -= 1;
        Ok(position + 1)
    }

    /// Checks the list at `start`.
    fn skip_elements(&mut self, start: usize) -> Result<usize, JsonError> {
        self.enter(start)?;
        let mut position = scan::skip_space(self.bytes, start + 1);
        if self.bytes.get(position) == Some(&b']') {
            self.depth -= 1;
            return Ok(position + 1);
        }
        loop {
            position = scan::skip_space(self.bytes, self.skip(position)?);
            match self.bytes.get(position) {
                Some(b',') => position = scan::skip_space(self.bytes, position + 1),
                Some(b']') => break,
                _ => return Err(self.unexpected(position)),
            }
        }
        self.depth -= 1;
        Ok(position + 1)
    }

    /// One level down.
    fn enter(&mut self, offset: usize) -> Result<(), JsonError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(JsonError { kind: JsonErrorKind::TooDeep, offset });
        }
        Ok(())
    }

    /// Checks that `word` stands at `start`; returns the offset behind it.
    fn word(&self, start: usize, word: &str) -> Result<usize, JsonError> {
        let end = start + word.len();
        if self.bytes.get(start..end) == Some(word.as_bytes()) {
            Ok(end)
        } else {
            Err(self.unexpected(start))
        }
    }

    /// The error for a character the grammar does not allow at `offset`, or for the text's end.
    fn unexpected(&self, offset: usize) -> JsonError {
        let kind = if offset >= self.bytes.len() {
            JsonErrorKind::UnexpectedEnd
        } else {
            JsonErrorKind::UnexpectedCharacter
        };
        JsonError { kind, offset }
    }
}

/// A scanner's result as the parser's.
#[inline]
fn at<T>(result: Result<T, (JsonErrorKind, usize)>) -> Result<T, JsonError> {
    result.map_err(|(kind, offset)| JsonError { kind, offset })
}
