//! What meant something else, or was of another type, in versions other than 2.16 (API notes, section 10).

use super::Version;
use crate::document::{Node, node};
use crate::resource::Resource;

/// Prints a record as this version does.
pub(super) fn put_back(version: Version, resource: Resource, record: &mut Node) {
    match resource {
        Resource::Contacts if version < Version::V2_16 => former_contact(record),
        Resource::Conversations => conversation(version, record),
        Resource::Tickets if version < Version::V2_16 => former_ticket(version, record),
        Resource::Articles if version < Version::V2_16 => former_article(record),
        Resource::Calls if version == Version::PREVIEW => preview_call(record),
        Resource::DataAttributes if version == Version::PREVIEW => preview_attribute(record),
        _ => {}
    }
}

/// Until 2.15 `owner_id` was a number.
fn former_contact(contact: &mut Node) {
    let owner = contact["owner_id"].as_text().and_then(|owner| owner.parse::<u64>().ok());
    contact["owner_id"] = owner.into();
}

/// Until 2.15 nobody was null and there were two priorities; until 2.14 two outcomes of the AI agent had other
/// names. Preview tells topics.
fn conversation(version: Version, conversation: &mut Node) {
    if version == Version::PREVIEW && conversation["ai_agent_participated"] == Node::Boolean(true) {
        conversation["ai_topics"] = node!({
            "topics": [{"topic_name": "Billing", "subtopics": [{"id": 4, "name": "Refunds"}]}],
        });
    }
    if version < Version::V2_16 {
        for assignee in ["admin_assignee_id", "team_assignee_id"] {
            if conversation[assignee] == Node::Unsigned(0) {
                conversation[assignee] = Node::Null;
            }
        }
        let is_plain = conversation["priority"].as_text() == Some("none");
        conversation["priority"] = if is_plain { "not_priority" } else { "priority" }.into();
    }
    if version < Version::V2_15 {
        let former = match conversation["ai_agent"]["resolution_state"].as_text() {
            Some("negative_feedback") => Some("abandoned"),
            Some("escalated" | "procedure_handoff") => Some("routed_to_team"),
            _ => None,
        };
        if let Some(former) = former {
            conversation["ai_agent"]["resolution_state"] = former.into();
        }
    }
}

/// Until 2.15 assignees of tickets were text; until 2.11 the state was a word with two labels beside it.
fn former_ticket(version: Version, ticket: &mut Node) {
    for assignee in ["admin_assignee_id", "team_assignee_id"] {
        if let Node::Unsigned(id) = ticket[assignee] {
            ticket[assignee] = id.to_string().into();
        }
        if let Node::Signed(id) = ticket[assignee] {
            ticket[assignee] = id.to_string().into();
        }
    }
    if version < Version::V2_12 {
        let state = ticket["ticket_state"].clone();
        ticket["ticket_state"] = state["category"].clone();
        ticket["ticket_state_internal_label"] = state["internal_label"].clone();
        ticket["ticket_state_external_label"] = state["external_label"].clone();
    }
}

/// Until 2.15 an article named its first parent alone.
fn former_article(article: &mut Node) {
    let parent = article["parent_ids"].elements().next().cloned().unwrap_or(Node::Null);
    article["parent_type"] = if parent == Node::Null { Node::Null } else { "collection".into() };
    article["parent_id"] = parent;
}

/// Preview tells how long a call took, in seconds.
fn preview_call(call: &mut Node) {
    let answered = call["answered_at"] != Node::Null;
    for (name, seconds) in [("duration", 95), ("talk_time", 80), ("queue_time", 12), ("hold_time", 3)] {
        call[name] = answered.then_some(seconds).into();
    }
}

/// In Preview the built-in dates are instants.
fn preview_attribute(attribute: &mut Node) {
    if attribute["custom"] == Node::Boolean(false) && attribute["data_type"].as_text() == Some("date") {
        attribute["data_type"] = "datetime".into();
    }
}
