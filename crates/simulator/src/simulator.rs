//! Starting and stopping, and the controls a test in the same process uses.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::server::{self, Peer, ResettableListener, Shared};
use crate::workspace::{ANCHOR_S, Sizes, Workspace};
use crate::{Fault, Logged, Mutation, MutationError, Settings, Stats, Touched, Truth};

/// How long requests under way may take when the server is stopped.
const GRACE: Duration = Duration::from_secs(2);

/// Why a simulator does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The time zone is not known.
    #[error("unknown time zone {name:?}")]
    Timezone {
        /// The name given.
        name: String,
        /// What the time zone database says.
        #[source]
        source: jiff::Error,
    },
    /// More records than can be held.
    #[error("{count} {what} are more than the simulator can hold")]
    TooMany {
        /// The kind of record.
        what: &'static str,
        /// How many were asked for.
        count: u64,
    },
    /// The port cannot be listened on.
    #[error("cannot listen on port {port} of 127.0.0.1")]
    Bind {
        /// The port given.
        port: u16,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
}

/// A server that is running. Dropping it stops it, as does [`Simulator::stop`].
#[must_use = "a simulator that is dropped stops"]
pub struct Simulator {
    shared: Arc<Shared>,
    base_url: String,
    shutdown: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Simulator {
    /// Generates the workspace and serves it on 127.0.0.1, on the present tokio runtime.
    ///
    /// # Errors
    /// If the settings cannot be met or the port is taken.
    pub async fn start(settings: Settings) -> Result<Simulator, StartError> {
        let zone = TimeZone::get(&settings.timezone)
            .map_err(|source| StartError::Timezone { name: settings.timezone.clone(), source })?;
        let conversations = settings.conversations.unwrap_or(settings.contacts / 2);
        let sizes = Sizes {
            contacts: count("contacts", settings.contacts)?,
            companies: count("companies", settings.companies.unwrap_or(settings.contacts / 4))?,
            conversations: count("conversations", conversations)?,
            tickets: count("tickets", settings.tickets.unwrap_or(conversations / 5))?,
        };
        let bind = |source| StartError::Bind { port: settings.port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port)).await.map_err(bind)?;
        let base_url = format!("http://{}", listener.local_addr().map_err(bind)?);
        let timezone = settings.timezone.clone();
        let workspace = Workspace::new(settings.seed, sizes, zone, timezone, settings.index_lag_s);
        let clock = Clock::new(settings.clock, ANCHOR_S);
        let shared = Arc::new(Shared::new(workspace, clock, &settings, base_url.clone()));

        let (shutdown, stopped) = oneshot::channel();
        let app = server::router(Arc::clone(&shared)).into_make_service_with_connect_info::<Peer>();
        let serve = axum::serve(ResettableListener(listener), app).with_graceful_shutdown(async {
            // An error says that the simulator was dropped, which stops it as well.
            let _ = stopped.await;
        });
        let task = tokio::spawn(serve.into_future());
        Ok(Simulator { shared, base_url, shutdown, task })
    }

    /// Where it is served, such as `http://127.0.0.1:41234`, without a slash at the end.
    pub fn base_url(&self) -> String {
        self.base_url.clone()
    }

    /// What it was asked so far.
    pub fn stats(&self) -> Stats {
        self.shared.tally.stats()
    }

    /// What it holds.
    pub fn truth(&self) -> Truth {
        Truth::new(Arc::clone(&self.shared))
    }

    /// Changes the workspace, now by the server's clock.
    ///
    /// # Errors
    /// If a record meant does not exist; nothing has changed then.
    pub fn mutate(&self, mutation: Mutation) -> Result<Touched, MutationError> {
        self.shared.mutate(mutation)
    }

    /// The mutations so far, in order.
    pub fn log(&self) -> Vec<Logged> {
        self.shared.log()
    }

    /// What it held at a moment, epoch seconds: after all mutations of that second. The workspace is made anew from
    /// its beginning for it.
    pub fn truth_at(&self, at_s: i64) -> Truth {
        Truth::at(&self.shared, at_s)
    }

    /// What it held right after the first mutations of its log.
    pub fn truth_after(&self, mutations: usize) -> Truth {
        Truth::after(&self.shared, mutations)
    }

    /// Holds answers back from now on for this many milliseconds.
    pub fn set_latency(&self, ms: u64) {
        self.shared.set_latency(ms);
    }

    /// The clocks of the hosts behind the address are this many seconds ahead from now on; they answer in turn.
    pub fn set_host_skew(&self, skew_s: Vec<i64>) {
        self.shared.set_host_skew(skew_s);
    }

    /// Search knows of changes from now on after this many seconds.
    pub fn set_index_lag(&self, seconds: u64) {
        self.shared.set_index_lag(seconds);
    }

    /// Orders a fault.
    pub fn inject(&self, fault: Fault) {
        self.shared.faults.add(fault);
    }

    /// Moves the server's clock forward.
    pub fn advance_clock(&self, seconds: u64) {
        self.shared.clock.advance(seconds);
    }

    /// The server's clock, in epoch seconds.
    pub fn now_s(&self) -> i64 {
        self.shared.clock.now_s()
    }

    /// Stops accepting connections and waits a moment for requests under way.
    pub async fn stop(self) {
        drop(self.shutdown);
        // Whoever is still connected after the grace is cut off; the server is stopping, so that is no failure.
        let _ = tokio::time::timeout(GRACE, self.task).await;
    }

    /// Serves for as long as the caller waits; dropping the future stops the server.
    ///
    /// # Errors
    /// If the server ends by itself.
    pub async fn wait(self) -> std::io::Result<()> {
        let _shutdown = self.shutdown;
        self.task.await.map_err(std::io::Error::other)?
    }
}

/// Records are numbered in 32 bits.
fn count(what: &'static str, count: u64) -> Result<u32, StartError> {
    u32::try_from(count).map_err(|_| StartError::TooMany { what, count })
}
