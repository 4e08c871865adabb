//! A prefix stands before the names of tables and views, and before nothing else.

use super::tables::{documents, memory, shred, shred_onto};
use relatable_model::naming::NAME_BYTES_MAX;
use relatable_model::rules::{ResourceRules, Rules, RulesError};
use relatable_model::schema::Table;
use relatable_model::shred::Shredded;

const PREFIX: &str = "ic_";

/// Names of all origins: given, made of paths at several depths, by kind, of objects and entries; views and references.
const RULES: &str = r#"
[things]
key = ["id"]
[things.views.big_things]
path = "size"
equals = "big"
[things.paths]
"tags" = { as = "table", table = "thing_labels", key = ["thing_id", "tag_id"] }
"tags.id" = { column = "tag_id", references = "tags" }
"place" = "table"
"stock" = "entries"
"parts" = { as = "table", split_by = "type" }
"by" = { references = [{ table = "people", when = "kind", is = ["user"] }] }
"#;
const DOCUMENT: &str = r#"{"id":"1","size":"big","kind":"user","by":"u","tags":[{"id":"t"}],"place":{"city":"Oslo"},
    "stock":{"a":1},"parts":[{"type":"a note","files":[{"name":"f","sizes":[1,2]}]},{"n":2}],"lists":[[1],[2]]}"#;

/// The rules of `things`, with a prefix or without.
fn rules(prefix: &str) -> ResourceRules {
    let rules = Rules::parse(RULES, "test").unwrap().prefixed(&prefix.parse().unwrap()).unwrap();
    rules.resources["things"].clone()
}

/// The tables that documents become.
fn tables(shredded: &Shredded) -> Vec<Table> {
    shredded.tables.iter().map(|made| made.table.clone()).collect()
}

/// A table with the prefix before each name of a table or view.
fn with_prefix(mut table: Table) -> Table {
    let put = |name: &mut String| *name = format!("{PREFIX}{name}");
    put(&mut table.name);
    table.parent.iter_mut().for_each(|parent| put(&mut parent.table));
    table.views.iter_mut().for_each(|view| put(&mut view.name));
    let references = table.columns.iter_mut().flat_map(|column| &mut column.references);
    references.for_each(|reference| put(&mut reference.table));
    table
}

#[test]
fn tables_views_and_references_have_the_prefix_and_columns_are_called_as_without() {
    let (plain, prefixed) = (rules(""), rules(PREFIX));
    let (without, with) = (shred(&plain, &[DOCUMENT]), shred(&prefixed, &[DOCUMENT]));
    let expected: Vec<Table> = tables(&without).into_iter().map(with_prefix).collect();
    assert!(expected.len() > 8 && expected.iter().any(|table| !table.views.is_empty()), "{expected:#?}");
    assert_eq!(tables(&with), expected);
    assert_eq!(documents(&with, &prefixed), documents(&without, &plain));
    // What is remembered goes on, and what comes later is called likewise.
    let more = r#"{"id":"2","new":[{"deep":[1]}],"parts":[{"type":"a call","ends":[1]}]}"#;
    let later =
        |shredded: &Shredded, rules: &ResourceRules| tables(&shred_onto(memory(shredded), rules, &[more]));
    let expected: Vec<Table> = later(&without, &plain).into_iter().map(with_prefix).collect();
    assert_eq!(later(&with, &prefixed), expected);
}

#[test]
fn names_that_have_no_room_behind_the_prefix_stay_apart() {
    let rules = rules("a_rather_long_prefix_of_names_");
    let long = "x".repeat(40);
    let document = format!(r#"{{"id":"1","{long}a":[{{"{long}":[1]}}],"{long}b":[{{"{long}":[1]}}]}}"#);
    let made = tables(&shred(&rules, &[&document]));
    let mut names: Vec<&str> = made.iter().map(|table| table.name.as_str()).collect();
    assert!(
        names.iter().all(|name| name.len() <= NAME_BYTES_MAX && name.starts_with("a_rather_")),
        "{names:?}"
    );
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), made.len());
}

#[test]
fn tables_that_have_another_prefix_are_not_loaded_into() {
    let made = memory(&shred(&rules(PREFIX), &[DOCUMENT]));
    let error = relatable_model::shred::Shredder::new("things", &rules(""), made, None).err().unwrap();
    assert_eq!(error.table, "ic_things");
    assert!(error.to_string().contains("the rules now call `things`"), "{error}");
}

#[test]
fn a_file_says_it_at_its_top_and_says_no_other() {
    let rules = Rules::parse(&format!("table_prefix = \"{PREFIX}\"\n{RULES}"), "mine.toml").unwrap();
    assert_eq!(rules.table_prefix.clone().unwrap().as_str(), PREFIX);
    let lower = Rules::parse("[things]\n[tags]", "lower").unwrap();
    let merged = lower.overlay(rules, "mine.toml").unwrap();
    assert_eq!(merged.table_prefix.unwrap().as_str(), PREFIX);
    let none = Rules::parse("table_prefix = \"\"", "mine.toml").unwrap();
    assert!(none.table_prefix.unwrap().is_empty(), "nothing is a prefix, too");
    assert_eq!(Rules::parse("[things]", "mine.toml").unwrap().table_prefix, None);
    for (text, said) in [
        ("\ntable_prefix = \"Ic-\"", "mine.toml, line 2: `Ic-` cannot stand before the names of tables"),
        ("table_prefix = \"_relatable_x\"", "mine.toml, line 1: `_relatable_x` cannot stand before"),
        ("[things]\ntable_prefix = \"ic_\"", "mine.toml, line 2: the rule for `things.table_prefix` cannot"),
        ("[things]\ntable_prefix = \"Ic\"", "failed to read the rules in mine.toml"),
        ("table_prefix = 1", "failed to read the rules in mine.toml"),
    ] {
        let error = Rules::parse(text, "mine.toml").unwrap_err().to_string();
        assert!(error.starts_with(said), "{error}");
    }
}

#[test]
fn a_name_that_rules_ask_for_and_that_has_no_room_is_refused() {
    let name = "x".repeat(NAME_BYTES_MAX - 2);
    let rules = format!(
        "[things]\nsingular = \"thing\"\n[things.paths]\n\"a\" = {{ as = \"table\", table = \"{name}\" }}"
    );
    let rules = Rules::parse(&rules, "mine.toml").unwrap();
    assert!(rules.clone().prefixed(&"ic".parse().unwrap()).is_ok());
    let error = rules.prefixed(&PREFIX.parse().unwrap()).unwrap_err();
    assert!(matches!(&error, RulesError::PrefixTooLong { .. }), "{error}");
    assert!(error.to_string().contains("has 64 bytes, and a name has 63 at most"), "{error}");
}
