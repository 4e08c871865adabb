//! Marks of deletion.

use crate::bench::{Bench, counts, table};
use crate::client::Engine;
use relatable_destinations::Live;
use relatable_model::logical::LogicalType;
use serde_json::json;

pub(crate) fn deleted_rows_are_marked_once(engine: Engine) {
    let mut bench = Bench::new(engine, vec![table("contacts", &["id"], &["name"])]);
    bench.load(vec![bench.rows("contacts", &["id", "name"], json!([["1", "a"], ["2", "b"], ["3", "c"]]))]);
    let columns = ["id", "_deleted_at"];
    let receipt = bench.load(vec![bench.deleting(
        "contacts",
        &columns,
        json!([["1", 1_000_000], ["3", null], ["9", 5]]),
    )]);
    assert_eq!(receipt.tables["contacts"], counts(0, 0, 1));
    let sql = "SELECT id, name FROM contacts WHERE _deleted_at IS NULL ORDER BY id";
    assert_eq!(bench.read(sql), ["2|b", "3|c"]);
    let at = "SELECT _deleted_at FROM contacts WHERE id = '1'";
    let first = bench.read(at);
    let receipt =
        bench.load(vec![bench.deleting("contacts", &columns, json!([["1", 9_000_000], ["1", 8_000_000]]))]);
    assert!(receipt.tables.is_empty());
    assert_eq!(bench.read(at), first);
}

pub(crate) fn a_row_seen_again_lives_again(engine: Engine) {
    let mut bench = Bench::new(engine, vec![table("contacts", &["id"], &["name"])]);
    let seen = |bench: &Bench, columns: &[&str], row| vec![bench.rows("contacts", columns, json!([row]))];
    bench.load(seen(&bench, &["id", "name"], json!(["1", "a"])));
    bench.load(vec![bench.deleting("contacts", &["id", "_deleted_at"], json!([["1", 5]]))]);
    // An answer that says nothing about deletion changes nothing of it.
    let receipt = bench.load(seen(&bench, &["id", "name"], json!(["1", "a"])));
    assert!(receipt.tables.is_empty());
    let receipt = bench.load(seen(&bench, &["id", "name", "_deleted_at"], json!(["1", "a", null])));
    assert_eq!(receipt.tables["contacts"], counts(0, 1, 0));
    assert_eq!(bench.read("SELECT id FROM contacts WHERE _deleted_at IS NULL"), ["1"]);
}

pub(crate) fn live_rows_are_named_in_the_order_of_their_bytes(engine: Engine) {
    let mut bench = Bench::new(engine, vec![table("notes", &["id"], &["contact_id"])]);
    bench.table("notes").columns.push(crate::bench::column("updated_at", LogicalType::Timestamp));
    let live = Live { table: "notes", key: "id", after: "", count: 10, among: None, since: None };
    assert!(bench.destination.live(&live).expect("no table yet").is_empty());
    let columns = ["id", "contact_id", "updated_at"];
    let rows = json!([
        ["b", "x", 5],
        ["B", "y'", 6],
        ["a", "x", null],
        ["ä", "z", 7],
        ["10", "z", 8],
        ["9", "x", 9]
    ]);
    bench.load(vec![bench.rows("notes", &columns, rows)]);
    bench.load(vec![bench.deleting("notes", &["id", "_deleted_at"], json!([["9", 1_000_000]]))]);
    let (contacts, since) = (["y'".to_owned(), "z".to_owned()], Some(("updated_at", 6)));
    for (asked, expected) in [
        (live, vec!["10", "B", "a", "b", "ä"]),
        (Live { count: 2, ..live }, vec!["10", "B"]),
        (Live { after: "B", count: 2, ..live }, vec!["a", "b"]),
        (Live { after: "ä", ..live }, vec![]),
        (Live { among: Some(("contact_id", &contacts)), ..live }, vec!["10", "B", "ä"]),
        (Live { since, ..live }, vec!["10", "B", "ä"]),
    ] {
        assert_eq!(bench.destination.live(&asked).expect("keys"), expected, "{asked:?}");
    }
}

pub(crate) fn a_row_is_known_up_to_its_deletion(engine: Engine) {
    let mut bench = Bench::new(engine, vec![table("notes", &["id"], &[])]);
    bench.table("notes").columns.push(crate::bench::column("updated_at", LogicalType::Timestamp));
    bench.load(vec![bench.rows("notes", &["id", "updated_at"], json!([["a", 5], ["b", 9], ["c", 5]]))]);
    bench.load(vec![bench.deleting("notes", &["id", "_deleted_at"], json!([["a", 7], ["b", 7]]))]);
    let keys = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
    let known = bench.destination.versions("notes", "id", "updated_at", &keys).expect("versions");
    assert_eq!([known["a"], known["b"], known["c"]], [7, 9, 5]);
}
