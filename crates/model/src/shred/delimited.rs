//! Lists in one column: elements joined by a delimiter, which is escaped inside them so that it can be undone.

use crate::json::Json;
use std::collections::BTreeMap;

/// The elements of the list in `source` (or the member `of` of each) joined by `delimiter`; a delimiter or backslash
/// inside an element is escaped with a backslash. `None` for an empty list and for elements that are no scalars.
pub(super) fn join(source: &str, of: Option<&str>, delimiter: &str) -> Option<String> {
    let Ok(Json::Array(elements)) = Json::parse(source.as_bytes()) else { return None };
    let escape = |text: String| text.replace('\\', "\\\\").replace(delimiter, &format!("\\{delimiter}"));
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
    let mut elements = vec![String::new()];
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let escaped = rest.strip_prefix('\\');
        let current = elements.len() - 1;
        if let Some(escaped) = escaped {
            let length = if escaped.starts_with(delimiter) { delimiter.len() } else { 1.min(escaped.len()) };
            elements[current].push_str(&escaped[..length]);
            rest = &escaped[length..];
        } else if let Some(behind) = rest.strip_prefix(delimiter) {
            elements.push(String::new());
            rest = behind;
        } else {
            elements[current].push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
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
