//! What older versions do not print yet (API notes, sections 8 and 10).

use super::Version;
use crate::document::Node;
use crate::resource::Resource;

/// A resource, the version where something came, and the paths to it, which lead through lists.
type Later = (Resource, Version, &'static [&'static str]);

const LATER: &[Later] = &[
    (Resource::Admins, Version::V2_14, &["away_status_reason_id"]),
    (Resource::Admins, Version::V2_16, &["role"]),
    (Resource::Companies, Version::V2_15, &["notes"]),
    (
        Resource::Conversations,
        Version::V2_13,
        &[
            "conversation_parts.conversation_parts.email_message_metadata",
            "conversation_parts.conversation_parts.state",
            "conversation_parts.conversation_parts.tags",
            "conversation_parts.conversation_parts.event_details",
            "conversation_parts.conversation_parts.app_package_code",
        ],
    ),
    (
        Resource::Conversations,
        Version::V2_14,
        &[
            "conversation_rating.updated_at",
            "ai_agent.created_at",
            "ai_agent.updated_at",
            "source.author.from_ai_agent",
            "source.author.is_ai_answer",
            "conversation_parts.conversation_parts.metadata",
            "conversation_parts.conversation_parts.author.from_ai_agent",
            "conversation_parts.conversation_parts.author.is_ai_answer",
        ],
    ),
    (Resource::Conversations, Version::V2_15, &["company"]),
    (
        Resource::Conversations,
        Version::V2_16,
        &[
            "sales_agent_participated",
            "sales_agent",
            "channel",
            "external_references",
            "source.recipients",
            "source.reply_to",
            "source.email_message_metadata",
        ],
    ),
    (Resource::Tickets, Version::V2_14, &["ticket_parts.ticket_parts.updated_attribute_data"]),
    (Resource::Tickets, Version::V2_16, &["previous_ticket_state_id"]),
    (Resource::TicketTypes, Version::V2_12, &["ticket_states"]),
    (Resource::Articles, Version::V2_13, &["tags"]),
    (
        Resource::Articles,
        Version::V2_16,
        &[
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
        ],
    ),
    (Resource::HelpCenters, Version::V2_16, &["default", "locales"]),
];

/// Leaves out what this version does not know.
pub(super) fn leave_out(version: Version, resource: Resource, record: &mut Node) {
    let unknown = LATER.iter().filter(|(of, since, _)| *of == resource && version < *since);
    for path in unknown.flat_map(|(_, _, paths)| *paths) {
        remove(record, path);
    }
}

fn remove(node: &mut Node, path: &str) {
    if let Node::List(elements) = node {
        return elements.iter_mut().for_each(|element| remove(element, path));
    }
    let Node::Object(members) = node else { return };
    match path.split_once('.') {
        None => members.remove(path),
        Some((name, rest)) => {
            if let Some(inner) = members.get_mut(name) {
                remove(inner, rest);
            }
        }
    }
}
