//! Counts: totals the API states, written down as a series.

use super::Extraction;
use crate::error::PipelineError;
use crate::load::COUNTS_ANSWER;
use futures_util::StreamExt;
use relatable_intercom::catalogue::{CountQuestion, Feed, count_questions};
use relatable_journal::{Changes, Entry, Ticket};
use relatable_model::json::{peek, records};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Counts by tag and assignee are taken at most this often.
const DETAILED_AGE_S: i64 = 24 * 3600;
/// Cursor that keeps when they were taken last.
const DETAILED_CURSOR: &str = "counts/detailed";
/// Questions asked at once.
const HANDS: usize = 8;

impl Extraction {
    /// Takes this run's counts. `snapshots` has the bodies of the feeds read before, by name.
    pub(super) async fn count(
        &self,
        snapshots: &BTreeMap<&str, Vec<Arc<Vec<u8>>>>,
    ) -> Result<(), PipelineError> {
        if !self.resources.contains(COUNTS_ANSWER) {
            return Ok(());
        }
        let journal = self.journal.clone();
        let last = self.blocking(move || journal.cursor(DETAILED_CURSOR)).await?;
        // To the second: the moment is part of each observation's id.
        let now = self.client.server_now();
        let now = jiff::Timestamp::from_second(now.as_second()).unwrap_or(now);
        let due = last
            .and_then(|last| last.parse::<i64>().ok())
            .is_none_or(|last_s| now.as_second() - last_s >= DETAILED_AGE_S || self.sweep);
        let ids = |feed: &str| if due { snapshot_ids(feed, snapshots) } else { Vec::new() };
        let questions = count_questions(&ids("tags"), &ids("admins"));
        let mut asked = futures_util::stream::iter(questions)
            .map(|question| async move { (self.total(&question).await, question) })
            .buffer_unordered(HANDS);
        let ticket = self.journal.reserve();
        let mut documents: Vec<Value> = Vec::new();
        while let Some((total, question)) = asked.next().await {
            if let Some(total) = total? {
                let split = question.dimension.zip(question.dimension_id.as_deref());
                documents.push(observation(now, question.subject, split, total));
            }
        }
        drop(asked);
        if due {
            documents.extend(segment_counts(now, snapshots));
        }
        documents.sort_by_key(|document| document["id"].as_str().map(str::to_owned));
        let cursors = if due {
            vec![(DETAILED_CURSOR.to_owned(), Some(now.as_second().to_string()))]
        } else {
            Vec::new()
        };
        self.tally(COUNTS_ANSWER, |tally| tally.records += documents.len() as u64);
        self.append_counts(ticket, now, &documents, Changes { cursors, ..Changes::default() }).await?;
        self.read(COUNTS_ANSWER);
        Ok(())
    }

    /// Puts the counts into the journal.
    async fn append_counts(
        &self,
        ticket: Ticket,
        now: jiff::Timestamp,
        documents: &[Value],
        changes: Changes,
    ) -> Result<(), PipelineError> {
        let entry = Entry {
            answer: COUNTS_ANSWER.to_owned(),
            scope: None,
            requested_at_us: now.as_microsecond(),
            body: Value::from(documents).to_string().into_bytes(),
        };
        self.write(ticket, entry, changes).await
    }

    /// The total that answers a question; `None` where the token may not ask it.
    async fn total(&self, question: &CountQuestion) -> Result<Option<u64>, PipelineError> {
        let what = || format!("count of {}", question.subject);
        let answered = self.client.send(&question.request, || ()).await;
        let total = answered.and_then(|(answer, ())| answer.total_count(&question.request));
        match total {
            Ok(total) => Ok(Some(total)),
            Err(error) if error.is_refusal() => {
                self.leave_out(COUNTS_ANSWER, COUNTS_ANSWER, &error);
                Ok(None)
            }
            Err(cause) => Err(PipelineError::Read { what: what(), cause }),
        }
    }
}

/// The ids of a snapshot's records.
fn snapshot_ids(feed: &str, snapshots: &BTreeMap<&str, Vec<Arc<Vec<u8>>>>) -> Vec<String> {
    let list = Feed::named(feed).and_then(|feed| feed.list);
    let mut ids = Vec::new();
    for body in snapshots.get(feed).into_iter().flatten() {
        for range in records(body, list).ok().flatten().unwrap_or_default() {
            let [id] = peek(&body[range], ["id"]).unwrap_or([relatable_model::json::Peeked::Nothing]);
            ids.extend(id.text());
        }
    }
    ids
}

/// What the segments themselves say how many they have.
fn segment_counts(now: jiff::Timestamp, snapshots: &BTreeMap<&str, Vec<Arc<Vec<u8>>>>) -> Vec<Value> {
    let mut counts = Vec::new();
    for body in snapshots.get("segments").into_iter().flatten() {
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        for segment in answer["segments"].as_array().into_iter().flatten() {
            if let (Some(id), Some(count)) = (segment["id"].as_str(), segment["count"].as_u64()) {
                counts.push(observation(now, "contacts", Some(("segment", id)), count));
            }
        }
    }
    counts
}

/// One observation as a document; its id is what was counted, and when.
fn observation(now: jiff::Timestamp, subject: &str, split: Option<(&str, &str)>, total: u64) -> Value {
    let split_id = split.map(|(dimension, id)| format!("/{dimension}/{id}")).unwrap_or_default();
    json!({
        "id": format!("{now}/{subject}{split_id}"),
        "counted_at": now.to_string(),
        "subject": subject,
        "dimension": split.map(|(dimension, _)| dimension),
        "dimension_id": split.map(|(_, id)| id),
        "value": total,
    })
}
