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
    let mut parser = Parser::new(text, 0);
    parser.decoded = sink.scratch();
    parser.skip_space();
    let outcome = parser.value(sink);
    sink.keep_scratch(std::mem::take(&mut parser.decoded));
    match outcome {
        Ok(()) => Ok(parser.position),
        Err(kind) => Err(parser.error(kind)),
    }
}

/// `bytes` as text.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, JsonError> {
    // The check that cannot say where an error is is the faster one.
    simdutf8::basic::from_utf8(bytes).or_else(|_| {
        simdutf8::compat::from_utf8(bytes)
            .map_err(|error| JsonError { kind: JsonErrorKind::NotUtf8, offset: error.valid_up_to() })
    })
}

/// The text being parsed, how far it is parsed, and scratch space for decoded strings. After an error the position is
/// where it was found.
pub(super) struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    position: usize,
    decoded: String,
    depth: usize,
}

/// Where the text of a string just passed is.
enum Text {
    /// In the source, between the quotes.
    Plain,
    /// Decoded, in the scratch space.
    Decoded,
    /// There, but with U+FFFD in the place of a lone surrogate.
    Broken,
}

/// What went wrong; where is the parser's position.
type Parsed<T = ()> = Result<T, JsonErrorKind>;

impl<'a> Parser<'a> {
    /// A parser of `text` from `position` on.
    pub(super) fn new(text: &'a str, position: usize) -> Parser<'a> {
        Parser { text, bytes: text.as_bytes(), position, decoded: String::new(), depth: 0 }
    }

    /// The error of this kind, here.
    pub(super) fn error(&self, kind: JsonErrorKind) -> JsonError {
        JsonError { kind, offset: self.position }
    }

    /// The byte here; 0, which no token begins with, at the end.
    #[inline]
    fn byte(&self) -> u8 {
        self.bytes.get(self.position).copied().unwrap_or_default()
    }

    /// Goes on behind white space.
    #[inline]
    fn skip_space(&mut self) {
        self.position = scan::skip_space(self.bytes, self.position);
    }

    /// Parses the value here.
    #[inline(always)]
    fn value<S: Sink>(&mut self, sink: &mut S) -> Parsed {
        let first = self.byte();
        match sink.want(first, self.text, self.position) {
            Want::Events => self.events(first, sink),
            Want::Nothing => self.skip(),
            Want::Raw => {
                let start = self.position;
                self.skip()?;
                sink.raw(&self.text[start..self.position]);
                Ok(())
            }
        }
    }

    /// Parses the value here, whose first byte is `first`, as events.
    #[inline(always)]
    fn events<S: Sink>(&mut self, first: u8, sink: &mut S) -> Parsed {
        match first {
            b'"' => {
                let start = self.position;
                match self.text()? {
                    Text::Plain => sink.string(&self.text[start + 1..self.position - 1]),
                    Text::Decoded => sink.string(&self.decoded),
                    Text::Broken => sink.broken_string(&self.text[start..self.position]),
                }
            }
            b'-' | b'0'..=b'9' => {
                let start = self.position;
                self.number()?;
                sink.number(&self.text[start..self.position]);
            }
            b'n' => {
                self.word(b"null")?;
                sink.null();
            }
            b't' => {
                self.word(b"true")?;
                sink.boolean(true);
            }
            b'f' => {
                self.word(b"false")?;
                sink.boolean(false);
            }
            b'{' => return self.object(sink),
            b'[' => return self.array(sink),
            _ => return Err(self.unexpected()),
        }
        Ok(())
    }

    /// Parses the object here. A call of its own, so that scalars are parsed without one.
    #[inline(never)]
    fn object<S: Sink>(&mut self, sink: &mut S) -> Parsed {
        self.enter()?;
        sink.begin_object();
        self.position += 1;
        self.skip_space();
        if self.byte() == b'}' {
            self.position += 1;
        } else {
            loop {
                let predicted = self.bytes.get(self.position..).and_then(|rest| sink.predicted_key(rest));
                match predicted {
                    Some(length) => self.position += length,
                    None => self.name(sink)?,
                }
                self.skip_space();
                self.value(sink)?;
                if self.ends(b'}')? {
                    break;
                }
            }
        }
        self.depth -= 1;
        sink.end_object();
        Ok(())
    }

    /// Parses the member's name here and the colon.
    fn name<S: Sink>(&mut self, sink: &mut S) -> Parsed {
        let start = self.position + 1;
        if self.byte() != b'"' {
            return Err(self.unexpected());
        }
        match self.text()? {
            Text::Plain => sink.key(&self.text[start..self.position - 1]),
            Text::Decoded => sink.key(&self.decoded),
            Text::Broken => sink.broken_key(&self.decoded),
        }
        self.colon()
    }

    /// Parses the list here.
    #[inline(never)]
    fn array<S: Sink>(&mut self, sink: &mut S) -> Parsed {
        self.enter()?;
        sink.begin_array();
        self.position += 1;
        self.skip_space();
        if self.byte() == b']' {
            self.position += 1;
        } else {
            loop {
                self.value(sink)?;
                if self.ends(b']')? {
                    break;
                }
            }
        }
        self.depth -= 1;
        sink.end_array();
        Ok(())
    }

    /// Passes what follows a member or element: `close`, or a comma and white space; whether it was the former.
    #[inline]
    fn ends(&mut self, close: u8) -> Parsed<bool> {
        self.skip_space();
        let byte = self.byte();
        if byte != b',' && byte != close {
            return Err(self.unexpected());
        }
        self.position += 1;
        if byte == b',' {
            self.skip_space();
        }
        Ok(byte == close)
    }

    /// Passes the value here, checking it without delivering it.
    fn skip(&mut self) -> Parsed {
        match self.byte() {
            b'"' => self.string(),
            b'-' | b'0'..=b'9' => self.number(),
            b'n' => self.word(b"null"),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'{' => self.skip_all(b'}', true),
            b'[' => self.skip_all(b']', false),
            _ => Err(self.unexpected()),
        }
    }

    /// Passes the object or list here.
    fn skip_all(&mut self, close: u8, is_object: bool) -> Parsed {
        self.enter()?;
        self.position += 1;
        self.skip_space();
        if self.byte() == close {
            self.position += 1;
        } else {
            loop {
                if is_object {
                    if self.byte() != b'"' {
                        return Err(self.unexpected());
                    }
                    self.string()?;
                    self.colon()?;
                    self.skip_space();
                }
                self.skip()?;
                if self.ends(close)? {
                    break;
                }
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// Passes white space and the colon behind a member's name.
    fn colon(&mut self) -> Parsed {
        self.skip_space();
        if self.byte() != b':' {
            return Err(self.unexpected());
        }
        self.position += 1;
        Ok(())
    }

    /// Passes the string here, which begins with its quote, and decodes it if it has escapes.
    #[inline(always)]
    fn text(&mut self) -> Parsed<Text> {
        let start = self.position + 1;
        self.position = scan::string_stop(self.bytes, start);
        if self.byte() == b'"' {
            self.position += 1;
            return Ok(Text::Plain);
        }
        self.decode(start)
    }

    /// Decodes the string whose content begins at `start` and whose first escape, if it is well-formed, stands here.
    fn decode(&mut self, start: usize) -> Parsed<Text> {
        let mut is_broken = false;
        let mut from = start;
        self.decoded.clear();
        loop {
            self.decoded.push_str(&self.text[from..self.position]);
            if self.byte() == b'"' {
                self.position += 1;
                return Ok(if is_broken { Text::Broken } else { Text::Decoded });
            }
            self.escape_length()?;
            let (length, is_whole) = scan::unescape(&self.text[self.position..], &mut self.decoded);
            is_broken |= !is_whole;
            from = self.position + length;
            self.position = scan::string_stop(self.bytes, from);
        }
    }

    /// Passes the string here, which begins with its quote.
    fn string(&mut self) -> Parsed {
        self.position = scan::string_stop(self.bytes, self.position + 1);
        while self.byte() != b'"' {
            let behind = self.position + self.escape_length()?;
            self.position = scan::string_stop(self.bytes, behind);
        }
        self.position += 1;
        Ok(())
    }

    /// The length of the escape that must stand here, where a string stops without a quote.
    #[inline]
    fn escape_length(&self) -> Parsed<usize> {
        match self.bytes.get(self.position) {
            Some(b'\\') => scan::escape_length(&self.bytes[self.position..]),
            Some(_) => Err(JsonErrorKind::ControlCharacter),
            None => Err(JsonErrorKind::UnexpectedEnd),
        }
    }

    /// Passes the number here.
    #[inline]
    fn number(&mut self) -> Parsed {
        self.position = scan::number_end(self.bytes, self.position)?;
        Ok(())
    }

    /// One level down.
    #[inline]
    fn enter(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(JsonErrorKind::TooDeep) } else { Ok(()) }
    }

    /// Passes `word`, which must stand here.
    #[inline]
    fn word<const N: usize>(&mut self, word: &[u8; N]) -> Parsed {
        let found = self.bytes.get(self.position..).and_then(|rest| rest.first_chunk::<N>());
        if found != Some(word) {
            return Err(self.unexpected());
        }
        self.position += N;
        Ok(())
    }

    /// The kind of error for a character the grammar does not allow here, or for the text's end.
    #[cold]
    fn unexpected(&self) -> JsonErrorKind {
        if self.position >= self.bytes.len() {
            JsonErrorKind::UnexpectedEnd
        } else {
            JsonErrorKind::UnexpectedCharacter
        }
    }
}

/// The offset behind the value at `start` of `text`, which is checked.
///
/// # Errors
/// When none stands there.
pub(crate) fn value_end(text: &str, start: usize) -> Result<usize, JsonError> {
    let mut parser = Parser::new(text, start);
    match parser.skip() {
        Ok(()) => Ok(parser.position),
        Err(kind) => Err(parser.error(kind)),
    }
}
