//! The records that others hang on, wherever they are known from: drawn from their own table, from the rows that refer to
//! them, or, where neither was read, from the API.

use super::draw;
use super::subject::{Key, Subject, shows_all};
use super::{Verification, read_failed};
use crate::error::PipelineError;
use relatable_intercom::catalogue::{Feed, Reading, feeds};
use relatable_intercom::error::Policy;
use relatable_model::json::Json;
use std::collections::BTreeSet;

/// Records looked through at most for some that a list is asked for.
const LOOKED_THROUGH: usize = 10_000;

/// Why a list is not read further.
struct Enough;

impl Verification<'_> {
    /// The records that a feed is asked for: the sample of those it hangs on, and those that only its rows refer to.
    pub(super) async fn parents_of(
        &mut self,
        resource: &str,
        feed: &'static Feed,
    ) -> Result<Vec<String>, PipelineError> {
        let Some(parent) = feed.parent else { return Ok(Vec::new()) };
        let sampled = self.samples.get(parent).cloned();
        let mut parents: BTreeSet<String> = sampled.iter().flatten().flatten().cloned().collect();
        let mut referred: BTreeSet<String> = self.referred_to(resource, parent)?.into_iter().collect();
        if let Some(kin) = self.kin(parent) {
            if sampled.is_none() {
                let (count, seed) = (self.settings.sample, self.settings.seed);
                let drawn = draw::sample(self.destination, &kin, count, seed).map_err(read_failed)?;
                parents.extend(drawn.into_iter().flatten());
            }
            let keys: Vec<Key> = referred.iter().map(|id| vec![id.clone()]).collect();
            let live = kin.stored_by_key(self.destination, &keys).map_err(read_failed)?;
            // Those that are there are sampled by themselves.
            if !parents.is_empty() {
                referred.retain(|id| !live.contains_key(&vec![id.clone()]));
            }
        }
        if parents.is_empty() {
            parents = self.parents_from_the_api(resource, feed, parent).await?;
        }
        parents.extend(referred);
        Ok(parents.into_iter().collect())
    }

    /// What is known of a resource that others hang on, whether it is verified itself or not.
    fn kin(&self, parent: &str) -> Option<Subject> {
        let version = self.asker.client.version();
        Subject::new(parent, &self.tables, &self.rules, version, &|feed| feed.cost.is_none())
    }

    /// The name of the table of a resource.
    pub(super) fn table_of(&self, resource: &str) -> String {
        let rules = self.rules.resources.get(resource);
        rules.and_then(|rules| rules.table.clone()).unwrap_or_else(|| resource.to_owned())
    }

    /// The records that a draw of the rows of a resource refers to.
    fn referred_to(&mut self, resource: &str, parent: &str) -> Result<Vec<String>, PipelineError> {
        let subject = &self.subjects[resource];
        let Some(column) = subject.parent_column(&self.table_of(parent)).map(str::to_owned) else {
            return Ok(Vec::new());
        };
        let (count, seed) = (self.settings.sample, self.settings.seed);
        let drawn = draw::sample(self.destination, subject, count, seed).map_err(read_failed)?;
        let stored = subject.stored_by_key(self.destination, &drawn).map_err(read_failed)?;
        Ok(stored.values().filter_map(|stored| subject.cell(&stored.document, &column)).collect())
    }

    /// Records that the API has and that the feed is asked for, as many as are sampled.
    async fn parents_from_the_api(
        &mut self,
        resource: &str,
        feed: &'static Feed,
        parent: &str,
    ) -> Result<BTreeSet<String>, PipelineError> {
        let mut found = BTreeSet::new();
        let wanted = usize::try_from(self.settings.sample).unwrap_or(usize::MAX);
        let version = self.asker.client.version().to_owned();
        let list =
            feeds().find(|list| list.resource == parent && shows_all(list.reading) && list.is_in(&version));
        let (Some(list), Reading::PerRecord(condition)) = (list, feed.reading) else { return Ok(found) };
        if wanted == 0 {
            return Ok(found);
        }
        let mut looked_through = 0;
        let mut take = |page: Vec<Json>| {
            looked_through += page.len();
            let meant = page.iter().filter(|record| condition.holds(record.to_string().as_bytes()));
            found.extend(meant.filter_map(|record| super::subject::scalar(record, feed.asked_by)));
            if found.len() >= wanted || looked_through >= LOOKED_THROUGH { Err(Enough) } else { Ok(()) }
        };
        let read = self.asker().pages(list, None, None, &mut take).await;
        match read {
            // Where there is nothing to ask for, there is nothing that could be missing.
            Ok(Ok(())) if found.is_empty() => self.proof(resource).api = Some(0),
            Ok(Ok(())) | Err(Enough) => {}
            Ok(Err(error)) => {
                let reason = (error.policy() == Policy::SkipResource).then(|| error.to_string());
                self.leave_out(list, error)?;
                self.proof(resource).unjudged = reason;
            }
        }
        Ok(found.into_iter().take(wanted).collect())
    }
}
