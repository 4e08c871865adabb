//! Which records a mutation means.

use std::collections::BTreeSet;

use super::draw::{Draw, Kind};
use super::register::{Entry, Register};
use crate::mutation::{MutationError, Selection};
use crate::resource::Resource;

/// The indexes meant, in order, each once: living records only.
pub(super) fn select<E: Entry>(
    which: &Selection,
    register: &Register<E>,
    resource: Resource,
) -> Result<Vec<u32>, MutationError> {
    let count = register.len();
    let chosen: BTreeSet<u32> = match which {
        Selection::Indexes(indexes) => {
            if let Some(&index) = indexes.iter().find(|&&index| register.get(index).is_none()) {
                return Err(MutationError::NoSuchRecord { resource, index, count });
            }
            indexes.iter().copied().collect()
        }
        Selection::Random { count, .. } if *count >= register.living() => {
            register.iter().map(|(index, _)| index).collect()
        }
        Selection::Random { count: wanted, seed } => {
            let mut draw = Draw::new(*seed, Kind::Selection, 0, 0);
            let mut chosen = BTreeSet::new();
            while chosen.len() < *wanted as usize {
                let index = draw.below(count.into()) as u32;
                if register.get(index).is_some() {
                    chosen.insert(index);
                }
            }
            chosen
        }
    };
    Ok(chosen.into_iter().collect())
}

/// Refuses more records than an index can number.
pub(super) fn room_for<E: Entry>(
    count: u32,
    register: &Register<E>,
    resource: Resource,
) -> Result<(), MutationError> {
    let fits = register.len().checked_add(count).is_some();
    if fits { Ok(()) } else { Err(MutationError::TooMany { resource, count }) }
}
