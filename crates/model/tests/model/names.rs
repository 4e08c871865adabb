//! A name once given stays, whatever comes later.

use super::tables::{documents, memory, normal_of, rules, shred, shred_onto};
use relatable_model::naming::NAME_BYTES_MAX;
use relatable_model::plan::Memory;
use relatable_model::rules::ResourceRules;
use relatable_model::schema::ColumnRole;
use relatable_model::shred::Shredded;
use std::collections::{BTreeMap, HashSet};

/// The names of a load's tables and columns, by what they hold.
fn names(shredded: &Shredded) -> BTreeMap<(String, String, ColumnRoleName), String> {
    let mut names = BTreeMap::new();
    for table in &shredded.tables {
        let table = &table.table;
        names.insert((table.path.clone(), String::new(), "table"), table.name.clone());
        for column in table.columns.iter().filter(|column| !column.path.is_empty()) {
            names.insert((table.path.clone(), column.path.clone(), column.role.name()), column.name.clone());
        }
        let distinct: HashSet<String> =
            table.columns.iter().map(|column| column.name.to_lowercase()).collect();
        assert_eq!(distinct.len(), table.columns.len(), "{:?}", table.columns);
        assert!(table.columns.iter().all(|column| column.name.len() <= NAME_BYTES_MAX));
    }
    names
}

/// The word for a column's role.
type ColumnRoleName = &'static str;

/// Loads documents one after the other, each over what is remembered of all before.
fn loads(rules: &ResourceRules, documents: &[&str]) -> Vec<Shredded> {
    let mut remembered = Memory::default();
    let mut loads = Vec::new();
    for document in documents {
        let shredded = shred_onto(remembered, rules, &[document]);
        remembered = memory(&shredded);
        loads.push(shredded);
    }
    loads
}

#[test]
fn names_given_in_the_first_load_stay_when_colliding_ones_come() {
    let long = "x".repeat(100);
    let long_document = format!(r#"{{"id":1,"{long}":1}}"#);
    let longer_document = format!(r#"{{"id":1,"{long}y":1,"{long}":2}}"#);
    for (first, second, path, name) in [
        (
            r#"{"id":1,"Plan Name":"a"}"#,
            r#"{"id":1,"plan_name":"b","Plan Name":"c","PLAN-NAME":"d"}"#,
            "Plan Name",
            "plan_name",
        ),
        (r#"{"id":1,"a":{"b":1}}"#, r#"{"id":1,"a_b":2,"a":{"b":3}}"#, "a.b", "a_b"),
        (r#"{"id":1,"z":1}"#, r#"{"id":1,"Z":2,"z":1}"#, "z", "z"),
        (r#"{"id":1,"v":1}"#, r#"{"id":1,"v":"x","v__text":"y"}"#, "v", "v"),
        (r#"{"id":1,"v__text":"y","v":1}"#, r#"{"id":1,"v":"x","v__text":"y"}"#, "v__text", "v_text"),
        (r#"{"id":1,"🎉":1}"#, r#"{"id":1,"":2,"field":3,"🎉":1}"#, "🎉", "field"),
        (long_document.as_str(), longer_document.as_str(), long.as_str(), ""),
    ] {
        let rules = rules("key = [\"id\"]");
        let loads = loads(&rules, &[first, second, first, second]);
        let given = names(&loads[0]);
        assert!(name.is_empty() || given[&(String::new(), path.to_owned(), "value")] == name, "{given:?}");
        let later = names(&loads[1]);
        for (place, name) in &given {
            assert_eq!(later.get(place), Some(name), "{first} then {second}");
        }
        assert_eq!(names(&loads[2]), later);
        assert_eq!(names(&loads[3]), later);
        assert_eq!(documents(&loads[3], &rules), [normal_of(second, &rules)]);
    }
}

#[test]
fn of_colliding_names_in_one_load_each_path_has_the_same_in_any_order() {
    let documents = [r#"{"id":1,"plan_name":1}"#, r#"{"id":2,"Plan Name":2}"#, r#"{"id":3,"planName":3}"#];
    let rules = rules("key = [\"id\"]");
    let expected = names(&shred(&rules, &documents));
    for turned in [[2, 1, 0], [1, 0, 2], [0, 2, 1]] {
        assert_eq!(names(&shred(&rules, &turned.map(|place| documents[place]))), expected);
    }
}

#[test]
fn tables_keep_their_names_when_a_rule_or_another_list_would_give_it_away() {
    let automatic = rules("key = [\"id\"]");
    let loads =
        loads(&automatic, &[r#"{"id":1,"a_b":[1]}"#, r#"{"id":1,"a":{"b":[2]},"a_b":[3],"A b":[4]}"#]);
    let (first, second) = (names(&loads[0]), names(&loads[1]));
    let table = |path: &str| (path.to_owned(), String::new(), "table");
    assert_eq!(first[&table("a_b.[]")], "thing_a_b");
    assert_eq!(second[&table("a_b.[]")], "thing_a_b");
    let distinct: HashSet<&String> =
        ["a_b.[]", "a.b.[]", "A b.[]"].iter().map(|path| &second[&table(path)]).collect();
    assert_eq!(distinct.len(), 3, "{distinct:?}");
    let renamed = shred_onto(
        memory(&loads[0]),
        &rules("key = [\"id\"]\nsingular = \"item\""),
        &[r#"{"id":1,"a_b":[1],"c":[1]}"#],
    );
    let renamed = names(&renamed);
    assert_eq!(renamed[&table("a_b.[]")], "thing_a_b", "what is there keeps its name");
    assert_eq!(renamed[&table("c.[]")], "item_c", "what is new follows the rule");
}

#[test]
fn a_variant_is_named_after_its_column_and_keeps_its_name() {
    let rules = rules("key = [\"id\"]\n[things.paths]\nv = { type = \"integer\", column = \"amount\" }");
    let loads = loads(&rules, &[r#"{"id":1,"v":"x"}"#, r#"{"id":1,"amount__text":"y","v":true}"#]);
    let role = |load: &Shredded, wanted: ColumnRole| {
        let columns = load.tables[0].table.columns.iter();
        columns
            .clone()
            .find(|column| column.path == "v" && column.role == wanted)
            .map(|column| column.name.clone())
    };
    for load in &loads {
        assert_eq!(role(load, ColumnRole::Value).as_deref(), Some("amount"));
        assert_eq!(role(load, ColumnRole::VariantText).as_deref(), Some("amount__text"));
    }
    assert_eq!(role(&loads[1], ColumnRole::VariantJson).as_deref(), Some("amount__json"));
}
