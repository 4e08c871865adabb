//! Files go through the same engine.

use crate::program::{Place, query, simulator};
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

#[tokio::test(flavor = "multi_thread")]
async fn files_go_beside_the_tables_of_a_workspace_and_never_into_them() {
    let simulator = simulator(20, 0).await;
    let place = Place::new();
    let base_url = simulator.base_url();
    let sync = ["sync", "--to", "sqlite:a.db", "--base-url", &base_url, "--quiet"];
    place.run(&sync).succeeded();
    let database = place.path("a.db");
    let tags = query(&database, "SELECT * FROM tags ORDER BY id");
    place.write("tags.json", "[{\"id\": \"1\", \"name\": \"mine\", \"tags\": [1]}]");
    let load = |table: &str| {
        place.run(&["load", "tags.json", "--table", table, "--key", "id", "--to", "sqlite:a.db", "--quiet"])
    };
    let before = std::fs::read(&database).unwrap();
    for (table, taken) in [
        ("tags", "a table `tags`, which holds `tags`"),
        ("TAGS", "a table `TAGS`, which holds `tags`"),
        ("users", "a view `users`, which holds `contacts`"),
        // Its list would become the table `contact_tags`.
        ("contact", "a table `contact_tags`, which holds `contacts`"),
    ] {
        load(table).failed_with(7, &[taken, "\n\nhint: write it to a table of another name (`--table`"]);
        assert!(std::fs::read(&database).unwrap() == before, "{table}: nothing was written");
    }
    for _ in 0..2 {
        load("my_tags").succeeded();
    }
    assert_eq!(query(&database, "SELECT id, name FROM my_tags"), [["1", "mine"]]);
    assert_eq!(query(&database, "SELECT * FROM tags ORDER BY id"), tags);
    place.run(&sync).succeeded();
    load("my_tags").succeeded();
}
