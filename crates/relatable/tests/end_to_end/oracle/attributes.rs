//! Columns of custom attributes, from the workspace's own definitions.

use super::cell::Kind;
use super::table::Column;
use relatable_simulator::{Resource, Truth};
use serde_json::Value;
use std::collections::HashSet;

/// Eight hexadecimal digits, which tell apart attributes whose names come to the same.
const SUFFIX: &str = "_????????";

/// The columns of a model's attributes in the order of their definitions. Of two attributes with the same name in
/// snake_case the later one has [`SUFFIX`].
pub(crate) fn columns(truth: &Truth, model: &str) -> Vec<Column> {
    let resource =
        if model == "conversation" { Resource::ConversationAttributes } else { Resource::DataAttributes };
    let mut taken = HashSet::new();
    let mut columns = Vec::new();
    for definition in truth.documents(resource) {
        let Some(kind) = kind(&definition, model) else { continue };
        let attribute = definition["name"].as_str().unwrap();
        let plain = format!("custom_{}", snake(attribute));
        let name = if taken.insert(plain.clone()) { plain } else { format!("{plain}{SUFFIX}") };
        columns.push(Column::of_attribute(name, kind, attribute));
    }
    columns
}

/// What a custom attribute of this model holds; `None` for other definitions, and for lists of objects.
fn kind(definition: &Value, model: &str) -> Option<Kind> {
    let is_custom = definition["custom"].as_bool().unwrap_or(true);
    if !is_custom || definition["model"].as_str().unwrap_or("conversation") != model {
        return None;
    }
    match definition["data_type"].as_str()? {
        "string" | "list" => Some(Kind::Text),
        "integer" => Some(Kind::Integer),
        "float" | "decimal" => Some(Kind::Float),
        "boolean" => Some(Kind::Boolean),
        "date" | "datetime" => Some(Kind::Instant),
        "relationship" | "files" => None,
        other => panic!("no attribute was known to hold {other}"),
    }
}

/// A name in snake_case: lower case, words joined by one underscore, nothing but letters and digits.
fn snake(name: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for character in name.chars() {
        if character.is_alphanumeric() {
            let begins = !before.is_alphanumeric() || (before.is_lowercase() && character.is_uppercase());
            if begins {
                words.push(String::new());
            }
            words.last_mut().unwrap().extend(character.to_lowercase());
        }
        before = character;
    }
    words.join("_")
}
