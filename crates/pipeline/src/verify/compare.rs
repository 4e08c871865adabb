//! Where a document as the API has it differs from the one put together from the tables.
//!
//! Both come in normal form. Lists are compared without regard to order. What a document does not mention it says nothing
//! about; a list that the API cut must be among what is stored, and more may be there.

use relatable_model::json::Json;
use relatable_model::rules::path::{Path, Segment, member_of};
use std::collections::{BTreeMap, BTreeSet};

/// How a place differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum How {
    /// The tables lack what is there.
    Lacks,
    /// The tables have what is not there.
    HasMore,
    /// The tables have another value.
    Other,
}

/// One difference. It never carries a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Difference {
    pub(super) how: How,
    /// Where in the document.
    pub(super) path: String,
    /// For an element of a list: its id, or nothing where it has none.
    pub(super) element: Option<String>,
}

/// What is known of a document beyond its normal form.
pub(super) struct Terms<'a> {
    /// The document as it came.
    pub(super) source: &'a Json,
    /// Paths that the document does not bring, because another answer does.
    pub(super) foreign: &'a BTreeSet<String>,
    /// Lists that the API cut.
    pub(super) cut: BTreeSet<String>,
}

/// Every difference between a document and what is stored of it, in order, each once.
pub(super) fn differences(fresh: &Json, stored: &Json, terms: &Terms<'_>) -> Vec<Difference> {
    let fresh = settled(own(fresh, "", terms.foreign));
    let stored = settled(own(stored, "", terms.foreign));
    let mut found = BTreeSet::new();
    members(&fresh, &stored, "", terms, &mut found);
    found.into_iter().collect()
}

/// A value without what other answers bring.
fn own(value: &Json, path: &str, foreign: &BTreeSet<String>) -> Json {
    match value {
        Json::Object(members) => {
            let kept = members.iter().filter_map(|(name, value)| {
                let path = member_of(path, name);
                if foreign.contains(&path) {
                    return None;
                }
                let kept = own(value, &path, foreign);
                // An object of which nothing is left was not brought either.
                (value.is_empty() || !kept.is_empty()).then(|| (name.clone(), kept))
            });
            Json::Object(kept.collect())
        }
        Json::Array(elements) => {
            Json::Array(elements.iter().map(|element| own(element, path, foreign)).collect())
        }
        scalar => scalar.clone(),
    }
}

/// A value with its lists in an order of their own.
fn settled(value: Json) -> Json {
    match value {
        Json::Array(elements) => {
            let mut elements: Vec<Json> = elements.into_iter().map(settled).collect();
            elements.sort_unstable();
            Json::Array(elements)
        }
        Json::Object(members) => {
            Json::Object(members.into_iter().map(|(name, value)| (name, settled(value))).collect())
        }
        scalar => scalar,
    }
}

/// Compares the members of two objects.
fn members(fresh: &Json, stored: &Json, base: &str, terms: &Terms<'_>, found: &mut BTreeSet<Difference>) {
    let (Json::Object(fresh), Json::Object(stored)) = (fresh, stored) else { return };
    let names: BTreeSet<&String> = fresh.keys().chain(stored.keys()).collect();
    let nothing = Json::Array(Vec::new());
    for name in names {
        let path = member_of(base, name);
        let difference = |how| Difference { how, path: path.clone(), element: None };
        match (fresh.get(name), stored.get(name)) {
            (Some(fresh @ Json::Object(_)), Some(stored @ Json::Object(_))) => {
                members(fresh, stored, &path, terms, found);
            }
            (Some(Json::Array(_)), Some(Json::Object(_))) | (Some(Json::Object(_)), Some(Json::Array(_))) => {
                found.insert(difference(How::Other));
            }
            (Some(fresh @ Json::Array(_)), stored) => {
                elements(fresh, stored.unwrap_or(&nothing), &path, terms, found);
            }
            (Some(fresh), Some(stored)) if fresh != stored => {
                found.insert(difference(How::Other));
            }
            (Some(_), Some(_)) | (None, None) => {}
            (Some(_), None) => {
                found.insert(difference(How::Lacks));
            }
            (None, Some(stored)) if is_told(terms.source, &path) => match stored {
                Json::Array(_) => elements(&nothing, stored, &path, terms, found),
                _ => {
                    found.insert(difference(How::HasMore));
                }
            },
            (None, Some(_)) => {}
        }
    }
}

/// Compares two lists.
fn elements(fresh: &Json, stored: &Json, path: &str, terms: &Terms<'_>, found: &mut BTreeSet<Difference>) {
    let (Json::Array(fresh), stored) = (fresh, stored) else { return };
    let mut rest: BTreeMap<&Json, usize> = BTreeMap::new();
    match stored {
        Json::Array(stored) => stored.iter().for_each(|element| *rest.entry(element).or_default() += 1),
        scalar => *rest.entry(scalar).or_default() += 1,
    }
    let mut lacking = Vec::new();
    for element in fresh {
        match rest.get_mut(element).filter(|count| **count > 0) {
            Some(count) => *count -= 1,
            None => lacking.push(element),
        }
    }
    let rest: Vec<&Json> =
        rest.into_iter().filter(|(_, count)| *count > 0).map(|(element, _)| element).collect();
    let stored_ids: BTreeSet<String> = rest.iter().filter_map(|element| identity(element)).collect();
    let mut told = BTreeSet::new();
    for element in lacking {
        let element = identity(element);
        let is_other = element.as_ref().is_some_and(|id| stored_ids.contains(id));
        if is_other {
            told.extend(element.clone());
        }
        let how = if is_other { How::Other } else { How::Lacks };
        found.insert(Difference { how, path: path.to_owned(), element });
    }
    for element in rest.into_iter().filter(|_| !terms.cut.contains(path)) {
        let element = identity(element);
        if element.as_ref().is_none_or(|id| !told.contains(id)) {
            found.insert(Difference { how: How::HasMore, path: path.to_owned(), element });
        }
    }
}

/// What identifies an element of a list: its id, which is no personal value.
fn identity(element: &Json) -> Option<String> {
    let Json::Object(members) = element else { return None };
    match members.get("id").or_else(|| members.get("source_contact_id"))? {
        Json::String(id) | Json::Number(id) => Some(id.clone()),
        _ => None,
    }
}

/// Whether a document says what there is at a path, be it nothing.
fn is_told(source: &Json, path: &str) -> bool {
    let mut value = source;
    let Ok(parsed) = Path::parse(path) else { return false };
    for step in parsed.segments {
        let Segment::Member(name) = step else { return true };
        match value {
            Json::Object(members) => match members.get(&name) {
                Some(member) => value = member,
                None => return false,
            },
            _ => return true,
        }
    }
    true
}

/// The lists of a document, by the member they stand under, that say they are cut, with how many elements they say there
/// are.
pub(super) fn cut_lists(source: &Json) -> BTreeMap<String, Option<u64>> {
    let Json::Object(document) = source else { return BTreeMap::new() };
    let cut = |value: &Json| {
        let Json::Object(envelope) = value else { return None };
        let mut lists = envelope.values().filter_map(|value| match value {
            Json::Array(elements) => Some(elements.len() as u64),
            _ => None,
        });
        let shown = lists.next()?;
        let total = match envelope.get("total_count") {
            Some(Json::Number(text)) => text.parse::<u64>().ok(),
            _ => None,
        };
        let is_cut = match envelope.get("has_more") {
            Some(Json::Boolean(has_more)) => *has_more,
            _ => total.is_some_and(|total| total > shown),
        };
        is_cut.then_some(total)
    };
    document.iter().filter_map(|(name, value)| Some((member_of("", name), cut(value)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The differences in words.
    fn found(fresh: &str, stored: &str, source: &str, foreign: &[&str]) -> Vec<String> {
        let parse = |text: &str| Json::parse(text.as_bytes()).unwrap();
        let source = parse(source);
        let foreign = foreign.iter().map(|path| (*path).to_owned()).collect();
        let cut = cut_lists(&source).into_keys().collect();
        let terms = Terms { source: &source, foreign: &foreign, cut };
        let found = differences(&parse(fresh), &parse(stored), &terms);
        let word = |difference: Difference| {
            format!("{:?} {} {}", difference.how, difference.path, difference.element.unwrap_or_default())
        };
        found.into_iter().map(word).map(|text| text.trim_end().to_owned()).collect()
    }

    #[test]
    fn differences_are_named_by_place_and_element() {
        for (fresh, stored, expected) in [
            (r#"{"a":1}"#, r#"{"a":1}"#, vec![]),
            (r#"{"a":1}"#, r#"{"a":2}"#, vec!["Other a"]),
            (r#"{"a":{"b":1,"c":2}}"#, r#"{"a":{"b":1}}"#, vec!["Lacks a.c"]),
            (r#"{"l":[{"id":"1"},{"id":"2"}]}"#, r#"{"l":[{"id":"2"},{"id":"1"}]}"#, vec![]),
            (r#"{"l":[{"id":"1"},{"id":"2"}]}"#, r#"{"l":[{"id":"1"}]}"#, vec!["Lacks l 2"]),
            (r#"{"l":[{"id":"1"}]}"#, "{}", vec!["Lacks l 1"]),
            (r#"{"l":[{"id":"1"}]}"#, r#"{"l":[{"id":"1"},{"id":"3"}]}"#, vec!["HasMore l 3"]),
            (r#"{"l":[{"id":"1","n":1}]}"#, r#"{"l":[{"id":"1","n":2}]}"#, vec!["Other l 1"]),
            (r#"{"l":["x","x"]}"#, r#"{"l":["x"]}"#, vec!["Lacks l"]),
        ] {
            assert_eq!(found(fresh, stored, fresh, &[]), expected, "{fresh} {stored}");
        }
    }

    #[test]
    fn what_a_document_does_not_mention_it_says_nothing_about() {
        let stored = r#"{"a":1,"l":[{"id":"1","more":2}]}"#;
        assert_eq!(found("{}", stored, "{}", &[]), [""; 0]);
        assert_eq!(found("{}", stored, r#"{"a":null,"l":{"data":[]}}"#, &[]), ["HasMore a", "HasMore l 1"]);
        assert_eq!(found(r#"{"l":[{"id":"1"}]}"#, stored, "{}", &["l.more", "a"]), [""; 0]);
    }

    #[test]
    fn a_cut_list_must_be_among_what_is_stored() {
        let source = r#"{"l":{"data":[{"id":"1"}],"total_count":3,"has_more":true}}"#;
        let fresh = r#"{"l":[{"id":"1"}]}"#;
        assert_eq!(found(fresh, r#"{"l":[{"id":"1"},{"id":"2"}]}"#, source, &[]), [""; 0]);
        assert_eq!(found(fresh, r#"{"l":[{"id":"2"}]}"#, source, &[]), ["Lacks l 1"]);
        assert_eq!(cut_lists(&Json::parse(source.as_bytes()).unwrap())["l"], Some(3));
    }
}
