//! Tables that lose the rows of what is gone.

use crate::bench::{Bench, counts};
use crate::client::Engine;
use crate::history::tables;
use relatable_destinations::package::{Erasure, TableChange};
use relatable_model::write_mode::WriteMode;
use serde_json::{Value, json};

/// A conversation with a part and a file, and a contact, in the mode.
fn filled(engine: Engine) -> Bench {
    let mut bench = Bench::new(engine, tables(WriteMode::Mirror));
    let rows = vec![
        contact(&bench, json!([["1", "a", 5, null], ["2", "b", 5, null]])),
        bench.rows("conversations", &["id", "_deleted_at"], json!([["c1", null], ["c2", null]])),
        bench.rows("parts", &["id", "conversation_id"], json!([["p1", "c1"], ["p2", "c2"]])),
        bench.rows("files", &["part_id", "position"], json!([["p1", "0"]])),
    ];
    bench.load(rows);
    bench
}

/// Contacts: id, name, when changed, mark.
fn contact(bench: &Bench, rows: Value) -> TableChange {
    bench.rows("contacts", &["id", "name", "updated_at", "_deleted_at"], rows)
}

/// Up to when contacts are known.
fn known(bench: &mut Bench) -> Vec<(String, i64)> {
    let keys = ["1".to_owned(), "2".to_owned()];
    let known = bench.destination.versions("contacts", "id", "updated_at", &keys).expect("versions");
    let mut known: Vec<(String, i64)> = known.into_iter().collect();
    known.sort();
    known
}

pub(crate) fn what_is_gone_is_deleted_with_all_that_was_split_from_it(engine: Engine) {
    let mut bench = filled(engine);
    let receipt = bench.load(vec![bench.deleting(
        "conversations",
        &["id", "_deleted_at"],
        json!([["c1", 7], ["c2", null]]),
    )]);
    assert_eq!(receipt.tables["conversations"], counts(0, 0, 1));
    assert_eq!((receipt.tables["parts"], receipt.tables["files"]), (counts(0, 0, 1), counts(0, 0, 1)));
    assert_eq!(bench.read("SELECT id FROM conversations"), ["c2"]);
    assert_eq!(bench.read("SELECT id FROM parts"), ["p2"]);
    assert_eq!(bench.read("SELECT count(*) FROM files"), ["0"]);
}

pub(crate) fn a_hard_deletion_yields_only_to_a_later_answer(engine: Engine) {
    let mut bench = filled(engine);
    let gone =
        |bench: &Bench, at: i64| vec![bench.deleting("contacts", &["id", "_deleted_at"], json!([["1", at]]))];
    let changes = gone(&bench, 9);
    bench.load(changes);
    assert_eq!(bench.read("SELECT id FROM contacts"), ["2"]);
    // Whoever asks up to when it is known is told of the deletion, so that an older answer is left out.
    assert_eq!(known(&mut bench), [("1".to_owned(), 9), ("2".to_owned(), 5)]);
    let changes = gone(&bench, 11);
    assert!(bench.load(changes).tables.is_empty());
    assert_eq!(known(&mut bench)[0].1, 9);
    // What says nothing of deletion brings nothing back.
    bench.load(vec![bench.rows("contacts", &["id", "name"], json!([["1", "n"]]))]);
    assert_eq!(bench.read("SELECT id FROM contacts"), ["2"]);
    bench.load(vec![contact(&bench, json!([["1", "again", 12, null]]))]);
    assert_eq!(bench.read("SELECT id, name FROM contacts ORDER BY id"), ["1|again", "2|b"]);
    assert_eq!(known(&mut bench)[0].1, 12);
    assert_eq!(bench.read("SELECT count(*) FROM _relatable_gone"), ["0"]);
}

pub(crate) fn who_is_forgotten_is_not_noted_as_gone(engine: Engine) {
    let mut bench = filled(engine);
    bench.load(vec![bench.deleting("contacts", &["id", "_deleted_at"], json!([["1", 9], ["2", 9]]))]);
    assert_eq!(bench.read("SELECT record FROM _relatable_gone ORDER BY record"), ["1", "2"]);
    let erasure = Erasure {
        ids: &["1".to_owned()],
        alone: &[],
        rows: &[],
        blanked: &[],
        texts: &[],
        is_searched: &|_| false,
        rewrite: &|_| None,
        is_named: &|text| text == "1",
        remembered: &[],
        erased_at_us: 5,
    };
    bench.destination.erase(&erasure).expect("erases");
    assert_eq!(bench.read("SELECT record FROM _relatable_gone"), ["2"]);
}
