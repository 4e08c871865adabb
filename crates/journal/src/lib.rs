//! The durable, ordered record of what was received.
//!
//! Extraction appends to a journal, loads read from it, and neither waits for the other. One append is one
//! transaction: the answer, the cursor it moved, the work it discovered and the work it finished are all there
//! or none is, whatever moment the process is killed at. It is an SQLite database in WAL mode with compressed
//! bodies, inspectable with SQLite's own shell.
//!
//! ```
//! use relatable_journal::{Changes, Entry, Journal};
//! # let folder = tempfile::tempdir()?;
//! let journal = Journal::open(&folder.path().join("journal.db"), "workspace", 1_700_000_000_000_000)?;
//! let ticket = journal.reserve(); // Now the request is sent …
//! let entry = Entry { answer: "page".into(), scope: None, requested_at_us: 1, body: b"{}".to_vec() };
//! let changes = Changes { cursors: vec![("stream".into(), Some("next".into()))], ..Changes::default() };
//! journal.append(ticket, entry, changes)?; // … and here its answer is kept.
//! assert_eq!(journal.entries(0, journal.settled(), 1 << 20)?[0].entry.body, b"{}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Order
//! A sequence number is taken when a request is sent, so that the order of numbers is the order of sending
//! although answers overlap. Numbers may have gaps: a request that failed gives its number back unused.
//!
//! # Durability
//! An append that returned survives the death of the process. After a power failure the database is whole, but the
//! newest appends may be missing (WAL with `synchronous=NORMAL`): a load may then know more than its journal, see
//! [`Journal::raise`].
//!
//! # Retention
//! Entries stay until [`Journal::prune`] takes them away, which a caller may ask for what it has loaded. Their numbers are
//! never given again, and a journal that lacks something says so ([`Journal::is_partial`]).
//!
//! # What this crate does not know
//! Bytes, not what they mean: no Intercom, no JSON, no tables, no destination, no network, and not the time, which
//! callers hand in.

mod body;
mod entry;
mod error;
mod fault;
mod inspection;
mod journal;
mod reader;
mod retention;
mod rewriting;
mod schema;
mod sequence;
mod transaction;
mod work;
mod writer;

pub use entry::{Changes, Entry, StoredEntry, Work};
pub use error::JournalError;
pub use inspection::{Extent, Inspection, Overview};
pub use journal::Journal;
pub use relatable_lease::Holder;
pub use retention::{Compacted, Pruned, Pruning};
pub use rewriting::{Fate, Rewriting, Rewritten};
pub use sequence::Ticket;
