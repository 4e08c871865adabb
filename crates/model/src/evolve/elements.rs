//! How many elements the lists of records have, on both sides of a change of rules: the proof that none is lost.

use crate::json::Json;
use crate::normal::normal;
use crate::rules::ResourceRules;
use crate::rules::path::{element_of, member_of};
use std::collections::BTreeMap;

/// The elements of the lists of documents, counted by the path of the list. What either of two rule sets omits does not
/// count, and a list counts as the same in an envelope or out of it.
#[derive(Debug)]
pub struct Elements<'r> {
    rules: [&'r ResourceRules; 2],
    counts: BTreeMap<String, u64>,
}

/// A list with fewer elements than it had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reduced {
    /// The path of the list.
    pub path: String,
    /// How many there were in all records.
    pub before: u64,
    /// How many there would be.
    pub after: u64,
}

impl<'r> Elements<'r> {
    /// No elements yet, of documents that are compared under the rules `before` and `after`.
    pub fn new(before: &'r ResourceRules, after: &'r ResourceRules) -> Elements<'r> {
        Elements { rules: [after, before], counts: BTreeMap::new() }
    }

    /// Counts those of a document.
    pub fn add(&mut self, document: Json) {
        let document = self.rules.into_iter().fold(document, normal);
        self.count(&document, "");
    }

    /// Counts those of what stands at `path`.
    fn count(&mut self, value: &Json, path: &str) {
        match value {
            Json::Object(members) => {
                members.iter().for_each(|(name, member)| self.count(member, &member_of(path, name)));
            }
            Json::Array(elements) => {
                *self.counts.entry(path.to_owned()).or_default() += elements.len() as u64;
                for element in elements {
                    let below =
                        if matches!(element, Json::Array(_)) { element_of(path) } else { path.to_owned() };
                    self.count(element, &below);
                }
            }
            _ => {}
        }
    }

    /// The first list of which `then` has fewer elements.
    pub fn reduced(&self, then: &Elements<'_>) -> Option<Reduced> {
        self.counts.iter().find_map(|(path, &before)| {
            let after = then.counts.get(path).copied().unwrap_or_default();
            (after < before).then(|| Reduced { path: path.clone(), before, after })
        })
    }
}
