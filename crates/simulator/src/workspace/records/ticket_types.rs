//! Ticket types with their attributes, and the states a ticket can be in (API notes, section 8.15).

use super::{Record, edited};
use crate::document::{Node, node};
use crate::resource::Resource;
use crate::workspace::Workspace;
use crate::workspace::register::Entry;

/// Name, category and icon of each type.
const TYPES: [(&str, &str, &str); 6] = [
    ("Bug Report", "Customer", "🎟️"),
    ("Refund", "Customer", "💶"),
    ("Access, request", "Back-office", "🔑"),
    ("Rückläufer", "Back-office", "📦"),
    ("Outage", "Tracker", "🔥"),
    ("旧タイプ", "Customer", "🗄️"),
];

/// Category, label for teammates and label for customers of each state; the last one is archived.
const STATES: [(&str, &str, &str); 7] = [
    ("submitted", "Submitted", "Submitted"),
    ("in_progress", "In progress", "In progress"),
    ("in_progress", "With engineering", "We are on it"),
    ("waiting_on_customer", "Waiting on customer", "Your turn"),
    ("resolved", "Resolved", "Resolved"),
    ("resolved", "Won't fix", "Closed"),
    ("in_progress", "Legacy triage", "In progress"),
];

/// Name, data type and whether all types have it, of the attributes of ticket types.
pub(super) const ATTRIBUTES: [(&str, &str, bool); 7] = [
    ("_default_title_", "string", true),
    ("_default_description_", "string", true),
    ("Severity", "list", false),
    ("Affected seats", "integer", false),
    ("Amount (€)", "decimal", false),
    ("is.blocking", "boolean", false),
    ("Proof", "files", false),
];

impl Workspace {
    /// Whether tickets of a type have the attribute at this position.
    pub(super) fn has_ticket_attribute(&self, ticket_type: u32, position: u32) -> bool {
        ATTRIBUTES[position as usize].2 || (ticket_type + position).is_multiple_of(2)
    }

    /// Whether tickets of a type can be in a state.
    fn allows_state(&self, ticket_type: u32, state: u32) -> bool {
        matches!(state, 0 | 4) || !(ticket_type + state).is_multiple_of(3)
    }

    /// The id of an attribute of a type.
    pub(super) fn ticket_attribute_id(&self, ticket_type: u32, position: u32) -> u64 {
        1_650 + 10 * u64::from(ticket_type) + u64::from(position)
    }

    /// A ticket type with its attributes and states.
    pub(super) fn ticket_type(&self, index: u32, entry: &Record) -> Node {
        let mut document = self.ticket_type_in_ticket(index, entry);
        let states = self.records(Resource::TicketStates).map_or(0, |register| register.len());
        let states = (0..states).filter(|&state| self.allows_state(index, state));
        let living = states.filter(|&state| {
            self.records(Resource::TicketStates).is_some_and(|register| register.get(state).is_some())
        });
        let states: Vec<Node> = living.map(|state| self.ticket_state_in_ticket(state)).collect();
        document["ticket_states"] = node!({"type": "list", "data": states});
        document
    }

    /// A ticket type as tickets show theirs: without states.
    pub(super) fn ticket_type_in_ticket(&self, index: u32, entry: &Record) -> Node {
        let positions =
            (0..ATTRIBUTES.len() as u32).filter(|&position| self.has_ticket_attribute(index, position));
        let attributes: Vec<Node> =
            positions.map(|position| self.ticket_attribute(index, position, entry)).collect();
        let mut document = self.ticket_type_in_state(index, entry);
        document["workspace_id"] = self.identity.workspace().into();
        document["created_at"] = entry.created_at().into();
        document["updated_at"] = entry.updated_at().into();
        document["ticket_type_attributes"] = node!({"type": "list", "data": attributes});
        document
    }

    fn ticket_type_in_state(&self, index: u32, entry: &Record) -> Node {
        let (name, category, icon) = TYPES[index as usize % TYPES.len()];
        node!({
            "type": "ticket_type", "id": self.record_id(Resource::TicketTypes, index), "category": category,
            "name": edited(name.to_owned(), entry), "description": format!("What to do about: {name}"), "icon": icon,
            "archived": index == 5, "is_internal": category != "Customer",
        })
    }

    fn ticket_attribute(&self, ticket_type: u32, position: u32, entry: &Record) -> Node {
        let (name, data_type, is_default) = ATTRIBUTES[position as usize];
        let options = match data_type {
            "list" => node!({"list_options": [
                {"id": "a3fd", "label": "High"}, {"id": "b77c", "label": "Low; later"},
            ]}),
            "string" => node!({"multiline": name == "_default_description_"}),
            "files" | "boolean" => Node::Null,
            _ => node!({"precision": position}),
        };
        node!({
            "type": "ticket_type_attribute", "id": self.ticket_attribute_id(ticket_type, position).to_string(),
            "workspace_id": self.identity.workspace(), "name": name, "description": "", "data_type": data_type,
            "input_options": options, "order": position, "required_to_create": position == 0,
            "required_to_create_for_contacts": false, "visible_on_create": true, "visible_to_contacts": position != 3,
            "default": is_default, "ticket_type_id": self.record_number(Resource::TicketTypes, ticket_type),
            "archived": position == 6 && ticket_type == 2, "created_at": entry.created_at(), "updated_at": entry.updated_at(),
        })
    }

    /// A ticket state with the types that have it.
    pub(super) fn ticket_state(&self, index: u32, entry: &Record) -> Node {
        let mut document = self.ticket_state_in_ticket(index);
        let types = self.records(Resource::TicketTypes).into_iter().flat_map(|register| register.iter());
        let types = types.filter(|&(kind, _)| self.allows_state(kind, index));
        let types: Vec<Node> = types.map(|(kind, entry)| self.ticket_type_in_state(kind, entry)).collect();
        document["internal_label"] = edited(STATES[index as usize % STATES.len()].1.to_owned(), entry).into();
        document["archived"] = (index == 6).into();
        document["ticket_types"] = node!({"type": "list", "data": types});
        document
    }

    /// A ticket state as tickets show theirs.
    pub(super) fn ticket_state_in_ticket(&self, index: u32) -> Node {
        let (category, internal, external) = STATES[index as usize % STATES.len()];
        node!({
            "type": "ticket_state", "id": self.record_id(Resource::TicketStates, index), "category": category,
            "internal_label": internal, "external_label": external,
        })
    }

    /// The category of a state.
    pub(super) fn ticket_state_category(&self, index: u32) -> &'static str {
        STATES[index as usize % STATES.len()].0
    }
}
