//! What was read comes back out of the tables as the documents it was.

use crate::harness::{Options, Site, UNLIMITED, rules, run};
use relatable_destinations::Reading;
use relatable_intercom::attributes::attribute_rules;
use relatable_model::json::Json;
use relatable_model::normal::normal;
use relatable_pipeline::export;
use relatable_simulator::{Resource, Settings, Simulator};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// The documents of a resource by id, as the tables hold them.
fn exported(site: &Site, resource: &str, with_deleted: bool) -> BTreeMap<String, Json> {
    let mut destination = relatable_destinations::open(&site.uri()).unwrap();
    let mut documents = Vec::new();
    let rules = rules(None).resources.remove(resource).unwrap();
    let reading = Reading { resource, with_deleted, only: None };
    let mut take = |document| {
        documents.push(document);
        ControlFlow::Continue(())
    };
    export(destination.as_mut(), &reading, &rules, &mut take).unwrap();
    let ids: Vec<String> = documents.iter().map(id).collect();
    assert!(ids.is_sorted(), "documents come in the order of their keys");
    ids.into_iter().zip(documents.into_iter().map(sorted)).collect()
}

/// A document's id.
fn id(document: &Json) -> String {
    match document {
        Json::Object(members) => match &members["id"] {
            Json::String(id) => id.clone(),
            other => panic!("{other} is no id"),
        },
        other => panic!("{other} is no document"),
    }
}

/// A value with its lists in an order of their own: lists with a key have none in the database.
fn sorted(value: Json) -> Json {
    match value {
        Json::Array(elements) => {
            let mut elements: Vec<Json> = elements.into_iter().map(sorted).collect();
            elements.sort_by_cached_key(Json::to_string);
            Json::Array(elements)
        }
        Json::Object(members) => {
            Json::Object(members.into_iter().map(|(name, value)| (name, sorted(value))).collect())
        }
        scalar => scalar,
    }
}

/// The documents of the workspace by id, in normal form.
fn expected(simulator: &Simulator, resource: Resource) -> BTreeMap<String, Json> {
    let truth = simulator.truth();
    let mut rules = rules(None).resources.remove(resource.name()).unwrap();
    // The workspace's own definitions tell a date from a number.
    let definitions = [Resource::DataAttributes, Resource::ConversationAttributes]
        .into_iter()
        .flat_map(|defined| truth.documents(defined))
        .map(|definition| serde_json::from_value(definition).unwrap());
    let defined = attribute_rules(&definitions.collect::<Vec<_>>()).resources.remove(resource.name());
    for (path, rule) in defined.into_iter().flat_map(|defined| defined.paths) {
        rules.paths.entry(path).or_default().logical = rule.logical;
    }
    let documents = truth.documents(resource);
    let normal = |document: serde_json::Value| {
        sorted(normal(Json::parse(as_answered(document).to_string().as_bytes()).unwrap(), &rules))
    };
    documents.map(normal).map(|document| (id(&document), document)).collect()
}

/// The two documents are equal; names the first member that is not.
fn assert_same(back: &Json, expected: &Json, of: &str) {
    let (Json::Object(back), Json::Object(expected)) = (back, expected) else { panic!("{of} is no object") };
    let names = |members: &BTreeMap<String, Json>| members.keys().cloned().collect::<Vec<_>>();
    for (name, expected) in expected {
        let found = back.get(name).map(Json::to_string).unwrap_or_default();
        assert_eq!(found, expected.to_string(), "{name} of {of}");
    }
    assert_eq!(names(back), names(expected), "{of}");
}

/// The lists that no answer of the API shows beyond their tenth element.
const CUT: [&str; 2] = ["opted_in_subscription_types", "opted_out_subscription_types"];

/// A document with the lists cut as the API cuts them.
fn as_answered(mut document: serde_json::Value) -> serde_json::Value {
    for name in CUT {
        if let Some(elements) = document[name]["data"].as_array_mut() {
            elements.truncate(10);
        }
    }
    document
}

async fn every_document_comes_back(scheme: &'static str) {
    let settings = Settings { contacts: 300, limit_per_window: UNLIMITED, ..Settings::default() };
    let simulator = Simulator::start(settings).await.unwrap();
    let site = Site::new(scheme);
    run(&simulator, &site, Options::default()).await.unwrap();
    for resource in [Resource::Contacts, Resource::Companies, Resource::Conversations] {
        let (back, expected) = (exported(&site, resource.name(), false), expected(&simulator, resource));
        assert_eq!(back.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        assert!(!back.is_empty());
        for (id, document) in &expected {
            assert_same(&back[id], document, &format!("{} {id}", resource.name()));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_document_comes_back_from_sqlite() {
    every_document_comes_back("sqlite").await;
}

#[cfg(feature = "duckdb")]
#[tokio::test(flavor = "multi_thread")]
async fn every_document_comes_back_from_duckdb() {
    every_document_comes_back("duckdb").await;
}
