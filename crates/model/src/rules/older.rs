//! What cannot be followed in rules about older shapes of documents: `scalar`, `names`, `same_as`, `synonyms`.

use super::path::{Path, Segment};
use super::{PathRule, Protect, ResourceRules, Strategy};
use crate::logical::LogicalType;
use crate::plan::RuleLookup;
use crate::reshape::VALUE;
use crate::rules::names::kept_whole_above;

/// Why a rule cannot be followed, if it cannot, whatever other rules say.
pub(super) fn in_rule(path: &Path, rule: &PathRule) -> Option<String> {
    older_name(path, rule).or_else(|| member(rule)).or_else(|| words(rule))
}

/// Why a path is no older name.
fn older_name(path: &Path, rule: &PathRule) -> Option<String> {
    let newer = rule.same_as.as_ref()?;
    let newer = match Path::parse(newer) {
        Ok(newer) => newer.segments,
        Err(reason) => return Some(format!("`same_as`: {reason}")),
    };
    let only_that = PathRule {
        same_as: rule.same_as.clone(),
        description: rule.description.clone(),
        ..PathRule::default()
    };
    if *rule != only_that {
        return Some(
            "a member under its older name is treated as the newer one is, so that `same_as` stands alone"
                .to_owned(),
        );
    }
    let is_member = |step: &Segment| matches!(step, Segment::Member(_));
    let (last, home) = path.segments.split_last()?;
    if path.segments.contains(&Segment::Any) || !is_member(last) {
        return Some("`same_as` goes with the path of one member".to_owned());
    }
    let inside = newer.strip_prefix(home).filter(|steps| !steps.is_empty() && steps.iter().all(is_member));
    match inside {
        None => Some(
            "`same_as` names a path in the same object, or in an object within it, and no element of a list"
                .to_owned(),
        ),
        Some([first, ..]) if first == last => Some(
            "a member cannot be moved into itself; `scalar` takes a single value for a member".to_owned(),
        ),
        Some(_) => None,
    }
}

/// Why the member that a value or a name becomes is none.
fn member(rule: &PathRule) -> Option<String> {
    if [&rule.scalar, &rule.names].into_iter().flatten().any(String::is_empty) {
        return Some("`scalar` and `names` must name a member".to_owned());
    }
    if rule.names.as_deref() == Some(VALUE) {
        return Some(format!(
            "`{VALUE}` is the member for values that are no objects; choose another for `names`"
        ));
    }
    if rule.names.is_some() && rule.envelope.is_some() {
        return Some(
            "an object that wraps a list has no names that are data, so that `names` has no effect"
                .to_owned(),
        );
    }
    let of_value = rule.logical.is_some()
        || rule.column.is_some()
        || rule.null_if.is_some()
        || rule.synonyms.is_some()
        || rule.references.is_some();
    let member = rule.scalar.as_ref().filter(|_| of_value)?;
    Some(format!("a single value here is the member `{member}`, whose own rule says what becomes of it"))
}

/// Why words cannot be taken for others.
fn words(rule: &PathRule) -> Option<String> {
    rule.synonyms.as_ref()?;
    if rule.logical.is_some_and(|logical| logical != LogicalType::Text) {
        return Some("`synonyms` goes with texts".to_owned());
    }
    let hidden = rule.protect.filter(|protect| *protect != Protect::Omit);
    hidden.map(|_| "what is protected is not read, so that `synonyms` has no effect".to_owned())
}

/// Why a rule cannot be followed among the others.
pub(super) fn among_others(merged: &ResourceRules, lookup: &RuleLookup, path: &str) -> Option<String> {
    let rule = merged.paths.get(path)?;
    if let Some(reason) = in_rule(&Path::parse(path).ok()?, rule) {
        return Some(reason);
    }
    let is_key = merged.key.iter().flatten().any(|part| part == path);
    if is_key && (rule.synonyms.is_some() || rule.same_as.is_some() || rule.scalar.is_some()) {
        return Some("the record's key needs the value as it is".to_owned());
    }
    let newer = Path::parse(rule.same_as.as_ref()?).ok()?;
    let above = |depth: usize| Path { segments: newer.segments[..depth].to_vec() };
    if lookup.rule(&newer.to_string()).same_as.is_some() {
        return Some(format!("`{newer}` is itself an older name; name the newest"));
    }
    if let Some((above, strategy)) = kept_whole_above(lookup, &newer) {
        return Some(format!(
            "`{above}` is `as = \"{}\"`, so that nothing can be moved into it",
            strategy.name()
        ));
    }
    let home = Path::parse(path).ok()?.segments.len();
    let lists = (home..newer.segments.len())
        .map(above)
        .find(|above| !matches!(lookup.rule(&above.to_string()).strategy, None | Some(Strategy::Flatten)))?;
    Some(format!("`{lists}` has a table of its own, and what stands beside it cannot be moved there"))
}
