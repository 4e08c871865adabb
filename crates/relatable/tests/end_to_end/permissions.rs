//! What a token may not read is left out whole, said, and read as soon as it may be.

use crate::comparison::assert_truth;
use crate::harness::{Options, Site, UNLIMITED, run};
use relatable_pipeline::PipelineError;
use relatable_simulator::{Fault, FaultKind, Settings, Simulator};

async fn workspace() -> Simulator {
    let settings = Settings {
        contacts: 300,
        conversations: Some(60),
        limit_per_window: UNLIMITED,
        ..Settings::default()
    };
    Simulator::start(settings).await.unwrap()
}

fn select(names: &[&str]) -> Options {
    Options { select: Some(names.iter().map(|&name| name.to_owned()).collect()), ..Options::default() }
}

/// Takes the permission for a path away from this many requests.
fn forbid(simulator: &Simulator, path_prefix: &str, times: u32) {
    let kind = FaultKind::Status { code: 403, error_code: "action_forbidden".to_owned() };
    simulator.inject(Fault { path_prefix: path_prefix.to_owned(), skip: 0, times, kind });
}

#[tokio::test(flavor = "multi_thread")]
async fn no_attribute_gets_a_type_that_was_guessed_for_want_of_a_permission() {
    for path in ["/data_attributes", "/conversations/attributes"] {
        let (simulator, site) = (workspace().await, Site::new("sqlite"));
        forbid(&simulator, path, 1);
        let error = run(&simulator, &site, Options::default()).await.unwrap_err();
        assert!(matches!(error, PipelineError::Definitions { .. }), "{error:?}");
        assert_eq!(site.client().tables(), [""; 0], "nothing was loaded");
        run(&simulator, &site, Options::default()).await.unwrap();
        assert_truth(&site, &simulator);
        let followed = "SELECT typeof(max(custom_renewal_date)) FROM contacts";
        assert_eq!(site.client().texts(followed), ["text"], "a moment, not a number");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_attributes_needs_no_definitions() {
    let (simulator, site) = (workspace().await, Site::new("sqlite"));
    forbid(&simulator, "/data_attributes", 1);
    run(&simulator, &site, select(&["tags", "notes"])).await.unwrap();
    let report = run(&simulator, &site, select(&["tags", "data_attributes"])).await.unwrap();
    assert_eq!(report.skipped.len(), 1, "one of its two feeds");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_wait_to_be_loaded_wait_for_the_definitions() {
    let (simulator, site) = (workspace().await, Site::new("sqlite"));
    run(&simulator, &site, Options::default()).await.unwrap();
    // Everything is in the journal, and nothing in the tables.
    std::fs::remove_file(site.database()).unwrap();
    forbid(&simulator, "/data_attributes", 1);
    let error = run(&simulator, &site, select(&["tags"])).await.unwrap_err();
    assert!(matches!(error, PipelineError::Definitions { .. }), "{error:?}");
    run(&simulator, &site, select(&["tags"])).await.unwrap();
    assert_truth(&site, &simulator);
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_29_a_feed_that_may_not_be_read_costs_one_request_a_run_and_loses_nothing() {
    let (simulator, site) = (workspace().await, Site::new("sqlite"));
    // Both feeds of the path ask once in each of two runs.
    forbid(&simulator, "/events", 4);
    for asked in [2, 4] {
        let report = run(&simulator, &site, Options::default()).await.unwrap();
        let mut feeds: Vec<&str> = report.skipped.iter().map(|skipped| skipped.feed.as_str()).collect();
        feeds.sort_unstable();
        assert_eq!(feeds, ["event_summaries", "events"], "each is told once");
        assert_eq!(simulator.stats().by_path["GET /events"], asked);
    }
    let report = run(&simulator, &site, Options::default()).await.unwrap();
    assert_eq!(report.skipped, []);
    assert_truth(&site, &simulator);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_is_refused_is_left_out_and_the_rest_is_read() {
    for (path, code, feed) in [
        ("/conversations/deleted", 400, "deleted_conversations"),
        ("/office_hours_schedules", 404, "office_hours_schedules"),
        ("/companies/scroll", 404, "companies"),
        ("/tickets/search", 422, "tickets"),
        ("/tags", 404, "tags"),
    ] {
        let (simulator, site) = (workspace().await, Site::new("sqlite"));
        let kind = FaultKind::Status { code, error_code: "refused".to_owned() };
        simulator.inject(Fault { path_prefix: path.to_owned(), skip: 0, times: 1, kind });
        let report = run(&simulator, &site, Options::default()).await.unwrap();
        let feeds: Vec<&str> = report.skipped.iter().map(|skipped| skipped.feed.as_str()).collect();
        assert_eq!(feeds, [feed], "{path}");
        assert_eq!(site.client().number("SELECT count(*) FROM contacts"), 300, "{path}");
        // Until then a scroll that was left open keeps others from scrolling.
        simulator.advance_clock(60);
        run(&simulator, &site, Options::default()).await.unwrap();
        assert_truth(&site, &simulator);
    }
    let (simulator, site) = (workspace().await, Site::new("sqlite"));
    let options = Options { object_types: &["NoSuchType"], ..Options::default() };
    let report = run(&simulator, &site, options).await.unwrap();
    assert_eq!(report.skipped.len(), 1, "{:?}", report.skipped);
    assert_truth(&site, &simulator);
}
