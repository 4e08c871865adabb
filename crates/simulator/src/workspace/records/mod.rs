//! Records of the collections beside contacts, companies and conversations: one small entry for all of them, kept
//! in a register per collection, and a document that is a function of seed, collection, index and revision.

mod activity_logs;
mod articles;
mod automation;
mod calls;
mod custom_objects;
mod families;
mod handling;
mod help_centers;
mod identities;
mod knowledge;
mod news;
mod office;
mod office_hours;
mod ticket_parts;
mod ticket_types;
mod tickets;

use std::collections::{BTreeMap, HashMap};

use super::Workspace;
use super::draw::{Draw, Kind};
use super::register::{Entry, Register};
use super::timeline;
use crate::document::Node;
use crate::resource::Resource;

pub(crate) use activity_logs::ACTIVITY_TYPES;
pub(crate) use families::{FAMILIES, Family};

/// The small state of a record; all that is not said here is drawn.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    created_at: i64,
    updated_at: i64,
    /// How often it was changed.
    pub(super) revision: u32,
}

impl Record {
    /// A record created at this moment.
    pub(super) fn new(created_at: i64) -> Record {
        Record { created_at, updated_at: created_at, revision: 0 }
    }
}

impl Entry for Record {
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

/// What hangs on the record with an index, generated as a whole.
pub(crate) type Children = fn(&Workspace, u32) -> Vec<Node>;

/// The registers of all collections, and when mutations changed records.
#[derive(Default)]
pub(super) struct Records {
    pub(super) registers: BTreeMap<Resource, Register<Record>>,
    pub(super) revised_at: HashMap<(Resource, u32), Vec<i64>>,
    /// Types of log entries that mutations wrote.
    pub(super) logged: HashMap<u32, &'static str>,
}

impl Workspace {
    /// The registers a workspace begins with. Search knows of changes only after the lag.
    pub(super) fn generate_records(&self, index_lag_s: u64) -> Records {
        let registers = FAMILIES.iter().map(|family| {
            let count = (family.count)(&self.sizes);
            let entries = (0..count).map(|index| self.generate_record(family.resource, index, count));
            (family.resource, Register::new(entries.collect(), index_lag_s))
        });
        Records { registers: registers.collect(), ..Records::default() }
    }

    fn generate_record(&self, resource: Resource, index: u32, count: u32) -> Record {
        let created_at = timeline::created_at(index.into(), count.into());
        let mut draw = self.record_draw(resource, index, 0);
        Record { created_at, updated_at: timeline::updated_at(created_at, &mut draw), revision: 0 }
    }

    /// The records of a collection; none if it is kept in another way.
    pub(crate) fn records(&self, resource: Resource) -> Option<&Register<Record>> {
        self.records.registers.get(&resource)
    }

    /// The tickets, which alone of these can be searched.
    pub(crate) fn tickets(&self) -> &Register<Record> {
        &self.records.registers[&Resource::Tickets]
    }

    /// How many records of a collection there are.
    pub(crate) fn record_count(&self, resource: Resource) -> u32 {
        self.records(resource).map_or(0, Register::living)
    }

    /// A record in full, as its entry says.
    pub(crate) fn record(&self, resource: Resource, index: u32, entry: &Record) -> Node {
        let Some(family) = Family::of(resource) else { return Node::Null };
        let mut document = (family.document)(self, index, entry);
        let updated_at = (resource != Resource::ActivityLogs).then_some(entry.updated_at);
        self.show_late_fields(resource, updated_at, &mut document);
        document
    }

    /// All records of a collection in full, in order of creation.
    pub(crate) fn whole_records(&self, resource: Resource) -> Vec<Node> {
        let entries = self.records(resource).into_iter().flat_map(Register::iter);
        entries.map(|(index, entry)| self.record(resource, index, entry)).collect()
    }

    /// A stream of draws for a record; step 0 draws its entry.
    pub(in crate::workspace) fn record_draw(&self, resource: Resource, index: u32, step: u32) -> Draw {
        Draw::new(self.seed, Kind::Record, (resource as u64) << 32 | u64::from(index), step.into())
    }

    /// When mutations changed a record, oldest first.
    pub(super) fn revised_at(&self, resource: Resource, index: u32) -> &[i64] {
        self.records.revised_at.get(&(resource, index)).map_or(&[], Vec::as_slice)
    }

    /// When a record was last changed before any mutation.
    fn settled_at(&self, resource: Resource, index: u32, entry: &Record) -> i64 {
        timeline::updated_at(entry.created_at, &mut self.record_draw(resource, index, 0))
            .max(entry.created_at)
    }

    /// The id of a drawn record, among those the workspace began with.
    fn drawn_id(&self, resource: Resource, draw: &mut Draw) -> Option<String> {
        let count = Family::of(resource).map_or(0, |family| (family.count)(&self.sizes));
        let index = draw.below(count.into()) as u32;
        (count > 0).then(|| self.record_id(resource, index))
    }

    /// A contact among those the workspace began with, early ones more often.
    fn drawn_contact(&self, draw: &mut Draw) -> Option<u32> {
        let share = draw.unit();
        let index = (f64::from(self.sizes.contacts) * share * share) as u32;
        (self.sizes.contacts > 0).then_some(index)
    }
}

/// A text that shows how often it was changed.
fn edited(text: String, entry: &Record) -> String {
    if entry.revision == 0 { text } else { format!("{text} ({})", entry.revision) }
}

/// ISO text as macros, connectors and some calls print it.
fn iso(at_s: i64, format: &str) -> String {
    jiff::Timestamp::from_second(at_s).unwrap_or(jiff::Timestamp::MAX).strftime(format).to_string()
}
