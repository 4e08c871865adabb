//! Rows of reporting: a job for each day of each dataset, so that a day which is exported again replaces its rows.

use super::super::{Extraction, entry};
use super::job::Made;
use super::messages::told;
use super::unpack::{Table, tables};
use super::{DAY_S, day_of, day_text, kept};
use crate::error::PipelineError;
use futures_util::StreamExt;
use jiff::Timestamp;
use relatable_intercom::ClientError;
use relatable_intercom::answer::Answer;
use relatable_intercom::catalogue::{Dataset, Export, Feed, Position, Question, datasets};
use relatable_journal::Changes;
use relatable_model::convert::instant_from_text;
use serde_json::{Map, Value, json};

/// Jobs under way at once; the API allows one more, which is left to others.
pub(crate) const JOBS: usize = 4;
/// The feed that lists the datasets.
const DATASETS: &str = "reporting_datasets";

/// A day of a dataset.
enum Day {
    /// With its rows, as they were asked for at this moment.
    Exported(Vec<Value>, Timestamp),
    /// The token may not export it.
    LeftOut,
}

impl Extraction {
    /// Exports the days of all datasets up to now; up to when, unless they are left out.
    pub(super) async fn export_days(&self, feed: &'static Feed) -> Result<Option<i64>, PipelineError> {
        let now_s = self.client.server_now().as_second();
        let Some(list) = Feed::named(DATASETS) else { return Ok(None) };
        let request = list.request(&Question::default(), &Position::First);
        let answered = self.client.send(&request, || ()).await;
        let all = match answered.and_then(|(answer, ())| datasets(&answer, &request)) {
            Ok(all) => all,
            Err(error) => return self.skip_or_stop(feed, error).map(|()| None),
        };
        for dataset in all.iter().filter(|dataset| !dataset.attributes.is_empty()) {
            if !self.export_dataset(feed, dataset, now_s).await? {
                return Ok(None);
            }
        }
        Ok(Some(now_s))
    }

    /// Exports the days of a dataset, several at once and kept in their order; false if it is left out.
    async fn export_dataset(
        &self,
        feed: &'static Feed,
        dataset: &Dataset,
        now_s: i64,
    ) -> Result<bool, PipelineError> {
        let name = format!("export/{}/{}", feed.name, dataset.id);
        let mut mark = self.mark(feed, &name, now_s).await?;
        let first_s = mark.next_s();
        let days = (0..).map(|day| first_s + day * DAY_S).take_while(|day_s| *day_s <= now_s);
        let exporting = days.map(|day_s| async move { (day_s, self.day(feed, dataset, day_s).await) });
        let mut exported = futures_util::stream::iter(exporting).buffered(JOBS);
        while let Some((day_s, day)) = exported.next().await {
            let Day::Exported(rows, requested_at) = day? else { return Ok(false) };
            mark = mark.moved((day_s + DAY_S).min(now_s));
            let count = rows.len() as u64;
            let document = json!({"dataset_id": dataset.id, "day": day_text(day_s), "rows": rows});
            let stored = entry(feed, None, requested_at, document.to_string().into_bytes());
            let changes = Changes { cursors: vec![kept(&name, mark)], ..Changes::default() };
            self.append(feed, self.journal.reserve(), stored, changes).await?;
            self.tally(feed.resource, |tally| tally.records += count);
        }
        Ok(true)
    }

    /// Exports a day of a dataset.
    async fn day(&self, feed: &'static Feed, dataset: &Dataset, day_s: i64) -> Result<Day, PipelineError> {
        let what = format!("{} of {} on {}", feed.name, dataset.id, day_text(day_s));
        // Whether the end is included is not told: what happened just then is left to the next day.
        let start = Export::reporting(dataset, day_s, day_s + DAY_S);
        match self.made(feed, Export::Reporting, &start, &what).await? {
            Made::LeftOut => Ok(Day::LeftOut),
            Made::Nothing => Ok(Day::Exported(Vec::new(), self.client.server_now())),
            Made::File(answer) => match rows(dataset, &answer, day_s) {
                Ok(rows) => Ok(Day::Exported(rows, answer.requested_at)),
                Err(what) => {
                    let cause = ClientError::Unexpected { place: feed.path.to_owned(), what };
                    Err(PipelineError::Read { what: feed.name.to_owned(), cause })
                }
            },
        }
    }
}

/// The rows of a day in a file, with the qualified ids of attributes for names.
fn rows(dataset: &Dataset, answer: &Answer, day_s: i64) -> Result<Vec<Value>, String> {
    let qualified = |name: &str| dataset.attribute(name).map(|attribute| attribute.qualified_id.clone());
    let time = dataset.default_time_attribute_id.as_deref().and_then(qualified);
    let is_of_next_day = |row: &Map<String, Value>| {
        let text = time.as_ref().and_then(|time| row.get(time)?.as_str());
        let at_us = text.and_then(instant_from_text);
        at_us.is_some_and(|at_us| day_of(at_us.div_euclid(1_000_000)) == day_s + DAY_S)
    };
    let mut rows = Vec::new();
    let texts =
        tables(&answer.body).map_err(|error| format!("its archive cannot be read: {}", error.kind()))?;
    for text in texts {
        let broken = |error: csv::Error| format!("its table cannot be read: {}", told(&error));
        let table = Table::open(text.as_slice()).map_err(broken)?;
        let mut table = table.renamed(|name| qualified(&name).unwrap_or(name));
        while let Some(row) = table.next().map_err(broken)? {
            if !is_of_next_day(&row) {
                rows.push(Value::Object(row));
            }
        }
    }
    Ok(rows)
}
