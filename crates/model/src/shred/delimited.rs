//! Lists in one column: elements joined by a delimiter, which is escaped inside them so that it can be undone.

use crate::json::Json;
use std::collections::BTreeMap;

/// The elements of the list in `source` (or the member `of` of each) joined by `delimiter`; a backslash and whatever the
/// delimiter begins with are escaped with a backslash inside an element, so that no delimiter can seem to begin there. `None` for an empty list and for elements that are no scalars.
pub(super) fn join(source: &str, of: Option<&str>, delimiter: &str) -> Option<String> {
    let Ok(Json::Array(elements)) = Json::parse(source.as_bytes()) else { return None };
    let begins = delimiter.chars().next();
    let escape = |text: String| {
        let mut escaped = String::with_capacity(text.len());
        for character in text.chars() {
            if character == '\\' || Some(character) == begins {
                escaped.push('\\');
            }
            escaped.push(character);
        }
        escaped
    };
    let texts: Option<Vec<String>> =
        elements.iter().map(|element| element_text(element, of).map(escape)).collect();
    texts.filter(|texts| !texts.is_empty()).map(|texts| texts.join(delimiter))
}

/// What stays of the elements of a list that becomes delimited, in normal form; `None` where it cannot become that.
pub(crate) fn delimited_elements(elements: &[Json], of: Option<&str>) -> Option<Json> {
    let texts: Option<Vec<String>> = elements.iter().map(|element| element_text(element, of)).collect();
    texts.map(|texts| Json::Array(texts.into_iter().map(|text| wrap(text, of)).collect()))
}

/// The list that a delimited text stands for, in normal form.
pub(crate) fn split_delimited(text: &str, of: Option<&str>, delimiter: &str) -> Json {
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
    Json::Array(elements.into_iter().map(|text| wrap(text, of)).collect())
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
