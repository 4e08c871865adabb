//! The journal's promises, through its public face.

#[path = "journal/appending.rs"]
mod appending;
#[path = "journal/killing.rs"]
mod killing;
#[path = "journal/opening.rs"]
mod opening;
#[path = "journal/pruning.rs"]
mod pruning;
#[path = "journal/rewriting.rs"]
mod rewriting;
#[path = "journal/working.rs"]
mod working;

use std::path::Path;

use relatable_journal::{Entry, Journal, Work};

/// Some moment of 2023.
const NOW_US: i64 = 1_700_000_000_000_000;

/// Opens the journal of the tests' workspace.
fn open(path: &Path) -> Journal {
    Journal::open(path, "workspace", NOW_US).unwrap()
}

/// An entry with this body.
fn entry(body: &[u8]) -> Entry {
    Entry { answer: "page".into(), scope: None, requested_at_us: NOW_US, body: body.to_vec() }
}

/// Work with this key and payload.
fn work(queue: &str, key: &str, payload: &str) -> Work {
    Work { queue: queue.into(), key: key.into(), payload: payload.into() }
}
