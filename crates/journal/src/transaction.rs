//! One transaction: several submissions, written together or not at all.

use std::collections::BTreeMap;

use relatable_faults::{JOURNAL_WRITING, JOURNAL_WRITTEN};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::entry::{Changes, Work};
use crate::fault;
use crate::work::{Finished, WorkInHand};
use crate::writer::{PackedEntry, Submission};

/// What a committed transaction leaves to be remembered.
pub(crate) struct Committed {
    /// The last stamp drawn.
    pub(crate) stamp: i64,
    /// The work that is no longer in hand.
    pub(crate) finished: Vec<Finished>,
}

/// Writes all submissions in one transaction. After an error nothing of them is in the database.
pub(crate) fn commit(
    connection: &mut Connection,
    submissions: &[Submission],
    stamp: i64,
    in_hand: &WorkInHand,
) -> rusqlite::Result<Committed> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let committed = Committed { stamp, finished: Vec::new() };
    let mut writing = Writing { transaction: &transaction, in_hand, differences: BTreeMap::new(), committed };
    for submission in submissions {
        if let Some(entry) = &submission.entry {
            writing.entry(entry)?;
        }
        writing.changes(&submission.changes)?;
    }
    writing.counters()?;
    let committed = writing.committed;
    fault::reach(JOURNAL_WRITING)?;
    transaction.commit()?;
    fault::reach(JOURNAL_WRITTEN)?;
    Ok(committed)
}

/// A transaction under way.
struct Writing<'a> {
    /// Where everything is written.
    transaction: &'a Transaction<'a>,
    /// Which work is handed out.
    in_hand: &'a WorkInHand,
    /// By how much the work left in each touched queue differs.
    differences: BTreeMap<&'a str, i64>,
    /// What is to be remembered if this commits.
    committed: Committed,
}

impl<'a> Writing<'a> {
    /// Adds an entry.
    fn entry(&self, entry: &PackedEntry) -> rusqlite::Result<()> {
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO entry (seq, answer, scope, requested_at_us, body_bytes, body_zstd)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        statement.execute((
            entry.ticket.seq(),
            &entry.answer,
            &entry.scope,
            entry.requested_at_us,
            entry.body_bytes,
            &entry.body_zstd,
        ))?;
        Ok(())
    }

    /// Applies the changes of one submission.
    fn changes(&mut self, changes: &'a Changes) -> rusqlite::Result<()> {
        for (stream, state) in &changes.cursors {
            self.cursor(stream, state.as_deref())?;
        }
        for pass in &changes.passes_forgotten {
            self.transaction.prepare_cached("DELETE FROM seen WHERE pass = ?1")?.execute([pass])?;
        }
        for (pass, key) in &changes.seen {
            let sql = "INSERT INTO seen (pass, key) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            self.transaction.prepare_cached(sql)?.execute((pass, key))?;
        }
        for (queue, key) in &changes.work_done {
            self.done(queue, key)?;
        }
        for work in &changes.work_added {
            self.add(work)?;
        }
        Ok(())
    }

    /// Moves or removes a cursor.
    fn cursor(&self, stream: &str, state: Option<&str>) -> rusqlite::Result<()> {
        let Some(state) = state else {
            let mut statement = self.transaction.prepare_cached("DELETE FROM cursor WHERE stream = ?1")?;
            return statement.execute([stream]).map(|_| ());
        };
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO cursor (stream, state) VALUES (?1, ?2)
             ON CONFLICT (stream) DO UPDATE SET state = excluded.state",
        )?;
        statement.execute((stream, state)).map(|_| ())
    }

    /// Takes finished work away. If it was added anew after it had been handed out, it goes to the end of the queue
    /// instead.
    fn done(&mut self, queue: &'a str, key: &str) -> rusqlite::Result<()> {
        let generation = self.in_hand.generation(queue, key);
        let mut statement = self.transaction.prepare_cached(
            "DELETE FROM work WHERE queue = ?1 AND key = ?2 AND generation = coalesce(?3, generation)",
        )?;
        let removed = statement.execute((queue, key, generation))?;
        if removed > 0 {
            *self.differences.entry(queue).or_default() -= 1;
        }
        let Some(generation) = generation else { return Ok(()) };
        self.committed.finished.push(Finished { queue: queue.to_owned(), key: key.to_owned(), generation });
        if removed > 0 {
            return Ok(());
        }
        let place = self.draw(queue);
        let mut statement =
            self.transaction.prepare_cached("UPDATE work SET place = ?3 WHERE queue = ?1 AND key = ?2")?;
        statement.execute((queue, key, place)).map(|_| ())
    }

    /// Adds work, or replaces the payload of work with the same key.
    fn add(&mut self, work: &'a Work) -> rusqlite::Result<()> {
        let stamp = self.draw(&work.queue);
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO work (place, queue, key, payload, generation) VALUES (?1, ?2, ?3, ?4, ?1)
             ON CONFLICT (queue, key) DO UPDATE SET payload = excluded.payload, generation = excluded.generation
             RETURNING place",
        )?;
        let place: i64 =
            statement.query_row((stamp, &work.queue, &work.key, &work.payload), |row| row.get(0))?;
        if place == stamp {
            *self.differences.entry(&work.queue).or_default() += 1;
        }
        Ok(())
    }

    /// Draws the next stamp, which `counters` will store with the queue.
    fn draw(&mut self, queue: &'a str) -> i64 {
        self.differences.entry(queue).or_default();
        self.committed.stamp += 1;
        self.committed.stamp
    }

    /// Keeps count of the work left, so that nobody has to count a million rows.
    fn counters(&self) -> rusqlite::Result<()> {
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO queue (name, remaining, stamp) VALUES (?1, ?2, ?3)
             ON CONFLICT (name) DO UPDATE SET remaining = remaining + excluded.remaining, stamp = excluded.stamp",
        )?;
        for (queue, difference) in &self.differences {
            statement.execute((queue, difference, self.committed.stamp))?;
        }
        Ok(())
    }
}
