//! Catching up: what changed since a moment, from the search or from a list that is sorted by it.

use super::detail::queue;
use super::discover::{Child, Found, discovered};
use super::page::Turns;
use super::stream::{CatchUp, LAG_S, Stream, encode};
use super::{Extraction, entry};
use crate::error::PipelineError;
use relatable_intercom::ClientError;
use relatable_intercom::catalogue::{Feed, Granularity, Position, Question, Reading};
use relatable_journal::Changes;
use std::collections::{BTreeMap, BTreeSet};

/// Records whose requests are known to have been made are remembered up to this many.
const KNOWN_MAX: usize = 10_000;
/// How long after a change its record's own request must have been found due to count for all of that second, whatever
/// the clocks of the API's hosts say.
const KNOWN_AFTER_S: i64 = 60;

impl Extraction {
    /// Brings a stream's served feeds up to the present. Returns `false` where the token may not read it.
    pub(super) async fn catch_up(&self, stream: &mut Stream) -> Result<bool, PipelineError> {
        let Some(feed) = stream.updates else { return Ok(true) };
        let name = format!("{}/catch-up", stream.name);
        let began_s = self.client.server_now().as_second();
        let (journal, key) = (self.journal.clone(), name.clone());
        let stored = self.blocking(move || journal.cursor(&key)).await?;
        let mut under_way: Option<CatchUp> = stored.and_then(|text| serde_json::from_str(&text).ok());
        loop {
            let served: BTreeSet<String> = stream
                .wanted
                .iter()
                .filter(|name| stream.state.served.contains_key(*name))
                .cloned()
                .collect();
            if served.is_empty() {
                return Ok(true);
            }
            let broken_off = under_way.take().map(|mut catch_up| {
                catch_up.serving.retain(|name| served.contains(name));
                catch_up
            });
            let catch_up = broken_off
                .filter(|catch_up| !catch_up.serving.is_empty())
                .unwrap_or_else(|| self.next_catch_up(stream, &served));
            let (serving, signpost_s) = (catch_up.serving.clone(), catch_up.signpost_s);
            let known = match self.catch_up_pass(feed, stream, &name, catch_up).await? {
                Ok(known) => known,
                Err(error) => {
                    self.skip_or_stop(feed, error)?;
                    return Ok(false);
                }
            };
            stream.state.caught_up(&serving, signpost_s);
            stream.state.known = known;
            stream.state.known_for.clone_from(&serving);
            let cursors = vec![(name.clone(), None)];
            self.store(stream, Changes { cursors, ..Changes::default() }).await?;
            if served.is_subset(&serving) && signpost_s >= began_s {
                return Ok(true);
            }
        }
    }

    /// The catch-up to begin: from what the feed served least has, to the present.
    fn next_catch_up(&self, stream: &Stream, served: &BTreeSet<String>) -> CatchUp {
        let signpost_s = self.client.server_now().as_second();
        let marks = served.iter().filter_map(|name| stream.state.served.get(name));
        let oldest_s = marks.map(|served| served.low_water_s).min().unwrap_or(signpost_s);
        let from_s = (oldest_s.min(signpost_s) - LAG_S).max(stream.state.since_s.unwrap_or(i64::MIN));
        CatchUp { serving: served.clone(), from_s, signpost_s, position: Position::First }
    }

    /// Reads pages from where a catch-up stands to its end. Returns the records that need not be asked for again if the
    /// next one meets them.
    async fn catch_up_pass(
        &self,
        feed: &'static Feed,
        stream: &Stream,
        name: &str,
        mut catch_up: CatchUp,
    ) -> Result<Result<BTreeMap<String, i64>, ClientError>, PipelineError> {
        let CatchUp { from_s, signpost_s, .. } = catch_up;
        let question = Question { since_s: Some(from_s), ..Question::default() };
        let children = self.children_of(stream, &catch_up.serving, Some(from_s), true);
        // Where only what hangs on the records is asked for, the records themselves are not kept.
        let is_kept = stream.serves_records(&catch_up.serving);
        let shows_older = matches!(
            feed.reading,
            Reading::Updates(Granularity::Day) | Reading::Updates(Granularity::Sorted)
        );
        let nothing = BTreeMap::new();
        let is_known = catch_up.serving.is_subset(&stream.state.known_for);
        let asked_before = if is_known { &stream.state.known } else { &nothing };
        let (mut turns, mut known) = (Turns::default(), BTreeMap::new());
        loop {
            let page = match self.page(feed, &question, &catch_up.position).await {
                Ok(page) => page,
                Err(error) => return Ok(Err(error)),
            };
            if turns.must_restart(feed, page.info.total_count) {
                catch_up.position = Position::First;
                continue;
            }
            let found = self.found(&page.answer.body, feed);
            if let Err(error) = turns.turn(feed, &found, page.info.next.as_ref()) {
                return Ok(Err(error));
            }
            let oldest_s = found.iter().filter_map(|found| found.changed_s).min();
            let is_below = shows_older && oldest_s.is_some_and(|oldest_s| oldest_s < from_s);
            let next = page.info.next.clone().filter(|_| !is_below);
            let work_added = discovered(&found, &children, asked_before);
            let is_news = |found: &&Found<'_>| found.changed_s.is_none_or(|at_s| at_s >= from_s);
            let (records, waiting) = (found.iter().filter(is_news).count() as u64, work_added.len() as u64);
            let answered_s = page.answer.answered_at.as_second();
            let late = found.iter().filter_map(|found| Some((found.id.clone(), found.changed_s?)));
            known.extend(late.filter(|(_, changed_s)| {
                *changed_s >= signpost_s - 2 * LAG_S && changed_s + KNOWN_AFTER_S <= answered_s
            }));
            let mut changes = Changes { work_added, ..Changes::default() };
            if stream.state.sweep.is_some() && is_kept {
                let pass = stream.pass();
                changes.seen = found.into_iter().map(|found| (pass.clone(), found.id)).collect();
            }
            let is_last = next.is_none();
            catch_up.position = next.unwrap_or(Position::First);
            if !is_last {
                changes.cursors.push((name.to_owned(), Some(encode(&catch_up))));
            }
            if is_kept {
                let stored = entry(feed, None, page.answer.requested_at, page.answer.body);
                self.append(feed, page.ticket, stored, changes).await?;
            } else {
                self.record(changes).await?;
            }
            self.tally(feed.resource, |tally| {
                tally.records += records;
                tally.waiting += waiting;
            });
            if is_last {
                known = if known.len() > KNOWN_MAX { BTreeMap::new() } else { known };
                return Ok(Ok(known));
            }
        }
    }

    /// The feeds to ask per record, of those a reading serves; what is new goes before what a sweep asks for.
    pub(super) fn children_of(
        &self,
        stream: &Stream,
        serving: &BTreeSet<String>,
        since_s: Option<i64>,
        is_new: bool,
    ) -> Vec<Child> {
        let served = self.children(stream.backfill.resource).filter(|feed| serving.contains(feed.name));
        served.map(|feed| Child::new(feed, since_s, queue(feed, is_new))).collect()
    }
}
