//! Writing: one thread owns the connection that writes. What arrives while a transaction is being written goes into
//! the next one together.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{Builder, JoinHandle};

use rusqlite::Connection;

use crate::entry::Changes;
use crate::error::JournalError;
use crate::sequence::Ticket;
use crate::transaction;
use crate::work::WorkInHand;

/// Work of another kind for the connection that writes.
type Task = Box<dyn FnOnce(&mut Connection) + Send>;

/// The most submissions in one transaction.
const GROUP_COUNT_MAX: usize = 256;

/// How many bytes of bodies close a transaction.
const GROUP_BYTES: usize = 8 << 20;

/// An entry ready to be stored.
#[derive(Debug)]
pub(crate) struct PackedEntry {
    /// Its sequence number; given back if it cannot be stored.
    pub(crate) ticket: Ticket,
    /// As in `Entry`.
    pub(crate) answer: String,
    /// As in `Entry`.
    pub(crate) scope: Option<String>,
    /// As in `Entry`.
    pub(crate) requested_at_us: i64,
    /// The length of the body before compression.
    pub(crate) body_bytes: i64,
    /// The compressed body.
    pub(crate) body_zstd: Vec<u8>,
}

/// What one caller wants written, and where it waits for the answer.
pub(crate) struct Submission {
    /// The entry, if there is one.
    pub(crate) entry: Option<PackedEntry>,
    /// What changes with it.
    pub(crate) changes: Changes,
    /// Where the outcome goes.
    outcome: SyncSender<Result<(), JournalError>>,
}

impl Submission {
    /// How much this adds to a transaction.
    fn bytes(&self) -> usize {
        self.entry.as_ref().map_or(0, |entry| entry.body_zstd.len())
    }

    /// Tells the caller. A caller that no longer waits misses nothing that matters.
    fn answer(self, outcome: Result<(), JournalError>) {
        if outcome.is_ok()
            && let Some(entry) = self.entry
        {
            entry.ticket.stored();
        }
        let _ = self.outcome.send(outcome);
    }
}

/// What the thread that writes is given.
enum Order {
    /// Something to store, together with what else has come.
    Store(Box<Submission>),
    /// Something to do between two transactions.
    Do(Task),
}

/// The way to the thread that writes.
#[derive(Debug)]
pub(crate) struct Writer {
    /// The journal's file, for errors.
    path: PathBuf,
    /// Taken away to end the thread.
    orders: Option<Sender<Order>>,
    /// Joined at the end.
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread with its connection.
    pub(crate) fn start(
        connection: Connection,
        path: &Path,
        stamp: i64,
        in_hand: Arc<WorkInHand>,
    ) -> io::Result<Self> {
        let (orders, receiver) = channel();
        let desk = Desk { connection, path: path.to_path_buf(), stamp, in_hand };
        let thread = Builder::new().name("journal-writer".to_owned()).spawn(move || desk.run(&receiver))?;
        Ok(Self { path: path.to_path_buf(), orders: Some(orders), thread: Some(thread) })
    }

    /// Writes and waits until it is durable.
    pub(crate) fn write(&self, entry: Option<PackedEntry>, changes: Changes) -> Result<(), JournalError> {
        let (outcome, answer) = sync_channel(1);
        self.order(Order::Store(Box::new(Submission { entry, changes, outcome })))?;
        answer.recv().map_err(|_| self.stopped())?
    }

    /// Does something else on the connection that writes, between two transactions, and waits for what comes of it.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let (outcome, answer) = sync_channel(1);
        // Whoever asked may have gone; there is nobody else to tell.
        let task = move |connection: &mut Connection| drop(outcome.send(work(connection)));
        self.order(Order::Do(Box::new(task)))?;
        answer.recv().map_err(|_| self.stopped())?
    }

    /// Gives the thread something.
    fn order(&self, order: Order) -> Result<(), JournalError> {
        let orders = self.orders.as_ref().ok_or_else(|| self.stopped())?;
        orders.send(order).map_err(|_| self.stopped())
    }

    /// The error of a thread that has ended.
    fn stopped(&self) -> JournalError {
        JournalError::Stopped { path: self.path.clone() }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.orders.take());
        if let Some(thread) = self.thread.take() {
            // Whoever waited for a thread that panicked has been told; there is nobody left to tell here.
            let _ = thread.join();
        }
    }
}

/// What the writing thread owns.
struct Desk {
    /// The only connection that writes.
    connection: Connection,
    /// The journal's file, for errors.
    path: PathBuf,
    /// The last stamp that was drawn for work.
    stamp: i64,
    /// Which work is handed out.
    in_hand: Arc<WorkInHand>,
}

impl Desk {
    /// Writes until the journal is closed.
    fn run(mut self, receiver: &Receiver<Order>) {
        while let Ok(order) = receiver.recv() {
            let mut next = Some(order);
            while let Some(order) = next.take() {
                match order {
                    Order::Store(first) => {
                        let (group, task) = collect(*first, receiver);
                        self.write(group);
                        next = task.map(Order::Do);
                    }
                    Order::Do(task) => task(&mut self.connection),
                }
            }
        }
    }

    /// Writes a group. If that fails, each of the group gets its own try, so that one that cannot be written does not
    /// take the others down, and each caller gets its own reason.
    fn write(&mut self, group: Vec<Submission>) {
        let is_written = group.len() > 1 && self.commit(&group).is_ok();
        for submission in group {
            let outcome = if is_written { Ok(()) } else { self.commit(std::slice::from_ref(&submission)) };
            submission.answer(outcome.map_err(|source| JournalError::writing(&self.path, source)));
        }
    }

    /// Commits a group and remembers what follows from it.
    fn commit(&mut self, group: &[Submission]) -> rusqlite::Result<()> {
        let committed = transaction::commit(&mut self.connection, group, self.stamp, &self.in_hand)?;
        self.stamp = committed.stamp;
        for finished in &committed.finished {
            self.in_hand.finish(finished);
        }
        Ok(())
    }
}

/// Takes what has arrived, without waiting for more, up to a task, which comes after it.
fn collect(first: Submission, receiver: &Receiver<Order>) -> (Vec<Submission>, Option<Task>) {
    let mut bytes = first.bytes();
    let mut group = vec![first];
    while group.len() < GROUP_COUNT_MAX && bytes < GROUP_BYTES {
        match receiver.try_recv() {
            Ok(Order::Store(next)) => {
                bytes += next.bytes();
                group.push(*next);
            }
            Ok(Order::Do(task)) => return (group, Some(task)),
            Err(_) => break,
        }
    }
    (group, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;
    use crate::sequence::Sequence;

    #[test]
    fn a_full_disk_is_named_loses_nothing_and_leaves_the_journal_usable() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let mut connection = schema::open(&path).unwrap();
        schema::prepare(&mut connection, &path, "workspace", 1).unwrap();
        // SQLite reports a full database in the words of a full disk.
        connection.pragma_update(None, "max_page_count", 40).unwrap();
        let writer = Writer::start(connection, &path, 0, Arc::default()).unwrap();
        let sequence = Sequence::after(0);
        let write = |bytes: usize, state: &str| {
            let (body_bytes, body_zstd) = (i64::try_from(bytes).unwrap(), vec![7; bytes]);
            let (ticket, answer) = (sequence.reserve(), "page".to_owned());
            let entry =
                PackedEntry { ticket, answer, scope: None, requested_at_us: 1, body_bytes, body_zstd };
            let cursors = vec![("stream".to_owned(), Some(state.to_owned()))];
            writer.write(Some(entry), Changes { cursors, ..Changes::default() })
        };
        write(1_000, "before").unwrap();
        let error = write(1_000_000, "full").unwrap_err();
        assert!(matches!(error, JournalError::Full { .. }), "{error:?}");
        assert_eq!(sequence.settled(), 1);
        let reader = crate::reader::Reader::new(&path);
        assert_eq!(reader.cursor("stream").unwrap().as_deref(), Some("before"));
        write(1_000, "after").unwrap();
        assert_eq!(sequence.settled(), 3);
        assert_eq!(reader.cursor("stream").unwrap().as_deref(), Some("after"));
    }

    #[test]
    fn one_submission_that_cannot_be_written_does_not_take_its_group_down() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let mut connection = schema::open(&path).unwrap();
        schema::prepare(&mut connection, &path, "workspace", 1).unwrap();
        let mut desk = Desk { connection, path: path.clone(), stamp: 0, in_hand: Arc::default() };
        let (first, other) = (Sequence::after(0), Sequence::after(0));
        // The second and the third carry the same number.
        let tickets = [
            first.reserve(),
            first.reserve(),
            {
                drop(other.reserve());
                other.reserve()
            },
            first.reserve(),
        ];
        let (mut group, mut answers) = (Vec::new(), Vec::new());
        for ticket in tickets {
            let (outcome, answer) = sync_channel(1);
            let entry = PackedEntry {
                ticket,
                answer: String::new(),
                scope: None,
                requested_at_us: 1,
                body_bytes: 0,
                body_zstd: vec![],
            };
            group.push(Submission { entry: Some(entry), changes: Changes::default(), outcome });
            answers.push(answer);
        }
        desk.write(group);
        let outcomes: Vec<bool> = answers.iter().map(|answer| answer.recv().unwrap().is_ok()).collect();
        assert_eq!(outcomes, [true, true, false, true]);
        assert_eq!(first.settled(), 3);
    }
}
