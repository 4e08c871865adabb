//! What documents are like, and rules made from it that can be used as they are.

use super::documents::{check, documents as generated};
use super::tables::{documents, normal_of};
use proptest::prelude::*;
use relatable_model::plan::Memory;
use relatable_model::profile::Profile;
use relatable_model::rules::{ResourceRules, Rules};
use relatable_model::shred::{Context, Shredded, Shredder};

/// The suggestion for documents.
fn suggestion(documents: &[&str]) -> String {
    let mut profile = Profile::default();
    documents.iter().for_each(|document| profile.document(document.as_bytes()).expect(document));
    profile.suggestion("things")
}

/// The suggestion as rules.
fn suggested(text: &str) -> ResourceRules {
    Rules::parse(text, "suggested").expect(text).resources.remove("things").expect(text)
}

/// The tables that documents become by a suggestion.
fn shredded(rules: &ResourceRules, all: &[&str], text: &str) -> Shredded {
    let mut shredder = Shredder::new("things", rules, Memory::default(), None).expect(text);
    for document in all {
        shredder.document(document.as_bytes(), Context::default()).expect(text);
    }
    shredder.finish().expect(text)
}

/// Documents with one member each.
fn with_member(values: &[&str]) -> Vec<String> {
    let document = |(place, value): (usize, &&str)| format!("{{\"id\": \"{place:03}\", \"m\": {value}}}");
    values.iter().enumerate().map(document).collect()
}

#[test]
fn each_shape_gets_the_rule_that_suits_it() {
    let map: Vec<String> = (0..80).map(|place| format!("{{\"n{place}\": 1}}")).collect();
    let map: Vec<&str> = map.iter().map(String::as_str).collect();
    for (values, rule) in [
        (&["[\"a\", \"b\"]", "[]"][..], "\"m\" = \"delimited\""),
        (&["[1, 2]"], "\"m\" = \"table\""),
        (
            &["[{\"id\": 1, \"n\": 1}, {\"id\": 2, \"n\": 1}]"],
            "\"m\" = { as = \"table\", key = [\"thing_id\", \"id\"] }\n# filled 100 % (2 of 2): integer; an id names and does \
             not count: text\n\"m.id\" = { type = \"text\" }",
        ),
        (&["[{\"id\": 1}, {\"id\": 1}]"], "\"m\" = \"table\""),
        (
            // Of each kind two, with two members of their own.
            &["[{\"type\": \"note\", \"text\": \"a\", \"by\": 1}, {\"type\": \"file\", \"size\": 7, \"mime\": \"x\"}]";
                2],
            "`type` tells 2 kinds, and an element has 100 % of the names of its kind; a table for each kind\n\"m\" = { as = \
             \"table\", split_by = \"type\" }",
        ),
        (
            &["[{\"id\": 1, \"k\": \"a\", \"p\": 1, \"q\": 1, \"r\": 2}, {\"id\": 2, \"k\": \"b\", \"s\": 1, \"t\": 2, \"u\": 3}]";
                2],
            "\"m\" = { as = \"table\", split_by = \"k\", key = [\"thing_id\", \"id\"] }",
        ),
        // What is in all elements but for a member, or almost never the same, tells no kinds.
        (&["[{\"type\": \"a\", \"n\": 1, \"m\": 1}, {\"type\": \"b\", \"n\": 1}]"; 2], "\"m\" = \"table\""),
        (&["[{\"type\": \"a\", \"n\": 1}, {\"type\": \"b\", \"o\": 1}]"], "\"m\" = \"table\""),
        (&["{\"a\": 1}"], "# \"m.a\": filled 100 % (1 of 1): integer\n"),
        (&["{\"2026-01-01\": 1, \"2026-01-02\": 2}"], "\"m\" = \"entries\""),
        (&map, "an object has 1 % of the names on average: a row for each\n\"m\" = \"entries\""),
        (
            &["\"2026-01-01\"", "null"],
            "# filled 50 % (1 of 2): text 1, null 1; each is a calendar day\n\"m\" = { type = \"date\" }",
        ),
        (&["\"2026-01-01T10:00:00+01:00\""], "\"m\" = { type = \"timestamp\" }"),
        (&["1700000000"], "# \"m\": filled 100 % (1 of 1): integer; could be epoch seconds"),
        (&["{\"created_at\": 1700000000}"], "\"m.created_at\" = { type = \"timestamp\" }"),
        (
            &["{\"due_date\": 1700000000000}"],
            "in epoch milliseconds\n\"m.due_date\" = { type = \"timestamp\" }",
        ),
        (
            &["{\"type\": \"list\", \"data\": [{\"n\": 1.5}]}"],
            "\"m\" = { as = \"table\", envelope = \"data\" }\n# \"m.n\": filled 100 % (1 of 1): decimal",
        ),
        (&["7", "\"seven\""], "of several kinds: what the column's type cannot hold goes beside it"),
        (&["null"], "never a value, so never a column"),
    ] {
        let documents = with_member(values);
        let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
        let text = suggestion(&documents);
        assert!(text.contains(rule), "{rule}\n\n{text}");
        assert!(text.contains("\nkey = [\"id\"]\n"), "{text}");
        shredded(&suggested(&text), &documents, &text);
    }
}

#[test]
fn what_the_rules_in_force_say_is_left_to_them() {
    let mut profile = Profile::default();
    profile
        .document(br#"{"id": 1, "tags": ["x"], "new": ["y"], "any": {"thing": {"deep": ["z"]}}}"#)
        .unwrap();
    let rules = Rules::parse("[things.paths]\ntags = \"table\"\nany = \"json\"\n", "below").unwrap();
    let text = profile.suggestion_beside("things", &rules.resources["things"]);
    assert!(text.contains("\n\"new\" = \"delimited\""), "{text}");
    assert!(!text.contains("\n\"tags\"") && !text.contains("deep") && !text.contains("key ="), "{text}");
    rules.overlay(Rules::parse(&text, "suggested").expect(&text), "suggested").expect(&text);
}

#[test]
fn a_suggestion_can_be_used_as_it_is_and_loses_nothing() {
    check("suggestions", 400, &generated(1..8), |all| {
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let text = suggestion(&all);
        prop_assert_eq!(&text, &suggestion(&all), "the same documents give the same suggestion");
        let rules = suggested(&text);
        let tables = shredded(&rules, &all, &text);
        let mut back: Vec<String> = documents(&tables, &rules).iter().map(ToString::to_string).collect();
        let mut expected: Vec<String> =
            all.iter().map(|document| normal_of(document, &rules).to_string()).collect();
        back.sort();
        expected.sort();
        prop_assert_eq!(back, expected, "{}", text);
        Ok(())
    });
}

#[test]
fn endless_names_do_not_make_an_endless_profile() {
    let mut profile = Profile::default();
    for part in 0..50 {
        let members = |place| format!("\"name {part} {place}\": {{\"x\": {{\"y\": [{place}]}}}}");
        let document = format!("{{{}}}", (0..500).map(members).collect::<Vec<_>>().join(","));
        profile.document(document.as_bytes()).unwrap();
    }
    let text = profile.suggestion("things");
    assert!(text.contains("more than 1000 names"), "{}", &text[..500]);
    assert!(text.lines().count() < 10_000);
}

#[test]
fn a_text_that_is_no_json_is_refused() {
    Profile::default().document(b"{\"a\": ").unwrap_err();
}
