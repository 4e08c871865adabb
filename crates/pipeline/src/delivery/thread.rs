//! A loader on a thread of its own, which listens to the reading.

use super::audience::Signal;
use super::{Undelivered, tell};
use crate::error::PipelineError;
use crate::event::Observer;
use crate::load::Loader;
use crate::sync::definitions;
use futures_util::stream::{FuturesUnordered, StreamExt};
use relatable_intercom::attributes::attribute_rules;
use relatable_intercom::clock::Clock;
use relatable_journal::Journal;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// Bytes of answers after which a load begins while reading goes on.
const LOAD_FROM_BYTES: usize = 8 * 1024 * 1024;
/// Time after which a load begins while reading goes on, in seconds.
const LOAD_FROM_S: i64 = 10;

/// The loader on its own thread.
pub(crate) struct LoadThread {
    /// The destination in words.
    destination: String,
    /// The one name of its place.
    place: String,
    thread: JoinHandle<Result<Loader, PipelineError>>,
    over: oneshot::Receiver<()>,
}

impl LoadThread {
    /// Begins to listen to the one who gets the sender.
    pub(crate) fn start(
        mut loader: Loader,
        journal: Journal,
        clock: Arc<dyn Clock>,
    ) -> Result<(LoadThread, Sender<Signal>), PipelineError> {
        let (destination, place) = (loader.destination().describe(), loader.destination().place());
        let (sender, signals) = channel();
        let (end, over) = oneshot::channel();
        let work = move || {
            let ended = load(loader, &journal, &signals, clock.as_ref());
            drop(end);
            ended
        };
        let spawned = std::thread::Builder::new().name("loader".to_owned()).spawn(work);
        let thread = spawned.map_err(|_| PipelineError::Internal { part: "loader" })?;
        Ok((LoadThread { destination, place, thread, over }, sender))
    }

    /// Waits until the loader has ended, which before the reading's end it does only where it failed, and has let go of the
    /// journal and, if it failed, of the destination.
    async fn join(self) -> Result<Loader, Undelivered> {
        // Dropped by the thread, which then has nothing left to do but return.
        drop(self.over.await);
        let (destination, place) = (self.destination, self.place);
        let ended = self.thread.join().unwrap_or(Err(PipelineError::Internal { part: "loader" }));
        ended.map_err(|cause| Undelivered { destination, place, cause })
    }
}

/// The loaders of a run until they end.
pub(crate) struct LoadThreads {
    /// Those under way, with their places among the destinations.
    under_way: FuturesUnordered<Joining>,
    /// Those that have loaded everything.
    loaders: BTreeMap<usize, Loader>,
    undelivered: Vec<Undelivered>,
    observer: Arc<dyn Observer>,
}

/// A loader's end, with its place among the destinations.
type Joining = Pin<Box<dyn Future<Output = (usize, Result<Loader, Undelivered>)>>>;

impl LoadThreads {
    /// These loaders, beside destinations that a run goes on without.
    pub(crate) fn new(
        threads: Vec<LoadThread>,
        undelivered: Vec<Undelivered>,
        observer: Arc<dyn Observer>,
    ) -> LoadThreads {
        let joining = |(place, thread): (usize, LoadThread)| -> Joining {
            Box::pin(async move { (place, thread.join().await) })
        };
        let under_way = threads.into_iter().enumerate().map(joining).collect();
        LoadThreads { under_way, loaders: BTreeMap::new(), undelivered, observer }
    }

    /// Waits until one more has ended, and tells the observer at once of one that failed; `false` where none is left.
    pub(crate) async fn next(&mut self) -> bool {
        match self.under_way.next().await {
            None => return false,
            Some((place, Ok(loader))) => drop(self.loaders.insert(place, loader)),
            Some((_, Err(left_out))) => {
                tell(self.observer.as_ref(), &left_out);
                self.undelivered.push(left_out);
            }
        }
        true
    }

    /// The loaders that have loaded everything, in the order of their destinations, and the destinations left out.
    pub(crate) fn ended(self) -> (Vec<Loader>, Vec<Undelivered>) {
        (self.loaders.into_values().collect(), self.undelivered)
    }
}

/// The next signal. Who waits for one lets others at the destination meanwhile.
fn next(loader: &mut Loader, signals: &Receiver<Signal>) -> Option<Signal> {
    match signals.try_recv() {
        Err(TryRecvError::Empty) => {
            loader.destination().rest();
            signals.recv().ok()
        }
        signal => signal.ok(),
    }
}

/// Loads what comes into the journal until reading is over.
fn load(
    mut loader: Loader,
    journal: &Journal,
    signals: &Receiver<Signal>,
    clock: &dyn Clock,
) -> Result<Loader, PipelineError> {
    let mut pending_bytes = 0;
    let mut last_s = clock.now().as_second();
    let mut prepared = false;
    while let Some(signal) = next(&mut loader, signals) {
        match signal {
            Signal::Appended(bytes) => pending_bytes += bytes,
            Signal::Attributes(bodies) => {
                loader.add_rules(&attribute_rules(&definitions(&bodies)))?;
                prepared = true;
            }
            Signal::Search(search) => {
                loader.search(search)?;
                pending_bytes = 0;
            }
            Signal::Doubted(doubted) => {
                loader.doubted(doubted)?;
                pending_bytes = 0;
            }
            Signal::Noted(issue) => loader.note(issue),
            Signal::Finished(low_water) => {
                loader.load_up_to(journal.settled())?;
                loader.finish(low_water)?;
                loader.destination().rest();
                loader.prune_and_give_back()?;
                return Ok(loader);
            }
        }
        let due = pending_bytes >= LOAD_FROM_BYTES || clock.now().as_second() - last_s >= LOAD_FROM_S;
        if prepared && due && pending_bytes > 0 {
            loader.load_up_to(journal.settled())?;
            loader.prune()?;
            pending_bytes = 0;
            last_s = clock.now().as_second();
        }
    }
    if prepared {
        loader.load_up_to(journal.settled())?;
        loader.destination().rest();
        loader.prune_and_give_back()?;
    }
    Ok(loader)
}
