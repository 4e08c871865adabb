//! Which records the API has and which the tables: lists read to their ends, or windows of time whose totals differ.

use super::ask::Told;
use super::listing::{Listing, Met, Stop};
use super::scope::listings;
use super::{Verification, read_failed};
use crate::error::PipelineError;
use relatable_destinations::{Rows, Within};
use relatable_intercom::ClientError;
use relatable_intercom::catalogue::{FADING, Feed, Granularity, Reading, Stretch};
use std::collections::BTreeSet;

/// Microseconds in a second.
const SECOND_US: i64 = 1_000_000;

/// What is known once a resource's records were listed.
struct Listed {
    met: Met,
    /// Whether all there are were listed.
    is_complete: bool,
}

impl Verification<'_> {
    /// Finds the records of a resource that are on one side only or look different, as far as its lists show them.
    pub(super) async fn enumerate(&mut self, resource: &str) -> Result<(), PipelineError> {
        let tables = self.count(resource)?;
        self.proof(resource).tables = tables;
        let Some(subject) = self.subjects.get(resource) else { return Ok(()) };
        let complete = subject.complete.clone();
        if complete.is_empty() {
            return Ok(());
        }
        let unread = |feed: &&Feed| {
            matches!(feed.reading, Reading::Backfill(_)) && !self.checkpoint.low_water.contains_key(feed.name)
        };
        if complete.iter().copied().any(|feed| unread(&feed)) {
            self.proof(resource).unjudged =
                Some("not read to the end yet; `sync` goes on with it".to_owned());
            return Ok(());
        }
        let searched = match complete.iter().find(|feed| matches!(feed.reading, Reading::Backfill(_))) {
            Some(_) => Feed::searched(resource, self.asker.client.version()),
            None => None,
        };
        let mut total = None;
        if let Some((search, _)) = searched {
            let from_s = self.since_us.get(resource).map(|at_us| at_us.div_euclid(SECOND_US));
            match self.asker().total(search, Stretch { from_s, until_s: None }).await {
                Ok(stated) => total = Some(stated),
                Err(error) => return self.leave_out_resource(resource, search, error),
            }
        }
        let is_large = total.is_some_and(|total| total.max(tables) > self.settings.listed_max);
        let outcome = match searched.filter(|_| is_large) {
            Some((search, granularity)) => self.windows(resource, search, granularity).await,
            None => self.everything(resource).await,
        };
        match outcome {
            Ok(listed) => {
                self.proof(resource).api = total.or(listed.is_complete.then(|| listed.met.len()));
                if listed.is_complete {
                    self.listed.insert(resource.to_owned(), listed.met);
                }
                Ok(())
            }
            Err((_, Stop::Failed(error))) => Err(error),
            Err((feed, Stop::Client(error))) => self.leave_out_resource(resource, feed, error),
        }
    }

    /// Notes that a resource cannot be judged since a feed may not be read, or a list of deletions is not to be had.
    fn leave_out_resource(
        &mut self,
        resource: &str,
        feed: &Feed,
        error: ClientError,
    ) -> Result<(), PipelineError> {
        let reason = error.to_string();
        if !(feed.reading == Reading::Deletions && matches!(error, ClientError::Refused { .. })) {
            self.leave_out(feed, error)?;
        }
        self.suspects.remove(resource);
        self.proof(resource).unjudged = Some(reason);
        Ok(())
    }

    /// What changed at or after this moment a resource's tables need not have, where the checkpoint tells.
    fn bound_us(&self, feeds: &[&Feed]) -> Option<i64> {
        let known = feeds.iter().filter_map(|feed| self.checkpoint.low_water.get(feed.name));
        known.min().map(|at_s| at_s * SECOND_US - super::judge::LAG_US)
    }

    /// Lists all records.
    async fn everything(&mut self, resource: &str) -> Result<Listed, (&'static Feed, Stop)> {
        let subject = &self.subjects[resource];
        let (bound_us, since_us) = (self.bound_us(&subject.complete), self.since_us.get(resource).copied());
        let lists = listings(subject, &self.types);
        let mut listing = Listing::new(subject, self.destination, bound_us, since_us);
        let (mut last, mut unknown) = (subject.complete[0], BTreeSet::new());
        for (feed, kind) in lists {
            last = feed;
            listing.enter(feed);
            let read = self.asker.list(feed, kind, &mut |told: Told| listing.take(told)).await;
            match (read.and_then(|()| listing.flush()), kind) {
                (Ok(()), _) => {}
                (Err(Stop::Client(ClientError::NotFound { .. })), Some(kind)) => {
                    unknown.insert(kind.to_owned());
                }
                (Err(stop), _) => return Err((feed, stop)),
            }
        }
        // What the API stops showing after a while is not gone because it is not shown.
        if !FADING.contains(&resource) {
            let judged = subject.created_column().filter(|_| since_us.is_some());
            let within = judged.map(|column| Within { column, from_us: since_us, until_us: None });
            listing.suspect_rest(within).map_err(|stop| (last, stop))?;
        }
        let Listing { met, mut suspects, changed_since, compared, .. } = listing;
        suspects.retain(|key| !key.first().is_some_and(|kind| unknown.contains(kind)));
        self.suspects.entry(resource.to_owned()).or_default().extend(suspects);
        self.since.extend(changed_since.into_iter().map(|key| (resource.to_owned(), key)));
        let proof = self.proof(resource);
        proof.compared += compared;
        let note = |kind| format!("the API knows no type `{kind}`, whose rows are not judged");
        proof.notes.extend(unknown.into_iter().map(note));
        Ok(Listed { met, is_complete: true })
    }

    /// Compares totals window by window and lists the windows whose totals differ.
    async fn windows(
        &mut self,
        resource: &str,
        search: &'static Feed,
        granularity: Granularity,
    ) -> Result<Listed, (&'static Feed, Stop)> {
        let bound_us = self.bound_us(&self.subjects[resource].complete);
        let since_us = self.since_us.get(resource).copied();
        let failed = |stop: Stop| (search, stop);
        let windows = self.cut(resource, granularity).map_err(|error| failed(Stop::Failed(error)))?;
        for window in windows {
            let stated =
                self.asker().total(search, window).await.map_err(|error| failed(Stop::Client(error)))?;
            let subject = &self.subjects[resource];
            let to_us = |at_s: i64| at_s.saturating_mul(SECOND_US);
            let within = subject.created_column().map(|column| Within {
                column,
                from_us: window.from_s.map(to_us),
                until_us: window.until_s.map(to_us),
            });
            let rows = Rows { table: &subject.root().name, within };
            let stored =
                self.destination.count(&rows).map_err(|cause| failed(Stop::Failed(read_failed(cause))))?;
            if stated == stored {
                continue;
            }
            let mut listing = Listing::new(subject, self.destination, bound_us, since_us);
            listing.enter(search);
            let mut take = |page| listing.take(Told::Page(page));
            let read = self.asker.pages(search, None, Some(window), &mut take).await.map_err(failed)?;
            read.map_err(|error| failed(Stop::Client(error)))?;
            listing.suspect_rest(within).map_err(failed)?;
            let (suspects, since, compared) = (listing.suspects, listing.changed_since, listing.compared);
            self.suspects.entry(resource.to_owned()).or_default().extend(suspects);
            self.since.extend(since.into_iter().map(|key| (resource.to_owned(), key)));
            self.proof(resource).compared += compared;
        }
        Ok(Listed { met: Met::default(), is_complete: false })
    }

    /// Windows of about as many records as are listed at once, by what the tables hold, from the beginning of time, or of
    /// what is judged, to its end.
    fn cut(&mut self, resource: &str, granularity: Granularity) -> Result<Vec<Stretch>, PipelineError> {
        let subject = &self.subjects[resource];
        let Some(column) = subject.created_column() else { return Ok(vec![Stretch::default()]) };
        let every = self.settings.listed_max.max(1);
        let cuts = self.destination.cuts(&subject.root().name, column, every).map_err(read_failed)?;
        let mut bounds: Vec<i64> =
            cuts.into_iter().map(|at_us| granularity.cut(at_us.div_euclid(SECOND_US), &self.zone)).collect();
        bounds.dedup();
        let since_s = self.since_us.get(resource).map(|at_us| at_us.div_euclid(SECOND_US));
        let mut from_s = since_s.map(|since_s| granularity.cut(since_s, &self.zone));
        bounds.retain(|bound| from_s.is_none_or(|from_s| *bound > from_s));
        let mut windows = Vec::with_capacity(bounds.len() + 1);
        for until_s in bounds {
            windows.push(Stretch { from_s, until_s: Some(until_s) });
            from_s = Some(until_s);
        }
        windows.push(Stretch { from_s, until_s: None });
        Ok(windows)
    }
}
