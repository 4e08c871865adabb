//! Where the reading of a resource stands: how far each of its feeds was served, and which readings are under way.
//!
//! A resource that can be asked for what changed is read once completely and then caught up: from the signpost of the
//! catch-up before, minus a lag for records that the search index does not show yet. The signpost is taken by the
//! server's clock before a reading begins; so whatever changes while it goes on is seen by the next catch-up.
//!
//! A reading serves the feeds that were selected for its run: the listed records themselves and what is asked for each
//! of them. How far each feed was served is remembered for it alone, so that a feed that joins later, or comes back, is
//! given all that it missed.

use super::{Extraction, lock};
use crate::error::PipelineError;
use crate::history::loaded_bounds;
use relatable_intercom::catalogue::{Feed, Position, Reading, feeds};
use relatable_journal::{Changes, Journal, JournalError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How far behind its signpost a catch-up begins: the search index shows records late (API notes §5.4).
pub(super) const LAG_S: i64 = 15 * 60;

/// What stands before a feed's name where a checkpoint keeps when its last complete reading began.
const SWEPT_PREFIX: &str = "swept:";

/// The feed that a mark of a checkpoint is about.
pub(super) fn marked(mark: &str) -> &str {
    mark.strip_prefix(SWEPT_PREFIX).unwrap_or(mark)
}

/// How far a feed was served; seconds since the epoch by the server's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Served {
    /// Up to when everything that changed was found.
    pub(super) low_water_s: i64,
    /// When the last complete reading began that provably showed everything, if there was one.
    pub(super) swept_at_s: Option<i64>,
}

/// A complete reading that was begun and is not settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sweep {
    /// The feeds it is for.
    pub(super) serving: BTreeSet<String>,
    /// The feed that is read.
    pub(super) feed: String,
    /// When it began.
    pub(super) signpost_s: i64,
    /// Whether all its pages were read; what they did not show is then still to be looked for.
    pub(super) ended: bool,
}

/// A reading of what changed that was begun and has not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CatchUp {
    /// The feeds it is for.
    pub(super) serving: BTreeSet<String>,
    /// Since when records must have changed to be read.
    pub(super) from_s: i64,
    /// When it began.
    pub(super) signpost_s: i64,
    /// Where it is.
    pub(super) position: Position,
}

/// What the journal keeps of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct StreamState {
    /// What earlier readings brought, by the name of the feed they served.
    pub(super) served: BTreeMap<String, Served>,
    /// The complete reading under way.
    pub(super) sweep: Option<Sweep>,
    /// The bound of history that readings had, seconds since the epoch.
    pub(super) since_s: Option<i64>,
    /// Records that changed late in the last reading and whose own requests were made since, with their times of change:
    /// those that the next catch-up meets again because of its lag.
    pub(super) known: BTreeMap<String, i64>,
    /// The feeds that this holds for.
    pub(super) known_for: BTreeSet<String>,
}

/// A resource that is read completely once, and then what changed.
pub(super) struct Stream {
    /// The name of its cursor in the journal, which those of its readings begin with.
    pub(super) name: String,
    /// The feed of its first reading.
    pub(super) backfill: &'static Feed,
    /// The feed of what changed.
    pub(super) updates: Option<&'static Feed>,
    /// The feed of later complete readings.
    pub(super) sweeps: &'static Feed,
    /// The names of the feeds to serve in this run.
    pub(super) wanted: BTreeSet<String>,
    /// Those of which this run began and ended a complete reading.
    pub(super) swept_now: BTreeSet<String>,
    /// Where it stands.
    pub(super) state: StreamState,
}

impl StreamState {
    /// The feeds among `wanted` that were never served.
    pub(super) fn unserved(&self, wanted: &BTreeSet<String>) -> BTreeSet<String> {
        wanted.iter().filter(|name| !self.served.contains_key(*name)).cloned().collect()
    }

    /// Notes that everything that changed until `signpost_s` was found for some feeds.
    pub(super) fn caught_up(&mut self, serving: &BTreeSet<String>, signpost_s: i64) {
        for name in serving {
            if let Some(served) = self.served.get_mut(name) {
                served.low_water_s = served.low_water_s.max(signpost_s);
            }
        }
    }

    /// Notes that a complete reading has shown what there was when it began.
    pub(super) fn shown(&mut self, sweep: &Sweep) {
        for name in &sweep.serving {
            let unread = Served { low_water_s: sweep.signpost_s, swept_at_s: None };
            self.served.entry(name.clone()).or_insert(unread);
        }
        self.caught_up(&sweep.serving, sweep.signpost_s);
    }

    /// Notes that a complete reading is settled: `proven` where it showed everything, else it is due again.
    pub(super) fn settled(&mut self, sweep: &Sweep, proven: bool) {
        for name in &sweep.serving {
            if let Some(served) = self.served.get_mut(name).filter(|_| proven) {
                served.swept_at_s = Some(sweep.signpost_s);
            }
        }
        self.sweep = None;
    }

    /// The state for readings with this bound: where more of the past is asked for than any reading brought, nothing counts
    /// as served.
    fn limited_to(self, since_s: Option<i64>) -> StreamState {
        let is_wider = since_s.unwrap_or(i64::MIN) < self.since_s.unwrap_or(i64::MIN);
        let state = if is_wider { StreamState::default() } else { self };
        StreamState { since_s, ..state }
    }
}

impl Stream {
    /// Up to when each wanted feed is served in the journal, and when its last complete reading began.
    pub(super) fn marks(&self) -> impl Iterator<Item = (String, i64)> {
        let served = self.wanted.iter().filter_map(|name| Some((name, *self.state.served.get(name)?)));
        served.flat_map(|(name, served)| {
            let swept = served.swept_at_s.map(|at_s| (format!("{SWEPT_PREFIX}{name}"), at_s));
            [(name.clone(), served.low_water_s)].into_iter().chain(swept)
        })
    }

    /// Whether its own records, and not only what hangs on them, are served.
    pub(super) fn serves_records(&self, serving: &BTreeSet<String>) -> bool {
        serving.contains(self.backfill.name) || serving.contains(self.sweeps.name)
    }

    /// The name of what complete readings of it have shown.
    pub(super) fn pass(&self) -> String {
        format!("{}/pass", self.name)
    }
}

impl Extraction {
    /// The streams of this run, as far as earlier runs came with them.
    pub(super) async fn streams(&self) -> Result<Vec<Stream>, PipelineError> {
        let mut streams = Vec::new();
        let backfills: Vec<&'static Feed> =
            self.with_reading(|reading| matches!(reading, Reading::Backfill(_))).collect();
        for backfill in backfills {
            if lock(&self.barred).contains(backfill.resource) {
                continue;
            }
            let version = self.client.version();
            let of_it = |is: fn(Reading) -> bool| {
                feeds().find(|feed| {
                    feed.resource == backfill.resource && feed.is_in(version) && is(feed.reading)
                })
            };
            let updates = of_it(|reading| matches!(reading, Reading::Updates(_)));
            let sweeps = of_it(|reading| reading == Reading::Sweep);
            let wanted = self.served_by(backfill, sweeps);
            let name = format!("stream/{}", backfill.resource);
            let state = self.stream_state(&name, backfill.resource, &wanted).await?;
            let sweeps = sweeps.unwrap_or(backfill);
            let swept_now = BTreeSet::new();
            streams.push(Stream { name, backfill, updates, sweeps, wanted, swept_now, state });
        }
        Ok(streams)
    }

    /// The selected feeds that a resource's enumeration serves.
    fn served_by(&self, backfill: &Feed, sweeps: Option<&Feed>) -> BTreeSet<String> {
        let own = [Some(backfill), sweeps].into_iter().flatten().filter(|feed| self.is_selected(feed));
        let own = own.map(|feed| feed.name.to_owned());
        self.children(backfill.resource).map(|feed| feed.name.to_owned()).chain(own).collect()
    }

    /// The selected feeds that are asked for each record of a resource.
    pub(super) fn children(&self, resource: &'static str) -> impl Iterator<Item = &'static Feed> {
        let is_child = move |feed: &&'static Feed| {
            feed.parent == Some(resource) && matches!(feed.reading, Reading::PerRecord(_))
        };
        self.selected.iter().copied().filter(is_child)
    }

    /// Where the reading of a resource goes on in this run.
    pub(super) async fn stream_state(
        &self,
        name: &str,
        resource: &str,
        wanted: &BTreeSet<String>,
    ) -> Result<StreamState, PipelineError> {
        let (journal, key) = (self.journal.clone(), name.to_owned());
        let stored = self.blocking(move || journal.cursor(&key)).await?;
        let since_s = self.since.get(resource).copied();
        let Some(mut state) = stored.and_then(|text| serde_json::from_str::<StreamState>(&text).ok()) else {
            // A new journal goes on from where the one before it had come to.
            let known = self.low_water.iter().filter(|(name, _)| wanted.contains(*name));
            let served = known.map(|(name, &low_water_s)| {
                let swept_at_s = self.low_water.get(&format!("{SWEPT_PREFIX}{name}")).copied();
                (name.clone(), Served { low_water_s, swept_at_s })
            });
            let loaded_s = loaded_bounds(&self.low_water).get(resource).copied();
            let state = StreamState { served: served.collect(), since_s: loaded_s, ..StreamState::default() };
            return Ok(state.limited_to(since_s));
        };
        state = state.limited_to(since_s);
        // What is not selected now is not served to the end; a reading that was broken off goes on for the others.
        state.sweep = state.sweep.take().and_then(|mut sweep| {
            sweep.serving.retain(|name| wanted.contains(name));
            let feed = Feed::named(&sweep.feed).filter(|feed| feed.is_in(self.client.version()));
            (!sweep.serving.is_empty() && feed.is_some()).then_some(sweep)
        });
        Ok(state)
    }

    /// Keeps where a stream stands, with what else changes.
    pub(super) async fn store(&self, stream: &Stream, mut changes: Changes) -> Result<(), PipelineError> {
        changes.cursors.push((stream.name.clone(), Some(encode(&stream.state))));
        self.record(changes).await
    }

    /// The feed that asks for one record of a resource by itself, where there is one.
    pub(super) fn confirming(&self, resource: &str) -> Option<&'static Feed> {
        let version = self.client.version();
        let feed = Feed::of_one_record(resource, version)
            .or_else(|| Feed::of_one_typed_record(resource, version))?;
        self.selected.iter().copied().find(|selected| selected.name == feed.name)
    }
}

/// Per feed, when the last complete reading that served it began, in seconds since the epoch.
pub(crate) fn swept_at_s(journal: &Journal) -> Result<BTreeMap<String, i64>, JournalError> {
    let mut states = journal.cursors("stream/")?;
    states.extend(journal.cursors("snapshot/")?);
    let states = states.into_iter().filter_map(|(_, text)| serde_json::from_str::<StreamState>(&text).ok());
    let served = states.flat_map(|state| state.served);
    Ok(served.filter_map(|(feed, served)| Some((feed, served.swept_at_s?))).collect())
}

/// A state as the journal keeps it.
pub(super) fn encode(state: &impl Serialize) -> String {
    serde_json::to_string(state).unwrap_or_default()
}
