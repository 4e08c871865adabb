//! The truth: how many of everything there are, and every document in full, whatever the API cuts or hides.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::Value;

use crate::document::Node;
use crate::resource::Resource;
use crate::server::Shared;
use crate::workspace::{ANCHOR_S, Workspace};

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
