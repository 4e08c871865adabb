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
mod gate;
mod knowledge;
mod limiter;
mod listing;
mod problem;
mod routes;
mod tickets;
mod version;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use crate::clock::Clock;
use crate::fault::FaultList;
use crate::paging::Scroll;
use crate::search::TotalCache;
use crate::stats::Tally;
use crate::workspace::{Draw, Kind, Workspace};

pub(crate) use connection::{Peer, ResettableListener};
pub(crate) use control::router;
use limiter::Limiter;

/// What requests share.
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    pub(crate) faults: FaultList,
    pub(crate) tally: Tally,
    workspace: RwLock<Workspace>,
    limiter: Limiter,
    scroll: Scroll,
    totals: TotalCache,
    listing: companies::Listing,
    token: String,
    latency: Duration,
    base_url: String,
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
            limiter: Limiter::new(settings.limit_per_window),
            scroll: Scroll::default(),
            totals: TotalCache::default(),
            listing: companies::Listing::default(),
            token: settings.token.clone(),
            latency: Duration::from_millis(settings.latency_ms),
            base_url,
            requests: AtomicU64::new(0),
        }
    }

    /// The workspace, to read.
    pub(crate) fn workspace(&self) -> RwLockReadGuard<'_, Workspace> {
        self.workspace.read().expect("no mutation panics")
    }

    /// The workspace, to change.
    pub(crate) fn workspace_mut(&self) -> RwLockWriteGuard<'_, Workspace> {
        self.workspace.write().expect("no mutation panics")
    }

    /// A request's own id.
    fn request_id(&self) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        Draw::new(0, Kind::Request, number, 0).uuid()
    }
}
