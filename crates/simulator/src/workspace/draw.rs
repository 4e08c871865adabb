//! Randomness: a stream of draws per document, decided by seed, kind, index and step alone.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a stream of draws is for; two kinds never share a stream.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Admin = 1,
    Team,
    Segment,
    ContactEntry,
    Contact,
    ContactAttributes,
    ContactChange,
    ContactLinks,
    CompanyEntry,
    Company,
    CompanyChange,
    ContactNote,
    CompanyNote,
    Events,
    Event,
    ConversationEntry,
    Conversation,
    ConversationSource,
    ConversationStatistics,
    ConversationAttributes,
    Part,
    Selection,
    Scroll,
    Request,
    Record,
    Drift,
    Delivery,
    Reporting,
    Job,
}

/// One stream of draws.
pub(crate) struct Draw(ChaCha8Rng);

impl Draw {
    /// The stream of step `step` (a revision, a position) of record `index`.
    pub(crate) fn new(seed: u64, kind: Kind, index: u64, step: u64) -> Draw {
        let mut key = [0u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&index.to_le_bytes());
        key[16..24].copy_from_slice(&step.to_le_bytes());
        key[24] = kind as u8;
        Draw(ChaCha8Rng::from_seed(key))
    }

    /// Any 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0.random()
    }

    /// A number of `0..bound`; 0 if the bound is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.0.random_range(0..bound) }
    }

    /// A number of `low..=high`; `low` if the range is empty.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        if high <= low { low } else { self.0.random_range(low..=high) }
    }

    /// A number from 0 to just under 1.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// True this often in a hundred.
    pub(crate) fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// One element; the list must not be empty.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len() as u64) as usize]
    }

    /// An instant of `low..=high`, or nothing this often in a hundred.
    pub(crate) fn instant_or_null(&mut self, low: i64, high: i64, null_percent: u64) -> Option<i64> {
        let instant = self.between(low, high);
        (!self.percent(null_percent)).then_some(instant)
    }

    /// This many different bits of the lowest `width`.
    pub(crate) fn mask(&mut self, count: u32, width: u32) -> u32 {
        let mut mask = 0u32;
        while mask.count_ones() < count.min(width) {
            mask |= 1 << self.below(u64::from(width));
        }
        mask
    }

    /// A UUID, version 4, as text.
    pub(crate) fn uuid(&mut self) -> String {
        let (high, low) = (self.bits(), self.bits());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff
        )
    }
}
