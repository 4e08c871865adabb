//! Real input: the answers recorded in the API's official description come back from their tables whole.

use relatable_model::json::{Json, records};
use relatable_model::normal::normal;
use relatable_model::plan::Memory;
use relatable_model::reassemble::reassemble;
use relatable_model::rules::{ResourceRules, Rules};
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
];

#[test]
fn nothing_in_the_recorded_answers_is_lost() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Ok(text) = std::fs::read_to_string(folder.join("../../../shared/intercom-openapi/2.16.yaml")) else {
        println!("skipped: the official description is not beside the project");
        return;
    };
    let description: Value = serde_yaml_ng::from_str(&text).unwrap();
    let mut checked = 0;
    for (method, path, list, resource) in PLACES {
        let file = folder.join(format!("../intercom/models/{resource}.toml"));
        let rules = Rules::parse(&std::fs::read_to_string(file).unwrap(), resource).unwrap().resources
            [*resource]
            .clone();
        let examples = &description["paths"][path][method]["responses"]["200"]["content"]["application/json"]
            ["examples"];
        for (name, example) in examples.as_mapping().into_iter().flatten() {
            let answer = serde_json::to_string(&example["value"]).unwrap();
            let found = records(answer.as_bytes(), *list).unwrap().unwrap_or_default();
            for range in found {
                let document = &answer.as_bytes()[range];
                let expected = normal(Json::parse(document).unwrap(), &rules);
                let mut shredder = Shredder::new(resource, &rules, Memory::default(), None).unwrap();
                shredder.document(document, Context::default()).unwrap();
                let shredded = shredder.finish().unwrap();
                let tables: Vec<_> =
                    shredded.tables.iter().map(|table| (&table.table, &table.rows)).collect();
                assert_eq!(reassemble(&tables, &rules), [expected], "{method} {path}, {name:?}");
                checked += 1;
            }
        }
    }
    println!("{checked} recorded documents");
    assert!(checked >= 34, "only {checked} documents were found; version 2.16 of the description has 34");
}

/// Every recorded answer of a description, with where it stands.
fn answers(description: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let paths = description["paths"].as_mapping().into_iter().flatten();
    for (path, methods) in paths {
        for (method, operation) in methods.as_mapping().into_iter().flatten() {
            for (status, response) in operation["responses"].as_mapping().into_iter().flatten() {
                let content = &response["content"]["application/json"];
                let several = content["examples"].as_mapping().into_iter().flatten();
                let one = std::iter::once(&content["example"]).filter(|example| !example.is_null());
                let place = format!("{method:?} {path:?} {status:?}");
                for example in several.map(|(_, example)| &example["value"]).chain(one) {
                    found.push((place.clone(), serde_json::to_string(example).unwrap()));
                }
            }
        }
    }
    found
}

#[test]
fn every_recorded_answer_of_every_version_comes_back() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/intercom-openapi");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: the official descriptions are not beside the project");
        return;
    };
    let found_envelopes = ResourceRules { unwrap_envelopes: Some(true), ..ResourceRules::default() };
    let mut checked = 0;
    for file in
        files.map(|file| file.unwrap().path()).filter(|file| file.extension() == Some("yaml".as_ref()))
    {
        let description: Value = serde_yaml_ng::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        for (place, answer) in answers(&description) {
            // An answer that is a list stands for its elements; anything else than objects is no document.
            for range in records(answer.as_bytes(), None).ok().flatten().unwrap_or_default() {
                let document = &answer.as_bytes()[range];
                for rules in [&ResourceRules::default(), &found_envelopes] {
                    let expected = normal(Json::parse(document).unwrap(), rules);
                    let mut shredder = Shredder::new("answers", rules, Memory::default(), None).unwrap();
                    if !document.starts_with(b"{") {
                        continue;
                    }
                    shredder.document(document, Context::default()).unwrap();
                    let shredded = shredder.finish().unwrap();
                    let tables: Vec<_> =
                        shredded.tables.iter().map(|table| (&table.table, &table.rows)).collect();
                    assert_eq!(reassemble(&tables, rules), [expected], "{}: {place}", file.display());
                    checked += 1;
                }
            }
        }
    }
    println!("{checked} recorded answers");
    assert!(checked >= 1_000, "only {checked} answers were found");
}
