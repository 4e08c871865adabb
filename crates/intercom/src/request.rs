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

/// What comes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A JSON document.
    Document,
    /// A job, told as a JSON document. Where too many jobs are under way it is refused as if for the rate limit.
    Job,
    /// The bytes of a file.
    File,
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
    /// What comes of it.
    pub outcome: Outcome,
}

impl Request {
    /// A `GET` of `path`.
    pub fn get(path: impl Into<String>) -> Request {
        Request { method: Method::Get, path: path.into(), body: None, outcome: Outcome::Document }
    }

    /// A `POST` of `body` to `path`.
    pub fn post(path: impl Into<String>, body: Value) -> Request {
        Request { method: Method::Post, path: path.into(), body: Some(body), outcome: Outcome::Document }
    }

    /// A `POST` of `body` to `path` that starts a job.
    pub fn job(path: impl Into<String>, body: Value) -> Request {
        Request { outcome: Outcome::Job, ..Request::post(path, body) }
    }

    /// A `GET` of the file at `path`.
    pub fn file(path: impl Into<String>) -> Request {
        Request { outcome: Outcome::File, ..Request::get(path) }
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
