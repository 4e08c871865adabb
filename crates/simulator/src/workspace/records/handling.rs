//! What hangs on a conversation and has endpoints of its own: handling events and side conversations (API notes,
//! section 8.20).

use super::iso;
use crate::document::{Node, node};
use crate::resource::Resource;
use crate::workspace::Workspace;
use crate::workspace::draw::Draw;
use crate::workspace::register::Entry;
use crate::workspace::teammates::OPERATOR;

impl Workspace {
    /// When work on a conversation paused and resumed; most conversations have no such events.
    pub(crate) fn handling_events(&self, conversation: u32) -> Vec<Node> {
        let Some(entry) = self.conversations.get(conversation) else { return Vec::new() };
        let mut draw = self.record_draw(Resource::HandlingEvents, conversation, 0);
        let pairs = if draw.percent(80) { 0 } else { 1 + draw.below(2) };
        let events = (0..2 * pairs as i64).map(|number| {
            let teammate = self.handler(&mut draw);
            let is_pause = number % 2 == 0;
            let mut event = node!({
                "teammate": teammate, "type": if is_pause { "paused" } else { "resumed" },
                "timestamp": iso(entry.created_at() + 600 * (number + 1), "%Y-%m-%dT%H:%M:%SZ"),
            });
            if is_pause && draw.percent(60) {
                event["reason"] = "Paused".into();
            }
            event
        });
        events.collect()
    }

    fn handler(&self, draw: &mut Draw) -> Node {
        match draw.below(6) {
            0 => {
                node!({"type": "team", "id": self.team_id(self.any_team(draw)), "name": "Support", "email": null})
            }
            1 => {
                let (name, _) = self.admin_person(OPERATOR);
                node!({"type": "bot", "id": self.admin_id(OPERATOR), "name": name, "email": null})
            }
            _ => {
                let code = self.any_admin(draw);
                let (name, email) = self.admin_person(code);
                node!({"type": "admin", "id": self.admin_id(code), "name": name, "email": email})
            }
        }
    }

    /// The side conversations of a conversation, with their parts; the sixth conversation has many.
    pub(crate) fn side_conversations(&self, conversation: u32) -> Vec<Node> {
        let Some(entry) = self.conversations.get(conversation) else { return Vec::new() };
        // What happens to the conversation itself must not move what was said beside it.
        let mut calm = entry.clone();
        calm.base_parts = 10;
        calm.set_updated_at(entry.settled_at);
        let mut draw = self.record_draw(Resource::SideConversations, conversation, 0);
        let count = match conversation {
            5 => 28,
            _ if draw.percent(90) => 0,
            _ => 1 + draw.below(2) as u32,
        };
        let sides = (0..count).map(|number| {
            let parts: Vec<Node> = (0..1 + number % 3)
                .map(|position| {
                    let mut part = self.part(conversation, &calm, position);
                    part["id"] = (70_000_000_000 + u64::from(conversation) * 1_000 + u64::from(number * 10 + position)).to_string().into();
                    part
                })
                .collect();
            node!({
                "side_conversation_id": (600_000 + u64::from(conversation) * 100 + u64::from(number)).to_string(),
                "total_count": parts.len(), "conversation_parts": parts,
            })
        });
        sides.collect()
    }
}
