//! Stubs, which are no records: nothing counts them, and they go when nothing refers to them.

use crate::bench::{Bench, LOADED_AT_US, child, counts};
use crate::client::Engine;
use crate::enforced::{contacts, enforcing, rows, tables};
use relatable_destinations::package::{Erased, Erasure, Named};
use relatable_destinations::{Dangling, Live, Reading, Referring, Rows};
use relatable_model::schema::{Reference, Table, View};
use relatable_model::write_mode::WriteMode;
use serde_json::json;
use std::ops::ControlFlow;

/// Contacts with notes and a view, one of them marked as gone; of two friends and an owner nothing has been read.
fn with_stubs(engine: Engine) -> Bench {
    let mut tables = tables(WriteMode::Upsert);
    let view = View { name: "anns".to_owned(), column: "name".to_owned(), equals: "Ann".to_owned() };
    tables[0].views.push(view);
    tables.push(child("notes", &["id"], &["contact_id"], "contacts", &[("contact_id", "id")]));
    let mut bench = enforcing(engine, tables);
    bench.load(vec![
        bench.rows(
            "contacts",
            &["id", "name", "updated_at", "owner_id", "friend_id", "_deleted_at"],
            json!([
                ["1", "Ann", 5, "a", "8", null],
                ["2", "Ann", 5, "a", "9", null],
                ["3", "Cy", 5, null, "2", 7]
            ]),
        ),
        bench.rows("notes", &["id", "contact_id"], json!([["n1", "1"], ["n8", "8"]])),
    ]);
    bench
}

pub(crate) fn stubs_are_counted_nowhere(engine: Engine) {
    let mut bench = with_stubs(engine);
    assert_eq!(rows(&bench, "contacts"), ["1|Ann|row", "2|Ann|row", "3|Cy|row", "8|∅|stub", "9|∅|stub"]);
    assert_eq!(bench.read("SELECT id FROM notes"), ["n1"], "a stub has nothing that was split from it");
    assert_eq!(bench.read("SELECT id FROM anns ORDER BY id"), ["1", "2"]);
    let destination = bench.destination.as_mut();
    let live = Live { table: "contacts", key: "id", after: "", count: 9, among: None, since: None };
    assert_eq!(destination.live(&live).expect("live"), ["1", "2"]);
    let asked = ["1", "8"].map(str::to_owned);
    let known = destination.versions("contacts", "id", "updated_at", &asked).expect("versions");
    assert_eq!(known.into_iter().collect::<Vec<_>>(), [("1".to_owned(), 5)]);
    for (table, expected) in [("contacts", 2), ("admins", 0)] {
        let all = Rows { table, within: None };
        assert_eq!(destination.count(&all).expect("count"), expected);
        assert_eq!(destination.keys(&all, None, 9).expect("keys").len() as u64, expected);
    }
    for (with_deleted, expected) in [(false, 2), (true, 3)] {
        let mut found = 0;
        let mut take = |group: &[(&Table, arrow_array::RecordBatch)]| {
            found += group[0].1.num_rows();
            ControlFlow::Continue(())
        };
        destination
            .read(&Reading { resource: "contacts", with_deleted, only: None }, &mut take)
            .expect("read");
        assert_eq!(found, expected);
    }
    // What is referred to and has not been read is as missing as ever.
    let dangling = |value: &str, rows, example: &str| Dangling {
        value: value.to_owned(),
        rows,
        example: example.to_owned(),
    };
    for (column, target, expected) in [
        ("owner_id", "admins", vec![dangling("a", 2, "1")]),
        ("friend_id", "contacts", vec![dangling("8", 1, "1"), dangling("9", 1, "2")]),
    ] {
        let reference = Reference { table: target.to_owned(), when: None };
        let referring = [Referring { table: "contacts", column, reference: &reference }];
        assert_eq!(destination.dangling(&referring).expect("dangling"), [expected]);
    }
    // Nor can a record be found to be gone of which there was none.
    let gone = bench.deleting("contacts", &["id", "_deleted_at"], json!([["8", 9]]));
    assert!(bench.load(vec![gone]).tables.is_empty());
    assert_eq!(bench.read("SELECT count(*) FROM contacts WHERE _deleted_at IS NOT NULL"), ["1"]);
}

pub(crate) fn a_deleted_row_that_others_refer_to_leaves_a_stub(engine: Engine) {
    let mut bench = enforcing(engine, tables(WriteMode::Mirror));
    let admins = |bench: &Bench| {
        bench.rows("admins", &["id", "name", "_deleted_at"], json!([["a", "Ada", null], ["b", "Bo", null]]))
    };
    bench.load(vec![
        admins(&bench),
        contacts(&bench, json!([["1", "Ann", "a", "2"], ["2", "Bob", "c", null]])),
    ]);
    let gone = |bench: &Bench, table: &str, keys: &[&str]| {
        let rows: Vec<_> = keys.iter().map(|key| json!([key, 7])).collect();
        bench.deleting(table, &["id", "_deleted_at"], json!(rows))
    };
    // `c` was never there, so nothing is deleted of it.
    let change = gone(&bench, "admins", &["a", "b", "c"]);
    assert_eq!(bench.load(vec![change]).tables["admins"], counts(0, 0, 2));
    assert_eq!(rows(&bench, "admins"), ["a|∅|stub", "c|∅|stub"]);
    let change = gone(&bench, "admins", &["a", "b"]);
    assert!(bench.load(vec![change]).tables.is_empty());
    // It comes back as if it were new.
    let change = bench.rows("admins", &["id", "name", "_deleted_at"], json!([["a", "Ada", null]]));
    assert_eq!(bench.load(vec![change]).tables["admins"], counts(1, 0, 0));
    assert_eq!(rows(&bench, "admins"), ["a|Ada|row", "c|∅|stub"]);
    // Once nothing refers to it any more, nothing is left.
    let changes = vec![
        contacts(&bench, json!([["1", "Ann", null, "2"]])),
        gone(&bench, "admins", &["a"]),
        gone(&bench, "contacts", &["2"]),
    ];
    let receipt = bench.load(changes);
    assert_eq!((receipt.tables["admins"], receipt.tables["contacts"]), (counts(0, 0, 1), counts(0, 1, 1)));
    assert_eq!(rows(&bench, "contacts"), ["1|Ann|row", "2|∅|stub"]);
    assert_eq!(rows(&bench, "admins"), Vec::<String>::new());
}

pub(crate) fn no_stub_stands_for_who_is_forgotten(engine: Engine) {
    let mut bench = with_stubs(engine);
    let erase = |bench: &mut Bench, id: &str, rows: &[Named], blanked: &[(Named, Vec<String>)]| {
        let rewrite = |text: &str| (text == id).then(String::new);
        let erasure = Erasure {
            ids: &[id.to_owned()],
            alone: &[],
            rows,
            blanked,
            texts: &[id.to_owned()],
            is_searched: &|table| table.name != "admins",
            rewrite: &rewrite,
            is_named: &|text| text == id,
            remembered: &[],
            erased_at_us: LOADED_AT_US,
        };
        bench.destination.erase(&erasure).expect("erased")
    };
    let named = |table: &str, column: &str| Named {
        table: table.to_owned(),
        column: column.to_owned(),
        split_below: None,
    };
    let counted = |erased: Erased| (erased.rows, erased.changed, erased.records.len());
    let own = [named("contacts", "id")];
    let friends = [(named("contacts", "friend_id"), vec!["friend_id".to_owned()])];
    // One who was read, whose friend forgets, and whose note goes; one who never was; one whom nothing blanks.
    assert_eq!(counted(erase(&mut bench, "2", &own, &friends)), (1, 1, 1));
    assert_eq!(rows(&bench, "contacts"), ["1|Ann|row", "3|Cy|row", "8|∅|stub"]);
    assert_eq!(counted(erase(&mut bench, "8", &own, &friends)), (0, 1, 0));
    assert_eq!(rows(&bench, "contacts"), ["1|Ann|row", "3|Cy|row"]);
    assert_eq!(bench.read("SELECT count(*) FROM contacts WHERE friend_id IS NOT NULL"), ["0"]);
    assert_eq!(counted(erase(&mut bench, "a", &[], &[])), (0, 1, 0));
    assert_eq!(rows(&bench, "admins"), Vec::<String>::new());
    // A row that is no person's is deleted and referred to all the same: of it the key stays, as in what refers to it.
    bench.load(vec![contacts(&bench, json!([["4", "Di", null, "3"]]))]);
    let by_name = [named("contacts", "name")];
    assert_eq!(counted(erase(&mut bench, "Cy", &by_name, &[])), (1, 0, 1));
    assert_eq!(rows(&bench, "contacts"), ["1|Ann|row", "3|∅|stub", "4|Di|row"]);
}
