//! Events of one contact, and their summary.

use super::call::Call;
use super::contacts::contact_index;
use super::problem::Problem;
use crate::document::{Node, node};

/// `GET /events?type=user&intercom_user_id=`: newest first; `next` leads back in time, `since` to what is yet to
/// come, both as full URLs with milliseconds.
pub(super) fn list(call: &Call<'_>) -> Result<Node, Problem> {
    if call.parameter("type") != Some("user") {
        return Err(Problem::bad_request("parameter_invalid", "type must be user"));
    }
    let id = call
        .parameter("intercom_user_id")
        .ok_or_else(|| Problem::bad_request("parameter_missing", "intercom_user_id is missing"))?;
    let workspace = call.shared.workspace();
    let contact = contact_index(call, &workspace, id)?;
    let mut answer = node!({
        "type": "event.list", "events": [], "email": workspace.contact_email(contact), "intercom_user_id": id.to_owned(),
        "user_id": workspace.external_id(contact),
    });
    if call.flag("summary") {
        answer["type"] = "event.summary".into();
        answer["events"] = workspace.event_summaries(contact).into();
        return Ok(answer);
    }
    let per_page = call.per_page(50, 150)?;
    let milliseconds =
        |name| call.number(name).map(|number| number.and_then(|number| i64::try_from(number).ok()));
    let (before, since) =
        (milliseconds("before")?.unwrap_or(i64::MAX), milliseconds("since")?.unwrap_or(i64::MIN));
    let mut events = workspace.listed_events(contact, call.now_s);
    events.retain(|event| event.at_ms < before && event.at_ms > since);
    let has_more = events.len() as u64 > per_page;
    events.truncate(per_page as usize);
    let address = format!("{}?type=user&intercom_user_id={id}&per_page={per_page}", call.address());
    let mut pages = node!({});
    if let Some(oldest) = events.last().filter(|_| has_more) {
        pages["next"] = format!("{address}&before={}", oldest.at_ms).into();
    }
    let newest = events.first().map_or(call.now_s * 1000, |event| event.at_ms);
    pages["since"] = format!("{address}&since={newest}").into();
    answer["events"] = events.into_iter().map(|event| workspace.event(contact, event)).collect();
    answer["pages"] = pages;
    Ok(answer)
}
