//! Everybody who loads what one reading brings, as that reading speaks to them.

use crate::load::{Doubted, Missing, Search, Sought};
use futures_util::future::join_all;
use relatable_model::issue::Issue;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// What a loader is told while reading goes on.
#[derive(Debug)]
pub(crate) enum Signal {
    /// An answer of this many bytes is in the journal.
    Appended(usize),
    /// What must be known before anything is shredded has been read: definitions of attributes.
    Attributes(Vec<Arc<Vec<u8>>>),
    /// Rows that a complete reading did not show are to be looked for, once all it showed is loaded.
    Search(Search),
    /// What was read is to be loaded, and the rows told that lists of single records did not show.
    Doubted(Doubted),
    /// Something about a resource that is worth recording.
    Noted(Issue),
    /// Reading is over; per feed, up to when everything discovered is in the journal.
    Finished(BTreeMap<String, i64>),
}

/// The loaders of a run; nobody any more once reading is over. One that is gone has failed, which is told elsewhere.
#[derive(Debug)]
pub(crate) struct Audience(Mutex<Vec<Sender<Signal>>>);

impl Audience {
    /// These loaders.
    pub(crate) fn new(loaders: Vec<Sender<Signal>>) -> Audience {
        Audience(Mutex::new(loaders))
    }

    /// Tells every loader.
    pub(crate) fn tell(&self, signal: impl Fn() -> Signal) {
        for loader in self.loaders() {
            drop(loader.send(signal()));
        }
    }

    /// The rows that any loader has and complete readings did not show, in the order of what is sought; `None` where nobody
    /// can say. `up_to` is the last entry of what they showed.
    pub(crate) async fn search(&self, sought: &Arc<Vec<Sought>>, up_to: i64) -> Option<Vec<Missing>> {
        let asked = self.ask(|answer| Signal::Search(Search { sought: sought.clone(), up_to, answer }));
        asked.await.into_iter().reduce(|all, one| all.into_iter().zip(one).map(Missing::merged).collect())
    }

    /// How many rows that lists of single records did not show are to be asked for, once everything read is loaded.
    pub(crate) async fn doubted(&self, up_to: i64) -> usize {
        self.ask(|answer| Signal::Doubted(Doubted { up_to, answer })).await.into_iter().sum()
    }

    /// Lets the loaders know that nothing follows.
    pub(crate) fn hang_up(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What the loaders answer, without those that are gone.
    async fn ask<T>(&self, question: impl Fn(oneshot::Sender<T>) -> Signal) -> Vec<T> {
        let answers: Vec<oneshot::Receiver<T>> = self
            .loaders()
            .into_iter()
            .map(|loader| {
                let (sender, answer) = oneshot::channel();
                drop(loader.send(question(sender)));
                answer
            })
            .collect();
        join_all(answers).await.into_iter().flatten().collect()
    }

    fn loaders(&self) -> Vec<Sender<Signal>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Missing {
    /// What two destinations miss, as one: each record is asked for once.
    fn merged((one, other): (Missing, Missing)) -> Missing {
        let live = one.live.max(other.live);
        let keys: BTreeSet<String> = one.keys.into_iter().chain(other.keys).collect();
        Missing { live, keys: keys.into_iter().collect() }
    }
}
