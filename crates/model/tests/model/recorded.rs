//! Real input: the answers recorded in the API's official description come back from their tables whole.

use relatable_model::json::{Json, records};
use relatable_model::normal::normal;
use relatable_model::plan::Memory;
use relatable_model::reassemble::reassemble;
use relatable_model::rules::Rules;
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
