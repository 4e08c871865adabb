//! Issues and the record of loads.

use crate::bench::{Bench, table};
use crate::client::Engine;
use relatable_destinations::package::Change;
use relatable_model::issue::Issue;
use serde_json::json;

/// An issue about a record.
fn issue(record: &str) -> Issue {
    Issue {
        resource: "contacts".to_owned(),
        kind: "cut".to_owned(),
        path: "tags".to_owned(),
        record: record.to_owned(),
        detail: "it's \"cut\"\n".to_owned(),
    }
}

pub(crate) fn the_same_issue_is_stored_once(engine: Engine) {
    let mut bench = Bench::new(engine, vec![]);
    bench.issues = vec![issue("1"), issue("2"), issue("1")];
    bench.load(vec![]);
    bench.issues = vec![issue("2"), issue("3")];
    bench.load(vec![]);
    let sql = "SELECT record, \"count\", CASE WHEN first_seen < last_seen THEN 'again' ELSE 'once' END \
               FROM _relatable_issues ORDER BY record";
    assert_eq!(bench.read(sql), ["1|2|once", "2|2|again", "3|1|once"]);
}

pub(crate) fn issues_that_show_in_a_load_are_stored_with_it(engine: Engine) {
    let mut bench = Bench::new(engine, vec![]);
    bench.issues = vec![issue("1")];
    let produced = [vec![issue("1"), issue("2")], vec![], vec![issue("2"), issue("2")]];
    bench.load_produced(&mut produced.into_iter().map(|issues| Ok(Change::Issues(issues)))).expect("load");
    assert_eq!(bench.read("SELECT record, \"count\" FROM _relatable_issues ORDER BY record"), ["1|2", "2|3"]);
}

pub(crate) fn loads_are_recorded(engine: Engine) {
    let mut bench = Bench::new(engine, vec![table("contacts", &["id"], &["name"])]);
    bench.load(vec![bench.rows("contacts", &["id", "name"], json!([["1", "a"], ["2", "b"]]))]);
    bench.seq = 6;
    bench.load(vec![bench.rows("contacts", &["id", "name"], json!([["1", "c"]]))]);
    let sql = "SELECT id, from_seq, to_seq, rows_inserted, rows_updated, rows_deleted FROM _relatable_loads ORDER BY id";
    assert_eq!(bench.read(sql), ["1|0|1|2|0|0", "2|1|7|0|1|0"]);
    let detail = &bench.read("SELECT detail FROM _relatable_loads ORDER BY id")[1];
    let detail: serde_json::Value = serde_json::from_str(detail).expect("JSON");
    assert_eq!(detail, json!({"contacts": {"inserted": 0, "updated": 1, "deleted": 0}}));
}
