//! Every table holds what the workspace holds, cell by cell.

use crate::comparison::{assert_truth, differences};
use crate::harness::{Options, Site, UNLIMITED, run};
use crate::oracle::{expected_tables, expected_tables_with, members_without_column};
use relatable_simulator::{Resource, Settings, Simulator, Truth};
use serde_json::Value;
use std::collections::BTreeSet;

/// The tags, parts and sizes every workspace of this size has, whatever its seed.
const TAGS_MOST: usize = 25;
const PARTS_MAX: u64 = 500;

async fn workspace() -> Simulator {
    let settings = Settings {
        contacts: 2_000,
        companies: Some(500),
        conversations: Some(1_000),
        limit_per_window: UNLIMITED,
        ..Settings::default()
    };
    Simulator::start(settings).await.unwrap()
}

async fn every_table_equals_the_truth(scheme: &'static str) {
    let simulator = workspace().await;
    let site = Site::new(scheme);
    let report = run(&simulator, &site, Options::default()).await.unwrap();
    assert_eq!(report.skipped, vec![], "nothing is left out");
    assert_truth(&site, &simulator);
    for (resource, told) in report.records {
        let rows = site.client().number(&format!("SELECT count(*) FROM {resource}"));
        assert_eq!(told as i64, rows, "{resource}: as many records are told of as there are rows");
    }
    assert_long_lists(&site, &simulator.truth());
}

/// Lists that the API cuts are complete where it has an answer that completes them.
fn assert_long_lists(site: &Site, truth: &Truth) {
    let client = site.client();
    let count = |table: &str, parent: &str, id: &Value| {
        let id = id.as_str().unwrap();
        client.number(&format!("SELECT count(*) FROM {table} WHERE {parent} = '{id}'"))
    };
    let tagged = |contact: &Value| contact["tags"]["data"].as_array().unwrap().len();
    let contact = truth.documents(Resource::Contacts).find(|contact| tagged(contact) == TAGS_MOST).unwrap();
    assert_eq!(count("contact_tags", "contact_id", &contact["id"]), 25);
    for beyond in [false, true] {
        let is_meant = |conversation: &Value| {
            let total = conversation["conversation_parts"]["total_count"].as_u64().unwrap();
            if beyond { total > PARTS_MAX } else { total == PARTS_MAX }
        };
        let conversation = truth.documents(Resource::Conversations).find(is_meant).unwrap();
        assert_eq!(count("conversation_parts", "conversation_id", &conversation["id"]), 500);
    }
}

/// What is read only where it is asked for by its name.
const ALSO: [&str; 6] = [
    "handling_events",
    "side_conversations",
    "article_versions",
    "team_metrics",
    "data_connector_executions",
    "Device",
];

#[tokio::test(flavor = "multi_thread")]
async fn what_costs_much_is_true_as_well_where_it_is_asked_for() {
    let settings = Settings {
        contacts: 200,
        companies: Some(20),
        conversations: Some(100),
        limit_per_window: UNLIMITED,
        ..Settings::default()
    };
    let simulator = Simulator::start(settings).await.unwrap();
    let site = Site::new("sqlite");
    let options = Options { also: &ALSO[..5], object_types: &ALSO[5..], ..Options::default() };
    let report = run(&simulator, &site, options).await.unwrap();
    assert_eq!(report.skipped, vec![], "nothing is left out");
    let expected = expected_tables_with(&simulator, &ALSO);
    for costly in &ALSO[..5] {
        let table = if *costly == "handling_events" { "conversation_handling_events" } else { costly };
        assert!(!expected[table].rows.is_empty(), "{table} is compared");
    }
    assert_eq!(differences(&site.client(), &expected), Vec::<String>::new());
}

#[test]
fn whatever_costs_much_is_asked_for_by_a_test() {
    let costly = relatable_intercom::catalogue::feeds().filter(|feed| feed.cost.is_some());
    let names: BTreeSet<&str> = costly.map(|feed| feed.name).collect();
    // Exports have tests of their own.
    let jobs = ["message_deliveries", "reporting_days"];
    assert_eq!(names, ALSO[..5].iter().copied().chain(jobs).collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_member_of_the_documents_is_compared() {
    let simulator = workspace().await;
    assert_eq!(members_without_column(&simulator.truth()), BTreeSet::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_in_sqlite_equals_the_truth() {
    every_table_equals_the_truth("sqlite").await;
}

#[cfg(feature = "duckdb")]
#[tokio::test(flavor = "multi_thread")]
async fn every_table_in_duckdb_equals_the_truth() {
    every_table_equals_the_truth("duckdb").await;
}

#[cfg(feature = "mysql")]
#[tokio::test(flavor = "multi_thread")]
async fn every_table_in_mysql_equals_the_truth() {
    every_table_equals_the_truth("mysql").await;
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn every_table_in_postgres_equals_the_truth() {
    every_table_equals_the_truth("postgres").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_not_true_is_found_out() {
    let settings = Settings { contacts: 60, limit_per_window: UNLIMITED, ..Settings::default() };
    let simulator = Simulator::start(settings).await.unwrap();
    let site = Site::new("sqlite");
    run(&simulator, &site, Options::default()).await.unwrap();
    let expected = expected_tables(&simulator);
    assert_eq!(differences(&site.client(), &expected), Vec::<String>::new());
    let pristine = std::fs::read(site.database()).unwrap();
    for (damage, found) in [
        ("UPDATE contacts SET role = 'visitor' WHERE rowid = 1", "contacts.role of"),
        ("DELETE FROM conversation_parts WHERE rowid = 1", "conversation_parts lacks the row"),
        ("INSERT INTO tags (id, name) VALUES ('0', 'x')", "tags has the row"),
        ("ALTER TABLE teams ADD COLUMN more TEXT DEFAULT 'x'", "teams.more holds something"),
        ("CREATE TABLE visitors (id TEXT)", "table visitors is on one side only"),
        ("UPDATE events SET created_at = 1 WHERE rowid = 1", "events.created_at: Instant is not stored as"),
    ] {
        rusqlite::Connection::open(site.database()).unwrap().execute_batch(damage).unwrap();
        let differing = differences(&site.client(), &expected);
        assert!(differing.iter().any(|difference| difference.starts_with(found)), "{damage}: {differing:?}");
        std::fs::write(site.database(), &pristine).unwrap();
    }
}
