//! What goes into a journal and what comes out.

use std::fmt;

/// One answer as it was received. `Debug` shows the size of the body, never the body.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which kind of answer this is; opaque to the journal.
    pub answer: String,
    /// What the answer belongs to, such as its parent's key; opaque to the journal.
    pub scope: Option<String>,
    /// When the request was sent, in microseconds since 1970 UTC.
    pub requested_at_us: i64,
    /// The answer, byte for byte. At most 1 GB once compressed, which is SQLite's limit.
    pub body: Vec<u8>,
}

impl fmt::Debug for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Entry")
            .field("answer", &self.answer)
            .field("requested_at_us", &self.requested_at_us)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// An entry with its place in the order of sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// The sequence number; unique within the journal, with gaps.
    pub seq: i64,
    /// What was received.
    pub entry: Entry,
}

/// What a transaction changes besides adding an entry. Applied in the order of the fields, except that work done
/// is taken away before work is added: work that is finished and found again in one transaction is left to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Streams with their new state; `None` removes the cursor.
    pub cursors: Vec<(String, Option<String>)>,
    /// Work to do, in the order in which it shall be handed out. A key that waits in its queue keeps its place
    /// and gets the new payload; a key that is handed out at this moment comes up again after it is done.
    pub work_added: Vec<Work>,
    /// Passes whose keys seen are forgotten, before others are added.
    pub passes_forgotten: Vec<String>,
    /// Pass and key of records that an enumeration has shown; the same key may come any number of times.
    pub seen: Vec<(String, String)>,
    /// Queue and key of finished work. A key that is not in its queue is ignored; one that waits is removed.
    pub work_done: Vec<(String, String)>,
}

/// Something still to do; its meaning is the caller's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// The queue it waits in.
    pub queue: String,
    /// What identifies it within its queue.
    pub key: String,
    /// What the one who does it needs to know.
    pub payload: String,
}
