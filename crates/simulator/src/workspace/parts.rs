//! The parts of a conversation.

use super::Workspace;
use super::conversation_source::{Author, attachments, email_metadata};
use super::conversations::{ConversationEntry, State};
use super::draw::{Draw, Kind};
use super::part_events::event_details;
use super::prose;
use super::register::Entry;
use super::vocabulary::TAGS;
use crate::document::{Node, node};

/// Part types that carry no words, weighted by how often they are listed.
const EVENT_TYPES: &[&str] = &[
    "assignment",
    "assignment",
    "assignment",
    "default_assignment",
    "away_mode_assignment",
    "open",
    "snoozed",
    "unsnoozed",
    "timer_unsnooze",
    "participant_added",
    "participant_removed",
    "conversation_rating_changed",
    "conversation_tags_updated",
    "priority_changed",
    "conversation_attribute_updated_by_workflow",
    "conversation_attribute_updated_by_admin",
    "conversation_attribute_updated_by_user",
    "custom_action_started",
    "custom_action_finished",
    "operator_workflow_event",
    "language_detection_details",
    "channel_and_reply_time_expectation",
    "conversation_sla_applied_by_rule",
    "conversation_sla_target_missed",
];

impl Workspace {
    /// Whether a conversation was closed before anything happened to it; what was said then never changes.
    fn began_closed(&self, index: u32) -> bool {
        index < self.sizes.conversations && self.generate_conversation(index).state == State::Closed
    }

    /// The part at a position, counted from the oldest.
    pub(super) fn part(&self, index: u32, entry: &ConversationEntry, position: u32) -> Node {
        let mut draw = self.draw(Kind::Part, index, position);
        let is_last = position + 1 == entry.base_parts;
        let (part_type, author) = match draw.below(100) {
            _ if position >= entry.base_parts => ("comment", Author::Contact),
            _ if is_last && self.began_closed(index) => ("close", Author::Admin),
            0..62 => ("comment", if position.is_multiple_of(2) { Author::Contact } else { Author::Admin }),
            62..68 => ("comment", Author::Bot),
            68..74 => ("note", Author::Admin),
            74..76 => ("note_and_reopen", Author::Admin),
            76..78 => ("quick_reply", Author::Contact),
            78..80 => ("assign_and_reopen", Author::Admin),
            80..82 => ("comment", Author::Team),
            _ => (draw.pick(EVENT_TYPES), if draw.percent(50) { Author::Admin } else { Author::Bot }),
        };
        let created_at = self.part_created_at(index, entry, position);
        let details = event_details(part_type, &mut draw);
        let mut part = self.part_body(index, entry, part_type, &mut draw);
        part["id"] = self.identity.part(index, position).into();
        part["created_at"] = created_at.into();
        part["updated_at"] =
            (created_at + i64::from(draw.percent(5)) * 60).min(entry.updated_at().max(created_at)).into();
        part["notified_at"] = created_at.into();
        part["author"] = self.author(entry, author, &mut draw);
        part["assigned_to"] = self.assigned_to(entry, part_type, &mut draw);
        part["event_details"] = details;
        if part_type == "quick_reply" {
            part["metadata"] = node!({
                "quick_reply_options": [{"text": "Yes", "uuid": draw.uuid()}, {"text": "Nein", "uuid": draw.uuid()}],
                "quick_reply_uuid": draw.uuid(),
            });
        }
        part
    }

    fn part_body(
        &self,
        index: u32,
        entry: &ConversationEntry,
        part_type: &'static str,
        draw: &mut Draw,
    ) -> Node {
        let has_words =
            matches!(part_type, "comment" | "note" | "note_and_reopen" | "quick_reply" | "assign_and_reopen");
        let redacted = has_words && draw.percent(1);
        let body = match (has_words, redacted) {
            (false, _) => Node::Null,
            (true, true) => "".into(),
            (true, false) => prose::body(draw).into(),
        };
        let is_email = has_words && entry.source_type() == "email" && draw.percent(60);
        let address = self.contact_email(entry.contact);
        let tag = draw.percent(4).then(|| 1 << draw.below(TAGS.len() as u64));
        let tags: Vec<Node> = self.living_tags(tag.unwrap_or_default()).map(|tag| self.tag(tag)).collect();
        node!({
            "type": "conversation_part", "id": null, "part_type": part_type, "body": body, "created_at": null, "updated_at": null,
            "notified_at": null, "assigned_to": null, "author": null,
            "attachments": if has_words { attachments(draw) } else { node!([]) },
            "external_id": draw.percent(2).then(|| format!("ext-{:x}", draw.bits())), "redacted": redacted,
            "email_message_metadata": is_email.then(|| email_metadata(index, "Re: …", address.as_deref(), false)),
            "state": if part_type == "close" { "closed" } else { "open" }, "tags": tags, "event_details": null,
            "app_package_code": part_type.starts_with("custom_action").then_some("test-integration"),
        })
    }

    fn assigned_to(&self, entry: &ConversationEntry, part_type: &'static str, draw: &mut Draw) -> Node {
        if !part_type.contains("assign") {
            return Node::Null;
        }
        if draw.percent(30) {
            return node!({"type": "team", "id": self.team_id(self.any_team(draw)).to_string()});
        }
        let code = if entry.admin > 0 { entry.admin } else { self.any_admin(draw) };
        node!({"type": "admin", "id": self.admin_id(code).to_string()})
    }

    /// Parts are spread over the conversation's life; replies came when they were ordered.
    fn part_created_at(&self, index: u32, entry: &ConversationEntry, position: u32) -> i64 {
        let late = position.checked_sub(entry.base_parts).map(|late| late as usize);
        let replied_at = late.and_then(|late| self.replies.get(&index)?.get(late)).copied();
        replied_at.unwrap_or_else(|| {
            let life = entry.settled_at - entry.created_at();
            entry.created_at() + life * i64::from(position + 1) / i64::from(entry.base_parts.max(1))
        })
    }
}
