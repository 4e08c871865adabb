//! The HTTP side: what every request goes through, and the endpoints by family.

mod activity_logs;
mod call;
mod calls;
mod catalogue;
mod companies;
mod connection;
mod contacts;
mod control;
mod conversations;
mod custom_objects;
mod departures;
mod endpoints;
mod events;
mod exports;
mod gate;
mod heading;
mod knowledge;
mod limiter;
mod listing;
mod problem;
mod routes;
mod tickets;
mod version;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, RwLock, RwLockReadGuard};
use std::time::Duration;

use crate::clock::Clock;
use crate::fault::FaultList;
use crate::mutation::{Logged, Mutation, MutationError, Touched};
use crate::paging::Scroll;
use crate::search::TotalCache;
use crate::stats::Tally;
use crate::workspace::{Draw, Kind, Workspace};

pub(crate) use connection::{Peer, ResettableListener};
pub(crate) use control::router;
use exports::Jobs;
use limiter::Limiter;

/// What requests share.
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    pub(crate) faults: FaultList,
    pub(crate) tally: Tally,
    workspace: RwLock<Workspace>,
    log: Mutex<Vec<Logged>>,
    limiter: Limiter,
    scroll: Scroll,
    jobs: Jobs,
    totals: TotalCache,
    listing: companies::Listing,
    token: String,
    latency_ms: AtomicU64,
    base_url: String,
    scroll_ends_with_404: bool,
    host_skew_s: RwLock<Vec<i64>>,
    page_records_max: Option<u64>,
    requests: AtomicU64,
}

impl Shared {
    /// Everything at its beginning.
    pub(crate) fn new(
        workspace: Workspace,
        clock: Clock,
        settings: &crate::Settings,
        base_url: String,
    ) -> Shared {
        Shared {
            clock,
            faults: FaultList::default(),
            tally: Tally::default(),
            workspace: RwLock::new(workspace),
            log: Mutex::default(),
            limiter: Limiter::new(settings.limit_per_window),
            scroll: Scroll::default(),
            jobs: Jobs::default(),
            totals: TotalCache::default(),
            listing: companies::Listing::default(),
            token: settings.token.clone(),
            latency_ms: AtomicU64::new(settings.latency_ms),
            base_url,
            scroll_ends_with_404: settings.scroll_ends_with_404,
            host_skew_s: RwLock::new(settings.host_skew_s.clone()),
            page_records_max: settings.page_records_max,
            requests: AtomicU64::new(0),
        }
    }

    /// The workspace, to read.
    pub(crate) fn workspace(&self) -> RwLockReadGuard<'_, Workspace> {
        self.workspace.read().expect("no mutation panics")
    }

    /// Changes the workspace, now by the server's clock, and logs that.
    pub(crate) fn mutate(&self, mutation: Mutation) -> Result<Touched, MutationError> {
        let mut workspace = self.workspace.write().expect("no mutation panics");
        let at_s = self.clock.now_s();
        let touched = workspace.mutate(mutation.clone(), at_s)?;
        self.log.lock().expect("no holder of the log panics").push(Logged { at_s, mutation });
        Ok(touched)
    }

    /// The mutations so far, in order.
    pub(crate) fn log(&self) -> Vec<Logged> {
        self.log.lock().expect("no holder of the log panics").clone()
    }

    /// The workspace as it was after the first mutations, made anew from the beginning.
    pub(crate) fn workspace_after(&self, mutations: &[Logged]) -> Workspace {
        self.workspace().replayed(mutations)
    }

    /// Holds answers back from now on for this long.
    pub(crate) fn set_latency(&self, ms: u64) {
        self.latency_ms.store(ms, Ordering::Relaxed);
    }

    /// Search knows of changes from now on after this many seconds.
    pub(crate) fn set_index_lag(&self, seconds: u64) {
        self.workspace.write().expect("no mutation panics").set_index_lag(seconds);
    }

    /// The hosts' clocks are this far ahead from now on.
    pub(crate) fn set_host_skew(&self, skew_s: Vec<i64>) {
        *self.host_skew_s.write().expect("no holder of the skew panics") = skew_s;
    }

    /// How far the clock of the host that answers next is ahead.
    fn host_skew(&self) -> i64 {
        let skew_s = self.host_skew_s.read().expect("no holder of the skew panics");
        let turn = self.requests.load(Ordering::Relaxed) as usize;
        turn.checked_rem(skew_s.len()).map_or(0, |host| skew_s[host])
    }

    /// How long an answer is held back.
    fn latency(&self) -> Duration {
        Duration::from_millis(self.latency_ms.load(Ordering::Relaxed))
    }

    /// A request's own id.
    fn request_id(&self) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        Draw::new(0, Kind::Request, number, 0).uuid()
    }
}
