//! The curated model: one readable rule file per resource, compiled in.

use relatable_model::rules::{Rules, RulesError};
use std::sync::OnceLock;

/// The rule files, by name.
const FILES: &[(&str, &str)] = &[
    ("admin_activity_logs.toml", include_str!("../models/admin_activity_logs.toml")),
    ("admins.toml", include_str!("../models/admins.toml")),
    ("article_versions.toml", include_str!("../models/article_versions.toml")),
    ("articles.toml", include_str!("../models/articles.toml")),
    ("audiences.toml", include_str!("../models/audiences.toml")),
    ("away_status_reasons.toml", include_str!("../models/away_status_reasons.toml")),
    ("brands.toml", include_str!("../models/brands.toml")),
    ("calls.toml", include_str!("../models/calls.toml")),
    ("collections.toml", include_str!("../models/collections.toml")),
    ("companies.toml", include_str!("../models/companies.toml")),
    ("contact_activities.toml", include_str!("../models/contact_activities.toml")),
    ("contacts.toml", include_str!("../models/contacts.toml")),
    ("content_import_sources.toml", include_str!("../models/content_import_sources.toml")),
    ("content_snippets.toml", include_str!("../models/content_snippets.toml")),
    ("conversation_attributes.toml", include_str!("../models/conversation_attributes.toml")),
    ("conversations.toml", include_str!("../models/conversations.toml")),
    ("counts.toml", include_str!("../models/counts.toml")),
    ("custom_object_instances.toml", include_str!("../models/custom_object_instances.toml")),
    ("data_attributes.toml", include_str!("../models/data_attributes.toml")),
    ("data_connector_executions.toml", include_str!("../models/data_connector_executions.toml")),
    ("data_connectors.toml", include_str!("../models/data_connectors.toml")),
    ("deleted_conversations.toml", include_str!("../models/deleted_conversations.toml")),
    ("email_settings.toml", include_str!("../models/email_settings.toml")),
    ("event_summaries.toml", include_str!("../models/event_summaries.toml")),
    ("events.toml", include_str!("../models/events.toml")),
    ("external_pages.toml", include_str!("../models/external_pages.toml")),
    ("folders.toml", include_str!("../models/folders.toml")),
    ("help_centers.toml", include_str!("../models/help_centers.toml")),
    ("internal_articles.toml", include_str!("../models/internal_articles.toml")),
    ("macros.toml", include_str!("../models/macros.toml")),
    ("message_deliveries.toml", include_str!("../models/message_deliveries.toml")),
    ("news_items.toml", include_str!("../models/news_items.toml")),
    ("newsfeeds.toml", include_str!("../models/newsfeeds.toml")),
    ("notes.toml", include_str!("../models/notes.toml")),
    ("office_hours_exceptions.toml", include_str!("../models/office_hours_exceptions.toml")),
    ("office_hours_schedules.toml", include_str!("../models/office_hours_schedules.toml")),
    ("redirects.toml", include_str!("../models/redirects.toml")),
    ("reporting_datasets.toml", include_str!("../models/reporting_datasets.toml")),
    ("reporting_days.toml", include_str!("../models/reporting_days.toml")),
    ("segments.toml", include_str!("../models/segments.toml")),
    ("side_conversations.toml", include_str!("../models/side_conversations.toml")),
    ("subscription_types.toml", include_str!("../models/subscription_types.toml")),
    ("tags.toml", include_str!("../models/tags.toml")),
    ("team_metrics.toml", include_str!("../models/team_metrics.toml")),
    ("teams.toml", include_str!("../models/teams.toml")),
    ("ticket_states.toml", include_str!("../models/ticket_states.toml")),
    ("ticket_types.toml", include_str!("../models/ticket_types.toml")),
    ("tickets.toml", include_str!("../models/tickets.toml")),
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
    // Read once in a process: a run asks for them several times, and reading takes longer than the rest of its beginning.
    static CURATED: OnceLock<Rules> = OnceLock::new();
    match CURATED.get() {
        Some(rules) => Ok(rules.clone()),
        None => parsed().map(|rules| CURATED.get_or_init(|| rules).clone()),
    }
}

/// The rules of all files.
fn parsed() -> Result<Rules, RulesError> {
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
