//! Conversations: the state they keep and the document that holds everything but the parts.

use super::contacts::heavy_tailed;
use super::draw::{Draw, Kind};
use super::register::Entry;
use super::timeline::{self, ANCHOR_S, DAY_S};
use super::vocabulary::TAGS;
use super::{Workspace, prose, teammates};
use crate::document::{Members, Node, node};
use crate::mutation::Model;
use crate::resource::Resource;

/// The API gives this many parts, the newest; older ones are out of reach.
pub(crate) const PARTS_MAX: u32 = 500;

/// The priorities since version 2.16.
const PRIORITIES: &[&str] = &["none", "none", "none", "low", "medium", "high", "urgent"];

/// Channels a conversation can come by.
const SOURCES: [&str; 6] = ["conversation", "email", "whatsapp", "sms", "facebook", "phone_call"];

/// Whether somebody has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    Closed,
    Snoozed,
}

impl State {
    /// The API's word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Closed => "closed",
            State::Snoozed => "snoozed",
        }
    }
}

/// The small state of a conversation.
#[derive(Debug, Clone)]
pub(crate) struct ConversationEntry {
    created_at: i64,
    updated_at: i64,
    /// When the parts it began with came to an end.
    pub(super) settled_at: i64,
    /// How many parts it began with.
    pub(super) base_parts: u32,
    /// How many parts it has, replies included.
    pub(super) parts: u32,
    /// The contact who started it or was written to.
    pub(super) contact: u32,
    /// A bit per tag.
    pub(super) tags: u32,
    /// The admin it is assigned to; 0 means nobody.
    pub(super) admin: u8,
    /// The team it is assigned to; 0 means none.
    pub(super) team: u8,
    pub(super) state: State,
    pub(super) is_read: bool,
    source: u8,
}

impl Entry for ConversationEntry {
    fn created_at(&self) -> i64 {
        self.created_at
    }

    fn updated_at(&self) -> i64 {
        self.updated_at
    }

    fn set_updated_at(&mut self, now: i64) {
        self.updated_at = now;
    }
}

impl ConversationEntry {
    pub(crate) fn state(&self) -> State {
        self.state
    }

    pub(crate) fn is_read(&self) -> bool {
        self.is_read
    }

    pub(crate) fn admin(&self) -> u8 {
        self.admin
    }

    pub(crate) fn team(&self) -> u8 {
        self.team
    }

    pub(crate) fn tags(&self) -> u32 {
        self.tags
    }

    /// How many parts there are, those out of reach included.
    pub(crate) fn parts(&self) -> u32 {
        self.parts
    }

    /// The channel it came by.
    pub(crate) fn source_type(&self) -> &'static str {
        SOURCES[usize::from(self.source)]
    }
}

impl Workspace {
    /// The entry a conversation begins with.
    pub(super) fn generate_conversation(&self, index: u32) -> ConversationEntry {
        let mut draw = self.draw(Kind::ConversationEntry, index, 0);
        let created_at = timeline::created_at(index.into(), self.sizes.conversations.into());
        let mut entry = self.new_conversation(created_at, &mut draw);
        entry.updated_at = timeline::updated_at(created_at, &mut draw);
        entry.settled_at = entry.updated_at;
        let plenty = self.sizes.conversations >= 200;
        entry.base_parts = match index {
            7 if plenty => PARTS_MAX,
            11 if plenty => PARTS_MAX + 231,
            _ => part_count(&mut draw),
        };
        entry.parts = entry.base_parts;
        entry.state = match draw.below(10) {
            0..2 => State::Open,
            2 => State::Snoozed,
            _ => State::Closed,
        };
        let is_old = created_at < ANCHOR_S - 365 * DAY_S;
        if is_old && draw.percent(25) {
            entry.admin = teammates::DELETED[draw.below(3) as usize];
        }
        entry
    }

    /// The entry of a conversation started at this moment, with nothing but its first message.
    pub(super) fn new_conversation(&self, created_at: i64, draw: &mut Draw) -> ConversationEntry {
        let share = draw.unit();
        let tag_count = heavy_tailed(draw) / 3;
        ConversationEntry {
            created_at,
            updated_at: created_at,
            settled_at: created_at,
            base_parts: 0,
            parts: 0,
            contact: (f64::from(self.contacts.len()) * share * share) as u32,
            tags: draw.mask(tag_count, TAGS.len() as u32),
            admin: if draw.percent(30) { 0 } else { self.any_admin(draw) },
            team: if draw.percent(50) { 0 } else { self.any_team(draw) },
            state: State::Open,
            is_read: draw.percent(70),
            source: if draw.percent(60) { 0 } else { draw.below(SOURCES.len() as u64) as u8 },
        }
    }

    /// The id of a conversation.
    pub(crate) fn conversation_id(&self, index: u32) -> String {
        self.identity.conversation(index)
    }

    /// The index of the living conversation with this id.
    pub(crate) fn conversation_index(&self, id: &str) -> Option<u32> {
        self.conversation_index_ever(id).filter(|&index| self.conversations.get(index).is_some())
    }

    /// The index of the conversation with this id, whether it lives or is gone.
    pub(crate) fn conversation_index_ever(&self, id: &str) -> Option<u32> {
        self.identity.index_of_conversation(id).filter(|&index| index < self.conversations.len())
    }

    /// The contacts who take part: mostly one, in some conversations two.
    pub(crate) fn participants(&self, index: u32, entry: &ConversationEntry) -> impl Iterator<Item = u32> {
        let second = (index.is_multiple_of(20) && entry.contact > 0).then(|| entry.contact - 1);
        let first = (entry.contact < self.contacts.len()).then_some(entry.contact);
        first.into_iter().chain(second)
    }

    /// A conversation as lists and search serve it: without parts.
    pub(crate) fn conversation(&self, index: u32, entry: &ConversationEntry) -> Node {
        let mut draw = self.draw(Kind::Conversation, index, 0);
        let mut document = Members::with_capacity(96);
        document.extend(self.conversation_head(index, entry, &mut draw));
        document.extend(self.conversation_outcome(index, entry, &mut draw));
        let mut document = Node::Object(document);
        self.show_late_fields(Resource::Conversations, Some(entry.updated_at), &mut document);
        document
    }

    /// A conversation as it is served by its id: with its newest parts.
    pub(crate) fn conversation_with_parts(&self, index: u32, entry: &ConversationEntry) -> Node {
        let mut document = self.conversation(index, entry);
        let first = entry.parts.saturating_sub(PARTS_MAX);
        let parts: Vec<Node> =
            (first..entry.parts).map(|position| self.present_part(index, entry, position)).collect();
        document["conversation_parts"] = node!({"type": "conversation_part.list", "conversation_parts": parts, "total_count": entry.parts});
        document
    }

    /// A part as it is now: some were emptied, some tell of a merge.
    fn present_part(&self, index: u32, entry: &ConversationEntry, position: u32) -> Node {
        let mut part = self.part(index, entry, position);
        if self.redactions.get(&index).is_some_and(|positions| positions.contains(&position)) {
            part["redacted"] = true.into();
            part["body"] = "".into();
            part["attachments"] = node!([]);
        }
        if self.merge_parts.contains(&(index, position)) {
            part["part_type"] = "merged_primary_conversation".into();
            part["body"] = Node::Null;
            part["state"] = "closed".into();
        }
        part
    }

    fn conversation_head(&self, index: u32, entry: &ConversationEntry, draw: &mut Draw) -> Node {
        let is_open = entry.state == State::Open;
        let contacts: Vec<Node> = self
            .participants(index, entry)
            .map(|contact| node!({"type": "contact", "id": self.contact_id(contact), "external_id": self.external_id(contact)}))
            .collect();
        let tags: Vec<Node> =
            self.living_tags(entry.tags).map(|tag| self.applied_tag(index, entry, tag)).collect();
        let reply = node!({"created_at": entry.created_at, "type": "conversation", "url": null});
        node!({
            "type": "conversation", "id": self.conversation_id(index), "created_at": entry.created_at, "updated_at": entry.updated_at,
            "waiting_since": (is_open && !entry.is_read).then_some(entry.updated_at),
            "snoozed_until": (entry.state == State::Snoozed).then_some(if index % 50 == 3 { 4_102_444_800 } else { ANCHOR_S + 7 * DAY_S }),
            "source": self.source(index, entry), "contacts": {"type": "contact.list", "contacts": contacts},
            "first_contact_reply": (entry.parts > 0 && draw.percent(80)).then_some(reply),
            "admin_assignee_id": if entry.admin > 0 { self.admin_id(entry.admin) } else { 0 },
            "team_assignee_id": if entry.team > 0 { self.team_id(entry.team) } else { 0 },
            "open": is_open, "state": entry.state.word(), "read": entry.is_read, "tags": {"type": "tag.list", "tags": tags},
            "priority": draw.pick(PRIORITIES), "title": draw.percent(40).then(|| prose::words(draw, 2, 7)),
            "company": self.participants(index, entry).next().and_then(|contact| self.first_company(contact)),
        })
    }

    fn conversation_outcome(&self, index: u32, entry: &ConversationEntry, draw: &mut Draw) -> Node {
        let has_agent = draw.percent(30);
        let has_sales = draw.percent(4);
        let mut attributes = self.conversation_attributes(index);
        self.hold_late_attributes(Model::Conversation, index, entry.updated_at, &mut attributes);
        let topics = match draw.below(3) {
            0 => {
                node!({"type": "topic.list", "topics": [{"type": "topic", "id": 9, "name": "Billing"}], "total_count": 1})
            }
            _ => node!({}),
        };
        node!({
            "sla_applied": self.sla_applied(draw), "statistics": self.statistics(index, entry),
            "conversation_rating": self.rating(entry, draw), "teammates": self.teammates_of(entry, draw),
            "custom_attributes": attributes, "topics": topics, "ticket": null,
            "linked_objects": self.linked_objects(index, draw),
            "ai_agent": has_agent.then(|| self.ai_agent(entry, draw)), "ai_agent_participated": has_agent,
            "sales_agent_participated": has_sales,
            "sales_agent": has_sales.then(|| node!({"outcome": "qualified", "routing_outcome": null, "collected_data": {"Team size": "12"}})),
            "channel": {"initial": entry.source_type(), "current": entry.source_type()},
            "external_references": if draw.percent(3) { node!([{"type": "zendesk", "id": index.to_string()}]) } else { node!([]) },
        })
    }

    fn applied_tag(&self, index: u32, entry: &ConversationEntry, tag: u32) -> Node {
        let mut document = self.tag(tag);
        document["applied_at"] = entry.created_at.into();
        document["applied_by"] = if (index + tag).is_multiple_of(9) {
            node!({"type": "contact", "id": self.contact_id(entry.contact)})
        } else {
            node!({"type": "admin", "id": self.admin_id(1).to_string()})
        };
        document
    }

    /// The company the contact began with, whatever became of it: nothing that happens to their link moves a
    /// conversation's `updated_at`.
    fn first_company(&self, contact: u32) -> Option<Node> {
        let count = self.contacts.ever(contact).map_or(0, |entry| entry.companies);
        self.membership.companies_of(contact, count).next().map(|company| self.company(company))
    }
}

/// Mostly 1 to 12, some dozens, a few hundreds.
fn part_count(draw: &mut Draw) -> u32 {
    let count = match draw.below(1_000) {
        0..30 => 0,
        30..945 => draw.between(1, 12),
        945..993 => draw.between(13, 60),
        993..999 => draw.between(61, 250),
        _ => draw.between(251, 900),
    };
    count as u32
}
