//! Tables that are only appended to.

use crate::bench::{Bench, counts};
use crate::client::Engine;
use crate::history::tables;
use relatable_destinations::{Live, Reading, Rows};
use relatable_model::write_mode::WriteMode;
use serde_json::{Value, json};
use std::ops::ControlFlow;

/// Loads contacts by id and name.
fn load(bench: &mut Bench, rows: Value) -> Option<relatable_destinations::package::RowCounts> {
    let mut rows = rows;
    rows.as_array_mut()
        .into_iter()
        .flatten()
        .filter_map(Value::as_array_mut)
        .for_each(|row| row.push(Value::Null));
    let receipt = bench.load(vec![bench.rows("contacts", &["id", "name", "_deleted_at"], rows)]);
    receipt.tables.get("contacts").copied()
}

/// All rows of contacts.
fn rows(bench: &Bench) -> Vec<String> {
    bench.read(
        "SELECT id, name, CASE WHEN _deleted_at IS NULL THEN '' ELSE 'gone' END FROM contacts ORDER BY id, _valid_from",
    )
}

pub(crate) fn each_version_seen_is_appended_and_nothing_changes(engine: Engine) {
    let mut bench = Bench::new(engine, tables(WriteMode::Append));
    assert_eq!(load(&mut bench, json!([["1", "a"], ["2", "b"]])), Some(counts(2, 0, 0)));
    assert_eq!(load(&mut bench, json!([["1", "a"], ["2", "c"]])), Some(counts(0, 1, 0)));
    assert_eq!(load(&mut bench, json!([["1", "a"], ["2", "c"]])), None, "the newest again");
    assert_eq!(load(&mut bench, json!([["2", "b"]])), Some(counts(0, 1, 0)), "as it was before");
    assert_eq!(rows(&bench), ["1|a|", "2|b|", "2|c|", "2|b|"]);
    let count = bench.destination.count(&Rows { table: "contacts", within: None }).expect("a count");
    assert_eq!(count, 2, "of each the newest counts");
}

pub(crate) fn a_deletion_is_appended_and_a_revival_too(engine: Engine) {
    let mut bench = Bench::new(engine, tables(WriteMode::Append));
    load(&mut bench, json!([["1", "a"], ["2", "b"]]));
    let gone =
        |bench: &Bench| vec![bench.deleting("contacts", &["id", "_deleted_at"], json!([["1", 5], ["9", 5]]))];
    let changes = gone(&bench);
    assert_eq!(bench.load(changes).tables["contacts"], counts(0, 0, 1));
    let changes = gone(&bench);
    assert!(bench.load(changes).tables.is_empty());
    assert_eq!(rows(&bench), ["1|a|", "1|a|gone", "2|b|"]);
    let live = Live { table: "contacts", key: "id", after: "", count: 10, among: None, since: None };
    assert_eq!(bench.destination.live(&live).expect("keys"), ["2"]);
    load(&mut bench, json!([["1", "a"]]));
    assert_eq!(rows(&bench), ["1|a|", "1|a|gone", "1|a|", "2|b|"]);
    assert_eq!(bench.destination.live(&live).expect("keys"), ["1", "2"]);
}

pub(crate) fn what_a_list_no_longer_has_stays(engine: Engine) {
    let mut bench = Bench::new(engine, tables(WriteMode::Append));
    let load = |bench: &mut Bench, parts: Value| {
        let columns = ["id", "conversation_id", "body"];
        let parts = bench.replacing("parts", &columns, parts, &["conversation_id"], json!([["c1"]]));
        let conversation = bench.rows("conversations", &["id", "_deleted_at"], json!([["c1", null]]));
        bench.load(vec![conversation, parts])
    };
    load(&mut bench, json!([["p1", "c1", "a"], ["p2", "c1", "b"]]));
    let receipt = load(&mut bench, json!([["p2", "c1", "x"]]));
    assert_eq!(receipt.tables["parts"], counts(0, 1, 0));
    assert_eq!(bench.read("SELECT id, body FROM parts ORDER BY id, _valid_from"), ["p1|a", "p2|b", "p2|x"]);
    let mut parts = 0;
    let reading = Reading { resource: "conversations", with_deleted: false, only: None };
    let read = bench.destination.read(&reading, &mut |group| {
        parts += group
            .iter()
            .filter(|(table, _)| table.name == "parts")
            .map(|(_, rows)| rows.num_rows())
            .sum::<usize>();
        ControlFlow::Continue(())
    });
    read.expect("reads");
    assert_eq!(parts, 2, "of each the newest");
}
