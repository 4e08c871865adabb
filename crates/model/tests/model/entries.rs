//! Maps: objects whose members' names are data.

use relatable_model::json::Json;
use relatable_model::normal::normal;
use relatable_model::plan::Memory;
use relatable_model::reassemble::reassemble;
use relatable_model::rules::{ResourceRules, Rules};
use relatable_model::shred::{Context, Shredded, Shredder};

/// Rules for `things` with a map at `labels`.
fn rules(more: &str) -> ResourceRules {
    let text = format!("[things]\nkey = [\"id\"]\n[things.paths]\n\"labels\" = \"entries\"\n{more}");
    Rules::parse(&text, "test").unwrap().resources.remove("things").unwrap()
}

/// The documents as tables.
fn shredded(documents: &[&str], rules: &ResourceRules) -> Shredded {
    let mut shredder = Shredder::new("things", rules, Memory::default(), None).unwrap();
    for document in documents {
        shredder.document(document.as_bytes(), Context::default()).unwrap();
    }
    shredder.finish().unwrap()
}

/// The rows as documents again.
fn back(shredded: &Shredded, rules: &ResourceRules) -> Vec<Json> {
    let tables: Vec<_> = shredded.tables.iter().map(|table| (&table.table, &table.rows)).collect();
    reassemble(&tables, rules)
}

#[test]
fn the_columns_of_a_map_do_not_depend_on_the_data() {
    let rules = rules("");
    let expected =
        ["thing_id", "key", "value_text", "value_number", "value_boolean", "value_json", "_synced_at"];
    for documents in [
        vec![r#"{"id":"1"}"#],
        vec![r#"{"id":"1","labels":{"a":1,"b":"x"}}"#],
        vec![r#"{"id":"1","labels":{"key":true,"id":[1]}}"#, r#"{"id":"2","labels":{}}"#],
    ] {
        let shredded = shredded(&documents, &rules);
        let table = &shredded.tables[1].table;
        assert_eq!(table.name, "thing_labels");
        assert_eq!(table.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), expected);
        assert_eq!(table.key, ["thing_id", "key"]);
    }
}

#[test]
fn every_value_of_a_map_comes_back() {
    let rules = rules("");
    for document in [
        r#"{"id":"1","labels":{"a":1,"b":"x","c":true,"d":[1,{"e":null}],"f":null,"g":{},"":"nameless"}}"#,
        r#"{"id":"1","labels":{"huge":1e400,"digits":12345678901234567890.123456789012,"half":"\ud800"}}"#,
        r#"{"id":"1","labels":["a","list"]}"#,
        r#"{"id":"1","labels":"a text"}"#,
        r#"{"id":"1","labels":[]}"#,
        r#"{"id":"1","labels":{"a":1,"b":2,"a":null}}"#,
        r#"{"id":"1","labels":{"key":"k","value_text":"v","id":2}}"#,
    ] {
        let shredded = shredded(&[document], &rules);
        let expected = normal(Json::parse(document.as_bytes()).unwrap(), &rules);
        assert_eq!(back(&shredded, &rules), [expected], "{document}");
    }
}

#[test]
fn rules_give_the_columns_of_a_map_other_names() {
    let rules = rules("\"labels.[].key\" = { column = \"label\" }");
    let shredded = shredded(&[r#"{"id":"1","labels":{"a":1}}"#], &rules);
    let table = &shredded.tables[1].table;
    assert_eq!(table.key, ["thing_id", "label"]);
    assert_eq!(back(&shredded, &rules).len(), 1);
}

#[test]
fn a_later_document_replaces_the_whole_map() {
    let rules = rules("");
    let documents = [r#"{"id":"1","labels":{"a":1,"b":2}}"#, r#"{"id":"1","labels":{"b":3}}"#];
    let shredded = shredded(&documents, &rules);
    let expected = normal(Json::parse(documents[1].as_bytes()).unwrap(), &rules);
    assert_eq!(back(&shredded, &rules), [expected]);
    assert_eq!(shredded.tables[1].replaced[0].keys.num_rows(), 1);
}
