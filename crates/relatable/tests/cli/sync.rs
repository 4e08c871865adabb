//! The main job as a person or a script meets it.

use crate::program::{Place, query, simulator};
use std::process::{Command, Stdio};

#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_there_is_a_line_per_resource_and_a_table_at_the_end() {
    let simulator = simulator(60, 0).await;
    let place = Place::new();
    let outcome = place.run(&["sync", "--to", "sqlite:a.db", "--base-url", &simulator.base_url()]);
    outcome.succeeded();
    assert_eq!(outcome.stdout, "", "talk is on standard error");
    for said in
        ["writing to SQLite file a.db, workspace ", "\ncontacts: 60 records\n", "\ntable ", " requests ("]
    {
        assert!(outcome.stderr.contains(said), "`{said}`: {}", outcome.stderr);
    }
    assert!(!outcome.stderr.contains('\u{1b}'), "no terminal, no control characters: {}", outcome.stderr);
    assert!(place.path("a.db.journal").exists(), "the journal lies beside the file");
    assert_eq!(query(&place.path("a.db"), "SELECT count(*) FROM contacts"), [["60"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_sync_changes_nothing_but_counts_as_the_events_tell() {
    let simulator = simulator(60, 0).await;
    let place = Place::new();
    let base_url = simulator.base_url();
    let arguments = ["sync", "--to", "sqlite:a.db", "--json"];
    let run = || {
        let output = place.command(&arguments).env("INTERCOM_BASE_URL", &base_url).spawn_piped();
        place.wait(output)
    };
    for changed in [None, Some(vec!["counts"])] {
        let outcome = run();
        assert_eq!(outcome.succeeded().stderr, "", "events take the place of talk");
        let lines = outcome.json_lines();
        assert!(lines.iter().all(|line| line["time"].is_string() && line["event"].is_string()));
        assert_eq!(lines[0]["event"], "run_started");
        assert!(lines.iter().any(|line| line["event"] == "request" && line["stage"] == "journalled"));
        let last = lines.last().unwrap();
        assert_eq!(last["event"], "run_finished");
        let tables = last["report"]["tables"].as_object().unwrap();
        if let Some(changed) = changed {
            assert_eq!(tables.keys().collect::<Vec<_>>(), changed);
        } else {
            assert_eq!(tables["contacts"]["inserted"], 60);
            assert!(
                tables.values().all(|table| table["updated"] == 0),
                "nothing was there before: {tables:?}"
            );
        }
        let read = lines.iter().filter(|line| line["event"] == "resource_read");
        let mut read: Vec<&str> = read.map(|line| line["resource"].as_str().unwrap()).collect();
        read.sort_unstable();
        let told = read.len();
        read.dedup();
        assert_eq!(read.len(), told, "each resource is told once: {read:?}");
        // What is counted is counted once a second.
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_fails_ends_its_events_with_the_reason() {
    let simulator = simulator(20, 0).await;
    let sync = ["sync", "--to", "a.db", "--base-url", &simulator.base_url(), "--json"];
    for (place, code) in [(Place::with_token("of somebody else"), 5), (Place::without_token(), 3)] {
        let outcome = place.run(&sync);
        assert_eq!(outcome.code, Some(code), "{outcome:#?}");
        let last = outcome.json_lines().pop().unwrap();
        assert_eq!((&last["event"], &last["code"]), (&"run_failed".into(), &code.into()));
        assert!(outcome.stderr.starts_with(&format!("error: {}", last["what"].as_str().unwrap())));
        assert!(last["hint"].as_str().unwrap().contains("INTERCOM_TOKEN"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_selected_is_read() {
    let simulator = simulator(60, 0).await;
    let place = Place::new();
    let base_url = simulator.base_url();
    let select = ["--select", "tags,admins", "--quiet"];
    let outcome = place.run(&[&["sync", "--to", "a.db", "--base-url", &base_url], &select[..]].concat());
    assert_eq!(outcome.succeeded().stderr, "", "quiet is quiet");
    assert!(!simulator.stats().by_path.keys().any(|path| path.contains("contacts")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_in_use_is_named_with_who_uses_it() {
    let simulator = simulator(20, 0).await;
    let place = Place::new();
    let base_url = simulator.base_url();
    let arguments = ["sync", "--to", "a.db", "--base-url", &base_url, "--quiet"];
    place.run(&arguments).succeeded();
    place.write("a.db.journal.lock", r#"{"pid":4242,"host":"elsewhere","since_us":1}"#);
    let lease = std::fs::File::open(place.path("a.db.journal.lock")).unwrap();
    lease.lock().unwrap();
    let said = ["is in use by process 4242 on elsewhere", "hint: a journal serves one run at a time"];
    place.run(&arguments).failed_with(4, &said);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_interrupted_says_that_the_next_one_goes_on_and_it_does() {
    let simulator = simulator(200, 100).await;
    let place = Place::new();
    let base_url = simulator.base_url();
    let arguments = ["sync", "--to", "a.db", "--base-url", &base_url];
    for signal in ["-INT", "-TERM"] {
        let asked = simulator.stats().requests;
        let child = place.command(&arguments).spawn_piped();
        while simulator.stats().requests < asked + 30 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let id = child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        let goes_on = "stopped; what was read is kept, and the next run goes on from there\n";
        place.wait(child).failed_with(130, &[goes_on]);
        // Until then the scroll that was left open keeps others from scrolling.
        simulator.advance_clock(60);
    }
    let outcome = place.run(&arguments);
    assert!(
        outcome.succeeded().stderr.contains("going on where an earlier run stopped"),
        "{}",
        outcome.stderr
    );
    assert_eq!(query(&place.path("a.db"), "SELECT count(*) FROM contacts"), [["200"]]);
}

/// Starting a program whose words are kept.
trait SpawnPiped {
    fn spawn_piped(&mut self) -> std::process::Child;
}

impl SpawnPiped for Command {
    fn spawn_piped(&mut self) -> std::process::Child {
        self.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }
}
