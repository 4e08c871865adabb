//! The JSON test suite (which is optional, beside the project): what JSON is goes in and comes back, what is not is
//! refused with the place, and what is open is one of both, without harm.

use super::tables::{documents, normal_of, rules};
use relatable_model::json::Json;
use relatable_model::plan::Memory;
use relatable_model::rules::ResourceRules;
use relatable_model::shred::{Context, DocumentError, Shredded, Shredder};
use std::fs;
use std::path::Path;

/// The files of the suite whose names begin with `kind`, by name; `None` where the suite is not there.
fn files(kind: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/json-test-suite/test_parsing");
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("skipped: the JSON test suite is not beside the project");
        return None;
    };
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .filter(|(name, _)| name.starts_with(kind))
        .collect();
    files.sort();
    Some(files)
}

/// A document with this text as a member between others.
fn around(text: &[u8]) -> Vec<u8> {
    [b"{\"id\":\"x\",\"v\":", text, b",\"after\":1}"].concat()
}

/// Rules under which any value has a place: found by itself, as JSON, and not at all.
fn rule_sets() -> [ResourceRules; 3] {
    ["", "[things.paths]\nv = \"json\"", "[things.paths]\nv = \"omit\""]
        .map(|paths| rules(&format!("key = [\"id\"]\n{paths}")))
}

/// A shredder of things.
fn shredder(rules: &ResourceRules) -> Shredder {
    Shredder::new("things", rules, Memory::default(), None).unwrap()
}

/// What came of shredding, as text.
fn outcome(shredder: Shredder) -> String {
    let Shredded { tables, issues, .. } = shredder.finish().unwrap();
    format!("{tables:#?}{issues:#?}")
}

/// A value as another parser reads it, numbers left out: they are compared as text elsewhere.
fn shape(value: &serde_json::Value) -> Json {
    match value {
        serde_json::Value::Null => Json::Null,
        serde_json::Value::Bool(value) => Json::Boolean(*value),
        serde_json::Value::Number(_) => Json::Number(String::new()),
        serde_json::Value::String(text) => Json::String(text.clone()),
        serde_json::Value::Array(elements) => Json::Array(elements.iter().map(shape).collect()),
        serde_json::Value::Object(members) => {
            Json::Object(members.iter().map(|(name, value)| (name.clone(), shape(value))).collect())
        }
    }
}

/// A value with its numbers left out.
fn without_numbers(value: Json) -> Json {
    match value {
        Json::Number(_) => Json::Number(String::new()),
        Json::Array(elements) => Json::Array(elements.into_iter().map(without_numbers).collect()),
        Json::Object(members) => {
            Json::Object(members.into_iter().map(|(name, value)| (name, without_numbers(value))).collect())
        }
        other => other,
    }
}

/// The document comes back from its tables, under every rule set.
fn comes_back(name: &str, document: &[u8]) {
    let text = std::str::from_utf8(document).expect(name);
    for rules in rule_sets() {
        let mut shredder = shredder(&rules);
        shredder.document(document, Context::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let shredded = shredder.finish().unwrap();
        assert_eq!(documents(&shredded, &rules), [normal_of(text, &rules)], "{name}");
    }
}

#[test]
fn what_is_json_is_accepted_and_comes_back_equal() {
    let Some(files) = files("y_") else { return };
    for (name, text) in &files {
        let parsed = Json::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let other: serde_json::Value = serde_json::from_slice(text).unwrap();
        assert_eq!(without_numbers(parsed.clone()), shape(&other), "{name}");
        assert_eq!(Json::parse(parsed.to_string().as_bytes()).as_ref(), Ok(&parsed), "{name}");
        comes_back(name, &around(text));
    }
    println!("{} files", files.len());
    assert!(files.len() >= 95, "only {} files were found", files.len());
}

#[test]
fn what_is_no_json_is_refused_with_its_place_and_leaves_no_trace() {
    let Some(files) = files("n_") else { return };
    let good: [&[u8]; 2] =
        [br#"{"id":"1","v":[{"a":1}],"w":2}"#, br#"{"id":"2","v":{"b":"x"},"after":true}"#];
    for rules in rule_sets() {
        let mut alone = shredder(&rules);
        good.iter().for_each(|document| alone.document(document, Context::default()).unwrap());
        let expected = outcome(alone);
        let mut among = shredder(&rules);
        among.document(good[0], Context::default()).unwrap();
        for (name, text) in &files {
            assert!(Json::parse(text).is_err_and(|error| error.offset <= text.len()), "{name}");
            for document in [text.clone(), around(text)] {
                match among.document(&document, Context::default()) {
                    Err(DocumentError::Json(error)) => assert!(error.offset <= document.len(), "{name}"),
                    other => panic!("{name}: {other:?}"),
                }
            }
            assert_eq!(among.document_count(), 1, "{name}");
            assert_eq!(among.held_bytes(), good[0].len(), "{name}");
        }
        among.document(good[1], Context::default()).unwrap();
        assert_eq!(outcome(among), expected);
    }
    println!("{} files", files.len());
    assert!(files.len() >= 185, "only {} files were found", files.len());
}

#[test]
fn what_is_open_is_either_refused_or_comes_back_equal() {
    let Some(files) = files("i_") else { return };
    let mut accepted = Vec::new();
    for (name, text) in &files {
        if Json::parse(text).is_ok() {
            comes_back(name, &around(text));
            accepted.push(name.as_str());
        } else {
            let rules = &rule_sets()[0];
            let refused = shredder(rules).document(&around(text), Context::default());
            assert!(matches!(refused, Err(DocumentError::Json(_))), "{name}: {refused:?}");
        }
    }
    println!("accepted: {accepted:?}");
    assert!(files.len() >= 35, "only {} files were found", files.len());
    for name in [
        "i_number_huge_exp.json",
        "i_string_1st_surrogate_but_2nd_missing.json",
        "i_number_too_big_neg_int.json",
    ] {
        assert!(accepted.contains(&name), "{name}");
    }
}
