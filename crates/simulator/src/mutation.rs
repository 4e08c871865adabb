//! Changes that a test can order, and what they touched.

use serde::{Deserialize, Serialize};

use crate::resource::Resource;

/// Which existing records a mutation is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Selection {
    /// These records, by their index from 0 in order of creation.
    Indexes(Vec<u32>),
    /// This many different records, chosen by a seed.
    Random {
        /// How many; all of them if there are fewer.
        count: u32,
        /// Decides which.
        seed: u64,
    },
}

/// What is added to a contact without moving its `updated_at`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Addition {
    /// A note by an admin.
    Note,
    /// A data event.
    Event,
    /// One more tag, if one is left.
    Tag,
    /// Membership of one more segment, if one is left.
    Segment,
    /// One more company, if one is left.
    Company,
}

/// What is taken from a contact without moving its `updated_at`: the newest, or the last in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Removal {
    /// A note.
    Note,
    /// A tag.
    Tag,
    /// Membership of a segment.
    Segment,
    /// A company.
    Company,
}

/// What an attribute belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// Contacts.
    Contact,
    /// Companies.
    Company,
    /// Conversations.
    Conversation,
}

impl Model {
    /// The word in the definition.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Model::Contact => "contact",
            Model::Company => "company",
            Model::Conversation => "conversation",
        }
    }
}

/// Which values an attribute holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributeType {
    /// Text.
    String,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Float,
    /// Yes or no.
    Boolean,
    /// Instants in epoch seconds.
    Date,
}

impl AttributeType {
    /// The word in the definition of an attribute of contacts or companies.
    pub(crate) fn word(self) -> &'static str {
        match self {
            AttributeType::String => "string",
            AttributeType::Integer => "integer",
            AttributeType::Float => "float",
            AttributeType::Boolean => "boolean",
            AttributeType::Date => "date",
        }
    }

    /// The word in the definition of an attribute of conversations.
    pub(crate) fn conversation_word(self) -> &'static str {
        match self {
            AttributeType::Float => "decimal",
            AttributeType::Date => "datetime",
            other => other.word(),
        }
    }
}

/// One change of the workspace, which happens now by the server's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Mutation {
    /// New contacts without companies.
    CreateContacts {
        /// How many.
        count: u32,
    },
    /// Name, a custom attribute and tags change; `updated_at` is now.
    UpdateContacts {
        /// Which contacts.
        which: Selection,
    },
    /// Something is added to contacts; their `updated_at` stays.
    AddToContacts {
        /// Which contacts.
        which: Selection,
        /// What each of them gets.
        what: Addition,
    },
    /// New companies without contacts.
    CreateCompanies {
        /// How many.
        count: u32,
    },
    /// Name, a custom attribute and tags change; `updated_at` is now.
    UpdateCompanies {
        /// Which companies.
        which: Selection,
    },
    /// New conversations, opened by some contact.
    CreateConversations {
        /// How many.
        count: u32,
    },
    /// Parts are added and the conversation is open again; `updated_at` is now.
    ReplyToConversations {
        /// Which conversations.
        which: Selection,
        /// Parts added to each.
        parts: u32,
    },
    /// A tag gets another name; nothing else moves.
    RenameTag {
        /// Index of the tag from 0.
        tag: u32,
        /// Its new name.
        name: String,
    },
    /// Something is taken from contacts; their `updated_at` stays.
    RemoveFromContacts {
        /// Which contacts.
        which: Selection,
        /// What each of them loses, if it has any.
        what: Removal,
    },
    /// New records of a collection beside contacts, companies and conversations, such as tickets or articles.
    Create {
        /// The collection.
        resource: Resource,
        /// How many.
        count: u32,
    },
    /// Records of such a collection change; `updated_at` is now. A ticket moves to its next state.
    Update {
        /// The collection.
        resource: Resource,
        /// Which records.
        which: Selection,
    },
    /// Records vanish: contacts, companies, conversations, tags, segments, admins, teams (the last four by index
    /// only) and records of all other collections but the activity log.
    Delete {
        /// The collection.
        resource: Resource,
        /// Which records.
        which: Selection,
    },
    /// Contacts are merged into another one, whose `updated_at` is now.
    MergeContacts {
        /// Which contacts vanish.
        sources: Selection,
        /// The index of the contact they live on in.
        into: u32,
    },
    /// Conversations are merged into another one: closed, linked to it, with a part that says so. `updated_at` of
    /// both sides is now.
    MergeConversations {
        /// Which conversations are closed.
        sources: Selection,
        /// The index of the one that goes on.
        into: u32,
    },
    /// The newest part of conversations is emptied; `updated_at` is now.
    RedactParts {
        /// Which conversations.
        which: Selection,
    },
    /// An attribute is defined; records that change from now on hold a value.
    AddAttribute {
        /// What it belongs to.
        model: Model,
        /// Its name.
        name: String,
        /// Which values it holds.
        data_type: AttributeType,
    },
    /// A field that no description knows appears in all documents of a resource: with this value in records that
    /// change from now on and in those without `updated_at`, else null.
    AddField {
        /// The resource.
        resource: Resource,
        /// The field's name.
        name: String,
        /// The value.
        value: serde_json::Value,
    },
}

/// A mutation that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Logged {
    /// When, by the server's clock, in epoch seconds.
    pub at_s: i64,
    /// What was ordered.
    pub mutation: Mutation,
}

/// What a mutation touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Touched {
    /// The resource that the ids belong to.
    pub resource: Resource,
    /// The ids of the records touched, in order of index.
    pub ids: Vec<String>,
    /// When, by the server's clock, in epoch seconds.
    pub at_s: i64,
}

/// Why a mutation was refused. Nothing was changed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MutationError {
    /// An index beyond the last record, or of a record that is gone.
    #[error("no {resource:?} has index {index}, there were {count}", resource = .resource.name())]
    NoSuchRecord {
        /// The resource meant.
        resource: Resource,
        /// The index given.
        index: u32,
        /// How many records there are.
        count: u32,
    },
    /// The tag index is beyond the last tag.
    #[error("no tag has index {index}")]
    NoSuchTag {
        /// The index given.
        index: u32,
    },
    /// Nothing of the kind can happen to this resource.
    #[error("this cannot happen to {resource:?}", resource = .resource.name())]
    NotPossible {
        /// The resource meant.
        resource: Resource,
    },
    /// Records are counted in 32 bits.
    #[error("{count} more {resource:?} are more than the simulator can hold", resource = .resource.name())]
    TooMany {
        /// The resource meant.
        resource: Resource,
        /// How many were to be added.
        count: u32,
    },
}
