//! Scopes that a change describes completely.

use crate::bench::{Bench, child, counts, table};
use crate::client::Engine;
use relatable_destinations::package::TableChange;
use serde_json::json;

/// Conversations, their parts by id alone, and the attachments of those.
fn conversations(engine: Engine) -> Bench {
    let parts =
        child("parts", &["id"], &["conversation_id", "body"], "conversations", &[("conversation_id", "id")]);
    let attachments = child(
        "attachments",
        &["part_id", "position"],
        &["conversation_id", "name"],
        "parts",
        &[("part_id", "id")],
    );
    Bench::new(engine, vec![table("conversations", &["id"], &[]), parts, attachments])
}

/// Two conversations with two parts each and an attachment per part.
fn filled(engine: Engine) -> Bench {
    let mut bench = conversations(engine);
    let receipt = bench.load(vec![
        bench.rows("conversations", &["id"], json!([["c1"], ["c2"]])),
        bench.rows(
            "parts",
            &["id", "conversation_id", "body"],
            json!([["p1", "c1", "a"], ["p2", "c1", "b"], ["p3", "c2", "c"], ["p4", "c2", "d"]]),
        ),
        bench.rows(
            "attachments",
            &["part_id", "position", "conversation_id", "name"],
            json!([
                ["p1", "0", "c1", "x"],
                ["p1", "1", "c1", "y"],
                ["p2", "0", "c1", "z"],
                ["p3", "0", "c2", "v"]
            ]),
        ),
    ]);
    assert_eq!(receipt.tables["attachments"], counts(4, 0, 0));
    bench
}

/// The parts a load of conversation `c1` brings.
fn parts_of_c1(bench: &Bench, rows: serde_json::Value) -> TableChange {
    bench.replacing("parts", &["id", "conversation_id", "body"], rows, &["conversation_id"], json!([["c1"]]))
}

pub(crate) fn a_replaced_scope_loses_what_is_not_listed(engine: Engine) {
    let mut bench = filled(engine);
    let rows = json!([["p2", "c1", "b"], ["p5", "c1", "new"]]);
    let receipt = bench.load(vec![parts_of_c1(&bench, rows)]);
    assert_eq!(receipt.tables["parts"], counts(1, 0, 1));
    assert_eq!(bench.read("SELECT id FROM parts ORDER BY id"), ["p2", "p3", "p4", "p5"]);
}

pub(crate) fn an_empty_scope_is_emptied(engine: Engine) {
    let mut bench = filled(engine);
    let mut change = parts_of_c1(&bench, json!([]));
    change.rows.clear();
    let receipt = bench.load(vec![change]);
    assert_eq!(receipt.tables["parts"], counts(0, 0, 2));
    assert_eq!(receipt.tables["attachments"], counts(0, 0, 3));
    assert_eq!(bench.read("SELECT id FROM parts ORDER BY id"), ["p3", "p4"]);
}

pub(crate) fn a_cut_list_only_adds(engine: Engine) {
    let mut bench = filled(engine);
    let rows = json!([["p5", "c1", "new"]]);
    let receipt = bench.load(vec![bench.rows("parts", &["id", "conversation_id", "body"], rows)]);
    assert_eq!(receipt.tables["parts"], counts(1, 0, 0));
    assert_eq!(bench.read("SELECT count(*) FROM parts"), ["5"]);
}

pub(crate) fn a_scope_of_two_levels_spares_its_siblings(engine: Engine) {
    let mut bench = filled(engine);
    let columns = ["part_id", "position", "conversation_id", "name"];
    let rows = json!([["p1", "0", "c1", "changed"]]);
    let scope = ["conversation_id", "part_id"];
    let receipt = bench.load(vec![bench.replacing(
        "attachments",
        &columns,
        rows,
        &scope,
        json!([["c1", "p1"], ["c2", "p1"]]),
    )]);
    assert_eq!(receipt.tables["attachments"], counts(0, 1, 1));
    let sql = "SELECT part_id, position, name FROM attachments ORDER BY part_id, position";
    assert_eq!(bench.read(sql), ["p1|0|changed", "p2|0|z", "p3|0|v"]);
}

pub(crate) fn a_scope_is_replaced_in_the_load_that_changed_its_rows(engine: Engine) {
    let parts = child("parts", &["id"], &["contact_id", "body"], "contacts", &[("contact_id", "id")]);
    let mut bench = Bench::new(engine, vec![table("contacts", &["id"], &["name"]), parts]);
    let contact = |bench: &Bench, name: &str| bench.rows("contacts", &["id", "name"], json!([["1", name]]));
    let parts = |bench: &Bench, rows| bench.rows("parts", &["id", "contact_id", "body"], rows);
    let changes = vec![contact(&bench, "Ann"), parts(&bench, json!([["a", "1", "old"], ["b", "1", "old"]]))];
    bench.load(changes);
    let changed = parts(&bench, json!([["a", "1", "new"], ["c", "1", "new"]]));
    let columns = ["id", "contact_id", "body"];
    let rows = json!([["c", "1", "last"]]);
    let replaced = bench.replacing("parts", &columns, rows, &["contact_id"], json!([["1"]]));
    let changes = vec![contact(&bench, "Anna"), changed, replaced];
    bench.load(changes);
    assert_eq!(bench.read("SELECT id, body FROM parts"), ["c|last"]);
}

pub(crate) fn children_go_with_the_rows_they_were_split_from(engine: Engine) {
    let mut bench = filled(engine);
    // The attachments' table is not even part of this load.
    bench.tables.retain(|table| table.name != "attachments");
    let receipt = bench.load(vec![parts_of_c1(&bench, json!([["p2", "c1", "b"]]))]);
    assert_eq!(receipt.tables["parts"], counts(0, 0, 1));
    assert_eq!(receipt.tables["attachments"], counts(0, 0, 2));
    assert_eq!(bench.read("SELECT part_id FROM attachments ORDER BY part_id"), ["p2", "p3"]);
}

pub(crate) fn a_row_that_moved_to_another_parent_is_kept(engine: Engine) {
    let mut bench = filled(engine);
    let rows = json!([["p1", "c2", "a"], ["p2", "c1", "b"]]);
    let receipt = bench.load(vec![parts_of_c1(&bench, rows)]);
    assert_eq!(receipt.tables["parts"], counts(0, 1, 0));
    assert_eq!(bench.read("SELECT conversation_id FROM parts WHERE id = 'p1'"), ["c2"]);
    assert_eq!(bench.read("SELECT count(*) FROM attachments"), ["4"]);
}
