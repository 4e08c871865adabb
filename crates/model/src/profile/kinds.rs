//! Which kinds of elements a list has, as each member that might tell them apart would have it: counted in bounded memory.

use std::collections::{BTreeMap, BTreeSet};

/// The most kinds of one list that are told apart; what has more names something else.
const KINDS_MAX: usize = 20;
/// The most members of a list's elements that are watched.
const CANDIDATES_MAX: usize = 16;
/// The longest name of a kind, in bytes.
pub(super) const KIND_BYTES_MAX: usize = 40;
/// So often each kind comes at least, on average: what is almost never the same tells elements apart, not kinds.
const ELEMENTS_PER_KIND: u64 = 2;
/// Elements have at least this share of the names of their kind, in percent.
const OF_KIND_PERCENT: u64 = 90;
/// Elements have at most this share of the names of all kinds, in percent.
const OF_ALL_PERCENT: u64 = 66;

/// The elements of one kind.
#[derive(Debug, Default)]
struct Kind {
    count: u64,
    members: BTreeSet<usize>,
    members_total: u64,
}

/// The kinds of a list's elements, by the member that would tell them and a number for what it says; `None` where it says
/// too many things.
#[derive(Debug, Default)]
pub(super) struct Kinds(BTreeMap<usize, Option<BTreeMap<u64, Kind>>>);

/// What one element has: its short texts, as the member and a number that is the same for the same text, and all its
/// members.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) texts: Vec<(usize, u64)>,
    pub(super) members: Vec<usize>,
}

/// How well a member tells kinds apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fit {
    pub(super) member: usize,
    pub(super) kinds: usize,
    /// The share of the names of its kind that an element has on average, in percent.
    pub(super) of_kind_percent: u64,
}

impl Kinds {
    /// Counts an element.
    pub(super) fn count(&mut self, Element { texts, members }: &Element) {
        for (candidate, kind) in texts {
            if !self.0.contains_key(candidate) && self.0.len() >= CANDIDATES_MAX {
                continue;
            }
            let entry = self.0.entry(*candidate).or_insert_with(|| Some(BTreeMap::new()));
            let Some(kinds) = entry else { continue };
            if !kinds.contains_key(kind) && kinds.len() >= KINDS_MAX {
                *entry = None;
                continue;
            }
            let kind = kinds.entry(*kind).or_default();
            kind.count += 1;
            kind.members.extend(members);
            kind.members_total += members.len() as u64;
        }
    }

    /// The member that tells clean kinds apart, of which there are several that have little in common: it is in each of
    /// `count` elements, which have `all_percent` of the names of all.
    pub(super) fn clean(&self, count: u64, all_percent: u64) -> Option<Fit> {
        let fits = self.0.iter().filter_map(|(member, kinds)| {
            let kinds = kinds.as_ref()?;
            let is_in_each = kinds.values().map(|kind| kind.count).sum::<u64>() == count;
            let all: u64 = kinds.values().map(|kind| kind.count * kind.members.len() as u64).sum();
            let had: u64 = kinds.values().map(|kind| kind.members_total).sum();
            let of_kind_percent = (had * 100).checked_div(all)?;
            let is_clean = kinds.len() > 1
                && is_in_each
                && count >= ELEMENTS_PER_KIND * kinds.len() as u64
                && of_kind_percent >= OF_KIND_PERCENT
                && all_percent <= OF_ALL_PERCENT;
            is_clean.then_some(Fit { member: *member, kinds: kinds.len(), of_kind_percent })
        });
        // Of two that are as clean, the one that makes fewer tables.
        fits.min_by_key(|fit| (std::cmp::Reverse(fit.of_kind_percent), fit.kinds, fit.member))
    }
}
