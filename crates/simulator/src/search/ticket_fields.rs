//! What tickets can be searched by (API notes, section 5.5).

use serde_json::Value;

use super::contact_fields::at_path;
use super::evaluate::{FieldKind, Searchable, Test};
use super::query::{FieldFilter, SearchError};
use crate::document::Node;
use crate::resource::Resource;
use crate::workspace::{Record, Register, Workspace};

/// Search over tickets.
pub(crate) struct TicketSearch;

const SCALARS: &[&str] = &[
    "id",
    "title",
    "description",
    "category",
    "ticket_type_id",
    "admin_assignee_id",
    "team_assignee_id",
    "open",
    "state",
];

impl Searchable for TicketSearch {
    type Entry = Record;
    const NAME: &'static str = "tickets";
    const PER_PAGE: u64 = 20;

    fn register(workspace: &Workspace) -> &Register<Record> {
        workspace.tickets()
    }

    fn document(workspace: &Workspace, index: u32, entry: &Record) -> Node {
        workspace.ticket(index, entry)
    }

    fn id(workspace: &Workspace, index: u32) -> String {
        workspace.record_id(Resource::Tickets, index)
    }

    fn index(workspace: &Workspace, id: &str) -> Option<u32> {
        workspace.record_index_ever(Resource::Tickets, id)
    }

    fn field(name: &str) -> Option<FieldKind> {
        match name {
            "created_at" | "updated_at" | "snoozed_until" => Some(FieldKind::Instant),
            "contact_ids" | "teammate_ids" => Some(FieldKind::Ids),
            _ => SCALARS.contains(&name).then_some(FieldKind::Scalar),
        }
    }

    fn quick(_: &FieldFilter, _: &Workspace) -> Result<Option<Test<Record>>, SearchError> {
        Ok(None)
    }

    fn values(document: &Node, field: &str) -> Vec<Value> {
        let path = match field {
            "contact_ids" => {
                return document["contacts"]["contacts"]
                    .elements()
                    .map(|contact| contact["id"].to_value())
                    .collect();
            }
            "teammate_ids" => return vec![document["admin_assignee_id"].to_value()],
            // The search has other words for categories than the answers.
            "category" => {
                let word = match document["category"].as_text() {
                    Some("Customer") => "request",
                    Some("Back-office") => "task",
                    _ => "tracker",
                };
                return vec![word.into()];
            }
            "title" => "ticket_attributes._default_title_",
            "description" => "ticket_attributes._default_description_",
            "ticket_type_id" => "ticket_type.id",
            "state" => "ticket_state.category",
            other => other,
        };
        vec![at_path(document, path)]
    }
}
