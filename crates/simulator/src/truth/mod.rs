//! The truth: how many of everything there are, and every document in full, whatever the API cuts or hides.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::Value;

use crate::document::Node;
use crate::resource::Resource;
use crate::server::Shared;
use crate::workspace::{ANCHOR_S, DATASETS, Dataset, Workspace};

mod counts;
mod documents;

pub use counts::Counts;
pub(crate) use documents::counted_segments;
use documents::documents_at;

/// Asks the simulator for the truth, of the moment it is asked or of an earlier one.
#[derive(Clone)]
pub struct Truth {
    source: Source,
}

/// Where the truth is found.
#[derive(Clone)]
enum Source {
    /// In the workspace as it is.
    Present(Arc<Shared>),
    /// In the workspace as it was.
    Past { workspace: Arc<Workspace>, at_s: i64 },
}

impl Source {
    /// Asks the workspace and the moment.
    fn ask<T>(&self, question: impl FnOnce(&Workspace, i64) -> T) -> T {
        match self {
            Source::Present(shared) => question(&shared.workspace(), shared.clock.now_s()),
            Source::Past { workspace, at_s } => question(workspace, *at_s),
        }
    }
}

impl Truth {
    /// Of the moment it is asked.
    pub(crate) fn new(shared: Arc<Shared>) -> Truth {
        Truth { source: Source::Present(shared) }
    }

    /// Of a moment: after all mutations up to the end of that second.
    pub(crate) fn at(shared: &Shared, at_s: i64) -> Truth {
        let log = shared.log();
        let count = log.partition_point(|logged| logged.at_s <= at_s);
        Truth::of_past(shared.workspace_after(&log[..count]), at_s)
    }

    /// Of the moment after the first mutations.
    pub(crate) fn after(shared: &Shared, mutations: usize) -> Truth {
        let log = shared.log();
        let first = &log[..mutations.min(log.len())];
        let at_s = first.last().map_or(ANCHOR_S, |logged| logged.at_s);
        Truth::of_past(shared.workspace_after(first), at_s)
    }

    fn of_past(workspace: Workspace, at_s: i64) -> Truth {
        Truth { source: Source::Past { workspace: Arc::new(workspace), at_s } }
    }

    /// Counts everything. Events and what hangs on conversations are generated for it, which takes some
    /// microseconds per record.
    pub fn counts(&self) -> Counts {
        self.source.ask(Counts::of)
    }

    /// The deliveries of messages sent on the whole days from that of one moment to that of another, epoch seconds; of
    /// what came of them, what happened on these days. Nothing and nobody is null, whatever the export writes for it.
    pub fn message_deliveries(&self, created_at_after: i64, created_at_before: i64) -> Vec<Value> {
        let rows =
            self.source.ask(|workspace, now| workspace.deliveries(created_at_after, created_at_before, now));
        rows.iter().map(Node::to_value).collect()
    }

    /// The reporting datasets with their attributes.
    pub fn reporting_datasets(&self) -> Vec<Value> {
        DATASETS.iter().map(|dataset| dataset.document().to_value()).collect()
    }

    /// The rows of a reporting dataset from one second to another, both included, by qualified id of the attribute, as
    /// version 2.16 exports them; none of a dataset that there is not.
    pub fn reporting_rows(&self, dataset: &str, start_time: i64, end_time: i64) -> Vec<Value> {
        let Some(dataset) = Dataset::with_id(dataset) else { return Vec::new() };
        let rows =
            self.source.ask(|workspace, _| workspace.reporting_rows(dataset, start_time, end_time, true));
        let named = |row: Vec<Option<String>>| {
            let names = dataset.attributes.iter().map(|attribute| attribute.qualified.to_owned());
            names.zip(row.into_iter().map(Value::from)).collect()
        };
        rows.into_iter().map(named).map(Value::Object).collect()
    }

    /// Every document of a resource, generated one after the other.
    pub fn documents(&self, resource: Resource) -> Documents {
        Documents { source: self.source.clone(), resource, next: 0, ready: VecDeque::new() }
    }
}

/// The documents of a resource.
pub struct Documents {
    source: Source,
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
            let (resource, position) = (self.resource, self.next);
            let documents =
                self.source.ask(|workspace, now| documents_at(workspace, resource, position, now));
            self.ready = documents?.into();
            self.next += 1;
        }
        self.ready.pop_front()
    }
}
