//! Enumerations: complete ones at every run, and those that go on from where the last run came to.
//!
//! A resource that can be searched by time of change is read once completely and then caught up: from the signpost of
//! the reading before, minus a lag for records that the search index does not show yet, to now. The signpost is taken by
//! the server's clock before the reading begins; so whatever changes while it goes on is seen by the next catch-up.

use super::discover::{discovered, oldest_change_s};
use super::{Extraction, entry};
use crate::error::PipelineError;
use crate::event::RunEvent;
use relatable_intercom::ClientError;
use relatable_intercom::answer::{Answer, PageInfo};
use relatable_intercom::catalogue::{FEEDS, Feed, Granularity, Paging, Position, Reading, Since};
use relatable_journal::{Changes, Ticket};
use serde::{Deserialize, Serialize};
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
    phase: Phase,
    /// When the last complete reading began, seconds since the epoch by the server's clock.
    swept_at_s: Option<i64>,
}

/// What a stream is doing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
enum Phase {
    /// Nothing has been read.
    #[default]
    New,
    /// Everything is being read; `signpost_s` is when that began.
    Backfill { position: Position, signpost_s: i64 },
    /// What changed since `from_s` is being read.
    Updates { position: Position, from_s: i64, signpost_s: i64 },
    /// Everything up to `low_water_s` has been read.
    Idle { low_water_s: i64 },
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
                    self.read(feed.resource);
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
            let stored = entry(feed, None, page.answer.requested_at, page.answer.body);
            self.append(feed, page.ticket, stored, Changes::default()).await?;
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

    /// Reads a resource that has a complete reading and catch-ups; returns its name and up to when it is read.
    pub(super) async fn stream(
        &self,
        backfill: &'static Feed,
    ) -> Result<Option<(String, i64)>, PipelineError> {
        let name = format!("stream/{}", backfill.resource);
        let is_updates =
            |feed: &&&Feed| feed.resource == backfill.resource && matches!(feed.reading, Reading::Updates(_));
        let updates = FEEDS.iter().find(|feed| is_updates(&feed));
        let run_began_s = self.client.server_now().as_second();
        let mut state = self.stream_state(&name, backfill.resource, run_began_s).await?;
        loop {
            let (feed, since, signpost_s) = match &state.phase {
                Phase::New => {
                    let signpost_s = self.client.server_now().as_second();
                    state.phase = Phase::Backfill { position: Position::First, signpost_s };
                    continue;
                }
                Phase::Backfill { signpost_s, .. } => (backfill, None, *signpost_s),
                Phase::Updates { from_s, signpost_s, .. } => match updates {
                    Some(updates) => (updates, Some(Since { from_s: *from_s }), *signpost_s),
                    None => return Ok(None),
                },
                Phase::Idle { low_water_s } => return Ok(Some((backfill.resource.to_owned(), *low_water_s))),
            };
            if let Err(error) = self.pass(feed, since, &name, &mut state).await? {
                self.skip_or_stop(feed, error)?;
                return Ok(None);
            }
            let caught_up = since.is_some() && signpost_s >= run_began_s;
            state = StreamState {
                phase: if caught_up {
                    self.read(feed.resource);
                    Phase::Idle { low_water_s: signpost_s }
                } else {
                    let now_s = self.client.server_now().as_second();
                    let from_s = signpost_s.min(now_s) - LAG_S;
                    Phase::Updates { position: Position::First, from_s, signpost_s: now_s }
                },
                swept_at_s: if since.is_none() { Some(signpost_s) } else { state.swept_at_s },
            };
            self.store(&name, &state).await?;
        }
    }

    /// Reads pages from where the state stands to the end of its phase.
    async fn pass(
        &self,
        feed: &'static Feed,
        since: Option<Since>,
        name: &str,
        state: &mut StreamState,
    ) -> Result<Result<(), ClientError>, PipelineError> {
        loop {
            let (Phase::Backfill { position, .. } | Phase::Updates { position, .. }) = &mut state.phase
            else {
                return Ok(Ok(()));
            };
            let page = match self.page(feed, since, position).await {
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
            *position = next.unwrap_or(Position::First);
            let work_added = discovered(&page.answer.body, feed, since, &self.selected);
            let found = work_added.len() as u64;
            let cursors = if last { Vec::new() } else { vec![(name.to_owned(), Some(encode(state)))] };
            let stored = entry(feed, None, page.answer.requested_at, page.answer.body);
            let changes = Changes { cursors, work_added, ..Changes::default() };
            self.append(feed, page.ticket, stored, changes).await?;
            self.tally(feed.resource, |tally| {
                tally.records += page.info.record_count as u64;
                tally.waiting += found;
                if since.is_none() {
                    tally.total = page.info.total_count.or(tally.total);
                }
            });
            if last {
                return Ok(Ok(()));
            }
        }
    }

    /// Where the reading of a resource goes on in this run.
    async fn stream_state(
        &self,
        name: &str,
        resource: &str,
        now_s: i64,
    ) -> Result<StreamState, PipelineError> {
        let (journal, key) = (self.journal.clone(), name.to_owned());
        let stored = self.blocking(move || journal.cursor(&key)).await?;
        let mut state: StreamState =
            stored.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let sweep_due = state.swept_at_s.is_some_and(|swept_at_s| now_s - swept_at_s >= SWEEP_AGE_S);
        let catch_up = |low_water_s: i64| Phase::Updates {
            position: Position::First,
            from_s: low_water_s.min(now_s) - LAG_S,
            signpost_s: now_s,
        };
        state.phase = match state.phase {
            Phase::New | Phase::Idle { .. } if self.full => Phase::New,
            Phase::Idle { .. } if sweep_due => Phase::New,
            Phase::Idle { low_water_s } => catch_up(low_water_s),
            Phase::New => {
                self.low_water.get(resource).map_or(Phase::New, |&low_water_s| catch_up(low_water_s))
            }
            going_on => going_on,
        };
        if state.swept_at_s.is_none() && matches!(state.phase, Phase::Updates { .. }) {
            state.swept_at_s = Some(now_s);
        }
        Ok(state)
    }

    /// Keeps where a stream stands.
    async fn store(&self, name: &str, state: &StreamState) -> Result<(), PipelineError> {
        let cursors = vec![(name.to_owned(), Some(encode(state)))];
        let journal = self.journal.clone();
        self.blocking(move || journal.record(Changes { cursors, ..Changes::default() })).await
    }

    /// Tells that a resource has been read.
    pub(super) fn read(&self, resource: &str) {
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

/// A state as the journal keeps it.
fn encode(state: &StreamState) -> String {
    serde_json::to_string(state).unwrap_or_default()
}
