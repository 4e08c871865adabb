//! Documents on their way from files to shredders, a few megabytes at a time.

use super::window::Position;
use std::ops::Range;

/// Documents in one batch at most: where each stands takes room too.
const DOCUMENTS_MAX: usize = 65_536;

/// Where a document stands.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// Its bytes in the batch.
    pub(super) range: Range<usize>,
    /// Its file, by its place among the inputs.
    pub(super) input: usize,
    /// Where in the file.
    pub(super) position: Position,
    /// What it is there.
    pub(super) standing: Standing,
}

/// What a document is in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// A line, or a part of one: the file goes on behind the line whatever is in it.
    Line,
    /// A line that should have records inside and has something else there than a list.
    LineWithoutRecords,
    /// One of several values, or an element of a list: where it is broken, nothing tells where the next begins.
    Value,
}

impl Standing {
    /// Whether the file goes on behind it whatever is in it.
    pub(super) fn is_line(self) -> bool {
        self != Standing::Value
    }
}

/// Documents in the order of their files.
#[derive(Debug, Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    /// Where each stands.
    pub(super) documents: Vec<Document>,
}

impl Batch {
    /// Adds a document.
    pub(super) fn push(&mut self, bytes: &[u8], input: usize, position: Position, standing: Standing) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        self.documents.push(Document { range: start..self.bytes.len(), input, position, standing });
    }

    /// The bytes of a document.
    pub(super) fn text(&self, document: &Document) -> &[u8] {
        &self.bytes[document.range.clone()]
    }

    /// How many bytes it holds.
    pub(super) fn len_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Whether it holds `bytes_max` bytes, or as many documents as it may.
    pub(super) fn is_full(&self, bytes_max: usize) -> bool {
        self.bytes.len() >= bytes_max || self.documents.len() >= DOCUMENTS_MAX
    }
}
