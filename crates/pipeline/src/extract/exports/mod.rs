//! Exports, which the API makes as jobs for a range of days: deliveries of messages, and the rows of reporting.
//!
//! An export selects records by when they began, and shows them as they are now. What comes of them later moves no mark;
//! so each run goes back some days behind where the last one came to, and ranges within a run overlap by as much: of an
//! export the API counts only what happened within its own range. Where a feed has come to is a cursor of the journal,
//! kept with the last of a range's rows: a run that is killed exports the range anew.

mod job;
mod messages;
mod reporting;
mod unpack;

pub(crate) use reporting::JOBS as REPORTING_JOBS;

use super::Extraction;
use super::stream::encode;
use crate::error::PipelineError;
use futures_util::future::join_all;
use relatable_intercom::catalogue::{Export, Feed, Reading};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Seconds of a day.
const DAY_S: i64 = 86_400;
/// How far each export goes back behind the one before it: what comes of a record later than this is not seen.
const OVERLAP_S: i64 = 30 * DAY_S;
/// How much of the past is exported first, where nothing else is said.
const FIRST_S: i64 = 365 * DAY_S;

/// What exports brought.
pub(super) struct Exported {
    /// Up to when, by the name of the feed.
    pub(super) marks: BTreeMap<String, i64>,
    /// The first export that could not be made.
    pub(super) error: Option<PipelineError>,
}

/// Where the exports of a feed have come to; seconds since the epoch by the server's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    /// Since when there are exports.
    from_s: i64,
    /// Up to when; nothing before the first.
    until_s: Option<i64>,
}

impl Mark {
    /// Where the next export begins: at the beginning of a day.
    fn next_s(&self) -> i64 {
        day_of(self.until_s.map_or(self.from_s, |until_s| self.from_s.max(until_s - OVERLAP_S)))
    }

    /// The mark after an export up to a moment.
    fn moved(self, until_s: i64) -> Mark {
        Mark { until_s: Some(until_s), ..self }
    }
}

impl Extraction {
    /// Makes every export that is selected, side by side. One that cannot be made keeps nothing else from being read.
    pub(super) async fn exports(&self) -> Exported {
        let feeds: Vec<&'static Feed> =
            self.with_reading(|reading| matches!(reading, Reading::Export(_))).collect();
        let made = join_all(feeds.iter().map(|feed| self.export(feed))).await;
        let mut exported = Exported { marks: BTreeMap::new(), error: None };
        for (feed, made) in feeds.into_iter().zip(made) {
            match made {
                Ok(Some(until_s)) => {
                    exported.marks.insert(feed.name.to_owned(), until_s);
                    self.read(feed.resource);
                }
                Ok(None) => {}
                Err(error) => exported.error = exported.error.or(Some(error)),
            }
        }
        exported
    }

    /// Exports a feed up to now; up to when, unless it is left out.
    async fn export(&self, feed: &'static Feed) -> Result<Option<i64>, PipelineError> {
        match feed.reading {
            Reading::Export(Export::Reporting) => self.export_days(feed).await,
            _ => self.export_messages(feed).await,
        }
    }

    /// Where the exports under `name` go on: from where they came to, from where an earlier journal had come to, or from
    /// the beginning, which is asked for again where more of the past is wanted than there is.
    async fn mark(&self, feed: &Feed, name: &str, now_s: i64) -> Result<Mark, PipelineError> {
        let since_s = self.since.get(feed.resource).copied();
        let from_s = day_of(since_s.unwrap_or(now_s - FIRST_S).min(now_s));
        let (journal, key) = (self.journal.clone(), name.to_owned());
        let stored = self.blocking(move || journal.cursor(&key)).await?;
        let stored = stored.and_then(|text| serde_json::from_str::<Mark>(&text).ok());
        let known = self.low_water.get(feed.name);
        let mark = stored.unwrap_or(Mark { from_s, until_s: known.copied() });
        Ok(if from_s < mark.from_s { Mark { from_s, until_s: None } } else { mark })
    }
}

/// A mark as a change of the journal.
fn kept(name: &str, mark: Mark) -> (String, Option<String>) {
    (name.to_owned(), Some(encode(&mark)))
}

/// The beginning of the day of a moment.
fn day_of(at_s: i64) -> i64 {
    at_s - at_s.rem_euclid(DAY_S)
}

/// The day of a moment, in words.
fn day_text(at_s: i64) -> String {
    jiff::Timestamp::from_second(at_s)
        .map_or_else(|_| at_s.to_string(), |at| at.strftime("%Y-%m-%d").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_begins_before_the_end_of_the_last_and_never_before_the_first() {
        let at = |day: i64| day * DAY_S + 3_600;
        for (mark, expected_day) in [
            (Mark { from_s: at(100), until_s: None }, 100),
            (Mark { from_s: at(100), until_s: Some(at(110)) }, 100),
            (Mark { from_s: at(100), until_s: Some(at(200)) }, 170),
            (Mark { from_s: at(100), until_s: None }.moved(at(131)), 101),
        ] {
            assert_eq!(mark.next_s(), expected_day * DAY_S, "{mark:?}");
        }
        assert_eq!(day_text(at(0)), "1970-01-01");
    }
}
