//! Rows that a complete reading did not show.

use super::Loader;
use crate::error::PipelineError;
use relatable_destinations::{DestinationError, Live};
use relatable_journal::JournalError;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// Keys read at a time from either side.
const KEYS: usize = 10_000;
/// How often it is looked whether earlier requests have been answered.
const POLL: Duration = Duration::from_millis(5);

/// A search for rows that complete readings did not show.
#[derive(Debug)]
pub(crate) struct Search {
    /// What is searched.
    pub(crate) sought: Arc<Vec<Sought>>,
    /// The last entry of what they showed.
    pub(crate) up_to: i64,
    /// Who waits for the outcome, in the order of what is searched.
    pub(crate) answer: oneshot::Sender<Vec<Missing>>,
}

/// A resource whose rows are held against what a reading showed.
#[derive(Debug)]
pub(crate) struct Sought {
    /// The resource.
    pub(crate) resource: &'static str,
    /// The type of records, where a record's key is its type and its id, and only those of one type were read.
    pub(crate) kind: Option<String>,
    /// What the reading showed, by the name the journal keeps it under.
    pub(crate) pass: String,
    /// Only among rows that changed at or after this moment, microseconds since the epoch.
    pub(crate) since_us: Option<i64>,
}

/// What such a search found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Missing {
    /// How many rows there are.
    pub(crate) live: usize,
    /// The keys of those that were not shown.
    pub(crate) keys: Vec<String>,
}

impl Loader {
    /// Loads everything that complete readings showed, and then finds the rows that they did not.
    pub(crate) fn search(&mut self, search: Search) -> Result<(), PipelineError> {
        self.load_all(search.up_to)?;
        let missing = search.sought.iter().map(|sought| self.missing(sought));
        let missing = missing.collect::<Result<Vec<Missing>, PipelineError>>()?;
        // Who does not wait any more has failed, which ends the run elsewhere.
        drop(search.answer.send(missing));
        Ok(())
    }

    /// Loads everything that was read, up to this entry at least.
    pub(super) fn load_all(&mut self, up_to: i64) -> Result<(), PipelineError> {
        while self.journal.settled() < up_to {
            std::thread::sleep(POLL);
        }
        self.load_up_to(self.journal.settled())
    }

    /// The live rows without a key among those shown; both sides come in the order of their bytes.
    fn missing(&mut self, search: &Sought) -> Result<Missing, PipelineError> {
        let mut missing = Missing::default();
        let Some(table) = self.model.root_table(search.resource) else { return Ok(missing) };
        let in_key = |path: &str| {
            table.columns.iter().find(|column| table.key.contains(&column.name) && column.path == path)
        };
        let (Some(key), kind) = (in_key("id"), in_key("type")) else { return Ok(missing) };
        let is_told_apart = match (&search.kind, kind) {
            (None, None) => table.key.len() == 1,
            (Some(_), Some(_)) => table.key.len() == 2,
            _ => false,
        };
        if !is_told_apart {
            return Ok(missing);
        }
        let (name, key) = (table.name.clone(), key.name.clone());
        let kind = kind.map(|column| column.name.clone()).zip(search.kind.clone());
        let kinds: Vec<String> = kind.iter().map(|(_, kind)| kind.clone()).collect();
        let among = kind.as_ref().map(|(column, _)| (column.as_str(), kinds.as_slice()));
        let version = self.model.rules.resources.get(search.resource).and_then(|rules| rules.version.clone());
        let version = table.columns.iter().find(|column| Some(&column.path) == version.as_ref());
        let since = version.map(|column| column.name.clone()).zip(search.since_us);
        let since = since.as_ref().map(|(column, since_us)| (column.as_str(), *since_us));
        let journal = |cause: JournalError| PipelineError::Journal { step: "read", cause };
        let (mut after, mut shown, mut shown_after, mut place) =
            (String::new(), Vec::new(), String::new(), 0);
        loop {
            let live = Live { table: &name, key: &key, after: &after, count: KEYS, among, since };
            let keys = self.destination.live(&live).map_err(inspecting)?;
            let Some(last) = keys.last() else { return Ok(missing) };
            after.clone_from(last);
            let is_last = keys.len() < KEYS;
            for key in keys {
                missing.live += 1;
                while place == shown.len() || shown[place] < key {
                    if place < shown.len() {
                        place += 1;
                        continue;
                    }
                    shown = self.journal.seen(&search.pass, &shown_after, KEYS).map_err(journal)?;
                    place = 0;
                    match shown.last() {
                        Some(last) => shown_after.clone_from(last),
                        None => break,
                    }
                }
                if shown.get(place) != Some(&key) {
                    missing.keys.push(key);
                }
            }
            if is_last {
                return Ok(missing);
            }
        }
    }
}

/// An error of looking into the destination.
pub(super) fn inspecting(cause: DestinationError) -> PipelineError {
    PipelineError::Destination { step: "inspect", cause }
}
