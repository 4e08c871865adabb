//! Of the rules that match a path the most specific wins, in whatever order they are written.

use super::tables::{cell, documents, normal_of, rules, shred};
use relatable_model::logical::LogicalType;

/// Columns and their types of the resource's own table.
fn columns(paths: &[&str], document: &str) -> Vec<(String, LogicalType)> {
    let rules = rules(&format!("key = [\"id\"]\n[things.paths]\n{}", paths.join("\n")));
    let shredded = shred(&rules, &[document]);
    let columns = shredded.tables[0].table.columns.iter().filter(|column| !column.path.is_empty());
    columns.filter(|column| column.name != "id").map(|column| (column.name.clone(), column.logical)).collect()
}

#[test]
fn a_wildcard_that_omits_leaves_what_has_a_rule_of_its_own() {
    let document = r#"{"id":1,"company":{"id":"c","name":"n","plan":{"name":"p"}}}"#;
    let text = LogicalType::Text;
    for (paths, expected) in [
        (vec!["\"company.*\" = \"omit\""], vec![]),
        (
            vec!["\"company.*\" = \"omit\"", "\"company.id\" = { type = \"text\" }"],
            vec![("company_id", text)],
        ),
        (
            vec!["\"company.*\" = \"omit\"", "\"company.id\" = { as = \"flatten\", column = \"firm\" }"],
            vec![("firm", text)],
        ),
        (
            vec!["\"company.*\" = \"omit\"", "\"company.plan\" = \"json\""],
            vec![("company_plan", LogicalType::Json)],
        ),
        (
            vec!["\"company.*\" = \"json\"", "\"company.name\" = \"omit\""],
            vec![("company_id", LogicalType::Json), ("company_plan", LogicalType::Json)],
        ),
        (
            vec!["\"*.*\" = \"omit\"", "\"company.*\" = { as = \"flatten\" }", "\"*.name\" = \"json\""],
            vec![("company_id", text), ("company_name", text), ("company_plan_name", text)],
        ),
        (
            vec![
                "\"*.id\" = { type = \"json\" }",
                "\"company.id\" = { description = \"d\" }",
                "\"company.*\" = \"omit\"",
            ],
            vec![("company_id", LogicalType::Json)],
        ),
        (
            vec!["\"*\" = { type = \"text\" }", "\"company.*.*\" = { type = \"json\" }"],
            vec![("company_id", text), ("company_name", text), ("company_plan_name", LogicalType::Json)],
        ),
    ] {
        let mut expected: Vec<(String, LogicalType)> =
            expected.into_iter().map(|(name, logical)| (name.to_owned(), logical)).collect();
        expected.sort();
        for turned in permutations(&paths) {
            let mut found = columns(&turned, document);
            // A text column for the object itself, should it be a scalar once, is not what this is about.
            found.retain(|(name, _)| name != "company");
            found.sort();
            assert_eq!(found, expected, "{turned:?}");
        }
    }
}

/// Every order of a few lines.
fn permutations<'a>(lines: &[&'a str]) -> Vec<Vec<&'a str>> {
    if lines.len() < 2 {
        return vec![lines.to_vec()];
    }
    let with_first = |first: usize| {
        let rest: Vec<&str> =
            (0..lines.len()).filter(|&line| line != first).map(|line| lines[line]).collect();
        permutations(&rest).into_iter().map(move |rest| [vec![lines[first]], rest].concat())
    };
    (0..lines.len()).flat_map(with_first).collect()
}

#[test]
fn the_properties_of_all_that_match_are_merged_the_specific_over_the_general() {
    let paths = [
        "\"*.size\" = { type = \"text\", null_if = [\"0\"] }",
        "\"box.*\" = { type = \"integer\", description = \"in the box\" }",
        "\"box.size\" = { column = \"extent\" }",
        "\"*.*\" = { null_if = [\"1\"] }",
    ];
    for turned in permutations(&paths) {
        let rules = rules(&format!("[things.paths]\n{}", turned.join("\n")));
        let shredded = shred(&rules, &[r#"{"box":{"size":0,"other":1,"more":0}}"#, r#"{"box":{"size":1}}"#]);
        let root = &shredded.tables[0];
        let extent = root.table.column("extent").unwrap();
        assert_eq!(extent.description, "in the box", "{turned:?}");
        let cells = |name: &str| [0, 1].map(|row| cell(&root.rows, name, row));
        assert_eq!(cells("extent"), ["∅", "1"], "{turned:?}");
        assert_eq!(cells("box_more"), ["0", "∅"], "{turned:?}");
        assert_eq!(cells("box_other"), ["∅", "∅"], "{turned:?}");
    }
}

#[test]
fn wildcards_reach_into_lists_and_names_that_are_a_star_are_members() {
    let rules = rules(
        "key = [\"id\"]\n[things.paths]\nid = { type = \"text\" }\n\"list.*\" = \"json\"\n\"list.id\" = { type = \"text\" }\n\
         '\\*' = { type = \"text\" }\n'map.\\*' = \"omit\"",
    );
    let document = r#"{"id":1,"list":[{"id":7,"a":{"b":[1]}}],"*":5,"other":5,"map":{"*":1,"b":2}}"#;
    let shredded = shred(&rules, &[document]);
    let logical = |table: usize, path: &str| {
        let columns = &shredded.tables[table].table.columns;
        columns.iter().find(|column| column.path == path).map(|column| column.logical)
    };
    assert_eq!(logical(0, "\\*"), Some(LogicalType::Text));
    assert_eq!(logical(0, "other"), Some(LogicalType::Integer));
    assert_eq!((logical(0, "map.\\*"), logical(0, "map.b")), (None, Some(LogicalType::Integer)));
    assert_eq!(
        (logical(1, "list.id"), logical(1, "list.a")),
        (Some(LogicalType::Text), Some(LogicalType::Json))
    );
    assert_eq!(documents(&shredded, &rules), [normal_of(document, &rules)]);
}
