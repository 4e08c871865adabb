//! What is counted at one path.

use super::Distinct;
use super::kinds::Kinds;
use crate::convert::{date_from_text, instant_from_text, integer};
use std::collections::BTreeMap;

/// The most shapes of an object that are told apart.
const SHAPES_MAX: usize = 1_000;
/// The most values of a document's own member that are told apart.
const VALUES_MAX: usize = 100_000;
/// Epoch seconds that are likely to be moments: the years 2000 to 2049.
const EPOCH_SECONDS: std::ops::Range<i64> = 946_684_800..2_524_608_000;

/// The counts of one path.
#[derive(Debug)]
pub(super) struct Node {
    /// How often something stood here, null included.
    pub(super) count: u64,
    pub(super) nulls: u64,
    pub(super) booleans: u64,
    /// Whole numbers that fit 64 bits.
    pub(super) integers: u64,
    /// Other numbers.
    pub(super) fractions: u64,
    pub(super) texts: u64,
    pub(super) objects: u64,
    pub(super) arrays: u64,
    /// Whole numbers that are moments if they are epoch seconds.
    pub(super) epoch_seconds: u64,
    /// Whole numbers that are moments if they are epoch milliseconds.
    pub(super) epoch_milliseconds: u64,
    /// Texts that are moments with a zone.
    pub(super) instants: u64,
    /// Texts that are calendar days.
    pub(super) days: u64,
    /// Texts by which wrappers around lists call themselves: `list`, `tag.list`.
    pub(super) lists_named: u64,
    /// Length of the longest text, in bytes.
    pub(super) text_bytes_most: usize,
    /// Members of objects, by name.
    pub(super) members: BTreeMap<String, usize>,
    /// Whether objects have more names than are told apart.
    pub(super) is_wider: bool,
    /// How many members all objects have together.
    pub(super) members_total: u64,
    /// Sets of member names.
    pub(super) shapes: Distinct,
    /// The elements of lists.
    pub(super) element: Option<usize>,
    pub(super) elements_total: u64,
    pub(super) elements_most: u64,
    /// Kinds of the objects here, where they are elements of lists.
    pub(super) kinds: Kinds,
    /// Values of a document's own member.
    pub(super) values: Distinct,
    /// Lists in which two elements have the same value here.
    pub(super) lists_repeating: u64,
    /// Lists of several elements in which none have the same value here.
    pub(super) lists_distinct: u64,
}

impl Default for Node {
    fn default() -> Self {
        Node {
            count: 0,
            nulls: 0,
            booleans: 0,
            integers: 0,
            fractions: 0,
            texts: 0,
            objects: 0,
            arrays: 0,
            epoch_seconds: 0,
            epoch_milliseconds: 0,
            instants: 0,
            days: 0,
            lists_named: 0,
            text_bytes_most: 0,
            members: BTreeMap::new(),
            is_wider: false,
            members_total: 0,
            shapes: Distinct::new(SHAPES_MAX),
            element: None,
            elements_total: 0,
            elements_most: 0,
            kinds: Kinds::default(),
            values: Distinct::new(VALUES_MAX),
            lists_repeating: 0,
            lists_distinct: 0,
        }
    }
}

impl Node {
    /// Counts a number.
    pub(super) fn number(&mut self, text: &str) {
        let Some(number) = integer(text) else {
            self.fractions += 1;
            return;
        };
        self.integers += 1;
        self.epoch_seconds += u64::from(EPOCH_SECONDS.contains(&number));
        let is_milliseconds = (EPOCH_SECONDS.start * 1_000..EPOCH_SECONDS.end * 1_000).contains(&number);
        self.epoch_milliseconds += u64::from(is_milliseconds);
    }

    /// Counts a text.
    pub(super) fn text(&mut self, text: &str) {
        self.texts += 1;
        self.text_bytes_most = self.text_bytes_most.max(text.len());
        // Digits alone would be read as an epoch; a text of digits rather is a name.
        let has_zone = text.contains(['T', ' ']) && instant_from_text(text).is_some();
        self.instants += u64::from(has_zone);
        self.lists_named += u64::from(text == "list" || text.ends_with(".list"));
        self.days += u64::from(date_from_text(text).is_some());
    }

    /// How many scalars stood here.
    pub(super) fn scalars(&self) -> u64 {
        self.booleans + self.integers + self.fractions + self.texts
    }

    /// How often something other than null stood here.
    pub(super) fn filled(&self) -> u64 {
        self.count - self.nulls
    }

    /// Whether nothing but objects stood here, nulls aside.
    pub(super) fn is_object(&self) -> bool {
        self.objects > 0 && self.objects == self.filled()
    }

    /// Whether nothing but lists stood here, nulls aside.
    pub(super) fn is_array(&self) -> bool {
        self.arrays > 0 && self.arrays == self.filled()
    }

    /// Whether nothing but scalars stood here, nulls aside.
    pub(super) fn is_scalar(&self) -> bool {
        self.filled() > 0 && self.scalars() == self.filled()
    }

    /// The share of all names that an object has on average, in percent: 100 where all objects are of one shape.
    pub(super) fn shared_percent(&self) -> u64 {
        let all = self.objects * self.members.len() as u64;
        (self.members_total * 100).checked_div(all).unwrap_or(100)
    }
}
