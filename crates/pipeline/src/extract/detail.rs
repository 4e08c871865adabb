//! Requests of their own for single records: a persistent queue worked by many hands.

use super::{Extraction, entry};
use crate::error::PipelineError;
use crate::load::GONE_PREFIX;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use relatable_intercom::ClientError;
use relatable_intercom::answer::Answer;
use relatable_intercom::catalogue::{Feed, Position, Reading};
use relatable_intercom::error::Policy;
use relatable_journal::{Changes, Entry, Ticket, Work};
use relatable_model::json::records;
use std::collections::{HashSet, VecDeque};
use std::sync::atomic::Ordering;

/// Records asked for at once; the budget decides how quickly they start.
const HANDS: usize = 24;
/// Records taken from a queue at a time.
const TAKEN: usize = 48;

/// What asking for a record came to.
struct Detail {
    feed: &'static Feed,
    /// Whether the token may not ask, so that the feed is left out of this run.
    is_left_out: bool,
}

/// A record's answer, all its pages in one.
struct Whole {
    ticket: Ticket,
    first: Answer,
    body: Vec<u8>,
    record_count: usize,
}

impl Extraction {
    /// Works the queues until they are empty and no enumeration is left to fill them.
    pub(super) async fn details(&self) -> Result<(), PipelineError> {
        let feeds: Vec<&'static Feed> =
            self.with_reading(|reading| matches!(reading, Reading::PerRecord(_))).collect();
        let mut left_out: HashSet<&str> = HashSet::new();
        // Queues found empty, until something may have come into them.
        let mut empty: HashSet<&str> = HashSet::new();
        let mut taken: VecDeque<(&'static Feed, Work)> = VecDeque::new();
        let mut under_way = FuturesUnordered::new();
        let mut was_over = false;
        loop {
            let over = self.is_enumerated();
            if over && !was_over {
                // Whatever the last enumeration found is in the queues by now.
                was_over = true;
                empty.clear();
            }
            if taken.len() < HANDS {
                let idle = |feed: &&&Feed| !left_out.contains(feed.name) && !empty.contains(feed.name);
                for feed in feeds.iter().filter(idle).copied().collect::<Vec<_>>() {
                    let (journal, queue) = (self.journal.clone(), feed.name);
                    let work = self.blocking(move || journal.take_work(queue, TAKEN)).await?;
                    if work.is_empty() {
                        empty.insert(feed.name);
                    }
                    taken.extend(work.into_iter().map(|work| (feed, work)));
                }
            }
            while under_way.len() < HANDS
                && let Some((feed, work)) = taken.pop_front()
            {
                if !left_out.contains(feed.name) {
                    under_way.push(self.detail(feed, work));
                }
            }
            if under_way.is_empty() {
                if over {
                    return Ok(());
                }
                self.work_found.notified().await;
                empty.clear();
                continue;
            }
            tokio::select! {
                done = under_way.next() => {
                    if let Some(Detail { feed, is_left_out }) = done.transpose()? {
                        // A record that changed while it was asked for is in its queue again.
                        empty.remove(feed.name);
                        if is_left_out {
                            left_out.insert(feed.name);
                        }
                    }
                }
                () = self.work_found.notified(), if !over => empty.clear(),
            }
        }
    }

    /// Asks for one record and puts the answer into the journal.
    async fn detail(&self, feed: &'static Feed, work: Work) -> Result<Detail, PipelineError> {
        let done = vec![(work.queue, work.key.clone())];
        let outcome = self.whole(feed, &work.key).await;
        if let Some(parent) = feed.parent {
            self.tally(parent, |tally| tally.waiting = tally.waiting.saturating_sub(1));
        }
        let whole = match outcome {
            Ok(whole) => whole,
            Err(error) if error.policy() == Policy::RecordGone => {
                self.gone(feed, &work.key, done).await?;
                return Ok(Detail { feed, is_left_out: false });
            }
            Err(error) => {
                self.skip_or_stop(feed, error)?;
                return Ok(Detail { feed, is_left_out: true });
            }
        };
        if feed.list.is_some() && feed.parent != Some(feed.resource) {
            self.tally(feed.resource, |tally| tally.records += whole.record_count as u64);
        }
        let stored = entry(feed, Some(work.key), whole.first.requested_at, whole.body);
        self.append(feed, whole.ticket, stored, Changes { work_done: done, ..Changes::default() }).await?;
        Ok(Detail { feed, is_left_out: false })
    }

    /// Notes that a record is gone: the record itself if this feed brings it, else only what hangs on it.
    async fn gone(
        &self,
        feed: &Feed,
        key: &str,
        work_done: Vec<(String, String)>,
    ) -> Result<(), PipelineError> {
        let changes = Changes { work_done, ..Changes::default() };
        if feed.list.is_some() {
            let journal = self.journal.clone();
            return self.blocking(move || journal.record(changes)).await;
        }
        let stored = Entry {
            answer: format!("{GONE_PREFIX}{}", feed.name),
            scope: Some(key.to_owned()),
            requested_at_us: self.client.server_now().as_microsecond(),
            body: b"null".to_vec(),
        };
        self.append(feed, self.journal.reserve(), stored, changes).await
    }

    /// Asks for all pages about one record; their place in the journal is that of the first.
    async fn whole(&self, feed: &Feed, key: &str) -> Result<Whole, ClientError> {
        let request = feed.request(Some(key), None, &Position::First);
        let (first, ticket) = self.ask(feed, &request).await?;
        let Some(list) = feed.list else {
            return Ok(Whole { ticket, body: first.body.clone(), first, record_count: 1 });
        };
        let mut elements: Vec<Vec<u8>> = Vec::new();
        let mut position = Position::First;
        let mut seen: HashSet<String> = HashSet::new();
        let mut answer = first.clone();
        loop {
            let info = answer.page(&request, list, feed.paging, &position)?;
            collect(&answer.body, list, feed.parent_member, key, &mut elements);
            let Some(next) = info.next else { break };
            if !seen.insert(format!("{next:?}")) {
                let what = "a page came twice".to_owned();
                return Err(ClientError::Unexpected { place: request.place().to_owned(), what });
            }
            position = next;
            (answer, _) = self.ask(feed, &feed.request(Some(key), None, &position)).await?;
        }
        let record_count = elements.len();
        let mut body = vec![b'['];
        body.extend(elements.join(&b","[..]));
        body.push(b']');
        Ok(Whole { ticket, first, body, record_count })
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
