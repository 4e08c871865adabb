//! Calls: one by id, those of some conversations, transcripts (API notes, section 7.4).

use super::call::Call;
use super::listing::{One, no_such_resource};
use super::problem::Problem;
use crate::document::{Node, node};
use crate::resource::Resource;

/// A search names at most this many conversations.
const CONVERSATIONS_MAX: usize = 20;

/// What only the search for calls tells.
pub(super) const ONLY_SEARCHED: &[&str] = &["transcript", "transcript_status"];

const CALL: One = One { resource: Resource::Calls, code: "not_found" };

/// `GET /calls/{id}`.
pub(super) fn one(call: &Call<'_>) -> Result<Node, Problem> {
    let mut document = CALL.answer(call)?;
    if let Node::Object(members) = &mut document {
        ONLY_SEARCHED.iter().for_each(|name| members.remove(name));
    }
    Ok(document)
}

/// `GET /calls/{id}/transcript`: plain text.
pub(super) fn transcript(call: &Call<'_>) -> Result<Node, Problem> {
    let document = CALL.answer(call)?;
    let lines: Vec<&str> =
        document["transcript"].elements().filter_map(|line| line["text"].as_text()).collect();
    if lines.is_empty() { Err(no_such_resource()) } else { Ok(lines.join("\n").into()) }
}

/// `POST /calls/search`: the calls of up to 20 conversations, with what was said.
pub(super) fn search(call: &Call<'_>) -> Result<Node, Problem> {
    let ids = call.body.get("conversation_ids").and_then(serde_json::Value::as_array);
    let ids: Vec<&str> = ids.into_iter().flatten().filter_map(serde_json::Value::as_str).collect();
    if ids.is_empty() || ids.len() > CONVERSATIONS_MAX {
        let message = "A list of up to 20 conversation IDs is required";
        return Err(Problem::bad_request("conversation_id_limit_exceeded", message));
    }
    let workspace = call.shared.workspace();
    let wanted: Vec<u32> = ids.into_iter().filter_map(|id| workspace.conversation_index_ever(id)).collect();
    let calls = workspace.records(Resource::Calls).into_iter().flat_map(|register| register.iter());
    let calls = calls.filter(|&(index, _)| {
        workspace.call_conversation(index).is_some_and(|conversation| wanted.contains(&conversation))
    });
    let data: Vec<Node> =
        calls.map(|(index, entry)| workspace.record(Resource::Calls, index, entry)).collect();
    Ok(node!({"type": "list", "data": data}))
}
