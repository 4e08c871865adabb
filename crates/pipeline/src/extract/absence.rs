//! What a complete reading did not show: records that were deleted or merged behind our back.
//!
//! A row is taken for gone only when a reading that provably showed everything did not show it, and, where a record can be
//! asked for by itself, that request found nothing either. A reading showed everything when each of its windows reached
//! its own end, no page came twice, and it showed at least as many different records as the API then counts. Where many
//! rows seem to be gone, something else is the likelier reason, and the run stops before it marks any.

use super::Extraction;
use super::detail::absent;
use super::stream::{Stream, Sweep};
use crate::delivery::Signal;
use crate::error::PipelineError;
use crate::load::{ABSENT_PREFIX, Missing, Sought};
use crate::report::Incomplete;
use relatable_intercom::catalogue::{Feed, Position, Question, Window};
use relatable_journal::{Changes, Entry, Work};
use relatable_model::issue::Issue;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// So many missing records are never too many.
const MISSING_ALWAYS: usize = 20;
/// More missing records than one in so many are too many.
const MISSING_ONE_IN: usize = 20;
/// Records noted as gone in one entry of the journal.
const NOTED_AT_ONCE: usize = 1_000;
/// How often a stream is caught up again because fewer records were shown than the API counts.
const RECOUNTS_MAX: u32 = 3;
/// How often it is then read again, between two counts.
const CONFIRMATIONS_MAX: u32 = 2;

impl Extraction {
    /// Whether the complete reading of a stream showed everything, as far as the API tells how much there is.
    pub(super) async fn is_proven(&self, stream: &mut Stream, sweep: &Sweep) -> Result<bool, PipelineError> {
        let Some(feed) = Feed::named(&sweep.feed) else { return Ok(true) };
        if !stream.serves_records(&sweep.serving) {
            return Ok(true);
        }
        for recounts in 0..=RECOUNTS_MAX {
            let shown = self.shown(stream).await?;
            let counted = self.counted(feed, stream.state.since_s).await?;
            if counted.is_none_or(|counted| shown >= counted) {
                return Ok(true);
            }
            // Created meanwhile: the catch-up finds it.
            if recounts < RECOUNTS_MAX {
                self.catch_up(stream).await?;
            }
        }
        self.is_confirmed(stream, sweep, feed).await
    }

    /// Whether a stream shows everything when it is read once more. What comes or goes meanwhile is counted before or
    /// after: a reading is short when it shows less than either count.
    async fn is_confirmed(
        &self,
        stream: &mut Stream,
        sweep: &Sweep,
        feed: &'static Feed,
    ) -> Result<bool, PipelineError> {
        let (mut shown, mut least) = (0, None);
        for _ in 0..CONFIRMATIONS_MAX {
            let before = self.counted(feed, stream.state.since_s).await?;
            let again = Sweep { ended: false, ..sweep.clone() };
            stream.state.sweep = Some(again.clone());
            let passes_forgotten = vec![stream.pass()];
            self.store(stream, Changes { passes_forgotten, ..Changes::default() }).await?;
            if !self.read_through(stream, &again, Vec::new()).await? {
                return Ok(false);
            }
            let after = self.counted(feed, stream.state.since_s).await?;
            shown = self.shown(stream).await?;
            least = before.into_iter().chain(after).min();
            if least.is_none_or(|least| shown >= least) {
                return Ok(true);
            }
        }
        let counted = least.unwrap_or_default();
        let detail = format!(
            "a complete reading showed {shown} records where the API counts {counted}; what is gone was not looked \
             for, and the next run reads again"
        );
        self.incomplete(feed.resource, "", detail);
        Ok(false)
    }

    /// How many different records the present complete reading of a stream has shown.
    async fn shown(&self, stream: &Stream) -> Result<u64, PipelineError> {
        let (journal, pass) = (self.journal.clone(), stream.pass());
        self.blocking(move || journal.seen_count(&pass)).await
    }

    /// Notes that a reading did not show everything there is.
    pub(super) fn incomplete(&self, resource: &str, record: &str, detail: String) {
        super::lock(&self.incomplete)
            .push(Incomplete { resource: resource.to_owned(), detail: detail.clone() });
        self.note(resource, "reading_incomplete", record, detail);
    }

    /// Looks for the rows that passes did not show, and has each of them asked for. All resources are searched before one
    /// of which too much is missing stops the run.
    pub(super) async fn look_for(&self, sought: Vec<Sought>) -> Result<(), PipelineError> {
        if sought.is_empty() {
            return Ok(());
        }
        // Everything that the passes showed was appended before.
        let up_to = self.appended.load(Ordering::Acquire);
        let sought = Arc::new(sought);
        // Without anybody to answer the run has failed, which ends it elsewhere.
        let Some(found) = self.audience.search(&sought, up_to).await else { return Ok(()) };
        let mut outcome = Ok(());
        for (sought, missing) in sought.iter().zip(found) {
            outcome = outcome.and(self.confirm(sought.resource, sought.kind.clone(), missing).await);
        }
        outcome
    }

    /// Has the records asked for that are missing of a resource.
    async fn confirm(
        &self,
        resource: &'static str,
        kind: Option<String>,
        missing: Missing,
    ) -> Result<(), PipelineError> {
        let Missing { live, keys } = missing;
        if keys.len() > MISSING_ALWAYS
            && keys.len().saturating_mul(MISSING_ONE_IN) > live
            && !self.accept_deletions
        {
            return Err(PipelineError::ManyMissing { resource, missing: keys.len(), live });
        }
        let Some(confirming) = self.confirming(resource) else {
            let whole = |key| kind.iter().cloned().chain([key]).collect();
            return self.note_gone(resource, keys.into_iter().map(whole).collect()).await;
        };
        let scope = |key: String| kind.as_ref().map_or(key.clone(), |kind| format!("{kind}/{key}"));
        let work_added: Vec<Work> = keys.into_iter().map(|key| absent(confirming, scope(key))).collect();
        if work_added.is_empty() {
            return Ok(());
        }
        let count = work_added.len() as u64;
        self.tally(resource, |tally| tally.waiting += count);
        self.record(Changes { work_added, ..Changes::default() }).await
    }

    /// Notes records as gone that cannot be asked for by themselves.
    async fn note_gone(&self, resource: &str, keys: Vec<Vec<String>>) -> Result<(), PipelineError> {
        for keys in keys.chunks(NOTED_AT_ONCE) {
            let stored = Entry {
                answer: format!("{ABSENT_PREFIX}{resource}"),
                scope: None,
                requested_at_us: self.client.server_now().as_microsecond(),
                body: serde_json::to_vec(keys).unwrap_or_default(),
            };
            self.write(self.journal.reserve(), stored, Changes::default()).await?;
        }
        Ok(())
    }

    /// How many records the API counts now of what a feed shows, if it says so.
    async fn counted(&self, feed: &'static Feed, since_s: Option<i64>) -> Result<Option<u64>, PipelineError> {
        let window = feed.search.then_some(Window { from_s: 1, to_s: None });
        let question = Question { since_s, window, page_size: Some(1), ..Question::default() };
        let request = feed.request(&question, &Position::First);
        match self.client.send(&request, || ()).await {
            Ok((answer, ())) => Ok(answer.total_count(&request).ok()),
            Err(error) => Err(PipelineError::Read { what: feed.name.to_owned(), cause: error }),
        }
    }

    /// Has an issue about a resource, or one of its records, recorded.
    fn note(&self, resource: &str, kind: &str, record: &str, detail: String) {
        let issue = Issue {
            resource: resource.to_owned(),
            kind: kind.to_owned(),
            path: String::new(),
            record: record.to_owned(),
            detail,
        };
        self.audience.tell(|| Signal::Noted(issue.clone()));
    }
}
