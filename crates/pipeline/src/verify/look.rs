//! Suspects and samples, each asked for by itself.

use super::ask::{Told, Whole};
use super::judge::Candidate;
use super::listing::Stop;
use super::scope::listings;
use super::subject::{Fresh, Key};
use super::{Verification, read_failed};
use crate::error::PipelineError;
use futures_util::StreamExt;
use relatable_intercom::ClientError;
use relatable_intercom::catalogue::Feed;
use relatable_intercom::error::Policy;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Records asked for at once.
const HANDS: usize = 16;
/// Records held at once.
const HELD: usize = 400;

impl Verification<'_> {
    /// Looks at the suspects and the sample of a resource; those that differ become candidates.
    pub(super) async fn look(&mut self, resource: &str) -> Result<(), PipelineError> {
        let suspects = self.suspects.remove(resource).unwrap_or_default();
        let mut keys = suspects.clone();
        keys.extend(self.samples.get(resource).into_iter().flatten().cloned());
        if keys.is_empty() {
            return Ok(());
        }
        match self.subjects.get(resource).and_then(|subject| subject.own) {
            Some(own) => self.look_one_by_one(resource, own, keys).await,
            None => self.look_again(resource, suspects).await,
        }
    }

    /// Asks for each record.
    async fn look_one_by_one(
        &mut self,
        resource: &str,
        own: &'static Feed,
        keys: BTreeSet<Key>,
    ) -> Result<(), PipelineError> {
        let keys: Vec<Key> = keys.into_iter().filter(|key| key.len() == 1).collect();
        for held in keys.chunks(HELD) {
            let asked: Vec<(Key, Result<Option<Whole>, ClientError>)> = {
                self.destination.rest();
                let (asker, subject) = (&self.asker, &self.subjects[resource]);
                let ask = |key: Key| async move {
                    let whole = asker.whole(subject, own, &key[0]).await;
                    (key, whole)
                };
                let asked = futures_util::stream::iter(held.iter().cloned().map(ask));
                asked.buffer_unordered(HANDS).collect().await
            };
            let mut fresh = BTreeMap::new();
            for (key, answer) in asked {
                match answer {
                    Ok(None) => drop(fresh.insert(key, None)),
                    Ok(Some(Whole { document, answers, refused })) => {
                        fresh.insert(key, Some(self.subjects[resource].fresh(document, answers)));
                        for (feed, error) in refused {
                            self.leave_out(feed, error)?;
                        }
                    }
                    Err(error) if error.policy() == Policy::SkipResource => {
                        let reason = error.to_string();
                        self.leave_out(own, error)?;
                        self.proof(resource).unjudged = Some(reason);
                        return Ok(());
                    }
                    Err(error) => return self.leave_out(own, error),
                }
            }
            self.hold_against_tables(resource, fresh)?;
        }
        Ok(())
    }

    /// Reads a resource's lists a second time, as there is no other way to ask for one of its records.
    async fn look_again(&mut self, resource: &str, keys: BTreeSet<Key>) -> Result<(), PipelineError> {
        self.destination.rest();
        let subject = &self.subjects[resource];
        let mut fresh: BTreeMap<Key, Option<Fresh>> = keys.into_iter().map(|key| (key, None)).collect();
        for (feed, kind) in listings(subject, &self.types) {
            let mut take = |told: Told| {
                let Told::Page(records) = told else { return Ok(()) };
                for document in records {
                    let Some(key) = subject.key(&document) else { continue };
                    if let Some(place) = fresh.get_mut(&key) {
                        *place = Some(subject.fresh(document, BTreeSet::new()));
                    }
                }
                Ok::<(), Stop>(())
            };
            match self.asker.list(feed, kind, &mut take).await {
                Ok(()) => {}
                Err(Stop::Failed(error)) => return Err(error),
                // A type that nobody knows is told where it is listed.
                Err(Stop::Client(ClientError::NotFound { .. })) if kind.is_some() => {}
                Err(Stop::Client(error)) => return self.leave_out(feed, error),
            }
        }
        self.hold_against_tables(resource, fresh)
    }

    /// Compares records with the tables.
    fn hold_against_tables(
        &mut self,
        resource: &str,
        fresh: BTreeMap<Key, Option<Fresh>>,
    ) -> Result<(), PipelineError> {
        let subject = &self.subjects[resource];
        let keys: Vec<Key> = fresh.keys().cloned().collect();
        let mut stored: HashMap<Key, _> =
            subject.stored_by_key(self.destination, &keys).map_err(read_failed)?;
        let mut sampled = 0;
        for (key, fresh) in fresh {
            let stored = stored.remove(&key);
            sampled += u64::from(fresh.is_some() && subject.own.is_some());
            let differs = match (&fresh, &stored) {
                (Some(fresh), Some(stored)) => {
                    fresh.changed_us != stored.changed_us || !subject.differences(fresh, stored).is_empty()
                }
                (fresh, stored) => fresh.is_some() || stored.is_some(),
            };
            if differs {
                let resource = resource.to_owned();
                let (asked_for, has_parent_gone) = (None, false);
                self.candidates.push(Candidate { resource, key, fresh, stored, asked_for, has_parent_gone });
            }
        }
        self.proof(resource).sampled += sampled;
        Ok(())
    }
}
