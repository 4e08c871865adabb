//! Tables that have no room for a column of each path: the values that have none are members of one JSON object.

use super::tables::{documents, memory, normal_of, rows, rules, shred_onto};
use relatable_model::evolve::{evolution, unchanged};
use relatable_model::plan::Memory;
use relatable_model::rules::ResourceRules;
use relatable_model::schema::{ColumnRole, Table};
use relatable_model::shred::{Shredded, Shredder};
use relatable_model::width::Width;

/// What is remembered, in a destination whose tables have room for so many columns.
fn limited(mut memory: Memory, columns: usize) -> Memory {
    memory.limit(&Width { columns, ..Width::UNLIMITED });
    memory
}

/// A first load into tables with room for so many columns.
fn load(rules: &ResourceRules, columns: usize, documents: &[&str]) -> Shredded {
    shred_onto(limited(Memory::default(), columns), rules, documents)
}

/// Names of the columns with values of documents.
fn values(table: &Table) -> Vec<&str> {
    let values = table.columns.iter().filter(|column| {
        matches!(column.role, ColumnRole::Value | ColumnRole::VariantText | ColumnRole::VariantJson)
    });
    values.map(|column| column.name.as_str()).collect()
}

const KEYED: &str = "key = [\"id\"]\n[things.paths]\n\"id\" = { type = \"text\" }";

#[test]
fn what_exceeds_stands_under_its_path_as_the_document_had_it() {
    let rules = rules(KEYED);
    let document =
        r#"{"id":"1","a":1,"b":1.50,"c":{"d.e":"x\"y","f":true},"g":null,"h":12345678901234567890123}"#;
    // Room for the key, `a`, the object for the rest, and two moments.
    let shredded = load(&rules, 5, &[document]);
    let root = &shredded.tables[0];
    assert_eq!(values(&root.table), ["id", "a"]);
    assert_eq!(root.table.more, ["b", "c.d\\.e", "c.f", "h"]);
    let more = r#"{"b":1.50,"c.d\\.e":"x\"y","c.f":true,"h":12345678901234567890123}"#;
    assert_eq!(rows(&root.rows, &["id", "a", "_more"]), [format!("1|1|{more}")]);
    assert_eq!(documents(&shredded, &rules), [normal_of(document, &rules)]);
}

#[test]
fn at_the_limit_nothing_is_moved_and_one_past_it_the_last_path_is() {
    let rules = rules(KEYED);
    for (columns, expected, more) in
        [(8, vec!["id", "a", "b", "c", "d"], vec![]), (7, vec!["id", "a", "b", "c"], vec!["d"])]
    {
        let shredded = load(&rules, columns, &[r#"{"id":"1","d":4,"c":3,"b":2,"a":1}"#]);
        let table = &shredded.tables[0].table;
        assert_eq!(
            (values(table), table.more.iter().map(String::as_str).collect()),
            (expected, more),
            "{columns}"
        );
    }
}

#[test]
fn a_path_stays_where_it_is_whatever_comes_later() {
    let rules = rules(KEYED);
    let first = load(&rules, 5, &[r#"{"id":"1","a":1,"b":2}"#]);
    assert_eq!(first.tables[0].table.more, ["b"]);
    // Other limits, another type, a path that sorts before those there, and values beside a typed column.
    for (columns, later, kept, more, cells) in [
        (100, r#"{"id":"2","a":3,"b":"text"}"#, vec!["id", "a"], vec!["b"], "2|3|{\"b\":\"text\"}"),
        (100, r#"{"id":"2","B":3,"b":{"c":1}}"#, vec!["id", "a", "B", "b.c"], vec!["b"], "2|∅|∅"),
        (5, r#"{"id":"2","B":3,"a":4}"#, vec!["id", "a"], vec!["B", "b"], "2|4|{\"B\":3}"),
        (5, r#"{"id":"2","a":"x"}"#, vec!["id", "a"], vec!["a", "b"], "2|∅|{\"a\":\"x\"}"),
        (0, r#"{"id":"2","a":5}"#, vec!["id", "a"], vec!["b"], "2|5|∅"),
    ] {
        let shredded = shred_onto(limited(memory(&first), columns), &rules, &[later]);
        let root = &shredded.tables[0];
        let paths: Vec<&str> = kept
            .iter()
            .filter(|path| root.table.columns.iter().any(|column| column.path == **path))
            .copied()
            .collect();
        assert_eq!(paths, kept, "{later}");
        assert_eq!(root.table.more, more, "{later}");
        assert_eq!(rows(&root.rows, &["id", "a", "_more"]), [cells], "{later}");
        assert_eq!(documents(&shredded, &rules), [normal_of(later, &rules)], "{later}");
    }
}

#[test]
fn what_rules_ask_for_has_its_place_whatever_the_limit() {
    let text = "key = [\"id\"]\nviews.big = { path = \"size\", equals = \"big\" }\n[things.paths]\n\
                \"z\" = { type = \"integer\" }\n\"y\" = { column = \"why\" }\n\"x\" = { as = \"json\" }\n\
                \"to\" = { references = [{ table = \"others\", when = \"kind\", is = [\"o\"] }] }\n\
                \"parts\" = { as = \"table\", key = [\"thing_id\", \"number\"] }";
    let rules = rules(text);
    let document = r#"{"id":"1","a":1,"b":2,"kind":"o","size":"big","to":"9","x":{"q":1},"y":2,"z":3,
        "parts":[{"number":1,"free":true},{"number":2}]}"#;
    let shredded = load(&rules, 0, &[document]);
    let [root, parts] = &shredded.tables[..] else { panic!("two tables") };
    assert_eq!(values(&root.table), ["id", "z", "why", "x", "to", "kind", "size"]);
    assert_eq!(root.table.more, ["a", "b"]);
    assert_eq!(
        (values(&parts.table), &parts.table.more[..]),
        (vec!["number"], &["parts.free".to_owned()][..])
    );
    assert_eq!(root.table.views.len(), 1);
    assert_eq!(documents(&shredded, &rules), [normal_of(document, &rules)]);
}

#[test]
fn types_that_are_merely_defined_make_way_and_values_are_kept_as_they_came() {
    let mut rules = rules(
        "key = [\"id\"]\n[things.paths]\n\"id\" = { type = \"text\" }\n\"z\" = { type = \"integer\" }\n\
                       \"when\" = { type = \"timestamp\" }\n\"who\" = { type = \"text\" }",
    );
    for path in ["when", "who"] {
        rules.paths[path].yields = true;
    }
    let document = r#"{"id":"1","a":1,"when":1700000000,"who":7,"z":3}"#;
    let shredded = load(&rules, 5, &[document]);
    let root = &shredded.tables[0];
    assert_eq!((values(&root.table), root.table.more.join(" ")), (vec!["id", "z"], "a when who".to_owned()));
    assert_eq!(rows(&root.rows, &["_more"]), [r#"{"a":1,"when":1700000000,"who":7}"#]);
    assert_eq!(documents(&shredded, &rules), [normal_of(document, &rules)]);
    // They are remembered without any document, and the first that fits has its place.
    let declared = load(&rules, 6, &[]);
    assert_eq!(declared.tables[0].table.more, ["who"]);
    assert_eq!(values(&declared.tables[0].table), ["id", "z", "when"]);
}

#[test]
fn a_rule_that_wants_a_column_of_what_has_none_is_refused_until_tables_are_made_anew() {
    let first = load(&rules(KEYED), 4, &[r#"{"id":"1","a":1,"b":{"c":2}}"#]);
    assert_eq!(first.tables[0].table.more, ["a", "b.c"]);
    for (path, rule, is_refused) in [
        ("a", "{ type = \"integer\" }", true),
        ("a", "{ column = \"other\" }", true),
        ("a", "\"json\"", true),
        ("b", "\"json\"", true),
        ("b", "\"table\"", true),
        ("a", "{ description = \"What it is\" }", false),
        ("a", "\"omit\"", false),
    ] {
        let rules = rules(&format!("{KEYED}\n\"{path}\" = {rule}"));
        let outcome = Shredder::new("things", &rules, memory(&first), None).map(|_| ());
        match outcome {
            Ok(()) => assert!(!is_refused, "{path} {rule}"),
            Err(error) => {
                let told = error.to_string();
                assert!(
                    is_refused && told.contains("_more") && told.contains("remodel"),
                    "{path} {rule}: {told}"
                );
            }
        }
    }
}

#[test]
fn other_rules_show_what_they_would_do_to_what_has_no_column() {
    let before = rules(KEYED);
    let first = load(&before, 4, &[r#"{"id":"1","a":1,"b":{"c":2}}"#]);
    let tables: Vec<Table> = first.tables.iter().map(|shredded| shredded.table.clone()).collect();
    for (added, expected) in [
        ("", vec![]),
        ("\"a\" = { description = \"What it is\" }", vec![]),
        ("\"a\" = { type = \"integer\" }", vec!["things._more"]),
        ("\"a\" = \"omit\"", vec!["things._more"]),
        ("\"b\" = { as = \"table\", table = \"bs\" }", vec!["things._more", "table bs"]),
    ] {
        let after = rules(&format!("{KEYED}\n{added}"));
        let evolution = evolution("things", &tables, Some(&before), &after, memory(&first)).expect(added);
        let told: Vec<String> = evolution.differences.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), expected.len(), "{added}: {told:?}");
        assert!(told.iter().zip(&expected).all(|(told, part)| told.contains(part)), "{added}: {told:?}");
        // Tables made anew have room for what fits.
        let kept = unchanged(&tables, &evolution.differences);
        assert!(!kept.knows("a") && !kept.knows("b.c"), "{added}");
    }
}
