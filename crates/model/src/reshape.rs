//! Documents in the shape that the rules speak of, where older documents of the same kind have another: a single value where
//! there is an object now (`scalar`), a member under its older name (`same_as`), an object whose members' names are data
//! where a list of their values is meant (`names`).
//!
//! The shredder notices such places and has the document reshaped; documents without them never come here.

use crate::json::Json;
use crate::plan::RuleLookup;
use crate::rules::path::{Path, Segment, element_of, member_of};
use crate::rules::{PathRule, Strategy};
use crate::shred::list_member;
use std::collections::BTreeMap;

/// The rules by which documents are reshaped.
pub(crate) struct Reshaper<'r> {
    pub(crate) lookup: &'r RuleLookup,
    /// Whether undeclared list wrappers are unwrapped.
    pub(crate) unwraps: bool,
}

impl Reshaper<'_> {
    /// What stands at `path` of a document, reshaped; the document itself stands at the empty path.
    pub(crate) fn reshaped(&self, value: Json, path: &str) -> Json {
        match value {
            Json::Object(members) if path.is_empty() => Json::Object(self.members(members, "")),
            value => self.value(value, path, path),
        }
    }

    /// The members of an object whose members' paths begin with `base`.
    fn members(&self, members: BTreeMap<String, Json>, base: &str) -> BTreeMap<String, Json> {
        let mut kept = BTreeMap::new();
        let mut renamed = Vec::new();
        for (name, value) in members {
            let path = member_of(base, &name);
            match &self.lookup.rule(&path).same_as {
                Some(newer) => renamed.push((newer.clone(), value)),
                None => drop(kept.insert(name, self.value(value, &path, &path))),
            }
        }
        let depth = steps(base).len();
        for (newer, value) in renamed {
            let value = self.value(value, &newer, &newer);
            put(&mut kept, steps(&newer).get(depth..).unwrap_or_default(), value);
        }
        kept
    }

    /// The value at `path`, whose members' paths begin with `base`.
    fn value(&self, value: Json, path: &str, base: &str) -> Json {
        let rule = self.lookup.rule(path);
        let is_kept_whole = !matches!(rule.strategy, None | Some(Strategy::Flatten | Strategy::Table));
        match value {
            value if is_kept_whole => value,
            Json::Object(members) => match self.list_in(&rule, &members) {
                Some(lists) => {
                    let inside = |(name, member): (String, Json)| match member {
                        list @ Json::Array(_) if lists.contains(&name) => {
                            (name, self.value(list, path, base))
                        }
                        other => (name, other),
                    };
                    Json::Object(members.into_iter().map(inside).collect())
                }
                None => match rule.names.as_deref() {
                    Some(names) => match self.named(members, names, base) {
                        Ok(list) => self.value(list, path, base),
                        Err(members) => Json::Object(self.members(members, base)),
                    },
                    None => Json::Object(self.members(members, base)),
                },
            },
            Json::Array(elements) => {
                let below = element_of(path);
                Json::Array(elements.into_iter().map(|element| self.value(element, &below, path)).collect())
            }
            Json::Null => Json::Null,
            scalar => match &rule.scalar {
                Some(member) => {
                    let path = member_of(base, member);
                    Json::Object(BTreeMap::from([(member.clone(), self.value(scalar, &path, &path))]))
                }
                None => scalar,
            },
        }
    }

    /// The members that may hold the list, if the object merely wraps one.
    fn list_in(&self, rule: &PathRule, members: &BTreeMap<String, Json>) -> Option<Vec<String>> {
        if rule.envelope.is_some() {
            return rule.envelope.clone();
        }
        let detects = self.unwraps && rule.strategy.is_none();
        let list =
            if detects { list_member(&Json::Object(members.clone()).to_string())? } else { return None };
        Some(vec![String::from(list)])
    }

    /// The list of an object's members, each with its name as its member `names`. An object in which one has such a member
    /// of its own stays what it is. What the rules omit of the members is left out, null is no member.
    fn named(
        &self,
        members: BTreeMap<String, Json>,
        names: &str,
        base: &str,
    ) -> Result<Json, BTreeMap<String, Json>> {
        let is_taken = |value: &Json| matches!(value, Json::Object(inner) if inner.contains_key(names));
        if names == VALUE || members.values().any(is_taken) {
            return Err(members);
        }
        let is_kept = |name: &str, value: &Json| {
            let rule = || self.lookup.rule(&member_of(base, name));
            *value != Json::Null
                && (matches!(value, Json::Object(_)) || rule().strategy != Some(Strategy::Omit))
        };
        let kept = members.into_iter().filter(|(name, value)| is_kept(name, value));
        let elements = kept.map(|(name, value)| {
            let mut element = match value {
                Json::Object(inner) => inner,
                other => BTreeMap::from([(VALUE.to_owned(), other)]),
            };
            element.insert(names.to_owned(), Json::String(name));
            Json::Object(element)
        });
        Ok(Json::Array(elements.collect()))
    }
}

/// The member under which a named value stands that is no object.
pub(crate) const VALUE: &str = "value";

/// The steps of a path.
fn steps(path: &str) -> Vec<Segment> {
    Path::parse(path).map(|path| path.segments).unwrap_or_default()
}

/// Puts a value where `steps` lead, unless something stands there or something else than an object on the way.
fn put(members: &mut BTreeMap<String, Json>, steps: &[Segment], value: Json) {
    let Some((Segment::Member(name), rest)) = steps.split_first() else { return };
    if rest.is_empty() {
        let place = members.entry(name.clone()).or_insert(Json::Null);
        if *place == Json::Null {
            *place = value;
        }
        return;
    }
    let place = members.entry(name.clone()).or_insert(Json::Null);
    if *place == Json::Null {
        *place = Json::Object(BTreeMap::new());
    }
    if let Json::Object(inner) = place {
        put(inner, rest, value);
    }
}
