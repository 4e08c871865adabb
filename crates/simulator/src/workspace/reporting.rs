//! Datasets of reporting, and their rows (API notes, section 14.2).

use super::Workspace;
use super::draw::Kind;
use super::register::Entry;
use crate::document::{Node, node};
use crate::resource::Resource;

/// A dataset.
pub(crate) struct Dataset {
    pub(crate) id: &'static str,
    name: &'static str,
    description: &'static str,
    /// The attribute that tells when, by its simple id.
    time: &'static str,
    pub(crate) attributes: &'static [Attribute],
}

/// An attribute; a simple id may be that of several.
pub(crate) struct Attribute {
    id: &'static str,
    pub(crate) qualified: &'static str,
    name: &'static str,
}

const fn attribute(id: &'static str, qualified: &'static str, name: &'static str) -> Attribute {
    Attribute { id, qualified, name }
}

/// All datasets.
pub(crate) const DATASETS: [Dataset; 2] = [
    Dataset {
        id: "conversation",
        name: "Conversation",
        description: "Conversation-level details: status, channel, assignee.",
        time: "conversation_started_at",
        attributes: &[
            attribute("conversation_id", "conversation.conversation_id", "Conversation ID"),
            attribute("conversation_started_at", "conversation.conversation_started_at", "Started at"),
            attribute("state", "conversation.state", "State"),
            attribute("channel", "conversation.channel", "Channel"),
            attribute("parts", "conversation.parts", "Parts"),
            attribute("Brand", "conversation.Brand", "Brand"),
            attribute("Brand", "people.Brand", "Brand"),
        ],
    },
    Dataset {
        id: "ticket",
        name: "Ticket",
        description: "One row for each ticket.",
        time: "ticket_created_at",
        attributes: &[
            attribute("ticket_id", "ticket.ticket_id", "Ticket ID"),
            attribute("ticket_created_at", "ticket.ticket_created_at", "Created at"),
            attribute("changes", "ticket.changes", "Changes"),
            attribute("Remark, internal", "ticket.Remark, internal", "Remark, internal"),
        ],
    },
];

const BRANDS: [&str; 3] = ["Acme \"Pro\"", "Åland, Öl & Co", "two\nlines"];

impl Dataset {
    /// The dataset with this id.
    pub(crate) fn with_id(id: &str) -> Option<&'static Dataset> {
        DATASETS.iter().find(|dataset| dataset.id == id)
    }

    /// How it is described.
    pub(crate) fn document(&self) -> Node {
        let attributes = self.attributes.iter().map(
            |attribute| node!({"id": attribute.id, "qualified_id": attribute.qualified, "name": attribute.name}),
        );
        node!({
            "id": self.id, "name": self.name, "description": self.description, "default_time_attribute_id": self.time,
            "attributes": attributes.collect::<Vec<Node>>(),
        })
    }
}

impl Workspace {
    /// The rows of a dataset from one second to another, both included: a text or nothing for each attribute, in their
    /// order. Without `silent`, conversations without any reply are left out, as they were before version 2.16.
    pub(crate) fn reporting_rows(
        &self,
        dataset: &Dataset,
        from: i64,
        to: i64,
        silent: bool,
    ) -> Vec<Vec<Option<String>>> {
        let is_within = |at: i64| (from..=to).contains(&at);
        if dataset.id == "conversation" {
            let entries = self.conversations.iter().filter(|(_, entry)| is_within(entry.created_at()));
            let heard = entries.filter(|(_, entry)| silent || entry.parts() > 0);
            return heard.map(|(index, entry)| self.conversation_row(index, entry)).collect();
        }
        let Some(tickets) = self.records(Resource::Tickets) else { return Vec::new() };
        let entries = tickets.iter().filter(|(_, entry)| is_within(entry.created_at()));
        let rows = entries.map(|(index, entry)| {
            let mut draw = self.draw(Kind::Reporting, index, 1);
            let remark = (!draw.percent(30)).then(|| draw.pick(&BRANDS).to_owned());
            let changes = self.records.revised_at.get(&(Resource::Tickets, index)).map_or(0, Vec::len);
            let id = self.record_id(Resource::Tickets, index);
            vec![Some(id), Some(entry.created_at().to_string()), Some(changes.to_string()), remark]
        });
        rows.collect()
    }

    fn conversation_row(&self, index: u32, entry: &super::ConversationEntry) -> Vec<Option<String>> {
        let mut draw = self.draw(Kind::Reporting, index, 0);
        let mut brand = || draw.percent(70).then(|| draw.pick(&BRANDS).to_owned());
        vec![
            Some(self.conversation_id(index)),
            Some(entry.created_at().to_string()),
            Some(entry.state().word().to_owned()),
            Some(entry.source_type().to_owned()),
            Some(entry.parts().to_string()),
            brand(),
            brand(),
        ]
    }
}
