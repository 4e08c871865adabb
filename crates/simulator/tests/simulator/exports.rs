//! Exports: jobs with their states and caps, and files that hold the truth.

use std::io::Read;

use flate2::read::GzDecoder;
use relatable_simulator::{Fault, FaultKind, Settings};
use serde_json::{Value, json};

use crate::client::{Session, session};

const MESSAGES: &str = "/export/content/data";
const REPORTING: &str = "/export/reporting_data/enqueue";
const DAY_S: i64 = 86_400;

/// A workspace in the middle of a day.
async fn workspace() -> Session {
    session(|settings| settings.clock = Some("2026-11-10T12:00:00Z".parse().expect("an instant"))).await
}

/// The status and bytes of a file.
async fn fetch(session: &Session, path: &str, accept: &str) -> (u16, Vec<u8>) {
    let url = format!("{}{path}", session.simulator.base_url());
    let request = reqwest::Client::new().get(url).bearer_auth(Settings::default().token);
    let response = request.header("accept", accept).send().await.expect("the server answers");
    (response.status().as_u16(), response.bytes().await.expect("a body").to_vec())
}

async fn file(session: &Session, path: &str) -> Vec<u8> {
    let (status, bytes) = fetch(session, path, "application/octet-stream").await;
    assert_eq!(status, 200, "{path}");
    let mut content = Vec::new();
    GzDecoder::new(bytes.as_slice()).read_to_end(&mut content).expect("it is packed");
    content
}

/// The records of a table, each as an object of texts.
fn records(text: &[u8]) -> Vec<Value> {
    let mut reader = csv::Reader::from_reader(text);
    let columns = reader.headers().expect("a line of columns").clone();
    let object = |record: csv::StringRecord| {
        columns.iter().zip(&record).map(|(column, cell)| (column.to_owned(), cell.into())).collect()
    };
    reader.records().map(|record| Value::Object(object(record.expect("a record")))).collect()
}

/// A record of the truth as the export writes it.
fn written(record: &Value) -> Value {
    let cell = |(name, value): (&String, &Value)| {
        let text = match value {
            Value::Null if name == "company_id" || name == "series_id" => "-1".to_owned(),
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        (name.clone(), Value::from(text))
    };
    record.as_object().expect("an object").iter().map(cell).collect()
}

fn range(session: &Session, days: i64) -> Value {
    let now_s = session.simulator.now_s();
    json!({"created_at_after": now_s - days * DAY_S, "created_at_before": now_s})
}

fn job_of(told: &Value) -> String {
    told["job_identifier"].as_str().expect("text").to_owned()
}

#[tokio::test]
async fn a_message_export_goes_through_its_states_to_a_table_of_whole_days() {
    let session = workspace().await;
    let told = session.post(MESSAGES, range(&session, 40)).await;
    assert_eq!((&told["status"], &told["download_url"]), (&"pending".into(), &"".into()));
    let job = job_of(&told);
    let path = format!("{MESSAGES}/{job}");
    session.simulator.advance_clock(1);
    assert_eq!(session.get(&path).await["status"], "in_progress");
    let download = format!("/download/content/data/{job}");
    assert_eq!(fetch(&session, &download, "application/octet-stream").await.0, 404, "not yet");
    session.simulator.advance_clock(1);
    let told = session.get(&path).await;
    assert_eq!(told["status"], "completed");
    assert!(told["download_url"].as_str().is_some_and(|url| url.ends_with(&download)));

    let now_s = session.simulator.now_s();
    let truth = session.simulator.truth().message_deliveries(now_s - 40 * DAY_S, now_s);
    let expected: Vec<Value> = truth.iter().map(written).collect();
    assert_eq!(records(&file(&session, &download).await), expected);
    assert!(truth[0]["received_at"].as_i64().is_some_and(|at_s| at_s < now_s - 40 * DAY_S), "a whole day");
    for part in ['"', ',', '\n', 'ü', '👋'] {
        assert!(
            truth.iter().any(|row| row["content_title"].as_str().is_some_and(|title| title.contains(part)))
        );
    }
    for column in truth[0].as_object().expect("an object").keys() {
        assert!(truth.iter().any(|row| !row[column].is_null()), "{column} is filled somewhere");
    }

    session.simulator.advance_clock(2 * 86_400 + 5);
    assert_eq!(fetch(&session, &download, "application/octet-stream").await.0, 404, "it has expired");
}

#[tokio::test]
async fn what_came_of_a_message_counts_within_the_range_and_appears_later() {
    let session = workspace().await;
    let now_s = session.simulator.now_s();
    let opened = |rows: Vec<Value>| rows.iter().filter(|row| !row["first_open"].is_null()).count();
    let deliveries = |before_s| session.simulator.truth().message_deliveries(now_s - 40 * DAY_S, before_s);
    let (early, late) = (deliveries(now_s - 20 * DAY_S), deliveries(now_s));
    let same = late.iter().filter(|row| early.iter().any(|other| other["receipt_id"] == row["receipt_id"]));
    assert!(opened(same.cloned().collect()) > opened(early), "later opens are outside of the shorter range");
    let before = opened(deliveries(now_s));
    session.simulator.advance_clock(10 * DAY_S as u64);
    assert!(opened(deliveries(now_s + 10 * DAY_S)) > before);
}

#[tokio::test]
async fn one_message_export_at_a_time_is_no_matter_of_the_rate_limit() {
    let session = workspace().await;
    let job = job_of(&session.post(MESSAGES, range(&session, 5)).await);
    let refused = session.try_post(MESSAGES, range(&session, 5)).await;
    assert_eq!((refused.status, refused.code().as_str()), (429, "rate_limit_exceeded"));
    assert!(refused.text.contains("1 pending message data export jobs"));
    assert_ne!(refused.header("x-ratelimit-remaining"), "0");
    assert_eq!(session.post(&format!("/export/cancel/{job}"), json!({})).await["status"], "canceled");
    let job = job_of(&session.post(MESSAGES, range(&session, 5)).await);
    session.simulator.advance_clock(2);
    assert_eq!(session.get(&format!("{MESSAGES}/{job}")).await["status"], "completed");
    assert_eq!(
        session.post(&format!("/export/cancel/{job}"), json!({})).await["status"],
        "completed",
        "too late"
    );
    let path = format!("/download/content/data/{job}");
    assert_eq!(fetch(&session, &path, "application/json").await.0, 406);
    let long_ago = json!({"created_at_after": 1, "created_at_before": 2});
    let job = job_of(&session.post(MESSAGES, long_ago).await);
    session.simulator.advance_clock(2);
    assert_eq!(session.get(&format!("{MESSAGES}/{job}")).await["status"], "no_data");
    for (path, body) in [(MESSAGES, json!({"created_at_after": 1})), (REPORTING, json!({}))] {
        assert_eq!(session.try_post(path, body).await.status, 400);
    }
    assert_eq!(session.try_get("/export/content/data/nothing").await.status, 404);
}

#[tokio::test]
async fn jobs_fail_and_are_taken_on_demand() {
    let session = workspace().await;
    let order = |kind| {
        session.simulator.inject(Fault { path_prefix: MESSAGES.to_owned(), skip: 0, times: 1, kind });
    };
    order(FaultKind::JobFails);
    let job = job_of(&session.post(MESSAGES, range(&session, 5)).await);
    session.simulator.advance_clock(2);
    assert_eq!(session.get(&format!("{MESSAGES}/{job}")).await["status"], "failed");
    order(FaultKind::JobTaken { seconds: 60 });
    assert_eq!(session.try_post(MESSAGES, range(&session, 5)).await.status, 429);
    session.simulator.advance_clock(60);
    assert_eq!(session.try_post(MESSAGES, range(&session, 5)).await.status, 200);
}

#[tokio::test]
async fn some_versions_misspell_the_job_of_messages() {
    for (version, name) in [
        ("2.11", "job_identifier"),
        ("2.12", "job_identfier"),
        ("2.13", "job_identfier"),
        ("2.14", "job_identifier"),
        ("2.16", "job_identifier"),
        ("Preview", "job_identfier"),
    ] {
        let session = workspace().await;
        let request = session.request("POST", MESSAGES).header("Intercom-Version", version);
        let reply = session.send(request.json(&range(&session, 5))).await.expect("the server answers");
        assert!(reply.json()[name].is_string(), "{version}: {}", reply.text);
    }
}

/// The attributes of a dataset by their qualified ids.
fn qualified(dataset: &Value) -> Vec<Value> {
    let attributes = dataset["attributes"].as_array().expect("a list");
    attributes.iter().map(|attribute| attribute["qualified_id"].clone()).collect()
}

#[tokio::test]
async fn reporting_is_an_archive_with_a_table_for_attributes_by_their_own_ids() {
    let session = workspace().await;
    let datasets = session.get("/export/reporting_data/get_datasets").await;
    assert_eq!(datasets["data"], Value::from(session.simulator.truth().reporting_datasets()));
    let now_s = session.simulator.now_s();
    let from_s = now_s - 100 * DAY_S;
    for dataset in datasets["data"].as_array().expect("a list") {
        let id = dataset["id"].as_str().expect("text");
        let order = |attributes: Vec<Value>| json!({"dataset_id": id, "attribute_ids": attributes, "start_time": from_s, "end_time": now_s});
        let simple = dataset["attributes"][0]["id"].clone();
        let refused = session.try_post(REPORTING, order(vec![simple])).await;
        assert!(refused.status == 400 && refused.text.contains("attribute_ids invalid"), "{}", refused.text);
        let told = session.post(REPORTING, order(qualified(dataset))).await;
        assert_eq!(told["status"], "pending");
        session.simulator.advance_clock(2);
        let job = job_of(&told);
        let path = format!("/export/reporting_data/{job}?app_id=a&job_identifier={job}");
        assert_eq!(session.try_get(&path).await.status, 400, "the client is missing");
        assert_eq!(session.get(&format!("{path}&client_id=c")).await["status"], "complete");
        let path = format!("/download/reporting_data/{job}?app_id=a&job_identifier={job}");
        let content = file(&session, &path).await;
        let mut archive = tar::Archive::new(content.as_slice());
        let mut entries = archive.entries().expect("an archive");
        let mut entry = entries.next().expect("a file").expect("a file");
        let mut table = Vec::new();
        entry.read_to_end(&mut table).expect("a table");
        let truth = session.simulator.truth().reporting_rows(id, from_s, now_s);
        assert!(!truth.is_empty(), "{id} has rows");
        assert_eq!(records(&table), truth.iter().map(written).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn five_reporting_exports_at_a_time_and_none_before_2_14() {
    let session = workspace().await;
    let order = json!({
        "dataset_id": "ticket", "attribute_ids": ["ticket.ticket_id"], "start_time": 0, "end_time": 1,
    });
    for _ in 0..5 {
        session.post(REPORTING, order.clone()).await;
    }
    let refused = session.try_post(REPORTING, order.clone()).await;
    assert!(refused.status == 429 && refused.text.contains("5 pending reporting dataset export jobs"));
    session.simulator.advance_clock(2);
    session.post(REPORTING, order.clone()).await;
    let request = session.request("POST", REPORTING).header("Intercom-Version", "2.13");
    let reply = session.send(request.json(&order)).await.expect("the server answers");
    assert_eq!((reply.status, reply.code().as_str()), (400, "intercom_version_invalid"));
}

#[tokio::test]
async fn conversations_without_a_reply_are_reported_since_2_16() {
    let session = workspace().await;
    let now_s = session.simulator.now_s();
    let order = json!({
        "dataset_id": "conversation", "attribute_ids": ["conversation.parts"], "start_time": 0, "end_time": now_s,
    });
    let mut counts = Vec::new();
    for version in ["2.15", "2.16"] {
        let request = session.request("POST", REPORTING).header("Intercom-Version", version);
        let told = session.send(request.json(&order)).await.expect("the server answers").json();
        session.simulator.advance_clock(2);
        let job = job_of(&told);
        let path = format!("/download/reporting_data/{job}?app_id=a&job_identifier={job}");
        let content = file(&session, &path).await;
        let text = String::from_utf8_lossy(&content).into_owned();
        counts.push(
            text.lines().filter(|line| !line.is_empty() && line.chars().all(|c| c.is_ascii_digit())).count(),
        );
    }
    assert!(0 < counts[0] && counts[0] < counts[1], "{counts:?}");
}
