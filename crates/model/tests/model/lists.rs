//! What a load says of a list: there in full it replaces, cut it adds, absent it says nothing.

use super::tables::{memory, rows, rules, shred_onto};
use relatable_model::plan::Memory;
use relatable_model::rules::ResourceRules;
use relatable_model::shred::{Context, DocumentError, Shredded, Shredder};

/// Things with tags, parts and the parts' files.
fn listed() -> ResourceRules {
    rules(
        "key = [\"id\"]\nunwrap_envelopes = true\n[things.paths]\nid = { type = \"text\" }\n\
         tags = { as = \"table\", table = \"thing_tags\", envelope = \"data\", key = [\"thing_id\", \"tag_id\"] }\n\
         \"tags.id\" = { column = \"tag_id\", type = \"text\" }\n\
         parts = { as = \"table\", table = \"parts\", envelope = \"data\", key = [\"id\"] }\n\"parts.id\" = { type = \"text\" }\n\
         \"parts.files\" = { as = \"table\", table = \"files\", envelope = \"data\", key = [\"part_id\", \"id\"] }\n\
         \"parts.files.id\" = { type = \"text\" }\n\"inner.names\" = { as = \"table\", envelope = \"data\" }\n\
         one = { as = \"table\" }",
    )
}

/// The rows and the replaced scopes of a table, as text: `rows / scopes`.
fn of_table(shredded: &Shredded, name: &str) -> String {
    let Some(table) = shredded.tables.iter().find(|table| table.table.name == name) else {
        return "no table".to_owned();
    };
    let columns: Vec<&str> = table.table.columns.iter().map(|column| column.name.as_str()).collect();
    let columns: Vec<&str> = columns.into_iter().filter(|name| !name.starts_with('_')).collect();
    let scopes = table.replaced.iter().flat_map(|scope| {
        let names: Vec<&str> = scope.columns.iter().map(String::as_str).collect();
        rows(&scope.keys, &names)
    });
    format!("{} / {}", rows(&table.rows, &columns).join(" "), scopes.collect::<Vec<_>>().join(" "))
}

/// Shreds documents of things.
fn shred(documents: &[&str]) -> Shredded {
    super::tables::shred(&listed(), documents)
}

#[test]
fn a_list_replaces_only_where_it_is_there_in_full() {
    for (list, expected) in [
        (r#""other":1"#, " / "),
        (r#""tags":null"#, " / 1"),
        (r#""tags":[]"#, " / 1"),
        (r#""tags":{"data":[]}"#, " / 1"),
        (r#""tags":{"data":null}"#, " / 1"),
        (r#""tags":{}"#, " / "),
        (r#""tags":{"type":"list","url":"/x"}"#, " / "),
        (r#""tags":[{"id":1},{"id":2}]"#, "1|1 1|2 / 1"),
        (r#""tags":{"data":[{"id":1}],"has_more":false,"total_count":1}"#, "1|1 / 1"),
        (r#""tags":{"total_count":1,"has_more":false,"data":[{"id":1}]}"#, "1|1 / 1"),
        (r#""tags":{"data":[{"id":1}],"has_more":true}"#, "1|1 / "),
        (r#""tags":{"has_more":true,"data":[]}"#, " / "),
        (r#""tags":{"data":[{"id":1}],"total_count":2}"#, "1|1 / "),
        (r#""tags":{"data":[{"id":1}],"has_more":false,"total_count":2}"#, "1|1 / "),
    ] {
        let shredded = shred(&[&format!("{{\"id\":1,{list}}}")]);
        assert_eq!(of_table(&shredded, "thing_tags"), expected, "{list}");
    }
}

#[test]
fn what_hangs_below_a_cut_list_is_replaced_by_element() {
    let parts = |cut: bool| {
        format!(
            r#"{{"id":1,"parts":{{"has_more":{cut},"data":[{{"id":"p","files":[{{"id":"f"}}]}},{{"id":"q"}},
            {{"id":"r","files":{{"data":[{{"id":"g"}}],"has_more":true}}}},{{"id":"s","files":[]}}]}}}}"#
        )
    };
    let cut = shred(&[&parts(true)]);
    assert_eq!(of_table(&cut, "parts"), "1|p 1|q 1|r 1|s / ");
    assert_eq!(
        of_table(&cut, "files"),
        "1|p|f 1|r|g / 1|p 1|s",
        "files of p and s are known in full, of q and r not"
    );
    let whole = shred(&[&parts(false)]);
    assert_eq!(of_table(&whole, "parts"), "1|p 1|q 1|r 1|s / 1");
    assert_eq!(
        of_table(&whole, "files"),
        "1|p|f 1|r|g / 1|p 1|s",
        "a cut list on the way keeps the record's other files"
    );
    let uncut = shred(&[r#"{"id":1,"parts":[{"id":"p","files":[{"id":"f"}]},{"id":"q"}]}"#]);
    assert_eq!(of_table(&uncut, "files"), "1|p|f / 1");
}

#[test]
fn of_a_record_that_comes_twice_the_last_row_counts_and_its_lists_as_far_as_they_are_told() {
    let first = r#"{"id":1,"name":"old","tags":[{"id":1},{"id":2}]}"#;
    for (second, expected) in [
        (r#"{"id":1,"name":"new"}"#, "1|1 1|2 / 1"),
        (r#"{"id":1,"name":"new","tags":{"data":[{"id":3}],"has_more":true}}"#, "1|1 1|2 1|3 / 1"),
        (r#"{"id":1,"name":"new","tags":{"data":[{"id":2}],"has_more":true}}"#, "1|1 1|2 / 1"),
        (r#"{"id":1,"name":"new","tags":[{"id":3}]}"#, "1|3 / 1"),
        (r#"{"id":1,"name":"new","tags":[]}"#, " / 1"),
        (r#"{"id":1,"name":"new","tags":null}"#, " / 1"),
    ] {
        let shredded = shred(&[first, r#"{"id":2,"name":"other"}"#, second]);
        assert_eq!(rows(&shredded.tables[0].rows, &["id", "name"]), ["2|other", "1|new"], "{second}");
        assert_eq!(of_table(&shredded, "thing_tags"), expected, "{second}");
    }
}

#[test]
fn what_had_rows_and_is_something_else_now_has_none() {
    let first = r#"{"id":1,"tags":[{"id":1}],"inner":{"names":["a"]},"one":{"a":1}}"#;
    let remembered = memory(&shred(&[first]));
    for (document, table, expected) in [
        (r#"{"id":1,"tags":"none"}"#, "thing_tags", " / 1"),
        (r#"{"id":1,"tags":true}"#, "thing_tags", " / 1"),
        (r#"{"id":1,"inner":{"names":["b"]}}"#, "thing_inner_names", "1|0|b / 1"),
        (r#"{"id":1,"inner":{}}"#, "thing_inner_names", " / "),
        (r#"{"id":1,"inner":null}"#, "thing_inner_names", " / 1"),
        (r#"{"id":1,"inner":7}"#, "thing_inner_names", " / 1"),
        (r#"{"id":1,"inner":["x"]}"#, "thing_inner_names", " / 1"),
        (r#"{"id":1,"one":{"a":2}}"#, "thing_one", "1|2 / 1"),
        (r#"{"id":1,"one":null}"#, "thing_one", " / 1"),
        (r#"{"id":1,"one":"x"}"#, "thing_one", " / 1"),
        (r#"{"id":1,"one":[{"a":1}]}"#, "thing_one", " / 1"),
        (r#"{"id":1}"#, "thing_one", " / "),
    ] {
        let shredded = shred_onto(remembered.clone(), &listed(), &[document]);
        assert_eq!(of_table(&shredded, table), expected, "{document}");
    }
}

/// Shreds values brought for a path of records, each with the record's key.
fn fragments(path: &str, values: &[(&str, &str)]) -> Shredded {
    let mut shredder = Shredder::new("things", &listed(), Memory::default(), Some("tags_of_thing")).unwrap();
    for (key, value) in values {
        shredder.fragment(path, &[(*key).to_owned()], value.as_bytes(), Context::default()).unwrap();
    }
    shredder.finish().unwrap()
}

#[test]
fn a_list_that_another_answer_brings_goes_to_the_records_table_and_touches_no_record() {
    for (values, expected) in [
        (
            vec![("1", r#"[{"id":1},{"id":2}]"#), ("2", r#"{"type":"list","data":[{"id":3}]}"#)],
            "1|1 1|2 2|3 / 1 2",
        ),
        (vec![("1", "[]"), ("2", "null"), ("3", r#"{"data":[]}"#)], " / 1 2 3"),
        // Pages, which tell of more than they hold, add to each other.
        (
            vec![
                ("1", r#"{"data":[{"id":1}],"total_count":3,"has_more":true}"#),
                ("1", r#"{"data":[{"id":2},{"id":1}],"total_count":3,"has_more":true}"#),
                ("1", r#"{"data":[{"id":3}],"total_count":3,"has_more":false}"#),
            ],
            "1|2 1|1 1|3 / ",
        ),
        // The answer that has it all takes their place.
        (vec![("1", r#"{"data":[{"id":1}],"has_more":true}"#), ("1", r#"[{"id":2}]"#)], "1|2 / 1"),
        (vec![("1", r#"[{"id":2}]"#), ("1", r#"{"data":[{"id":1}],"has_more":true}"#)], "1|2 1|1 / 1"),
    ] {
        let shredded = fragments("tags", &values);
        assert_eq!(of_table(&shredded, "thing_tags"), expected, "{values:?}");
        assert_eq!(shredded.tables[0].rows.num_rows(), 0, "{values:?}");
        for table in shredded.tables.iter().filter(|table| table.table.name != "thing_tags") {
            assert!(table.replaced.is_empty() && table.rows.num_rows() == 0, "{}", table.table.name);
        }
    }
}

#[test]
fn a_value_that_another_answer_brings_is_a_row_with_the_key_and_that_value_only() {
    let shredded = fragments("nick", &[("1", "\"a\""), ("2", "null"), ("3", "\"c\"")]);
    let root = &shredded.tables[0];
    let names: Vec<&str> =
        root.rows.schema_ref().fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(names, ["id", "nick", "_synced_at"]);
    assert_eq!(rows(&root.rows, &["id", "nick"]), ["1|a", "2|∅", "3|c"]);
    let nested = fragments("inner.names", &[("1", "[\"x\"]")]);
    assert_eq!(of_table(&nested, "thing_inner_names"), "1|0|x / 1");
}

#[test]
fn a_fragment_for_no_place_or_without_its_key_is_refused() {
    let key = ["1".to_owned()];
    let mut shredder = Shredder::new("things", &listed(), Memory::default(), None).unwrap();
    let context = Context::default;
    for (path, keys, message) in [
        ("tags.id", &key[..], "the model has no place for a value of its own at `tags.id`"),
        ("one.a", &key[..], "the model has no place for a value of its own at `one.a`"),
        ("tags.[]", &key[..], "the model has no place for a value of its own at `tags.[]`"),
        ("a..b", &key[..], "the model has no place for a value of its own at `a..b`"),
        ("tags", &[], "the document has no `id`, which identifies it"),
    ] {
        let error = shredder.fragment(path, keys, b"[]", context()).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    shredder.fragment("tags", &key, b"[{\"id\":1}]", context()).unwrap();
    assert_eq!(
        shredder.fragment("tags", &key, b"[{\"id\":2}", context()).unwrap_err().to_string(),
        "the document is not JSON"
    );
    assert_eq!(shredder.document(b"{\"id\":1}", context()), Err(DocumentError::Mixed));
    assert_eq!(of_table(&shredder.finish().unwrap(), "thing_tags"), "1|1 / 1");
    let mut documents = Shredder::new("things", &listed(), Memory::default(), None).unwrap();
    documents.document(b"{\"id\":1}", context()).unwrap();
    assert_eq!(documents.fragment("tags", &key, b"[]", context()), Err(DocumentError::Mixed));
}
