//! Enumerations: complete ones at every run, and those that go on from where the last run came to.
//!
//! A resource that can be searched by time of change is read once completely and then caught up: from the signpost of
//! the reading before, minus a lag for records that the search index does not show yet, to now. The signpost is taken by
//! the server's clock before the reading begins; so whatever changes while it goes on is seen by the next catch-up.
//!
//! A reading serves the feeds that were selected for its run: the listed records themselves and what is asked for each
//! of them. How far each feed was served is remembered for it alone, so that a feed that joins later, or comes back, is
//! given all that it missed.

use super::discover::{discovered, oldest_change_s};
use super::{Extraction, entry};
use crate::error::PipelineError;
use crate::event::RunEvent;
use relatable_intercom::ClientError;
use relatable_intercom::answer::{Answer, PageInfo};
use relatable_intercom::catalogue::{FEEDS, Feed, Granularity, Paging, Position, Reading, Since};
use relatable_journal::{Changes, Journal, JournalError, Ticket};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// How far behind its signpost a catch-up begins: the search index shows records late (API notes §5.4).
const LAG_S: i64 = 15 * 60;
/// A complete reading is repeated when the last is this old: segment membership, notes and events move no
/// `updated_at`.
const SWEEP_AGE_S: i64 = 7 * 24 * 3600;
/// A scroll without a call for this long has expired; its end can then not be told from its loss (API notes §6).
const SCROLL_IDLE_MAX_S: i64 = 50;
/// How long somebody else's scroll may keep us waiting each time.
const SCROLL_WAIT: Duration = Duration::from_secs(61);
/// How often a scroll is begun again before the run gives up.
const SCROLL_STARTS_MAX: u32 = 5;

/// Where the reading of a resource stands; kept in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct StreamState {
    /// The reading that was begun and has not ended.
    under_way: Option<Enumeration>,
    /// What earlier readings brought, by the name of the feed they served.
    served: BTreeMap<String, Served>,
}

/// How far a feed was served; seconds since the epoch by the server's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Served {
    /// Up to when everything that changed was found.
    low_water_s: i64,
    /// When the last complete reading began.
    swept_at_s: i64,
}

/// A reading of a resource's records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Enumeration {
    /// The feeds it is for.
    serving: BTreeSet<String>,
    /// Since when records must have changed to be read; all records without it.
    from_s: Option<i64>,
    /// When it began.
    signpost_s: i64,
    /// Where it is.
    position: Position,
}

impl StreamState {
    /// The feeds among `wanted` that need all records: never served, or so long ago that a sweep is due.
    fn due(&self, wanted: &BTreeSet<String>, now_s: i64) -> BTreeSet<String> {
        let fresh = |name: &String| {
            self.served.get(name).is_some_and(|served| now_s - served.swept_at_s < SWEEP_AGE_S)
        };
        wanted.iter().filter(|name| !fresh(name)).cloned().collect()
    }

    /// The reading to begin: of all records for the feeds that are `due`, else of what changed for all that are `wanted`.
    fn next(&self, wanted: &BTreeSet<String>, due: &BTreeSet<String>, now_s: i64) -> Enumeration {
        let low_water_s = self.served.iter().filter(|(name, _)| wanted.contains(*name));
        let oldest_s = low_water_s.map(|(_, served)| served.low_water_s).min().unwrap_or_default();
        let from_s = due.is_empty().then(|| oldest_s.min(now_s) - LAG_S);
        let serving = if due.is_empty() { wanted } else { due };
        Enumeration { serving: serving.clone(), from_s, signpost_s: now_s, position: Position::First }
    }

    /// Notes that a reading came to its end.
    fn ended(&mut self, enumeration: &Enumeration) {
        let low_water_s = enumeration.signpost_s;
        for name in &enumeration.serving {
            if enumeration.from_s.is_none() {
                self.served.insert(name.clone(), Served { low_water_s, swept_at_s: low_water_s });
            } else if let Some(served) = self.served.get_mut(name) {
                served.low_water_s = low_water_s;
            }
        }
    }
}

/// A page with what was learned from it.
struct Page {
    answer: Answer,
    ticket: Ticket,
    info: PageInfo,
}

impl Extraction {
    /// Reads a feed that is read completely at every run; returns the bodies of its answers.
    pub(super) async fn snapshot(&self, feed: &'static Feed) -> Result<Vec<Arc<Vec<u8>>>, PipelineError> {
        let mut starts = 0;
        loop {
            starts += 1;
            match self.snapshot_pass(feed).await? {
                Pass::Done(bodies) => {
                    if feed.reading == Reading::Snapshot {
                        self.read(feed.resource);
                    }
                    return Ok(bodies);
                }
                Pass::Refused(error) => {
                    self.skip_or_stop(feed, error)?;
                    return Ok(Vec::new());
                }
                Pass::Interrupted(error) if starts >= SCROLL_STARTS_MAX => {
                    return Err(PipelineError::Read { what: feed.name.to_owned(), cause: error });
                }
                Pass::Interrupted(error) => {
                    let reason = format!("{} is read from the start again: {error}", feed.name);
                    let wait = if is_held(&error) { SCROLL_WAIT } else { Duration::ZERO };
                    self.observer.event(&RunEvent::Waiting { reason, seconds: wait.as_secs() });
                    self.clock.sleep(wait).await;
                }
            }
        }
    }

    /// Reads a feed from its first page to its end.
    async fn snapshot_pass(&self, feed: &'static Feed) -> Result<Pass, PipelineError> {
        let mut bodies = Vec::new();
        let mut position = Position::First;
        let mut last_page_s = self.client.server_now().as_second();
        loop {
            let page = match self.page(feed, None, &position).await {
                Ok(page) => page,
                Err(error) => {
                    let idle_s = self.client.server_now().as_second() - last_page_s;
                    return Ok(judge_end(feed, &position, idle_s, error, bodies));
                }
            };
            last_page_s = page.answer.answered_at.as_second();
            let next = page.info.next.clone();
            self.tally(feed.resource, |tally| {
                tally.records += page.info.record_count as u64;
                tally.total = page.info.total_count.or(tally.total);
            });
            let kept = matches!(feed.paging, Paging::None).then(|| Arc::new(page.answer.body.clone()));
            bodies.extend(kept);
            if self.is_selected(feed) {
                let stored = entry(feed, None, page.answer.requested_at, page.answer.body);
                self.append(feed, page.ticket, stored, Changes::default()).await?;
            }
            match next {
                Some(next) => position = next,
                None => return Ok(Pass::Done(bodies)),
            }
        }
    }

    /// Asks for one page.
    async fn page(
        &self,
        feed: &Feed,
        since: Option<Since>,
        position: &Position,
    ) -> Result<Page, ClientError> {
        let request = feed.request(None, since, position);
        let (answer, ticket) = self.ask(feed, &request).await?;
        let info = answer.page(&request, feed.list.unwrap_or_default(), feed.paging, position)?;
        Ok(Page { answer, ticket, info })
    }

    /// Reads a resource that has a complete reading and catch-ups; returns up to when each feed was served.
    pub(super) async fn stream(
        &self,
        backfill: &'static Feed,
    ) -> Result<BTreeMap<String, i64>, PipelineError> {
        let name = format!("stream/{}", backfill.resource);
        let is_updates =
            |feed: &&&Feed| feed.resource == backfill.resource && matches!(feed.reading, Reading::Updates(_));
        let updates = FEEDS.iter().find(|feed| is_updates(&feed)).unwrap_or(backfill);
        let wanted = self.served_by(backfill);
        let run_began_s = self.client.server_now().as_second();
        let mut state = self.stream_state(&name, &wanted, run_began_s).await?;
        let mut due = if self.full { wanted.clone() } else { state.due(&wanted, run_began_s) };
        loop {
            let now_s = self.client.server_now().as_second();
            let enumeration = state.under_way.take().unwrap_or_else(|| state.next(&wanted, &due, now_s));
            let feed = if enumeration.from_s.is_some() { updates } else { backfill };
            let enumeration = match self.pass(feed, &name, &state.served, enumeration).await? {
                Ok(enumeration) => enumeration,
                Err(error) => {
                    self.skip_or_stop(feed, error)?;
                    return Ok(BTreeMap::new());
                }
            };
            state.ended(&enumeration);
            self.store(&name, &state).await?;
            let serves_all = wanted.is_subset(&enumeration.serving);
            if enumeration.from_s.is_none() {
                due.retain(|name| !enumeration.serving.contains(name));
            } else if due.is_empty() && serves_all && enumeration.signpost_s >= run_began_s {
                self.read(feed.resource);
                return Ok(wanted.into_iter().map(|name| (name, enumeration.signpost_s)).collect());
            }
        }
    }

    /// The selected feeds that a resource's enumeration serves.
    fn served_by(&self, backfill: &Feed) -> BTreeSet<String> {
        let is_child = |feed: &&Feed| {
            feed.parent == Some(backfill.resource) && matches!(feed.reading, Reading::PerRecord(_))
        };
        let children = self.selected.iter().copied().filter(is_child);
        let own = self.is_selected(backfill).then_some(backfill);
        children.chain(own).map(|feed| feed.name.to_owned()).collect()
    }

    /// Reads pages from where an enumeration stands to its end.
    async fn pass(
        &self,
        feed: &'static Feed,
        name: &str,
        served: &BTreeMap<String, Served>,
        mut enumeration: Enumeration,
    ) -> Result<Result<Enumeration, ClientError>, PipelineError> {
        let since = enumeration.from_s.map(|from_s| Since { from_s });
        let is_served = |child: &&&Feed| enumeration.serving.contains(child.name);
        let children: Vec<&Feed> = self.selected.iter().filter(is_served).copied().collect();
        // Where only what hangs on the records is asked for, the records themselves are not kept.
        let is_kept = enumeration.serving.contains(feed.resource);
        loop {
            let page = match self.page(feed, since, &enumeration.position).await {
                Ok(page) => page,
                Err(error) => return Ok(Err(error)),
            };
            let below = since.is_some_and(|since| {
                feed.reading == Reading::Updates(Granularity::Day)
                    && oldest_change_s(&page.answer.body, feed)
                        .is_some_and(|oldest_s| oldest_s < since.from_s)
            });
            let next = page.info.next.clone().filter(|_| !below);
            let last = next.is_none();
            enumeration.position = next.unwrap_or(Position::First);
            let work_added = discovered(&page.answer.body, feed, since, &children);
            let found = work_added.len() as u64;
            let mut changes = Changes { work_added, ..Changes::default() };
            if !last {
                let under_way = Some(enumeration.clone());
                let state = StreamState { under_way, served: served.clone() };
                changes.cursors.push((name.to_owned(), Some(encode(&state))));
            }
            if is_kept {
                let stored = entry(feed, None, page.answer.requested_at, page.answer.body);
                self.append(feed, page.ticket, stored, changes).await?;
            } else {
                self.record(changes).await?;
            }
            self.tally(feed.resource, |tally| {
                tally.records += page.info.record_count as u64;
                tally.waiting += found;
                if since.is_none() {
                    tally.total = page.info.total_count.or(tally.total);
                }
            });
            if last {
                return Ok(Ok(enumeration));
            }
        }
    }

    /// Where the reading of a resource goes on in this run.
    async fn stream_state(
        &self,
        name: &str,
        wanted: &BTreeSet<String>,
        now_s: i64,
    ) -> Result<StreamState, PipelineError> {
        let (journal, key) = (self.journal.clone(), name.to_owned());
        let stored = self.blocking(move || journal.cursor(&key)).await?;
        let stored: Option<StreamState> = stored.and_then(|text| serde_json::from_str(&text).ok());
        let Some(mut state) = stored else {
            // A new journal goes on from where the one before it had come to.
            let known = self.low_water.iter().filter(|(name, _)| wanted.contains(*name));
            let served =
                known.map(|(name, &low_water_s)| (name.clone(), Served { low_water_s, swept_at_s: now_s }));
            return Ok(StreamState { under_way: None, served: served.collect() });
        };
        // What is not selected now is not served to the end; a reading that was broken off goes on for the others.
        state.under_way = state.under_way.take().and_then(|mut enumeration| {
            enumeration.serving.retain(|name| wanted.contains(name));
            (!enumeration.serving.is_empty()).then_some(enumeration)
        });
        Ok(state)
    }

    /// Keeps where a stream stands.
    async fn store(&self, name: &str, state: &StreamState) -> Result<(), PipelineError> {
        let cursors = vec![(name.to_owned(), Some(encode(state)))];
        self.record(Changes { cursors, ..Changes::default() }).await
    }

    /// Tells that a resource has been read, if it was to be.
    pub(super) fn read(&self, resource: &str) {
        if !self.resources.contains(resource) {
            return;
        }
        let records = self.records().get(resource).copied().unwrap_or_default();
        self.observer.event(&RunEvent::ResourceRead { resource: resource.to_owned(), records });
    }
}

/// How a complete reading ended.
enum Pass {
    /// At its end marker; the bodies of a feed that answers at once.
    Done(Vec<Arc<Vec<u8>>>),
    /// Before it could begin.
    Refused(ClientError),
    /// In the middle; it must begin again.
    Interrupted(ClientError),
}

/// What an error in the middle of a reading means. A scroll may end in a 404; after a pause that means it was lost.
fn judge_end(
    feed: &Feed,
    position: &Position,
    idle_s: i64,
    error: ClientError,
    bodies: Vec<Arc<Vec<u8>>>,
) -> Pass {
    if feed.paging != Paging::Scroll {
        return Pass::Refused(error);
    }
    match (&error, position) {
        (ClientError::NotFound { .. }, Position::Scroll(_)) if idle_s < SCROLL_IDLE_MAX_S => {
            Pass::Done(bodies)
        }
        (ClientError::NotFound { .. } | ClientError::Server { .. }, Position::Scroll(_)) => {
            Pass::Interrupted(error)
        }
        _ if is_held(&error) => Pass::Interrupted(error),
        _ => Pass::Refused(error),
    }
}

/// Whether somebody else's scroll is in the way.
fn is_held(error: &ClientError) -> bool {
    matches!(error, ClientError::Refused { code, .. } if code == "scroll_exists")
}

/// Per feed, when the last complete reading that served it began, in seconds since the epoch.
pub(crate) fn swept_at_s(journal: &Journal) -> Result<BTreeMap<String, i64>, JournalError> {
    let states = journal.cursors("stream/")?.into_iter();
    let states = states.filter_map(|(_, text)| serde_json::from_str::<StreamState>(&text).ok());
    Ok(states.flat_map(|state| state.served).map(|(feed, served)| (feed, served.swept_at_s)).collect())
}

/// A state as the journal keeps it.
fn encode(state: &StreamState) -> String {
    serde_json::to_string(state).unwrap_or_default()
}
