//! Where what is read goes: one destination or several, each with its own checkpoint behind one journal. What stands against
//! one of them does not stop the others.

mod audience;
mod prepared;
mod thread;

pub(crate) use audience::{Audience, Signal};
pub(crate) use prepared::Prepared;
pub(crate) use thread::{LoadThread, LoadThreads};

use crate::error::PipelineError;
use crate::event::{Observer, RunEvent};
use crate::history::{Bounds, Since};
use crate::load::Loader;
use crate::retention::Retention;
use prepared::Ready;
use relatable_destinations::Destination;
use relatable_intercom::clock::Clock;
use relatable_journal::Journal;
use relatable_model::rules::Rules;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A destination of a run.
pub struct Delivery {
    /// The destination.
    pub destination: Box<dyn Destination>,
    /// The rules of its tables: the curated ones that they were made by, with the user's laid over them.
    pub rules: Rules,
    /// The curated rules alone, to be remembered beside them.
    pub curated: Rules,
}

/// A destination that has not got everything that was read.
#[derive(Debug)]
pub struct Undelivered {
    /// The destination in words.
    pub destination: String,
    /// The one name of its place.
    pub place: String,
    /// Why.
    pub cause: PipelineError,
}

/// The destinations of a run on their way to their loaders.
pub(crate) struct Deliveries {
    waiting: Vec<Prepared>,
    undelivered: Vec<Undelivered>,
    observer: Arc<dyn Observer>,
}

impl Deliveries {
    /// These destinations, of which nothing was asked yet.
    pub(crate) fn new(deliveries: Vec<Delivery>, observer: Arc<dyn Observer>) -> Deliveries {
        let waiting = deliveries.into_iter().map(Prepared::new).collect();
        Deliveries { waiting, undelivered: Vec::new(), observer }
    }

    /// Takes a step with every destination; one with which it fails is left out. With none left the run is over.
    pub(crate) fn each(
        &mut self,
        mut step: impl FnMut(&mut Prepared) -> Result<(), PipelineError>,
    ) -> Result<(), PipelineError> {
        for mut prepared in std::mem::take(&mut self.waiting) {
            match step(&mut prepared) {
                Ok(()) => self.waiting.push(prepared),
                Err(cause) => self.undelivered.push(prepared.undelivered()(cause)),
            }
        }
        if self.waiting.is_empty() && !self.undelivered.is_empty() {
            return Err(self.undelivered.swap_remove(0).cause);
        }
        Ok(())
    }

    /// The destinations that nothing stands against so far.
    pub(crate) fn waiting(&self) -> &[Prepared] {
        &self.waiting
    }

    /// The destinations that are left out so far.
    pub(crate) fn undelivered(&self) -> &[Undelivered] {
        &self.undelivered
    }

    /// What is read for, in words.
    pub(crate) fn describe(&self) -> String {
        let words: Vec<String> = self.waiting.iter().map(Prepared::describe).collect();
        words.join(" and ")
    }

    /// The loaders of what is left, and what the reading for all of them begins with; the observer is told of those that are
    /// left out.
    pub(crate) fn into_loaders(
        self,
        journal: &Journal,
        asked: &[Since],
        retention: Retention,
        parts: &(Arc<dyn Observer>, Arc<dyn Clock>),
    ) -> Result<Loaders, PipelineError> {
        let Deliveries { waiting, mut undelivered, observer } = self;
        let mut ready = Vec::new();
        for prepared in waiting {
            let left_out = prepared.undelivered();
            match prepared.into_loader(journal, asked, retention, parts) {
                Ok(one) => ready.push(one),
                Err(cause) => undelivered.push(left_out(cause)),
            }
        }
        if ready.is_empty() && !undelivered.is_empty() {
            return Err(undelivered.swap_remove(0).cause);
        }
        undelivered.iter().for_each(|left_out| tell(observer.as_ref(), left_out));
        Ok(Loaders::new(ready, undelivered))
    }
}

/// What a run goes on with.
pub(crate) struct Loaders {
    /// The loaders.
    pub(crate) loaders: Vec<Loader>,
    /// The destinations that it goes on without.
    pub(crate) undelivered: Vec<Undelivered>,
    /// Up to when everything discovered was loaded everywhere, by feed.
    pub(crate) low_water: BTreeMap<String, i64>,
    /// Since when history is kept anywhere, by resource.
    pub(crate) since: Bounds,
    /// Whether the journal has what is not loaded everywhere.
    pub(crate) has_unloaded: bool,
}

impl Loaders {
    fn new(ready: Vec<Ready>, undelivered: Vec<Undelivered>) -> Loaders {
        let has_unloaded = ready.iter().any(|one| one.has_unloaded);
        let low_water = ready.iter().map(|one| one.low_water.clone()).reduce(least).unwrap_or_default();
        let since = ready.iter().map(|one| one.since.clone()).reduce(least).unwrap_or_default();
        let loaders = ready.into_iter().map(|one| one.loader).collect();
        Loaders { loaders, undelivered, low_water, since, has_unloaded }
    }
}

/// The marks that both have, each the earlier one: where one has none it needs everything.
fn least(one: BTreeMap<String, i64>, other: BTreeMap<String, i64>) -> BTreeMap<String, i64> {
    let both = |(name, mark): (String, i64)| Some((name.clone(), mark.min(*other.get(&name)?)));
    one.into_iter().filter_map(both).collect()
}

/// Tells the observer of a destination that a run goes on without.
fn tell(observer: &dyn Observer, left_out: &Undelivered) {
    let (destination, error) = (left_out.destination.clone(), in_full(&left_out.cause));
    observer.event(&RunEvent::Undelivered { destination, error });
}

/// An error with its causes, in one line.
fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
