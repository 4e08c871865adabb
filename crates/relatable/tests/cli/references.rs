//! What becomes of references: asked for, remembered, told where it changes, and changed by remodelling.

use crate::program::{Place, query, simulator};
use relatable_simulator::Mutation;

#[tokio::test(flavor = "multi_thread")]
async fn references_are_enforced_when_asked_for() {
    let simulator = simulator(20, 0).await;
    let base_url = simulator.base_url();
    let place = Place::new();
    let run = |words: &[&str]| place.run(&[words, &["--to", "a.db"]].concat());
    let sync = |words: &[&str]| run(&[&["sync", "--quiet", "--base-url", &base_url], words].concat());
    let exported = |from: &str| {
        let of =
            |resource: &&str| place.run(&["export", resource, "--from", from]).succeeded().stdout.clone();
        ["contacts", "conversations", "admins"].iter().map(of).collect::<Vec<String>>()
    };
    let enforce = ["--references", "enforce"];
    let checked = run(&[&["check", "--base-url", &base_url], &enforce[..]].concat());
    assert!(checked.succeeded().stdout.contains("nothing loaded yet"), "{checked:?}");
    sync(&enforce).succeeded();
    simulator.advance_clock(7_200);
    simulator.mutate(Mutation::CreateConversations { count: 3 }).unwrap();
    simulator.advance_clock(1);
    sync(&[]).succeeded();
    place.run(&["sync", "--quiet", "--base-url", &base_url, "--to", "plain.db"]).succeeded();
    let documents = exported("a.db");
    assert_eq!(documents, exported("plain.db"));
    run(&["verify", "--base-url", &base_url, "--quiet", "--sample", "5"]).succeeded();
    // Of tables that are there, nothing else can be asked but by making them anew.
    let hint = "`relatable remodel --references declare`";
    sync(&["--references", "declare"]).failed_with(3, &["made with `--references enforce`", hint]);
    let told = run(&["model", "diff", "--references", "declare"]);
    assert!(told.succeeded().stdout.contains("~ `enforce` becomes `declare`"), "{told:?}");
    assert_eq!(run(&[&["model", "diff"], &enforce[..]].concat()).succeeded().stdout, "no difference\n");
    // Rules for one resource make all tables anew, and the old ones can be kept.
    place.write("mine.toml", "[tags.paths]\n\"name\" = { column = \"label\" }\n");
    let done = run(&["remodel", "--model", "mine.toml", "--keep-old"]);
    assert!(done.succeeded().stderr.contains("all tables are made anew together"), "{done:?}");
    assert_eq!(exported("a.db"), documents);
    let done = run(&["remodel", "--references", "declare"]);
    assert!(done.succeeded().stderr.contains("`enforce` becomes `declare`"), "{done:?}");
    assert_eq!(exported("a.db"), documents);
    sync(&["--references", "declare"]).succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_a_history_is_not_enforced_and_nothing_is_read() {
    let simulator = simulator(10, 0).await;
    let base_url = simulator.base_url();
    let place = Place::new();
    let enforce =
        ["--to", "a.db", "--base-url", &base_url, "--references", "enforce", "--model", "mine.toml"];
    for (resource, mode) in [("contacts", "history"), ("admins", "history"), ("tags", "append")] {
        place.write("mine.toml", &format!("[{resource}]\nmode = \"{mode}\"\n"));
        let said = [&format!("`{resource}` is written in the mode `{mode}`"), "hint: let `"];
        place.run(&[&["sync", "--quiet"], &enforce[..]].concat()).failed_with(3, &said);
        assert!(!place.path("a.db").exists());
    }
    assert_eq!(simulator.stats().requests, 0);
    let outcome = place.run(&["sync", "--to", "a.db", "--references", "forbid"]);
    outcome.failed_with(2, &["[possible values: declare, enforce]"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_cannot_be_enforced_are_not_begun_to_be_made_anew() {
    let simulator = simulator(10, 0).await;
    let base_url = simulator.base_url();
    let place = Place::new();
    let sync = |to: &str, references: &str| {
        let words = ["sync", "--quiet", "--base-url", &base_url, "--to", to, "--references", references];
        place.run(&words).succeeded();
    };
    sync("a.db", "enforce");
    sync("plain.db", "declare");
    for (resource, mode) in [("contacts", "history"), ("admins", "history"), ("tags", "append")] {
        place.write("mine.toml", &format!("[{resource}]\nmode = \"{mode}\"\n"));
        let said = [&format!("`{resource}` is written in the mode `{mode}`"), "hint: let `"];
        // As the tables were made, or as is asked for.
        for asked in [&["--to", "a.db"][..], &["--to", "plain.db", "--references", "enforce"]] {
            for command in [&["remodel"][..], &["model", "diff"]] {
                let told = place.run(&[command, asked, &["--model", "mine.toml"]].concat());
                told.failed_with(3, &said);
                assert!(!told.stderr.contains("loaded"), "{told:?}");
            }
        }
        let plain = ["model", "diff", "--to", "plain.db", "--model", "mine.toml"];
        assert!(place.run(&plain).succeeded().stdout.contains(&format!("in the mode {mode}")));
    }
    // Nothing has changed, and what is no longer to be enforced may have any mode.
    assert_eq!(place.run(&["model", "diff", "--to", "a.db"]).succeeded().stdout, "no difference\n");
    let declare = ["remodel", "--to", "a.db", "--references", "declare", "--model", "mine.toml"];
    place.run(&declare).succeeded();
}

#[test]
fn tables_from_files_refer_to_each_other_as_the_others_do() {
    let place = Place::without_token();
    place
        .write("orders.ndjson", "{\"id\": \"o1\", \"buyer\": \"b1\"}\n{\"id\": \"o2\", \"buyer\": \"b2\"}\n");
    place.write("buyers.ndjson", "{\"id\": \"b2\", \"name\": \"Bea\"}\n");
    place.write("mine.toml", "[orders.paths]\nbuyer = { type = \"text\", references = \"buyers\" }\n");
    let load = |file: &str, table: &str, more: &[&str]| {
        let words = ["load", file, "--table", table, "--key", "id", "--to", "a.db"];
        place.run(&[&words, more].concat()).succeeded();
    };
    load("buyers.ndjson", "buyers", &[]);
    load("orders.ndjson", "orders", &["--model", "mine.toml"]);
    place.run(&["remodel", "--to", "a.db", "--model", "mine.toml", "--references", "enforce"]).succeeded();
    let buyers = || query(&place.path("a.db"), "SELECT id, _is_stub FROM buyers ORDER BY id");
    assert_eq!(buyers(), [["b1", "1"], ["b2", "0"]]);
    place.write("buyers.ndjson", "{\"id\": \"b1\", \"name\": \"Bob\"}\n");
    load("buyers.ndjson", "buyers", &[]);
    assert_eq!(buyers(), [["b1", "0"], ["b2", "0"]]);
    let connection = rusqlite::Connection::open(place.path("a.db")).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    connection.execute("DELETE FROM buyers", []).unwrap_err();
}
