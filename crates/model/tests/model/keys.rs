//! What identifies a record: its key, however it is written, or its content.

use super::tables::{memory, rows, rules, shred, shred_onto};
use relatable_model::logical::LogicalType;
use relatable_model::plan::Memory;
use relatable_model::shred::{Context, Shredder};

#[test]
fn a_document_without_a_key_is_known_by_its_content() {
    let plain = rules("");
    let documents = [r#"{"a":1}"#, r#"{"a":2}"#, " {\"a\":1}\n"];
    let keys = |documents: &[&str]| rows(&shred(&plain, documents).tables[0].rows, &["_id"]);
    let first = keys(&documents);
    assert_eq!(first[0].len(), 32, "{first:?}");
    assert_ne!(first[0], first[1]);
    assert_eq!(
        first[2],
        format!("{}-2", first[0]),
        "one that comes again is another record, with a key it keeps"
    );
    assert_eq!(keys(&documents), first, "the same documents have the same keys");
    let turned: Vec<String> = keys(&[documents[1], documents[2], documents[0]]);
    assert_eq!(turned, [first[1].clone(), first[0].clone(), first[2].clone()], "in any order");
    let shredded = shred(&plain, &[r#"{"a":[{"b":1}]}"#]);
    let child = &shredded.tables[1];
    let key = rows(&shredded.tables[0].rows, &["_id"]);
    assert_eq!(child.table.key, ["thing_id", "position"]);
    assert_eq!(rows(&child.rows, &["thing_id", "position", "b"]), [format!("{}|0|1", key[0])]);
    let again = shred_onto(memory(&shredded), &plain, &[r#"{"a":[{"b":1}]}"#]);
    assert_eq!(rows(&again.tables[0].rows, &["_id"]), key);
}

#[test]
fn the_same_record_twice_is_one_row_however_its_key_is_written() {
    for (key_type, ids, expected, logical) in [
        ("{ type = \"text\" }", vec!["1", "\"1\"", "1.0", "10e-1"], vec!["1"], LogicalType::Text),
        ("{ type = \"text\" }", vec!["1", "\"01\"", "\"1.0\""], vec!["1", "01", "1.0"], LogicalType::Text),
        ("{ type = \"integer\" }", vec!["1", "1.0", "2", "1e0"], vec!["2", "1"], LogicalType::Integer),
        (
            "{ type = \"timestamp\" }",
            vec!["1700000000", "1700000000000"],
            vec!["2023-11-14T22:13:20Z"],
            LogicalType::Timestamp,
        ),
        ("{}", vec!["1", "\"1\"", "1.0"], vec!["1"], LogicalType::Text),
        ("{}", vec!["1", "1.0", "1e0"], vec!["1"], LogicalType::Integer),
        ("{}", vec!["\"a\"", "1", "\"a\""], vec!["1", "a"], LogicalType::Text),
        ("{}", vec!["1.5", "1.50", "true", "\"true\""], vec!["1.5", "true"], LogicalType::Text),
        (
            "{}",
            vec!["123456789012345678901234567890", "1"],
            vec!["123456789012345678901234567890", "1"],
            LogicalType::Text,
        ),
    ] {
        let rules = rules(&format!("key = [\"id\"]\n[things.paths]\nid = {key_type}"));
        let documents: Vec<String> =
            ids.iter().enumerate().map(|(place, id)| format!("{{\"id\":{id},\"nr\":{place}}}")).collect();
        let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
        let shredded = shred(&rules, &documents);
        let root = &shredded.tables[0];
        assert_eq!(rows(&root.rows, &["id"]), expected, "{ids:?}");
        assert_eq!(root.table.column("id").unwrap().logical, logical, "{ids:?}");
        let last = (ids.len() - 1).to_string();
        assert_eq!(rows(&root.rows, &["nr"]).last(), Some(&last), "the last document makes the row: {ids:?}");
    }
}

#[test]
fn a_key_of_several_paths_is_the_same_only_where_all_parts_are() {
    let rules = rules("key = [\"a\", \"b.c\"]");
    let documents = [
        r#"{"a":1,"b":{"c":"x"},"n":1}"#,
        r#"{"a":1,"b":{"c":"y"},"n":2}"#,
        r#"{"b":{"c":"x"},"a":1,"n":3}"#,
    ];
    let shredded = shred(&rules, &documents);
    assert_eq!(shredded.tables[0].table.key, ["a", "b_c"]);
    assert_eq!(rows(&shredded.tables[0].rows, &["a", "b_c", "n"]), ["1|y|2", "1|x|3"]);
}

#[test]
fn a_document_whose_key_is_missing_or_is_no_value_of_its_column_is_refused_and_the_others_stay() {
    let rules = rules("key = [\"id\"]\n[things.paths]\nid = { type = \"integer\", null_if = [\"0\"] }");
    let mut shredder = Shredder::new("things", &rules, Memory::default(), None).unwrap();
    shredder.document(br#"{"id":1,"list":[1]}"#, Context::default()).unwrap();
    let missing = "the document has no `id`, which identifies it";
    let misfit = "the document's `id`, which identifies it, is no integer value";
    for (document, expected) in [
        (r#"{"list":[2]}"#, missing),
        (r#"{"id":null,"list":[2]}"#, missing),
        (r#"{"id":"x","list":[2]}"#, misfit),
        (r#"{"id":{"a":1},"list":[2]}"#, missing),
        (r#"{"id":[1],"list":[2]}"#, missing),
        (r#"{"id":0,"list":[2]}"#, missing),
        (r#"{"id":99999999999999999999,"list":[2]}"#, misfit),
    ] {
        let message = shredder.document(document.as_bytes(), Context::default()).unwrap_err().to_string();
        assert_eq!(message, expected, "{document}");
    }
    shredder.document(br#"{"id":3,"list":[3]}"#, Context::default()).unwrap();
    let shredded = shredder.finish().unwrap();
    assert_eq!(rows(&shredded.tables[0].rows, &["id"]), ["1", "3"]);
    assert_eq!(rows(&shredded.tables[1].rows, &["thing_id", "value"]), ["1|1", "3|3"]);
    assert_eq!(shredded.tables.len(), 2);
    assert!(
        shredded.tables[0].table.columns.iter().all(|column| !column.name.starts_with("id_")),
        "nothing is left of them"
    );
    assert_eq!(shredded.issues, []);
}

#[test]
fn an_element_without_a_key_or_with_that_of_another_is_told_and_left_out() {
    let rules = rules(
        "key = [\"id\"]\n[things.paths]\nid = { type = \"text\" }\n\
         tags = { as = \"table\", key = [\"thing_id\", \"id\"] }\n\"tags.id\" = { type = \"text\" }",
    );
    let shredded =
        shred(&rules, &[r#"{"id":"r","tags":[{"id":1,"n":1},{"n":2},{"id":"1","n":3},{"id":2,"n":4}]}"#]);
    let tags = &shredded.tables[1];
    assert_eq!(rows(&tags.rows, &["thing_id", "id", "n"]), ["r|1|3", "r|2|4"]);
    let told: Vec<(&str, &str, &str)> = shredded
        .issues
        .iter()
        .map(|issue| (issue.kind.as_str(), issue.path.as_str(), issue.record.as_str()))
        .collect();
    assert_eq!(told, [("element_without_key", "tags", "r"), ("element_repeated", "tags", "r")]);
}

#[test]
fn an_element_that_two_records_have_is_the_later_ones_and_the_earlier_is_told() {
    let rules = rules(
        "key = [\"id\"]\n[things.paths]\nid = { type = \"text\" }\nparts = { as = \"table\", key = [\"id\"] }\n\
         \"parts.id\" = { type = \"text\" }",
    );
    let documents = [
        r#"{"id":"a","parts":[{"id":"1"},{"id":"2"}]}"#,
        r#"{"id":"b","parts":[{"id":"2"}]}"#,
        // The same record again is no other: its own list takes the place of the one before.
        r#"{"id":"b","parts":[{"id":"2"},{"id":"3"}]}"#,
    ];
    let shredded = super::tables::shred(&rules, &documents);
    assert_eq!(rows(&shredded.tables[1].rows, &["thing_id", "id"]), ["a|1", "b|2", "b|3"]);
    let told: Vec<(&str, &str, &str)> = (shredded.issues.iter())
        .map(|issue| (issue.kind.as_str(), issue.path.as_str(), issue.record.as_str()))
        .collect();
    assert_eq!(told, [("element_taken", "parts", "a")]);
}
