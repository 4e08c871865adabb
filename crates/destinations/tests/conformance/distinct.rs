//! Rows of which no other change of the load has the key.

use crate::bench::{Bench, child, counts, table};
use crate::client::Engine;
use relatable_destinations::DestinationError;
use relatable_destinations::package::{Change, Receipt, TableChange};
use serde_json::json;

/// Loads distinct changes.
fn load(bench: &mut Bench, changes: Vec<TableChange>) -> Result<Receipt, DestinationError> {
    bench.seq += 1;
    bench.load_produced(&mut changes.into_iter().map(|change| Ok(Change::Distinct(change))))
}

pub(crate) fn distinct_rows_are_appended_to_an_empty_table_and_merged_into_another(engine: Engine) {
    let tags =
        child("contact_tags", &["contact_id", "tag_id"], &["note"], "contacts", &[("contact_id", "id")]);
    let mut bench = Bench::new(engine, vec![table("contacts", &["id"], &["name"]), tags]);
    let changes = |bench: &Bench, name: &str| {
        vec![
            bench.rows("contacts", &["name", "id"], json!([[name, "1"], ["b", "2"]])),
            bench.replacing(
                "contact_tags",
                &["contact_id", "tag_id"],
                json!([["1", "x"]]),
                &["contact_id"],
                json!([["1"], ["2"]]),
            ),
            bench.rows("contacts", &["id"], json!([["3"]])),
        ]
    };
    let first = changes(&bench, "a");
    let receipt = load(&mut bench, first).expect("load");
    assert_eq!(receipt.tables["contacts"], counts(3, 0, 0));
    assert_eq!(receipt.tables["contact_tags"], counts(1, 0, 0));
    let rows = "SELECT id || coalesce(name, '-') FROM contacts ORDER BY id";
    assert_eq!(bench.read(rows), ["1a", "2b", "3-"]);
    bench.load(vec![bench.rows("contact_tags", &["contact_id", "tag_id"], json!([["2", "gone"]]))]);
    let second = changes(&bench, "z");
    let receipt = load(&mut bench, second).expect("load");
    assert_eq!(receipt.tables["contacts"], counts(0, 1, 0));
    assert_eq!(receipt.tables["contact_tags"], counts(0, 0, 1));
    assert_eq!(bench.read(rows), ["1z", "2b", "3-"]);
    // A column that is not ours may stand anywhere.
    let mut bench = Bench::new(engine, vec![table("contacts", &["id"], &["name"])]);
    bench.load(vec![]);
    engine.run(&bench.path, "ALTER TABLE contacts ADD COLUMN mine VARCHAR(9)");
    let rows = bench.rows("contacts", &["id", "name"], json!([["1", "a"]]));
    load(&mut bench, vec![rows]).expect("load");
    assert_eq!(bench.read("SELECT id || name || coalesce(mine, '-') FROM contacts"), ["1a-"]);
}

pub(crate) fn a_key_that_comes_twice_in_distinct_changes_is_refused(engine: Engine) {
    let mut bench = Bench::new(engine, vec![table("contacts", &["id"], &[])]);
    let rows = |bench: &Bench| bench.rows("contacts", &["id"], json!([["1"]]));
    let twice = vec![rows(&bench), rows(&bench)];
    load(&mut bench, twice).expect_err("a key twice");
    bench.load(vec![]);
    assert!(bench.read("SELECT id FROM contacts").is_empty());
}
