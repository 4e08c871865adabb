//! What rules say of how rows are written, and what of it cannot be.

use super::ResourceRules;
use super::contradiction::Contradiction;
use super::path::Path;
use crate::write_mode::{Deletions, WriteMode};

impl ResourceRules {
    /// How the rows of the resource are written: an upsert that deletes hard is a mirror.
    pub fn write_mode(&self) -> WriteMode {
        match (self.mode.unwrap_or_default(), self.deletions) {
            (WriteMode::Upsert, Some(Deletions::Hard)) => WriteMode::Mirror,
            (mode, _) => mode,
        }
    }

    /// Whether these rules have the property of this name, one of those that say how rows are written.
    pub(super) fn says_of_mode(&self, property: &str) -> bool {
        match property {
            "mode" => self.mode.is_some(),
            "deletions" => self.deletions.is_some(),
            "ignore" => self.ignore.is_some(),
            _ => false,
        }
    }
}

/// What cannot be of how `given`, which became `merged` over the layers below, has rows written.
pub(super) fn between_layers(given: &ResourceRules, merged: &ResourceRules) -> Option<Contradiction> {
    let at = |properties: [&str; 2], reason: String| {
        let place = properties.into_iter().find(|property| given.says_of_mode(property))?;
        Some((place.to_owned(), reason))
    };
    let mode = merged.mode.unwrap_or_default();
    let taken = match (mode, merged.deletions) {
        (WriteMode::Mirror, Some(Deletions::Soft)) => Some("a mirror has no row of what is gone"),
        (WriteMode::Append, Some(Deletions::Hard)) => Some("a table that is only appended to loses no row"),
        (WriteMode::History, Some(Deletions::Hard)) => Some("a history keeps what was"),
        _ => None,
    };
    if let Some(reason) = taken {
        let deletions = merged.deletions.map_or("soft", |deletions| match deletions {
            Deletions::Soft => "soft",
            Deletions::Hard => "hard",
        });
        let reason = format!(
            "{reason}: `mode = \"{}\"` does not go with `deletions = \"{deletions}\"`; leave one of them out",
            mode.name()
        );
        return at(["deletions", "mode"], reason);
    }
    let ignored = merged.ignore.as_deref().filter(|ignored| !ignored.is_empty())?;
    if mode != WriteMode::History {
        let reason =
            format!("`ignore` goes with `mode = \"history\"` only, and the mode is `{}`", mode.name());
        return at(["ignore", "mode"], reason);
    }
    let is_key = |path: &&String| {
        let parsed = |path: &String| Path::parse(path).ok().map(|path| path.to_string());
        merged.key.iter().flatten().any(|part| parsed(part).is_some() && parsed(part) == parsed(path))
    };
    let path = ignored.iter().find(is_key)?;
    at(
        ["ignore", "mode"],
        format!("`{path}` identifies records, and what identifies a row is the same in every version"),
    )
}
