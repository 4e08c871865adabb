//! Deliveries of outbound messages as a packed table: one job at a time, whole days by when messages were sent.

use axum::http::StatusCode;

use super::super::call::Call;
use super::super::problem::Problem;
use super::super::version::Version;
use super::file;
use super::job::{Job, Order, Progress};
use crate::document::{Members, Node};
use crate::workspace::DELIVERY_COLUMNS;

/// Columns in which nobody is -1.
const MINUS_ONE: [&str; 2] = ["company_id", "series_id"];

/// `POST /export/content/data`.
pub(in crate::server) fn start(call: &Call<'_>) -> Result<Node, Problem> {
    let moment = |name: &str| {
        let missing = || Problem::bad_request("parameter_missing", format!("{name} is missing"));
        call.body.get(name).and_then(serde_json::Value::as_i64).ok_or_else(missing)
    };
    let order = Order::Messages { after: moment("created_at_after")?, before: moment("created_at_before")? };
    let job = call.shared.jobs.start(order, call.shared.clock.now_ms())?;
    Ok(document(call, &job))
}

/// `GET /export/content/data/{id}`.
pub(in crate::server) fn status(call: &Call<'_>) -> Result<Node, Problem> {
    Ok(document(call, &call.shared.jobs.find(call.id)?))
}

/// `POST /export/cancel/{id}`.
pub(in crate::server) fn cancel(call: &Call<'_>) -> Result<Node, Problem> {
    Ok(document(call, &call.shared.jobs.cancel(call.id, call.shared.clock.now_ms())?))
}

/// `GET /download/content/data/{id}`.
pub(in crate::server) fn download(call: &Call<'_>) -> Result<Vec<u8>, Problem> {
    let job = call.shared.jobs.finished(call.id, call.shared.clock.now_ms())?;
    let rows = rows(call, &job);
    let rows: Vec<Vec<Option<String>>> = rows.iter().map(cells).collect();
    let broken = |error: std::io::Error| {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", error.to_string())
    };
    file::packed(&file::table(&DELIVERY_COLUMNS, &rows)).map_err(broken)
}

/// What a job of messages brings: what was known when it was over.
fn rows(call: &Call<'_>, job: &Job) -> Vec<Node> {
    match job.order {
        Order::Messages { after, before } => call.shared.workspace().deliveries(after, before, job.over_s()),
        Order::Reporting { .. } => Vec::new(),
    }
}

/// The cells of a delivery.
fn cells(row: &Node) -> Vec<Option<String>> {
    let cell = |column: &&str| match &row[*column] {
        Node::Null => MINUS_ONE.contains(column).then(|| "-1".to_owned()),
        Node::Text(text) => Some(text.to_string()),
        Node::Signed(number) => Some(number.to_string()),
        other => Some(other.to_value().to_string()),
    };
    DELIVERY_COLUMNS.iter().map(cell).collect()
}

/// A job as the API shows it. Some versions misspell its identifier (API notes, section 10).
fn document(call: &Call<'_>, job: &Job) -> Node {
    let now_ms = call.shared.clock.now_ms();
    let word = match job.progress(now_ms) {
        Progress::Pending => "pending",
        Progress::Working => "in_progress",
        Progress::Failed => "failed",
        Progress::Canceled => "canceled",
        Progress::Completed if rows(call, job).is_empty() => "no_data",
        Progress::Completed => "completed",
    };
    let is_there = word == "completed";
    let address = format!("{}/download/content/data/{}", call.shared.base_url, job.id);
    let misspelt = [Version::V2_12, Version::V2_13, Version::PREVIEW].contains(&call.version);
    let mut document = Members::with_capacity(4);
    document.push(if misspelt { "job_identfier" } else { "job_identifier" }, job.id.clone());
    document.push("status", word);
    document.push("download_expires_at", if is_there { job.expires_s().to_string() } else { String::new() });
    document.push("download_url", if is_there { address } else { String::new() });
    document.into()
}
