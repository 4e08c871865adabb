//! Documents that come again within a load, when its documents go through several shredders.

use super::Shredder;
use super::column::{Column, Kind};
use super::rows::Kept;
use crate::convert::canonical_number;
use crate::plan::ROOT_TABLE;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// What identifies a document, its key or its content, as a hash of 128 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity(u128);

impl Identity {
    /// The identity by the parts of a key, as text.
    fn of_key(parts: impl Iterator<Item = Option<String>>) -> Identity {
        let mut hasher = Sha256::new();
        for part in parts.map(Option::unwrap_or_default) {
            hasher.update(part.len().to_le_bytes());
            hasher.update(part);
        }
        let digest = hasher.finalize();
        Identity(digest.iter().take(16).fold(0, |bits, &byte| bits << 8 | u128::from(byte)))
    }

    /// The identity by the hash of the content, in hexadecimal digits.
    pub(super) fn of_content(hash: &str) -> Identity {
        Identity(u128::from_str_radix(hash, 16).unwrap_or_default())
    }

    /// The identity that [`to_bytes`](Self::to_bytes) wrote.
    pub fn from_bytes(bytes: [u8; 16]) -> Identity {
        Identity(u128::from_be_bytes(bytes))
    }

    /// The identity as bytes, which sort as identities do.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

/// The identities that several documents of a load have, with how often each was met so far.
#[derive(Debug, Default)]
pub struct Repeats {
    met: Mutex<HashMap<Identity, u64>>,
}

impl Repeats {
    /// Nothing met yet. Documents of any other identity are the only ones of theirs.
    pub fn new(identities: impl IntoIterator<Item = Identity>) -> Repeats {
        Repeats { met: Mutex::new(identities.into_iter().map(|identity| (identity, 0)).collect()) }
    }

    /// Meets an identity: 1 for the first time, 2 for the second …
    pub(super) fn meet(&self, identity: Identity) -> u64 {
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        met.get_mut(&identity).map_or(1, |count| {
            *count += 1;
            *count
        })
    }

    /// Whether several documents have an identity.
    pub(super) fn has(&self, identity: Identity) -> bool {
        self.met.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&identity)
    }

    /// Whether every identity is that of one document.
    pub(super) fn is_empty(&self) -> bool {
        self.met.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

impl Shredder {
    /// The identity of the record in `row` of the resource's table.
    pub(super) fn identity(&self, row: u32) -> Identity {
        if let Some(key) = self.content_keys.get(row as usize) {
            return Identity::of_content(key.split('-').next().unwrap_or_default());
        }
        let part = |&column: &usize| match &self.columns[column] {
            Column::Undecided(kinds, texts) if kinds[row as usize] == Kind::Number => {
                Some(canonical_number(texts.value(row as usize)))
            }
            values => values.text_at(row),
        };
        Identity::of_key(self.plan.key_columns.iter().map(part))
    }

    /// The keys of records to write that another shredder of the load has written already.
    pub(super) fn met_elsewhere(&self, kept: &Kept) -> Vec<String> {
        let Some(load) = self.load.as_ref().filter(|load| !load.is_empty()) else { return Vec::new() };
        if !self.content_keys.is_empty() {
            // Documents of the same content are a row each.
            return Vec::new();
        }
        let again = |row: &&u32| load.meet(self.identity(**row)) > 1;
        kept.rows[ROOT_TABLE].iter().filter(again).map(|&row| self.record_key(row)).collect()
    }
}
