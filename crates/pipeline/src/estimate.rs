//! What a first reading would cost: per feed, how many records there are and how many requests they take.

use crate::error::PipelineError;
use crate::extract::REPORTING_JOBS;
use crate::sync::{ReadingSettings, selected};
use relatable_intercom::catalogue::{
    Condition, Export, Feed, Paging, Position, Question, Reading, count_questions, feeds,
};
use relatable_intercom::error::Policy;
use relatable_intercom::{Client, ClientError};
use relatable_model::json::records;
use relatable_model::rules::Rules;
use serde::Serialize;
use std::collections::BTreeMap;

/// Records that a scroll shows per page (API notes §6).
const SCROLL_PAGE: u64 = 100;

/// Jobs that a first export of message deliveries takes, which are those of a year, where files are small.
const MESSAGE_JOBS: u64 = 3;
/// Days of each dataset that a first export of reporting brings.
const REPORTING_DAYS: u64 = 366;
/// Seconds that a small job takes, with the pauses between the questions whether it is done.
const JOB_SECONDS: u64 = 7;
/// Requests of a job that takes some seconds: one to start it, some to ask about it, one for its file.
const JOB_REQUESTS: u64 = 5;
/// The resource whose records are exported day by day.
const REPORTING_DATASETS: &str = "reporting_datasets";

/// What one feed costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeedCost {
    /// The feed.
    pub feed: String,
    /// Its resource.
    pub resource: String,
    /// Records that it is asked for or shows, as far as known.
    pub records: Option<u64>,
    /// Requests for all of them, as far as known.
    pub requests: Option<u64>,
    /// Whether a sync with these settings reads it.
    pub is_read: bool,
    /// Seconds that jobs of the API are waited for at least, one job after the other or a few at a time.
    pub waiting_s: Option<u64>,
    /// What it costs in words, where it is read only when asked for.
    pub cost: Option<String>,
    /// Why it could not be asked, where it could not.
    pub problem: Option<String>,
}

/// What a first reading costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// Feed by feed, in the order of the catalogue.
    pub feeds: Vec<FeedCost>,
    /// Requests of all feeds that are read.
    pub requests: u64,
    /// Requests that may start in ten seconds.
    pub requests_per_window: u32,
}

impl Estimate {
    /// How long it takes, in seconds: the requests at the pace of the budget, or the jobs that are waited for meanwhile.
    pub fn seconds(&self) -> f64 {
        let requests_s = self.requests as f64 * 10.0 / f64::from(self.requests_per_window.max(1));
        let waiting = self.feeds.iter().filter(|cost| cost.is_read).filter_map(|cost| cost.waiting_s).max();
        requests_s.max(waiting.unwrap_or_default() as f64)
    }
}

/// What the first page of a feed says of all.
struct Seen {
    total: u64,
    /// Which share of the records each condition holds for is told by these.
    body: Vec<u8>,
    list: &'static str,
}

/// Asks every feed for its first page, and estimates from that what a first reading costs.
///
/// # Errors
/// [`PipelineError::Read`] when the API cannot be asked at all; [`PipelineError::UnknownResource`]. A feed that the token
/// may not read is told with its reason.
pub async fn estimate(
    client: &Client,
    rules: &Rules,
    reading: &ReadingSettings,
) -> Result<Estimate, PipelineError> {
    let resources = selected(rules, reading)?;
    let mut seen: BTreeMap<&str, Seen> = BTreeMap::new();
    let mut costs = Vec::new();
    for feed in feeds().filter(|feed| feed.is_in(client.version())) {
        let is_afforded = feed.cost.is_none()
            || [feed.name, feed.resource].iter().any(|name| reading.also.iter().any(|also| also == name));
        let mut cost = FeedCost {
            feed: feed.name.to_owned(),
            resource: feed.resource.to_owned(),
            records: None,
            requests: None,
            waiting_s: None,
            is_read: resources.contains(feed.resource) && is_afforded,
            cost: feed.cost.map(str::to_owned),
            problem: None,
        };
        match cost_of(client, feed, &mut seen).await {
            Ok(Some((records, requests))) => {
                (cost.records, cost.requests) = (records, Some(requests));
                cost.waiting_s = waiting_s(feed, requests);
            }
            Ok(None) => continue,
            Err(error) if error.policy() == Policy::SkipResource => cost.problem = Some(error.to_string()),
            Err(cause) => return Err(PipelineError::Read { what: feed.name.to_owned(), cause }),
        }
        costs.push(cost);
    }
    if resources.contains("counts") {
        costs.push(counting());
    }
    let requests = costs.iter().filter(|cost| cost.is_read).filter_map(|cost| cost.requests).sum();
    Ok(Estimate { feeds: costs, requests, requests_per_window: client.budget().allowed_per_window() })
}

/// The records and requests of a feed; nothing for one that a first reading does not ask.
async fn cost_of(
    client: &Client,
    feed: &'static Feed,
    seen: &mut BTreeMap<&'static str, Seen>,
) -> Result<Option<(Option<u64>, u64)>, ClientError> {
    match feed.reading {
        Reading::Updates(_) | Reading::OnDoubt | Reading::PerType => Ok(None),
        Reading::Export(Export::Messages) => Ok(Some((None, MESSAGE_JOBS * JOB_REQUESTS))),
        Reading::Export(Export::Reporting) => {
            let datasets = seen.get(REPORTING_DATASETS);
            Ok(datasets.map(|datasets| (None, datasets.total * REPORTING_DAYS * JOB_REQUESTS)))
        }
        Reading::PerRecord(condition) => {
            let parent = feed.parent.and_then(|parent| seen.get(parent));
            Ok(parent.map(|parent| {
                let records = share(condition, parent);
                (Some(records), records)
            }))
        }
        Reading::Definitions(_)
        | Reading::Snapshot
        | Reading::Backfill(_)
        | Reading::Sweep
        | Reading::Deletions => {
            let (total, body) = first_page(client, feed).await?;
            let per_page = match feed.paging {
                Paging::Scroll => SCROLL_PAGE,
                _ => u64::from(feed.page_size.max(1)),
            };
            let pages = if feed.paging == Paging::None { 1 } else { total.div_ceil(per_page).max(1) };
            if feed.reading != Reading::Sweep {
                seen.insert(feed.resource, Seen { total, body, list: feed.list.unwrap_or_default() });
            }
            Ok(Some((Some(total), pages)))
        }
    }
}

/// How long the jobs of an export are waited for that takes so many requests.
fn waiting_s(feed: &Feed, requests: u64) -> Option<u64> {
    let Reading::Export(export) = feed.reading else { return None };
    let at_once = match export {
        Export::Messages => 1,
        Export::Reporting => REPORTING_JOBS as u64,
    };
    Some((requests / JOB_REQUESTS).div_ceil(at_once) * JOB_SECONDS)
}

/// How many records a feed has, and its first page.
async fn first_page(client: &Client, feed: &'static Feed) -> Result<(u64, Vec<u8>), ClientError> {
    if feed.paging == Paging::Scroll {
        // There is one scroll at a time, and it is not for an estimate to take it.
        let questions = count_questions(&[], &[]);
        if let Some(question) = questions.into_iter().find(|question| question.subject == feed.resource) {
            let (answer, ()) = client.send(&question.request, || ()).await?;
            return Ok((answer.total_count(&question.request)?, answer.body));
        }
    }
    let request = feed.request(&Question::default(), &Position::First);
    let (answer, ()) = client.send(&request, || ()).await?;
    let page = answer.page(&request, feed.list.unwrap_or_default(), feed.paging, &Position::First)?;
    Ok((page.total_count.unwrap_or(page.record_count as u64), answer.body))
}

/// For how many of a parent's records a condition holds, as its first page tells.
fn share(condition: Condition, parent: &Seen) -> u64 {
    let shown = records(&parent.body, Some(parent.list)).ok().flatten().unwrap_or_default();
    if condition == Condition::Always || shown.is_empty() {
        return parent.total;
    }
    let holding = shown.iter().filter(|range| condition.holds(&parent.body[(*range).clone()])).count();
    (parent.total * holding as u64).div_ceil(shown.len() as u64)
}

/// What counting costs.
fn counting() -> FeedCost {
    let questions = count_questions(&[], &[]).len() as u64;
    FeedCost {
        feed: "counts".to_owned(),
        resource: "counts".to_owned(),
        records: Some(questions),
        requests: Some(questions),
        waiting_s: None,
        is_read: true,
        cost: None,
        problem: None,
    }
}
