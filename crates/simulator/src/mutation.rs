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
    /// An index beyond the last record.
    #[error("no {resource:?} has index {index}, there are {count}", resource = .resource.name())]
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
    /// Records are counted in 32 bits.
    #[error("{count} more {resource:?} are more than the simulator can hold", resource = .resource.name())]
    TooMany {
        /// The resource meant.
        resource: Resource,
        /// How many were to be added.
        count: u32,
    },
}
