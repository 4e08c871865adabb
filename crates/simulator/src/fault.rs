//! Faults that a test can order, and the list of those still to happen. Several orders for the same path make a
//! pattern: each begins where the one before it is used up, so bursts are orders with a `skip` each.

use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use crate::mutation::Mutation;

/// One order: what goes wrong with which requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Requests whose path begins with this are meant; `/` means all.
    pub path_prefix: String,
    /// How many matching requests are answered rightly first.
    #[serde(default)]
    pub skip: u32,
    /// How many matching requests fail after those.
    pub times: u32,
    /// What goes wrong.
    pub kind: FaultKind,
}

/// What goes wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultKind {
    /// A proxy's HTML page with this HTTP status.
    Html {
        /// HTTP status of the page.
        status: u16,
    },
    /// HTTP 200 with nothing in it.
    EmptyBody,
    /// The right answer, cut off in the middle; its length header agrees with what is sent.
    Truncated,
    /// An `error.list` with this HTTP status and code.
    Status {
        /// HTTP status.
        code: u16,
        /// The `code` of the error, such as `server_error`.
        error_code: String,
    },
    /// The right answer, later.
    Delay {
        /// Extra time in milliseconds.
        ms: u64,
    },
    /// The connection is reset before a byte of the answer is sent.
    Reset,
    /// The right answer, but each record of its list has a member more, as when the API grows.
    NewMember {
        /// The member's name.
        name: String,
        /// The member's value.
        value: serde_json::Value,
    },
    /// The right answer, but the first records of its list are missing; what it says of their number stays.
    Fewer {
        /// How many are missing.
        records: u32,
    },
    /// The right answer, but the connection closes in the middle of it; its length header told of more.
    CutOff,
    /// The right answer, drop by drop.
    Drip {
        /// In how many pieces.
        pieces: u32,
        /// Milliseconds before each of them.
        pause_ms: u64,
    },
    /// 429 although the budget is not used up, with these texts as rate-limit headers, or without them.
    RateLimited {
        /// `X-RateLimit-Limit`.
        limit: Option<String>,
        /// `X-RateLimit-Remaining`.
        remaining: Option<String>,
        /// `X-RateLimit-Reset`, such as `-1` or `99999999999`.
        reset: Option<String>,
    },
    /// The right answer, with a `Date` header by a clock that is this far ahead.
    ClockAhead {
        /// Seconds; negative for a clock that is behind.
        seconds: i64,
    },
    /// Something changes in the workspace just before the request is answered, as when pages drift under a reader.
    Mutate {
        /// What changes; nothing does if it is not possible any more.
        mutation: Mutation,
    },
    /// The first page, whichever was asked for; so `next` leads to the same page for ever.
    SamePage,
    /// The open company scroll is gone before the request is answered.
    ScrollExpired,
    /// One more of the jobs that are started next fails, which may be the one that the request starts.
    JobFails,
    /// Other programs have all the jobs that may be pending from before the request is answered.
    JobTaken {
        /// For how many seconds.
        seconds: u32,
    },
    /// Another program has the company scroll from before the request is answered.
    ScrollTaken {
        /// For how many seconds.
        seconds: u32,
    },
}

/// Faults in the order they were given.
#[derive(Default)]
pub(crate) struct FaultList {
    pending: Mutex<Vec<Fault>>,
}

impl FaultList {
    /// Adds an order behind the others.
    pub(crate) fn add(&self, fault: Fault) {
        self.pending.lock().expect("no holder of the fault list panics").push(fault);
    }

    /// What happens to a request for `path`, if anything: the first order that matches counts it.
    pub(crate) fn strike(&self, path: &str) -> Option<FaultKind> {
        let mut pending = self.pending.lock().expect("no holder of the fault list panics");
        pending.retain(|fault| fault.times > 0);
        let fault = pending.iter_mut().find(|fault| path.starts_with(&fault.path_prefix))?;
        if fault.skip > 0 {
            fault.skip -= 1;
            return None;
        }
        fault.times -= 1;
        Some(fault.kind.clone())
    }
}
