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
            let parents = self.parents_of(resource, feed).await?;
            for held in parents.chunks(HELD) {
                let Some(lists) = self.lists_of(resource, feed, held.to_vec()).await? else { break };
                let proof = self.proof(resource);
                proof.lists += lists.len() as u64;
                proof.sampled += lists.iter().filter_map(ParentList::len).sum::<u64>();
                self.compare_children(resource, feed, lists).await?;
            }
        }
        Ok(())
    }

    /// What a feed has for each of these records; `None` where it may not be read.
    async fn lists_of(
        &mut self,
        resource: &str,
        feed: &'static Feed,
        parents: Vec<String>,
    ) -> Result<Option<Vec<ParentList>>, PipelineError> {
        let asked: Vec<_> = {
            let asker = self.asker();
            let ask = |parent: String| async move {
                let read = asker.list_of(feed, &parent).await;
                (parent, read)
            };
            futures_util::stream::iter(parents.into_iter().map(ask)).buffer_unordered(HANDS).collect().await
        };
        let mut lists = Vec::with_capacity(asked.len());
        for (parent, read) in asked {
            match read {
                Ok(documents) => lists.push(ParentList { parent, documents }),
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
        lists: Vec<ParentList>,
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
        for (key, Child { parent, fresh, stored, has_parent_gone }) in differing {
            let asked_for = Some((feed.name.to_owned(), parent));
            let resource = resource.to_owned();
            self.candidates.push(Candidate { resource, key, fresh, stored, asked_for, has_parent_gone });
        }
        Ok(())
    }

    /// The records hanging on others that are on one side only or differ.
    fn differing(
        &mut self,
        resource: &str,
        feed: &Feed,
        lists: Vec<ParentList>,
    ) -> Result<BTreeMap<Key, Child>, PipelineError> {
        let subject = &self.subjects[resource];
        let table = self.table_of(feed.parent.unwrap_or_default());
        let Some(column) = subject.parent_column(&table) else { return Ok(BTreeMap::new()) };
        let asked: Vec<Key> = lists.iter().map(|list| vec![list.parent.clone()]).collect();
        let stored = subject.stored(self.destination, &[column.to_owned()], &asked);
        let mut stored = stored.map_err(read_failed)?;
        let gone: BTreeSet<String> =
            lists.iter().filter(|list| list.documents.is_none()).map(|list| list.parent.clone()).collect();
        let mut differing = BTreeMap::new();
        for ParentList { parent, documents } in lists {
            for document in documents.into_iter().flatten() {
                let Some(key) = subject.key(&document) else { continue };
                let fresh = subject.fresh(document, BTreeSet::new());
                let known = stored.remove(&key);
                if known.as_ref().is_none_or(|known| !subject.differences(&fresh, known).is_empty()) {
                    differing.insert(key, Child::new(&parent, Some(fresh), known));
                }
            }
        }
        if !FADING.contains(&resource) {
            let rest = stored.into_iter().filter_map(|(key, known)| {
                let parent = known.asked_by.concat();
                let has_parent_gone = gone.contains(&parent);
                // What is a matter of the past stays when the record it hangs on goes.
                let stays = has_parent_gone && feed.lasting;
                (!stays).then(|| (key, Child { has_parent_gone, ..Child::new(&parent, None, Some(known)) }))
            });
            differing.extend(rest);
        }
        self.find_elsewhere(resource, &mut differing)?;
        Ok(differing)
    }

    /// Completes what hangs on a record by the API with what the tables have of it under another record.
    fn find_elsewhere(
        &mut self,
        resource: &str,
        differing: &mut BTreeMap<Key, Child>,
    ) -> Result<(), PipelineError> {
        let subject = &self.subjects[resource];
        let unknown = differing.iter().filter(|(_, child)| child.stored.is_none());
        let keys: Vec<Key> = unknown.map(|(key, _)| key.clone()).collect();
        let elsewhere = subject.stored_by_key(self.destination, &keys).map_err(read_failed)?;
        for (key, stored) in elsewhere {
            differing.entry(key).and_modify(|child| child.stored = Some(stored));
        }
        Ok(())
    }
}

/// What the API has for one record; nothing where it does not have that record.
struct ParentList {
    parent: String,
    documents: Option<Vec<Json>>,
}

impl ParentList {
    /// How many records there are.
    fn len(&self) -> Option<u64> {
        self.documents.as_ref().map(|documents| documents.len() as u64)
    }
}

/// A record that hangs on another one, on both sides.
struct Child {
    parent: String,
    fresh: Option<Fresh>,
    stored: Option<Stored>,
    /// Whether the API does not have the record it hangs on.
    has_parent_gone: bool,
}

impl Child {
    fn new(parent: &str, fresh: Option<Fresh>, stored: Option<Stored>) -> Child {
        Child { parent: parent.to_owned(), fresh, stored, has_parent_gone: false }
    }
}
