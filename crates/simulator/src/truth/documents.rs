//! The true documents, generated for one position after the other.

use crate::document::Node;
use crate::resource::Resource;
use crate::workspace::{Children, Owner, Workspace};

/// The documents that hang on one position of a resource; none when the end is reached.
pub(super) fn documents_at(
    workspace: &Workspace,
    resource: Resource,
    position: u32,
    now: i64,
) -> Option<Vec<Node>> {
    let all_at_once = |documents: Vec<Node>| (position == 0).then_some(documents);
    match resource {
        Resource::Contacts => within(workspace.contacts.len(), position, || {
            let entry = workspace.contacts.get(position);
            entry.map(|entry| workspace.whole_contact(position, entry)).into_iter().collect()
        }),
        Resource::Companies => within(workspace.companies.len(), position, || {
            workspace.companies.get(position).map(|_| workspace.company(position)).into_iter().collect()
        }),
        Resource::Conversations => within(workspace.conversations.len(), position, || {
            let entry = workspace.conversations.get(position);
            entry.map(|entry| workspace.conversation_with_parts(position, entry)).into_iter().collect()
        }),
        Resource::Notes => notes_at(workspace, position),
        Resource::Events | Resource::EventSummaries => {
            within(workspace.contacts.len(), position, || events_of(workspace, resource, position, now))
        }
        Resource::Admins => all_at_once(workspace.admin_codes().map(|code| workspace.admin(code)).collect()),
        Resource::Teams => all_at_once(workspace.team_codes().map(|code| workspace.team(code)).collect()),
        Resource::Tags => all_at_once(workspace.tag_indexes().map(|index| workspace.tag(index)).collect()),
        Resource::Segments => all_at_once(counted_segments(workspace)),
        Resource::SubscriptionTypes => {
            let types =
                (0..workspace.subscription_type_count()).map(|index| workspace.subscription_type(index));
            all_at_once(types.collect())
        }
        Resource::DataAttributes => all_at_once(data_attributes(workspace)),
        Resource::ConversationAttributes => all_at_once(workspace.conversation_attribute_catalogue()),
        Resource::DeletedConversations => all_at_once(workspace.deleted_conversations()),
        Resource::ContactMerges => all_at_once(workspace.contact_merges()),
        Resource::ContactActivities => all_at_once(workspace.contact_activities(now)),
        Resource::TeamMetrics => {
            let metrics = workspace.team_codes().flat_map(|team| {
                let id = workspace.team_id(team).to_string();
                workspace.team_metrics(team).into_iter().map(move |mut metric| {
                    metric["team_id"] = id.clone().into();
                    metric
                })
            });
            all_at_once(metrics.collect())
        }
        Resource::HandlingEvents | Resource::SideConversations => {
            within(workspace.conversations.len(), position, || {
                beside_conversation(workspace, resource, position)
            })
        }
        _ => records_at(workspace, resource, position),
    }
}

/// Documents of a position below a bound; none beyond it.
fn within(bound: u32, position: u32, documents: impl FnOnce() -> Vec<Node>) -> Option<Vec<Node>> {
    (position < bound).then(documents)
}

fn notes_at(workspace: &Workspace, position: u32) -> Option<Vec<Node>> {
    let contacts = workspace.contacts.len();
    let Some(company) = position.checked_sub(contacts) else {
        let lives = workspace.contacts.get(position).is_some();
        return Some(if lives { workspace.notes(Owner::Contact(position)) } else { Vec::new() });
    };
    within(workspace.companies.len(), company, || {
        let lives = workspace.companies.get(company).is_some();
        if lives { workspace.notes(Owner::Company(company)) } else { Vec::new() }
    })
}

fn events_of(workspace: &Workspace, resource: Resource, contact: u32, now: i64) -> Vec<Node> {
    if workspace.contacts.get(contact).is_none() {
        return Vec::new();
    }
    if resource == Resource::Events {
        let events = workspace.listed_events(contact, now).into_iter();
        return events.map(|event| workspace.event(contact, event)).collect();
    }
    let mut summaries = workspace.event_summaries(contact);
    for summary in &mut summaries {
        summary["intercom_user_id"] = workspace.contact_id(contact).into();
    }
    summaries
}

fn beside_conversation(workspace: &Workspace, resource: Resource, conversation: u32) -> Vec<Node> {
    let mut documents = match resource {
        Resource::HandlingEvents => workspace.handling_events(conversation),
        _ => workspace.side_conversations(conversation),
    };
    for document in &mut documents {
        document["conversation_id"] = workspace.conversation_id(conversation).into();
    }
    documents
}

/// Records with a register of their own, or what hangs on such records.
fn records_at(workspace: &Workspace, resource: Resource, position: u32) -> Option<Vec<Node>> {
    let (parent, children): (Resource, Option<Children>) = match resource {
        Resource::ArticleVersions => (Resource::Articles, Some(Workspace::article_versions)),
        Resource::Redirects => (Resource::HelpCenters, Some(Workspace::redirects)),
        Resource::ConnectorExecutions => (Resource::DataConnectors, Some(Workspace::connector_executions)),
        Resource::OfficeHoursExceptions => {
            (Resource::OfficeHoursSchedules, Some(Workspace::office_hours_exceptions))
        }
        own => (own, None),
    };
    let register = workspace.records(parent)?;
    within(register.len(), position, || match (register.get(position), children) {
        (None, _) => Vec::new(),
        (Some(_), Some(children)) => children(workspace, position),
        (Some(entry), None) => vec![workspace.record(resource, position, entry)],
    })
}

/// Segments with the number of their contacts.
pub(crate) fn counted_segments(workspace: &Workspace) -> Vec<Node> {
    let sizes = workspace.segment_sizes();
    let counted =
        workspace.segment_indexes().map(|index| (index, sizes[index as usize])).map(|(index, size)| {
            let mut segment = workspace.segment(index);
            segment["count"] = size.into();
            segment
        });
    counted.collect()
}

/// Attributes of contacts and companies.
pub(super) fn data_attributes(workspace: &Workspace) -> Vec<Node> {
    let mut attributes = workspace.data_attributes("contact", true);
    attributes.extend(workspace.data_attributes("company", true));
    attributes
}
