//! What is asked of tables to prove what they hold.

use crate::bench::{Bench, child, column, table};
use crate::client::Engine;
use relatable_destinations::{Dangling, Only, Reading, Referring, Rows, Uneven, Within};
use relatable_model::logical::LogicalType;
use relatable_model::schema::{Reference, ReferenceCondition, Table};
use serde_json::json;
use std::ops::ControlFlow;

/// Contacts with a moment, a stated number of notes and an owner; and their notes.
fn workspace(engine: Engine) -> Bench {
    let mut contacts = table("contacts", &["id"], &["owner", "kind"]);
    contacts.columns.insert(1, column("made_at", LogicalType::Timestamp));
    contacts.columns.insert(1, column("stated", LogicalType::Integer));
    let notes = child("notes", &["note_id"], &["contact_id"], "contacts", &[("contact_id", "id")]);
    let mut bench = Bench::new(engine, vec![contacts, notes]);
    let names = ["id", "made_at", "stated", "owner", "kind", "_deleted_at"];
    bench.load(vec![
        bench.rows(
            "contacts",
            &names,
            json!([
                ["a", 10, 2, "b", "x", null],
                ["b", 20, 0, "gone", "x", null],
                ["c", null, 1, "gone", "x", null],
                ["d", 30, null, "lost", "y", null],
                ["e", 40, 9, "marked", "x", 7],
                ["marked", 50, 0, null, "x", 7],
            ]),
        ),
        bench.rows("notes", &["note_id", "contact_id"], json!([["1", "a"], ["2", "a"], ["3", "b"]])),
    ]);
    bench
}

fn within(from_us: Option<i64>, until_us: Option<i64>) -> Option<Within<'static>> {
    Some(Within { column: "made_at", from_us, until_us })
}

pub(crate) fn live_rows_are_counted_and_listed_within_bounds(engine: Engine) {
    let mut bench = workspace(engine);
    for (within, expected) in [
        (None, &["a", "b", "c", "d"][..]),
        (within(None, Some(20)), &["a", "c"]),
        (within(Some(10), Some(30)), &["a", "b"]),
        (within(Some(20), None), &["b", "d"]),
    ] {
        let rows = Rows { table: "contacts", within };
        assert_eq!(bench.destination.count(&rows).expect("count"), expected.len() as u64);
        let (mut all, mut after): (Vec<String>, Option<Vec<String>>) = (Vec::new(), None);
        loop {
            let page = bench.destination.keys(&rows, after.as_deref(), 1).expect("keys");
            let Some(last) = page.last().cloned() else { break };
            after = Some(last);
            all.extend(page.into_iter().flatten());
        }
        assert_eq!(all, expected);
    }
    let unheard = Rows { table: "unheard", within: None };
    assert_eq!(bench.destination.count(&unheard).expect("count"), 0);
    assert_eq!(bench.destination.cuts("contacts", "made_at", 1).expect("cuts"), [10, 20, 30]);
    assert_eq!(bench.destination.cuts("contacts", "made_at", 2).expect("cuts"), [20]);
}

pub(crate) fn references_that_lead_to_no_row_are_found(engine: Engine) {
    let mut bench = workspace(engine);
    let dangling = |value: &str, rows, example: &str| Dangling {
        value: value.to_owned(),
        rows,
        example: example.to_owned(),
    };
    let gone = dangling("gone", 2, "b");
    let when = |value: &str| {
        Some(ReferenceCondition { column: "kind".to_owned(), values: vec![value.to_owned(), "z".to_owned()] })
    };
    for (when, expected) in
        [(None, vec![gone.clone(), dangling("lost", 1, "d")]), (when("x"), vec![gone]), (when("q"), vec![])]
    {
        let reference = Reference { table: "contacts".to_owned(), when };
        let referring = [Referring { table: "contacts", column: "owner", reference: &reference }];
        let found = bench.destination.dangling(&referring).expect("dangling");
        assert_eq!(found, [expected]);
    }
    let reference = Reference { table: "unheard".to_owned(), when: None };
    let referring = [Referring { table: "contacts", column: "owner", reference: &reference }];
    assert_eq!(bench.destination.dangling(&referring).expect("dangling"), [[]]);
}

pub(crate) fn lists_of_another_length_than_stated_are_found(engine: Engine) {
    let mut bench = workspace(engine);
    let uneven = |key: &str, stated, stored| Uneven { key: vec![key.to_owned()], stated, stored };
    let found = bench.destination.uneven("contacts", "stated", "notes").expect("uneven");
    assert_eq!(found, [uneven("b", Some(0), 1), uneven("c", Some(1), 0), uneven("d", None, 0)]);
}

pub(crate) fn just_the_records_asked_for_are_read(engine: Engine) {
    let mut bench = workspace(engine);
    let key = |name: &str| vec![name.to_owned()];
    let pair = |owner: &str, stated: &str| vec![owner.to_owned(), stated.to_owned()];
    let (id, owner) = (vec!["id".to_owned()], vec!["owner".to_owned(), "stated".to_owned()]);
    for (columns, values, expected) in [
        (&id, vec![key("a"), key("e"), key("none")], [1, 2]),
        (&id, vec![], [0, 0]),
        (&owner, vec![pair("gone", "0"), pair("gone", "5")], [1, 1]),
    ] {
        let only = Some(Only { columns, values: &values });
        let mut found = [0, 0];
        let mut take = |group: &[(&Table, arrow_array::RecordBatch)]| {
            found = [found[0] + group[0].1.num_rows(), found[1] + group[1].1.num_rows()];
            ControlFlow::Continue(())
        };
        let reading = Reading { resource: "contacts", with_deleted: false, only };
        bench.destination.read(&reading, &mut take).expect("read");
        assert_eq!(found, expected, "{values:?}");
    }
}
