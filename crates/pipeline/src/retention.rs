//! How long the journal keeps what was received, once it is loaded.

use crate::error::PipelineError;
use relatable_destinations::package::Checkpoint;
use relatable_intercom::catalogue::{Reading, feeds};
use relatable_intercom::clock::Clock;
use relatable_journal::{Compacted, Journal, JournalError, Pruned, Pruning};
use std::path::Path;

/// From this share of the file on that holds nothing, in percent, a run gives the space back: then what is rewritten for
/// it is the smaller part.
const FREE_PERCENT: u64 = 50;

/// How long answers are kept. What is not loaded stays in any case, and of the definitions of attributes the last of
/// several equal ones: without them nobody could make tables anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Retention {
    /// For ever.
    #[default]
    Forever,
    /// For so many seconds.
    Seconds(i64),
    /// Until they are loaded.
    Loaded,
}

impl Retention {
    /// What may go of a journal that is loaded up to an entry; nothing where all is kept.
    fn pruning(self, loaded: i64, now_us: i64) -> Option<Pruning> {
        let requested_before_us = match self {
            Retention::Forever => return None,
            Retention::Seconds(seconds) => now_us.saturating_sub(seconds.saturating_mul(1_000_000)),
            Retention::Loaded => i64::MAX,
        };
        let definitions = feeds().filter(|feed| matches!(feed.reading, Reading::Definitions(_)));
        let once = definitions.map(|feed| feed.name.to_owned()).collect();
        Some(Pruning { up_to: loaded, requested_before_us, once })
    }

    /// Takes away what is loaded and not kept.
    pub(crate) fn apply(self, journal: &Journal, loaded: i64, now_us: i64) -> Result<Pruned, PipelineError> {
        match self.pruning(loaded, now_us) {
            Some(pruning) => journal.prune(pruning).map_err(error("prune")),
            None => Ok(Pruned::default()),
        }
    }
}

/// Gives space back where most of the journal's file holds nothing.
pub(crate) fn give_back(journal: &Journal) -> Result<(), PipelineError> {
    if journal.free_percent().map_err(error("read"))? >= FREE_PERCENT {
        journal.compact().map_err(error("compact"))?;
    }
    Ok(())
}

/// Takes away what the destination with this checkpoint has loaded and `retention` does not keep, and gives the space back.
///
/// # Errors
/// [`PipelineError::Journal`], where a run has the journal open among others; [`PipelineError::OtherJournal`] and
/// [`PipelineError::JournalBehind`] for a journal that is not the destination's. Nothing is taken away then.
pub fn prune_journal(
    file: &Path,
    stored: &Checkpoint,
    retention: Retention,
    clock: &dyn Clock,
) -> Result<(Pruned, Compacted), PipelineError> {
    let journal = open_journal(file, stored, clock)?;
    let pruned = retention.apply(&journal, stored.seq, clock.now().as_microsecond())?;
    let compacted = journal.compact().map_err(error("compact"))?;
    Ok((pruned, compacted))
}

/// Opens the journal that a checkpoint speaks of.
///
/// # Errors
/// [`PipelineError::Journal`], [`PipelineError::OtherJournal`], [`PipelineError::JournalBehind`].
pub fn open_journal(file: &Path, stored: &Checkpoint, clock: &dyn Clock) -> Result<Journal, PipelineError> {
    let journal = Journal::open(file, &stored.workspace, clock.now().as_microsecond());
    let journal = journal.map_err(error("open"))?;
    let (id, path) = stored.journal.split_once(' ').unwrap_or((&stored.journal, ""));
    if id != journal.id() {
        let (journal, other) = (file.display().to_string(), path.to_owned());
        return Err(PipelineError::OtherJournal { journal, other });
    }
    if journal.settled() < stored.seq {
        let (journal, checkpoint) = (journal.settled(), stored.seq);
        return Err(PipelineError::JournalBehind { journal, checkpoint });
    }
    Ok(journal)
}

/// An error of the journal at a step.
fn error(step: &'static str) -> impl Fn(JournalError) -> PipelineError {
    move |cause| PipelineError::Journal { step, cause }
}
