//! Rows by key.

use crate::bench::{Bench, counts, table};
use crate::client::Engine;
use relatable_destinations::DestinationError;
use relatable_model::logical::LogicalType;
use serde_json::json;

/// A contacts table with two values.
fn contacts(engine: Engine) -> Bench {
    Bench::new(engine, vec![table("contacts", &["id"], &["name", "plan"])])
}

pub(crate) fn rows_are_inserted_then_updated_by_key(engine: Engine) {
    let mut bench = contacts(engine);
    let columns = ["id", "name", "plan"];
    bench.load(vec![bench.rows(
        "contacts",
        &columns,
        json!([["1", "Ann", null], ["2", "Bob", "x"], ["3", "Cy", "y"]]),
    )]);
    let receipt = bench.load(vec![bench.rows(
        "contacts",
        &columns,
        json!([["1", "Ann", "new"], ["2", "Bob", "x"], ["3", "Cy", null], ["4", "Di", null]]),
    )]);
    assert_eq!(receipt.tables["contacts"], counts(1, 2, 0));
    assert_eq!(
        bench.read("SELECT id, name, plan FROM contacts ORDER BY id"),
        ["1|Ann|new", "2|Bob|x", "3|Cy|∅", "4|Di|∅"]
    );
    let checkpoint = bench.destination.checkpoint().expect("checkpoint").expect("there is one");
    assert_eq!(checkpoint, crate::bench::position("w1", "j1", 2));
}

pub(crate) fn a_column_may_be_called_as_databases_call_the_place_of_a_row(engine: Engine) {
    let names = match engine {
        // PostgreSQL's own are refused, with the reason.
        #[cfg(feature = "postgres")]
        Engine::Postgres => ["rowid", "_rowid_"],
        _ => ["rowid", "oid"],
    };
    let mut bench = Bench::new(engine, vec![table("contacts", &["id"], &names)]);
    let columns = ["id", names[0], names[1]];
    let all = json!([["1", "1", "a"], ["2", "0", "b"], ["3", null, "c"], ["4", "2", "d"]]);
    bench.load(vec![bench.rows("contacts", &columns, all)]);
    let changed = json!([["1", "1", "x"], ["3", "0", "c"], ["5", "1", "e"]]);
    let receipt = bench.load(vec![bench.rows("contacts", &columns, changed)]);
    assert_eq!(receipt.tables["contacts"], counts(1, 2, 0));
    let read = bench.read(&format!("SELECT id, {}, {} FROM contacts ORDER BY id", names[0], names[1]));
    assert_eq!(read, ["1|1|x", "2|0|b", "3|0|c", "4|2|d", "5|1|e"]);
}

pub(crate) fn the_same_load_twice_changes_nothing(engine: Engine) {
    let mut bench = contacts(engine);
    let changes = |bench: &Bench| {
        let rows = json!([["1", "Ann", 1, null], ["2", null, 1, null], ["3", "Cy", 1, null]]);
        let names = ["id", "name", "_synced_at", "_deleted_at"];
        let mut changes = vec![bench.replacing("contacts", &names, rows, &["id"], json!([["1"], ["9"]]))];
        changes.push(bench.deleting("contacts", &["id", "_deleted_at"], json!([["none", 5]])));
        changes
    };
    bench.load(changes(&bench));
    let sql = "SELECT * FROM contacts ORDER BY id";
    let before = bench.read(sql);
    let receipt = bench.load(changes(&bench));
    assert!(receipt.tables.is_empty(), "{receipt:?}");
    assert_eq!(receipt.orphans, 0);
    assert_eq!(bench.read(sql), before);
    assert_eq!(bench.read("SELECT count(*) FROM _relatable_loads"), ["2"]);
}

pub(crate) fn a_row_that_differs_only_in_synced_at_is_left_alone(engine: Engine) {
    let mut bench = contacts(engine);
    let columns = ["id", "name", "_synced_at"];
    bench.load(vec![bench.rows("contacts", &columns, json!([["1", "Ann", 1], ["2", "Bob", 1]]))]);
    let sql = "SELECT id FROM contacts ORDER BY _synced_at, id";
    let untouched = bench.read("SELECT _synced_at FROM contacts WHERE id = '1'");
    let receipt =
        bench.load(vec![bench.rows("contacts", &columns, json!([["1", "Ann", 2], ["2", "Bea", 2]]))]);
    assert_eq!(receipt.tables["contacts"], counts(0, 1, 0));
    assert_eq!(bench.read("SELECT _synced_at FROM contacts WHERE id = '1'"), untouched);
    assert_ne!(bench.read("SELECT _synced_at FROM contacts WHERE id = '2'"), untouched);
    assert_eq!(bench.read(sql), ["1", "2"]);
    // Nothing but the key and the time leaves a row alone, too.
    let receipt = bench.load(vec![bench.rows("contacts", &["id", "_synced_at"], json!([["1", 9]]))]);
    assert!(receipt.tables.is_empty());
}

pub(crate) fn columns_a_change_lacks_are_left_alone(engine: Engine) {
    let mut bench = contacts(engine);
    bench.load(vec![bench.rows(
        "contacts",
        &["id", "name", "plan"],
        json!([["1", "Ann", "x"], ["2", "Bob", "y"]]),
    )]);
    let receipt = bench.load(vec![bench.rows(
        "contacts",
        &["name", "id"],
        json!([["Amy", "1"], ["Bob", "2"], ["Cy", "3"]]),
    )]);
    assert_eq!(receipt.tables["contacts"], counts(1, 1, 0));
    assert_eq!(
        bench.read("SELECT id, name, plan FROM contacts ORDER BY id"),
        ["1|Amy|x", "2|Bob|y", "3|Cy|∅"]
    );
}

pub(crate) fn a_batch_that_lacks_a_column_of_its_change_has_null_there(engine: Engine) {
    let mut bench = contacts(engine);
    bench.load(vec![bench.rows(
        "contacts",
        &["id", "name", "plan"],
        json!([["1", "Ann", "x"], ["2", "Bob", "y"]]),
    )]);
    let mut change = bench.rows("contacts", &["id", "name"], json!([["1", "Ann"]]));
    change.rows.push(bench.batch("contacts", &["id", "plan"], json!([["2", "z"]])));
    change.rows.push(bench.batch("contacts", &["id", "plan"], json!([])));
    assert_eq!(bench.load(vec![change]).tables["contacts"], counts(0, 2, 0));
    assert_eq!(bench.read("SELECT id, name, plan FROM contacts ORDER BY id"), ["1|Ann|∅", "2|∅|z"]);
}

pub(crate) fn a_key_repeated_in_a_change_is_refused(engine: Engine) {
    let mut bench = contacts(engine);
    let rows = json!([["1", "a"], ["2", "b"], ["1", "c"], ["2", "d"], ["3", "e"]]);
    let error = bench.try_load(vec![bench.rows("contacts", &["id", "name"], rows)]).expect_err("repeated");
    assert!(
        matches!(&error, DestinationError::KeyRepeated { table, count: 2 } if table == "contacts"),
        "{error:?}"
    );
    bench.load(vec![]);
    assert_eq!(bench.read("SELECT count(*) FROM contacts"), ["0"]);
}

pub(crate) fn a_key_repeated_in_the_table_is_found(engine: Engine) {
    let mut bench = contacts(engine);
    let load = |bench: &mut Bench, name: &str| {
        bench.try_load(vec![bench.rows("contacts", &["id", "name"], json!([["1", name]]))])
    };
    load(&mut bench, "a").expect("load");
    let primary = engine.of(
        Some("SELECT name FROM pragma_table_info('contacts') WHERE pk > 0"),
        None,
        Some(engine.of_server(
            "SELECT a.attname FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid \
             AND a.attnum = ANY (i.indkey) WHERE i.indrelid = 'contacts'::regclass AND i.indisprimary",
            "SELECT column_name FROM information_schema.statistics WHERE table_schema = DATABASE() \
             AND table_name = 'contacts' AND index_name = 'PRIMARY'",
        )),
    );
    if let Some(sql) = primary {
        assert_eq!(bench.read(sql), ["id"]);
        return;
    }
    engine.run(&bench.path, "INSERT INTO contacts (id, name) VALUES ('1', 'smuggled')");
    let error = load(&mut bench, "b").expect_err("there twice");
    assert!(matches!(error, DestinationError::KeyRepeated { count: 1, .. }), "{error:?}");
}

pub(crate) fn several_changes_of_one_table_apply_in_order(engine: Engine) {
    let mut bench = contacts(engine);
    let receipt = bench.load(vec![
        bench.rows("contacts", &["id", "name"], json!([["1", "a"], ["2", "a"]])),
        bench.rows("contacts", &["id", "name"], json!([["1", "b"]])),
        bench.deleting("contacts", &["id", "_deleted_at"], json!([["2", 5]])),
        bench.rows("contacts", &["id", "plan"], json!([["1", "p"], ["3", "p"]])),
    ]);
    assert_eq!(receipt.tables["contacts"], counts(3, 2, 1));
    assert_eq!(
        bench.read(
            "SELECT id, name, plan, CASE WHEN _deleted_at IS NULL THEN 1 ELSE 0 END FROM contacts ORDER BY id"
        ),
        ["1|b|p|1", "2|a|∅|0", "3|∅|p|1"]
    );
}

pub(crate) fn versions_of_many_keys(engine: Engine) {
    let mut bench = contacts(engine);
    let rows: Vec<_> = (0..50_000_i64)
        .map(|number| {
            let version = if number == 7 { json!(null) } else { json!(LOADED + number) };
            json!([format!("k{number}"), version])
        })
        .collect();
    bench.table("contacts").columns.push(crate::bench::column("updated_at", LogicalType::Timestamp));
    bench.load(vec![bench.rows("contacts", &["id", "updated_at"], json!(rows))]);
    let keys: Vec<String> = (0..100_000).step_by(2).chain([7]).map(|number| format!("k{number}")).collect();
    let versions = bench.destination.versions("contacts", "id", "updated_at", &keys).expect("versions");
    assert_eq!(versions.len(), 25_000);
    assert_eq!(versions["k49998"], LOADED + 49_998);
    assert!(!versions.contains_key("k7") && !versions.contains_key("k1") && !versions.contains_key("k50000"));
    assert!(bench.destination.versions("unknown", "id", "updated_at", &keys).expect("versions").is_empty());
    let again = bench.destination.versions("contacts", "id", "updated_at", &keys[..1]).expect("versions");
    assert_eq!(again.len(), 1);
}

/// An instant with a fraction of a second.
const LOADED: i64 = 1_700_000_000_123_456;
