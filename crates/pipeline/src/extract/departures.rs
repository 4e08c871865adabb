//! Lists of what was deleted, newest first: read down to what the last run saw.

use super::page::Turns;
use super::stream::LAG_S;
use super::{Extraction, entry};
use crate::error::PipelineError;
use relatable_intercom::catalogue::{Feed, Position, Question};
use relatable_journal::Changes;

impl Extraction {
    /// Reads a list of deletions. What it shows is marked when it is loaded.
    pub(super) async fn departures(&self, feed: &'static Feed) -> Result<(), PipelineError> {
        let name = format!("departures/{}", feed.name);
        let signpost_s = self.client.server_now().as_second();
        let (journal, key) = (self.journal.clone(), name.clone());
        let stored = self.blocking(move || journal.cursor(&key)).await?;
        let from_s = stored.and_then(|text| text.parse::<i64>().ok()).map_or(i64::MIN, |at_s| at_s - LAG_S);
        let (mut turns, mut position) = (Turns::default(), Position::First);
        loop {
            let page = match self.page(feed, &Question::default(), &position).await {
                Ok(page) => page,
                Err(error) => return self.skip_or_stop(feed, error),
            };
            let found = self.found(&page.answer.body, feed);
            let next = if turns.must_restart(feed, page.info.total_count) {
                Some(Position::First)
            } else if let Err(error) = turns.turn(feed, &found, page.info.next.as_ref()) {
                return self.skip_or_stop(feed, error);
            } else {
                let is_below = found.iter().any(|found| found.changed_s.is_some_and(|at_s| at_s < from_s));
                page.info.next.clone().filter(|_| !is_below)
            };
            let records = page.info.record_count as u64;
            let cursors = match next {
                None => vec![(name.clone(), Some(signpost_s.to_string()))],
                Some(_) => Vec::new(),
            };
            let stored = entry(feed, None, page.answer.requested_at, page.answer.body);
            self.append(feed, page.ticket, stored, Changes { cursors, ..Changes::default() }).await?;
            self.tally(feed.resource, |tally| tally.records += records);
            match next {
                Some(next) => position = next,
                None => return Ok(()),
            }
        }
    }
}
