//! What happens in a run, as typed events. Terminal, JSON lines and run history are consumers of the same events.
//!
//! The last event of a run is [`RunEvent::RunFinished`] or [`RunEvent::RunFailed`]. A run that goes wrong returns its error
//! here; whoever started it tells of it, as it alone knows what the error means to the outside.
//!
//! The last event of a verification is [`RunEvent::VerifyFinished`].
//!
//! Events carry names, counts, ids of journal entries and durations; never a value of a document.

use crate::report::RunReport;
use crate::verify::{Finding, ResourceProof, VerifyReport};
use serde::Serialize;

/// Version of the event stream; it grows when an event or member changes its meaning or goes.
pub const STREAM_VERSION: u32 = 1;

/// How far one request has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestStage {
    /// It is being sent.
    Reading,
    /// It was answered, and the answer is being written to the journal.
    Journalling,
    /// The answer is in the journal.
    Journalled,
}

/// How far a load has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadStage {
    /// All documents are looked at, to see which tables they make together.
    Surveying,
    /// Documents are being shredded.
    Shredding,
    /// Rows are being handed to the destination.
    Loading,
    /// All rows are there; the destination commits.
    Committing,
    /// It is durable.
    Committed,
}

/// One event of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RunEvent {
    /// The run knows its workspace and destination and begins.
    RunStarted {
        /// [`STREAM_VERSION`].
        stream_version: u32,
        /// The workspace's code.
        workspace: String,
        /// The workspace's name.
        workspace_name: String,
        /// The destination in words, or several.
        destination: String,
        /// Whether an earlier run left work that goes on.
        resumed: bool,
    },
    /// A request of a feed.
    Request {
        /// The feed.
        feed: String,
        /// Its resource.
        resource: String,
        /// How far it is.
        stage: RequestStage,
    },
    /// How far reading a resource is.
    Progress {
        /// The resource.
        resource: String,
        /// Records read so far in this run.
        records: u64,
        /// Records expected in all, where known.
        total: Option<u64>,
        /// Records whose own request is still to be made.
        waiting: u64,
    },
    /// A resource has been read.
    ResourceRead {
        /// The resource.
        resource: String,
        /// Records read in this run.
        records: u64,
    },
    /// A resource (or one feed of it) is left out of this run.
    Skipped {
        /// The feed.
        feed: String,
        /// Its resource.
        resource: String,
        /// Why, and what would change it.
        reason: String,
    },
    /// Reading stands still for a reason worth telling.
    Waiting {
        /// For what.
        reason: String,
        /// For how long at most, in seconds.
        seconds: u64,
    },
    /// A load.
    Load {
        /// The destination in words.
        destination: String,
        /// First journal entry in it.
        from: i64,
        /// Last journal entry in it.
        to: i64,
        /// How far it is.
        stage: LoadStage,
        /// Rows it brings, once known.
        rows: Option<u64>,
    },
    /// The run goes on without one of several destinations.
    Undelivered {
        /// The destination in words.
        destination: String,
        /// Why.
        error: String,
    },
    /// The run is over. Nothing follows.
    RunFinished {
        /// What it did.
        report: RunReport,
    },
    /// A verification knows its workspace and destination and begins.
    VerifyStarted {
        /// [`STREAM_VERSION`].
        stream_version: u32,
        /// The workspace's code.
        workspace: String,
        /// The workspace's name.
        workspace_name: String,
        /// The destination in words.
        destination: String,
        /// What chooses the sample.
        seed: u64,
        /// How many records of each resource are fetched anew.
        sample: u64,
    },
    /// Something is wrong in the tables.
    Finding {
        /// What.
        finding: Finding,
    },
    /// A resource was held against the tables.
    ResourceVerified {
        /// The resource.
        resource: String,
        /// What came of it.
        proof: ResourceProof,
    },
    /// The verification is over. Nothing follows, unless what was found is mended: then runs that mend, and another one.
    VerifyFinished {
        /// What it found.
        report: VerifyReport,
    },
    /// A run that mends what a verification found is over.
    Repaired {
        /// What it did.
        report: RunReport,
    },
    /// The run ended early, or could not begin: then this is the only event. Nothing follows.
    RunFailed {
        /// [`STREAM_VERSION`].
        stream_version: u32,
        /// The code the program ends with.
        code: u8,
        /// What went wrong.
        what: String,
        /// Why, the nearest cause first.
        causes: Vec<String>,
        /// What to do about it, where there is something to do.
        hint: Option<String>,
    },
}

/// Somebody who is told what happens. Called from several threads; must be quick.
pub trait Observer: Send + Sync {
    /// Takes one event.
    fn event(&self, event: &RunEvent);
}

/// An observer that does not care.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn event(&self, _event: &RunEvent) {}
}
