//! Ticket parts: words, assignments and moves from state to state, which lack many keys (API notes, section 8.15).

use super::Record;
use super::ticket_types::ATTRIBUTES;
use super::tickets::{Outline, PART_LATE_S};
use crate::document::{Node, node};
use crate::resource::Resource;
use crate::workspace::conversation_source::attachments;
use crate::workspace::draw::Draw;
use crate::workspace::register::Entry;
use crate::workspace::teammates::OPERATOR;
use crate::workspace::{Workspace, prose};

impl Workspace {
    /// The part at a position, counted from the oldest; those behind the first ones are moves that mutations made.
    pub(super) fn ticket_part(&self, index: u32, entry: &Record, outline: &Outline, position: u32) -> Node {
        let mut draw = self.record_draw(Resource::Tickets, index, 16 + position);
        let late = position.checked_sub(outline.base_parts);
        let created_at = self.ticket_part_created_at(index, entry, outline, position);
        let mut part = node!({
            "type": "ticket_part", "id": (185_000 + u64::from(index) * 10_000 + u64::from(position)).to_string(),
        });
        let kind = if late.is_some() { 0 } else { 1 + draw.below(10) };
        let more = match kind {
            0..=2 => self.state_move(outline, late, entry),
            3 => self.attribute_change(outline, &mut draw),
            4 => self.ticket_assignment(&mut draw),
            _ => ticket_words(&mut draw),
        };
        let Node::Object(members) = &mut part else { return part };
        members.extend(more);
        members.extend(node!({
            "created_at": created_at, "updated_at": created_at, "author": self.ticket_author(outline, kind, &mut draw),
            "attachments": if kind > 4 { attachments(&mut draw) } else { node!([]) }, "redacted": draw.percent(1),
        }));
        if kind < 3 && draw.percent(20) {
            members.push("app_package_code", "test-integration");
        }
        part
    }

    fn state_move(&self, outline: &Outline, late: Option<u32>, entry: &Record) -> Node {
        // The present state is the one the last move led to.
        let back = late.map_or(0, |late| entry.revision - 1 - late);
        let state = (outline.state + 6 * (back / 6 + 1) - back) % 6;
        node!({
            "part_type": "ticket_state_updated_by_admin", "ticket_state": self.ticket_state_category(state),
            "previous_ticket_state": self.ticket_state_category((state + 5) % 6),
        })
    }

    fn attribute_change(&self, outline: &Outline, draw: &mut Draw) -> Node {
        let id = self.ticket_attribute_id(outline.ticket_type, 0).to_string();
        let value = match draw.below(2) {
            0 => node!({"type": "value", "id": null, "label": prose::words(draw, 1, 3)}),
            _ => node!({"type": "value", "id": [7, 9], "label": ["High", "Low; later"]}),
        };
        node!({
            "part_type": "ticket_attribute_updated_by_admin", "ticket_state": "submitted", "previous_ticket_state": "submitted",
            "updated_attribute_data": {"attribute": {"type": "attribute", "id": id, "label": ATTRIBUTES[0].0}, "value": value},
        })
    }

    fn ticket_assignment(&self, draw: &mut Draw) -> Node {
        let assignee = match draw.below(2) {
            0 => node!({"type": "team", "id": self.team_id(self.any_team(draw)).to_string()}),
            _ => node!({"type": "admin", "id": self.admin_id(self.any_admin(draw)).to_string()}),
        };
        node!({"part_type": "assignment", "body": null, "assigned_to": assignee})
    }

    fn ticket_author(&self, outline: &Outline, kind: u64, draw: &mut Draw) -> Node {
        match (kind, outline.contact) {
            (5..=7, Some(contact)) => node!({
                "type": "user", "id": self.contact_id(contact), "name": self.contact_name(contact, 0),
                "email": self.contact_email(contact),
            }),
            (8, _) => {
                let (name, email) = self.admin_person(OPERATOR);
                node!({"type": "bot", "id": self.admin_id(OPERATOR).to_string(), "name": name, "email": email})
            }
            _ => {
                let code = if outline.admin > 0 { outline.admin } else { self.any_admin(draw) };
                let (name, email) = self.admin_person(code);
                node!({"type": "admin", "id": self.admin_id(code).to_string(), "name": name, "email": email})
            }
        }
    }

    /// Spread over the ticket's life, the last one of some tickets after their `updated_at` (trap 34 of the API
    /// notes); later ones when mutations made them.
    fn ticket_part_created_at(&self, index: u32, entry: &Record, outline: &Outline, position: u32) -> i64 {
        if let Some(late) = position.checked_sub(outline.base_parts) {
            return self
                .revised_at(Resource::Tickets, index)
                .get(late as usize)
                .copied()
                .unwrap_or(entry.updated_at());
        }
        let settled_at = self.settled_at(Resource::Tickets, index, entry);
        let is_late = index % 17 == 4 && position + 1 == outline.base_parts && entry.revision == 0;
        let life = settled_at - entry.created_at();
        entry.created_at()
            + life * i64::from(position + 1) / i64::from(outline.base_parts)
            + i64::from(is_late) * PART_LATE_S
    }
}

fn ticket_words(draw: &mut Draw) -> Node {
    node!({
        "part_type": draw.pick(&["comment", "comment", "note", "quick_reply"]), "body": prose::body(draw), "assigned_to": null,
        "external_id": draw.percent(5).then(|| format!("ext-{:x}", draw.bits())),
    })
}
