//! When two documents count as the same: their normal forms are equal.
//!
//! The closed list of what the normal form changes: members that are null or empty containers go (elements of a list
//! never do); envelopes are unwrapped; older shapes become those the rules speak of; ids and other values of text columns are written as text; numbers are compared by
//! value; instants are written in UTC; what the model omits or maps to null goes.

use crate::convert;
use crate::json::Json;
use crate::logical::LogicalType;
use crate::plan::RuleLookup;
use crate::reshape::Reshaper;
use crate::rules::path::{element_of, member_of};
use crate::rules::{PathRule, ResourceRules, Strategy};
use crate::shred::{envelope_list, kept_elements};

/// The normal form of a document under the rules of its resource.
pub fn normal(document: Json, rules: &ResourceRules) -> Json {
    let normalizer =
        Normalizer { lookup: RuleLookup::new(rules), unwraps: rules.unwrap_envelopes == Some(true) };
    let Normalizer { lookup, unwraps } = &normalizer;
    match (Reshaper { lookup, unwraps: *unwraps }).reshaped(document, "") {
        document @ Json::Object(_) => normalizer.members(document, ""),
        other => other,
    }
}

/// A value without members that are null or empty containers; elements of lists stay.
pub fn without_empty_members(value: Json) -> Json {
    match value {
        Json::Object(members) => {
            let kept = members.into_iter().map(|(name, value)| (name, without_empty_members(value)));
            Json::Object(kept.filter(|(_, value)| !value.is_empty()).collect())
        }
        Json::Array(elements) => Json::Array(elements.into_iter().map(without_empty_members).collect()),
        scalar => scalar,
    }
}

/// The rules a document is normalized by.
struct Normalizer {
    lookup: RuleLookup,
    unwraps: bool,
}

impl Normalizer {
    /// The members of an object whose members' paths begin with `base`.
    fn members(&self, object: Json, base: &str) -> Json {
        let Json::Object(members) = object else { return object };
        let kept = members.into_iter().map(|(name, value)| {
            let path = member_of(base, &name);
            let value = self.value(value, &path, &path);
            (name, value)
        });
        Json::Object(kept.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// The value at `path`, whose members' paths begin with `base`.
    fn value(&self, value: Json, path: &str, base: &str) -> Json {
        let rule = self.lookup.rule(path);
        match (rule.strategy, value) {
            (Some(Strategy::Omit), _) => Json::Null,
            (Some(Strategy::Json), value) => without_empty_members(value),
            (Some(Strategy::Entries), value @ (Json::Object(_) | Json::Array(_))) => {
                without_empty_members(value)
            }
            (Some(Strategy::Delimited | Strategy::List), Json::Array(elements)) => {
                let texts = kept_elements(&elements, rule.of.as_deref());
                texts.unwrap_or_else(|| without_empty_members(Json::Array(elements)))
            }
            (_, object @ Json::Object(_)) => match self.list_of(&rule, &object) {
                Some(list @ Json::Array(_)) => self.value(list, path, base),
                Some(other) => without_empty_members(other),
                None => self.members(object, base),
            },
            (_, Json::Array(elements)) => {
                let element_path = element_of(path);
                Json::Array(
                    elements.into_iter().map(|element| self.value(element, &element_path, path)).collect(),
                )
            }
            (_, scalar) => scalar_value(scalar, &rule),
        }
    }

    /// The list inside an envelope (null where it has none); `None` where the object is no envelope.
    fn list_of(&self, rule: &PathRule, object: &Json) -> Option<Json> {
        let detects = self.unwraps && rule.strategy.is_none();
        envelope_list(object, rule.envelope.as_deref(), detects)
    }
}

/// A scalar as the column's type writes it.
fn scalar_value(scalar: Json, rule: &PathRule) -> Json {
    if let Json::String(text) | Json::Number(text) = &scalar
        && rule.null_if.iter().flatten().any(|word| word == text)
    {
        return Json::Null;
    }
    let scalar = match scalar {
        Json::String(text) => Json::String(rule.stored_word(&text).to_owned()),
        other => other,
    };
    typed_scalar(scalar, rule.logical)
}

/// A scalar as a column of a declared type has it.
pub(crate) fn typed_scalar(scalar: Json, logical: Option<LogicalType>) -> Json {
    match (logical, scalar) {
        (Some(LogicalType::Text), Json::Number(text)) => Json::String(text),
        (Some(LogicalType::Timestamp), Json::Number(text)) => match convert::instant_from_number(&text) {
            Some(instant) => Json::String(convert::instant_text(instant)),
            None => Json::Number(text),
        },
        (Some(LogicalType::Timestamp), Json::String(text)) => match convert::instant_from_text(&text) {
            Some(instant) => Json::String(convert::instant_text(instant)),
            None => Json::String(text),
        },
        (_, scalar) => scalar,
    }
}
