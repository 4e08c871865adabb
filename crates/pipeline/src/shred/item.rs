//! What the answers of a load say, one thing at a time.

use std::ops::Range;
use std::sync::Arc;

/// A stretch of an answer's body.
#[derive(Debug, Clone)]
pub(crate) struct Slice {
    pub(crate) body: Arc<Vec<u8>>,
    pub(crate) range: Range<usize>,
}

impl Slice {
    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.body[self.range.clone()]
    }
}

/// What an item says about its record.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// The record itself. `version` is its time of change, where the resource has one; `answer` names the kind of answer
    /// it came in, where that alone brings something of the record.
    Document { source: Slice, version: Option<i64>, from_index: bool, complete: bool, answer: Option<String> },
    /// One of its lists, from an answer of its own.
    Fragment { answer: String, path: String, source: Slice },
    /// It was asked for and is gone.
    Gone,
}

/// One thing an answer said, in the order it was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) resource: String,
    /// The record's key; empty where the document has none that can be seen from outside.
    pub(crate) key: Vec<String>,
    pub(crate) synced_at_us: i64,
    pub(crate) content: Content,
}
