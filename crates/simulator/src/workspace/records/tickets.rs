//! Tickets (API notes, section 8.15): what they say beside their parts, drawn from seed and index; mutations move
//! them from state to state.

use super::ticket_types::ATTRIBUTES;
use super::{Record, edited};
use crate::document::{Members, Node, node};
use crate::resource::Resource;
use crate::workspace::draw::Draw;
use crate::workspace::register::Entry;
use crate::workspace::timeline::{ANCHOR_S, DAY_S};
use crate::workspace::{PARTS_MAX, Workspace, prose};

/// Seconds by which the newest part of some tickets is younger than `updated_at` says.
pub(super) const PART_LATE_S: i64 = 158;

/// What is drawn once for a ticket.
pub(super) struct Outline {
    pub(super) ticket_type: u32,
    pub(super) state: u32,
    pub(super) contact: Option<u32>,
    pub(super) admin: u8,
    pub(super) team: u8,
    pub(super) base_parts: u32,
}

impl Workspace {
    /// What a ticket is about; each revision moves it one state on.
    pub(super) fn ticket_outline(&self, index: u32, entry: &Record) -> Outline {
        let mut draw = self.record_draw(Resource::Tickets, index, 1);
        let generated = entry.created_at() <= ANCHOR_S;
        let base_parts = match index {
            7 => PARTS_MAX,
            11 => PARTS_MAX + 120,
            _ => draw.below(9) as u32,
        };
        Outline {
            ticket_type: draw.below(6) as u32,
            state: (draw.below(6) as u32 + entry.revision) % 6,
            contact: self.drawn_contact(&mut draw),
            admin: if draw.percent(30) { 0 } else { self.any_admin(&mut draw) },
            team: if draw.percent(60) { 0 } else { self.any_team(&mut draw) },
            base_parts: if generated { base_parts } else { 0 },
        }
    }

    /// A ticket with its newest parts.
    pub(crate) fn ticket(&self, index: u32, entry: &Record) -> Node {
        let outline = self.ticket_outline(index, entry);
        let mut draw = self.record_draw(Resource::Tickets, index, 2);
        let category = self.ticket_state_category(outline.state);
        let is_open = category != "resolved";
        let total = outline.base_parts + entry.revision;
        let parts: Vec<Node> = (total.saturating_sub(PARTS_MAX)..total)
            .map(|position| self.ticket_part(index, entry, &outline, position))
            .collect();
        let ticket_type = self.type_of(&outline);
        let contacts: Vec<Node> = outline
            .contact
            .iter()
            .map(|&contact| node!({"type": "contact", "id": self.contact_id(contact), "external_id": self.external_id(contact)}))
            .collect();
        node!({
            "type": "ticket", "id": self.record_id(Resource::Tickets, index), "ticket_id": (index + 1).to_string(),
            "category": ticket_type["category"].clone(), "ticket_attributes": self.ticket_attributes(index, entry, &outline),
            "ticket_state": self.ticket_state_in_ticket(outline.state), "ticket_type": ticket_type,
            "contacts": {"type": "contact.list", "contacts": contacts},
            "admin_assignee_id": if outline.admin > 0 { self.admin_id(outline.admin) } else { 0 },
            "team_assignee_id": if outline.team > 0 { self.team_id(outline.team) } else { 0 },
            "created_at": entry.created_at(), "updated_at": entry.updated_at(), "open": is_open,
            "snoozed_until": (is_open && draw.percent(8)).then_some(ANCHOR_S + 3 * DAY_S),
            "linked_objects": self.ticket_links(&mut draw),
            "ticket_parts": {"type": "ticket_part.list", "ticket_parts": parts, "total_count": total},
            "is_shared": draw.percent(40),
            "previous_ticket_state_id": (entry.revision > 0).then(|| self.record_id(Resource::TicketStates, (outline.state + 5) % 6)),
        })
    }

    /// The ticket's type as it was given, even if the type is gone since.
    fn type_of(&self, outline: &Outline) -> Node {
        let register = self.records(Resource::TicketTypes);
        let entry = register.and_then(|register| register.ever(outline.ticket_type));
        entry.map_or(Node::Null, |entry| self.ticket_type_in_ticket(outline.ticket_type, entry))
    }

    fn ticket_attributes(&self, index: u32, entry: &Record, outline: &Outline) -> Node {
        let mut draw = self.record_draw(Resource::Tickets, index, 3);
        let mut values = Members::with_capacity(ATTRIBUTES.len());
        for (position, &(name, data_type, _)) in (0u32..).zip(ATTRIBUTES.iter()) {
            let value = ticket_value(name, data_type, entry, &mut draw);
            if self.has_ticket_attribute(outline.ticket_type, position) {
                values.push(name, value);
            }
        }
        Node::Object(values)
    }

    fn ticket_links(&self, draw: &mut Draw) -> Node {
        let conversation = draw.below(self.sizes.conversations.into()) as u32;
        let data: Vec<Node> = (self.sizes.conversations > 0 && draw.percent(30))
            .then(|| node!({"type": "conversation", "id": self.conversation_id(conversation), "category": null}))
            .into_iter()
            .collect();
        node!({"type": "list", "total_count": data.len(), "has_more": false, "data": data})
    }
}

/// The value of an attribute: numbers sometimes come as text.
fn ticket_value(name: &str, data_type: &str, entry: &Record, draw: &mut Draw) -> Node {
    let token = draw.bits();
    match (name, data_type) {
        ("_default_title_", _) => edited(prose::words(draw, 2, 6), entry).into(),
        (_, "string") => draw.percent(80).then(|| prose::body(draw)).into(),
        (_, "list") => draw.pick(&["High", "Low; later"]).into(),
        (_, "integer") if token.is_multiple_of(5) => (token % 900).to_string().into(),
        (_, "integer") => (token % 900).into(),
        (_, "decimal") => node!((token % 1_000_000) as f64 / 100.0),
        (_, "boolean") => token.is_multiple_of(2).into(),
        _ => node!([{
            "type": "upload", "name": "proof.png", "url": format!("https://downloads.simulated.example/t/{token:x}?expires=1800"),
            "content_type": "image/png", "filesize": token % 90_000, "width": 640, "height": null,
        }]),
    }
}
