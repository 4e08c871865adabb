//! Suggested rules can be used as they are printed.

use crate::program::{Place, query, simulator};

const ORDERS: &str = r#"{"id": 7, "placed_at": 1700000000, "labels": ["a", "b"], "lines": [{"id": 1, "n": 2}, {"id": 2, "n": 2}]}
{"id": 8, "placed_at": 1700003600, "labels": [], "lines": [{"id": 1, "n": 1}], "stock": {"2026-01-01": 5}}
"#;

#[test]
fn what_is_suggested_for_files_is_a_rule_file_for_them() {
    let place = Place::new();
    place.write("orders.ndjson", ORDERS);
    let suggested = place.run(&["model", "suggest", "orders.ndjson"]);
    assert_eq!(suggested.succeeded().stderr, "");
    place.write("mine.toml", &suggested.stdout);
    let load = ["load", "orders.ndjson", "--table", "orders", "--to", "sqlite:a.db", "--model", "mine.toml"];
    place.run(&load).succeeded();
    let read = |sql: &str| query(&place.path("a.db"), sql);
    assert_eq!(
        read("SELECT id, placed_at, labels FROM orders ORDER BY id"),
        [["7", "2023-11-14T22:13:20.000000Z", "a,b"], ["8", "2023-11-14T23:13:20.000000Z", ""]]
    );
    assert_eq!(
        read("SELECT columns FROM _relatable_keys WHERE table_name = 'order_lines' AND kind = 'primary'"),
        [["[\"order_id\",\"id\"]"]]
    );
    assert_eq!(read("SELECT key, value_number FROM order_stock"), [["2026-01-01", "5"]]);
    assert_eq!(read("SELECT count(*) FROM order_lines"), [["3"]]);
    // The same for another name, and from standard input's place in the list of files.
    let named = place.run(&["model", "suggest", "orders.ndjson", "--table", "sales"]);
    assert!(named.succeeded().stdout.contains("\n[sales.paths]\n"), "{}", named.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_suggested_for_a_workspace_is_what_the_model_leaves_open() {
    let simulator = simulator(30, 0).await;
    let place = Place::new();
    let base_url = simulator.base_url();
    place.run(&["sync", "--to", "sqlite:a.db", "--base-url", &base_url, "--quiet"]).succeeded();
    let suggested = place.run(&["model", "suggest", "--to", "sqlite:a.db"]);
    assert_eq!(suggested.succeeded().stderr, "");
    for head in ["[contacts.paths]", "[conversations.paths]", "[companies.paths]"] {
        assert!(suggested.stdout.contains(head), "{head}: {}", suggested.stdout);
    }
    assert!(suggested.stdout.contains("# \"email\": filled "), "{}", suggested.stdout);
    place.write("mine.toml", &suggested.stdout);
    place.run(&["model", "show", "--model", "mine.toml"]).succeeded();
    let one = place.run(&["model", "suggest", "--to", "sqlite:a.db", "--resource", "tags"]);
    assert!(!one.succeeded().stdout.contains("[contacts"), "{}", one.stdout);
}

#[test]
fn what_cannot_be_measured_is_said() {
    let place = Place::new();
    place.write("broken.json", "{\"a\": ");
    place.run(&["model", "suggest", "broken.json"]).failed_with(10, &["`broken.json` is not JSON"]);
    place
        .run(&["model", "suggest", "--to", "sqlite:a.db"])
        .failed_with(2, &["nothing was read into SQLite file a.db yet", "hint: is it the database"]);
    place.run(&["model", "suggest"]).failed_with(2, &["<FILE>..."]);
    place.write("one.json", "{\"id\": 1}");
    place.run(&["load", "one.json", "--table", "t", "--to", "sqlite:a.db"]).succeeded();
    place
        .run(&["model", "suggest", "--to", "sqlite:a.db"])
        .failed_with(10, &["failed to read `a.db.journal`"]);
    assert!(!place.path("a.db.journal").exists());
}
