//! The JSON test suite (which is optional, beside the project): what JSON is goes in and comes back, what is not is
//! refused with the place, and what is open is one of both, without harm.

use super::tables::{documents, normal_of, rules};
use relatable_model::json::Json;
use relatable_model::plan::Memory;
use relatable_model::rules::ResourceRules;
use relatable_model::shred::{Context, DocumentError, Shredded, Shredder};
use std::fs;
use std::path::Path;

/// The files of a folder of the suite whose names begin with `kind`, by name; `None` where the suite is not there.
fn files(folder: &str, kind: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/json-test-suite").join(folder);
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
    let Some(files) = files("test_parsing", "y_") else { return };
    for (name, text) in &files {
        let parsed = Json::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let other: serde_json::Value = serde_json::from_slice(text).unwrap();
        assert_eq!(without_numbers(parsed.clone()), shape(&other), "{name}");
        assert_eq!(Json::parse(parsed.to_string().as_bytes()).as_ref(), Ok(&parsed), "{name}");
        comes_back(name, &around(text));
    }
    println!("{} files", files.len());
    assert_eq!(files.len(), 95);
}

#[test]
fn what_is_no_json_is_refused_with_its_place_and_leaves_no_trace() {
    let Some(files) = files("test_parsing", "n_") else { return };
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
    assert_eq!(files.len(), 188);
}

#[test]
fn what_is_open_is_either_refused_or_comes_back_equal() {
    let Some(files) = files("test_parsing", "i_") else { return };
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
    assert_eq!(files.len(), 35);
    for name in [
        "i_number_huge_exp.json",
        "i_string_1st_surrogate_but_2nd_missing.json",
        "i_number_too_big_neg_int.json",
    ] {
        assert!(accepted.contains(&name), "{name}");
    }
}

/// The longest outcome that is written down whole, in characters.
const OUTCOME_MAX: usize = 120;

/// What becomes of a value as a member of a document: how it comes back from the tables and what is told of it, or where and
/// why it is refused.
fn decision(text: &[u8]) -> String {
    let rules = &rule_sets()[0];
    let document = around(text);
    let mut shredder = shredder(rules);
    if let Err(error) = shredder.document(&document, Context::default()) {
        let DocumentError::Json(error) = error else { panic!("{error}") };
        return format!("refused: {}", error.kind);
    }
    let shredded = shredder.finish().unwrap();
    let Some(Json::Object(mut members)) = documents(&shredded, rules).pop() else { panic!("no document") };
    let value = members.remove("v").map_or("nothing".to_owned(), |value| value.to_string());
    let mut told: Vec<&str> = shredded.issues.iter().map(|issue| issue.kind.as_str()).collect();
    told.dedup();
    let shown: String = match value.chars().count() {
        length if length > OUTCOME_MAX => {
            format!("{}… ({length} characters)", value.chars().take(OUTCOME_MAX).collect::<String>())
        }
        _ => value,
    };
    let columns = shredded.tables.iter().flat_map(|table| &table.table.columns);
    let places: Vec<String> = columns
        .filter(|column| column.path == "v" || column.path.starts_with("v."))
        .map(|column| format!("{} {}", column.name, column.logical.name()))
        .collect();
    let told = if told.is_empty() { String::new() } else { format!("; told: {}", told.join(", ")) };
    format!(
        "{shown} from {}{told}",
        if places.is_empty() { "no column".to_owned() } else { places.join(", ") }
    )
}

#[test]
fn what_is_open_is_decided_as_written_down() {
    let (Some(open), Some(transformed)) = (files("test_parsing", "i_"), files("test_transform", "")) else {
        return;
    };
    assert_eq!((open.len(), transformed.len()), (35, 22));
    let all = open.iter().chain(&transformed);
    let lines: Vec<String> = all.map(|(name, text)| format!("{name}: {}", decision(text))).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn what_parsers_disagree_on_comes_back_equal() {
    let Some(files) = files("test_transform", "") else { return };
    for (name, text) in &files {
        match std::str::from_utf8(text) {
            Ok(_) => comes_back(name, &around(text)),
            // What is no text is no JSON.
            Err(_) => drop(Json::parse(text).expect_err(name)),
        }
    }
    assert_eq!(files.len(), 22);
    let all = ["y_", "n_", "i_"].map(|kind| self::files("test_parsing", kind).unwrap_or_default().len());
    assert_eq!(all.iter().sum::<usize>() + files.len(), 340, "no file is left out");
}
