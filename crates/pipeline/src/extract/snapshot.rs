//! Complete readings at every run: lists that answer at once or that nobody can ask for what changed, and the scroll.

use super::discover::{Child, discovered, looks};
use super::page::Turns;
use super::stream::{LAG_S, Stream, StreamState};
use super::{Extraction, detail, entry};
use crate::error::PipelineError;
use crate::event::RunEvent;
use relatable_intercom::ClientError;
use relatable_intercom::catalogue::{Feed, Paging, Position, Question, Reading};
use relatable_intercom::retry::wait_after;
use relatable_journal::Changes;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// A scroll without a call for this long has expired; its end can then not be told from its loss (API notes §6).
const SCROLL_IDLE_MAX_S: i64 = 50;
/// Records of a scroll's page; nobody can change it.
const SCROLL_PAGE: usize = 100;
/// How long somebody else's scroll may keep us waiting each time.
const SCROLL_WAIT: Duration = Duration::from_secs(61);
/// How often a scroll may fail before the run gives up.
const SCROLL_FAILURES_MAX: u32 = 10;
/// How often a scroll may find another one in its way, its own before included, before the run gives up.
const SCROLL_WAITS_MAX: u32 = 15;

/// How a complete reading ended.
enum Pass {
    /// At its end marker.
    Done(Listed),
    /// Before it could begin.
    Refused(ClientError),
    /// In the middle; it must begin again.
    Interrupted(ClientError),
    /// After so many records, of which the last stood on a full page: at its end, or because the scroll was lost.
    Ambiguous(ClientError, usize),
}

/// What a list showed.
#[derive(Default)]
pub(super) struct Listed {
    /// The bodies of its answers, of a feed that answers at once.
    bodies: Vec<Arc<Vec<u8>>>,
    /// What its records without a time of change look like.
    looks: BTreeMap<String, i64>,
}

/// What a complete reading of a list came to.
pub(super) struct Snapshot {
    /// The bodies of its answers, of a feed that answers at once.
    pub(super) bodies: Vec<Arc<Vec<u8>>>,
    /// Whether it was read to its end.
    pub(super) is_complete: bool,
    /// Up to when each feed asked per record was served, seconds since the epoch.
    pub(super) marks: Vec<(String, i64)>,
}

impl Extraction {
    /// Reads a feed that is read completely at every run, and finds the work for what hangs on its records.
    pub(super) async fn snapshot(&self, feed: &'static Feed) -> Result<Snapshot, PipelineError> {
        let mut served = self.snapshot_stream(feed).await?;
        let signpost_s = self.client.server_now().as_second();
        let children = self.snapshot_children(&served);
        let listed = self.whole_list(feed, None, &children, &served.state.known).await?;
        let Some(Listed { bodies, looks }) = listed else {
            return Ok(Snapshot { bodies: Vec::new(), is_complete: false, marks: Vec::new() });
        };
        if !served.wanted.is_empty() {
            for name in served.wanted.clone() {
                let child = children.iter().find(|child| child.feed.name == name);
                let is_swept = child.is_some_and(|child| child.since_s.is_none());
                let known_s = served.state.served.get(&name).and_then(|served| served.swept_at_s);
                let swept_at_s = Some(known_s.filter(|_| !is_swept).unwrap_or(signpost_s));
                let mark = super::stream::Served { low_water_s: signpost_s, swept_at_s };
                served.state.served.insert(name, mark);
            }
            served.state.known = looks;
            self.store(&served, Changes::default()).await?;
        }
        Ok(Snapshot { bodies, is_complete: true, marks: served.marks().collect() })
    }

    /// How far what hangs on a list's records was served.
    async fn snapshot_stream(&self, feed: &'static Feed) -> Result<Stream, PipelineError> {
        let wanted: BTreeSet<String> = match feed.reading {
            Reading::Snapshot => self.children(feed.resource).map(|feed| feed.name.to_owned()).collect(),
            _ => BTreeSet::new(),
        };
        let name = format!("snapshot/{}", feed.name);
        let state = if wanted.is_empty() {
            StreamState::default()
        } else {
            self.stream_state(&name, feed.resource, &wanted).await?
        };
        let swept_now = BTreeSet::new();
        Ok(Stream { name, backfill: feed, updates: None, sweeps: feed, wanted, swept_now, state })
    }

    /// What is asked per record of a list: for those that changed since the last run, and for all when a sweep is due.
    fn snapshot_children(&self, stream: &Stream) -> Vec<Child> {
        let children =
            self.children(stream.backfill.resource).filter(|feed| stream.wanted.contains(feed.name));
        let child = |feed: &'static Feed| {
            let age_max_s = if feed.with_records { self.sweeps.records_s } else { self.sweeps.details_s };
            let fresh = stream.state.served.get(feed.name).filter(|served| {
                let is_young = |at_s: i64| self.began_s.saturating_sub(at_s) < age_max_s;
                !self.sweep && served.swept_at_s.is_some_and(is_young)
            });
            let since_s = fresh.map(|served| served.low_water_s.saturating_sub(LAG_S));
            Child::new(feed, since_s, detail::queue(feed, since_s.is_some()))
        };
        children.map(child).collect()
    }

    /// Reads a list from its first page to its end, from the start again where it breaks and may; nothing where the token may
    /// not read it. `known` has what records without a time of change looked like the last time.
    pub(super) async fn whole_list(
        &self,
        feed: &'static Feed,
        id: Option<&str>,
        children: &[Child],
        known: &BTreeMap<String, i64>,
    ) -> Result<Option<Listed>, PipelineError> {
        let (mut failures, mut waits, mut ended_after) = (0, 0, None);
        loop {
            let (error, wait) = match self.list_pass(feed, id, children, known).await? {
                Pass::Done(listed) => return Ok(Some(listed)),
                // What ends twice in the same place has its end there.
                Pass::Ambiguous(_, records) if ended_after == Some(records) => {
                    return Ok(Some(Listed::default()));
                }
                Pass::Ambiguous(error, records) => {
                    (failures, ended_after) = (failures + 1, Some(records));
                    (error, Duration::ZERO)
                }
                Pass::Refused(error) => {
                    self.skip_or_stop(feed, error)?;
                    return Ok(None);
                }
                Pass::Interrupted(error) if is_held(&error) => {
                    waits += 1;
                    (error, SCROLL_WAIT)
                }
                Pass::Interrupted(error) => {
                    failures += 1;
                    (error, wait_after(failures))
                }
            };
            if failures >= SCROLL_FAILURES_MAX || waits >= SCROLL_WAITS_MAX {
                return Err(PipelineError::Read { what: feed.name.to_owned(), cause: error });
            }
            let reason = format!("{} is read from the start again: {error}", feed.name);
            self.observer.event(&RunEvent::Waiting { reason, seconds: wait.as_secs() });
            self.clock.sleep(wait).await;
        }
    }

    /// Reads a list from its first page to its end.
    async fn list_pass(
        &self,
        feed: &'static Feed,
        id: Option<&str>,
        children: &[Child],
        known: &BTreeMap<String, i64>,
    ) -> Result<Pass, PipelineError> {
        let question =
            Question { id, since_s: self.since.get(feed.resource).copied(), ..Question::default() };
        let (mut listed, mut turns, mut position) = (Listed::default(), Turns::default(), Position::First);
        let mut last_page_s = self.client.server_now().as_second();
        let (mut read, mut on_last_page) = (0, 0);
        loop {
            let page = match self.page(feed, &question, &position).await {
                Ok(page) => page,
                Err(error) => {
                    let idle_s = self.client.server_now().as_second() - last_page_s;
                    let ended_after = (on_last_page >= SCROLL_PAGE).then_some(read);
                    return Ok(judge_end(feed, &position, idle_s, ended_after, error));
                }
            };
            last_page_s = page.answer.answered_at.as_second();
            on_last_page = page.info.record_count;
            read += on_last_page;
            let found = self.found(&page.answer.body, feed);
            let next = if turns.must_restart(feed, page.info.total_count) {
                listed.bodies.clear();
                Some(Position::First)
            } else if let Err(error) = turns.turn(feed, &found, page.info.next.as_ref()) {
                return Ok(Pass::Refused(error));
            } else {
                page.info.next.clone()
            };
            let work_added = discovered(&found, children, known);
            let (records, waiting) = (page.info.record_count as u64, work_added.len() as u64);
            if !children.is_empty() {
                listed.looks.extend(looks(&found));
            }
            let pass = list_pass_name(feed.resource, id);
            let seen = found.into_iter().map(|found| (pass.clone(), found.id)).collect();
            let kept = matches!(feed.paging, Paging::None).then(|| Arc::new(page.answer.body.clone()));
            listed.bodies.extend(kept);
            self.tally(feed.resource, |tally| {
                tally.records += records;
                tally.total = page.info.total_count.or(tally.total);
                tally.waiting += waiting;
            });
            let changes = Changes { work_added, seen, ..Changes::default() };
            if self.is_selected(feed) {
                let scope = id.map(str::to_owned);
                let stored = entry(feed, scope, page.answer.requested_at, page.answer.body);
                self.append(feed, page.ticket, stored, changes).await?;
            } else {
                self.record(changes).await?;
            }
            match next {
                Some(next) => position = next,
                None => return Ok(Pass::Done(listed)),
            }
        }
    }
}

/// The name of what this run's complete readings of a resource, or of one type of its records, have shown.
pub(super) fn list_pass_name(resource: &str, kind: Option<&str>) -> String {
    match kind {
        Some(kind) => format!("snapshot/{resource}/pass/{kind}"),
        None => format!("snapshot/{resource}/pass"),
    }
}

/// What an error in the middle of a reading means. A scroll may end in a 404; but so does one that was lost, to a pause or
/// to somebody else. After a page that is not full there can be no other; after a full one, `ended_after` so many records,
/// nobody knows.
fn judge_end(
    feed: &Feed,
    position: &Position,
    idle_s: i64,
    ended_after: Option<usize>,
    error: ClientError,
) -> Pass {
    if feed.paging != Paging::Scroll {
        return Pass::Refused(error);
    }
    match (&error, position) {
        (ClientError::NotFound { .. }, Position::Scroll(_)) if idle_s < SCROLL_IDLE_MAX_S => {
            ended_after.map_or(Pass::Done(Listed::default()), |records| Pass::Ambiguous(error, records))
        }
        (ClientError::NotFound { .. }, Position::Scroll(_)) => Pass::Interrupted(error),
        (ClientError::Server { .. } | ClientError::Unusable { .. } | ClientError::Unreachable { .. }, _) => {
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
