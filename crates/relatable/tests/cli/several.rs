//! One reading, several destinations: each is complete, and what stands against one does not stop the others.

use crate::program::{Outcome, Place, query, simulator};
use crate::secrets::PASSWORD;
use relatable_simulator::{Mutation, Resource, Selection, Simulator};
use std::collections::BTreeMap;

/// Resources held against each other.
const COMPARED: [&str; 5] = ["contacts", "companies", "conversations", "tickets", "tags"];

/// A sync into these destinations, with further flags.
fn sync(place: &Place, simulator: &Simulator, to: &[&str], flags: &[&str]) -> Outcome {
    let base_url = simulator.base_url();
    let mut arguments = vec!["sync", "--base-url", &base_url];
    to.iter().for_each(|to| arguments.extend(["--to", to]));
    arguments.extend(flags);
    place.run(&arguments)
}

/// The documents of the compared resources, as `export` gives them.
fn documents(place: &Place, from: &str) -> Vec<String> {
    let export =
        |resource: &&str| place.run(&["export", resource, "--from", from]).succeeded().stdout.clone();
    COMPARED.iter().map(export).collect()
}

/// Windows that a reading is cut into, at most; where it is cut depends on who is free when.
const WINDOWS: u64 = 8;

/// How often each path was asked for; without the definitions of attributes, which each destination may ask for anew.
fn asked(simulator: &Simulator) -> BTreeMap<String, u64> {
    let mut by_path = simulator.stats().by_path;
    by_path.retain(|path, _| !path.contains("attributes") && !path.contains("ticket_types"));
    by_path.into_iter().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_reading_goes_to_all_destinations() {
    let place = Place::new();
    let mut to = vec!["sqlite:a.db".to_owned(), "sqlite:b.db".to_owned()];
    if cfg!(feature = "duckdb") {
        to.push("duckdb:c.duckdb".to_owned());
    }
    #[cfg(feature = "postgres")]
    to.push(crate::postgres::address(&place));
    let to: Vec<&str> = to.iter().map(String::as_str).collect();
    let simulator = simulator(120, 0).await;
    sync(&place, &simulator, &["sqlite:alone.db"], &["--quiet"]).succeeded();
    let alone = asked(&simulator);
    let outcome = sync(&place, &simulator, &to, &["--json"]);
    outcome.succeeded();
    let now = asked(&simulator);
    let is_once_more = |(path, count): &(&String, &u64)| {
        let more = **count - alone.get(*path).copied().unwrap_or_default();
        let cuts = if path.ends_with("/search") { WINDOWS } else { 0 };
        more.abs_diff(alone.get(*path).copied().unwrap_or_default()) <= cuts
    };
    let others: Vec<_> = now.iter().filter(|asked| !is_once_more(asked)).collect();
    assert!(others.is_empty() && now.len() == alone.len(), "all share one reading: {others:?}");
    let report = outcome.json_lines().pop().unwrap()["report"].clone();
    assert_eq!(report["others"].as_array().unwrap().len(), to.len() - 1);
    for other in report["others"].as_array().unwrap() {
        assert_eq!(other["tables"], report["tables"], "{}", other["destination"]);
    }
    simulator.advance_clock(7_200);
    simulator.mutate(Mutation::CreateContacts { count: 3 }).unwrap();
    let which = Selection::Indexes(vec![3, 7]);
    simulator.mutate(Mutation::Delete { resource: Resource::Contacts, which }).unwrap();
    simulator.advance_clock(1);
    sync(&place, &simulator, &to, &["--quiet", "--sweep"]).succeeded();
    let expected = documents(&place, to[0]);
    for other in &to[1..] {
        assert_eq!(documents(&place, other), expected, "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_destination_by_two_names_is_refused_before_anything_is_done() {
    let (place, simulator) = (Place::new(), simulator(10, 0).await);
    std::fs::create_dir(place.path("folder")).unwrap();
    let twice = ["sqlite:a.db", "sqlite:b.db", "folder/../b.db"];
    sync(&place, &simulator, &twice, &[]).failed_with(3, &["`--to` names `folder/../b.db` twice"]);
    assert!(!place.path("a.db").exists() && !place.path("a.db.journal").exists());
    #[cfg(feature = "postgres")]
    {
        let (one, other) = (crate::postgres::address(&place), crate::postgres::address(&Place::new()));
        sync(&place, &simulator, &[&one, &other, &one], &[]).failed_with(3, &["twice"]);
    }
    assert_eq!(simulator.stats().requests, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destination_that_is_down_does_not_stop_the_others_and_catches_up_from_the_journal() {
    let (place, simulator) = (Place::new(), simulator(120, 0).await);
    let to = ["sqlite:a.db", "sqlite:later/b.db"];
    let without = ["going on without later/b.db: failed to open SQLite file later/b.db"];
    let outcome = sync(&place, &simulator, &to, &["--keep-journal", "loaded"]);
    outcome.failed_with(7, &without);
    outcome.failed_with(7, &["not delivered everywhere: ", "hint: the other destinations have everything"]);
    assert_eq!(query(&place.path("a.db"), "SELECT count(*) FROM contacts"), [["120"]]);
    std::fs::create_dir(place.path("later")).unwrap();
    let before = simulator.stats().requests;
    sync(&place, &simulator, &to, &["--keep-journal", "loaded", "--quiet"]).succeeded();
    let requests = simulator.stats().requests - before;
    assert!(requests < before / 4, "nothing is read twice: {requests} requests after {before}");
    assert_eq!(documents(&place, to[1]), documents(&place, to[0]));
    // Now that all have loaded it, the journal has let go of it, and cannot serve a third.
    let outcome = sync(&place, &simulator, &["sqlite:a.db", "sqlite:c.db"], &["--keep-journal", "loaded"]);
    outcome
        .failed_with(9, &["SQLite file c.db has loaded the journal", "and some of what follows was pruned"]);
    sync(&place, &simulator, &["sqlite:c.db"], &["--quiet"]).succeeded();
    assert_eq!(documents(&place, "sqlite:c.db"), documents(&place, to[0]));
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_never_up_catches_up_from_a_journal_that_others_have_loaded() {
    let (place, simulator) = (Place::new(), simulator(60, 0).await);
    let server = crate::postgres::Door::closed(&place);
    let to = ["sqlite:a.db", server.address()];
    let loaded = ["--keep-journal", "loaded", "--quiet"];
    sync(&place, &simulator, &to, &loaded).failed_with(7, &["not delivered everywhere: "]);
    // And again: what the others have loaded waits for it all the same.
    sync(&place, &simulator, &to, &loaded).failed_with(7, &["not delivered everywhere: "]);
    server.open();
    let before = simulator.stats().requests;
    sync(&place, &simulator, &to, &loaded).succeeded();
    let requests = simulator.stats().requests - before;
    assert!(requests < before / 4, "nothing is read twice: {requests} requests after {before}");
    assert_eq!(documents(&place, to[1]), documents(&place, to[0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destination_that_fails_in_the_middle_is_told_at_once_and_catches_up() {
    let (place, simulator) = (Place::new(), simulator(120, 0).await);
    let to = ["sqlite:a.db", "sqlite:b.db"];
    sync(&place, &simulator, &to, &["--quiet"]).succeeded();
    // Somebody else's trigger lets nothing in.
    let refuse =
        "CREATE TRIGGER guard BEFORE INSERT ON contacts BEGIN SELECT RAISE(ABORT, 'closed today'); END";
    let connection = rusqlite::Connection::open(place.path("b.db")).unwrap();
    connection.execute_batch(refuse).unwrap();
    simulator.mutate(Mutation::CreateContacts { count: 3 }).unwrap();
    simulator.advance_clock(7_200);
    let outcome = sync(&place, &simulator, &to, &["--json", "--sweep"]);
    assert_eq!(outcome.code, Some(7), "{outcome:#?}");
    let events = outcome.json_lines();
    let place_of = |event: &str| events.iter().position(|line| line["event"] == event);
    let (told, finished) = (place_of("undelivered").unwrap(), place_of("run_finished").unwrap());
    assert!(events[told]["error"].as_str().unwrap().contains("closed today"), "{:#?}", events[told]);
    let later = events[told..finished].iter().filter(|line| line["event"] == "request").count();
    assert!(later > 0, "it is told while reading goes on");
    assert_eq!(query(&place.path("a.db"), "SELECT count(*) FROM contacts"), [["123"]]);
    connection.execute_batch("DROP TRIGGER guard").unwrap();
    sync(&place, &simulator, &to, &["--quiet"]).succeeded();
    assert_eq!(documents(&place, to[1]), documents(&place, to[0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destination_that_was_given_up_is_let_go_and_the_journal_gets_smaller() {
    let (place, simulator) = (Place::new(), simulator(120, 0).await);
    let to = ["sqlite:a.db", "sqlite:later/b.db"];
    sync(&place, &simulator, &to, &["--quiet", "--keep-journal", "loaded"]).failed_with(7, &[]);
    let kept = |place: &Place| query(&place.path("a.db.journal"), "SELECT count(*) FROM entry")[0][0].clone();
    let all: u64 = kept(&place).parse().unwrap();
    let release = |uri: &str| place.run(&["journal", "release", "--to", uri, "--journal", "a.db.journal"]);
    release("sqlite:c.db").failed_with(9, &["does not serve", "c.db", "hint: it serves", "later/b.db"]);
    let outcome = release(to[1]);
    assert_eq!(outcome.succeeded().stdout, "the journal keeps nothing for later/b.db any more\n");
    release(to[1]).failed_with(9, &["does not serve", "a.db"]);
    sync(&place, &simulator, &to[..1], &["--quiet", "--keep-journal", "loaded"]).succeeded();
    assert!(kept(&place).parse::<u64>().unwrap() < all / 2, "{} of {all} are left", kept(&place));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_no_destination_left_nothing_is_asked_and_no_password_is_told() {
    let (place, simulator) = (Place::new(), simulator(10, 0).await);
    let server = format!("postgres://somebody:{PASSWORD}@127.0.0.1:1/base");
    let to = [server.as_str(), "sqlite:none/b.db"];
    let outcome = sync(&place, &simulator, &to, &["--journal", "a.journal"]);
    assert_eq!(outcome.code, Some(if cfg!(feature = "postgres") { 7 } else { 3 }), "{outcome:#?}");
    assert_eq!(simulator.stats().requests, 0);
    assert!(!place.path("a.journal").exists());
}
