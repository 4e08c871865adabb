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
    /// Whether it is a line of its own, so that the file goes on behind it whatever is in it.
    pub(super) is_line: bool,
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
    pub(super) fn push(&mut self, bytes: &[u8], input: usize, position: Position, is_line: bool) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        self.documents.push(Document { range: start..self.bytes.len(), input, position, is_line });
    }

    /// The bytes of a document.
    pub(super) fn text(&self, document: &Document) -> &[u8] {
        &self.bytes[document.range.clone()]
    }

    /// Whether it holds `bytes_max` bytes, or as many documents as it may.
    pub(super) fn is_full(&self, bytes_max: usize) -> bool {
        self.bytes.len() >= bytes_max || self.documents.len() >= DOCUMENTS_MAX
    }
}
