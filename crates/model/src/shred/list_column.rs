//! Lists in one column: as a list of texts, or joined by a delimiter, which is escaped inside elements so that it can be
//! undone.

use crate::json::Json;
use crate::rules::{PathRule, Strategy};
use std::collections::BTreeMap;

/// What stands between the elements of a delimited list unless a rule says otherwise.
const DELIMITER: &str = ",";

/// The list in `source` as its column holds it; `None` for elements that are no texts or numbers, and for an empty list
/// where nothing stands for it.
pub(super) fn list_column(source: &str, rule: &PathRule) -> Option<String> {
    let Ok(Json::Array(elements)) = Json::parse(source.as_bytes()) else { return None };
    let texts: Option<Vec<String>> =
        elements.iter().map(|element| element_text(element, rule.of.as_deref())).collect();
    let texts = texts?;
    if rule.strategy == Some(Strategy::List) {
        return Some(Json::Array(texts.into_iter().map(Json::String).collect()).to_string());
    }
    (!texts.is_empty()).then(|| join(&texts, rule.delimiter.as_deref().unwrap_or(DELIMITER)))
}

/// The texts joined; a backslash and whatever the delimiter begins with are escaped with a backslash inside a text, so that
/// no delimiter can seem to begin there.
fn join(texts: &[String], delimiter: &str) -> String {
    let begins = delimiter.chars().next();
    let escape = |text: &String| {
        let mut escaped = String::with_capacity(text.len());
        for character in text.chars() {
            if character == '\\' || Some(character) == begins {
                escaped.push('\\');
            }
            escaped.push(character);
        }
        escaped
    };
    texts.iter().map(escape).collect::<Vec<_>>().join(delimiter)
}

/// What stays of the elements of a list that becomes one column, in normal form; `None` where it cannot become that.
pub(crate) fn kept_elements(elements: &[Json], of: Option<&str>) -> Option<Json> {
    let texts: Option<Vec<String>> = elements.iter().map(|element| element_text(element, of)).collect();
    texts.map(|texts| wrap_all(texts, of))
}

/// The list that a delimited text stands for, in normal form.
pub(crate) fn split_delimited(text: &str, rule: &PathRule) -> Json {
    let delimiter = rule.delimiter.as_deref().unwrap_or(DELIMITER);
    let mut elements = Vec::new();
    let mut current = String::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if let Some(behind) = rest.strip_prefix(delimiter) {
            elements.push(std::mem::take(&mut current));
            rest = behind;
            continue;
        }
        rest = &rest[character.len_utf8()..];
        if character == '\\'
            && let Some(escaped) = rest.chars().next()
        {
            current.push(escaped);
            rest = &rest[escaped.len_utf8()..];
        } else {
            current.push(character);
        }
    }
    elements.push(current);
    wrap_all(elements, rule.of.as_deref())
}

/// Elements' texts as the list that they stand for.
pub(crate) fn wrap_all(texts: Vec<String>, of: Option<&str>) -> Json {
    Json::Array(texts.into_iter().map(|text| wrap(text, of)).collect())
}

/// An element's text, if it is a scalar other than a truth value or null.
fn element_text(element: &Json, of: Option<&str>) -> Option<String> {
    let scalar = match (of, element) {
        (Some(of), Json::Object(members)) => members.get(of)?,
        (None, element) => element,
        (Some(_), _) => return None,
    };
    match scalar {
        Json::String(text) | Json::Number(text) => Some(text.clone()),
        _ => None,
    }
}

/// An element's text as the element it stands for.
fn wrap(text: String, of: Option<&str>) -> Json {
    match of {
        Some(of) => Json::Object(BTreeMap::from([(of.to_owned(), Json::String(text))])),
        None => Json::String(text),
    }
}
