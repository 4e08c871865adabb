//! Batches from one reader through many hands to one taker, in their order and never many at once.

use super::batch::Batch;
use super::documents::Stop;
use crate::error::PipelineError;
use std::num::NonZero;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Bytes of documents under way at once, before they are rows.
const BYTES_UNDER_WAY_MAX: usize = 32 * 1024 * 1024;
/// Bytes of documents in one batch at most, unless one document has more.
const BATCH_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Hands at most: what comes behind them has one.
const HANDS_MAX: usize = 8;

/// How much a conveyor does at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// How many batches are worked on.
    hands: usize,
    /// Bytes from which on a batch is full.
    pub(super) batch_bytes: usize,
}

impl Pace {
    /// As much as the machine can: a hand for each core.
    pub(super) fn full() -> Pace {
        let hands = thread::available_parallelism().map_or(1, NonZero::get).min(HANDS_MAX);
        Pace::of(hands, BYTES_UNDER_WAY_MAX)
    }

    /// Half as much, for each of two conveyors that run side by side.
    pub(super) fn half() -> Pace {
        Pace::of(Pace::full().hands.div_ceil(2), BYTES_UNDER_WAY_MAX / 2)
    }

    /// The pace with so many bytes under way.
    fn of(hands: usize, bytes: usize) -> Pace {
        // Each hand has one batch, as many wait for the taker, one is being filled and one taken.
        Pace { hands, batch_bytes: (bytes / (2 * hands + 2)).min(BATCH_BYTES_MAX) }
    }
}

/// What comes next in order.
enum Next<T> {
    /// What a hand makes of a batch.
    Made(Receiver<T>),
    /// The reader failed here.
    Failed(PipelineError),
}

/// Runs `read` on a thread of its own; it hands over batches until told (`false`) that no more are wanted. Each goes
/// through `work` on one of many threads, and `take` gets what that makes of them, in the order in which they were read.
/// `take` need not take all.
pub(super) fn convey<T: Send, R>(
    pace: Pace,
    read: impl FnOnce(&mut dyn FnMut(Batch) -> bool) -> Result<(), Stop> + Send,
    work: impl Fn(Batch) -> T + Sync,
    take: impl FnOnce(&mut dyn Iterator<Item = Result<T, PipelineError>>) -> R,
) -> R {
    let (next, coming) = sync_channel::<Next<T>>(pace.hands);
    let (job, jobs) = channel::<(Batch, Sender<T>)>();
    let jobs = Mutex::new(jobs);
    thread::scope(|scope| {
        scope.spawn(|| {
            let failed = next.clone();
            let outcome = read(&mut |batch| hand_over(batch, &next, &job));
            drop((job, next));
            if let Err(Stop::Failed(error)) = outcome {
                // Where nobody listens any more, another error was first.
                let _ = failed.send(Next::Failed(error));
            }
        });
        for _ in 0..pace.hands {
            scope.spawn(|| {
                loop {
                    let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((batch, made)) = job else { return };
                    // As above.
                    let _ = made.send(work(batch));
                }
            });
        }
        take(&mut coming.into_iter().map(|next| match next {
            Next::Made(made) => made.recv().map_err(|_| PipelineError::Internal { part: "shredding" }),
            Next::Failed(error) => Err(error),
        }))
    })
}

/// Gives a batch a place in the order, which there must be room for, and then to the hands.
fn hand_over<T>(batch: Batch, next: &SyncSender<Next<T>>, job: &Sender<(Batch, Sender<T>)>) -> bool {
    let (made, receiver) = channel();
    next.send(Next::Made(receiver)).is_ok() && job.send((batch, made)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::batch::Standing;
    use super::super::window::Position;
    use super::*;

    /// A reader of so many batches, each with one document.
    fn reader(count: usize) -> impl FnOnce(&mut dyn FnMut(Batch) -> bool) -> Result<(), Stop> + Send {
        move |hand_over| {
            for place in 0..count {
                let mut batch = Batch::default();
                batch.push(b"{}", place, Position::default(), Standing::Line);
                if !hand_over(batch) {
                    return Err(Stop::Unwanted);
                }
            }
            Err(Stop::Failed(PipelineError::Internal { part: "test" }))
        }
    }

    #[test]
    fn what_is_made_comes_in_the_order_of_reading_and_an_error_in_its_place() {
        let slow_first = |batch: Batch| {
            let place = batch.documents[0].input;
            thread::sleep(std::time::Duration::from_millis(if place.is_multiple_of(7) { 5 } else { 0 }));
            place
        };
        let taken: Vec<Option<usize>> =
            convey(Pace::full(), reader(50), slow_first, |made| made.map(Result::ok).collect());
        let expected: Vec<Option<usize>> = (0..50).map(Some).chain([None]).collect();
        assert_eq!(taken, expected);
    }

    #[test]
    fn a_taker_that_has_enough_ends_the_reading() {
        let first =
            convey(Pace::full(), reader(usize::MAX), |batch| batch.documents.len(), |made| made.next());
        assert!(matches!(first, Some(Ok(1))));
    }
}
