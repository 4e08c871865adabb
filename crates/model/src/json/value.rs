//! A document as a tree: for reassembling, comparing and small answers; never on the way from bytes to columns.

use super::{JsonError, Sink, Want, parse};
use crate::convert::canonical_number;
use std::collections::BTreeMap;
use std::fmt;

/// A JSON value. Numbers are kept by value, in canonical text, so that `1.0`, `1` and `10e-1` are equal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number in canonical text, see [`canonical_number`].
    Number(String),
    /// A string.
    String(String),
    /// A string with a lone surrogate, as its source.
    BrokenString(String),
    /// A list.
    Array(Vec<Json>),
    /// An object; of a member that comes twice, the last.
    Object(BTreeMap<String, Json>),
}

impl Json {
    /// Reads a document.
    ///
    /// # Errors
    /// When it is not one JSON value.
    pub fn parse(bytes: &[u8]) -> Result<Json, JsonError> {
        let mut builder = TreeBuilder { open: Vec::new(), done: Json::Null };
        parse(bytes, &mut builder)?;
        Ok(builder.done)
    }

    /// Whether this is `null`, `{}` or `[]`.
    pub fn is_empty(&self) -> bool {
        match self {
            Json::Null => true,
            Json::Array(elements) => elements.is_empty(),
            Json::Object(members) => members.is_empty(),
            _ => false,
        }
    }
}

impl fmt::Display for Json {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Null => formatter.write_str("null"),
            Json::Boolean(value) => write!(formatter, "{value}"),
            Json::Number(text) | Json::BrokenString(text) => formatter.write_str(text),
            Json::String(text) => write_string(formatter, text),
            Json::Array(elements) => {
                formatter.write_str("[")?;
                for (index, element) in elements.iter().enumerate() {
                    write!(formatter, "{}{element}", if index > 0 { "," } else { "" })?;
                }
                formatter.write_str("]")
            }
            Json::Object(members) => {
                formatter.write_str("{")?;
                for (index, (name, value)) in members.iter().enumerate() {
                    formatter.write_str(if index > 0 { "," } else { "" })?;
                    write_string(formatter, name)?;
                    write!(formatter, ":{value}")?;
                }
                formatter.write_str("}")
            }
        }
    }
}

/// Writes a JSON string.
fn write_string(formatter: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    formatter.write_str("\"")?;
    for character in text.chars() {
        match character {
            '"' => formatter.write_str("\\\"")?,
            '\\' => formatter.write_str("\\\\")?,
            control if control < ' ' => write!(formatter, "\\u{:04x}", control as u32)?,
            other => write!(formatter, "{other}")?,
        }
    }
    formatter.write_str("\"")
}

/// A container that is not closed yet.
enum Open {
    /// A list.
    Array(Vec<Json>),
    /// An object and the name of the member that comes next.
    Object(BTreeMap<String, Json>, String),
}

/// Builds a [`Json`] from events.
struct TreeBuilder {
    open: Vec<Open>,
    done: Json,
}

impl TreeBuilder {
    /// Puts a finished value where it belongs.
    fn put(&mut self, value: Json) {
        match self.open.last_mut() {
            Some(Open::Array(elements)) => elements.push(value),
            Some(Open::Object(members, name)) => {
                members.insert(std::mem::take(name), value);
            }
            None => self.done = value,
        }
    }

    /// Closes the innermost container.
    fn close(&mut self) {
        match self.open.pop() {
            Some(Open::Array(elements)) => self.put(Json::Array(elements)),
            Some(Open::Object(members, _)) => self.put(Json::Object(members)),
            None => {}
        }
    }
}

impl Sink for TreeBuilder {
    type Open = ();
    fn document(&mut self) {}
    fn want(&mut self, _open: &mut (), _first: u8, _text: &str, _start: usize) -> Want {
        Want::Events
    }
    fn raw(&mut self, _open: &mut (), _source: &str) {}
    fn null(&mut self, _open: &mut ()) {
        self.put(Json::Null);
    }
    fn boolean(&mut self, _open: &mut (), value: bool) {
        self.put(Json::Boolean(value));
    }
    fn number(&mut self, _open: &mut (), text: &str) {
        self.put(Json::Number(canonical_number(text)));
    }
    fn string(&mut self, _open: &mut (), text: &str) {
        self.put(Json::String(text.to_owned()));
    }
    fn broken_string(&mut self, _open: &mut (), source: &str) {
        self.put(Json::BrokenString(source.to_owned()));
    }
    fn begin_object(&mut self, _above: &mut ()) {
        self.open.push(Open::Object(BTreeMap::new(), String::new()));
    }
    fn key(&mut self, _open: &mut (), name: &str) {
        if let Some(Open::Object(_, next)) = self.open.last_mut() {
            name.clone_into(next);
        }
    }
    fn end_object(&mut self, _open: (), _above: &mut ()) {
        self.close();
    }
    fn begin_array(&mut self, _above: &mut ()) {
        self.open.push(Open::Array(Vec::new()));
    }
    fn end_array(&mut self, _open: (), _above: &mut ()) {
        self.close();
    }
}
