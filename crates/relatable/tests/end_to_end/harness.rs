//! A simulated workspace, a folder for what a run leaves, and runs of the pipeline from one into the other.

use crate::client::Client;
use crate::secrets;
use relatable_intercom::clock::{Clock, SystemClock};
use relatable_model::rules::Rules;
use relatable_pipeline::event::{Observer, RunEvent, Unobserved};
use relatable_pipeline::report::RunReport;
use relatable_pipeline::{PipelineError, ReadingSettings, Retention, Since, SyncSettings, sync};
use relatable_simulator::{Settings, Simulator};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex};

/// Requests per window that keep a test from waiting for the rate limit.
pub(crate) const UNLIMITED: u32 = 10_000_000;

/// A folder that goes with the test, and what runs leave in it.
pub(crate) struct Site {
    folder: tempfile::TempDir,
    /// The destination's scheme: `sqlite`, `duckdb`, `mysql` or `postgres`.
    scheme: &'static str,
}

impl Site {
    pub(crate) fn new(scheme: &'static str) -> Site {
        Site { folder: tempfile::tempdir().unwrap(), scheme }
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The database's file.
    pub(crate) fn database(&self) -> PathBuf {
        self.file("tables.db")
    }

    /// The journal's file.
    pub(crate) fn journal(&self) -> PathBuf {
        self.file("journal")
    }

    pub(crate) fn uri(&self) -> String {
        match self.scheme {
            #[cfg(feature = "mysql")]
            "mysql" => crate::mysql::Database::of(&self.database()).uri(),
            #[cfg(feature = "postgres")]
            "postgres" => crate::postgres::Schema::of(&self.database()).uri(),
            scheme => format!("{scheme}:{}", self.database().display()),
        }
    }

    /// A plain client of the database.
    pub(crate) fn client(&self) -> Client {
        Client::open(self.scheme, &self.database())
    }
}

/// How a run differs from the plain one.
#[derive(Default, Clone)]
pub(crate) struct Options {
    pub(crate) sweep: bool,
    pub(crate) accept_deletions: bool,
    pub(crate) since: Vec<Since>,
    pub(crate) select: Option<Vec<String>>,
    /// Feeds that are read only where they are asked for by their names.
    pub(crate) also: &'static [&'static str],
    /// Types of custom objects that no attribute points at.
    pub(crate) object_types: &'static [&'static str],
    /// The user's rules, as TOML.
    pub(crate) rules: Option<String>,
    pub(crate) share_percent: Option<u32>,
    /// The version of the API; 2.16 unless given.
    pub(crate) version: Option<&'static str>,
    /// The machine's clock unless given.
    pub(crate) clock: Option<Arc<dyn Clock>>,
}

/// The curated rules with a user's over them.
pub(crate) fn rules(user: Option<&str>) -> Rules {
    static CURATED: LazyLock<Rules> = LazyLock::new(|| relatable_intercom::models::curated().unwrap());
    let curated = CURATED.clone();
    match user {
        Some(text) => curated.overlay(Rules::parse(text, "user.toml").unwrap(), "user.toml").unwrap(),
        None => curated,
    }
}

/// One run with everything as a user has it.
pub(crate) async fn run(
    simulator: &Simulator,
    site: &Site,
    options: Options,
) -> Result<RunReport, PipelineError> {
    run_observed(simulator, site, options, Arc::new(Unobserved)).await
}

/// One run, watched.
pub(crate) async fn run_observed(
    simulator: &Simulator,
    site: &Site,
    options: Options,
    observer: Arc<dyn Observer>,
) -> Result<RunReport, PipelineError> {
    let settings = settings(&simulator.base_url(), site.journal(), options);
    let destination = relatable_destinations::uri::open(&site.uri()).unwrap();
    let searched = Arc::new(Searched::new(observer));
    let outcome = sync(settings, destination, searched.clone()).await;
    searched.search(&secrets::people(simulator), &outcome);
    outcome
}

/// An observer of events that are searched for what no run may tell.
pub(crate) struct Searched {
    observer: Arc<dyn Observer>,
    told: Mutex<String>,
}

impl Searched {
    pub(crate) fn new(observer: Arc<dyn Observer>) -> Searched {
        Searched { observer, told: Mutex::default() }
    }

    /// Searches all that a run told, and how it ended, for the token and for these people.
    #[track_caller]
    pub(crate) fn search(&self, people: &BTreeSet<String>, outcome: &impl std::fmt::Debug) {
        search_told(&format!("{}{outcome:?}", self.told.lock().unwrap()), people);
    }
}

/// Searches what was told for the token and for these people.
#[track_caller]
pub(crate) fn search_told(told: &str, people: &BTreeSet<String>) {
    assert!(!told.contains(&Settings::default().token), "the token was told: {told}");
    secrets::search(&["sync"], "", told);
    let person = people.iter().find(|person| told.contains(*person));
    assert_eq!(person, None, "was told: {told}");
}

impl Observer for Searched {
    fn event(&self, event: &RunEvent) {
        use std::fmt::Write;
        writeln!(self.told.lock().unwrap(), "{event:?}").unwrap();
        self.observer.event(event);
    }
}

/// A run's settings, as a user has them.
pub(crate) fn settings(base_url: &str, journal: PathBuf, options: Options) -> SyncSettings {
    SyncSettings {
        client: relatable_intercom::Settings {
            base_url: base_url.to_owned(),
            token: Settings::default().token.into(),
            version: options.version.unwrap_or("2.16").to_owned(),
            share_percent: options.share_percent.unwrap_or(80),
            requests_max: None,
            connections: 24,
        },
        rules: rules(options.rules.as_deref()),
        journal,
        curated: rules(None),
        salt: None,
        reading: ReadingSettings {
            select: options.select,
            also: options.also.iter().map(|name| (*name).to_owned()).collect(),
            object_types: options.object_types.iter().map(|name| (*name).to_owned()).collect(),
            sweep: options.sweep,
            accept_deletions: options.accept_deletions,
            since: options.since,
            ..ReadingSettings::default()
        },
        retention: Retention::Forever,
        clock: options.clock.unwrap_or_else(|| Arc::new(SystemClock)),
    }
}
