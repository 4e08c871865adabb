//! How much of the past is read: `--since`.

use crate::error::PipelineError;
use crate::extract::course::SINCE_PREFIX;
use relatable_intercom::catalogue::feeds;
use std::collections::{BTreeMap, BTreeSet};

/// A bound of history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// The resource; all that have a history without it.
    pub resource: Option<String>,
    /// What changed before this moment is not read, seconds since the epoch; `None` for all of the past.
    pub from_s: Option<i64>,
}

/// The bounds of a run by resource, seconds since the epoch: those asked for, else those of the runs before. A resource of
/// which more is there than asked for keeps what it has.
///
/// # Errors
/// [`PipelineError::NoHistory`] for a resource whose history cannot be limited.
pub(crate) fn bounds(
    asked: &[Since],
    low_water: &BTreeMap<String, i64>,
) -> Result<BTreeMap<String, i64>, PipelineError> {
    let limited: BTreeSet<&str> =
        feeds().filter(|feed| feed.is_history()).map(|feed| feed.resource).collect();
    if let Some(name) =
        asked.iter().filter_map(|since| since.resource.as_deref()).find(|name| !limited.contains(name))
    {
        let limited: Vec<&str> = limited.into_iter().collect();
        return Err(PipelineError::NoHistory { resource: name.to_owned(), limited: limited.join(", ") });
    }
    let mut bounds = BTreeMap::new();
    for resource in limited {
        let own = asked.iter().rev().find(|since| since.resource.as_deref() == Some(resource));
        let asked = own.or_else(|| asked.iter().rev().find(|since| since.resource.is_none()));
        // A bound of 0 was lifted; where there is none, what was read was read without.
        let stored = low_water.get(&format!("{SINCE_PREFIX}{resource}")).copied().filter(|at_s| *at_s != 0);
        let was_read = feeds().any(|feed| feed.resource == resource && low_water.contains_key(feed.name));
        let bound = match asked.map(|since| since.from_s) {
            None => stored,
            Some(None) => None,
            Some(Some(from_s)) if was_read => stored.map(|stored| stored.min(from_s)),
            Some(Some(from_s)) => Some(from_s),
        };
        bounds.extend(bound.map(|from_s| (resource.to_owned(), from_s)));
    }
    Ok(bounds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_stays_until_more_of_the_past_is_asked_for() {
        let all = |from_s| Since { resource: None, from_s };
        let of = |from_s| Since { resource: Some("conversations".to_owned()), from_s };
        let read = ("conversations", 900);
        let kept = ("since/conversations", 500);
        for (asked, low_water, expected) in [
            (vec![], vec![], None),
            (vec![all(Some(700))], vec![], Some(700)),
            (vec![all(Some(700)), of(Some(300))], vec![], Some(300)),
            (vec![of(None), all(Some(700))], vec![], None),
            (vec![], vec![read, kept], Some(500)),
            (vec![all(Some(700))], vec![read, kept], Some(500)),
            (vec![all(Some(300))], vec![read, kept], Some(300)),
            (vec![all(None)], vec![read, kept], None),
            (vec![all(Some(700))], vec![read], None),
            (vec![], vec![read, ("since/conversations", 0)], None),
        ] {
            let low_water = low_water.iter().map(|(name, at_s)| ((*name).to_owned(), *at_s)).collect();
            let bounds = bounds(&asked, &low_water).unwrap();
            assert_eq!(bounds.get("conversations").copied(), expected, "{asked:?} {low_water:?}");
        }
        let tags = Since { resource: Some("tags".to_owned()), from_s: Some(1) };
        assert!(matches!(bounds(&[tags], &BTreeMap::new()), Err(PipelineError::NoHistory { .. })));
    }
}
