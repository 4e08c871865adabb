//! Marks of deletion.

use crate::bench::{Bench, counts, table};
use crate::client::Engine;
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
