//! An API that refuses, fails or is something else: what is said, and that nothing is damaged.

use crate::program::{Outcome, Place, TOKEN, query, simulator};
use relatable_simulator::{Fault, FaultKind, Resource, Settings, Simulator};
use std::net::TcpListener;

/// Syncs all of a workspace into `a.db`.
fn sync(place: &Place, base_url: &str) -> Outcome {
    place.run(&["sync", "--to", "sqlite:a.db", "--base-url", base_url])
}

/// Whatever is asked fails this way.
fn spoil(simulator: &Simulator, path_prefix: &str, kind: FaultKind) {
    simulator.inject(Fault { path_prefix: path_prefix.to_owned(), skip: 0, times: 6, kind });
}

/// Whatever is asked there may not be read.
fn forbid(simulator: &Simulator, path_prefix: &str) {
    let kind = FaultKind::Status { code: 403, error_code: "api_plan_restricted".to_owned() };
    simulator.inject(Fault { path_prefix: path_prefix.to_owned(), skip: 0, times: u32::MAX, kind });
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
async fn a_missing_permission_leaves_out_what_it_is_for_and_the_code_says_so() {
    let simulator = simulator(20, 0).await;
    let place = Place::new();
    forbid(&simulator, "/events");
    let outcome = sync(&place, &simulator.base_url());
    outcome.failed_with(
        5,
        &[
            "\ntable ",
            "error: finished, but the token may not read event",
            "hint: give the token's app the missing permission",
        ],
    );
    for feed in ["skipped events: ", "skipped event_summaries: "] {
        assert_eq!(outcome.stderr.matches(feed).count(), 1, "{feed}: {}", outcome.stderr);
    }
    assert_eq!(query(&place.path("a.db"), "SELECT count(*) FROM contacts"), [["20"]]);
    let asked = simulator.stats().by_path["GET /events"];
    assert_eq!(asked, 2, "one request for each of the two feeds");
    // Whoever does not want them does not need the permission.
    let select = ["sync", "--to", "a.db", "--base-url", &simulator.base_url(), "--select", "contacts, tags "];
    place.run(&select).succeeded();
    assert_eq!(simulator.stats().by_path["GET /events"], asked);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_definitions_of_attributes_nothing_is_loaded_and_the_permission_is_named() {
    let simulator = simulator(20, 0).await;
    let place = Place::new();
    forbid(&simulator, "/data_attributes");
    let expected = "\
error: failed to read the types of the custom attributes of contacts; nothing was loaded
  caused by: the token may not read /data_attributes (api_plan_restricted)

hint: give the token's app the permission to read data attributes (Developer Hub, Authentication), or leave contacts \
out with `--select`: only the definitions tell a date from a number";
    place.run(&["sync", "--to", "a.db", "--base-url", &simulator.base_url(), "--quiet"]).failed(5, expected);
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'";
    assert!(query(&place.path("a.db"), tables).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_gone_is_marked_and_asked_for_again_by_the_next_run() {
    let simulator = simulator(40, 0).await;
    let place = Place::new();
    let conversation = simulator.truth().documents(Resource::Conversations).next().unwrap();
    let id = conversation["id"].as_str().unwrap();
    let kind = FaultKind::Status { code: 404, error_code: "not_found".to_owned() };
    simulator.inject(Fault { path_prefix: format!("/conversations/{id}"), skip: 0, times: 1, kind });
    let marked = "SELECT id FROM conversations WHERE _deleted_at IS NOT NULL";
    let outcome = sync(&place, &simulator.base_url());
    outcome.succeeded();
    assert!(outcome.stderr.contains("issues, in the table _relatable_issues: "), "{}", outcome.stderr);
    assert_eq!(query(&place.path("a.db"), marked), [[id]]);
    sync(&place, &simulator.base_url()).succeeded();
    assert!(query(&place.path("a.db"), marked).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn after_runs_that_broke_off_in_the_middle_a_good_one_completes_the_tables() {
    let simulator = simulator(300, 0).await;
    let place = Place::new();
    let last = simulator.truth().documents(Resource::Contacts).last().unwrap();
    let segments = format!("/contacts/{}/segments", last["id"].as_str().unwrap());
    for (kind, said) in [
        (FaultKind::EmptyBody, "with an empty body instead of JSON"),
        (FaultKind::Html { status: 200 }, "with an HTML page instead of JSON"),
    ] {
        spoil(&simulator, &segments, kind);
        sync(&place, &simulator.base_url()).failed_with(6, &[said, "the next run goes on from there"]);
        // A scroll that was broken off is over.
        simulator.advance_clock(61);
    }
    sync(&place, &simulator.base_url()).succeeded();
    let counts = simulator.truth().counts();
    for (table, count) in [
        ("contacts", counts.contacts),
        ("companies", counts.companies),
        ("events", counts.events),
        ("conversations", counts.conversations),
    ] {
        let sql = format!("SELECT count(*) FROM {table}");
        assert_eq!(query(&place.path("a.db"), &sql), [[count.to_string()]], "{table}");
    }
    let without_parts = "SELECT count(*) FROM conversations WHERE id NOT IN
        (SELECT conversation_id FROM conversation_parts) AND statistics_count_conversation_parts > 0";
    assert_eq!(query(&place.path("a.db"), without_parts), [["0"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_with_hardly_anything_is_read() {
    for (contacts, companies, conversations) in
        [(0, None, None), (0, Some(0), Some(3)), (0, Some(3), None), (1, Some(2), Some(2)), (2, None, None)]
    {
        let token = TOKEN.to_owned();
        let settings = Settings { contacts, companies, conversations, token, ..Settings::default() };
        let simulator = Simulator::start(settings).await.unwrap();
        let place = Place::new();
        for _ in 0..2 {
            sync(&place, &simulator.base_url()).succeeded();
        }
        let count = query(&place.path("a.db"), "SELECT count(*) FROM contacts");
        assert_eq!(count, [[contacts.to_string()]], "{companies:?} {conversations:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_there_is_not_is_refused_with_those_there_are_before_anything_is_asked() {
    let simulator = simulator(20, 0).await;
    let place = Place::new();
    for version in ["2.99", "2", "", "preview"] {
        let base_url = simulator.base_url();
        let given = ["sync", "--to", "sqlite:a.db", "--base-url", &base_url, "--api-version", version];
        place.run(&given).failed_with(
            3,
            &[
                &format!("error: `{version}` is no version of the API that can be read"),
                "hint: `--api-version` takes 2.11, 2.12, 2.13, 2.14, 2.15, 2.16, Preview",
            ],
        );
    }
    assert_eq!(simulator.stats().requests, 0);
    assert!(!place.path("a.db").exists());
}
