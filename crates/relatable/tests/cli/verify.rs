//! `verify` as a user meets it: what is printed where, and the codes it ends with.

use crate::program::{Outcome, Place, query, simulator};
use relatable_simulator::{Fault, FaultKind, Simulator};
use serde_json::Value;

/// A workspace that was read into `a.db`.
async fn read() -> (Simulator, Place) {
    let (simulator, place) = (simulator(30, 0).await, Place::new());
    place.run(&["sync", "--to", "sqlite:a.db", "--base-url", &simulator.base_url(), "--quiet"]).succeeded();
    (simulator, place)
}

fn verify(place: &Place, simulator: &Simulator, more: &[&str]) -> Outcome {
    let base_url = simulator.base_url();
    let mut arguments = vec!["verify", "--to", "sqlite:a.db", "--base-url", &base_url, "--sample", "5"];
    arguments.extend(more);
    place.run(&arguments)
}

/// Loses a tag and changes a contact; answers their ids.
fn damage(place: &Place) -> (String, String) {
    let database = rusqlite::Connection::open(place.path("a.db")).unwrap();
    let one = |sql: &str| database.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    let tag = one("SELECT id FROM tags ORDER BY id LIMIT 1");
    let contact = one("SELECT id FROM contacts WHERE email IS NOT NULL ORDER BY id LIMIT 1");
    database.execute("DELETE FROM tags WHERE id = ?", [&tag]).unwrap();
    database.execute("UPDATE contacts SET email = 'old@test.example' WHERE id = ?", [&contact]).unwrap();
    (tag, contact)
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_are_right_are_proven_and_print_nothing() {
    let (simulator, place) = read().await;
    let outcome = verify(&place, &simulator, &["--seed", "7"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), ""), "{}", outcome.stderr);
    for part in ["verifying SQLite file a.db", "nothing is missing or wrong", "--seed 7", "contacts"] {
        assert!(outcome.stderr.contains(part), "{part} is not in {}", outcome.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_printed_as_data_and_ends_with_code_8_until_it_is_mended() {
    let (simulator, place) = read().await;
    let (tag, contact) = damage(&place);
    let outcome = verify(&place, &simulator, &["--quiet"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(8), ""));
    let lines: Vec<Vec<&str>> =
        outcome.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["kind", "table", "id", "where"]);
    for expected in
        [vec!["missing", "record", "tags", &tag], vec!["wrong", "value", "contacts", &contact, "email"]]
    {
        assert!(lines.contains(&expected), "{expected:?} is not in {}", outcome.stdout);
    }
    assert!(!outcome.stdout.contains("old@test.example"), "a finding shows no value");
    let outcome = verify(&place, &simulator, &["--repair"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), ""), "{}", outcome.stderr);
    let mended = format!("SELECT count(*) FROM tags WHERE id = '{tag}'");
    assert_eq!(query(&place.path("a.db"), &mended), [["1"]]);
    verify(&place, &simulator, &["--quiet"]).succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn json_tells_each_finding_and_ends_with_the_report() {
    let (simulator, place) = read().await;
    let (tag, _) = damage(&place);
    for (more, code, last_findings) in [(&["--json"][..], 8, 2), (&["--json", "--repair"], 0, 0)] {
        let outcome = verify(&place, &simulator, more);
        assert_eq!(outcome.code, Some(code), "{}", outcome.stderr);
        let events: Vec<Value> =
            outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(events[0]["event"], "verify_started");
        let is_it = |event: &&Value| event["finding"]["id"] == tag.as_str();
        let found = events.iter().find(is_it).expect("the tag is told");
        assert_eq!(
            (&found["event"], &found["finding"]["kind"]),
            (&"finding".into(), &"missing_record".into())
        );
        let last = events.last().unwrap();
        assert_eq!(last["event"], "verify_finished");
        let findings = last["report"]["findings"].as_array().unwrap();
        let records: Vec<&Value> =
            findings.iter().filter(|finding| finding["kind"] != "dangling_reference").collect();
        assert_eq!(records.len(), last_findings, "{last}");
        let is_mended = events.iter().any(|event| event["event"] == "repaired");
        assert_eq!(is_mended, more.contains(&"--repair"));
        assert!(
            events.iter().all(|event| event["event"] != "run_finished" && event["event"] != "run_failed")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_token_may_not_read_is_said_and_not_judged() {
    let (simulator, place) = read().await;
    for path_prefix in ["/segments", "/contacts/"] {
        let kind = FaultKind::Status { code: 403, error_code: "api_plan_restricted".to_owned() };
        simulator.inject(Fault { path_prefix: path_prefix.to_owned(), skip: 0, times: u32::MAX, kind });
    }
    let outcome = verify(&place, &simulator, &[]);
    outcome.failed_with(5, &["the token may not read", "skipped segments", "skipped contact", "not judged"]);
    assert_eq!(outcome.stdout, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_into_which_nothing_was_read_is_named() {
    let simulator = simulator(20, 0).await;
    let outcome = verify(&Place::new(), &simulator, &[]);
    outcome
        .failed_with(2, &["error: nothing was read into SQLite file a.db yet", "hint: is it the database"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verification_that_compared_nothing_proves_nothing() {
    let (simulator, place) = read().await;
    for (more, reason) in [
        (&["--select", "counts"][..], "counts: made by this program"),
        (&["--select", "notes", "--sample", "0"], "notes: nothing of it was compared"),
        (&["--select", "side_conversations"], "side_conversations: read only where it is asked for"),
    ] {
        let base_url = simulator.base_url();
        let given = ["verify", "--to", "sqlite:a.db", "--base-url", &base_url];
        let outcome = place.run(&[&given[..], more].concat());
        outcome.failed_with(2, &["error: nothing was compared, so nothing is proven", reason, "hint: "]);
        assert!(!outcome.stderr.contains("nothing is missing"), "{}", outcome.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_lost_to_the_last_row_is_missed_though_what_it_hangs_on_was_not_read() {
    let (simulator, place) = (simulator(30, 0).await, Place::new());
    let base_url = simulator.base_url();
    let select = ["--to", "sqlite:a.db", "--base-url", &base_url, "--select", "notes", "--quiet"];
    place.run(&[&["sync"][..], &select].concat()).succeeded();
    place.run(&[&["verify"][..], &select].concat()).succeeded();
    rusqlite::Connection::open(place.path("a.db")).unwrap().execute("DELETE FROM notes", []).unwrap();
    let outcome = place.run(&[&["verify"][..], &select].concat());
    assert_eq!(outcome.code, Some(8), "{}", outcome.stderr);
    place.run(&[&["verify", "--repair"][..], &select].concat()).succeeded();
}
