//! API versions: which are known, and what older ones print differently from 2.16.

use crate::document::Node;
use crate::resource::Resource;

/// A version of the API; `Preview` comes after all numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(u32);

/// The version served unless another is asked for.
const DEFAULT: Version = Version(16);

impl Version {
    /// Newer than every number.
    pub(super) const PREVIEW: Version = Version(u32::MAX);
    /// The oldest version that is served.
    pub(super) const V2_11: Version = Version(11);
    /// Where ticket states became objects.
    pub(super) const V2_12: Version = Version(12);
    /// Where internal articles and custom objects came.
    pub(super) const V2_13: Version = Version(13);
    /// Where calls and reasons for being away came.
    pub(super) const V2_14: Version = Version(14);
    /// Where conversation attributes got their own endpoint, ids and priorities changed their form.
    pub(super) const V2_16: Version = Version(16);
    /// Where the words for the AI agent's outcome changed.
    pub(super) const V2_15: Version = Version(15);

    /// Reads the `Intercom-Version` header; none if the version is unknown.
    pub(super) fn parse(header: Option<&str>) -> Option<Version> {
        match header {
            None => Some(DEFAULT),
            Some("Preview") => Some(Version::PREVIEW),
            Some(text) => {
                let minor = text.strip_prefix("2.")?;
                (11..=16).find(|known| known.to_string() == minor).map(Version)
            }
        }
    }

    /// As the header prints it.
    pub(super) fn text(self) -> String {
        if self == Version::PREVIEW { "Preview".to_owned() } else { format!("2.{}", self.0) }
    }

    /// A contact as this version prints it: until 2.15 `owner_id` was a number.
    pub(super) fn contact(self, mut contact: Node) -> Node {
        if self < Version::V2_16 {
            let owner = contact["owner_id"].as_text().and_then(|owner| owner.parse::<u64>().ok());
            contact["owner_id"] = owner.into();
        }
        contact
    }

    /// A record of another collection as this version prints it.
    pub(super) fn record(self, resource: Resource, mut record: Node) -> Node {
        match resource {
            Resource::Tickets if self < Version::V2_16 => self.former_ticket(&mut record),
            Resource::Articles if self < Version::V2_16 => former_article(&mut record),
            Resource::TicketTypes if self < Version::V2_12 => remove(&mut record, &["ticket_states"]),
            Resource::HelpCenters if self < Version::V2_16 => remove(&mut record, &["default", "locales"]),
            _ => {}
        }
        record
    }

    /// Until 2.15 assignees of tickets were text; until 2.11 the state was a word with two labels beside it.
    fn former_ticket(self, ticket: &mut Node) {
        for assignee in ["admin_assignee_id", "team_assignee_id"] {
            if let Node::Unsigned(id) = ticket[assignee] {
                ticket[assignee] = id.to_string().into();
            }
        }
        remove(ticket, &["previous_ticket_state_id"]);
        if self < Version::V2_12 {
            let state = ticket["ticket_state"].clone();
            ticket["ticket_state"] = state["category"].clone();
            ticket["ticket_state_internal_label"] = state["internal_label"].clone();
            ticket["ticket_state_external_label"] = state["external_label"].clone();
        }
    }

    /// A conversation as this version prints it: until 2.15 nobody was null and there were two priorities; until
    /// 2.14 two outcomes of the AI agent had other names and there was no company.
    pub(super) fn conversation(self, mut conversation: Node) -> Node {
        if self < Version::V2_16 {
            for assignee in ["admin_assignee_id", "team_assignee_id"] {
                if conversation[assignee] == Node::Unsigned(0) {
                    conversation[assignee] = Node::Null;
                }
            }
            let is_plain = conversation["priority"].as_text() == Some("none");
            conversation["priority"] = if is_plain { "not_priority" } else { "priority" }.into();
        }
        if self < Version::V2_15 {
            let former = match conversation["ai_agent"]["resolution_state"].as_text() {
                Some("negative_feedback") => Some("abandoned"),
                Some("escalated" | "procedure_handoff") => Some("routed_to_team"),
                _ => None,
            };
            if let Some(former) = former {
                conversation["ai_agent"]["resolution_state"] = former.into();
            }
            if let Node::Object(members) = &mut conversation {
                members.remove("company");
            }
        }
        conversation
    }
}

/// Until 2.15 an article named its first parent, and much of what it says was not there yet.
fn former_article(article: &mut Node) {
    let parent = article["parent_ids"].elements().next().cloned().unwrap_or(Node::Null);
    article["parent_type"] = if parent == Node::Null { Node::Null } else { "collection".into() };
    article["parent_id"] = parent;
    let later = [
        "body_markdown",
        "has_unpublished_changes",
        "draft_updated_at",
        "ai_chatbot_availability",
        "ai_copilot_availability",
        "ai_sales_agent_availability",
        "created_by_id",
        "updated_by_id",
        "exclude_from_article_suggestions",
        "help_center_audience",
        "scheduled_publish_at",
        "scheduled_unpublish_at",
    ];
    remove(article, &later);
}

fn remove(record: &mut Node, names: &[&str]) {
    if let Node::Object(members) = record {
        names.iter().for_each(|name| members.remove(name));
    }
}
