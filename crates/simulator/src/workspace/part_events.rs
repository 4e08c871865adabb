//! What parts without words tell: their `event_details`, a different object for each part type.

use super::draw::Draw;
use super::timeline::ANCHOR_S;
use crate::document::{Node, node};

/// The details that go with a part type; null where there are none.
pub(super) fn event_details(part_type: &str, draw: &mut Draw) -> Node {
    match part_type {
        "conversation_attribute_updated_by_workflow" => node!({
            "workflow": {"name": "Triage"}, "attribute": {"name": "Topic"}, "value": {"name": draw.pick(&["Billing", "Bug"])},
        }),
        "conversation_attribute_updated_by_admin" => node!({
            "attribute": {"name": "issue.key"}, "value": {"name": format!("OPS-{}", draw.below(900)), "previous": null},
        }),
        "conversation_attribute_updated_by_user" => {
            node!({"attribute": {"name": "Plan"}, "value": {"name": "Pro"}})
        }
        "custom_action_started" => node!({"action": {"name": "Create ticket"}}),
        "custom_action_finished" => {
            node!({"action": {"name": "Create ticket", "result": draw.pick(&["success", "failed"])}})
        }
        "operator_workflow_event" => {
            node!({"workflow": {"name": "Triage"}, "event": {"type": "workflow_end", "result": "done"}})
        }
        "conversation_tags_updated" => node!({"tags_added": ["VIP"], "tags_removed": []}),
        "priority_changed" => node!({"current_priority": "high", "previous_priority": "none"}),
        "snoozed" => node!({"until": "custom", "custom_until_time": "2026-11-08T09:00:00Z"}),
        "conversation_sla_applied_by_rule" => node!({
            "sla_name": "VIP", "sla_definition": {"first_reply_time": draw.below(90_000), "since": ANCHOR_S},
        }),
        "conversation_sla_target_missed" => node!({
            "sla_name": "VIP", "sla_target_type": "next_reply_time", "current_sla_status": "missed",
            "sla_states": {"next_reply_time": "missed"},
        }),
        _ => Node::Null,
    }
}
