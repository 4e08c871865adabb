//! Complete readings: the first of a resource, and sweeps, which find what moves no time of change.
//!
//! A sweep of the records themselves is due every day: it shows which records are gone. What is asked for per record costs
//! a request each and is due every week. Both yield to what is new, go on in the next run where they were broken off, and
//! are settled when what they did not show has been looked for (`absence`).

use super::discover::{Child, discovered};
use super::page::Turns;
use super::stream::{Stream, Sweep, encode};
use super::windows::{HANDS, Reach, Windows};
use super::{Extraction, entry};
use crate::error::PipelineError;
use crate::load::Sought;
use futures_util::StreamExt;
use futures_util::future::try_join_all;
use futures_util::stream::FuturesUnordered;
use relatable_intercom::ClientError;
use relatable_intercom::catalogue::{Cut, Feed, Position, Question, Reading};
use relatable_journal::Changes;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

/// A complete reading under way, as its hands share it.
struct UnderWay<'a> {
    feed: &'static Feed,
    name: &'a str,
    pass: String,
    since_s: Option<i64>,
    /// Whether the records themselves are kept.
    is_kept: bool,
    children: Vec<Child>,
    windows: Mutex<Windows>,
    turns: Mutex<Vec<Turns>>,
}

/// What a page came to.
struct Turned {
    number: usize,
    outcome: Result<bool, ClientError>,
}

impl Extraction {
    /// Reads completely what was never read or is due of all streams, one reading of each after the other, and looks for
    /// what they did not show.
    pub(super) async fn complete(&self, streams: Vec<&mut Stream>) -> Result<(), PipelineError> {
        let mut open = streams;
        while !open.is_empty() {
            let reading = open.iter_mut().map(|stream| self.complete_next(stream));
            let read = try_join_all(reading.collect::<Vec<_>>()).await?;
            let mut settled = Vec::new();
            let mut sought = Vec::new();
            for (stream, sweep) in open.into_iter().zip(read) {
                let Some(sweep) = sweep else { continue };
                let is_proven = self.is_proven(stream, &sweep).await?;
                sought.extend(self.sought(stream, &sweep).filter(|_| is_proven));
                settled.push((stream, sweep, is_proven));
            }
            self.look_for(sought).await?;
            open = Vec::new();
            for (stream, sweep, is_proven) in settled {
                stream.state.settled(&sweep, is_proven);
                if sweep.signpost_s >= self.began_s {
                    stream.swept_now.extend(sweep.serving.iter().cloned());
                }
                let passes_forgotten = vec![stream.pass()];
                self.store(stream, Changes { passes_forgotten, ..Changes::default() }).await?;
                open.push(stream);
            }
        }
        Ok(())
    }

    /// Does the next complete reading of a stream, with the catch-up behind it; nothing where none is due any more or the
    /// token may not read it.
    async fn complete_next(&self, stream: &mut Stream) -> Result<Option<Sweep>, PipelineError> {
        if stream.state.sweep.is_none() {
            let Some(sweep) = self.next_sweep(stream) else {
                self.read(stream.backfill.resource);
                return Ok(None);
            };
            stream.state.sweep = Some(sweep);
            let passes_forgotten = vec![stream.pass()];
            self.store(stream, Changes { passes_forgotten, ..Changes::default() }).await?;
        }
        let Some(sweep) = stream.state.sweep.clone() else { return Ok(None) };
        let is_read = sweep.ended || self.read_through(stream, &sweep).await?;
        let is_current = is_read && self.caught_up_behind(stream, &sweep).await?;
        Ok(is_current.then_some(sweep))
    }

    /// What a complete reading can show to be gone: rows of the records themselves, where it was not the first, and they
    /// do not outlast what the API shows.
    fn sought(&self, stream: &Stream, sweep: &Sweep) -> Option<Sought> {
        let was_swept = |name: &str| stream.state.served.get(name).is_some_and(|it| it.swept_at_s.is_some());
        let is_first = !was_swept(stream.backfill.name) && !was_swept(stream.sweeps.name);
        if !stream.serves_records(&sweep.serving) || stream.backfill.lasting || is_first {
            return None;
        }
        let since_us = stream.state.since_s.map(|since_s| since_s.saturating_mul(1_000_000));
        Some(Sought { resource: stream.backfill.resource, kind: None, pass: stream.pass(), since_us })
    }

    /// The complete reading to begin, if any is due.
    fn next_sweep(&self, stream: &Stream) -> Option<Sweep> {
        let signpost_s = self.client.server_now().as_second();
        let sweep = |serving: BTreeSet<String>, feed: &Feed| Sweep {
            serving,
            feed: feed.name.to_owned(),
            signpost_s,
            ended: false,
        };
        let is_separate = stream.sweeps.name != stream.backfill.name;
        let mut unserved = stream.state.unserved(&stream.wanted);
        let sweep_unserved = is_separate && unserved.remove(stream.sweeps.name);
        if !unserved.is_empty() {
            return Some(sweep(unserved, stream.backfill));
        }
        let is_own = |name: &str| name == stream.backfill.name || name == stream.sweeps.name;
        let began_s = self.began_s.max(0);
        let is_due = |name: &String| {
            let age_s = if is_own(name) { self.sweeps.records_s } else { self.sweeps.details_s };
            let swept_at_s = stream.state.served.get(name).and_then(|served| served.swept_at_s);
            let is_old = swept_at_s.is_none_or(|at_s| began_s.saturating_sub(at_s) >= age_s);
            !stream.swept_now.contains(name) && (self.sweep || is_old)
        };
        let lasts = stream.backfill.lasting;
        let mut due: BTreeSet<String> = stream.wanted.iter().filter(|name| is_due(name)).cloned().collect();
        due.retain(|name| !lasts || !is_own(name));
        if sweep_unserved {
            due.insert(stream.sweeps.name.to_owned());
        }
        (!due.is_empty()).then(|| sweep(due, stream.sweeps))
    }

    /// Reads all pages of a complete reading that are not read yet.
    async fn read_through(&self, stream: &mut Stream, sweep: &Sweep) -> Result<bool, PipelineError> {
        let Some(feed) = Feed::named(&sweep.feed) else { return Ok(true) };
        let prefix = format!("{}/window/", stream.name);
        let (journal, key) = (self.journal.clone(), prefix.clone());
        let stored = self.blocking(move || journal.cursors(&key)).await?;
        let mut numbered: Vec<(usize, Reach)> = stored
            .iter()
            .filter_map(|(name, reach)| {
                Some((name.strip_prefix(&prefix)?.parse().ok()?, serde_json::from_str(reach).ok()?))
            })
            .collect();
        numbered.sort_by_key(|(number, _)| *number);
        let all: Vec<Reach> = numbered.into_iter().map(|(_, reach)| reach).collect();
        let windows = if all.is_empty() { Windows::whole() } else { Windows { all } };
        let under_way = UnderWay {
            feed,
            name: &prefix,
            pass: stream.pass(),
            since_s: stream.state.since_s,
            is_kept: stream.serves_records(&sweep.serving),
            children: self.children_of(stream, &sweep.serving, stream.state.since_s, false),
            turns: Mutex::default(),
            windows: Mutex::new(windows),
        };
        let count = match self.all_windows(&under_way).await? {
            Ok(count) => count,
            Err(error) => {
                self.skip_or_stop(feed, error)?;
                return Ok(false);
            }
        };
        stream.state.sweep = Some(Sweep { ended: true, ..sweep.clone() });
        let cursors = (0..count).map(|number| (format!("{prefix}{number}"), None)).collect();
        self.store(stream, Changes { cursors, ..Changes::default() }).await?;
        Ok(true)
    }

    /// Reads all windows, cutting them while hands are free; returns how many there were.
    async fn all_windows(
        &self,
        under_way: &UnderWay<'_>,
    ) -> Result<Result<usize, ClientError>, PipelineError> {
        let cut = match under_way.feed.reading {
            Reading::Backfill(cut) => cut,
            _ => Cut::Whole,
        };
        let open: Vec<usize> = {
            let windows = super::lock(&under_way.windows);
            super::lock(&under_way.turns).resize_with(windows.all.len(), Turns::default);
            (0..windows.all.len()).filter(|number| !windows.all[*number].ended).collect()
        };
        let mut hands: FuturesUnordered<_> =
            open.into_iter().map(|number| self.turn(under_way, number)).collect();
        while let Some(Turned { number, outcome }) = hands.next().await.transpose()? {
            match outcome {
                Ok(true) => {}
                Ok(false) => hands.push(self.turn(under_way, number)),
                Err(error) => return Ok(Err(error)),
            }
            while hands.len() < HANDS
                && let Some(number) = self.cut(under_way, cut).await?
            {
                hands.push(self.turn(under_way, number));
            }
        }
        Ok(Ok(super::lock(&under_way.windows).all.len()))
    }

    /// Cuts a window, if one is worth it; returns the number of the new one.
    async fn cut(&self, under_way: &UnderWay<'_>, cut: Cut) -> Result<Option<usize>, PipelineError> {
        let now_s = self.client.server_now().as_second();
        let cursors = {
            let mut windows = super::lock(&under_way.windows);
            let Some((old, new)) = windows.cut(cut, under_way.feed.page_size, now_s) else { return Ok(None) };
            let cursor =
                |number: usize| (format!("{}{number}", under_way.name), Some(encode(&windows.all[number])));
            vec![cursor(old), cursor(new)]
        };
        self.record(Changes { cursors, ..Changes::default() }).await?;
        let mut turns = super::lock(&under_way.turns);
        turns.push(Turns::default());
        Ok(Some(turns.len() - 1))
    }

    /// Reads the next page of a window.
    async fn turn(&self, under_way: &UnderWay<'_>, number: usize) -> Result<Turned, PipelineError> {
        let UnderWay { feed, since_s, .. } = *under_way;
        let reach = super::lock(&under_way.windows).all[number].clone();
        let window = Some(reach.window).filter(|_| feed.search);
        let question = Question { since_s, window, ..Question::default() };
        let page = match self.page(feed, &question, &reach.position).await {
            Ok(page) => page,
            Err(error) => return Ok(Turned { number, outcome: Err(error) }),
        };
        let found = self.found(&page.answer.body, feed);
        let next = {
            let mut turns = super::lock(&under_way.turns);
            if turns[number].must_restart(feed, page.info.total_count) {
                Some(Position::First)
            } else if let Err(error) = turns[number].turn(feed, &found, page.info.next.as_ref()) {
                return Ok(Turned { number, outcome: Err(error) });
            } else {
                page.info.next.clone()
            }
        };
        let latest_s = found.iter().filter_map(|found| found.created_s).max();
        let records = page.info.record_count as u64;
        let (is_ended, cursor) = {
            let mut windows = super::lock(&under_way.windows);
            let is_ended = windows.turn(number, records, page.info.total_count, latest_s, next);
            (is_ended, (format!("{}{number}", under_way.name), Some(encode(&windows.all[number]))))
        };
        let work_added = discovered(&found, &under_way.children, &BTreeMap::new());
        let waiting = work_added.len() as u64;
        let mut changes = Changes { work_added, cursors: vec![cursor], ..Changes::default() };
        if under_way.is_kept {
            changes.seen = found.into_iter().map(|found| (under_way.pass.clone(), found.id)).collect();
            let stored = entry(feed, None, page.answer.requested_at, page.answer.body);
            self.append(feed, page.ticket, stored, changes).await?;
        } else {
            self.record(changes).await?;
        }
        self.tally(feed.resource, |tally| {
            // A sweep shows the same records once more.
            let is_sweep = feed.reading == Reading::Sweep;
            *(if is_sweep { &mut tally.swept } else { &mut tally.records }) += records;
            tally.waiting += waiting;
            if number == 0 && reach.position == Position::First {
                tally.total = page.info.total_count.or(tally.total);
            }
        });
        Ok(Turned { number, outcome: Ok(is_ended) })
    }

    /// Brings the feeds of a complete reading from its beginning to the present.
    async fn caught_up_behind(&self, stream: &mut Stream, sweep: &Sweep) -> Result<bool, PipelineError> {
        stream.state.shown(sweep);
        self.catch_up(stream).await
    }
}
