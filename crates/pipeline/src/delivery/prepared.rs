//! From a destination that nothing was asked of to the loader that writes it.

use super::{Delivery, Undelivered};
use crate::error::PipelineError;
use crate::event::Observer;
use crate::history::{Bounds, SINCE_CURSOR, Since, bounds};
use crate::load::{Loader, remembered};
use crate::readiness::{check_destination, check_workspace};
use crate::remembrance::{remembered_rules, to_remember};
use crate::retention::{Retention, check_served, register};
use crate::shred::{ModelState, with_whole_lists};
use crate::sync::{check_journal, destination_error, journal_name};
use relatable_destinations::package::{Checkpoint, Remembered};
use relatable_intercom::clock::Clock;
use relatable_journal::Journal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A destination before its loader begins.
pub(crate) struct Prepared {
    delivery: Delivery,
    /// The checkpoint as it was found and then claimed.
    checkpoint: Option<Checkpoint>,
    /// Who is not to come back.
    pub(crate) forgotten: Vec<Remembered>,
    /// Whether the journal is another than that of the checkpoint.
    is_new: bool,
}

/// What a loader and the reading for it begin with.
pub(crate) struct Ready {
    /// The loader.
    pub(crate) loader: Loader,
    /// Up to when everything discovered was loaded before, by feed.
    pub(crate) low_water: BTreeMap<String, i64>,
    /// Since when history is kept, by resource.
    pub(crate) since: Bounds,
    /// Whether the journal has what is not loaded.
    pub(crate) has_unloaded: bool,
}

impl Prepared {
    pub(super) fn new(delivery: Delivery) -> Prepared {
        Prepared { delivery, checkpoint: None, forgotten: Vec::new(), is_new: false }
    }

    /// The destination in words.
    pub(crate) fn describe(&self) -> String {
        self.delivery.destination.describe()
    }

    /// What to say where it is left out.
    pub(super) fn undelivered(&self) -> impl FnOnce(PipelineError) -> Undelivered + use<> {
        let (destination, place) = (self.describe(), self.delivery.destination.place());
        |cause| Undelivered { destination, place, cause }
    }

    /// Whether the journal has to take the place of another.
    pub(crate) fn is_new(&self) -> bool {
        self.is_new
    }

    /// Looks at the destination, without writing.
    pub(crate) fn check(&mut self) -> Result<(), PipelineError> {
        let destination = self.delivery.destination.as_mut();
        destination.keep_open();
        self.checkpoint = check_destination(destination, &self.delivery.rules)?;
        self.forgotten = destination.forgotten().map_err(destination_error("inspect"))?;
        destination.rest();
        Ok(())
    }

    /// Refuses tables of another workspace.
    pub(crate) fn check_workspace(&mut self, workspace: &str) -> Result<(), PipelineError> {
        check_workspace(self.delivery.destination.as_ref(), self.checkpoint.as_ref(), workspace)
    }

    /// Makes the destination this run's, with this journal; it stays open for the loader.
    pub(crate) fn claim(&mut self, workspace: &str, journal: &Journal) -> Result<(), PipelineError> {
        let destination = self.delivery.destination.as_mut();
        // A run with the wrong journal must not take the destination from one that is under way.
        let stored = destination.checkpoint().map_err(destination_error("inspect"))?;
        if let Some(stored) = &stored {
            check_journal(journal, stored)?;
        }
        check_served(journal, destination, stored.as_ref())?;
        let claimed = destination.claim(workspace, &journal_name(journal));
        let mut checkpoint = claimed.map_err(destination_error("claim"))?;
        self.is_new = check_journal(journal, &checkpoint)?;
        journal.raise(checkpoint.seq);
        if !self.is_new {
            checkpoint.journal = journal_name(journal);
        }
        let loaded = if self.is_new { 0 } else { checkpoint.seq };
        register(journal, &destination.place(), loaded)?;
        self.checkpoint = Some(checkpoint);
        Ok(())
    }

    /// The loader, and what the reading for it begins with.
    pub(crate) fn into_loader(
        self,
        journal: &Journal,
        asked: &[Since],
        retention: Retention,
        (observer, clock): &(Arc<dyn Observer>, Arc<dyn Clock>),
    ) -> Result<Ready, PipelineError> {
        let Delivery { mut destination, rules, curated } = self.delivery;
        let checkpoint = self.checkpoint.ok_or(PipelineError::Internal { part: "checkpoint" })?;
        let low_water = checkpoint.low_water.clone();
        let failed = |step| move |cause| PipelineError::Journal { step, cause };
        let of_journal = journal.cursor(SINCE_CURSOR).map_err(failed("read"))?;
        let since = bounds(asked, of_journal.as_deref(), &low_water);
        let remembered = remembered(destination.as_mut()).map_err(destination_error("inspect"))?;
        let models = to_remember(&remembered_rules(destination.as_mut())?, &rules, &curated);
        let model = ModelState::new(with_whole_lists(rules), remembered)?;
        let mut loader =
            Loader::new(destination, journal.clone(), checkpoint, model, observer.clone(), clock.clone());
        loader.remember_models(models);
        loader.limit_history(since.clone());
        loader.keep_loaded(retention);
        if self.is_new {
            if loader.position() > 0 || !low_water.is_empty() {
                journal.mark_partial().map_err(failed("write"))?;
            }
            loader.adopt_journal()?;
        }
        let has_unloaded = journal.settled() > loader.position();
        Ok(Ready { loader, low_water, since, has_unloaded })
    }
}
