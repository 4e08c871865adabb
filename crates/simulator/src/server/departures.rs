//! What tells of records that are gone: deleted conversations, merged contacts, the feed of contact activities
//! (API notes, section 12).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::call::Call;
use super::contacts::contact_index;
use super::listing::{Envelope, Paging, page_of};
use super::problem::Problem;
use crate::document::{Node, node};
use crate::workspace::ContactEntry;

/// `GET /conversations/deleted`: by the moment of deletion, the last one first unless asked otherwise.
pub(super) fn deleted_conversations(call: &Call<'_>) -> Result<Node, Problem> {
    let mut deleted = call.shared.workspace().deleted_conversations();
    deleted.sort_by_key(|item| match item["deleted_at"] {
        Node::Signed(at) => at,
        _ => 0,
    });
    if call.parameter("order") != Some("asc") {
        deleted.reverse();
    }
    let envelope = Envelope { kind: Some("conversations.list"), key: "conversations" };
    page_of(call, envelope, Paging::Linked(20, 60), deleted.len(), |rows| deleted[rows].to_vec())
}

/// `GET /contacts/{id}/merge_history`: P6, users only.
pub(super) fn merge_history(call: &Call<'_>) -> Result<Node, Problem> {
    let per_page = call.per_page(50, 150)? as usize;
    let workspace = call.shared.workspace();
    let index = contact_index(call, &workspace, call.id)?;
    if !workspace.contacts.get(index).is_some_and(ContactEntry::is_user) {
        return Err(Problem::not_found("not_found", "Contact not found"));
    }
    let mut history = workspace.merge_history(index);
    if call.parameter("order") == Some("desc") {
        history.reverse();
    }
    let start = match call.parameter("cursor") {
        None => 0,
        Some(cursor) => {
            position(cursor).ok_or_else(|| Problem::bad_request("parameter_invalid", "invalid cursor"))?
        }
    };
    let end = (start + per_page).min(history.len());
    let has_more = end < history.len();
    let data = history.get(start..end).unwrap_or_default().to_vec();
    Ok(node!({
        "type": "list", "data": data,
        "next_cursor": has_more.then(|| URL_SAFE_NO_PAD.encode(format!("{{\"at\":{end}}}"))), "has_more": has_more,
    }))
}

fn position(cursor: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.strip_prefix("{\"at\":")?.strip_suffix('}')?.parse().ok()
}

/// `GET /contacts/activities`: P1 without page and total, oldest first; the cursor is the last row's id and stays
/// good.
pub(super) fn activities(call: &Call<'_>) -> Result<Node, Problem> {
    let per_page = call.per_page(50, 150)? as usize;
    let all = call.shared.workspace().contact_activities(call.now_s);
    let start = match call.parameter("starting_after") {
        None => 0,
        Some(id) => {
            let last = all.iter().position(|activity| activity["id"].as_text() == Some(id));
            1 + last.ok_or_else(|| Problem::bad_request("parameter_invalid", "invalid starting_after"))?
        }
    };
    let end = (start + per_page).min(all.len());
    let rows = all.get(start..end).unwrap_or_default().to_vec();
    let last = rows.last().filter(|_| end < all.len()).map(|last| last["id"].clone());
    let next = last.map(|id| node!({"starting_after": id}));
    Ok(node!({"type": "list", "data": rows, "pages": {"type": "pages", "per_page": per_page, "next": next}}))
}
