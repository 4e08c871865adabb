//! Values that must not be stored as they are are not, and everything else stays byte for byte.

use super::documents::{check, documents};
use proptest::prelude::*;
use relatable_model::json::Json;
use relatable_model::protect::{ProtectError, Protection, Protections, Salt};
use relatable_model::rules::{ResourceRules, Rules, RulesError};

/// A secret.
fn salt() -> Salt {
    Salt::new(b"sixteen characters").unwrap()
}

/// The rules of `things`, over a model below.
fn rules(paths: &str) -> Result<ResourceRules, RulesError> {
    let below = "[things]\nkey = [\"id\"]\nversion = \"updated_at\"\n[things.views.big]\npath = \"size\"\nequals = \"big\"\n\
                 [things.paths]\nlabels = \"entries\"\nraw = \"json\"\ntags = { as = \"table\", envelope = \"data\" }\n";
    let upper = Rules::parse(&format!("[things.paths]\n{paths}"), "mine.toml")?;
    let mut merged = Rules::parse(below, "below").unwrap().overlay(upper, "mine.toml")?;
    Ok(merged.resources.remove("things").unwrap())
}

/// The document as these rules store it.
fn protected(paths: &str, document: &str) -> String {
    let rules = rules(paths).expect(paths);
    let protection = Protection::new("things", &rules, Some(&salt())).unwrap().expect(paths);
    String::from_utf8(protection.document(document.as_bytes()).expect(document).into_owned()).unwrap()
}

#[test]
fn a_hash_is_that_of_the_standard_and_the_same_wherever_the_value_stands() {
    // As `openssl dgst -sha256 -hmac` computes it.
    let ada = "a27740a0d27287e7f6a4f0f5d3f55e865af42d5b5f2467c7033a4d0251f24758";
    let document = r#"{"a":"ada","b":{"c":["ada",{"d":"ada"}]},"e":"eve","n":7,"t":"7"}"#;
    let text = protected(
        "a = { protect = \"hash\" }\nb = { protect = \"hash\" }\nn = { protect = \"hash\" }\nt = { protect = \"hash\" }",
        document,
    );
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let hash = json["a"].as_str().unwrap();
    assert_eq!(hash, ada);
    assert_eq!((&json["b"]["c"][0], &json["b"]["c"][1]["d"]), (&json["a"], &json["a"]));
    assert_eq!(json["n"], json["t"], "a number and its text are one value in a column of text");
    assert_eq!(json["e"], "eve");
}

#[test]
fn every_kind_of_value_is_protected_where_it_stands_and_nothing_else_changes() {
    for (paths, document, expected) in [
        (
            "email = { protect = \"mask\" }",
            r#"{ "id" : 1,  "email":"a@b.c" }"#,
            r#"{ "id" : 1,  "email":"***" }"#,
        ),
        ("email = { protect = \"omit\" }", r#"{"email":{"a":[1]},"x":1e3}"#, r#"{"email":null,"x":1e3}"#),
        ("zip = { protect = { truncate = 2 } }", r#"{"zip":"äöü","n":1}"#, r#"{"zip":"äö","n":1}"#),
        ("zip = { protect = { truncate = 3 } }", r#"{"zip":12345}"#, r#"{"zip":"123"}"#),
        ("a = { protect = \"mask\" }", r#"{"a":null,"b":{"a":"kept"}}"#, r#"{"a":null,"b":{"a":"kept"}}"#),
        (
            "a = { protect = \"mask\" }",
            r#"{"a":[1,"x",null,true,{"b":2}]}"#,
            r#"{"a":["***","***",null,"***",{"b":"***"}]}"#,
        ),
        (
            "\"a.b\" = { protect = \"mask\" }",
            r#"{"a":[{"b":1},{"c":2}],"b":3}"#,
            r#"{"a":[{"b":"***"},{"c":2}],"b":3}"#,
        ),
        (
            "\"*.b\" = { protect = \"mask\" }",
            r#"{"a":{"b":1},"c":{"b":{"d":2}},"b":3}"#,
            r#"{"a":{"b":"***"},"c":{"b":{"d":"***"}},"b":3}"#,
        ),
        ("\"a.[]\" = { protect = \"mask\" }", r#"{"a":["x"]}"#, r#"{"a":["***"]}"#),
        (
            "\"tags.name\" = { protect = \"mask\" }",
            r#"{"tags":{"data":[{"name":"x"}],"has_more":true}}"#,
            r#"{"tags":{"data":[{"name":"***"}],"has_more":true}}"#,
        ),
        (
            "tags = { protect = \"mask\" }",
            r#"{"tags":{"data":[{"name":"x"}],"has_more":true}}"#,
            r#"{"tags":{"data":[{"name":"***"}],"has_more":true}}"#,
        ),
        // What else an object has that wraps a list is protected with it, but for what the list is read by.
        (
            "tags = { protect = \"mask\" }",
            r#"{"tags":{"type":"tag.list","data":[1],"url":"S","total_count":1,"has_more":"S","by":{"type":"S"}}}"#,
            r#"{"tags":{"type":"tag.list","data":["***"],"url":"***","total_count":1,"has_more":"***","by":{"type":"***"}}}"#,
        ),
        (
            "\"tags.email\" = { protect = \"mask\" }",
            r#"{"tags":{"data":[{"email":"S"}],"email":"S","data":[{"email":"S"}]}}"#,
            r#"{"tags":{"data":[{"email":"***"}],"email":"***","data":[{"email":"***"}]}}"#,
        ),
        (
            "\"tags.email\" = { protect = \"mask\" }",
            r#"{"tags":{"email":"S"}}"#,
            r#"{"tags":{"email":"***"}}"#,
        ),
        (
            "\"labels.secret\" = { protect = \"mask\" }",
            r#"{"labels":{"secret":1,"open":2}}"#,
            r#"{"labels":{"secret":"***","open":2}}"#,
        ),
        (
            "\"raw.a.b\" = { protect = \"mask\" }",
            r#"{"raw":{"a":{"b":"x"}}}"#,
            r#"{"raw":{"a":{"b":"***"}}}"#,
        ),
        ("owner = { protect = \"mask\", null_if = [\"0\"] }", r#"{"owner":0}"#, r#"{"owner":0}"#),
        (
            "\"*\" = { description = \"x\" }\n\"a.*\" = { protect = \"mask\" }\n\"a.b\" = { protect = \"omit\" }",
            r#"{"a":{"b":1,"c":2}}"#,
            r#"{"a":{"b":null,"c":"***"}}"#,
        ),
        (
            "\"na\\\\.me\" = { protect = \"mask\" }",
            r#"{"na\u002eme":"x","na":{"me":1}}"#,
            r#"{"na\u002eme":"***","na":{"me":1}}"#,
        ),
        ("a = { protect = \"mask\" }", r#"{"a":1,"a":"\ud800"}"#, r#"{"a":"***","a":"***"}"#),
    ] {
        assert_eq!(protected(paths, document), expected, "{paths}");
    }
}

#[test]
fn older_shapes_are_protected_as_the_newer_ones_are() {
    for (paths, document, expected) in [
        (
            "a = { as = \"flatten\", scalar = \"b\" }\n\"a.b\" = { protect = \"mask\" }",
            r#"{"a":"S","x":[{"a":1}]}"#,
            r#"{"a":"***","x":[{"a":1}]}"#,
        ),
        (
            "a = { as = \"flatten\", scalar = \"b\" }\n\"a.b\" = { protect = \"mask\" }",
            r#"{"a":{"b":"S","c":1}}"#,
            r#"{"a":{"b":"***","c":1}}"#,
        ),
        (
            "\"a.b\" = { protect = \"mask\", null_if = [\"0\"] }\nold = { same_as = \"a.b\" }",
            r#"{"old":"S","older":"x"}"#,
            r#"{"old":"***","older":"x"}"#,
        ),
        (
            "\"a.b\" = { protect = \"mask\", null_if = [\"0\"] }\nold = { same_as = \"a.b\" }",
            r#"{"old":0}"#,
            r#"{"old":0}"#,
        ),
        (
            "words = { as = \"table\", names = \"locale\" }\n\"words.body\" = { protect = \"mask\" }",
            r#"{"words":{"type":"t","de":{"body":"S","title":"x"},"en":{"body":"S"}}}"#,
            r#"{"words":{"type":"t","de":{"body":"***","title":"x"},"en":{"body":"***"}}}"#,
        ),
    ] {
        assert_eq!(protected(paths, document), expected, "{paths}");
    }
}

#[test]
fn a_wrapper_that_is_found_by_its_shape_is_protected_whole_and_still_found() {
    let mut rules = rules("list = { protect = \"mask\" }").unwrap();
    rules.unwrap_envelopes = Some(true);
    let protection = Protection::new("things", &rules, None).unwrap().unwrap();
    let document = br#"{"list":{"type":"list","data":[{"a":"S"}],"url":"S","has_more":false}}"#;
    let stored = protection.document(document).unwrap();
    assert_eq!(
        std::str::from_utf8(&stored).unwrap(),
        r#"{"list":{"type":"list","data":[{"a":"***"}],"url":"***","has_more":false}}"#
    );
}

#[test]
fn every_list_of_records_in_an_answer_is_protected_also_one_that_does_not_count() {
    let rules = Rules::parse("[things.paths]\n\"*.mail\" = { protect = \"mask\" }", "mine.toml").unwrap();
    let protections = Protections::new(&rules, None).unwrap();
    for (answer, stored) in [
        (
            r#"{"data":[{"a":{"mail":"S"}}],"next":null,"data":[{"a":{"mail":"S"}}]}"#,
            r#"{"data":[{"a":{"mail":"***"}}],"next":null,"data":[{"a":{"mail":"***"}}]}"#,
        ),
        (r#"{"data":{"mail":"S"},"data":[]}"#, "\"an answer that could not be read\""),
        (r#"{"data":null}"#, r#"{"data":null}"#),
    ] {
        let found = protections.documents("things", Some("data"), answer.as_bytes().to_vec());
        assert_eq!(String::from_utf8(found).unwrap(), stored);
    }
}

#[test]
fn what_the_model_needs_cannot_be_protected_and_a_hash_needs_a_secret() {
    for (paths, reason) in [
        ("id = { protect = \"hash\" }", "the record's key needs `id` as it is"),
        ("\"*\" = { protect = \"mask\" }", "the record's key needs `id` as it is"),
        ("updated_at = { protect = \"mask\" }", "the record's version needs `updated_at` as it is"),
        ("size = { protect = \"mask\" }", "the view `big` needs `size` as it is"),
        (
            "\"a.type\" = { protect = \"mask\" }\n\"a.id\" = { references = [{ table = \"x\", when = \"a.type\", is = [\"x\"] }] }",
            "the reference of `a.id` needs `a.type` as it is",
        ),
        (
            "\"labels.[].key\" = { protect = \"hash\" }",
            "filled from members, whose values a rule for `labels` or `labels.*` protects; their names identify rows",
        ),
        ("\"labels.[].value_text\" = { protect = \"mask\" }", "a rule for `labels` or `labels.*` protects"),
        (
            "\"*.more\" = \"entries\"\n\"*.more.[].value_json\" = { protect = \"omit\" }",
            "a rule for `*.more` or `*.more.*` protects",
        ),
        ("a = { protect = { truncate = 0 } }", "no character would be left"),
        ("a = { protect = \"hash\", type = \"integer\" }", "what is protected is text"),
        ("a = { as = \"omit\", protect = \"hash\" }", "`protect` goes with what is kept"),
    ] {
        let error = rules(paths).expect_err(paths).to_string();
        assert!(error.contains(reason), "{paths}: {error}");
    }
    assert!(matches!(Salt::new(b"short"), Err(ProtectError::ShortSalt { bytes: 5 })));
    let hashing = rules("email = { protect = \"hash\" }").unwrap();
    let error = Protection::new("things", &hashing, None).unwrap_err().to_string();
    assert_eq!(error, "the rule for `things.email` hashes, and there is no salt");
    assert!(
        Protection::new("things", &rules("email = { type = \"text\" }").unwrap(), None).unwrap().is_none()
    );
    assert_eq!(format!("{:?}", salt()), "Salt(…)");
}

/// A document without what stands at any path that ends in one of these members.
fn without(value: Json, names: &[&str]) -> Json {
    match value {
        Json::Object(members) => Json::Object(
            members
                .into_iter()
                .filter(|(name, _)| !names.contains(&name.as_str()))
                .map(|(name, value)| (name, without(value, names)))
                .collect(),
        ),
        Json::Array(elements) => {
            Json::Array(elements.into_iter().map(|value| without(value, names)).collect())
        }
        scalar => scalar,
    }
}

#[test]
fn what_is_not_protected_is_as_it_was() {
    check("protect", 2_000, &documents(1..2), |documents| {
        let source = &documents[0];
        let text = protected(
            "\"a\" = { protect = \"hash\" }\n\"*.a\" = { protect = \"mask\" }\n\"*.*.a\" = { protect = \"omit\" }",
            source,
        );
        let (before, after) =
            (Json::parse(source.as_bytes()).unwrap(), Json::parse(text.as_bytes()).unwrap());
        prop_assert_eq!(without(before, &["a"]), without(after, &["a"]));
        Ok(())
    });
}
