//! How long the journal keeps what was received, once it is loaded.

use crate::error::PipelineError;
use relatable_destinations::Destination;
use relatable_destinations::package::Checkpoint;
use relatable_intercom::catalogue::{Reading, feeds};
use relatable_intercom::clock::Clock;
use relatable_journal::{Changes, Compacted, Inspection, Journal, JournalError, Pruned, Pruning};
use std::collections::BTreeMap;
use std::path::Path;

/// From this share of the file on that holds nothing, in percent, a run gives the space back: then what is rewritten for
/// it is the smaller part.
const FREE_PERCENT: u64 = 50;
/// What stands before a destination's words in the journal's cursor that says how far it has loaded.
const SERVED_PREFIX: &str = "served/";
/// The journal's cursor that says up to which entry something may have gone.
const PRUNED_CURSOR: &str = "pruned";

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

    /// Takes away what is loaded, by this destination and all others that the journal serves, and not kept.
    pub(crate) fn apply(
        self,
        journal: &Journal,
        place: &str,
        loaded: i64,
        now_us: i64,
    ) -> Result<Pruned, PipelineError> {
        if self == Retention::Forever {
            return Ok(Pruned::default());
        }
        register(journal, place, loaded)?;
        let loaded = served(journal)?.into_values().min().unwrap_or_default();
        let Some(pruning) = self.pruning(loaded, now_us) else { return Ok(Pruned::default()) };
        // Before anything goes: who has loaded less than that cannot be served from here any more.
        let cursors = vec![(PRUNED_CURSOR.to_owned(), Some(loaded.to_string()))];
        journal.record(Changes { cursors, ..Changes::default() }).map_err(error("write"))?;
        journal.prune(pruning).map_err(error("prune"))
    }
}

/// Notes how far the destination at this place has loaded the journal.
pub(crate) fn register(journal: &Journal, place: &str, loaded: i64) -> Result<(), PipelineError> {
    let cursors = vec![(format!("{SERVED_PREFIX}{place}"), Some(loaded.to_string()))];
    journal.record(Changes { cursors, ..Changes::default() }).map_err(error("write"))
}

/// Notes a destination that cannot be asked how far it is: where the journal does not know it, that it has loaded nothing.
pub(crate) fn register_unreachable(journal: &Journal, place: &str) -> Result<(), PipelineError> {
    if served(journal)?.contains_key(place) { Ok(()) } else { register(journal, place, 0) }
}

/// How far each destination that the journal serves has loaded it.
fn served(journal: &Journal) -> Result<BTreeMap<String, i64>, PipelineError> {
    let cursors = journal.cursors(SERVED_PREFIX).map_err(error("read"))?;
    let name = |name: &str| name.strip_prefix(SERVED_PREFIX).unwrap_or(name).to_owned();
    Ok(cursors.iter().map(|(stream, loaded)| (name(stream), loaded.parse().unwrap_or_default())).collect())
}

/// Refuses a journal from which something has gone that this destination, with the checkpoint stored there, has not loaded.
///
/// # Errors
/// [`PipelineError::JournalPruned`].
pub(crate) fn check_served(
    journal: &Journal,
    destination: &dyn Destination,
    stored: Option<&Checkpoint>,
) -> Result<(), PipelineError> {
    let pruned = journal.cursor(PRUNED_CURSOR).map_err(error("read"))?;
    let pruned = pruned.and_then(|text| text.parse().ok()).unwrap_or(0);
    let of_journal = stored.filter(|stored| stored.journal.split(' ').next() == Some(journal.id()));
    let loaded = of_journal.map_or(0, |stored| stored.seq);
    let holds_nothing = stored.is_none_or(|stored| stored.seq == 0 && stored.low_water.is_empty());
    let is_unknown = holds_nothing && !served(journal)?.contains_key(&destination.place());
    let lacks = is_unknown && journal.settled() > 0 && journal.is_partial().map_err(error("read"))?;
    if !lacks && (of_journal.is_none() && !holds_nothing || loaded >= pruned) {
        return Ok(());
    }
    let (destination, journal) = (destination.describe(), journal.path().display().to_string());
    Err(PipelineError::JournalPruned { destination, journal, loaded })
}

/// Gives space back where most of the journal's file holds nothing.
pub(crate) fn give_back(journal: &Journal) -> Result<(), PipelineError> {
    if journal.free_percent().map_err(error("read"))? >= FREE_PERCENT {
        journal.compact().map_err(error("compact"))?;
    }
    Ok(())
}

/// Takes away what the destination at this place and with this checkpoint has loaded, and all others that the journal
/// serves, and `retention` does not keep, and gives the space back.
///
/// # Errors
/// [`PipelineError::Journal`], where a run has the journal open among others; [`PipelineError::OtherJournal`] and
/// [`PipelineError::JournalBehind`] for a journal that is not the destination's. Nothing is taken away then.
pub fn prune_journal(
    file: &Path,
    place: &str,
    stored: &Checkpoint,
    retention: Retention,
    clock: &dyn Clock,
) -> Result<(Pruned, Compacted), PipelineError> {
    let journal = open_journal(file, stored, clock)?;
    let pruned = retention.apply(&journal, place, stored.seq, clock.now().as_microsecond())?;
    let compacted = journal.compact().map_err(error("compact"))?;
    Ok((pruned, compacted))
}

/// Lets go of the destination at this place, which was given up: the journal keeps nothing for it any more, and knows nothing
/// of it. Other destinations and the answers themselves are left as they are.
///
/// # Errors
/// [`PipelineError::Journal`], where a run has the journal open among others; [`PipelineError::NotServed`] for a place that
/// the journal does not serve, with those that it does.
pub fn release_destination(file: &Path, place: &str, clock: &dyn Clock) -> Result<(), PipelineError> {
    let known = Inspection::open(file).and_then(|journal| journal.overview()).map_err(error("open"))?;
    let journal = Journal::open(file, &known.workspace, clock.now().as_microsecond());
    let journal = journal.map_err(error("open"))?;
    let served = served(&journal)?;
    if !served.contains_key(place) {
        let (journal, place) = (file.display().to_string(), place.to_owned());
        return Err(PipelineError::NotServed { journal, place, served: served.into_keys().collect() });
    }
    let cursors = vec![(format!("{SERVED_PREFIX}{place}"), None)];
    journal.record(Changes { cursors, ..Changes::default() }).map_err(error("write"))
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
