//! Lists that are split by kind: a table for each kind of element.

use relatable_model::json::Json;
use relatable_model::normal::normal;
use relatable_model::plan::Memory;
use relatable_model::reassemble::reassemble;
use relatable_model::rules::{ResourceRules, Rules};
use relatable_model::shred::{Context, Shredded, Shredder};

const RULES: &str =
    "[things]\nkey = [\"id\"]\n[things.paths]\nparts = { as = \"table\", split_by = \"type\" }\n";

/// The rules of `things`.
fn rules(text: &str) -> ResourceRules {
    Rules::parse(text, "test").unwrap().resources.remove("things").unwrap()
}

/// The documents as tables, in a destination that remembers `memory`.
fn shredded(documents: &[&str], rules: &ResourceRules, memory: &Memory) -> Shredded {
    let mut shredder = Shredder::new("things", rules, memory.clone(), None).unwrap();
    for document in documents {
        shredder.document(document.as_bytes(), Context::default()).unwrap();
    }
    shredder.finish().unwrap()
}

/// Names of the tables, their own columns and how many rows each has.
fn summary(shredded: &Shredded) -> Vec<String> {
    let tables = shredded.tables.iter().map(|table| {
        let own = table.table.columns.iter().filter(|column| !column.path.is_empty());
        let names: Vec<&str> = own.map(|column| column.name.as_str()).collect();
        format!("{} ({}): {}", table.table.name, names.join(", "), table.rows.num_rows())
    });
    tables.collect()
}

#[test]
fn each_kind_of_element_has_a_table_with_its_own_columns_and_the_list_comes_back_in_order() {
    let document = r#"{"id":"1","parts":[{"type":"note","text":"a"},{"size":1},{"type":"a file","size":2},7,{"type":"note","by":"b"}]}"#;
    let rules = rules(RULES);
    let shredded = shredded(&[document], &rules, &Memory::default());
    assert_eq!(
        summary(&shredded),
        [
            "things (id): 1",
            "thing_parts (value, size): 2",
            "thing_parts_note (by, text, type): 2",
            "thing_parts_a_file (size, type): 1",
        ]
    );
    let tables: Vec<_> = shredded.tables.iter().map(|table| (&table.table, &table.rows)).collect();
    assert_eq!(reassemble(&tables, &rules), [normal(Json::parse(document.as_bytes()).unwrap(), &rules)]);
}

#[test]
fn a_list_replaces_the_rows_of_all_its_kinds() {
    let rules = rules(RULES);
    let first = r#"{"id":"1","parts":[{"type":"note"},{"type":"file"}]}"#;
    let mut memory = Memory::default();
    for table in &shredded(&[first], &rules, &memory.clone()).tables {
        memory.remember_table(&table.table);
    }
    let later = shredded(&[r#"{"id":"1","parts":[{"type":"note"}]}"#], &rules, &memory);
    let replaced: Vec<_> =
        later.tables.iter().map(|table| (table.table.name.as_str(), table.replaced.len())).collect();
    assert_eq!(
        replaced,
        [("things", 0), ("thing_parts", 1), ("thing_parts_file", 1), ("thing_parts_note", 1)]
    );
}

#[test]
fn what_rules_declare_is_there_for_the_kinds_that_have_it() {
    let rules = rules(&format!(
        "{RULES}\"parts.text\" = {{ type = \"text\" }}\n\"parts.files\" = {{ as = \"table\", table = \"files\" }}\n"
    ));
    let document = r#"{"id":"1","parts":[{"type":"note","text":1},{"type":"file","files":[{"url":"u"}]}]}"#;
    assert_eq!(
        summary(&shredded(&[document], &rules, &Memory::default())),
        [
            "things (id): 1",
            "thing_parts (text): 0",
            "thing_parts_note (text, type): 1",
            "thing_parts_file (type): 1",
            "files_file (url): 1",
        ]
    );
}

#[test]
fn what_hangs_below_a_kind_is_keyed_as_below_the_list() {
    let rules = rules(&format!(
        "{}\"parts.tags\" = {{ as = \"table\", key = [\"thing_part_id\", \"tag\"] }}\n\"parts.tags.tag\" = {{ type = \"text\" }}\n",
        RULES.replace("split_by", "key = [\"id\"], split_by")
    ));
    let document = r#"{"id":"1","parts":[{"id":"a","type":"note","tags":[{"tag":"x"}],"files":[1]},{"id":"b","type":"call","files":[2]}]}"#;
    let shredded = shredded(&[document], &rules, &Memory::default());
    let keys: Vec<String> = (shredded.tables.iter())
        .map(|table| format!("{} {}", table.table.name, table.table.key.join(" ")))
        .collect();
    assert_eq!(
        keys,
        [
            "things id",
            "thing_parts_note id",
            "thing_part_tags_note thing_part_id tag",
            "thing_part_files_note thing_part_id position",
            "thing_parts_call id",
            "thing_part_files_call thing_part_id position",
        ]
    );
}

#[test]
fn a_list_is_not_split_by_what_identifies_its_elements() {
    let rules = rules(&RULES.replace("\"type\"", "\"id\""));
    let parts: Vec<String> = (0..101).map(|id| format!("{{\"id\":{id}}}")).collect();
    let document = format!("{{\"id\":\"1\",\"parts\":[{}]}}", parts.join(","));
    let mut shredder = Shredder::new("things", &rules, Memory::default(), None).unwrap();
    shredder.document(document.as_bytes(), Context::default()).unwrap();
    let error = shredder.finish().unwrap_err().to_string();
    assert!(error.contains("would make 101 tables") && error.contains("`parts`"), "{error}");
}
