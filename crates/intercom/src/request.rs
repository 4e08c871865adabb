//! Requests as data: what would be asked, before anybody asks it.

use serde_json::Value;

/// The methods a reader needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Searches and lists that take a body; reads too.
    Post,
}

/// One request, without host, token or version.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path, beginning with `/`, with its query already in it.
    pub path: String,
    /// The JSON body of a `Post`.
    pub body: Option<Value>,
}

impl Request {
    /// A `GET` of `path`.
    pub fn get(path: impl Into<String>) -> Request {
        Request { method: Method::Get, path: path.into(), body: None }
    }

    /// A `POST` of `body` to `path`.
    pub fn post(path: impl Into<String>, body: Value) -> Request {
        Request { method: Method::Post, path: path.into(), body: Some(body) }
    }

    /// The path without its query, for messages: ids stay, values of filters do not show.
    pub fn place(&self) -> &str {
        self.path.split('?').next().unwrap_or(&self.path)
    }
}

/// `text` as it may stand in a path or query.
pub fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
