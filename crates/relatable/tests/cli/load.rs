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
    place.write("broken.json", "[{\"id\": 1},\n{\"id\": }]");
    let load = |file: &str| place.run(&["load", file, "--table", "t", "--to", "sqlite:a.db"]);
    load("broken.json").failed_with(
        10,
        &[
            "error: `broken.json` is not JSON or NDJSON at line 2, column 8: unexpected character",
            "hint: a file holds",
        ],
    );
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

#[test]
fn a_mark_before_the_first_character_is_no_part_of_a_file() {
    let place = Place::new();
    place.write("marked.json", "\u{feff}{\"id\": 1}\n");
    place.run(&["load", "marked.json", "--table", "t", "--key", "id", "--to", "a.db"]).succeeded();
    assert_eq!(query(&place.path("a.db"), "SELECT id FROM t"), [["1"]]);
    place.write("broken.json", "\u{feff}[{\"id\": 1},\n{");
    place
        .run(&["load", "broken.json", "--table", "t", "--to", "b.db"])
        .failed_with(10, &["`broken.json` is not JSON or NDJSON at line 2"]);
}

#[test]
fn documents_that_become_one_row_are_issues() {
    let place = Place::new();
    // Ids are text and numbers their value: three ways to write one id, and another one.
    place.write(
        "ids.ndjson",
        "{\"id\": 1, \"n\": \"a\"}\n{\"id\": \"1\", \"n\": \"b\"}\n{\"id\": 1.0, \"n\": \"c\"}\n{\"id\": \"1.0\", \"n\": \"d\"}",
    );
    let outcome = place.run(&["load", "ids.ndjson", "--table", "t", "--key", "id", "--to", "a.db", "--json"]);
    let last = outcome.succeeded().json_lines().pop().unwrap();
    assert_eq!(last["report"]["issues"], serde_json::json!({ "document_repeated": 2 }));
    assert_eq!(query(&place.path("a.db"), "SELECT id, n FROM t ORDER BY id"), [["1", "c"], ["1.0", "d"]]);
    let issues = query(&place.path("a.db"), "SELECT kind, record, count FROM _relatable_issues");
    assert_eq!(issues, [["document_repeated", "1", "2"]]);
}

#[test]
fn a_load_of_which_nothing_can_be_used_fails_with_the_first_reason() {
    let place = Place::new();
    place.write("things.ndjson", "\n{\"name\": \"a\"}\n{\"name\": \"b\"}\n");
    let arguments = ["load", "things.ndjson", "--table", "t", "--key", "id", "--to", "a.db"];
    place.run(&arguments).failed_with(
        10,
        &[
            "error: none of the files' documents (2) can be loaded; the first, at line 2 of `things.ndjson`: the \
             document has no `id`, which identifies it",
            "hint: a document is a JSON object and has a value at every path of `--key`; nothing was written",
        ],
    );
    place.write("numbers.json", "[1, 2]");
    place
        .run(&["load", "numbers.json", "--table", "t", "--to", "a.db"])
        .failed_with(10, &["at line 1 of `numbers.json`: the document is not an object"]);
    assert!(!place.path("a.db").exists());
    // One that can be used is loaded; the others are told of.
    place.write("some.ndjson", "{\"name\": \"a\"}\n{\"id\": \"x\"}");
    let outcome =
        place.run(&["load", "some.ndjson", "--table", "t", "--key", "id", "--to", "a.db", "--json"]);
    let last = outcome.succeeded().json_lines().pop().unwrap();
    assert_eq!(last["report"]["issues"]["document_rejected"], 1);
}

#[test]
fn names_and_keys_that_cannot_be_are_refused_before_anything_is_written() {
    let place = Place::new();
    place.write("orders.ndjson", ORDERS);
    for (table, key, said) in [
        ("", "id", "no table can be named ``: a name has at least one character"),
        ("sqlite_x", "id", "no table can be named `sqlite_x`: SQLite keeps names"),
        ("_relatable_loads", "id", "no table can be named `_relatable_loads`: names that begin with"),
        ("t", "", "the key `` cannot identify documents: "),
        ("t", "id,", "the key `` cannot identify documents: "),
        ("t", "customer..name", "the key `customer..name` cannot identify documents: "),
        ("t", "lines.[].sku", "the key `lines.[].sku` cannot identify documents: it leads into a list"),
        ("t", "*", "the key `*` cannot identify documents: it leads into a list or to any member"),
    ] {
        let arguments = ["load", "orders.ndjson", "--table", table, "--key", key, "--to", "a.db"];
        place.run(&arguments).failed_with(3, &[said, "\n\nhint: "]);
        assert!(!place.path("a.db").exists(), "{table}, {key}");
    }
    // A key that is well-formed, but nowhere to be found.
    for key in ["idd", "lines", "customer"] {
        let arguments = ["load", "orders.ndjson", "--table", "t", "--key", key, "--to", "a.db"];
        place.run(&arguments).failed_with(10, &["line 1 of `orders.ndjson`", &format!("has no `{key}`")]);
        assert!(!place.path("a.db").exists(), "{key}");
    }
}

/// The members of a wide object.
const MEMBERS: usize = 2_100;

/// A place with a file whose one document is wide.
fn wide() -> Place {
    let place = Place::new();
    let members: Vec<String> = (0..MEMBERS).map(|number| format!("\"m{number}\": {number}")).collect();
    place.write("wide.json", &format!("{{\"id\": 1, \"wide\": {{{}}}}}", members.join(", ")));
    place
}

/// How a wide document is loaded.
const LOAD_WIDE: [&str; 7] = ["load", "wide.json", "--table", "t", "--key", "id", "--to=sqlite:a.db"];

#[test]
fn values_that_a_table_has_no_room_for_stand_together_and_are_told() {
    let place = wide();
    let outcome = place.run(&LOAD_WIDE);
    outcome.succeeded();
    assert!(outcome.stderr.contains("wide_table 1"), "{}", outcome.stderr);
    let database = place.path("a.db");
    let wrong = "SELECT count(*) FROM _relatable_more AS m, t \
                 WHERE json_extract(t._more, '$.\"' || m.source_path || '\"') IS NOT CAST(substr(m.source_path, 7) AS INTEGER)";
    assert_eq!(query(&database, wrong), [["0"]], "each value stands under its path");
    let in_more: usize = query(&database, "SELECT count(*) FROM _relatable_more")[0][0].parse().unwrap();
    let columns: usize =
        query(&database, "SELECT count(*) FROM pragma_table_info('t') WHERE name LIKE 'wide%'")[0][0]
            .parse()
            .unwrap();
    assert_eq!(in_more + columns, MEMBERS);
    let exported = place.run(&["export", "file:t", "--from", "sqlite:a.db"]);
    let document: serde_json::Value = serde_json::from_str(&exported.succeeded().stdout).unwrap();
    assert_eq!(document["wide"].as_object().unwrap().len(), MEMBERS);
}

#[test]
fn more_columns_than_the_database_allows_are_refused_with_the_way_out_where_rules_ask_for_them() {
    let place = wide();
    let rules: Vec<String> =
        (0..MEMBERS).map(|number| format!("\"wide.m{number}\" = {{ type = \"integer\" }}")).collect();
    place.write("columns.toml", &format!("[t.paths]\n{}\n", rules.join("\n")));
    place.run(&[&LOAD_WIDE[..], &["--model", "columns.toml"]].concat()).failed_with(
        7,
        &[
            "columns, and a table in SQLite file a.db can have 2000",
            "says `\"path\" = \"json\"` or `\"path\" = \"table\"`; nothing was written",
        ],
    );
    assert!(!place.path("a.db").exists());
    place.write("rules.toml", "[t.paths]\n\"wide\" = \"json\"\n");
    place.run(&[&LOAD_WIDE[..], &["--model", "rules.toml"]].concat()).succeeded();
    assert_eq!(query(&place.path("a.db"), "SELECT json_extract(wide, '$.m2099') FROM t"), [["2099"]]);
}

#[test]
fn a_load_that_fails_ends_its_events_with_the_reason() {
    let place = Place::new();
    place.write("things.json", "{\"name\": \"a\"}");
    for (key, to, code, events) in [
        ("id", "a.db", 10, vec!["run_started", "load", "progress", "run_failed"]),
        ("id", "nowhere/a.db", 7, vec!["run_failed"]),
        ("", "a.db", 3, vec!["run_failed"]),
    ] {
        let arguments = ["load", "things.json", "--table", "t", "--key", key, "--to", to, "--json"];
        let outcome = place.run(&arguments);
        assert_eq!(outcome.code, Some(code), "{outcome:#?}");
        let lines = outcome.json_lines();
        assert_eq!(lines.iter().map(|line| line["event"].as_str().unwrap()).collect::<Vec<_>>(), events);
        let last = lines.last().unwrap();
        assert_eq!((&last["code"], &last["stream_version"]), (&code.into(), &1.into()));
        for text in ["what", "hint"] {
            assert!(outcome.stderr.contains(last[text].as_str().unwrap()), "{text}: {outcome:#?}");
        }
    }
}

#[test]
fn a_load_larger_than_one_shredder_holds_is_loaded_whole() {
    let place = Place::new();
    // Six documents of 45 MB each; what one shredder holds is less than that together.
    let text = "a fairly long text ".repeat(45_000_000 / 19);
    let documents = (0..6).map(|id| format!("{{\"id\": \"{id}\", \"text\": \"{text}\"}}\n"));
    place.write("large.ndjson", &documents.collect::<String>());
    let outcome =
        place.run(&["load", "large.ndjson", "--table", "t", "--key", "id", "--to", "sqlite:a.db", "--json"]);
    let last = outcome.succeeded().json_lines().pop().unwrap();
    assert_eq!(last["report"]["issues"], serde_json::json!({}));
    let rows = query(&place.path("a.db"), "SELECT id, length(text) FROM t ORDER BY id");
    let length = text.len().to_string();
    assert_eq!(rows, (0..6).map(|id| [id.to_string(), length.clone()]).collect::<Vec<_>>());
}

#[test]
fn an_element_that_two_documents_have_is_the_last_ones_however_far_apart_they_stand() {
    let place = Place::without_token();
    // More documents than go into one batch between the two.
    let filler = "x".repeat(200);
    let mut text = String::from("{\"id\": \"a\", \"parts\": [{\"id\": \"p\", \"n\": 1}]}\n");
    (0..40_000)
        .for_each(|n| text += &format!("{{\"id\": \"f{n}\", \"parts\": [], \"filler\": \"{filler}\"}}\n"));
    text += "{\"id\": \"b\", \"parts\": [{\"id\": \"p\", \"n\": 2}]}\n";
    place.write("things.ndjson", &text);
    place.write("mine.toml", "[things.paths]\nparts = { as = \"table\", key = [\"id\"] }\n");
    let load = [
        "load",
        "things.ndjson",
        "--table",
        "things",
        "--key",
        "id",
        "--model",
        "mine.toml",
        "--quiet",
        "--to",
    ];
    place.run(&[&load[..], &["sqlite:a.db"]].concat()).succeeded();
    let read = |sql: &str| query(&place.path("a.db"), sql);
    assert_eq!(read("SELECT thing_id, id, n FROM thing_parts"), [["b", "p", "2"]]);
    assert_eq!(read("SELECT count(*) FROM things"), [["40002"]]);
}

#[test]
fn the_last_document_of_a_key_is_the_whole_record() {
    let first = r#"{"id":1,"a":1,"l":[1,2],"o":{"x":1},"d":{"l":[{"m":[3]}]}}"#;
    let last = r#"{"id":1,"b":2}"#;
    let other = r#"{"id":2,"l":[7],"o":{"x":2}}"#;
    let whole = r#"{"b":2,"id":1}"#;
    let unchanged = r#"{"id":2,"l":[7],"o":{"x":2}}"#;
    for loads in
        [vec![format!("{first}\n{other}\n{last}")], vec![format!("{first}\n{other}"), last.to_owned()]]
    {
        let place = Place::without_token();
        place.write("mine.toml", "[things.paths]\no = \"table\"\n");
        for documents in &loads {
            place.write("things.ndjson", documents);
            let load = ["load", "things.ndjson", "--table", "things", "--key", "id", "--to", "sqlite:a.db"];
            place.run(&[&load[..], &["--model", "mine.toml", "--quiet"]].concat()).succeeded();
        }
        let back = place.run(&["export", "things", "--from", "sqlite:a.db"]);
        assert_eq!(back.succeeded().stdout.lines().collect::<Vec<_>>(), [whole, unchanged], "{loads:?}");
    }
}

#[test]
fn what_has_no_effect_on_files_is_refused_with_its_line_before_anything_is_written() {
    let place = Place::new();
    place.write("a.ndjson", "{\"id\": 1, \"a\": 2}");
    let load =
        ["load", "a.ndjson", "--table", "t", "--key", "id", "--to", "sqlite:a.db", "--model", "mine.toml"];
    for (rules, said) in [
        (
            "[t]\nversion = \"a\"\n",
            "mine.toml, line 2: the rule for `t.version` cannot be followed: of documents from files that have the same key the \
             last is the row",
        ),
        (
            "[t.paths]\na = { answer = \"zzz\" }\n",
            "mine.toml, line 2: the rule for `t.a` cannot be followed: `answer` names one of several requests",
        ),
        (
            "[t.paths]\na = { column = \"b\", type = \"integer\" }\nb = { type = \"text\" }\n",
            "mine.toml, line 2: the tables of `t` cannot be made",
        ),
    ] {
        place.write("mine.toml", rules);
        place.run(&load).failed_with(3, &[said, "hint: "]);
        assert!(!place.path("a.db").exists(), "{rules}");
    }
}

#[test]
fn a_table_that_cannot_be_called_as_asked_is_refused_as_a_rule_with_that_name_is() {
    let place = Place::new();
    place.write("a.ndjson", "{\"id\": 1}");
    let long = "t".repeat(64);
    let load = |table: &str| {
        place.run(&["load", "a.ndjson", "--table", table, "--key", "id", "--to", "sqlite:a.db"])
    };
    let said = format!("no table can be named `{long}`: a name has at most 63 bytes, and this one 64");
    load(&long).failed_with(3, &[&said, "hint: choose another name (`--table`"]);
    place.write("mine.toml", &format!("[t]\ntable = \"{long}\"\n"));
    let ruled = ["load", "a.ndjson", "--table", "t", "--to", "sqlite:a.db", "--model", "mine.toml"];
    place.run(&ruled).failed_with(3, &[&format!("`{long}` is no usable name: 1 to 63 bytes")]);
    assert!(!place.path("a.db").exists());
    load(&long[1..]).succeeded();
}

#[test]
fn a_day_that_no_database_has_stands_beside_its_column_and_is_told() {
    let place = Place::new();
    place.write("a.ndjson", "{\"id\": 1, \"w\": \"0000-01-01\"}\n{\"id\": 2, \"w\": \"0001-01-01\"}");
    place.write("mine.toml", "[t.paths]\nw = { type = \"date\" }\n");
    let load =
        ["load", "a.ndjson", "--table", "t", "--key", "id", "--to", "sqlite:a.db", "--model", "mine.toml"];
    place.run(&load).succeeded();
    let read = |sql: &str| query(&place.path("a.db"), sql);
    assert_eq!(
        read("SELECT id, w, w__text FROM t ORDER BY id"),
        [["1", "", "0000-01-01"], ["2", "0001-01-01", ""]]
    );
    assert_eq!(
        read("SELECT kind, path, record FROM _relatable_issues"),
        [["value_not_representable", "w", "1"]]
    );
}

/// Names of members that someone typed to see what happens: alike but for case, dots, spaces or accents; quotes, statements,
/// names of bookkeeping, nothing, and more than any database takes.
fn hostile_names() -> Vec<String> {
    let pieces = [
        "plan",
        "Plan",
        "_",
        " ",
        ".",
        "\"",
        "'",
        "`",
        "; DROP TABLE t; --",
        "é",
        "ß",
        "🎉",
        "\n",
        "_synced_at",
        "*",
        "[]",
    ];
    let mut names: Vec<String> =
        vec![String::new(), "ID".to_owned(), "_id".to_owned(), "rowid".to_owned(), "x".repeat(10_000)];
    for first in pieces {
        names.push(first.to_owned());
        for second in pieces {
            names.push(format!("{first}{second}"));
            names.push(format!("{second}{first}{}", "y".repeat(80)));
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}

#[test]
fn members_with_hostile_names_are_columns_of_a_database_and_come_back() {
    let place = Place::new();
    let mut document: serde_json::Map<String, serde_json::Value> =
        hostile_names().into_iter().zip(0..).map(|(name, place)| (name, place.into())).collect();
    document.insert("id".to_owned(), 1.into());
    assert!(document.len() > 300, "{}", document.len());
    let document = serde_json::Value::Object(document);
    place.write("a.ndjson", &document.to_string());
    for _ in 0..2 {
        let load = ["load", "a.ndjson", "--table", "t", "--key", "id", "--to", "sqlite:a.db"];
        place.run(&load).succeeded();
        let back = place.run(&["export", "t", "--from", "sqlite:a.db"]);
        let back: serde_json::Value = serde_json::from_str(back.succeeded().stdout.trim()).unwrap();
        assert_eq!(back, document);
    }
}
