//! Rows of reporting datasets as an archive: five jobs at a time, since version 2.14.

use axum::http::StatusCode;
use serde_json::Value;

use super::super::call::Call;
use super::super::problem::Problem;
use super::super::version::Version;
use super::file;
use super::job::{Job, Order, Progress};
use crate::document::{Node, node};
use crate::workspace::{DATASETS, Dataset};

/// `GET /export/reporting_data/get_datasets`.
pub(in crate::server) fn datasets(_call: &Call<'_>) -> Result<Node, Problem> {
    let datasets: Vec<Node> = DATASETS.iter().map(Dataset::document).collect();
    Ok(node!({"type": "list", "data": datasets}))
}

/// `POST /export/reporting_data/enqueue`: attributes by their qualified ids only.
pub(in crate::server) fn start(call: &Call<'_>) -> Result<Node, Problem> {
    let refused = |message: String| Problem::bad_request("bad_request", message);
    let given = |name: &str| {
        let value = call.body.get(name).filter(|value| !value.is_null());
        value.ok_or_else(|| refused(format!("'{name}' is a required parameter")))
    };
    let id = given("dataset_id")?.as_str().unwrap_or_default();
    let dataset = Dataset::with_id(id).ok_or_else(|| refused(format!("{id} is not a valid dataset_id")))?;
    let attributes = given("attribute_ids")?
        .as_array()
        .ok_or_else(|| refused("'attribute_ids' not an array must be of type Array".to_owned()))?;
    if attributes.is_empty() {
        return Err(refused("attribute_ids must contain at least one attribute_id".to_owned()));
    }
    let position = |attribute: &Value| {
        let name = attribute.as_str().unwrap_or_default();
        let found = dataset.attributes.iter().position(|known| known.qualified == name);
        found.ok_or_else(|| refused(format!("attribute_ids invalid for {id} dataset: {name}")))
    };
    let attributes = attributes.iter().map(position).collect::<Result<_, _>>()?;
    let moment = |name: &str| {
        given(name)?.as_i64().ok_or_else(|| refused(format!("'{name}' must be of type Integer")))
    };
    let order = Order::Reporting {
        dataset,
        attributes,
        from: moment("start_time")?,
        to: moment("end_time")?,
        silent: call.version >= Version::V2_16,
    };
    let job = call.shared.jobs.start(order, call.shared.clock.now_ms())?;
    Ok(document(call, &job))
}

/// `GET /export/reporting_data/{id}`.
pub(in crate::server) fn status(call: &Call<'_>) -> Result<Node, Problem> {
    demand(call, &["app_id", "client_id", "job_identifier"])?;
    Ok(document(call, &call.shared.jobs.find(call.id)?))
}

/// `GET /download/reporting_data/{id}`.
pub(in crate::server) fn download(call: &Call<'_>) -> Result<Vec<u8>, Problem> {
    demand(call, &["app_id", "job_identifier"])?;
    let job = call.shared.jobs.finished(call.id, call.shared.clock.now_ms())?;
    let Order::Reporting { dataset, attributes, from, to, silent } = &job.order else {
        return Err(Problem::not_found("not_found", "Export job not found"));
    };
    let columns: Vec<&str> =
        attributes.iter().map(|&position| dataset.attributes[position].qualified).collect();
    let rows = call.shared.workspace().reporting_rows(dataset, *from, *to, *silent);
    let chosen =
        rows.into_iter().map(|row| attributes.iter().map(|&position| row[position].clone()).collect());
    let table = file::table(&columns, &chosen.collect::<Vec<_>>());
    let broken = |error: std::io::Error| {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", error.to_string())
    };
    file::archive(&format!("{}.csv", dataset.id), &table).map_err(broken)
}

/// Demands members of the query string.
fn demand(call: &Call<'_>, names: &[&str]) -> Result<(), Problem> {
    let is_missing = |name: &&&str| call.parameter(name).is_none_or(str::is_empty);
    match names.iter().find(is_missing) {
        Some(name) => Err(Problem::bad_request("bad_request", format!("'{name}' is a required parameter"))),
        None => Ok(()),
    }
}

/// A job as the API shows it.
fn document(call: &Call<'_>, job: &Job) -> Node {
    let word = match job.progress(call.shared.clock.now_ms()) {
        Progress::Pending | Progress::Working => "pending",
        Progress::Failed | Progress::Canceled => "failed",
        Progress::Completed => "complete",
    };
    let is_there = word == "complete";
    let address = format!("{}/download/reporting_data/{}", call.shared.base_url, job.id);
    node!({
        "job_identifier": job.id.clone(), "status": word,
        "download_url": if is_there { address } else { String::new() },
        "download_expires_at": if is_there { job.expires_s().to_string() } else { String::new() },
    })
}
