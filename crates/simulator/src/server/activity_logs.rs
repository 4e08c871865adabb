//! The admins' activity log: windows of time, newest first (API notes, sections 7.1 and 8.2).

use super::call::Call;
use super::listing::{Listing, Paging};
use super::problem::Problem;
use crate::document::{Node, node};
use crate::resource::Resource;
use crate::workspace::{ACTIVITY_TYPES, Entry, Order};

const LOGS: Listing =
    Listing::of(Resource::ActivityLogs, Some(Order::Created), Paging::LinkedUncounted(20, 150))
        .named("activity_log.list", "activity_logs");

/// `GET /admins/activity_logs`: of a window of time whose beginning must be given.
pub(super) fn list(call: &Call<'_>) -> Result<Node, Problem> {
    page(call, &[])
}

/// `POST /admins/activity_logs/search`: the same, of some types.
pub(super) fn search(call: &Call<'_>) -> Result<Node, Problem> {
    let types = call.body.get("event_types").and_then(serde_json::Value::as_array);
    let types: Vec<&str> = types.into_iter().flatten().filter_map(serde_json::Value::as_str).collect();
    page(call, &types)
}

/// `GET /admins/activity_log_event_types`.
pub(super) fn types(_call: &Call<'_>) -> Result<Node, Problem> {
    Ok(
        node!({"type": "activity_log_event_type.list", "event_types": ACTIVITY_TYPES.iter().collect::<Node>()}),
    )
}

fn page(call: &Call<'_>, types: &[&str]) -> Result<Node, Problem> {
    let missing = || Problem::bad_request("parameter_missing", "created_at_after is missing");
    let after = call.number("created_at_after")?.ok_or_else(missing)?;
    let before = call.number("created_at_before")?.unwrap_or(u64::MAX);
    LOGS.answer_where(call, |workspace, index| {
        let entry = workspace.records(Resource::ActivityLogs).and_then(|register| register.get(index));
        let created_at = entry.map_or(0, |entry| entry.created_at() as u64);
        (after..=before).contains(&created_at)
            && (types.is_empty() || types.contains(&workspace.activity_type(index)))
    })
}
