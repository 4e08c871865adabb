//! Tables become documents again, whatever they were.

use crate::program::{Place, query};
use relatable_model::json::Json;
use relatable_model::normal::normal;
use relatable_model::rules::Rules;

/// Documents of many shapes, in the order of their ids.
const SHAPES: [&str; 12] = [
    r#"{"id": "01"}"#,
    r#"{"id": "02", "a": {"b": {"c": [1, 2.50, null, "x", true, {"d": [[], [[]], [7]]}]}}}"#,
    r#"{"id": "03", "a": "a scalar where an object was", "list": [[1, 2], [3, [4, {"e": 5}]]]}"#,
    r#"{"id": "04", "Plan Name": "x", "plan_name": "y", "PLAN-NAME": "z", "": 1, "*": 2, "a.b": 3}"#,
    r#"{"id": "05", "n": 123456789012345678901234567890, "m": 1e400, "o": 0.1, "p": -0.0, "q": 5e-324}"#,
    r#"{"id": "06", "n": 7, "m": "text", "o": {"was": "a number"}, "p": [1], "q": false}"#,
    r#"{"id": "07", "text": "\u0000 \ud800 \ud83c\udf89 \"\\", "when": "2023-11-14T23:13:20.5+01:00"}"#,
    r#"{"id": "08", "none": null, "empty": {}, "nothing": [], "deep": {"none": null, "empty": {"x": {}}}}"#,
    r#"{"id": "09", "lines": [{"sku": "b", "parts": [{"n": 1}, {"n": 2}]}, {"sku": "a", "parts": []}, {}]}"#,
    r#"{"id": "10", "lines": [{"sku": "c", "parts": [{"n": 3}]}, "no object", null, [1]]}"#,
    r#"{"id": "11", "labels": ["x", "a,b", "\\", ""], "avatar": {"url": "u", "size": {"w": 1, "h": 2}}}"#,
    r#"{"id": "12", "labels": [], "avatar": {"url": null, "size": {"w": 3}}, "free": {"any": [{"thing": 1}]}}"#,
];

/// Rules under which labels, avatars and what is free are kept in other ways than by themselves.
const RULES: &str = "[things.paths]\nid = { type = \"text\" }\nlabels = \"delimited\"\navatar = \"table\"\n\
                     free = \"json\"\n";

/// Rules under which lists are lists of texts.
const LISTS: &str =
    "[things.paths]\nid = { type = \"text\" }\nlabels = \"list\"\nlist = \"list\"\np = \"list\"\n";

/// Loads the documents, exports them, and compares.
fn comes_back(scheme: &str, rules: Option<&str>) {
    let place = Place::new();
    let uri = format!("{scheme}:a.db");
    place.write("things.ndjson", &SHAPES.join("\n"));
    place.write("mine.toml", rules.unwrap_or_default());
    let model: &[&str] = if rules.is_some() { &["--model", "mine.toml"] } else { &[] };
    let load = ["load", "things.ndjson", "--table", "things", "--key", "id", "--to", &uri, "--quiet"];
    place.run(&[&load[..], model].concat()).succeeded();
    let back = place.run(&[&["export", "things", "--from", &uri], model].concat());
    assert_eq!(back.succeeded().stderr, "");
    let rules = Rules::parse(rules.unwrap_or_default(), "mine.toml").unwrap();
    let rules = rules.resources.get("things").cloned().unwrap_or_default();
    let expected = SHAPES.map(|shape| normal(Json::parse(shape.as_bytes()).unwrap(), &rules).to_string());
    assert_eq!(back.stdout.lines().collect::<Vec<_>>(), expected);
    let file = place.run(&[&["export", "things", "--from", &uri, "--out", "back.ndjson"], model].concat());
    assert_eq!(file.succeeded().stdout, "");
    assert_eq!(std::fs::read_to_string(place.path("back.ndjson")).unwrap(), back.stdout);
    assert!(!place.path("back.ndjson.part").exists());
}

#[test]
fn documents_of_any_shape_come_back_from_sqlite() {
    comes_back("sqlite", None);
    comes_back("sqlite", Some(RULES));
    comes_back("sqlite", Some(LISTS));
}

#[cfg(feature = "duckdb")]
#[test]
fn documents_of_any_shape_come_back_from_duckdb() {
    comes_back("duckdb", None);
    comes_back("duckdb", Some(RULES));
    comes_back("duckdb", Some(LISTS));
}

#[cfg(feature = "duckdb")]
#[test]
fn a_list_is_one_that_duckdb_can_ask() {
    let place = Place::new();
    place.write("things.ndjson", &SHAPES.join("\n"));
    place.write("lists.toml", LISTS);
    let load =
        ["load", "things.ndjson", "--table", "things", "--key", "id", "--to", "duckdb:a.db", "--quiet"];
    place.run(&[&load[..], &["--model", "lists.toml"]].concat()).succeeded();
    let connection = duckdb::Connection::open(place.path("a.db")).unwrap();
    let asked =
        "SELECT id, typeof(labels), len(labels), labels[2] FROM things WHERE labels IS NOT NULL ORDER BY id";
    let mut statement = connection.prepare(asked).unwrap();
    let rows =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap();
    let rows: Vec<(String, String, i64, Option<String>)> = rows.map(Result::unwrap).collect();
    let row = |id: &str, count, second: Option<&str>| {
        (id.to_owned(), "VARCHAR[]".to_owned(), count, second.map(str::to_owned))
    };
    assert_eq!(rows, [row("11", 4, Some("a,b")), row("12", 0, None)]);
}

#[test]
fn records_found_to_be_gone_come_only_when_asked_for() {
    let place = Place::new();
    place.write("things.ndjson", &SHAPES.join("\n"));
    place
        .run(&["load", "things.ndjson", "--table", "things", "--key", "id", "--to", "sqlite:a.db"])
        .succeeded();
    let connection = rusqlite::Connection::open(place.path("a.db")).unwrap();
    let gone = "UPDATE things SET _deleted_at = '2026-01-01T00:00:00.000000Z' WHERE id > '05'";
    assert_eq!(connection.execute(gone, []).unwrap(), 7);
    assert_eq!(query(&place.path("a.db"), "SELECT count(*) FROM things"), [["12"]]);
    let lines = |more: &[&str]| {
        let outcome = place.run(&[&["export", "things", "--from", "sqlite:a.db"], more].concat());
        outcome.succeeded().stdout.lines().count()
    };
    assert_eq!((lines(&[]), lines(&["--deleted"])), (5, 12));
}

#[test]
fn what_cannot_be_exported_is_said() {
    let place = Place::new();
    place.run(&["export", "things", "--from", "sqlite:a.db"]).failed_with(
        2,
        &["error: SQLite file a.db has no tables of `things`", "hint: it has no tables at all"],
    );
    assert!(!place.path("a.db").exists());
    place.write("one.json", "{\"id\": 1}");
    place.run(&["load", "one.json", "--table", "ones", "--to", "sqlite:a.db"]).succeeded();
    place
        .run(&["export", "things", "--from", "sqlite:a.db"])
        .failed_with(2, &["hint: it has tables of ones"]);
    place
        .run(&["export", "ones", "--from", "sqlite:a.db", "--out", "a.db"])
        .failed_with(3, &["error: `a.db` is the database itself"]);
    place
        .run(&["export", "ones", "--from", "sqlite:a.db", "--out", "nowhere/a"])
        .failed_with(1, &["error: failed to write `nowhere/a`"]);
}
