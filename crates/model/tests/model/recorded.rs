//! Real input: the answers recorded in the API's official descriptions come back from their tables whole.

use relatable_model::json::{Json, records};
use relatable_model::normal::normal;
use relatable_model::plan::Memory;
use relatable_model::reassemble::reassemble;
use relatable_model::rules::{ResourceRules, Rules};
use relatable_model::schema::{Column, ColumnRole};
use relatable_model::shred::{Context, Shredder};
use serde_yaml_ng::Value;
use std::path::Path;

/// Where recorded documents of a resource stand: method and path of the description, the member that lists them, and the
/// resource.
const PLACES: &[(&str, &str, Option<&str>, &str)] = &[
    ("get", "/admins", Some("admins"), "admins"),
    ("get", "/teams", Some("teams"), "teams"),
    ("get", "/tags", Some("data"), "tags"),
    ("get", "/segments", Some("segments"), "segments"),
    ("get", "/data_attributes", Some("data"), "data_attributes"),
    ("get", "/conversations/attributes", Some("data"), "conversation_attributes"),
    ("get", "/contacts", Some("data"), "contacts"),
    ("post", "/contacts/search", Some("data"), "contacts"),
    ("get", "/contacts/{contact_id}", None, "contacts"),
    ("get", "/contacts/{contact_id}/notes", Some("data"), "notes"),
    ("post", "/companies/list", Some("data"), "companies"),
    ("get", "/companies/scroll", Some("data"), "companies"),
    ("get", "/companies/{company_id}", None, "companies"),
    ("get", "/conversations", Some("conversations"), "conversations"),
    ("post", "/conversations/search", Some("conversations"), "conversations"),
    ("get", "/conversations/{conversation_id}", None, "conversations"),
    ("get", "/conversations/{id}", None, "conversations"),
    ("get", "/conversations/deleted", Some("conversations"), "deleted_conversations"),
    ("get", "/conversations/{id}/side_conversations", Some("side_conversations"), "side_conversations"),
    ("get", "/contacts/activities", Some("data"), "contact_activities"),
    ("post", "/tickets/search", Some("tickets"), "tickets"),
    ("get", "/tickets/{ticket_id}", None, "tickets"),
    ("get", "/tickets/{id}", None, "tickets"),
    ("get", "/ticket_types", Some("data"), "ticket_types"),
    ("get", "/ticket_types/{ticket_type_id}", None, "ticket_types"),
    ("get", "/ticket_types/{id}", None, "ticket_types"),
    ("get", "/ticket_states", Some("data"), "ticket_states"),
    ("get", "/calls", Some("data"), "calls"),
    ("get", "/calls/{call_id}", None, "calls"),
    ("get", "/calls/{id}", None, "calls"),
    ("post", "/calls/search", Some("data"), "calls"),
    ("get", "/articles", Some("data"), "articles"),
    ("get", "/articles/{article_id}", None, "articles"),
    ("get", "/articles/{id}", None, "articles"),
    ("get", "/articles/{id}/draft", None, "articles"),
    ("get", "/articles/{article_id}/versions", Some("data"), "article_versions"),
    ("get", "/articles/{article_id}/versions/{id}", None, "article_versions"),
    ("get", "/help_center/collections", Some("data"), "collections"),
    ("get", "/help_center/collections/{collection_id}", None, "collections"),
    ("get", "/help_center/collections/{id}", None, "collections"),
    ("get", "/help_center/help_centers", Some("data"), "help_centers"),
    ("get", "/help_center/help_centers/{help_center_id}", None, "help_centers"),
    ("get", "/help_center/help_centers/{id}", None, "help_centers"),
    ("get", "/help_center/help_centers/{help_center_id}/redirects", Some("data"), "redirects"),
    ("get", "/internal_articles", Some("data"), "internal_articles"),
    ("get", "/internal_articles/{internal_article_id}", None, "internal_articles"),
    ("get", "/internal_articles/{id}", None, "internal_articles"),
    ("get", "/folders", Some("data"), "folders"),
    ("get", "/folders/{id}", None, "folders"),
    ("get", "/content_snippets", Some("data"), "content_snippets"),
    ("get", "/content_snippets/{id}", None, "content_snippets"),
    ("get", "/ai/external_pages", Some("data"), "external_pages"),
    ("get", "/ai/external_pages/{id}", None, "external_pages"),
    ("get", "/ai/content_import_sources", Some("data"), "content_import_sources"),
    ("get", "/ai/content_import_sources/{id}", None, "content_import_sources"),
    ("get", "/news/news_items", Some("data"), "news_items"),
    ("get", "/news/news_items/{news_item_id}", None, "news_items"),
    ("get", "/news/news_items/{id}", None, "news_items"),
    ("get", "/news/newsfeeds", Some("data"), "newsfeeds"),
    ("get", "/news/newsfeeds/{newsfeed_id}", None, "newsfeeds"),
    ("get", "/news/newsfeeds/{id}", None, "newsfeeds"),
    ("get", "/macros", Some("data"), "macros"),
    ("get", "/macros/{id}", None, "macros"),
    ("get", "/data_connectors", Some("data"), "data_connectors"),
    ("get", "/data_connectors/{id}", None, "data_connectors"),
    (
        "get",
        "/data_connectors/{data_connector_id}/execution_results",
        Some("data"),
        "data_connector_executions",
    ),
    (
        "get",
        "/custom_object_instances/{custom_object_type_identifier}",
        Some("data"),
        "custom_object_instances",
    ),
    ("get", "/custom_object_instances/{custom_object_type_identifier}/{id}", None, "custom_object_instances"),
    ("get", "/subscription_types", Some("data"), "subscription_types"),
    ("get", "/audiences", Some("data"), "audiences"),
    ("get", "/audiences/{id}", None, "audiences"),
    ("get", "/brands", Some("data"), "brands"),
    ("get", "/brands/{id}", None, "brands"),
    ("get", "/emails", Some("data"), "email_settings"),
    ("get", "/emails/{id}", None, "email_settings"),
    ("get", "/away_status_reasons", Some("data"), "away_status_reasons"),
    ("get", "/office_hours_schedules", Some("data"), "office_hours_schedules"),
    ("get", "/office_hours_schedules/{id}", None, "office_hours_schedules"),
    (
        "get",
        "/office_hours_schedules/{office_hours_schedule_id}/office_hours_exceptions",
        Some("data"),
        "office_hours_exceptions",
    ),
    ("get", "/admins/activity_logs", Some("activity_logs"), "admin_activity_logs"),
];

/// The official descriptions of the API, by version; `None` where they are not beside the project.
fn descriptions() -> Option<Vec<(&'static str, Value)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/intercom-openapi");
    if !folder.exists() {
        println!("skipped: the official descriptions are not beside the project");
        return None;
    }
    let described = ["2.15", "2.16", "Preview"].map(|version| {
        let text = std::fs::read_to_string(folder.join(format!("{version}.yaml"))).expect(version);
        (version, serde_yaml_ng::from_str(&text).expect(version))
    });
    Some(described.into())
}

/// Checks that a document comes back from its tables as it is in normal form, and that rules for paths, where there are
/// some, speak of all it has.
fn comes_back(place: &str, document: &[u8], resource: &str, rules: &ResourceRules) {
    let expected = normal(Json::parse(document).expect(place), rules);
    let mut shredder = Shredder::new(resource, rules, Memory::default(), None).expect(place);
    shredder.document(document, Context::default()).expect(place);
    let shredded = shredder.finish().expect(place);
    let columns = shredded.tables.iter().flat_map(|table| &table.table.columns);
    let is_unknown = |column: &&Column| {
        column.role == ColumnRole::Value && !column.path.is_empty() && column.description.is_empty()
    };
    let unknown: Vec<&str> = columns.filter(is_unknown).map(|column| column.path.as_str()).collect();
    if !rules.paths.is_empty() {
        assert_eq!(unknown, Vec::<&str>::new(), "{place}: no rule speaks of these");
    }
    let tables: Vec<_> = shredded.tables.iter().map(|table| (&table.table, &table.rows)).collect();
    assert_eq!(reassemble(&tables, rules), [expected], "{place}");
}

#[test]
fn nothing_in_the_recorded_documents_of_our_resources_is_lost() {
    let Some(descriptions) = descriptions() else { return };
    for (method, path, ..) in PLACES {
        let is_described = |(_, description): &(_, Value)| !description["paths"][path][method].is_null();
        assert!(descriptions.iter().any(is_described), "{method} {path} is in no description");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut checked = Vec::new();
    for (version, description) in &descriptions {
        let mut count = 0;
        for (method, path, list, resource) in PLACES {
            let file = folder.join(format!("../intercom/models/{resource}.toml"));
            let mut rules = Rules::parse(&std::fs::read_to_string(file).unwrap(), resource).unwrap();
            let mut rules = rules.resources.remove(*resource).unwrap();
            // Each document is one answer here, whatever other requests bring of its record.
            rules.paths.values_mut().for_each(|rule| rule.answer = None);
            let examples = &description["paths"][path][method]["responses"]["200"]["content"]["application/json"]
                ["examples"];
            for (name, example) in examples.as_mapping().into_iter().flatten() {
                let answer = serde_json::to_string(&example["value"]).unwrap();
                let place = format!("{version}: {method} {path}, {name:?}");
                for range in records(answer.as_bytes(), *list).expect(&place).unwrap_or_default() {
                    comes_back(&place, &answer.as_bytes()[range], resource, &rules);
                    count += 1;
                }
            }
        }
        checked.push((*version, count));
    }
    assert_eq!(checked, [("2.15", 72), ("2.16", 109), ("Preview", 116)]);
}

/// Every recorded answer of a description, with where it stands: also those of responses that stand elsewhere.
fn answers(description: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (path, methods) in description["paths"].as_mapping().into_iter().flatten() {
        for (method, operation) in methods.as_mapping().into_iter().flatten() {
            for (status, response) in operation["responses"].as_mapping().into_iter().flatten() {
                let place = format!("{method:?} {path:?} {status:?}");
                let response = resolved(description, response);
                for (kind, content) in response["content"].as_mapping().into_iter().flatten() {
                    let several = content["examples"].as_mapping().into_iter().flatten();
                    let one = content.get("example").into_iter().map(|example| ("the example", example));
                    let named = several.map(|(_, example)| {
                        let example = resolved(description, example);
                        ("an example", example.get("value").unwrap_or_else(|| panic!("no value: {place}")))
                    });
                    for (name, example) in named.chain(one) {
                        let answer = serde_json::to_string(example).expect(&place);
                        found.push((format!("{place} {kind:?}, {name}"), answer));
                    }
                }
            }
        }
    }
    found
}

/// What a part of a description says, or what stands where it points.
fn resolved<'d>(description: &'d Value, part: &'d Value) -> &'d Value {
    let Some(reference) = part.get("$ref").and_then(Value::as_str) else { return part };
    let steps = reference.strip_prefix("#/").expect(reference).split('/');
    steps.fold(description, |found, step| {
        found.get(step).unwrap_or_else(|| panic!("{reference} leads nowhere"))
    })
}

#[test]
fn every_recorded_answer_of_every_version_comes_back() {
    let Some(descriptions) = descriptions() else { return };
    let found_envelopes = ResourceRules { unwrap_envelopes: Some(true), ..ResourceRules::default() };
    let mut checked = Vec::new();
    for (version, description) in &descriptions {
        let answers = answers(description);
        let mut documents = 0;
        for (place, answer) in &answers {
            let place = format!("{version}: {place}");
            for range in records(answer.as_bytes(), None).expect(&place).expect(&place) {
                let value = &answer[range];
                // A document is an object; what else an answer is stands in one.
                let document =
                    if value.starts_with('{') { value.to_owned() } else { format!("{{\"answer\":{value}}}") };
                for rules in [&ResourceRules::default(), &found_envelopes] {
                    comes_back(&place, document.as_bytes(), "answers", rules);
                }
                documents += 1;
            }
        }
        checked.push((*version, answers.len(), documents));
    }
    assert_eq!(checked, [("2.15", 437, 437), ("2.16", 737, 737), ("Preview", 885, 885)]);
}
