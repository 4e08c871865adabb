//! Loads that are larger than what is in memory at once end as small ones do.

use crate::program::{Place, query};
use serde_json::json;
use std::fmt::Write;
use std::path::Path;

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

/// The destinations that this build has.
fn kinds() -> impl Iterator<Item = &'static str> {
    let kinds: &[&str] = if cfg!(feature = "duckdb") { &["sqlite", "duckdb"] } else { &["sqlite"] };
    kinds.iter().copied()
}

/// The cells of a query whose columns are texts, in a destination of a kind.
fn read(kind: &str, file: &Path, sql: &str) -> Vec<Vec<String>> {
    match kind {
        #[cfg(feature = "duckdb")]
        "duckdb" => {
            let connection = duckdb::Connection::open(file).unwrap();
            let mut statement = connection.prepare(sql).unwrap();
            let mut rows = statement.query([]).unwrap();
            let mut table = Vec::new();
            while let Some(row) = rows.next().unwrap() {
                let width = row.as_ref().column_count();
                table.push((0..width).map(|index| row.get(index).unwrap()).collect());
            }
            table
        }
        _ => query(file, sql),
    }
}

/// The columns that a destination remembers, in their order.
const COLUMNS: &str =
    "SELECT table_name, column_name, source_path, type FROM _relatable_columns ORDER BY rowid";

/// Documents that make other tables of what [`documents`] alone would make: another type of the key, another of a column
/// beside it, new columns of which two want one name, and a new list.
const ODD: &str = "{\"id\": \"x1\", \"n\": 1, \"Plan Name\": \"x\", \"list\": [\"a\"]}\n\
                   {\"id\": \"x2\", \"n\": 1.5, \"plan_name\": \"y\", \"late\": [{\"text\": 1}]}\n";

#[test]
fn rows_made_before_all_documents_were_seen_are_made_again_where_others_have_something_new() {
    let (many, few) = (documents(0..24_000), documents(24_000..24_010));
    for kind in kinds() {
        let mut seen = Vec::new();
        for text in [format!("{ODD}{many}{few}"), format!("{many}{ODD}{few}"), format!("{many}{few}{ODD}")] {
            let place = Place::new();
            place.write("a.ndjson", &text);
            let to = format!("{kind}:a.db");
            let load = ["load", "a.ndjson", "--table", "t", "--key", "id", "--to", &to, "--json"];
            let report = place.run(&load).succeeded().json_lines().pop().unwrap()["report"].clone();
            let columns = read(kind, &place.path("a.db"), COLUMNS);
            let back = place.run(&["export", "t", "--from", &to]).succeeded().stdout.clone();
            assert_eq!(back.lines().count(), 24_012);
            seen.push((report["tables"].clone(), report["issues"].clone(), columns, back));
        }
        assert!(seen.iter().all(|load| load == &seen[0]), "{kind}");
    }
}

#[test]
fn a_document_that_comes_again_late_in_a_large_load_is_one_row() {
    for kind in kinds() {
        let place = Place::new();
        let again = "{\"id\": 7, \"text\": \"again\", \"list\": []}\n";
        place.write("a.ndjson", &format!("{}{again}", documents(0..24_000)));
        let to = format!("{kind}:a.db");
        let load = ["load", "a.ndjson", "--table", "t", "--key", "id", "--to", &to, "--json"];
        let last = place.run(&load).succeeded().json_lines().pop().unwrap();
        assert_eq!(last["report"]["issues"], json!({ "document_repeated": 1 }), "{kind}");
        assert_eq!(last["report"]["tables"]["t"]["inserted"], 24_000, "{kind}");
        assert_eq!(last["report"]["records"], json!({ "t": 24_001 }), "{kind}");
        let back = place.run(&["export", "t", "--from", &to]).succeeded().stdout.clone();
        assert!(back.lines().any(|line| line.contains("\"again\"")), "{kind}");
    }
}

#[test]
fn a_large_file_that_proves_broken_at_its_end_leaves_no_table() {
    for kind in kinds() {
        let place = Place::new();
        let elements = documents(0..24_000).trim_end().replace('\n', ",\n");
        place.write("a.json", &format!("[{elements},\n{{\"id\": }}]"));
        let to = format!("{kind}:a.db");
        let load = ["load", "a.json", "--table", "t", "--key", "id", "--to", &to, "--quiet"];
        place.run(&load).failed_with(10, &["`a.json` is not JSON or NDJSON at line 24001, column 8"]);
        let tables = read(kind, &place.path("a.db"), "SELECT table_name FROM _relatable_columns");
        assert!(tables.is_empty(), "{kind}: {tables:?}");
    }
}

#[test]
fn a_large_load_that_is_killed_leaves_the_tables_as_they_were() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    for kind in kinds() {
        let place = Place::new();
        let to = format!("{kind}:a.db");
        let load = |file: &'static str| {
            ["load", file, "--table", "t", "--key", "id", "--to", &to, "--json"].map(str::to_owned)
        };
        let run = |file| place.run(&load(file).each_ref().map(String::as_str));
        let export = || place.run(&["export", "t", "--from", &to]).succeeded().stdout.clone();
        place.write("a.ndjson", "{\"id\": \"a\"}\n");
        run("a.ndjson").succeeded();
        let before = export();
        place.write("b.ndjson", &documents(0..40_000));
        let arguments = load("b.ndjson");
        let mut child = place.command(&arguments.each_ref().map(String::as_str));
        let mut child = child.stdout(Stdio::piped()).spawn().unwrap();
        let is_loading = |line: &String| line.contains("\"loading\"");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        // Once rows are on their way.
        assert!(lines.find(is_loading).is_some() && lines.next().is_some(), "{kind}");
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(export(), before, "{kind}");
        run("b.ndjson").succeeded();
        assert_eq!(export().lines().count(), 40_001, "{kind}");
    }
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

/// Waits for a program's end; answers the most memory it had, in kB.
#[cfg(target_os = "linux")]
fn peak_kb(mut child: std::process::Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak_kb = 0;
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok());
        peak_kb = peak_kb.max(peak.unwrap_or_default());
        if let Some(outcome) = child.try_wait().unwrap() {
            assert!(outcome.success());
            return peak_kb;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_depend_on_the_size_of_the_file() {
    let place = Place::new();
    let mut file = std::io::BufWriter::new(std::fs::File::create(place.path("a.ndjson")).unwrap());
    for start in (0..150_000).step_by(5_000) {
        std::io::Write::write_all(&mut file, documents(start..start + 5_000).as_bytes()).unwrap();
    }
    drop(file);
    for kind in kinds() {
        let most_kb = if kind == "sqlite" { 200_000 } else { 600_000 };
        let to = format!("{kind}:{kind}.db");
        let load = ["load", "a.ndjson", "--table", "t", "--key", "id", "--to", &to, "--quiet"];
        let peak_kb = peak_kb(place.command(&load).stdout(std::process::Stdio::null()).spawn().unwrap());
        let count = read(kind, &place.path(&format!("{kind}.db")), "SELECT CAST(count(*) AS VARCHAR) FROM t");
        assert_eq!(count, [["150000"]], "{kind}");
        assert!((1..most_kb).contains(&peak_kb), "{kind}: {peak_kb} kB");
    }
}
