//! The handle through which everybody uses a journal.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use relatable_faults::JOURNAL_OPENED;
use relatable_lease::{Lease, LeaseError};

use crate::body;
use crate::entry::{Changes, Entry, StoredEntry, Work};
use crate::error::JournalError;
use crate::fault;
use crate::reader::Reader;
use crate::retention::{self, Compacted, Pruned, Pruning};
use crate::rewriting::{self, Rewriting, Rewritten};
use crate::schema;
use crate::sequence::{Sequence, Ticket};
use crate::work::WorkInHand;
use crate::writer::{PackedEntry, Writer};

/// An open journal. Clones share it, and every method may be called from any thread at any time. When the last clone
/// is dropped, the journal is closed and its lease given back.
///
/// Methods that touch the database block; from asynchronous code, call them on a thread that may block.
#[derive(Clone)]
pub struct Journal {
    /// What the clones share.
    shared: Arc<Shared>,
}

/// The parts of an open journal. They are dropped in this order: the lease goes last.
struct Shared {
    /// The thread that writes.
    writer: Writer,
    /// The connections that read.
    reader: Reader,
    /// The numbers in flight.
    sequence: Arc<Sequence>,
    /// The work handed out.
    in_hand: Arc<WorkInHand>,
    /// The journal's id.
    id: String,
    /// The journal's file.
    path: PathBuf,
    /// Held as long as the journal is open.
    _lease: Lease,
}

impl Drop for Shared {
    fn drop(&mut self) {
        // Readers first: only a writer that is the last to leave can fold the log back into the database.
        self.reader.close();
    }
}

impl Journal {
    /// Opens the journal at `path`, or creates it where there is none or an empty file, and takes its lease: at most
    /// one process at a time has a journal open, and a process has it open once. The folder must exist.
    ///
    /// `opened_at_us` is the present in microseconds since 1970 UTC; it becomes part of a new journal's id and names
    /// the lease's beginning to others.
    ///
    /// # Errors
    /// [`JournalError::Held`] at once if a living process has it; [`JournalError::NotAJournal`],
    /// [`JournalError::NewerFormat`], [`JournalError::OtherWorkspace`] for a file that is left as it was;
    /// [`JournalError::Open`], [`JournalError::Lease`] and [`JournalError::Path`] for what the system refuses.
    pub fn open(path: &Path, workspace: &str, opened_at_us: i64) -> Result<Self, JournalError> {
        // Two names of one file must meet at one lease.
        let path = path
            .canonicalize()
            .or_else(|_| std::path::absolute(path))
            .map_err(|source| JournalError::Path { path: path.to_path_buf(), source })?;
        let mut connection = schema::open(&path)?;
        fault::reach(JOURNAL_OPENED).map_err(|source| schema::failed(&path, source))?;
        let lease = Lease::take(&path, opened_at_us).map_err(|refused| match refused {
            LeaseError::Held(holder) => JournalError::Held { path: path.clone(), holder },
            source @ LeaseError::System { .. } => JournalError::Lease { path: path.clone(), source },
        })?;
        let identity = schema::prepare(&mut connection, &path, workspace, opened_at_us)?;
        let in_hand = Arc::new(WorkInHand::default());
        let writer = Writer::start(connection, &path, identity.stamp, Arc::clone(&in_hand))
            .map_err(|source| JournalError::Thread { source })?;
        let shared = Shared {
            writer,
            reader: Reader::new(&path),
            sequence: Sequence::after(identity.seq),
            in_hand,
            id: identity.id,
            path,
            _lease: lease,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The journal's id, 32 hexadecimal digits, the same as long as the file lives. It is not random: it was made
    /// from the path, the workspace, the time and the process of its creation.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.shared.id
    }

    /// The absolute path of the journal's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// Takes the next sequence number, to be called when a request is sent. Does not block.
    pub fn reserve(&self) -> Ticket {
        self.shared.sequence.reserve()
    }

    /// The highest sequence number up to which everything that will ever be there is durably stored: no request up
    /// to it is in flight, and it is at most the highest stored one. Never decreases while the journal is open. 0 for
    /// an empty journal. Does not block.
    #[must_use]
    pub fn settled(&self) -> i64 {
        self.shared.sequence.settled()
    }

    /// Makes numbers handed out from now on greater than `seq`: a destination may have loaded more than a journal
    /// still has after a power failure, and what comes now must count as newer. Does not block.
    pub fn raise(&self, seq: i64) {
        self.shared.sequence.raise(seq);
    }

    /// Stores an answer under the number of its request, together with what changes by it, and returns when all of
    /// it is durable. The ticket must be one of this journal.
    ///
    /// # Errors
    /// [`JournalError::Full`], [`JournalError::Write`], [`JournalError::Compress`]: nothing of it was stored, the
    /// number is given back, the journal stays usable. [`JournalError::Stopped`]: nothing can be stored any more.
    pub fn append(&self, ticket: Ticket, entry: Entry, changes: Changes) -> Result<(), JournalError> {
        let Entry { answer, scope, requested_at_us, body } = entry;
        // Compressing here keeps all callers' cores busy instead of the writer's one.
        let body_zstd =
            body::compress(&body).map_err(|source| JournalError::Compress { seq: ticket.seq(), source })?;
        let body_bytes = i64::try_from(body.len()).unwrap_or(i64::MAX);
        let packed = PackedEntry { ticket, answer, scope, requested_at_us, body_bytes, body_zstd };
        self.shared.writer.write(Some(packed), changes)
    }

    /// Applies changes that come with no answer and returns when all of them are durable.
    ///
    /// # Errors
    /// As [`Journal::append`].
    pub fn record(&self, changes: Changes) -> Result<(), JournalError> {
        self.shared.writer.write(None, changes)
    }

    /// The entries with `after < seq <= up_to` in the order of their numbers, bodies restored. Stops before the
    /// bodies together exceed `bytes_max` bytes, but returns at least one entry if there is any: read on after the
    /// last one until nothing comes. A load must not go beyond [`Journal::settled`].
    ///
    /// # Errors
    /// [`JournalError::Read`]; [`JournalError::DamagedBody`] if one of these bodies is not what was stored.
    pub fn entries(
        &self,
        after: i64,
        up_to: i64,
        bytes_max: usize,
    ) -> Result<Vec<StoredEntry>, JournalError> {
        self.shared.reader.entries(after, up_to, bytes_max)
    }

    /// Takes entries away that nobody needs any more. Their space is used for entries to come; only
    /// [`compact`](Self::compact) gives it back.
    ///
    /// # Errors
    /// [`JournalError::Full`] and [`JournalError::Write`]; some of the entries may be gone then, in their order.
    pub fn prune(&self, pruning: Pruning) -> Result<Pruned, JournalError> {
        let path = self.shared.path.clone();
        self.shared.writer.run(move |connection| retention::prune(connection, &path, &pruning))
    }

    /// Rewrites the file without what went and empties the log beside it. Takes the space of what is left once more
    /// meanwhile, and its time.
    ///
    /// # Errors
    /// [`JournalError::Full`] and [`JournalError::Write`]; the journal is then as it was.
    pub fn compact(&self) -> Result<Compacted, JournalError> {
        let path = self.shared.path.clone();
        self.shared.writer.run(move |connection| retention::compact(connection, &path))
    }

    /// Gives entries other bodies, or takes them away, whether they are loaded or not. Only [`compact`](Self::compact)
    /// removes the last of what they were from the files. Not to be called while work is in hand.
    ///
    /// # Errors
    /// As [`Journal::append`], and [`JournalError::DamagedBody`]; some of the entries may be rewritten then.
    pub fn rewrite(&self, rewriting: Rewriting) -> Result<Rewritten, JournalError> {
        let path = self.shared.path.clone();
        self.shared.writer.run(move |connection| rewriting::rewrite(connection, &path, &rewriting))
    }

    /// The share of the file that holds nothing, in percent.
    ///
    /// # Errors
    /// [`JournalError::Read`].
    pub fn free_percent(&self) -> Result<u64, JournalError> {
        self.shared.reader.read("the size", retention::free_percent)
    }

    /// Whether something that was received for its destination is not among the entries: it was pruned, or is in a
    /// journal that this one took the place of.
    ///
    /// # Errors
    /// [`JournalError::Read`].
    pub fn is_partial(&self) -> Result<bool, JournalError> {
        self.shared.reader.read("the journal's own row", |connection| {
            connection.query_row("SELECT is_partial FROM journal", [], |row| row.get(0))
        })
    }

    /// Says that something that was received for its destination is not among the entries.
    ///
    /// # Errors
    /// As [`Journal::append`].
    pub fn mark_partial(&self) -> Result<(), JournalError> {
        let path = self.shared.path.clone();
        self.shared.writer.run(move |connection| retention::mark_partial(connection, &path))
    }

    /// The state of a stream, if it has one.
    ///
    /// # Errors
    /// [`JournalError::Read`].
    pub fn cursor(&self, stream: &str) -> Result<Option<String>, JournalError> {
        self.shared.reader.cursor(stream)
    }

    /// The streams whose names begin with `prefix` and their states, in the order of their names.
    ///
    /// # Errors
    /// [`JournalError::Read`].
    pub fn cursors(&self, prefix: &str) -> Result<Vec<(String, String)>, JournalError> {
        self.shared.reader.cursors(prefix)
    }

    /// Hands out at most `count` pieces of work of a queue, oldest first: those not done and not handed out since the
    /// journal was opened. Empty if there are none at the moment. Work handed out and not done when the journal is
    /// closed, or the process killed, is handed out again after the next opening.
    ///
    /// # Errors
    /// [`JournalError::Read`]; nothing was handed out then.
    pub fn take_work(&self, queue: &str, count: usize) -> Result<Vec<Work>, JournalError> {
        self.shared.in_hand.take(queue, |after| self.shared.reader.waiting(queue, after, count))
    }

    /// How many different keys a pass has shown.
    ///
    /// # Errors
    /// [`JournalError::Read`].
    pub fn seen_count(&self, pass: &str) -> Result<u64, JournalError> {
        self.shared.reader.seen_count(pass)
    }

    /// At most `count` keys that a pass has shown, those after `after` in the order of their bytes; read on after the
    /// last one until nothing comes.
    ///
    /// # Errors
    /// [`JournalError::Read`].
    pub fn seen(&self, pass: &str, after: &str, count: usize) -> Result<Vec<String>, JournalError> {
        self.shared.reader.seen(pass, after, count)
    }

    /// How much work of a queue is not done, handed out or not. Costs the same for any number.
    ///
    /// # Errors
    /// [`JournalError::Read`].
    pub fn work_left(&self, queue: &str) -> Result<u64, JournalError> {
        self.shared.reader.remaining_in(queue)
    }

    /// How much work is not done in each queue that has any, in the order of their names.
    ///
    /// # Errors
    /// [`JournalError::Read`].
    pub fn work_left_all(&self) -> Result<Vec<(String, u64)>, JournalError> {
        self.shared.reader.remaining()
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Journal")
            .field("id", &self.shared.id)
            .field("path", &self.shared.path)
            .finish_non_exhaustive()
    }
}
