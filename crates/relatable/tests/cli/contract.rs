//! Contracts keep new paths out, or stop.

use crate::program::{Outcome, Place, query, simulator};

const FIRST: &str = r#"{"id": 1, "name": "a", "lines": [{"n": 1}]}"#;
const SECOND: &str = r#"{"id": 1, "name": "b", "lines": [{"n": 2}]}
{"id": 2, "name": 7.5, "vip": true, "lines": [{"n": 3, "sku": "x"}, {"n": 4}], "more": [{"of": "it"}], "none": []}
{"id": 3, "vip": false, "lines": []}"#;

/// Loads the documents under a contract into what the first ones made.
fn second_load(place: &Place, scheme: &str, contract: &str) -> Outcome {
    place.write("first.ndjson", FIRST);
    place.write("second.ndjson", SECOND);
    place.write("mine.toml", &format!("[things]\ncontract = \"{contract}\"\n"));
    let uri = format!("{scheme}:a.db");
    let load = |file: &str| {
        let load = ["load", file, "--table", "things", "--key", "id", "--to", &uri, "--model", "mine.toml"];
        place.run(&load)
    };
    load("first.ndjson").succeeded();
    load("second.ndjson")
}

#[test]
fn a_frozen_table_stops_a_load_before_anything_is_written() {
    let place = Place::new();
    second_load(&place, "sqlite", "freeze").failed_with(
        3,
        &["its contract is `freeze`, and the record `2` has a value at `", "for which there is no column"],
    );
    let read = |sql: &str| query(&place.path("a.db"), sql);
    assert_eq!(read("SELECT id, name FROM things"), [["1", "a"]]);
    assert_eq!(read("SELECT count(*) FROM _relatable_loads"), [["1"]]);
    // What has its place goes in, and so does what the rules declare.
    place.write("second.ndjson", r#"{"id": 2, "name": "c", "lines": [], "none": [], "due": "2026-01-01"}"#);
    place.write("mine.toml", "[things]\ncontract = \"freeze\"\n[things.paths]\ndue = { type = \"date\" }\n");
    let load = ["load", "second.ndjson", "--table", "things", "--key", "id", "--to", "sqlite:a.db"];
    place.run(&[&load[..], &["--model", "mine.toml"]].concat()).succeeded();
    assert_eq!(read("SELECT id, name, due FROM things"), [["1", "a", ""], ["2", "c", "2026-01-01"]]);
}

#[test]
fn a_discarding_table_leaves_new_values_out_and_counts_them() {
    let place = Place::new();
    let outcome = second_load(&place, "sqlite", "discard");
    outcome.succeeded();
    let read = |sql: &str| query(&place.path("a.db"), sql);
    assert_eq!(read("SELECT id, name FROM things ORDER BY id"), [["1", "b"], ["2", ""], ["3", ""]]);
    assert_eq!(read("SELECT n FROM thing_lines ORDER BY n"), [["2"], ["3"], ["4"]]);
    let tables =
        read("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'");
    assert_eq!(tables, [["things"], ["thing_lines"]]);
    assert_eq!(
        read(
            "SELECT path, record, \"count\", detail FROM _relatable_issues WHERE kind = 'value_discarded' ORDER BY path, record"
        ),
        [
            ["lines.sku", "2", "1", "the contract is `discard`, and there is no column for it"],
            ["more.[]", "2", "1", "the contract is `discard`, and there is no column for it"],
            ["name", "2", "1", "the contract is `discard`, and its column cannot hold it"],
            ["vip", "2", "1", "the contract is `discard`, and there is no column for it"],
            ["vip", "3", "1", "the contract is `discard`, and there is no column for it"],
        ]
    );
    assert_eq!(read("SELECT DISTINCT kind FROM _relatable_issues"), [["value_discarded"]]);
    let appeared = read("SELECT count(*) FROM _relatable_changes WHERE change = 'column_appeared'");
    assert_eq!(appeared, [["0"]]);
}

#[test]
fn a_value_that_its_column_cannot_hold_is_told_as_that_under_a_contract() {
    let place = Place::new();
    assert_eq!(second_load(&place, "sqlite", "freeze").code, Some(3));
    place.write("second.ndjson", r#"{"id": 4, "name": 7.5}"#);
    let load = ["load", "second.ndjson", "--table", "things", "--key", "id", "--to", "sqlite:a.db"];
    place.run(&[&load[..], &["--model", "mine.toml"]].concat()).failed_with(
        3,
        &["the record `4` has a value at `name`, for which there is no column: that of its path cannot hold it; nothing of this load was written"],
    );
}

#[cfg(feature = "duckdb")]
#[test]
fn contracts_hold_in_duckdb() {
    second_load(&Place::new(), "duckdb", "freeze").failed_with(3, &["its contract is `freeze`"]);
    let place = Place::new();
    second_load(&place, "duckdb", "discard").succeeded();
    let back = place.run(&["export", "things", "--from", "duckdb:a.db"]);
    let first = back.succeeded().stdout.lines().next();
    assert_eq!(first, Some(r#"{"id":1,"lines":[{"n":2}],"name":"b"}"#));
    assert!(!back.stdout.contains("vip"), "{}", back.stdout);
}

#[test]
fn without_a_contract_a_new_path_is_a_column_of_the_same_load() {
    let place = Place::new();
    second_load(&place, "sqlite", "evolve").succeeded();
    let read = |sql: &str| query(&place.path("a.db"), sql);
    assert_eq!(read("SELECT id, vip FROM things ORDER BY id"), [["1", ""], ["2", "1"], ["3", "0"]]);
    let sql = "SELECT table_name, column_name, record FROM _relatable_changes WHERE id > 2 ORDER BY id";
    let changes = read(sql);
    assert!(changes.contains(&vec!["things".into(), "vip".into(), "2".into()]), "{changes:?}");
}

#[test]
fn a_contract_that_there_is_not_is_refused_with_those_there_are() {
    let place = Place::new();
    second_load(&place, "sqlite", "evolve").succeeded();
    place.write("mine.toml", "[contacts]\ncontract = \"frozen\"\n");
    place
        .run(&["model", "show", "--model", "mine.toml"])
        .failed_with(3, &["line 2, column 12", "`evolve`, `freeze`, `discard`"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_read_under_a_contract_gets_no_column_for_a_new_attribute() {
    let simulator = simulator(40, 0).await;
    let base_url = simulator.base_url();
    for (contract, code) in [("freeze", Some(3)), ("discard", Some(0))] {
        let place = Place::new();
        let sync = |rules: &str| {
            place.write("mine.toml", rules);
            let sync =
                ["sync", "--to", "sqlite:a.db", "--model", "mine.toml", "--sweep", "--base-url", &base_url];
            place.run(&sync)
        };
        sync("[contacts.paths]\n\"custom_attributes.Plan Name\" = \"omit\"\n").succeeded();
        let columns = || query(&place.path("a.db"), "SELECT name FROM pragma_table_info('contacts')");
        let before = columns();
        let outcome = sync(&format!("[contacts]\ncontract = \"{contract}\"\n"));
        assert_eq!(outcome.code, code, "{outcome:#?}");
        assert_eq!(columns(), before);
        let sql = "SELECT count(*) > 0 FROM _relatable_issues WHERE kind = 'value_discarded' \
                   AND path = 'custom_attributes.Plan Name'";
        let counted = if contract == "discard" { "1" } else { "0" };
        assert_eq!(query(&place.path("a.db"), sql), [[counted]]);
    }
}
