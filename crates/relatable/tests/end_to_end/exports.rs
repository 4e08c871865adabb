//! What the API makes as jobs is read where it is asked for: deliveries of messages, and reporting by day.

use crate::clock::LeapingClock;
use crate::comparison::differences;
use crate::harness::{Options, Site, UNLIMITED, run};
use crate::oracle::{Stored, expected_tables, exported_tables};
use relatable_pipeline::{PipelineError, Since};
use relatable_simulator::{Fault, FaultKind, Mutation, Resource, Selection, Settings, Simulator};
use std::sync::Arc;

const DAY_S: i64 = 86_400;
const MESSAGES: &str = "message_deliveries";
const REPORTING: &str = "reporting_days";
/// The tables of exports.
const TABLES: [&str; 5] =
    [MESSAGES, "reporting_datasets", "reporting_dataset_attributes", REPORTING, "reporting_rows"];

async fn workspace() -> Simulator {
    let settings = Settings {
        contacts: 60,
        conversations: Some(60),
        tickets: Some(200),
        limit_per_window: UNLIMITED,
        ..Settings::default()
    };
    Simulator::start(settings).await.unwrap()
}

/// How long ago reporting begins in these tests.
fn since_s(simulator: &Simulator) -> i64 {
    let at_s = simulator.now_s() - 60 * DAY_S;
    at_s - at_s.rem_euclid(DAY_S)
}

/// Both exports, with waits leapt over: a year of messages, and reporting since a day.
fn both(simulator: &Simulator, since_s: i64) -> Options {
    let resource = Some(REPORTING.to_owned());
    Options {
        also: &[MESSAGES, REPORTING],
        since: vec![Since { resource, from_s: Some(since_s) }],
        clock: Some(Arc::new(LeapingClock::new(simulator.base_url()))),
        ..Options::default()
    }
}

/// Messages alone.
fn messages(simulator: &Simulator) -> Options {
    Options { also: &[MESSAGES], ..both(simulator, since_s(simulator)) }
}

fn order(simulator: &Simulator, path_prefix: &str, times: u32, kind: FaultKind) {
    simulator.inject(Fault { path_prefix: path_prefix.to_owned(), skip: 0, times, kind });
}

/// Asserts that every table is true, those of exports since these moments.
fn assert_exported(site: &Site, simulator: &Simulator, messages_s: Option<i64>, reporting_s: Option<i64>) {
    let mut expected = expected_tables(simulator);
    expected.extend(exported_tables(simulator, messages_s, reporting_s));
    if messages_s.is_some() {
        assert!(expected[MESSAGES].rows.len() > 300, "messages are compared");
    }
    if reporting_s.is_some() {
        assert!(expected["reporting_rows"].rows.len() > 5, "rows are compared");
    }
    let found = differences(&site.client(), &expected);
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}

/// Everything in the tables of exports, this program's own columns included.
fn everything(site: &Site) -> Vec<Vec<Vec<Stored>>> {
    let rows = |table: &&str| site.client().rows(&format!("SELECT * FROM {table} ORDER BY 1, 2, 3"));
    TABLES.iter().map(rows).collect()
}

fn opened(site: &Site) -> i64 {
    site.client().number("SELECT count(first_open) FROM message_deliveries")
}

async fn exports_are_true_and_stay_so(scheme: &'static str) {
    let (simulator, site) = (workspace().await, Site::new(scheme));
    simulator.mutate(Mutation::CreateConversations { count: 6 }).unwrap();
    let (year_s, from_s) = (simulator.now_s() - 365 * DAY_S, since_s(&simulator));
    let report = run(&simulator, &site, both(&simulator, from_s)).await.unwrap();
    assert_eq!(report.skipped, vec![], "nothing is left out");
    assert_exported(&site, &simulator, Some(year_s), Some(from_s));
    let before = everything(&site);
    run(&simulator, &site, both(&simulator, from_s)).await.unwrap();
    assert!(everything(&site) == before, "a second run changes nothing");

    let opened_before = opened(&site);
    simulator.advance_clock(10 * DAY_S as u64);
    let some = |indexes: &[u32]| Selection::Indexes(indexes.to_vec());
    simulator.mutate(Mutation::ReplyToConversations { which: some(&[60, 62]), parts: 2 }).unwrap();
    simulator.mutate(Mutation::Delete { resource: Resource::Conversations, which: some(&[61]) }).unwrap();
    run(&simulator, &site, both(&simulator, from_s)).await.unwrap();
    assert!(opened(&site) > opened_before + 5, "later opens appear");
    assert_exported(&site, &simulator, Some(year_s), Some(from_s));
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_are_true_and_later_opens_and_changes_of_a_day_appear_in_sqlite() {
    exports_are_true_and_stay_so("sqlite").await;
}

#[cfg(feature = "duckdb")]
#[tokio::test(flavor = "multi_thread")]
async fn exports_are_true_and_later_opens_and_changes_of_a_day_appear_in_duckdb() {
    exports_are_true_and_stay_so("duckdb").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_without_being_asked_starts_no_job() {
    let (simulator, site) = (workspace().await, Site::new("sqlite"));
    run(&simulator, &site, Options::default()).await.unwrap();
    assert!(simulator.stats().by_path.keys().all(|path| !path.starts_with("POST /export")));
    assert_exported(&site, &simulator, None, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_somebody_else_is_waited_for_without_slowing_the_rest() {
    let (simulator, site) = (workspace().await, Site::new("sqlite"));
    order(&simulator, "/export/content/data", 1, FaultKind::JobTaken { seconds: 300 });
    let year_s = simulator.now_s() - 365 * DAY_S;
    let report = run(&simulator, &site, messages(&simulator)).await.unwrap();
    assert_eq!(report.refused, 0, "it is no matter of the rate limit");
    assert_exported(&site, &simulator, Some(year_s), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_somebody_else_that_does_not_end_is_told_and_the_rest_is_read() {
    let (simulator, site) = (workspace().await, Site::new("sqlite"));
    order(&simulator, "/export/content/data", 1, FaultKind::JobTaken { seconds: 100_000 });
    let error = run(&simulator, &site, messages(&simulator)).await.unwrap_err();
    assert!(matches!(error, PipelineError::JobsTaken { .. }), "{error:?}");
    assert!(error.to_string().starts_with("no export of message_deliveries from "), "{error}");
    assert_exported(&site, &simulator, None, None);
    simulator.advance_clock(100_000);
    let year_s = simulator.now_s() - 365 * DAY_S;
    run(&simulator, &site, messages(&simulator)).await.unwrap();
    assert_exported(&site, &simulator, Some(year_s), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_fails_is_started_again_and_told_if_it_fails_again() {
    let (simulator, site) = (workspace().await, Site::new("sqlite"));
    let year_s = simulator.now_s() - 365 * DAY_S;
    order(&simulator, "/export/content/data", 3, FaultKind::JobFails);
    let error = run(&simulator, &site, messages(&simulator)).await.unwrap_err();
    assert!(matches!(error, PipelineError::JobFailed { attempts: 3, .. }), "{error:?}");
    assert_exported(&site, &simulator, None, None);
    order(&simulator, "/export/content/data", 1, FaultKind::JobFails);
    run(&simulator, &site, messages(&simulator)).await.unwrap();
    assert_exported(&site, &simulator, Some(year_s), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_comes_broken_is_fetched_again() {
    for kind in
        [FaultKind::Truncated, FaultKind::EmptyBody, FaultKind::Html { status: 200 }, FaultKind::Reset]
    {
        let (simulator, site) = (workspace().await, Site::new("sqlite"));
        order(&simulator, "/download/content/data", 1, kind.clone());
        let year_s = simulator.now_s() - 365 * DAY_S;
        run(&simulator, &site, messages(&simulator)).await.unwrap();
        assert_exported(&site, &simulator, Some(year_s), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_ends_in_the_middle_of_an_export_is_followed_by_one_that_goes_on() {
    let (simulator, site) = (workspace().await, Site::new("sqlite"));
    let (year_s, from_s) = (simulator.now_s() - 365 * DAY_S, since_s(&simulator));
    let kind = FaultKind::Status { code: 400, error_code: "bad_request".to_owned() };
    for (path_prefix, skip) in [("/download/content/data", 1), ("/download/reporting_data", 40)] {
        simulator.inject(Fault { path_prefix: path_prefix.to_owned(), skip, times: 1, kind: kind.clone() });
    }
    let error = run(&simulator, &site, both(&simulator, from_s)).await.unwrap_err();
    assert!(matches!(error, PipelineError::Read { .. }), "{error:?}");
    assert!(site.client().number("SELECT count(*) FROM reporting_days") >= 30, "what was read stays");
    let started = || simulator.stats().by_path["POST /export/reporting_data/enqueue"];
    let before = started();
    run(&simulator, &site, both(&simulator, from_s)).await.unwrap();
    assert!(started() - before < 2 * 61, "days that are done long ago are not exported again");
    assert_exported(&site, &simulator, Some(year_s), Some(from_s));
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_that_the_token_may_not_make_are_left_out_and_said() {
    let (simulator, site) = (workspace().await, Site::new("sqlite"));
    let (year_s, from_s) = (simulator.now_s() - 365 * DAY_S, since_s(&simulator));
    let forbidden = || FaultKind::Status { code: 403, error_code: "action_forbidden".to_owned() };
    order(&simulator, "/export/content/data", 1, forbidden());
    order(&simulator, "/export/reporting_data/enqueue", 4, forbidden());
    let report = run(&simulator, &site, both(&simulator, from_s)).await.unwrap();
    let mut feeds: Vec<&str> = report.skipped.iter().map(|skipped| skipped.feed.as_str()).collect();
    feeds.sort_unstable();
    assert_eq!(feeds, [MESSAGES, REPORTING], "each is told once");
    assert_exported(&site, &simulator, None, None);
    // The order may not have been used up by jobs that were not begun any more.
    let mut report = run(&simulator, &site, both(&simulator, from_s)).await.unwrap();
    for _ in 0..3 {
        if !report.skipped.is_empty() {
            report = run(&simulator, &site, both(&simulator, from_s)).await.unwrap();
        }
    }
    assert_eq!(report.skipped, vec![]);
    assert_exported(&site, &simulator, Some(year_s), Some(from_s));
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_35_messages_are_read_in_versions_that_misspell_their_jobs_and_no_further_back_than_asked() {
    for version in ["2.13", "Preview"] {
        let (simulator, site) = (workspace().await, Site::new("sqlite"));
        let from_s = since_s(&simulator);
        let since = vec![Since { resource: Some(MESSAGES.to_owned()), from_s: Some(from_s) }];
        let select = Some(vec![MESSAGES.to_owned()]);
        let options = Options { version: Some(version), since, select, ..messages(&simulator) };
        run(&simulator, &site, options).await.unwrap();
        let expected = simulator.truth().message_deliveries(from_s, simulator.now_s()).len();
        assert_eq!(site.client().number("SELECT count(*) FROM message_deliveries"), expected as i64);
    }
}
