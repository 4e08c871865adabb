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
    let mut parser = Parser { decoded: sink.scratch(), ..Parser::new(text) };
    let mut document = sink.document();
    let outcome = parser.value(scan::skip_space(text.as_bytes(), 0), sink, &mut document);
    sink.keep_scratch(std::mem::take(&mut parser.decoded));
    outcome.map_err(|kind| parser.error(kind))
}

/// `bytes` as text.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, JsonError> {
    // The check that cannot say where an error is is the faster one.
    simdutf8::basic::from_utf8(bytes).or_else(|_| {
        simdutf8::compat::from_utf8(bytes)
            .map_err(|error| JsonError { kind: JsonErrorKind::NotUtf8, offset: error.valid_up_to() })
    })
}

/// The text being parsed, and scratch space for decoded strings. How far it is parsed goes through the calls, so that the
/// processor need not fetch it from memory again and again.
struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    decoded: String,
    depth: usize,
    /// Where an error was found.
    failed_at: usize,
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

/// What stood at an offset and where the text goes on behind it; or what is wrong, and where is in the parser.
type Parsed<T = usize> = Result<T, JsonErrorKind>;

impl<'a> Parser<'a> {
    /// A parser of `text`.
    fn new(text: &'a str) -> Parser<'a> {
        Parser { text, bytes: text.as_bytes(), decoded: String::new(), depth: 0, failed_at: 0 }
    }

    /// The error of this kind, where it was found.
    fn error(&self, kind: JsonErrorKind) -> JsonError {
        JsonError { kind, offset: self.failed_at }
    }

    /// Something is wrong at `at`.
    #[cold]
    fn fail<T>(&mut self, at: usize, kind: JsonErrorKind) -> Parsed<T> {
        self.failed_at = at;
        Err(kind)
    }

    /// The grammar does not allow what is at `at`, or the text ends there.
    #[cold]
    fn unexpected<T>(&mut self, at: usize) -> Parsed<T> {
        let is_end = at >= self.bytes.len();
        self.fail(at, if is_end { JsonErrorKind::UnexpectedEnd } else { JsonErrorKind::UnexpectedCharacter })
    }

    /// The byte at `at`; 0, which no token begins with, at the end.
    #[inline(always)]
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or_default()
    }

    /// Parses the value at `at`.
    #[inline(always)]
    fn value<S: Sink>(&mut self, at: usize, sink: &mut S, open: &mut S::Open) -> Parsed {
        let first = self.byte(at);
        match sink.want(open, first, self.text, at) {
            Want::Events => self.events(at, first, sink, open),
            Want::Nothing => self.skip(at),
            Want::Raw => {
                let end = self.skip(at)?;
                sink.raw(open, &self.text[at..end]);
                Ok(end)
            }
        }
    }

    /// Parses the value at `at`, whose first byte is `first`, as events.
    #[inline(always)]
    fn events<S: Sink>(&mut self, at: usize, first: u8, sink: &mut S, open: &mut S::Open) -> Parsed {
        match first {
            b'"' => {
                let (text, end) = self.text(at)?;
                match text {
                    Text::Plain => sink.string(open, &self.text[at + 1..end - 1]),
                    Text::Decoded => sink.string(open, &self.decoded),
                    Text::Broken => sink.broken_string(open, &self.text[at..end]),
                }
                Ok(end)
            }
            b'-' | b'0'..=b'9' => {
                let end = self.number(at)?;
                sink.number(open, &self.text[at..end]);
                Ok(end)
            }
            b'n' => {
                let end = self.word(at, b"null")?;
                sink.null(open);
                Ok(end)
            }
            b't' => {
                let end = self.word(at, b"true")?;
                sink.boolean(open, true);
                Ok(end)
            }
            b'f' => {
                let end = self.word(at, b"false")?;
                sink.boolean(open, false);
                Ok(end)
            }
            b'{' => self.object(at, sink, open),
            b'[' => self.array(at, sink, open),
            _ => self.unexpected(at),
        }
    }

    /// Parses the object at `at`. A call of its own, so that scalars are parsed without one.
    #[inline(never)]
    fn object<S: Sink>(&mut self, at: usize, sink: &mut S, above: &mut S::Open) -> Parsed {
        self.enter(at)?;
        let mut open = sink.begin_object(above);
        let mut at = scan::skip_space(self.bytes, at + 1);
        if self.byte(at) == b'}' {
            at += 1;
        } else {
            loop {
                let guessed = self.bytes.get(at..).and_then(|rest| sink.guessed_key(&mut open, rest));
                at = match guessed {
                    Some(length) => at + length,
                    None => self.name(at, sink, &mut open)?,
                };
                at = scan::skip_space(self.bytes, at);
                at = self.value(at, sink, &mut open)?;
                let (end, is_last) = self.ends(at, b'}')?;
                at = end;
                if is_last {
                    break;
                }
            }
        }
        self.depth -= 1;
        sink.end_object(open, above);
        Ok(at)
    }

    /// Parses the member's name at `at` and the colon.
    fn name<S: Sink>(&mut self, at: usize, sink: &mut S, open: &mut S::Open) -> Parsed {
        if self.byte(at) != b'"' {
            return self.unexpected(at);
        }
        let (text, end) = self.text(at)?;
        match text {
            Text::Plain => sink.key(open, &self.text[at + 1..end - 1]),
            Text::Decoded => sink.key(open, &self.decoded),
            Text::Broken => sink.broken_key(open, &self.decoded),
        }
        self.colon(end)
    }

    /// Parses the list at `at`.
    #[inline(never)]
    fn array<S: Sink>(&mut self, at: usize, sink: &mut S, above: &mut S::Open) -> Parsed {
        self.enter(at)?;
        let mut open = sink.begin_array(above);
        let mut at = scan::skip_space(self.bytes, at + 1);
        if self.byte(at) == b']' {
            at += 1;
        } else {
            loop {
                at = self.value(at, sink, &mut open)?;
                let (end, is_last) = self.ends(at, b']')?;
                at = end;
                if is_last {
                    break;
                }
            }
        }
        self.depth -= 1;
        sink.end_array(open, above);
        Ok(at)
    }

    /// Passes what follows a member or element: `close`, or a comma and white space; whether it was the former.
    #[inline(always)]
    fn ends(&mut self, at: usize, close: u8) -> Parsed<(usize, bool)> {
        let at = scan::skip_space(self.bytes, at);
        match self.byte(at) {
            b',' => Ok((scan::skip_space(self.bytes, at + 1), false)),
            byte if byte == close => Ok((at + 1, true)),
            _ => self.unexpected(at),
        }
    }

    /// Passes the value at `at`, checking it without delivering it.
    fn skip(&mut self, at: usize) -> Parsed {
        match self.byte(at) {
            b'"' => self.string(at),
            b'-' | b'0'..=b'9' => self.number(at),
            b'n' => self.word(at, b"null"),
            b't' => self.word(at, b"true"),
            b'f' => self.word(at, b"false"),
            b'{' => self.skip_all(at, b'}', true),
            b'[' => self.skip_all(at, b']', false),
            _ => self.unexpected(at),
        }
    }

    /// Passes the object or list at `at`.
    fn skip_all(&mut self, at: usize, close: u8, is_object: bool) -> Parsed {
        self.enter(at)?;
        let mut at = scan::skip_space(self.bytes, at + 1);
        if self.byte(at) == close {
            at += 1;
        } else {
            loop {
                if is_object {
                    if self.byte(at) != b'"' {
                        return self.unexpected(at);
                    }
                    at = self.string(at)?;
                    at = self.colon(at)?;
                    at = scan::skip_space(self.bytes, at);
                }
                at = self.skip(at)?;
                let (end, is_last) = self.ends(at, close)?;
                at = end;
                if is_last {
                    break;
                }
            }
        }
        self.depth -= 1;
        Ok(at)
    }

    /// Passes white space and the colon behind a member's name.
    fn colon(&mut self, at: usize) -> Parsed {
        let at = scan::skip_space(self.bytes, at);
        if self.byte(at) == b':' { Ok(at + 1) } else { self.unexpected(at) }
    }

    /// Passes the string at `at`, which begins with its quote, and decodes it if it has escapes.
    #[inline(always)]
    fn text(&mut self, at: usize) -> Parsed<(Text, usize)> {
        let stop = scan::string_stop(self.bytes, at + 1);
        if self.byte(stop) == b'"' {
            return Ok((Text::Plain, stop + 1));
        }
        self.decode(at + 1, stop)
    }

    /// Decodes the string whose content begins at `start` and whose first escape, if it is well-formed, stands at `stop`.
    fn decode(&mut self, start: usize, mut stop: usize) -> Parsed<(Text, usize)> {
        let mut is_broken = false;
        let mut from = start;
        self.decoded.clear();
        loop {
            self.decoded.push_str(&self.text[from..stop]);
            if self.byte(stop) == b'"' {
                let text = if is_broken { Text::Broken } else { Text::Decoded };
                return Ok((text, stop + 1));
            }
            from = match scan::short_escape(&self.bytes[stop.min(self.bytes.len())..]) {
                Some(character) => {
                    self.decoded.push(character);
                    stop + 2
                }
                None => {
                    self.escape_length(stop)?;
                    let (length, is_whole) = scan::unescape(&self.text[stop..], &mut self.decoded);
                    is_broken |= !is_whole;
                    stop + length
                }
            };
            stop = scan::string_stop(self.bytes, from);
        }
    }

    /// Passes the string at `at`, which begins with its quote.
    fn string(&mut self, at: usize) -> Parsed {
        let mut stop = scan::string_stop(self.bytes, at + 1);
        while self.byte(stop) != b'"' {
            let behind = stop + self.escape_length(stop)?;
            stop = scan::string_stop(self.bytes, behind);
        }
        Ok(stop + 1)
    }

    /// The length of the escape that must stand at `at`, where a string stops without a quote.
    #[inline]
    fn escape_length(&mut self, at: usize) -> Parsed {
        let length = match self.bytes.get(at) {
            Some(b'\\') => scan::escape_length(&self.bytes[at..]),
            Some(_) => Err(JsonErrorKind::ControlCharacter),
            None => Err(JsonErrorKind::UnexpectedEnd),
        };
        length.or_else(|kind| self.fail(at, kind))
    }

    /// Passes the number at `at`.
    #[inline(always)]
    fn number(&mut self, at: usize) -> Parsed {
        scan::number_end(self.bytes, at).or_else(|kind| self.fail(at, kind))
    }

    /// One level down, at `at`.
    #[inline]
    fn enter(&mut self, at: usize) -> Parsed<()> {
        self.depth += 1;
        if self.depth > DEPTH_MAX { self.fail(at, JsonErrorKind::TooDeep) } else { Ok(()) }
    }

    /// Passes `word`, which must stand at `at`.
    #[inline(always)]
    fn word<const N: usize>(&mut self, at: usize, word: &[u8; N]) -> Parsed {
        let found = self.bytes.get(at..).and_then(|rest| rest.first_chunk::<N>());
        if found == Some(word) { Ok(at + N) } else { self.unexpected(at) }
    }
}

/// The offset behind the value at `start` of `text`, which is checked.
///
/// # Errors
/// When none stands there.
pub(crate) fn value_end(text: &str, start: usize) -> Result<usize, JsonError> {
    let mut parser = Parser::new(text);
    parser.skip(start).map_err(|kind| parser.error(kind))
}
