//! A loader on a thread of its own, which listens to the reading.

use super::audience::Signal;
use crate::error::PipelineError;
use crate::load::Loader;
use crate::sync::definitions;
use relatable_intercom::attributes::attribute_rules;
use relatable_intercom::clock::Clock;
use relatable_journal::Journal;
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
    pub(crate) destination: String,
    /// The one name of its place.
    pub(crate) place: String,
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

    /// Waits until the loader has ended, which before the reading's end it does only where it failed.
    pub(crate) async fn over(&mut self) {
        if !self.over.is_terminated() {
            drop((&mut self.over).await);
        }
    }

    /// Waits until the thread has ended and let go of the journal and, if it failed, of the destination.
    pub(crate) async fn join(mut self) -> Result<Loader, PipelineError> {
        self.over().await;
        // All that is left to it is to return.
        self.thread.join().unwrap_or(Err(PipelineError::Internal { part: "loader" }))
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
