//! What is read for each record of another resource: compared for the sample of that resource.

use super::judge::Candidate;
use super::subject::{Fresh, Key, Stored, Subject};
use super::{Verification, read_failed};
use crate::error::PipelineError;
use futures_util::StreamExt;
use relatable_destinations::{Destination, DestinationError};
use relatable_intercom::catalogue::{FADING, Feed};
use relatable_intercom::error::Policy;
use relatable_model::json::Json;
use std::collections::{BTreeMap, BTreeSet};

/// Lists asked for at once.
const HANDS: usize = 16;

impl Verification<'_> {
    /// Compares the records of a resource that hang on the sample of another one.
    pub(super) async fn look_at_children(&mut self, resource: &str) -> Result<(), PipelineError> {
        let feeds = self.subjects[resource].per_parent.clone();
        for feed in feeds {
            let Some(parents) = feed.parent.and_then(|parent| self.samples.get(parent)).cloned() else { continue };
            let asked: Vec<_> = {
                let asker = &self.asker;
                let ask = |key: Key| async move {
                    let read = asker.list_of(feed, &key[0]).await;
                    (key, read)
                };
                futures_util::stream::iter(parents.into_iter().map(ask)).buffer_unordered(HANDS).collect().await
            };
            for (parent, read) in asked {
                match read {
                    Ok(Some(documents)) => self.compare_children(resource, feed, &parent, documents).await?,
                    // Whether the record itself is there is found out where it is looked at.
                    Ok(None) => {}
                    Err(error) if error.policy() == Policy::SkipResource => {
                        let reason = error.to_string();
                        self.leave_out(feed, error)?;
                        self.proof(resource).unjudged = Some(reason);
                        break;
                    }
                    Err(error) => self.leave_out(feed, error)?,
                }
            }
        }
        Ok(())
    }

    /// Compares what hangs on one record, and asks once more where it differs.
    async fn compare_children(
        &mut self,
        resource: &str,
        feed: &'static Feed,
        parent: &Key,
        documents: Vec<Json>,
    ) -> Result<(), PipelineError> {
        let subject = &self.subjects[resource];
        let Some(of) = feed.parent.and_then(|parent| self.subjects.get(parent)) else { return Ok(()) };
        let compared = documents.len() as u64;
        let mut differing =
            differing(self.destination, subject, of, parent, documents).map_err(read_failed)?;
        if !differing.is_empty() {
            let again = match self.asker.list_of(feed, &parent[0]).await {
                Ok(again) => again.unwrap_or_default(),
                Err(error) => return self.leave_out(feed, error),
            };
            let again = self::differing(self.destination, subject, of, parent, again).map_err(read_failed)?;
            differing.retain(|key, _| again.contains_key(key));
        }
        for (key, (fresh, stored)) in differing {
            let asked_for = Some((feed.name.to_owned(), parent[0].clone()));
            let resource = resource.to_owned();
            self.candidates.push(Candidate { resource, key, fresh, stored, asked_for });
        }
        self.proof(resource).sampled += compared;
        Ok(())
    }
}

/// The records hanging on one other record that are on one side only or differ.
fn differing(
    destination: &mut dyn Destination,
    subject: &Subject,
    parents: &Subject,
    parent: &Key,
    documents: Vec<Json>,
) -> Result<BTreeMap<Key, (Option<Fresh>, Option<Stored>)>, DestinationError> {
    let Some(column) = subject.parent_column(parents) else { return Ok(BTreeMap::new()) };
    let mut stored = subject.stored(destination, &[column.to_owned()], std::slice::from_ref(parent))?;
    let mut differing = BTreeMap::new();
    for document in documents {
        let Some(key) = subject.key(&document) else { continue };
        let fresh = subject.fresh(document, BTreeSet::new());
        let known = stored.remove(&key);
        if known.as_ref().is_none_or(|known| !subject.differences(&fresh, known).is_empty()) {
            differing.insert(key, (Some(fresh), known));
        }
    }
    if !FADING.contains(&subject.resource.as_str()) {
        differing.extend(stored.into_iter().map(|(key, known)| (key, (None, Some(known)))));
    }
    Ok(differing)
}
