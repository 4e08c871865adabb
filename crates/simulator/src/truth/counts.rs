//! How many of everything there are.

use std::collections::BTreeMap;

use serde::Serialize;

use super::documents::{data_attributes, documents_at};
use crate::resource::Resource;
use crate::workspace::{FAMILIES, Owner, PARTS_MAX, State, Workspace};

/// How many of everything there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Users and leads.
    pub contacts: u64,
    /// Contacts with the role user.
    pub users: u64,
    /// Contacts with the role lead.
    pub leads: u64,
    /// Companies.
    pub companies: u64,
    /// Admins that are listed.
    pub admins: u64,
    /// Teams.
    pub teams: u64,
    /// Tags.
    pub tags: u64,
    /// Segments.
    pub segments: u64,
    /// Subscription types.
    pub subscription_types: u64,
    /// Notes on contacts and companies.
    pub notes: u64,
    /// Events that the API lists now.
    pub events: u64,
    /// Summary items of all contacts.
    pub event_summaries: u64,
    /// Attributes of contacts and companies, archived ones included.
    pub data_attributes: u64,
    /// Attributes of conversations.
    pub conversation_attributes: u64,
    /// Conversations.
    pub conversations: u64,
    /// Conversations that are open.
    pub conversations_open: u64,
    /// Conversations that are closed.
    pub conversations_closed: u64,
    /// Conversations that are snoozed.
    pub conversations_snoozed: u64,
    /// Parts that the API gives: 500 per conversation at most.
    pub conversation_parts: u64,
    /// Parts that exist.
    pub conversation_parts_total: u64,
    /// Documents of the other resources, by name.
    #[serde(flatten)]
    pub others: BTreeMap<&'static str, u64>,
}

/// Resources that are counted by generating what hangs on their positions.
const GENERATED: [Resource; 10] = [
    Resource::HandlingEvents,
    Resource::SideConversations,
    Resource::ArticleVersions,
    Resource::Redirects,
    Resource::ConnectorExecutions,
    Resource::OfficeHoursExceptions,
    Resource::DeletedConversations,
    Resource::ContactMerges,
    Resource::ContactActivities,
    Resource::TeamMetrics,
];

impl Counts {
    /// Counts a workspace at this moment.
    pub(super) fn of(workspace: &Workspace, now: i64) -> Counts {
        let mut counts = Counts {
            contacts: workspace.contacts.living().into(),
            users: workspace.contacts.iter().filter(|(_, entry)| entry.is_user()).count() as u64,
            companies: workspace.companies.living().into(),
            admins: workspace.admin_codes().count() as u64,
            teams: workspace.team_codes().count() as u64,
            tags: workspace.tag_indexes().count() as u64,
            segments: workspace.segment_indexes().count() as u64,
            subscription_types: workspace.subscription_type_count().into(),
            data_attributes: data_attributes(workspace).len() as u64,
            conversation_attributes: workspace.conversation_attribute_catalogue().len() as u64,
            conversations: workspace.conversations.living().into(),
            ..Counts::default()
        };
        counts.leads = counts.contacts - counts.users;
        for (index, _) in workspace.contacts.iter() {
            counts.notes += u64::from(workspace.note_count(Owner::Contact(index)));
            counts.events += workspace.listed_events(index, now).len() as u64;
            counts.event_summaries += workspace.event_summaries(index).len() as u64;
        }
        for (index, _) in workspace.companies.iter() {
            counts.notes += u64::from(workspace.note_count(Owner::Company(index)));
        }
        for (_, entry) in workspace.conversations.iter() {
            match entry.state() {
                State::Open => counts.conversations_open += 1,
                State::Closed => counts.conversations_closed += 1,
                State::Snoozed => counts.conversations_snoozed += 1,
            }
            counts.conversation_parts += u64::from(entry.parts().min(PARTS_MAX));
            counts.conversation_parts_total += u64::from(entry.parts());
        }
        counts.others = FAMILIES
            .iter()
            .map(|family| (family.resource.name(), u64::from(workspace.record_count(family.resource))))
            .collect();
        for resource in GENERATED {
            let generated = (0..).map_while(|position| documents_at(workspace, resource, position, now));
            counts.others.insert(resource.name(), generated.map(|documents| documents.len() as u64).sum());
        }
        counts
    }
}
