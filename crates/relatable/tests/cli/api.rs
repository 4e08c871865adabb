//! An API that refuses, fails or is something else: what is said, and that nothing is damaged.

use crate::program::{Outcome, Place, simulator};
use relatable_simulator::{Fault, FaultKind, Simulator};
use std::net::TcpListener;

/// Syncs all of a workspace into `a.db`.
fn sync(place: &Place, base_url: &str) -> Outcome {
    place.run(&["sync", "--to", "sqlite:a.db", "--base-url", base_url])
}

/// Whatever is asked fails this way.
fn spoil(simulator: &Simulator, path_prefix: &str, kind: FaultKind) {
    simulator.inject(Fault { path_prefix: path_prefix.to_owned(), skip: 0, times: 6, kind });
}

#[test]
fn a_host_that_does_not_answer_is_named_with_the_reason() {
    // A port that was free a moment ago.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let place = Place::new();
    let outcome = sync(&place, &format!("http://{address}"));
    let reached = format!("  caused by: failed to reach {address} for /me (4 attempts)\n");
    outcome.failed_with(6, &["error: failed to read the workspace\n", &reached, "Connection refused"]);
    outcome.failed_with(6, &["hint: look at the network", "the next run goes on from there"]);
    assert!(!place.path("a.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_stops_the_run_at_once() {
    let simulator = simulator(20, 0).await;
    let place = Place::with_token("another");
    let expected = "\
error: failed to read the workspace
  caused by: the API does not accept the token (unauthorized) at /me

hint: look at INTERCOM_TOKEN: was it copied whole, and is it of this workspace's region (`--region us`, `eu` or `au`)?";
    sync(&place, &simulator.base_url()).failed(5, expected);
    assert_eq!(simulator.stats().requests, 1);
    assert!(!place.path("a.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_place_of_an_answer_is_named() {
    let simulator = simulator(20, 0).await;
    spoil(&simulator, "/me", FaultKind::Html { status: 200 });
    sync(&Place::new(), &simulator.base_url()).failed_with(
        6,
        &[
            "  caused by: the API answered /me with an HTML page instead of JSON, 6 times in a row",
            "hint: something else may be answering in the API's place",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_answer_ends_the_run_and_the_next_one_continues() {
    let simulator = simulator(20, 0).await;
    let place = Place::new();
    spoil(&simulator, "/tags", FaultKind::EmptyBody);
    sync(&place, &simulator.base_url())
        .failed_with(6, &["the API answered /tags with an empty body instead of JSON, 6 times in a row"]);
    sync(&place, &simulator.base_url()).succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_fails_is_asked_again_before_it_is_named() {
    let simulator = simulator(20, 0).await;
    spoil(&simulator, "/me", FaultKind::Html { status: 502 });
    sync(&Place::new(), &simulator.base_url()).failed_with(
        6,
        &["the API failed at /me 6 times in a row, last with status 502", "hint: try again later"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_skips_what_it_is_for_and_says_so() {
    let simulator = simulator(20, 0).await;
    let kind = FaultKind::Status { code: 403, error_code: "api_plan_restricted".to_owned() };
    spoil(&simulator, "/segments", kind);
    let outcome = sync(&Place::new(), &simulator.base_url());
    outcome.succeeded();
    assert!(outcome.stderr.contains("skipped segments: "), "{}", outcome.stderr);
}
