//! Each answer owns its paths: what another one brings is left as it is.

use super::tables::{rows, rules};
use relatable_model::plan::Memory;
use relatable_model::rules::ResourceRules;
use relatable_model::shred::{Context, Shredded, Shredder};

/// Things whose score, tags' names and segments come from answers of their own.
fn shared() -> ResourceRules {
    rules(
        "key = [\"id\"]\n[things.paths]\nid = { type = \"text\" }\nname = { type = \"text\" }\n\
         score = { type = \"integer\", answer = \"scores\" }\n\
         tags = { as = \"table\", key = [\"thing_id\", \"id\"] }\n\"tags.id\" = { type = \"text\" }\n\
         \"tags.name\" = { type = \"text\", answer = \"tags_of_thing\" }\n\
         segments = { as = \"table\", key = [\"thing_id\", \"id\"], answer = \"segments_of_thing\" }\n\
         \"segments.id\" = { type = \"text\", answer = \"segments_of_thing\" }\n\
         \"segments.files\" = { as = \"table\" }\n\
         place = { as = \"table\", answer = \"places\" }\n\"place.city\" = { type = \"text\", answer = \"places\" }",
    )
}

const DOCUMENT: &str = r#"{"id":"1","name":"n","score":7,"tags":[{"id":"t","name":"T"}],
    "segments":[{"id":"s","files":[{"f":1}]}],"place":{"city":"x"}}"#;

/// Shreds one document as it came in `answer`.
fn shred(answer: Option<&str>, document: &str) -> Shredded {
    let mut shredder = Shredder::new("things", &shared(), Memory::default(), answer).unwrap();
    shredder.document(document.as_bytes(), Context::default()).unwrap();
    shredder.finish().unwrap()
}

/// The columns of the rows of a table, without bookkeeping, the number of rows and that of replaced scopes.
fn written(shredded: &Shredded, name: &str) -> (String, usize, usize) {
    let table = shredded.tables.iter().find(|table| table.table.name == name).expect(name);
    let schema = table.rows.schema();
    let names =
        schema.fields().iter().map(|field| field.name().as_str()).filter(|name| !name.starts_with('_'));
    let scopes = table.replaced.iter().map(|scope| scope.keys.num_rows()).sum();
    (names.collect::<Vec<_>>().join(" "), table.rows.num_rows(), scopes)
}

#[test]
fn columns_of_another_answer_are_left_out_of_the_rows_and_stay_in_the_table() {
    for (answer, root, tags) in [
        (None, "id name", "thing_id id"),
        (Some("scores"), "id name score", "thing_id id"),
        (Some("tags_of_thing"), "id name", "thing_id id name"),
    ] {
        let shredded = shred(answer, DOCUMENT);
        assert_eq!(written(&shredded, "things"), (root.to_owned(), 1, 0), "{answer:?}");
        assert_eq!(written(&shredded, "thing_tags"), (tags.to_owned(), 1, 1), "{answer:?}");
        assert!(shredded.tables[0].table.column("score").is_some());
    }
    assert_eq!(rows(&shred(Some("scores"), DOCUMENT).tables[0].rows, &["id", "score"]), ["1|7"]);
}

#[test]
fn tables_of_another_answer_are_neither_written_nor_replaced() {
    for empty in
        [DOCUMENT, r#"{"id":"1","segments":[],"place":null}"#, r#"{"id":"1","segments":null,"place":7}"#]
    {
        let shredded = shred(None, empty);
        for name in ["thing_segments", "thing_segment_files", "thing_place"] {
            if let Some(table) = shredded.tables.iter().find(|table| table.table.name == name) {
                assert_eq!((table.rows.num_rows(), table.replaced.len()), (0, 0), "{name}: {empty}");
            }
        }
    }
    let own = shred(Some("segments_of_thing"), DOCUMENT);
    assert_eq!(written(&own, "thing_segments"), ("thing_id id".to_owned(), 1, 1));
    assert_eq!(written(&own, "thing_segment_files").1, 1);
    let mut shredder =
        Shredder::new("things", &shared(), Memory::default(), Some("segments_of_thing")).unwrap();
    shredder.fragment("segments", &["1".to_owned()], b"[{\"id\":\"s\"}]", Context::default()).unwrap();
    assert_eq!(written(&shredder.finish().unwrap(), "thing_segments"), ("thing_id id".to_owned(), 1, 1));
}

#[test]
fn what_an_answer_brings_below_a_path_it_owns_is_its_own_though_no_rule_names_it() {
    let rules = rules(
        "key = [\"id\"]\n[things.paths]\nid = { type = \"text\" }\nby = { as = \"flatten\", answer = \"full\" }\n\
         \"by.id\" = { type = \"text\" }\n\"by.note\" = { type = \"text\", answer = \"notes\" }",
    );
    let mut remembered = Memory::default();
    for (answer, columns) in [(Some("full"), "id by_id by_new"), (None, "id"), (Some("notes"), "id by_note")]
    {
        let mut shredder = Shredder::new("things", &rules, remembered.clone(), answer).unwrap();
        let document = br#"{"id":"1","by":{"id":"a","new":1,"note":"n"}}"#;
        shredder.document(document, Context::default()).unwrap();
        let shredded = shredder.finish().unwrap();
        assert_eq!(written(&shredded, "things").0, columns, "{answer:?}");
        shredded.tables.iter().for_each(|table| remembered.remember_table(&table.table));
    }
}
