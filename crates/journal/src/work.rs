//! Which work this process has handed out. The database knows what is left to do; who is doing it is forgotten with
//! the process, so that a killed run's work is available again.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::entry::Work;

/// A piece of work as it waits in the database.
#[derive(Debug)]
pub(crate) struct Waiting {
    /// Its place: work is handed out in the order of these numbers.
    pub(crate) place: i64,
    /// Changes whenever the work is added anew, so that finishing an older one does not finish the newer.
    pub(crate) generation: i64,
    /// The work.
    pub(crate) work: Work,
}

/// The work in hand, by queue.
#[derive(Debug, Default)]
pub(crate) struct WorkInHand {
    /// One entry for each queue that work was taken from.
    queues: Mutex<HashMap<String, QueueInHand>>,
}

/// The work in hand of one queue.
#[derive(Debug, Default)]
struct QueueInHand {
    /// The last place handed out; everything after it waits.
    place: i64,
    /// The generation of each key that is handed out and not done.
    generations: HashMap<String, i64>,
}

impl WorkInHand {
    /// Hands out what `read` finds after the given place. Callers take turns, so that no work is taken twice.
    pub(crate) fn take<E>(
        &self,
        queue: &str,
        read: impl FnOnce(i64) -> Result<Vec<Waiting>, E>,
    ) -> Result<Vec<Work>, E> {
        let mut queues = self.lock();
        let in_hand = queues.entry(queue.to_owned()).or_default();
        let found = read(in_hand.place)?;
        let mut taken = Vec::with_capacity(found.len());
        for waiting in found {
            in_hand.place = waiting.place;
            in_hand.generations.insert(waiting.work.key.clone(), waiting.generation);
            taken.push(waiting.work);
        }
        Ok(taken)
    }

    /// The generation in which a key was handed out, if it is.
    pub(crate) fn generation(&self, queue: &str, key: &str) -> Option<i64> {
        self.lock().get(queue)?.generations.get(key).copied()
    }

    /// Forgets a key that is done, unless a newer generation of it was handed out meanwhile.
    pub(crate) fn finish(&self, finished: &Finished) {
        let mut queues = self.lock();
        let Some(in_hand) = queues.get_mut(&finished.queue) else { return };
        if in_hand.generations.get(&finished.key) == Some(&finished.generation) {
            in_hand.generations.remove(&finished.key);
        }
    }

    /// Locks the state. It is consistent after every line above, so a poisoned lock is as good.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, QueueInHand>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Handed-out work that a transaction finished.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Its queue.
    pub(crate) queue: String,
    /// Its key.
    pub(crate) key: String,
    /// The generation that was handed out.
    pub(crate) generation: i64,
}
