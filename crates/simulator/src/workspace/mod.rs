//! The workspace: what there is, as small entries; and every document, generated when it is asked for.

mod additions;
mod attributes;
mod change;
mod companies;
mod contact_lists;
mod contacts;
mod conversation_details;
mod conversation_source;
mod conversations;
mod deliveries;
mod draw;
mod drift;
mod ends;
mod events;
mod identity;
mod labels;
mod membership;
mod notes;
mod part_events;
mod parts;
mod prose;
mod records;
mod register;
mod removal;
mod reporting;
mod selection;
mod teammates;
mod timeline;
mod vocabulary;

use std::collections::{BTreeSet, HashMap};

use jiff::tz::TimeZone;

use crate::mutation::Logged;

pub(crate) use companies::CompanyEntry;
pub(crate) use contacts::ContactEntry;
pub(crate) use conversations::{ConversationEntry, PARTS_MAX, State};
pub(crate) use deliveries::DELIVERY_COLUMNS;
pub(crate) use draw::{Draw, Kind};
pub(crate) use notes::Owner;
pub(crate) use records::{ACTIVITY_TYPES, Children, FAMILIES, Record};
pub(crate) use register::{Entry, Order, Register, Walk};
pub(crate) use reporting::{DATASETS, Dataset};
pub use timeline::ANCHOR_S;

use additions::Additions;
use drift::Drift;
use identity::Identity;
use labels::Removed;
use membership::Membership;
use records::Records;

/// How large the workspace is at the beginning.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) contacts: u32,
    pub(crate) companies: u32,
    pub(crate) conversations: u32,
    pub(crate) tickets: u32,
}

/// All that is known about the simulated workspace.
pub(crate) struct Workspace {
    seed: u64,
    zone: TimeZone,
    timezone: String,
    sizes: Sizes,
    identity: Identity,
    membership: Membership,
    pub(crate) contacts: Register<ContactEntry>,
    pub(crate) companies: Register<CompanyEntry>,
    pub(crate) conversations: Register<ConversationEntry>,
    /// All other records.
    records: Records,
    /// What mutations added to contacts.
    additions: HashMap<u32, Additions>,
    /// Contacts that mutations added to companies.
    company_joiners: HashMap<u32, Vec<u32>>,
    /// When replies came to conversations.
    replies: HashMap<u32, Vec<i64>>,
    /// The conversations that others were merged into, by the others' index.
    primaries: HashMap<u32, Vec<u32>>,
    /// Index and position of the parts that tell of it.
    merge_parts: BTreeSet<(u32, u32)>,
    /// Positions of parts that were emptied.
    redactions: HashMap<u32, BTreeSet<u32>>,
    renamed_tags: HashMap<u32, String>,
    removed: Removed,
    drift: Drift,
    index_lag_s: u64,
    /// Rises with every mutation.
    generation: u64,
}

impl Workspace {
    /// Generates the entries of a workspace.
    pub(crate) fn new(
        seed: u64,
        sizes: Sizes,
        zone: TimeZone,
        timezone: String,
        index_lag_s: u64,
    ) -> Workspace {
        let mut workspace = Workspace {
            seed,
            zone,
            timezone,
            sizes,
            identity: Identity::new(seed),
            membership: Membership::new(sizes.contacts, sizes.companies),
            contacts: Register::new(Vec::new(), index_lag_s),
            companies: Register::new(Vec::new(), 0),
            conversations: Register::new(Vec::new(), index_lag_s),
            records: Records::default(),
            additions: HashMap::new(),
            company_joiners: HashMap::new(),
            replies: HashMap::new(),
            primaries: HashMap::new(),
            merge_parts: BTreeSet::new(),
            redactions: HashMap::new(),
            renamed_tags: HashMap::new(),
            removed: Removed::default(),
            drift: Drift::default(),
            index_lag_s,
            generation: 0,
        };
        let companies = (0..sizes.companies).map(|index| workspace.generate_company(index)).collect();
        workspace.companies = Register::new(companies, 0);
        let contacts = (0..sizes.contacts).map(|index| workspace.generate_contact(index)).collect();
        workspace.contacts = Register::new(contacts, index_lag_s);
        let conversations =
            (0..sizes.conversations).map(|index| workspace.generate_conversation(index)).collect();
        workspace.conversations = Register::new(conversations, index_lag_s);
        workspace.records = workspace.generate_records(index_lag_s);
        workspace
    }

    /// The same workspace as it was after the first mutations of a log.
    pub(crate) fn replayed(&self, log: &[Logged]) -> Workspace {
        let (zone, timezone) = (self.zone.clone(), self.timezone.clone());
        let mut workspace = Workspace::new(self.seed, self.sizes, zone, timezone, self.index_lag_s);
        for logged in log {
            // What was carried out once can be carried out again on the same workspace.
            let repeated = workspace.mutate(logged.mutation.clone(), logged.at_s);
            debug_assert!(repeated.is_ok(), "{repeated:?}");
        }
        workspace
    }

    /// Search knows of changes from now on after this many seconds.
    pub(crate) fn set_index_lag(&mut self, index_lag_s: u64) {
        self.contacts.set_lag(index_lag_s);
        self.conversations.set_lag(index_lag_s);
        self.records.registers.values_mut().for_each(|register| register.set_lag(index_lag_s));
    }

    /// The time zone that cuts the days of contact search.
    pub(crate) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Rises with every mutation, so that counts can be kept until the next one.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// A stream of draws for one record of this workspace.
    pub(crate) fn draw(&self, kind: Kind, index: u32, step: u32) -> Draw {
        Draw::new(self.seed, kind, index.into(), step.into())
    }
}
