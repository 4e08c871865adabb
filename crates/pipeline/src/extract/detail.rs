//! Requests of their own for single records: a persistent queue worked by many hands.
//!
//! * What is new goes before what a complete reading asks for: each feed has a queue for either.
//! * Of each feed one request goes first, and the others follow once it was answered: a feed that the token may not read
//!   costs one request a run, and its work waits.
//! * A record that the API does not have is asked for once more by the next run, which corrects what was an error of the
//!   moment.

use super::discover::found;
use super::page::Turns;
use super::{Extraction, entry};
use crate::error::PipelineError;
use crate::load::GONE_PREFIX;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use relatable_intercom::ClientError;
use relatable_intercom::answer::Answer;
use relatable_intercom::catalogue::{Feed, Position, Question, Reading};
use relatable_intercom::error::Policy;
use relatable_journal::{Changes, Entry, Ticket, Work};
use relatable_model::json::records;
use std::collections::{HashSet, VecDeque};
use std::sync::atomic::Ordering;

/// Records taken from a queue at a time.
const TAKEN: usize = 96;
/// What stands behind a feed's name where records wait that a complete reading found.
const SWEEP_SUFFIX: &str = "/sweep";
/// What stands before a queue's name where records wait for the next run to ask for them again.
const AGAIN_PREFIX: &str = "again/";
/// Payload of work for a record that the API did not have when an earlier run asked for it.
const AGAIN: &str = "again";
/// Payload of work for a record that a complete reading did not show.
const ABSENT: &str = "absent";

/// A queue, and the feed that its records are asked for with.
#[derive(Clone, Copy)]
struct Queue {
    feed: &'static Feed,
    is_new: bool,
}

/// The name of the queue of records that a feed is asked for.
pub(super) fn queue(feed: &Feed, is_new: bool) -> String {
    format!("{}{}", feed.name, if is_new { "" } else { SWEEP_SUFFIX })
}

/// The work of asking for a record that a complete reading or a list did not show.
pub(crate) fn absent(confirming: &Feed, key: String) -> Work {
    Work { queue: queue(confirming, true), key, payload: ABSENT.to_owned() }
}

/// What asking for a record came to.
struct Detail {
    feed: &'static Feed,
    outcome: Outcome,
}

/// How asking for a record ended.
#[derive(Clone, Copy)]
enum Outcome {
    /// With its answer in the journal.
    Answered,
    /// The API does not have it.
    Gone,
    /// The token may not ask, so that the feed is left out of this run.
    LeftOut,
}

/// What is known of the feeds whose records are asked for.
#[derive(Default)]
struct Feeds {
    /// Left out of this run.
    left_out: HashSet<&'static str>,
    /// Found empty, until something may have come into it: feed, and whether it is the queue of what is new.
    empty: HashSet<(&'static str, bool)>,
    /// With a request under way that goes first.
    probing: HashSet<&'static str>,
    /// With a request that was answered.
    open: HashSet<&'static str>,
}

impl Feeds {
    /// Whether more work is to be taken from a queue.
    fn is_hungry(&self, queue: Queue) -> bool {
        !self.left_out.contains(queue.feed.name) && !self.empty.contains(&(queue.feed.name, queue.is_new))
    }

    /// Takes the next work that may be done now; work of feeds that are left out falls away.
    fn next(&mut self, taken: &mut VecDeque<(&'static Feed, Work)>) -> Option<(&'static Feed, Work)> {
        taken.retain(|(feed, _)| !self.left_out.contains(feed.name));
        let place = taken.iter().position(|(feed, _)| !self.probing.contains(feed.name))?;
        let next = taken.remove(place)?;
        if !self.open.contains(next.0.name) {
            self.probing.insert(next.0.name);
        }
        Some(next)
    }

    /// Notes what a request came to.
    fn answered(&mut self, detail: &Detail) {
        let name = detail.feed.name;
        self.probing.remove(name);
        // A record that changed while it was asked for is in its queue again.
        self.empty.remove(&(name, true));
        self.empty.remove(&(name, false));
        match detail.outcome {
            Outcome::Answered => self.open.insert(name),
            Outcome::Gone => {
                // The queue of what it hangs on may have got work.
                self.empty.clear();
                self.open.insert(name)
            }
            Outcome::LeftOut => self.left_out.insert(name),
        };
    }
}

/// A record's answer, all its pages in one.
struct Whole {
    ticket: Ticket,
    first: Answer,
    body: Vec<u8>,
    record_count: usize,
    /// Whether its pages showed as many records as they say there are.
    is_whole: bool,
}

impl Extraction {
    /// Works the queues until they are empty and no enumeration is left to fill them; returns the feeds left out.
    pub(super) async fn details(&self) -> Result<HashSet<&'static str>, PipelineError> {
        let asked = self.asked();
        let queues: Vec<Queue> = [true, false]
            .into_iter()
            .flat_map(|is_new| asked.iter().map(move |feed| Queue { feed, is_new }))
            .collect();
        let mut feeds = Feeds::default();
        // What is new, and what a complete reading found.
        let mut taken: [VecDeque<(&'static Feed, Work)>; 2] = Default::default();
        let mut under_way = FuturesUnordered::new();
        let mut was_over = false;
        loop {
            let over = self.is_enumerated();
            if over && !was_over {
                // Whatever the last enumeration found is in the queues by now.
                was_over = true;
                feeds.empty.clear();
            }
            self.take(&queues, &mut feeds, &mut taken).await?;
            let [new, old] = &mut taken;
            while under_way.len() < self.hands
                && let Some((feed, work)) = feeds.next(new).or_else(|| feeds.next(old))
            {
                under_way.push(self.detail(feed, work));
            }
            if under_way.is_empty() {
                if over {
                    return Ok(feeds.left_out);
                }
                self.work_found.notified().await;
                feeds.empty.clear();
                continue;
            }
            tokio::select! {
                done = under_way.next() => {
                    if let Some(detail) = done.transpose()? {
                        feeds.answered(&detail);
                    }
                }
                () = self.work_found.notified(), if !over => feeds.empty.clear(),
            }
        }
    }

    /// Takes work from the queues where little is left of what was taken.
    async fn take(
        &self,
        queues: &[Queue],
        feeds: &mut Feeds,
        taken: &mut [VecDeque<(&'static Feed, Work)>; 2],
    ) -> Result<(), PipelineError> {
        for found in queues.iter().copied() {
            let place = usize::from(!found.is_new);
            if taken[place].len() >= self.hands || !feeds.is_hungry(found) {
                continue;
            }
            let (journal, name) = (self.journal.clone(), queue(found.feed, found.is_new));
            let work = self.blocking(move || journal.take_work(&name, TAKEN)).await?;
            if work.is_empty() {
                feeds.empty.insert((found.feed.name, found.is_new));
            }
            taken[place].extend(work.into_iter().map(|work| (found.feed, work)));
        }
        Ok(())
    }

    /// The feeds that are asked for single records.
    fn asked(&self) -> Vec<&'static Feed> {
        self.with_reading(|reading| matches!(reading, Reading::PerRecord(_) | Reading::OnDoubt)).collect()
    }

    /// Has everything loaded that was read, and asks for the rows that the lists of single records did not show.
    pub(super) async fn doubts(&self) -> Result<(), PipelineError> {
        loop {
            let up_to = self.appended.load(Ordering::Acquire);
            if self.audience.doubted(up_to).await == 0 {
                return Ok(());
            }
            self.details().await?;
        }
    }

    /// Puts the records that earlier runs did not find back into their queues.
    pub(super) async fn ask_again(&self) -> Result<(), PipelineError> {
        for feed in self.asked() {
            loop {
                let (journal, queue) = (self.journal.clone(), again(feed));
                let waiting = self.blocking(move || journal.take_work(&queue, TAKEN)).await?;
                if waiting.is_empty() {
                    break;
                }
                let mut changes = Changes::default();
                for Work { queue, key, .. } in waiting {
                    changes.work_added.push(Work {
                        queue: feed.name.to_owned(),
                        key: key.clone(),
                        payload: AGAIN.to_owned(),
                    });
                    changes.work_done.push((queue, key));
                }
                self.record(changes).await?;
            }
        }
        Ok(())
    }

    /// Asks for one record and puts the answer into the journal.
    async fn detail(&self, feed: &'static Feed, work: Work) -> Result<Detail, PipelineError> {
        self.covers_sweep(feed, &work).await?;
        let mut outcome = self.whole(feed, &work.key).await;
        if outcome.as_ref().is_ok_and(|whole| !whole.is_whole) {
            outcome = self.whole(feed, &work.key).await;
        }
        if let Some(parent) = feed.parent {
            self.tally(parent, |tally| tally.waiting = tally.waiting.saturating_sub(1));
        }
        let whole = match outcome {
            Ok(whole) => whole,
            Err(error) if error.policy() == Policy::RecordGone => {
                self.gone(feed, work).await?;
                return Ok(Detail { feed, outcome: Outcome::Gone });
            }
            Err(error) => {
                self.skip_or_stop(feed, error)?;
                return Ok(Detail { feed, outcome: Outcome::LeftOut });
            }
        };
        if !whole.is_whole {
            self.unfinished(feed, work).await?;
            return Ok(Detail { feed, outcome: Outcome::Answered });
        }
        if feed.list.is_some() && feed.parent != Some(feed.resource) {
            self.tally(feed.resource, |tally| tally.records += whole.record_count as u64);
        }
        let work_done = vec![(work.queue, work.key.clone())];
        let stored = entry(feed, Some(work.key), whole.first.requested_at, whole.body);
        self.append(feed, whole.ticket, stored, Changes { work_done, ..Changes::default() }).await?;
        Ok(Detail { feed, outcome: Outcome::Answered })
    }

    /// What is asked for now need not be asked for because a complete reading found it before. What one finds from here on,
    /// this request does not stand for.
    async fn covers_sweep(&self, feed: &Feed, work: &Work) -> Result<(), PipelineError> {
        let sweeps = queue(feed, false);
        if work.queue == sweeps {
            return Ok(());
        }
        let (journal, name) = (self.journal.clone(), sweeps.clone());
        if self.blocking(move || journal.work_left(&name)).await? == 0 {
            return Ok(());
        }
        let work_done = vec![(sweeps, work.key.clone())];
        self.record(Changes { work_done, ..Changes::default() }).await
    }

    /// Notes that a list never showed all that it says it has. Nothing is concluded from it, and the next run asks once more.
    async fn unfinished(&self, feed: &Feed, work: Work) -> Result<(), PipelineError> {
        self.incomplete(
            feed.resource,
            &work.key,
            format!("`{}` showed fewer records than it says it has", feed.name),
        );
        let work_added = vec![Work { queue: again(feed), key: work.key.clone(), payload: String::new() }];
        let work_done = vec![(work.queue, work.key)];
        self.record(Changes { work_added, work_done, ..Changes::default() }).await
    }

    /// Notes that the API does not have what was asked for: the next run asks once more, and where it is a list, this run
    /// asks for the record it hangs on.
    async fn gone(&self, feed: &Feed, work: Work) -> Result<(), PipelineError> {
        let Work { queue: asked, key, payload } = work;
        let mut work_added = Vec::new();
        if payload != AGAIN && payload != ABSENT {
            work_added.push(Work { queue: again(feed), key: key.clone(), payload: String::new() });
        }
        let whole = self.with_reading(|reading| reading == Reading::OnDoubt);
        for whole in whole.filter(|whole| feed.list.is_some() && whole.parent == feed.parent) {
            let (queue, key) = (queue(whole, true), key.clone());
            work_added.push(Work { queue, key, payload: String::new() });
            self.tally(whole.resource, |tally| tally.waiting += 1);
        }
        let stored = Entry {
            answer: format!("{GONE_PREFIX}{}", feed.name),
            scope: Some(key.clone()),
            requested_at_us: self.client.server_now().as_microsecond(),
            body: b"null".to_vec(),
        };
        let changes = Changes { work_added, work_done: vec![(asked, key)], ..Changes::default() };
        self.append(feed, self.journal.reserve(), stored, changes).await
    }

    /// Asks for all pages about one record; their place in the journal is that of the first.
    async fn whole(&self, feed: &Feed, key: &str) -> Result<Whole, ClientError> {
        let request = feed.request(&Question::about(key), &Position::First);
        let (first, ticket) = self.ask(feed, &request, u32::MAX).await?;
        let Some(list) = feed.list else {
            return Ok(Whole { ticket, body: first.body.clone(), first, record_count: 1, is_whole: true });
        };
        let mut elements: Vec<Vec<u8>> = Vec::new();
        let (mut turns, mut position) = (Turns::default(), Position::First);
        let mut answer = first.clone();
        loop {
            let info = answer.page(&request, list, feed.paging, &position)?;
            if turns.must_restart(feed, info.total_count) {
                elements.clear();
                position = Position::First;
            } else {
                collect(&answer.body, list, feed.parent_member, key, &mut elements);
                turns.turn(feed, &found(&answer.body, feed), &info)?;
                let Some(next) = info.next else { break };
                position = next;
            }
            (answer, _) = self.ask(feed, &feed.request(&Question::about(key), &position), u32::MAX).await?;
        }
        let record_count = elements.len();
        let mut body = vec![b'['];
        body.extend(elements.join(&b","[..]));
        body.push(b']');
        Ok(Whole { ticket, first, body, record_count, is_whole: !turns.lacks() })
    }

    /// Whether every enumeration of this run has ended.
    fn is_enumerated(&self) -> bool {
        self.enumerated.load(Ordering::Acquire)
    }

    /// Notes that every enumeration of this run has ended.
    pub(super) fn enumerated(&self) {
        self.enumerated.store(true, Ordering::Release);
        self.work_found.notify_one();
    }
}

/// The queue of the records of a feed that the next run asks for again.
fn again(feed: &Feed) -> String {
    format!("{AGAIN_PREFIX}{}", feed.name)
}

/// Adds the records of a page, each with the id of the record asked for where the API leaves it out.
fn collect(body: &[u8], list: &str, parent_member: Option<&str>, key: &str, elements: &mut Vec<Vec<u8>>) {
    for range in records(body, Some(list)).ok().flatten().unwrap_or_default() {
        let record = &body[range];
        let Some(member) = parent_member.filter(|_| record.starts_with(b"{")) else {
            elements.push(record.to_vec());
            continue;
        };
        let rest = record[1..].trim_ascii_start();
        let separator = if rest.starts_with(b"}") { "" } else { "," };
        let mut element = format!("{{\"{member}\":{}{separator}", serde_json::Value::from(key)).into_bytes();
        element.extend_from_slice(rest);
        elements.push(element);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_gets_the_id_it_lacks() {
        let mut elements = Vec::new();
        let body = br#"{"events":[{"name":"x"}, { } ,{"name":"\"y"}]}"#;
        collect(body, "events", Some("contact_id"), "q\"1", &mut elements);
        let texts: Vec<serde_json::Value> =
            elements.iter().map(|element| serde_json::from_slice(element).unwrap()).collect();
        assert_eq!(texts.len(), 3);
        assert!(texts.iter().all(|text| text["contact_id"] == "q\"1"));
        assert_eq!(texts[2]["name"], "\"y");
    }
}
