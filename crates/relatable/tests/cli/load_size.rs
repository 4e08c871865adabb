//! Loads that are larger than what is in memory at once end as small ones do.

use crate::program::{Place, query};
use serde_json::json;
use std::fmt::Write;

/// So many documents with `id` and some text, of about 1 kB each.
fn documents(ids: std::ops::Range<usize>) -> String {
    let text = "a fairly long text ".repeat(52);
    let mut documents = String::new();
    for id in ids {
        writeln!(documents, "{{\"id\": {id}, \"text\": \"{text}\", \"list\": [{id}, {id}]}}").unwrap();
    }
    documents
}

#[test]
fn types_names_and_rows_follow_all_documents_however_far_apart_they_stand() {
    let ends = [
        "{\"id\": 1, \"n\": 1, \"Plan Name\": \"x\", \"list\": [\"first\"]}\n",
        "{\"id\": 1, \"n\": 1.5, \"plan_name\": \"y\", \"late\": true, \"list\": []}\n",
    ];
    let middle = documents(2..20_000);
    let mut seen = Vec::new();
    for (first, last) in [(0, 1), (1, 0)] {
        let place = Place::new();
        place.write("a.ndjson", &format!("{}{middle}{}", ends[first], ends[last]));
        let load = ["load", "a.ndjson", "--table", "t", "--key", "id", "--to", "a.db", "--json"];
        let outcome = place.run(&load);
        let last_event = outcome.succeeded().json_lines().pop().unwrap();
        assert_eq!(last_event["report"]["records"], json!({ "t": 20_000 }));
        assert_eq!(
            last_event["report"]["issues"],
            json!({ "document_repeated": 1, "value_not_representable": 1 })
        );
        let database = place.path("a.db");
        let n = query(&database, "SELECT n, typeof(n) FROM t WHERE id = 1");
        assert_eq!(n, [if first == 0 { ["1.5", "real"] } else { ["1.0", "real"] }]);
        let list = query(&database, "SELECT count(*) FROM t_list WHERE t_id = 1");
        assert_eq!(list, [[if first == 0 { "0" } else { "1" }]]);
        assert_eq!(query(&database, "SELECT count(*), count(DISTINCT id) FROM t"), [["19999", "19999"]]);
        seen.push(query(
            &database,
            "SELECT table_name, column_name, source_path, type FROM _relatable_columns ORDER BY 1, 2",
        ));
    }
    assert_eq!(seen[0], seen[1]);
}

#[test]
fn documents_without_a_key_are_a_row_each_however_often_and_far_apart_they_come() {
    let twice = "{\"a\": 1}\n";
    let middle = documents(0..15_000);
    let place = Place::new();
    place.write("a.ndjson", &format!("{twice}{middle}{twice}{twice}"));
    let load = ["load", "a.ndjson", "--table", "t", "--to", "a.db", "--json"];
    place.run(&load).succeeded();
    let keys = query(&place.path("a.db"), "SELECT _id FROM t WHERE a = 1 ORDER BY _id");
    let hash = &keys[0][0];
    assert_eq!(keys, [[hash.clone()], [format!("{hash}-2")], [format!("{hash}-3")]]);
    assert_eq!(query(&place.path("a.db"), "SELECT count(*) FROM t"), [["15003"]]);
    let again = place.run(&load);
    assert_eq!(again.succeeded().json_lines().pop().unwrap()["report"]["tables"], json!({}));
}

#[test]
fn progress_is_told_first_of_looking_and_then_of_all() {
    let place = Place::new();
    place.write("a.ndjson", &documents(0..15_000));
    let load = ["load", "a.ndjson", "--table", "t", "--key", "id", "--to", "a.db", "--json"];
    let events = place.run(&load).succeeded().json_lines();
    let stages: Vec<&str> = events.iter().filter_map(|event| event["stage"].as_str()).collect();
    assert_eq!(stages, ["surveying", "loading", "committing", "committed"]);
    let is_progress = |event: &&serde_json::Value| event["event"] == "progress";
    let progress: Vec<&serde_json::Value> = events.iter().filter(is_progress).collect();
    let (looking, loading): (Vec<&serde_json::Value>, Vec<&serde_json::Value>) =
        progress.into_iter().partition(|event| event["total"].is_null());
    for passed in [&looking, &loading] {
        assert!(passed.len() > 1, "{passed:?}");
        let records: Vec<u64> = passed.iter().map(|event| event["records"].as_u64().unwrap()).collect();
        assert!(records.is_sorted() && records.last() == Some(&15_000), "{records:?}");
    }
    assert!(loading.iter().all(|event| event["total"] == 15_000 && event["resource"] == "t"));
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_depend_on_the_size_of_the_file() {
    use std::process::Stdio;
    use std::time::Duration;

    /// What SQLite loads stay below, in kB.
    const PEAK_MAX_KB: u64 = 200_000;
    let place = Place::new();
    let mut file = std::io::BufWriter::new(std::fs::File::create(place.path("a.ndjson")).unwrap());
    for start in (0..150_000).step_by(5_000) {
        std::io::Write::write_all(&mut file, documents(start..start + 5_000).as_bytes()).unwrap();
    }
    drop(file);
    let load = ["load", "a.ndjson", "--table", "t", "--key", "id", "--to", "sqlite:a.db", "--quiet"];
    let mut child = place.command(&load).stdout(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak_kb = 0;
    let outcome = loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok());
        peak_kb = peak_kb.max(peak.unwrap_or_default());
        if let Some(outcome) = child.try_wait().unwrap() {
            break outcome;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    assert!(outcome.success());
    assert_eq!(query(&place.path("a.db"), "SELECT count(*) FROM t"), [["150000"]]);
    assert!((1..PEAK_MAX_KB).contains(&peak_kb), "{peak_kb} kB");
}
