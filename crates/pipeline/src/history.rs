//! How much of the past is read: `--since`.

use crate::error::PipelineError;
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

/// What stands before a resource's name where its bound is kept among the marks of a checkpoint.
const SINCE_PREFIX: &str = "since/";
/// The journal's cursor with the bounds of the last run, JSON.
pub(crate) const SINCE_CURSOR: &str = "since";

/// Bounds by resource, seconds since the epoch.
pub(crate) type Bounds = BTreeMap<String, i64>;

/// The resources whose history can be limited.
fn limited() -> BTreeSet<&'static str> {
    feeds().filter(|feed| feed.is_history()).map(|feed| feed.resource).collect()
}

/// Refuses bounds of what has no history.
///
/// # Errors
/// [`PipelineError::NoHistory`].
pub(crate) fn check_bounds(asked: &[Since]) -> Result<(), PipelineError> {
    let limited = limited();
    let mut named = asked.iter().filter_map(|since| since.resource.as_deref());
    named.find(|name| !limited.contains(name)).map_or(Ok(()), |name| {
        let limited: Vec<&str> = limited.iter().copied().collect();
        Err(PipelineError::NoHistory { resource: name.to_owned(), limited: limited.join(", ") })
    })
}

/// The bounds that a checkpoint keeps; one that was lifted is 0 there, since nothing is ever taken out of a checkpoint.
pub(crate) fn loaded_bounds(low_water: &BTreeMap<String, i64>) -> Bounds {
    let kept = low_water.iter().filter(|(_, from_s)| **from_s != 0);
    kept.filter_map(|(name, from_s)| Some((name.strip_prefix(SINCE_PREFIX)?.to_owned(), *from_s))).collect()
}

/// The marks that keep the bounds of a run in a checkpoint with these marks.
pub(crate) fn bound_marks(bounds: &Bounds, low_water: &BTreeMap<String, i64>) -> BTreeMap<String, i64> {
    let lifted = low_water.keys().filter(|name| name.starts_with(SINCE_PREFIX)).map(|name| (name.clone(), 0));
    let kept = bounds.iter().map(|(name, from_s)| (format!("{SINCE_PREFIX}{name}"), *from_s));
    lifted.chain(kept).collect()
}

/// The bounds of a run: those asked for, else those of the runs before, which the journal knows, or the checkpoint where
/// the journal is new. A resource of which more is there than asked for keeps what it has.
pub(crate) fn bounds(asked: &[Since], of_journal: Option<&str>, low_water: &BTreeMap<String, i64>) -> Bounds {
    let stored = of_journal
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_else(|| loaded_bounds(low_water));
    let bound = |resource: &'static str| {
        let own = asked.iter().rev().find(|since| since.resource.as_deref() == Some(resource));
        let asked = own.or_else(|| asked.iter().rev().find(|since| since.resource.is_none()));
        let stored = stored.get(resource).copied();
        // Where there is no bound, what was read was read without.
        let was_read = feeds().any(|feed| feed.resource == resource && low_water.contains_key(feed.name));
        match asked.map(|since| since.from_s) {
            None => stored,
            Some(None) => None,
            Some(Some(from_s)) if was_read => stored.map(|stored| stored.min(from_s)),
            Some(Some(from_s)) => Some(from_s),
        }
    };
    limited().into_iter().filter_map(|resource| Some((resource.to_owned(), bound(resource)?))).collect()
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
            let bounds = bounds(&asked, None, &low_water);
            assert_eq!(bounds.get("conversations").copied(), expected, "{asked:?} {low_water:?}");
        }
        let low_water = BTreeMap::from([("since/conversations".to_owned(), 500)]);
        let begun = bounds(&[], Some(r#"{"conversations":700}"#), &BTreeMap::new());
        assert_eq!(begun["conversations"], 700, "a first run that did not end has its bound in the journal");
        assert_eq!(
            bounds(&[], Some("{}"), &low_water),
            Bounds::new(),
            "the journal knows that it was lifted"
        );
    }

    #[test]
    fn what_a_checkpoint_is_told_of_bounds_comes_back_and_a_lifted_one_does_not() {
        let marks = |bounds: &[(&str, i64)], low_water: &BTreeMap<String, i64>| {
            let bounds = bounds.iter().map(|(name, from_s)| ((*name).to_owned(), *from_s)).collect();
            bound_marks(&bounds, low_water)
        };
        let kept = marks(&[("tickets", 5)], &BTreeMap::new());
        assert_eq!(loaded_bounds(&kept)["tickets"], 5);
        assert_eq!(loaded_bounds(&marks(&[], &kept)), Bounds::new());
    }

    #[test]
    fn what_has_no_history_has_no_bound() {
        let of = |name: &str| [Since { resource: Some(name.to_owned()), from_s: Some(1) }];
        assert!(matches!(check_bounds(&of("tags")), Err(PipelineError::NoHistory { .. })));
        assert!(check_bounds(&of("tickets")).is_ok());
    }
}
