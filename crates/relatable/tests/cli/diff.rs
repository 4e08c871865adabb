//! What rules would do is told before they do it.

use crate::program::{Place, query, simulator};
use serde_json::{Value, json};

#[test]
fn rules_for_a_file_are_compared_with_its_tables() {
    let place = Place::new();
    place.write(
        "orders.json",
        r#"{"id": 7, "customer": {"name": "Zo\u00eb"}, "lines": [{"sku": "a"}], "paid": 5}"#,
    );
    place
        .run(&["load", "orders.json", "--table", "orders", "--key", "id", "--to", "sqlite:a.db"])
        .succeeded();
    let diff = |more: &[&str]| place.run(&[&["model", "diff", "--to", "sqlite:a.db"], more].concat());
    assert_eq!(diff(&[]).succeeded().stdout, "no difference\n");
    let rules =
        "[orders.paths]\ncustomer = \"table\"\npaid = { type = \"decimal\" }\nmore = { type = \"date\" }\n";
    place.write("mine.toml", rules);
    let before = query(&place.path("a.db"), "SELECT count(*) FROM _relatable_columns");
    let outcome = diff(&["--model", "mine.toml"]);
    let lines: Vec<&str> = outcome.succeeded().stdout.lines().collect();
    assert_eq!(
        lines[..5],
        [
            "orders",
            "  ~ column orders.customer_name  [customer.name] moves to order_customer.name",
            "  ~ column orders.paid widens from integer to decimal",
            "  + column orders.more  date  [more]",
            "  + table order_customer  [customer]",
        ]
    );
    assert!(lines[5].starts_with("  a load into these tables is refused: "), "{lines:?}");
    assert_eq!(query(&place.path("a.db"), "SELECT count(*) FROM _relatable_columns"), before);
    let document: Value = serde_json::from_str(&diff(&["--model", "mine.toml", "--json"]).stdout).unwrap();
    assert_eq!((&document["version"], &document["resources"][0]["resource"]), (&json!(1), &json!("orders")));
    let widens = json!({"change": "column_widens", "table": "orders", "column": "paid", "from": "integer", "to": "decimal"});
    assert_eq!(document["resources"][0]["differences"][1], widens);
    assert!(document["resources"][0]["refusal"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_model_that_a_workspace_was_read_by_makes_no_difference() {
    let simulator = simulator(60, 0).await;
    let place = Place::new();
    let base_url = simulator.base_url();
    place.run(&["sync", "--to", "sqlite:a.db", "--base-url", &base_url, "--quiet"]).succeeded();
    assert_eq!(place.run(&["model", "diff", "--to", "sqlite:a.db"]).succeeded().stdout, "no difference\n");
    place.write("mine.toml", "[contacts.paths]\n\"tags\" = { as = \"delimited\", of = \"id\" }\n");
    let outcome = place.run(&["model", "diff", "--to", "sqlite:a.db", "--model", "mine.toml"]);
    let lines: Vec<&str> = outcome.succeeded().stdout.lines().collect();
    assert_eq!(lines[..2], ["contacts", "  + column contacts.tags  text  [tags]"], "{lines:?}");
    assert!(lines[2].starts_with("  - table contact_tags  [tags.[]]"), "{lines:?}");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let place = Place::new();
    place
        .run(&["model", "diff", "--to", "sqlite:a.db"])
        .failed_with(2, &["nothing was read into SQLite file a.db yet"]);
    place.write("one.json", "{\"id\": 1}");
    place.run(&["load", "one.json", "--table", "ones", "--to", "sqlite:a.db"]).succeeded();
    place.write("mine.toml", "[twos.paths]\na = \"json\"\n");
    place
        .run(&["model", "diff", "--to", "sqlite:a.db", "--model", "mine.toml"])
        .failed_with(3, &["`twos`, which is no resource"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_in_rules_that_are_compared_is_named_with_its_line() {
    let simulator = simulator(5, 0).await;
    let place = Place::new();
    let base_url = simulator.base_url();
    place
        .run(&["sync", "--to", "sqlite:a.db", "--select", "tags", "--base-url", &base_url, "--quiet"])
        .succeeded();
    for (rules, said) in [
        (
            "[tags.paths]\nname = \"table\"\n",
            "error: mine.toml, line 2: the rule for `tags.name` cannot be followed",
        ),
        (
            "[tags.paths]\nid = \"flatten\"\nname = { column = \"id\" }\n",
            "error: mine.toml, line 3: the tables of `tags` cannot be made",
        ),
    ] {
        place.write("mine.toml", rules);
        place.run(&["model", "diff", "--to", "sqlite:a.db", "--model", "mine.toml"]).failed_with(3, &[said]);
    }
}
