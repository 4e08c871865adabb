//! What is read for each record of another resource: compared for the sample of that resource.

use super::judge::Candidate;
use super::subject::{Fresh, Key, Stored};
use super::{Verification, read_failed};
use crate::error::PipelineError;
use futures_util::StreamExt;
use relatable_intercom::catalogue::{FADING, Feed};
use relatable_model::json::Json;
use std::collections::{BTreeMap, BTreeSet};

/// Lists asked for at once.
const HANDS: usize = 16;
/// Lists held at once.
const HELD: usize = 400;

impl Verification<'_> {
    /// Compares the records of a resource that hang on the sample of another one.
    pub(super) async fn look_at_children(&mut self, resource: &str) -> Result<(), PipelineError> {
        for feed in self.subjects[resource].per_parent.clone() {
            let parents = feed.parent.and_then(|parent| self.samples.get(parent)).cloned();
            let parents: Vec<String> = parents.into_iter().flatten().flatten().collect();
            for held in parents.chunks(HELD) {
                let Some(lists) = self.lists_of(resource, feed, held.to_vec()).await? else { break };
                self.proof(resource).sampled += lists.iter().map(|(_, list)| list.len() as u64).sum::<u64>();
                self.compare_children(resource, feed, lists).await?;
            }
        }
        Ok(())
    }

    /// What a feed has for each of these records; `None` where it may not be read. Whether a record itself is there is found
    /// out where it is looked at.
    async fn lists_of(
        &mut self,
        resource: &str,
        feed: &'static Feed,
        parents: Vec<String>,
    ) -> Result<Option<Vec<(String, Vec<Json>)>>, PipelineError> {
        let asked: Vec<_> = {
            let asker = &self.asker;
            let ask = |parent: String| async move {
                let read = asker.list_of(feed, &parent).await;
                (parent, read)
            };
            futures_util::stream::iter(parents.into_iter().map(ask)).buffer_unordered(HANDS).collect().await
        };
        let mut lists = Vec::with_capacity(asked.len());
        for (parent, read) in asked {
            match read {
                Ok(Some(documents)) => lists.push((parent, documents)),
                Ok(None) => {}
                Err(error) => {
                    let reason = error.to_string();
                    self.leave_out(feed, error)?;
                    self.proof(resource).unjudged = Some(reason);
                    return Ok(None);
                }
            }
        }
        Ok(Some(lists))
    }

    /// Compares what hangs on records, and asks once more where it differs.
    async fn compare_children(
        &mut self,
        resource: &str,
        feed: &'static Feed,
        lists: Vec<(String, Vec<Json>)>,
    ) -> Result<(), PipelineError> {
        let mut differing = self.differing(resource, feed, lists)?;
        let again: BTreeSet<String> = differing.values().map(|child| child.parent.clone()).collect();
        if again.is_empty() {
            return Ok(());
        }
        let Some(lists) = self.lists_of(resource, feed, again.into_iter().collect()).await? else {
            return Ok(());
        };
        let again = self.differing(resource, feed, lists)?;
        differing.retain(|key, _| again.contains_key(key));
        for (key, Child { parent, fresh, stored }) in differing {
            let asked_for = Some((feed.name.to_owned(), parent));
            let resource = resource.to_owned();
            self.candidates.push(Candidate { resource, key, fresh, stored, asked_for });
        }
        Ok(())
    }

    /// The records hanging on others that are on one side only or differ.
    fn differing(
        &mut self,
        resource: &str,
        feed: &Feed,
        lists: Vec<(String, Vec<Json>)>,
    ) -> Result<BTreeMap<Key, Child>, PipelineError> {
        let subject = &self.subjects[resource];
        let of = feed.parent.and_then(|parent| self.subjects.get(parent));
        let Some(column) = of.and_then(|of| subject.parent_column(of)) else { return Ok(BTreeMap::new()) };
        let asked: Vec<Key> = lists.iter().map(|(parent, _)| vec![parent.clone()]).collect();
        let stored = subject.stored(self.destination, &[column.to_owned()], &asked);
        let mut stored = stored.map_err(read_failed)?;
        let mut differing = BTreeMap::new();
        for (parent, documents) in lists {
            for document in documents {
                let Some(key) = subject.key(&document) else { continue };
                let fresh = subject.fresh(document, BTreeSet::new());
                let known = stored.remove(&key);
                if known.as_ref().is_none_or(|known| !subject.differences(&fresh, known).is_empty()) {
                    let parent = parent.clone();
                    differing.insert(key, Child { parent, fresh: Some(fresh), stored: known });
                }
            }
        }
        if !FADING.contains(&resource) {
            differing.extend(stored.into_iter().map(|(key, known)| {
                let parent = known.asked_by.concat();
                (key, Child { parent, fresh: None, stored: Some(known) })
            }));
        }
        Ok(differing)
    }
}

/// A record that hangs on another one, on both sides.
struct Child {
    parent: String,
    fresh: Option<Fresh>,
    stored: Option<Stored>,
}
