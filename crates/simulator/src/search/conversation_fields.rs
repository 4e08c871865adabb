//! What conversations can be searched by.

use serde_json::{Value, json};

use super::condition::Condition;
use super::contact_fields::{at_path, mask_test};
use super::evaluate::{FieldKind, Searchable, Test};
use super::query::{FieldFilter, SearchError};
use crate::document::Node;
use crate::workspace::{ConversationEntry, Register, State, Workspace};

/// Search over conversations.
pub(crate) struct ConversationSearch;

const SCALARS: &[&str] = &[
    "id",
    "source.type",
    "source.id",
    "source.delivered_as",
    "source.subject",
    "source.body",
    "source.url",
    "source.author.id",
    "source.author.type",
    "source.author.name",
    "source.author.email",
    "admin_assignee_id",
    "team_assignee_id",
    "channel_initiated",
    "open",
    "read",
    "state",
    "priority",
    "conversation_rating.score",
    "conversation_rating.remark",
    "conversation_rating.contact_id",
    "conversation_rating.admin_id",
    "ai_agent_participated",
    "ai_agent.resolution_state",
    "ai_agent.last_answer_type",
    "ai_agent.rating",
    "ai_agent.rating_remark",
    "ai_agent.source_type",
    "ai_agent.source_title",
];

const INSTANTS: &[&str] = &[
    "created_at",
    "updated_at",
    "waiting_since",
    "snoozed_until",
    "conversation_rating.requested_at",
    "conversation_rating.replied_at",
];

impl Searchable for ConversationSearch {
    type Entry = ConversationEntry;
    const NAME: &'static str = "conversations";
    const PER_PAGE: u64 = 20;

    fn register(workspace: &Workspace) -> &Register<ConversationEntry> {
        &workspace.conversations
    }

    fn document(workspace: &Workspace, index: u32, entry: &ConversationEntry) -> Node {
        workspace.conversation(index, entry)
    }

    fn id(workspace: &Workspace, index: u32) -> String {
        workspace.conversation_id(index)
    }

    fn index(workspace: &Workspace, id: &str) -> Option<u32> {
        workspace.conversation_index_ever(id)
    }

    fn field(name: &str) -> Option<FieldKind> {
        let is_statistic = name.starts_with("statistics.");
        if INSTANTS.contains(&name) || (is_statistic && name.ends_with("_at")) {
            return Some(FieldKind::Instant);
        }
        if matches!(name, "contact_ids" | "teammate_ids" | "tag_ids") {
            return Some(FieldKind::Ids);
        }
        let is_scalar = SCALARS.contains(&name) || is_statistic || name.starts_with("custom_attributes.");
        is_scalar.then_some(FieldKind::Scalar)
    }

    fn quick(
        filter: &FieldFilter,
        workspace: &Workspace,
    ) -> Result<Option<Test<ConversationEntry>>, SearchError> {
        let condition = Condition::new(filter)?;
        let test: Test<ConversationEntry> = match filter.field.as_str() {
            "id" if matches!(filter.operator.as_str(), "=" | "!=" | "IN" | "NIN") => {
                Box::new(move |workspace, index, _| condition.holds(&workspace.conversation_id(index).into()))
            }
            "state" => {
                let [open, closed, snoozed] = [State::Open, State::Closed, State::Snoozed]
                    .map(|state| condition.holds(&state.word().into()));
                Box::new(move |_, _, entry| match entry.state() {
                    State::Open => open,
                    State::Closed => closed,
                    State::Snoozed => snoozed,
                })
            }
            "open" => {
                let (open, not) = (condition.holds(&json!(true)), condition.holds(&json!(false)));
                Box::new(move |_, _, entry| if entry.state() == State::Open { open } else { not })
            }
            "read" => {
                let (read, not) = (condition.holds(&json!(true)), condition.holds(&json!(false)));
                Box::new(move |_, _, entry| if entry.is_read() { read } else { not })
            }
            "admin_assignee_id" => {
                let admins = assignee_table(&condition, |code| workspace.admin_id(code));
                Box::new(move |_, _, entry| admins[usize::from(entry.admin())])
            }
            "team_assignee_id" => {
                let teams = assignee_table(&condition, |code| workspace.team_id(code));
                Box::new(move |_, _, entry| teams[usize::from(entry.team())])
            }
            "tag_ids" => {
                let test = mask_test(&condition, &workspace.tag_ids());
                Box::new(move |workspace, _, entry| test(workspace.living_tag_mask(entry.tags())))
            }
            "contact_ids" => Box::new(move |workspace, index, entry| {
                let contacts = workspace.participants(index, entry);
                let ids: Vec<Value> = contacts.map(|contact| workspace.contact_id(contact).into()).collect();
                condition.holds_for_any(&ids)
            }),
            _ => return Ok(None),
        };
        Ok(Some(test))
    }

    fn values(document: &Node, field: &str) -> Vec<Value> {
        let path = match field {
            "teammate_ids" => {
                return document["teammates"]["admins"]
                    .elements()
                    .map(|admin| admin["id"].to_value())
                    .collect();
            }
            "channel_initiated" => "channel.initial",
            "conversation_rating.score" => "conversation_rating.rating",
            "conversation_rating.requested_at" => "conversation_rating.created_at",
            "conversation_rating.replied_at" => "conversation_rating.updated_at",
            "conversation_rating.contact_id" => "conversation_rating.contact.id",
            "conversation_rating.admin_id" => "conversation_rating.teammate.id",
            other => other,
        };
        vec![at_path(document, path)]
    }
}

/// Which assignees fulfil a condition, by code; the one nobody has, 0, is also the id that says so.
fn assignee_table(condition: &Condition, id: impl Fn(u8) -> u64) -> Vec<bool> {
    (0..=u8::MAX)
        .map(|code| match code {
            0 => condition.holds(&json!(0)) || condition.holds(&Value::Null),
            code => condition.holds(&json!(id(code))),
        })
        .collect()
}
