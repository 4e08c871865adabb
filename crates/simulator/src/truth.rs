//! The truth: how many of everything there are, and every document in full, whatever the API cuts or hides.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::document::Node;
use crate::server::Shared;
use crate::workspace::{Owner, PARTS_MAX, State, Workspace};

/// A collection of the simulated API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Contacts with complete lists; `tags.data` carries `applied_at` and `applied_by`, and two keys that no
    /// single answer has are added: `segments` and `subscriptions`, as their endpoints give them.
    Contacts,
    /// Companies; the API cuts nothing in them.
    Companies,
    /// Admins that are listed, the bot among them; deleted ones are nowhere.
    Admins,
    /// Teams.
    Teams,
    /// Tags.
    Tags,
    /// Segments with their `count`.
    Segments,
    /// Subscription types.
    SubscriptionTypes,
    /// Notes on contacts, then those on companies.
    Notes,
    /// Events of the last 90 days, the only ones the API lists.
    Events,
    /// Summary items of all contacts, older events included, each with the contact's `intercom_user_id` added.
    EventSummaries,
    /// Attributes of contacts, then of companies, archived ones included.
    DataAttributes,
    /// Attributes of conversations.
    ConversationAttributes,
    /// Conversations with the 500 newest parts; `conversation_parts.total_count` is the true number.
    Conversations,
}

impl Resource {
    /// All resources.
    pub const ALL: [Resource; 13] = [
        Resource::Contacts,
        Resource::Companies,
        Resource::Admins,
        Resource::Teams,
        Resource::Tags,
        Resource::Segments,
        Resource::SubscriptionTypes,
        Resource::Notes,
        Resource::Events,
        Resource::EventSummaries,
        Resource::DataAttributes,
        Resource::ConversationAttributes,
        Resource::Conversations,
    ];

    /// The name in paths: snake_case, plural.
    pub fn name(self) -> &'static str {
        match self {
            Resource::Contacts => "contacts",
            Resource::Companies => "companies",
            Resource::Admins => "admins",
            Resource::Teams => "teams",
            Resource::Tags => "tags",
            Resource::Segments => "segments",
            Resource::SubscriptionTypes => "subscription_types",
            Resource::Notes => "notes",
            Resource::Events => "events",
            Resource::EventSummaries => "event_summaries",
            Resource::DataAttributes => "data_attributes",
            Resource::ConversationAttributes => "conversation_attributes",
            Resource::Conversations => "conversations",
        }
    }

    /// The resource with this name.
    pub fn from_name(name: &str) -> Option<Resource> {
        Resource::ALL.into_iter().find(|resource| resource.name() == name)
    }
}

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
}

/// Asks the simulator for the truth; it always answers for the moment it is asked.
#[derive(Clone)]
pub struct Truth {
    shared: Arc<Shared>,
}

impl Truth {
    pub(crate) fn new(shared: Arc<Shared>) -> Truth {
        Truth { shared }
    }

    /// Counts everything. Events are generated for it, which takes about a microsecond per contact.
    pub fn counts(&self) -> Counts {
        let now = self.shared.clock.now_s();
        let workspace = self.shared.workspace();
        let mut counts = Counts {
            contacts: workspace.contacts.len().into(),
            users: workspace.contacts.iter().filter(|(_, entry)| entry.is_user()).count() as u64,
            companies: workspace.companies.len().into(),
            admins: workspace.admin_codes().count() as u64,
            teams: workspace.team_codes().count() as u64,
            tags: workspace.tag_count().into(),
            segments: workspace.segment_count().into(),
            subscription_types: workspace.subscription_type_count().into(),
            data_attributes: data_attributes(&workspace).len() as u64,
            conversation_attributes: workspace.conversation_attribute_catalogue().len() as u64,
            conversations: workspace.conversations.len().into(),
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
        counts
    }

    /// Every document of a resource, generated one after the other.
    pub fn documents(&self, resource: Resource) -> Documents {
        Documents { shared: Arc::clone(&self.shared), resource, next: 0, ready: VecDeque::new() }
    }
}

/// The documents of a resource.
pub struct Documents {
    shared: Arc<Shared>,
    resource: Resource,
    next: u32,
    ready: VecDeque<Node>,
}

impl Iterator for Documents {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        self.next_node().map(|document| document.to_value())
    }
}

impl Documents {
    /// The next document as it was generated.
    pub(crate) fn next_node(&mut self) -> Option<Node> {
        while self.ready.is_empty() {
            let now = self.shared.clock.now_s();
            self.ready = documents_at(&self.shared.workspace(), self.resource, self.next, now)?.into();
            self.next += 1;
        }
        self.ready.pop_front()
    }
}

/// The documents that hang on one position of a resource; none when the end is reached.
fn documents_at(workspace: &Workspace, resource: Resource, position: u32, now: i64) -> Option<Vec<Node>> {
    let all_at_once = |documents: Vec<Node>| (position == 0).then_some(documents);
    match resource {
        Resource::Contacts => {
            workspace.contacts.get(position).map(|entry| vec![workspace.whole_contact(position, entry)])
        }
        Resource::Companies => {
            (position < workspace.companies.len()).then(|| vec![workspace.company(position)])
        }
        Resource::Conversations => workspace
            .conversations
            .get(position)
            .map(|entry| vec![workspace.conversation_with_parts(position, entry)]),
        Resource::Notes => match position.checked_sub(workspace.contacts.len()) {
            None => Some(workspace.notes(Owner::Contact(position))),
            Some(company) => {
                (company < workspace.companies.len()).then(|| workspace.notes(Owner::Company(company)))
            }
        },
        Resource::Events => {
            workspace.contacts.get(position)?;
            let events = workspace.listed_events(position, now);
            Some(events.into_iter().map(|event| workspace.event(position, event)).collect())
        }
        Resource::EventSummaries => {
            workspace.contacts.get(position)?;
            let mut summaries = workspace.event_summaries(position);
            for summary in &mut summaries {
                summary["intercom_user_id"] = workspace.contact_id(position).into();
            }
            Some(summaries)
        }
        Resource::Admins => all_at_once(workspace.admin_codes().map(|code| workspace.admin(code)).collect()),
        Resource::Teams => all_at_once(workspace.team_codes().map(|code| workspace.team(code)).collect()),
        Resource::Tags => all_at_once((0..workspace.tag_count()).map(|index| workspace.tag(index)).collect()),
        Resource::Segments => all_at_once(counted_segments(workspace)),
        Resource::SubscriptionTypes => {
            let types =
                (0..workspace.subscription_type_count()).map(|index| workspace.subscription_type(index));
            all_at_once(types.collect())
        }
        Resource::DataAttributes => all_at_once(data_attributes(workspace)),
        Resource::ConversationAttributes => all_at_once(workspace.conversation_attribute_catalogue()),
    }
}

/// Segments with the number of their contacts.
pub(crate) fn counted_segments(workspace: &Workspace) -> Vec<Node> {
    let sizes = workspace.segment_sizes();
    let counted = (0..workspace.segment_count()).zip(sizes).map(|(index, size)| {
        let mut segment = workspace.segment(index);
        segment["count"] = size.into();
        segment
    });
    counted.collect()
}

fn data_attributes(workspace: &Workspace) -> Vec<Node> {
    let mut attributes = workspace.data_attributes("contact", true);
    attributes.extend(workspace.data_attributes("company", true));
    attributes
}
