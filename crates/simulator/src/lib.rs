//! A seeded, faithful Intercom over real HTTP, with faults on demand and its own truth.
//!
//! [`Simulator::start`] binds a port of the local machine and answers as the Intercom REST API does, versions 2.11 to
//! 2.16 and Preview: the whole readable catalogue, its paging styles, day-granular contact search, cut lists,
//! rate-limit windows, error bodies and shapes. Every document is a pure function of the seed, its kind, its index and
//! its revision, so that a workspace of a million contacts needs only a small entry per record in memory and is the
//! same in every process.
//!
//! [`Mutation`]s create, change, delete and merge records and let the schema drift; who can see that is as the API
//! has it. Their log can tell the truth of every earlier moment, because a workspace is made anew from its beginning
//! and the first mutations. [`Fault`]s make answers fail, bodies break, scrolls expire and pages drift.
//!
//! Tests of other processes and languages find the same controls under `/_simulator/`: `GET truth`,
//! `GET truth/{resource}` (NDJSON), both also `?at_s=` or `?after=` for an earlier moment, `GET log`, `GET stats`,
//! `POST mutate`, `POST faults`, `POST clock`, `POST conduct`.
//!
//! What this crate does **not** know: any other crate of the project. It neither shares their code nor their
//! view of Intercom, so that what tests them cannot share their mistakes. It knows no table and no database.

mod clock;
mod document;
mod fault;
mod mutation;
mod paging;
mod resource;
mod search;
mod server;
mod settings;
mod simulator;
mod stats;
mod truth;
mod workspace;

pub use fault::{Fault, FaultKind};
pub use mutation::{
    Addition, AttributeType, Logged, Model, Mutation, MutationError, Removal, Selection, Touched,
};
pub use resource::Resource;
pub use settings::Settings;
pub use simulator::{Simulator, StartError};
pub use stats::{Stats, Window};
pub use truth::{Counts, Documents, Truth};
pub use workspace::ANCHOR_S;
