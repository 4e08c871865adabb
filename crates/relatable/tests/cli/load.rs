//! Files go through the same engine.

use crate::program::{Place, query};
use std::io::Write;
use std::process::Stdio;

const ORDERS: &str = "{\"id\": 7, \"customer\": {\"name\": \"Zoë\"}, \"lines\": [{\"sku\": \"a\"}, {\"sku\": \"b\"}]}\n\
                      {\"id\": 8, \"customer\": {\"name\": null}, \"lines\": []}\n";

#[test]
fn a_file_becomes_tables_and_loading_it_again_changes_nothing() {
    let place = Place::new();
    place.write("orders.ndjson", ORDERS);
    let arguments = ["load", "orders.ndjson", "--table", "orders", "--key", "id", "--to", "sqlite:a.db"];
    let first = place.run(&arguments);
    assert_eq!(first.succeeded().stdout, "");
    assert!(first.stderr.contains("orders "), "{}", first.stderr);
    let rows = query(&place.path("a.db"), "SELECT id, customer_name FROM orders ORDER BY id");
    assert_eq!(rows, [["7", "Zoë"], ["8", ""]]);
    assert_eq!(query(&place.path("a.db"), "SELECT count(*) FROM order_lines"), [["2"]]);
    let again = place.run(&[&arguments[..], &["--json"]].concat());
    let last = again.succeeded().json_lines().pop().unwrap();
    assert_eq!(last["event"], "run_finished");
    assert_eq!(last["report"]["tables"], serde_json::json!({}));
}

#[test]
fn standard_input_is_a_file_like_others() {
    let place = Place::new();
    let mut child = place
        .command(&["load", "-", "--table", "orders", "--to", "sqlite:a.db", "--quiet"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(ORDERS.as_bytes()).unwrap();
    let outcome = place.wait(child);
    assert_eq!(outcome.succeeded().stderr, "");
    assert_eq!(query(&place.path("a.db"), "SELECT count(*) FROM orders"), [["2"]]);
}

#[test]
fn a_file_that_cannot_be_used_is_named_with_the_line() {
    let place = Place::new();
    place.write("broken.ndjson", "{\"id\": 1}\n{\"id\": \n{\"id\": 3}\n");
    let load = |file: &str| place.run(&["load", file, "--table", "t", "--to", "sqlite:a.db"]);
    load("broken.ndjson")
        .failed_with(10, &["error: `broken.ndjson` is not JSON or NDJSON at line ", "hint: a file holds"]);
    load("absent.json")
        .failed_with(10, &["error: failed to read `absent.json`", "No such file", "hint: does the file"]);
    assert!(!place.path("a.db").exists());
}
