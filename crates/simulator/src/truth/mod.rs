//! The truth: how many of everything there are, and every document in full, whatever the API cuts or hides.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::Value;

use crate::document::Node;
use crate::resource::Resource;
use crate::server::Shared;

mod counts;
mod documents;

pub use counts::Counts;
pub(crate) use documents::counted_segments;
use documents::documents_at;

/// Asks the simulator for the truth; it always answers for the moment it is asked.
#[derive(Clone)]
pub struct Truth {
    shared: Arc<Shared>,
}

impl Truth {
    pub(crate) fn new(shared: Arc<Shared>) -> Truth {
        Truth { shared }
    }

    /// Counts everything. Events and what hangs on conversations are generated for it, which takes some
    /// microseconds per record.
    pub fn counts(&self) -> Counts {
        Counts::of(&self.shared.workspace(), self.shared.clock.now_s())
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
