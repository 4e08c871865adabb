//! Lists of the API beside the tables: which records are on one side only, and which look different.
//!
//! A list makes suspects, nothing more: pages drift and the search index lags, so each record is looked at by itself later.

use super::ask::Told;
use super::draw::each_key;
use super::subject::{Key, Subject};
use crate::error::PipelineError;
use relatable_destinations::{Destination, DestinationError, Rows, Within};
use relatable_intercom::ClientError;
use relatable_intercom::catalogue::Feed;
use relatable_model::json::Json;
use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// How many records are compared with the tables at a time.
const COMPARED_AT_ONCE: usize = 1_000;

/// Why a list was not read to its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// The API said so.
    Client(ClientError),
    /// Something of ours failed.
    Failed(PipelineError),
}

impl From<ClientError> for Stop {
    fn from(error: ClientError) -> Stop {
        Stop::Client(error)
    }
}

impl From<DestinationError> for Stop {
    fn from(cause: DestinationError) -> Stop {
        Stop::Failed(PipelineError::Destination { step: "read", cause })
    }
}

/// Keys that were met, in little memory.
#[derive(Debug, Default)]
pub(super) struct Met(HashSet<u128>);

impl Met {
    /// Notes a key; whether it is new.
    fn insert(&mut self, key: &Key) -> bool {
        self.0.insert(digest(key))
    }

    /// Whether a key was met.
    pub(super) fn has(&self, key: &Key) -> bool {
        self.0.contains(&digest(key))
    }

    /// How many were met.
    pub(super) fn len(&self) -> u64 {
        self.0.len() as u64
    }
}

/// A number that stands for a key: 128 bits, so that no two of a workspace share one.
fn digest(key: &Key) -> u128 {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, key).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    (half(0) << 64) | half(1)
}

/// A list that is compared while it is read.
pub(super) struct Listing<'a> {
    pub(super) subject: &'a Subject,
    pub(super) destination: &'a mut dyn Destination,
    /// What changed at or after this moment (microseconds since the epoch) the tables need not have, where that is known.
    pub(super) bound_us: Option<i64>,
    /// Records created before this moment are not judged.
    since_us: Option<i64>,
    buffer: Vec<Json>,
    from_index: bool,
    pub(super) met: Met,
    pub(super) suspects: BTreeSet<Key>,
    pub(super) changed_since: HashSet<Key>,
    pub(super) compared: u64,
}

impl<'a> Listing<'a> {
    /// Nothing compared yet.
    pub(super) fn new(
        subject: &'a Subject,
        destination: &'a mut dyn Destination,
        bound_us: Option<i64>,
        since_us: Option<i64>,
    ) -> Listing<'a> {
        Listing {
            subject,
            destination,
            bound_us,
            since_us,
            buffer: Vec::new(),
            from_index: false,
            met: Met::default(),
            suspects: BTreeSet::new(),
            changed_since: HashSet::new(),
            compared: 0,
        }
    }

    /// What comes now comes from this feed, and is waited for: meanwhile others may get at the destination.
    pub(super) fn enter(&mut self, feed: &Feed) {
        self.destination.rest();
        self.from_index = feed.is_from_index();
    }

    /// Takes what is told of a list.
    pub(super) fn take(&mut self, told: Told) -> Result<(), Stop> {
        match told {
            // Records met before stay met: what a list has shown once exists.
            Told::Begins => {
                self.buffer.clear();
                Ok(())
            }
            Told::Page(records) => {
                self.buffer.extend(records);
                if self.buffer.len() >= COMPARED_AT_ONCE {
                    self.flush()?;
                    self.destination.rest();
                }
                Ok(())
            }
        }
    }

    /// Compares what has come.
    pub(super) fn flush(&mut self) -> Result<(), Stop> {
        let mut fresh = Vec::with_capacity(self.buffer.len());
        for document in self.buffer.drain(..) {
            let Some(key) = self.subject.key(&document) else { continue };
            let document = self.subject.fresh(document, BTreeSet::new());
            let is_outside = self.since_us.zip(document.created_us).is_some_and(|(since, at)| at < since);
            if self.met.insert(&key) && !is_outside {
                fresh.push((key, document));
            }
        }
        let keys: Vec<Key> = fresh.iter().map(|(key, _)| key.clone()).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let stored = self.subject.stored_by_key(self.destination, &keys)?;
        for (key, fresh) in fresh {
            self.compared += 1;
            let Some(stored) = stored.get(&key) else {
                self.suspects.insert(key);
                continue;
            };
            if fresh.changed_us > stored.changed_us {
                let is_since = self.bound_us.zip(fresh.changed_us).is_some_and(|(bound, at)| at >= bound);
                if is_since {
                    self.changed_since.insert(key);
                } else {
                    self.suspects.insert(key);
                }
                continue;
            }
            let lags = self.from_index && fresh.changed_us < stored.changed_us;
            let differs = || {
                !self.subject.differences(&fresh, stored).is_empty()
                    || self.subject.has_short_list(&fresh, stored)
            };
            if !lags && differs() {
                self.suspects.insert(key);
            }
        }
        Ok(())
    }

    /// Suspects the live rows that the list has not shown.
    pub(super) fn suspect_rest(&mut self, within: Option<Within<'_>>) -> Result<(), Stop> {
        self.flush()?;
        let rows = Rows { table: &self.subject.root().name, within };
        let (met, suspects) = (&self.met, &mut self.suspects);
        each_key(self.destination, &rows, &mut |key| {
            if !met.has(&key) {
                suspects.insert(key);
            }
        })?;
        Ok(())
    }
}
