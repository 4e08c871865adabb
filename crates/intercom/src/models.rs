//! The curated model: one readable rule file per resource, compiled in.

use relatable_model::rules::{Rules, RulesError};

/// The rule files, by name.
const FILES: &[(&str, &str)] = &[
    ("admins.toml", include_str!("../models/admins.toml")),
    ("companies.toml", include_str!("../models/companies.toml")),
    ("contacts.toml", include_str!("../models/contacts.toml")),
    ("conversation_attributes.toml", include_str!("../models/conversation_attributes.toml")),
    ("conversations.toml", include_str!("../models/conversations.toml")),
    ("counts.toml", include_str!("../models/counts.toml")),
    ("data_attributes.toml", include_str!("../models/data_attributes.toml")),
    ("event_summaries.toml", include_str!("../models/event_summaries.toml")),
    ("events.toml", include_str!("../models/events.toml")),
    ("notes.toml", include_str!("../models/notes.toml")),
    ("segments.toml", include_str!("../models/segments.toml")),
    ("tags.toml", include_str!("../models/tags.toml")),
    ("teams.toml", include_str!("../models/teams.toml")),
];

/// The rules of each resource, as they are written.
pub fn texts() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().map(|(file, text)| (file.trim_end_matches(".toml"), *text))
}

/// The curated rules of every resource.
///
/// # Errors
/// [`RulesError`] when a file is malformed, which a test rules out.
pub fn curated() -> Result<Rules, RulesError> {
    let mut rules = Rules::default();
    for (file, text) in FILES {
        rules.resources.extend(Rules::parse(text, file)?.resources);
    }
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;
    use relatable_model::rules::{PathRule, ResourceRules};

    #[test]
    fn each_file_has_the_rules_of_the_resource_it_is_called_after() {
        for (resource, text) in texts() {
            let rules = Rules::parse(text, resource).unwrap();
            assert_eq!(rules.resources.keys().collect::<Vec<_>>(), [resource]);
        }
    }

    #[test]
    fn every_curated_rule_can_be_followed_and_has_an_effect() {
        let curated = curated().unwrap();
        // Which requests make up a record only the curated model may say.
        let mut answers = Rules::default();
        for (resource, rules) in &curated.resources {
            let mut below = ResourceRules::default();
            for (path, rule) in rules.paths.iter().filter(|(_, rule)| rule.answer.is_some()) {
                below
                    .paths
                    .insert(path.clone(), PathRule { answer: rule.answer.clone(), ..PathRule::default() });
            }
            answers.resources.insert(resource.clone(), below);
        }
        assert_eq!(answers.overlay(curated.clone(), "the curated model").unwrap(), curated);
    }
}
