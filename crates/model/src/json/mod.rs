//! The front end: from bytes to parse events.
//!
//! The engine consumes events through a [`Sink`], so that the parser can be exchanged. Numbers arrive as their text
//! and a string that is no Unicode arrives as its source, so exactness never depends on what a parser makes of `1e400`,
//! of thirty digits or of a lone surrogate. The grammar is RFC 8259's, strictly.

mod parse;
mod scan;
mod split;
mod value;

pub use parse::{parse, parse_prefix};
pub(crate) use parse::{utf8, value_end};
pub(crate) use scan::eight_digits;
pub use split::decoded;
pub use split::{Peeked, peek, records, records_at, values};
pub(crate) use split::{elements, member_ranges, members};
pub use value::Json;

use thiserror::Error;

/// How deep objects and lists may stand in each other; deeper documents are refused.
pub const DEPTH_MAX: usize = 256;

/// How a [`Sink`] wants the value that comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// As events.
    Events,
    /// As its source text, through [`Sink::raw`].
    Raw,
    /// Not at all; it is still checked.
    Nothing,
}

/// Receives the events of one document, in the order of its text.
pub trait Sink {
    /// What is kept of the document, an object or a list while it is open. The parser holds it and gives the innermost
    /// along with each event, so that what lies further out costs nothing.
    type Open;
    /// Begins the document.
    fn document(&mut self) -> Self::Open;
    /// Asked before each value: how it should be delivered. `first` is its first byte (0 at the text's end), and it stands
    /// at `start` of `text`.
    fn want(&mut self, open: &mut Self::Open, first: u8, text: &str, start: usize) -> Want;
    /// A value asked for as [`Want::Raw`].
    fn raw(&mut self, open: &mut Self::Open, source: &str);
    /// `null`.
    fn null(&mut self, open: &mut Self::Open);
    /// `true` or `false`.
    fn boolean(&mut self, open: &mut Self::Open, value: bool);
    /// A number, as its text; always within JSON's number grammar.
    fn number(&mut self, open: &mut Self::Open, text: &str);
    /// A string, decoded.
    fn string(&mut self, open: &mut Self::Open, text: &str);
    /// A string with a lone surrogate, which no Unicode text can hold, as its source with the quotes.
    fn broken_string(&mut self, open: &mut Self::Open, source: &str);
    /// `{`, inside `above`.
    fn begin_object(&mut self, above: &mut Self::Open) -> Self::Open;
    /// A buffer for decoding strings; one that keeps its room from document to document spares making it anew.
    fn scratch(&mut self) -> String {
        String::new()
    }
    /// Gives the buffer back.
    fn keep_scratch(&mut self, scratch: String) {
        drop(scratch);
    }
    /// Asked where a member's name begins: whether `rest` begins with a name that was expected, written `"name":`. If so
    /// its length with quotes and colon, and [`Sink::key`] is not called.
    #[inline]
    fn guessed_key(&mut self, open: &mut Self::Open, rest: &[u8]) -> Option<usize> {
        let _ = (open, rest);
        None
    }
    /// A member's name; its value follows.
    fn key(&mut self, open: &mut Self::Open, name: &str);
    /// A member's name that has a lone surrogate, with U+FFFD in its place; its value follows.
    fn broken_key(&mut self, open: &mut Self::Open, name: &str) {
        self.key(open, name);
    }
    /// `}`, so that `above` is the innermost again.
    fn end_object(&mut self, object: Self::Open, above: &mut Self::Open);
    /// `[`, inside `above`.
    fn begin_array(&mut self, above: &mut Self::Open) -> Self::Open;
    /// `]`, so that `above` is the innermost again.
    fn end_array(&mut self, list: Self::Open, above: &mut Self::Open);
}

/// Why a text is no JSON document.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{kind} at byte {offset}")]
pub struct JsonError {
    /// What is wrong.
    pub kind: JsonErrorKind,
    /// Where, in bytes from the start of the text.
    pub offset: usize,
}

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum JsonErrorKind {
    /// The text ends inside a value, or there is none.
    #[error("the text ends before the value does")]
    UnexpectedEnd,
    /// Another character than the grammar allows here.
    #[error("unexpected character")]
    UnexpectedCharacter,
    /// Something follows the value.
    #[error("unexpected text after the value")]
    TrailingText,
    /// A number outside the grammar, `01` or `1.` say.
    #[error("malformed number")]
    MalformedNumber,
    /// A control character inside a string; it must be escaped.
    #[error("unescaped control character in a string")]
    ControlCharacter,
    /// An escape that JSON does not have.
    #[error("malformed escape in a string")]
    MalformedEscape,
    /// Bytes that are no UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// More than [`DEPTH_MAX`] levels.
    #[error("nested deeper than {DEPTH_MAX} levels")]
    TooDeep,
}
