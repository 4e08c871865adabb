//! A seeded choice of records, the same for the same seed and tables.

use super::subject::{Key, Subject};
use relatable_destinations::{Destination, DestinationError, Rows};

/// How many keys are listed at a time.
const PAGE: usize = 10_000;

/// A source of numbers that look random (SplitMix64).
pub(super) struct Draw(u64);

impl Draw {
    /// The source that a seed stands for, for one purpose.
    pub(super) fn new(seed: u64, purpose: &str) -> Draw {
        let mixed =
            purpose.bytes().fold(seed, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        Draw(mixed)
    }

    /// A number below `bound`, which must not be 0.
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// Hands over the keys of rows page by page.
pub(super) fn each_key(
    destination: &mut dyn Destination,
    rows: &Rows<'_>,
    take: &mut dyn FnMut(Key),
) -> Result<(), DestinationError> {
    let mut after: Option<Key> = None;
    loop {
        let page = destination.keys(rows, after.as_deref(), PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.clone());
        page.into_iter().for_each(&mut *take);
    }
}

/// `count` different live records of a resource, or all where there are no more.
pub(super) fn sample(
    destination: &mut dyn Destination,
    subject: &Subject,
    count: u64,
    seed: u64,
) -> Result<Vec<Key>, DestinationError> {
    let size = usize::try_from(count).unwrap_or(usize::MAX);
    let mut draw = Draw::new(seed, &subject.resource);
    let (mut chosen, mut met): (Vec<Key>, u64) = (Vec::new(), 0);
    if size == 0 {
        return Ok(chosen);
    }
    let rows = Rows { table: &subject.root().name, within: None };
    each_key(destination, &rows, &mut |key| {
        met += 1;
        if chosen.len() < size {
            chosen.push(key);
            return;
        }
        let place = draw.below(met);
        if let Some(place) = usize::try_from(place).ok().and_then(|place| chosen.get_mut(place)) {
            *place = key;
        }
    })?;
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_always_draws_the_same_and_another_seed_something_else() {
        let drawn = |seed, purpose| {
            let mut draw = Draw::new(seed, purpose);
            (0..20).map(|_| draw.below(1_000)).collect::<Vec<_>>()
        };
        assert_eq!(drawn(1, "contacts"), drawn(1, "contacts"));
        assert_ne!(drawn(1, "contacts"), drawn(2, "contacts"));
        assert_ne!(drawn(1, "contacts"), drawn(1, "conversations"));
    }
}
