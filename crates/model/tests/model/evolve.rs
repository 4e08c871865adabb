//! What other rules would do to tables that are there.

use super::documents::{LOSSLESS, check, documents as generated};
use super::tables::{memory, rules, shred};
use proptest::prelude::*;
use relatable_model::evolve::{Difference, Evolution, evolution, lost};
use relatable_model::rules::ResourceRules;
use relatable_model::schema::Table;

/// What `after` would do to the tables that `documents` became under `before`.
fn changed(before: &ResourceRules, documents: &[&str], after: &ResourceRules) -> Evolution {
    let shredded = shred(before, documents);
    let tables: Vec<Table> = shredded.tables.iter().map(|shredded| shredded.table.clone()).collect();
    evolution("things", &tables, Some(before), after, memory(&shredded)).expect("rules that can be followed")
}

/// A document with something of everything.
const THING: &str = r#"{"id": "a", "plan": "x", "seats": 5, "avatar": {"url": "u", "kind": "k"}, "free": {"any": 1},
    "tags": [{"id": "t", "name": "n"}], "labels": ["l"]}"#;

/// The rules it was loaded by.
const BEFORE: &str = "key = [\"id\"]\n[things.paths]\nid = { type = \"text\" }\nfree = \"json\"\n";

#[test]
fn every_difference_is_named_once() {
    for (more, expected, is_refused) in [
        ("", &[][..], false),
        (
            "avatar = \"table\"",
            &[
                "+ table thing_avatar  [avatar]",
                "~ column things.avatar_kind  [avatar.kind] moves to thing_avatar.kind",
                "~ column things.avatar_url  [avatar.url] moves to thing_avatar.url",
            ],
            true,
        ),
        (
            "tags = \"json\"",
            &[
                "+ column things.tags  json  [tags]",
                "- table thing_tags  [tags.[]]; it stays and is not written any more",
            ],
            true,
        ),
        (
            "labels = \"delimited\"",
            &[
                "+ column things.labels  text  [labels]",
                "- table thing_labels  [labels.[]]; it stays and is not written any more",
            ],
            true,
        ),
        (
            "labels = \"list\"",
            &[
                "+ column things.labels  list  [labels]",
                "- table thing_labels  [labels.[]]; it stays and is not written any more",
            ],
            true,
        ),
        ("tags = { as = \"table\", table = \"marks\" }", &["~ table thing_tags is called marks"], true),
        (
            "tags = { as = \"table\", key = [\"thing_id\", \"id\"] }\n\"tags.id\" = { type = \"text\" }",
            &["~ table thing_tags has the key thing_id, id, not thing_id, position"],
            true,
        ),
        ("plan = { column = \"tier\" }", &["~ column things.plan  [plan] is called tier"], true),
        ("plan = \"omit\"", &["- column things.plan  [plan]; it stays and is not written any more"], false),
        ("seats = { type = \"decimal\" }", &["~ column things.seats widens from integer to decimal"], true),
        (
            "seats = { type = \"boolean\" }",
            &["~ column things.seats becomes boolean, was integer; what it cannot hold goes beside it"],
            true,
        ),
        ("more = { type = \"date\" }", &["+ column things.more  date  [more]"], false),
        (
            "avatar = { prefix = \"a_\" }",
            &[
                "~ column things.avatar_kind  [avatar.kind] is called a_kind",
                "~ column things.avatar_url  [avatar.url] is called a_url",
            ],
            false,
        ),
    ] {
        let after = rules(&format!("{BEFORE}{more}\n"));
        let Evolution { differences, refusal } = changed(&rules(BEFORE), &[THING], &after);
        let mut told: Vec<String> = differences.iter().map(ToString::to_string).collect();
        told.sort();
        assert_eq!(told, expected, "{more}");
        assert_eq!(refusal.is_some(), is_refused, "{more}: {refusal:?}");
    }
    // Nothing tells what a column of JSON holds.
    let after = rules(&BEFORE.replace("free = \"json\"", ""));
    let Evolution { differences, .. } = changed(&rules(BEFORE), &[THING], &after);
    let told: Vec<String> = differences.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["~ column things.free  [free] is taken apart; documents settle into what"]);
    for in_one_column in ["delimited", "list"] {
        let before = rules(&format!("{BEFORE}labels = \"{in_one_column}\""));
        let after = rules(&format!("{BEFORE}labels = \"table\""));
        let Evolution { differences, .. } = changed(&before, &[THING], &after);
        let told: Vec<String> = differences.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["~ column things.labels  [labels] is taken apart; documents settle into what"]);
    }
}

#[test]
fn a_name_that_another_path_had_first_is_no_difference() {
    // `planName` came in a later load, so that it is the one whose name has an ending.
    let documents = [r#"{"id": "a", "Plan Name": 1, "planName": 2, "plan_name": 3}"#];
    assert_eq!(changed(&rules(BEFORE), &documents, &rules(BEFORE)).differences, []);
}

#[test]
fn rules_that_cannot_be_followed_are_refused() {
    let shredded = shred(&rules(BEFORE), &[THING]);
    let tables: Vec<Table> = shredded.tables.iter().map(|shredded| shredded.table.clone()).collect();
    let after = rules("key = [\"free\"]\n[things.paths]\nfree = \"json\"\n");
    evolution("things", &tables, None, &after, memory(&shredded)).unwrap_err();
}

#[test]
fn the_same_rules_change_nothing() {
    for (name, text) in LOSSLESS {
        let rules = rules(text);
        check(name, 100, &generated(1..5), |documents| {
            let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
            let Evolution { differences, refusal } = changed(&rules, &documents, &rules);
            // A text where the rules want a table may be a list that was joined.
            let told = differences.iter().filter(|found| !matches!(found, Difference::ColumnOpened { .. }));
            let told: Vec<String> = told.map(ToString::to_string).collect();
            prop_assert_eq!(told, Vec::<String>::new());
            prop_assert_eq!(refusal, None);
            Ok(())
        });
    }
}

#[test]
fn a_difference_names_no_column_that_no_document_has() {
    let (document, entries) = (r#"{"id": "a", "m": {"p": 1, "q": true}}"#, "m = \"entries\"\n");
    let told = |before: &str, after: &str| -> Vec<String> {
        let (before, after) = (rules(&format!("{BEFORE}{before}")), rules(&format!("{BEFORE}{after}")));
        let Evolution { differences, .. } = changed(&before, &[document], &after);
        differences.iter().map(ToString::to_string).collect()
    };
    let opened = ["~ table thing_m  [m] is taken apart; documents settle into what"];
    assert_eq!(told(entries, "m = \"flatten\"\n"), opened);
    assert_eq!(told(entries, "m = \"table\"\n"), opened);
    assert_eq!(told(entries, entries), Vec::<String>::new());
}

#[test]
fn a_type_widens_only_where_it_holds_what_was_there() {
    let told = |document: &str| -> Vec<String> {
        let after = rules(&format!("{BEFORE}n = {{ type = \"text\" }}\n"));
        let Evolution { differences, .. } = changed(&rules(BEFORE), &[document], &after);
        differences.iter().map(ToString::to_string).collect()
    };
    assert_eq!(told(r#"{"id": "a", "n": 7}"#), ["~ column things.n widens from integer to text"]);
    let beside = "~ column things.n becomes text, was boolean; what it cannot hold goes beside it";
    assert_eq!(told(r#"{"id": "a", "n": true}"#), [beside]);
}

#[test]
fn what_rules_lose_and_others_keep_is_named() {
    for (before, after, expected) in [
        ("n = { null_if = [\"0\"] }", "n = { column = \"m\" }", &["`n`"][..]),
        ("n = { null_if = [\"0\"] }", "n = { null_if = [\"-\", \"0\"] }", &[]),
        ("n = { null_if = [\"0\"] }", "n = \"omit\"", &[]),
        ("n = { as = \"table\", envelope = \"data\" }", "n = \"json\"", &["`n`"]),
        (
            "n = { as = \"table\", envelope = \"data\" }",
            "n = { as = \"delimited\", envelope = \"data\" }",
            &[],
        ),
        ("n = \"omit\"", "", &["`n`"]),
        ("\"*.n\" = \"omit\"", "\"*.n\" = \"json\"", &["`*.n`"]),
        ("\"*.n\" = \"omit\"", "\"*.n\" = \"omit\"", &[]),
        ("n = { as = \"delimited\", of = \"id\" }", "n = \"table\"", &["`n`"]),
        ("n = { protect = \"hash\" }", "n = { protect = \"mask\" }", &["`n`"]),
        ("n = { synonyms = { a = \"b\" } }", "n = { column = \"m\" }", &["`n`"]),
        ("n = { synonyms = { a = \"b\" } }", "n = { synonyms = { a = \"b\" } }", &[]),
        ("n = { as = \"flatten\", scalar = \"a\" }", "n = \"flatten\"", &[]),
        ("n = { as = \"flatten\", scalar = \"a\" }", "n = { as = \"flatten\", scalar = \"b\" }", &[]),
        ("n = { as = \"table\", names = \"a\" }", "", &[]),
        ("n = { same_as = \"m\" }", "", &["`n`"]),
    ] {
        let (before, after) = (rules(&format!("{BEFORE}{before}\n")), rules(&format!("{BEFORE}{after}\n")));
        assert_eq!(lost(&before, &after), expected, "{before:?}");
    }
}
