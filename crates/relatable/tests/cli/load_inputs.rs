//! What can be loaded: files, folders, patterns and pipes, laid out and packed in any way, and what becomes of broken ones.

use crate::program::{Outcome, Place, query};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use std::io::Write;
use std::process::Stdio;

/// Packed by gzip.
fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Packed by Zstandard.
fn zstandard(text: &str) -> Vec<u8> {
    zstd::encode_all(text.as_bytes(), 1).unwrap()
}

/// Loads `inputs` into the table `t` of `a.db`, keyed by `id`.
fn load(place: &Place, inputs: &[&str], flags: &[&str]) -> Outcome {
    place.run(&[&["load"], inputs, &["--table", "t", "--key", "id", "--to", "sqlite:a.db"], flags].concat())
}

/// The table `t`, as `id=n`.
fn rows(place: &Place) -> Vec<String> {
    let rows = query(&place.path("a.db"), "SELECT id || '=' || n FROM t ORDER BY id");
    rows.into_iter().map(|row| row.into_iter().next().unwrap()).collect()
}

/// The last event of a run.
fn report(outcome: &Outcome) -> serde_json::Value {
    outcome.succeeded().json_lines().pop().unwrap()["report"].clone()
}

#[test]
fn every_layout_and_packing_is_told_by_content() {
    let lines = "{\"id\": 1, \"n\": \"a\"}\n\n{\"id\": 2, \"n\": \"b\"}\r\n";
    let list = "\u{feff}[\n  {\"id\": 1, \"n\": \"a\"},\n  {\"id\": 2, \"n\": \"b\"}\n]\n";
    let pretty = "{\n  \"id\": 1,\n  \"n\": \"a\"\n}\n{\n  \"id\": 2,\n  \"n\": \"b\"\n}";
    let joined = "{\"id\": 1, \"n\": \"a\"}{\"id\": 2, \"n\": \"b\"}";
    for text in [lines, list, pretty, joined] {
        for bytes in [text.as_bytes().to_vec(), gzip(text), zstandard(text)] {
            let place = Place::new();
            // The name says nothing.
            place.write_bytes("documents.txt", &bytes);
            load(&place, &["documents.txt"], &[]).succeeded();
            assert_eq!(rows(&place), ["1=a", "2=b"], "{text}");
        }
    }
}

#[test]
fn folders_and_patterns_stand_for_their_files_in_order() {
    for (inputs, expected) in [
        (&["in"][..], vec!["1=c", "2=d", "3=e"]),
        (&["in/b", "in/a.json"], vec!["1=a", "2=d", "3=e"]),
        (&["in/*.json"], vec!["1=a"]),
        (&["in/**/*.gz", "in/a.json"], vec!["1=a", "2=d"]),
        (&["in/b/[c].ndjson"], vec!["1=c"]),
    ] {
        let place = Place::new();
        place.write_bytes("in/a.json", b"{\"id\": 1, \"n\": \"a\"}");
        place.write_bytes("in/b/c.ndjson", b"{\"id\": 1, \"n\": \"c\"}");
        place.write_bytes("in/b/d.jsonl.gz", &gzip("{\"id\": 2, \"n\": \"d\"}"));
        place.write_bytes("in/b/e.json.zst", &zstandard("{\"id\": 3, \"n\": \"e\"}"));
        place.write_bytes("in/readme.txt", b"no JSON");
        place.write_bytes("in/.git/x.json", b"no JSON");
        load(&place, inputs, &[]).succeeded();
        assert_eq!(rows(&place), expected, "{inputs:?}");
    }
    let place = Place::new();
    place.write_bytes("in/readme.txt", b"no JSON");
    for inputs in [["in"], ["in/*.json"]] {
        let said = format!("error: there are no files to load in `{}`", inputs[0]);
        load(&place, &inputs, &[]).failed_with(10, &[&said, "hint: a folder is searched for *.json"]);
    }
    assert!(!place.path("a.db").exists());
}

#[test]
fn what_can_be_read_only_once_is_kept_meanwhile() {
    for input in ["-", "/dev/stdin"] {
        for bytes in [b"{\"id\": 1, \"n\": \"a\"}".to_vec(), gzip("[{\"id\": 1, \"n\": \"a\"}]")] {
            let place = Place::new();
            let arguments = ["load", input, "--table", "t", "--key", "id", "--to", "sqlite:a.db"];
            let mut command = place.command(&arguments);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            child.stdin.take().unwrap().write_all(&bytes).unwrap();
            place.wait(child).succeeded();
            assert_eq!(rows(&place), ["1=a"]);
            assert_eq!(std::fs::read_dir(place.path("tmp")).unwrap().count(), 0, "nothing is left behind");
        }
    }
}

#[test]
fn records_stand_at_a_path_inside_larger_documents() {
    let page =
        |records: &str| format!("{{\"next\": null, \"data\": {{\"total\": 2, \"items\": {records}}}}}");
    let (first, second) =
        ("[{\"id\": 1, \"n\": \"a\"}]", "[{\"id\": 2, \"n\": \"b\"}, {\"id\": 3, \"n\": \"c\"}]");
    for text in [
        format!("{}\n{}\n{}\n", page(first), page("null"), page(second)),
        format!("[{}, {}]", page(first), page(second)),
        format!("{}\n{}", page(first), page(second)).replace(": {", ":\n{"),
    ] {
        let place = Place::new();
        place.write("pages.json", &text);
        load(&place, &["pages.json"], &["--records", "data.items"]).succeeded();
        assert_eq!(rows(&place), ["1=a", "2=b", "3=c"], "{text}");
        assert_eq!(query(&place.path("a.db"), "SELECT count(*) FROM pragma_table_info('t')"), [["4"]]);
    }
    let place = Place::new();
    place.write("pages.json", &page(first));
    for (path, code, said) in [
        ("data.rows", 10, "error: no document has a list with anything in it at `data.rows`"),
        ("data.total", 10, "at line 1 of `pages.json`: what stands where the records should be is no list"),
        ("data.*", 3, "error: `data.*` cannot lead to the records: it wants names of members only"),
        ("data..items", 3, "error: `data..items` cannot lead to the records: "),
    ] {
        load(&place, &["pages.json"], &["--records", path]).failed_with(code, &[said]);
    }
    assert!(!place.path("a.db").exists());
}

#[test]
fn a_broken_line_is_left_out_and_told_and_the_next_one_goes_on() {
    let place = Place::new();
    place.write(
        "a.ndjson",
        "{\"id\": 1, \"n\": \"a\"}\n{\"id\": \n{\"n\": \"keyless\"}\n{\"id\": 4, \"n\": \"d\"} x\n",
    );
    place.write("b.ndjson", "{\"id\": 5, \"n\": \n{\"id\": 6, \"n\": \"f\"}\n[7]\n{\"id\": 8, \"n\": \"h\"}");
    let outcome = load(&place, &["a.ndjson", "b.ndjson"], &[]);
    let said = "warning: 3 lines that are not JSON left out; _relatable_issues has file and line of each\n";
    assert!(outcome.succeeded().stderr.ends_with(said), "{outcome:#?}");
    assert_eq!(rows(&place), ["1=a", "6=f", "8=h"]);
    let sql = "SELECT kind, record, detail FROM _relatable_issues ORDER BY record";
    let not_at_all = "the document is not an object";
    let keyless = "the document has no `id`, which identifies it";
    let expected = [
        ["broken_line", "a.ndjson:2", "the text ends before the value does, at column 8"],
        ["document_rejected", "a.ndjson:3", keyless],
        ["broken_line", "a.ndjson:4", "unexpected text after the value, at column 21"],
        ["broken_line", "b.ndjson:1", "the text ends before the value does, at column 16"],
        ["document_rejected", "b.ndjson:3", not_at_all],
    ];
    assert_eq!(query(&place.path("a.db"), sql), expected);
    let report = report(&load(&place, &["a.ndjson", "b.ndjson"], &["--json"]));
    assert_eq!(report["issues"], json!({ "broken_line": 3, "document_rejected": 2 }));
    assert_eq!((&report["records"], &report["tables"]), (&json!({ "t": 8 }), &json!({})));
    assert_eq!(load(&place, &["a.ndjson"], &["--quiet"]).succeeded().stderr, "");
}

#[test]
fn strictly_the_first_line_that_cannot_be_used_ends_the_load() {
    for (text, said) in [
        (
            "{\"id\": 1}\n{\"id\": 2}\n{\"id\": }\n{\"x\": 1}",
            "error: the document at line 3 of `a.ndjson` cannot be loaded: unexpected character, at column 8",
        ),
        (
            "{\"id\": 1}\n{\"x\": 1}\n{\"id\": }",
            "error: the document at line 2 of `a.ndjson` cannot be loaded: the document has no `id`",
        ),
        (
            "[{\"id\": 1},\n7]",
            "error: the document at line 2 of `a.ndjson` cannot be loaded: the document is not an object",
        ),
    ] {
        let place = Place::new();
        place.write("a.ndjson", text);
        load(&place, &["a.ndjson"], &["--strict"]).failed_with(10, &[said, "hint: leave out `--strict`"]);
        assert!(!place.path("a.db").exists(), "{text}");
    }
    let place = Place::new();
    place.write("a.ndjson", "{\"id\": 1, \"n\": \"a\"}\n");
    load(&place, &["a.ndjson"], &["--strict"]).succeeded();
}

#[test]
fn a_file_that_cannot_be_read_on_is_named_with_line_and_column_and_nothing_is_written() {
    for (text, said) in [
        (
            "[{\"id\": 1},\n {\"id\": 2,}]",
            "`a.json` is not JSON or NDJSON at line 2, column 11: unexpected character",
        ),
        ("[{\"id\": 1},\n {\"id\": 2}", "at line 2, column 11: the text ends before the value does"),
        ("{\n \"id\": 1,\n \"n\": nul\n}", "at line 3, column 7: unexpected character"),
        ("{\n \"id\": 1\n}\n{\n \"n\": \"", "at line 5, column 8: the text ends before the value does"),
        ("hello", "at line 1, column 1: unexpected character"),
    ] {
        let place = Place::new();
        place.write("a.json", text);
        load(&place, &["a.json"], &[]).failed_with(10, &[said]);
        assert!(!place.path("a.db").exists(), "{text}");
    }
    let place = Place::new();
    let packed = gzip("{\"id\": 1, \"n\": \"a\"}");
    place.write_bytes("a.json.gz", &packed[..packed.len() - 5]);
    load(&place, &["a.json.gz"], &[]).failed_with(10, &["error: failed to read `a.json.gz`", "caused by: "]);
}

#[test]
fn a_line_that_is_no_json_is_left_out_wherever_it_stands() {
    let good = "{\"id\": 1, \"n\": \"a\"}\n{\"id\": 2, \"n\": \"b\"}\n";
    for (text, broken) in [
        (format!("1,\"n\": 2}}\n{good}"), 1),
        (format!("2026-11-01 INFO the export begins\n{good}"), 1),
        (format!("[INFO] the export begins\n{good}"), 1),
        (format!("{{\"id\": 7, \"n\n{{\"id\":\n{good}"), 2),
        (format!("{good}{{\"id\": 7, \"n\n"), 1),
        ("{\"id\": 1, \"n\": \"a\"} {\"id\": 2, \"n\": \"b\"}\n{\"id\": 3} {\"id\": 4\n".to_owned(), 1),
    ] {
        let place = Place::new();
        place.write("a.ndjson", &text);
        load(&place, &["a.ndjson"], &[]).succeeded();
        assert_eq!(rows(&place), ["1=a", "2=b"], "{text}");
        let told =
            query(&place.path("a.db"), "SELECT count(*) FROM _relatable_issues WHERE kind = 'broken_line'");
        assert_eq!(told, [[broken.to_string()]], "{text}");
        load(&place, &["a.ndjson"], &["--strict"]).failed_with(10, &["hint: leave out `--strict`"]);
    }
}
