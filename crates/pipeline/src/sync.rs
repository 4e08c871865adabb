//! A whole run: reading and loading side by side, joined by the journal.

use crate::error::PipelineError;
use crate::event::{Observer, RunEvent, STREAM_VERSION};
use crate::extract::{Asking, Extraction, Plan, Signal, SweepAges};
use crate::forget::forgotten;
use crate::history::{SINCE_CURSOR, Since, bounds, check_bounds};
use crate::load::{Loader, remembered};
use crate::readiness::{check_destination, check_workspace};
use crate::remembrance::{remembered_rules, to_remember};
use crate::report::RunReport;
use crate::retention::Retention;
use crate::shred::{ModelState, with_whole_lists};
use relatable_destinations::package::Checkpoint;
use relatable_destinations::{Destination, DestinationError};
use relatable_intercom::attributes::{AttributeDefinition, attribute_rules};
use relatable_intercom::catalogue::Feed;
use relatable_intercom::clock::Clock;
use relatable_intercom::workspace::Workspace;
use relatable_intercom::{Client, Settings};
use relatable_journal::Journal;
use relatable_model::protect::{Protections, Salt};
use relatable_model::rules::Rules;
use std::collections::HashSet;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::oneshot;

/// Bytes of answers after which a load begins while reading goes on.
const LOAD_FROM_BYTES: usize = 8 * 1024 * 1024;
/// Time after which a load begins while reading goes on, in seconds.
const LOAD_FROM_S: i64 = 10;

/// What of a workspace is read; by default everything that costs little, and what changed rather than all of it.
#[derive(Debug, Clone, Default)]
pub struct ReadingSettings {
    /// Resources to read; all by default.
    pub select: Option<Vec<String>>,
    /// Resources and feeds that are read although they cost much.
    pub also: Vec<String>,
    /// Whether complete readings are due whatever their age.
    pub sweep: bool,
    /// How old complete readings may become.
    pub sweeps: SweepAges,
    /// Since when history is read: of one resource, or of all that have a history; `None` for all of it.
    pub since: Vec<Since>,
    /// Types of custom objects, beside those that attributes point at.
    pub object_types: Vec<String>,
    /// Whether any number of records may be gone.
    pub accept_deletions: bool,
}

/// What to read, and how.
#[derive(Clone)]
pub struct SyncSettings {
    /// The connection to the workspace.
    pub client: Settings,
    /// The curated rules with the user's laid over them.
    pub rules: Rules,
    /// The curated rules alone, to be remembered beside them.
    pub curated: Rules,
    /// The journal's file.
    pub journal: PathBuf,
    /// What of the workspace is read.
    pub reading: ReadingSettings,
    /// How long the journal keeps what is loaded.
    pub retention: Retention,
    /// What goes into the hashes of protected values.
    pub salt: Option<Salt>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// Reads a workspace into a destination and returns when both are at rest.
///
/// What is loaded when it fails stays, and the next run goes on where this one stopped: every answer received is in the
/// journal, and a load is all or nothing.
///
/// # Errors
/// [`PipelineError`]. Before anything is written: a destination that cannot be used (and then no request is sent), a
/// token that is not accepted, another workspace than the destination's, rules that do not fit, a journal that belongs
/// elsewhere.
pub async fn sync(
    settings: SyncSettings,
    mut destination: Box<dyn Destination>,
    observer: Arc<dyn Observer>,
) -> Result<RunReport, PipelineError> {
    let began = settings.clock.now();
    let resources = selected(&settings.rules, &settings.reading)?;
    let reading = settings.reading.clone();
    check_bounds(&reading.since)?;
    let protections = Protections::new(&settings.rules, settings.salt.as_ref())?;
    let stored = check_destination(destination.as_mut(), &settings.rules)?;
    let protections = protections.forgetting(forgotten(destination.as_mut())?);
    let client =
        Client::new(&settings.client, settings.clock.clone()).map_err(read_error("the workspace"))?;
    let workspace = client.workspace().await.map_err(read_error("the workspace"))?;
    check_workspace(destination.as_ref(), stored.as_ref(), &workspace.id)?;
    let journal = open_journal(&settings, &workspace.id)?;
    // A run with the wrong journal must not take the destination from one that is under way.
    if let Some(stored) = destination.checkpoint().map_err(destination_error("inspect"))? {
        check_journal(&journal, &stored)?;
    }
    let mut checkpoint =
        destination.claim(&workspace.id, &journal_name(&journal)).map_err(destination_error("claim"))?;
    let is_new = check_journal(&journal, &checkpoint)?;
    journal.raise(checkpoint.seq);
    if !is_new {
        checkpoint.journal = journal_name(&journal);
    }
    tell_start(&observer, &workspace, destination.as_ref(), journal.settled() > 0 && !is_new);
    let low_water = checkpoint.low_water.clone();
    let of_journal =
        journal.cursor(SINCE_CURSOR).map_err(|cause| PipelineError::Journal { step: "read", cause })?;
    let since = bounds(&reading.since, of_journal.as_deref(), &low_water);
    let memory = remembered(destination.as_mut()).map_err(destination_error("inspect"))?;
    let models = to_remember(&remembered_rules(destination.as_mut())?, &settings.rules, &settings.curated);
    let model = ModelState::new(with_whole_lists(settings.rules), memory)?;
    let mut loader = Loader::new(
        destination,
        journal.clone(),
        checkpoint,
        model,
        observer.clone(),
        settings.clock.clone(),
    );
    loader.remember_models(models);
    loader.limit_history(since.clone());
    loader.keep_loaded(settings.retention);
    loader.ask_for_absent(client.version());
    let (ask, asking) = unbounded_channel();
    loader.ask_for_definitions(ask);
    if is_new {
        if loader.position() > 0 || !low_water.is_empty() {
            journal.mark_partial().map_err(|cause| PipelineError::Journal { step: "write", cause })?;
        }
        loader.adopt_journal()?;
    }
    let has_unloaded = journal.settled() > loader.position();
    let (signals, received) = channel();
    let extraction = Extraction::new(Plan {
        client,
        journal: journal.clone(),
        clock: settings.clock.clone(),
        observer: observer.clone(),
        signals,
        resources,
        also: reading.also.into_iter().collect(),
        sweep: reading.sweep,
        sweeps: reading.sweeps,
        since,
        workspace: workspace.id,
        object_types: reading.object_types,
        accept_deletions: reading.accept_deletions,
        hands: settings.client.connections,
        low_water,
        has_unloaded,
        protections,
    });
    let loading = LoadThread::start(loader, journal, received, settings.clock.clone())?;
    let report = read_and_load(extraction, loading, asking).await?;
    let seconds = settings.clock.now().duration_since(began).as_secs_f64();
    let report = RunReport { seconds, ..report };
    observer.event(&RunEvent::RunFinished { report: report.clone() });
    Ok(report)
}

/// The journal of a run.
fn open_journal(settings: &SyncSettings, workspace: &str) -> Result<Journal, PipelineError> {
    let opened_at_us = settings.clock.now().as_microsecond();
    let opened = Journal::open(&settings.journal, workspace, opened_at_us);
    opened.map_err(|cause| PipelineError::Journal { step: "open", cause })
}

/// Reads until everything is in the journal, loads until everything is in the destination; the first error ends both,
/// after what is in the journal has been loaded.
async fn read_and_load(
    extraction: Extraction,
    mut loading: LoadThread,
    asking: UnboundedReceiver<Asking>,
) -> Result<RunReport, PipelineError> {
    // The loader may ask until it is done.
    let mut explaining = pin!(extraction.explain(asking));
    let reading = tokio::select! {
        reading = extraction.run() => reading,
        _ = &mut loading.over => Ok(()),
        never = &mut explaining => match never {},
    };
    let traffic = extraction.client().traffic();
    let mut report = RunReport {
        records: extraction.records(),
        requests: traffic.requests,
        refused: traffic.refused,
        received_bytes: traffic.received_bytes,
        skipped: extraction.skipped(),
        forgotten: extraction.forgotten(),
        incomplete: extraction.incomplete_readings(),
        ..RunReport::default()
    };
    extraction.rest().await;
    // Without a sender the loader loads what is there and ends.
    extraction.hang_up();
    let loader = tokio::select! {
        loader = loading.join() => loader,
        never = &mut explaining => match never {},
    };
    reading?;
    loader?.report(&mut report);
    Ok(report)
}

/// The loader on its own thread.
struct LoadThread {
    thread: JoinHandle<Result<Loader, PipelineError>>,
    over: oneshot::Receiver<()>,
}

impl LoadThread {
    fn start(
        loader: Loader,
        journal: Journal,
        signals: Receiver<Signal>,
        clock: Arc<dyn Clock>,
    ) -> Result<LoadThread, PipelineError> {
        let (sender, over) = oneshot::channel();
        let work = move || {
            let ended = load(loader, &journal, &signals, clock.as_ref());
            drop(sender);
            ended
        };
        let spawned = std::thread::Builder::new().name("loader".to_owned()).spawn(work);
        let thread = spawned.map_err(|_| PipelineError::Internal { part: "loader" })?;
        Ok(LoadThread { thread, over })
    }

    /// Waits until the thread has ended and let go of the journal and, if it failed, of the destination.
    async fn join(mut self) -> Result<Loader, PipelineError> {
        if !self.over.is_terminated() {
            drop((&mut self.over).await);
        }
        // All that is left to it is to return.
        self.thread.join().unwrap_or(Err(PipelineError::Internal { part: "loader" }))
    }
}

/// Loads what comes into the journal until reading is over.
fn load(
    mut loader: Loader,
    journal: &Journal,
    signals: &Receiver<Signal>,
    clock: &dyn Clock,
) -> Result<Loader, PipelineError> {
    let mut pending_bytes = 0;
    let mut last_s = clock.now().as_second();
    let mut prepared = false;
    while let Ok(signal) = signals.recv() {
        match signal {
            Signal::Appended(bytes) => pending_bytes += bytes,
            Signal::Attributes(bodies) => {
                loader.add_rules(&attribute_rules(&definitions(&bodies)))?;
                prepared = true;
            }
            Signal::Search(search) => {
                loader.search(search)?;
                pending_bytes = 0;
            }
            Signal::Doubted(doubted) => {
                loader.doubted(doubted)?;
                pending_bytes = 0;
            }
            Signal::Noted(issue) => loader.note(issue),
            Signal::Finished(low_water) => {
                loader.load_up_to(journal.settled())?;
                loader.finish(low_water)?;
                loader.prune_and_give_back()?;
                return Ok(loader);
            }
        }
        let due = pending_bytes >= LOAD_FROM_BYTES || clock.now().as_second() - last_s >= LOAD_FROM_S;
        if prepared && due && pending_bytes > 0 {
            loader.load_up_to(journal.settled())?;
            loader.prune()?;
            pending_bytes = 0;
            last_s = clock.now().as_second();
        }
    }
    if prepared {
        loader.load_up_to(journal.settled())?;
        loader.prune_and_give_back()?;
    }
    Ok(loader)
}

/// The definitions in the answers of the attribute feeds.
pub(crate) fn definitions(bodies: &[Arc<Vec<u8>>]) -> Vec<AttributeDefinition> {
    #[derive(serde::Deserialize)]
    struct List {
        data: Vec<serde_json::Value>,
    }
    let lists = bodies.iter().filter_map(|body| serde_json::from_slice::<List>(body).ok());
    lists.flat_map(|list| list.data).filter_map(|value| serde_json::from_value(value).ok()).collect()
}

/// The resources to read.
pub(crate) fn selected(rules: &Rules, reading: &ReadingSettings) -> Result<HashSet<String>, PipelineError> {
    let known: Vec<&str> = rules.resources.keys().map(String::as_str).collect();
    let also = reading.also.iter();
    let is_known = |name: &&String| known.contains(&name.as_str()) || Feed::named(name).is_some();
    if let Some(name) = also.clone().find(|name| !is_known(name)) {
        return Err(PipelineError::UnknownResource { name: name.clone(), known: known.join(", ") });
    }
    let Some(select) = &reading.select else {
        let is_afforded =
            |name: &&str| !Feed::has_cost(name) || also.clone().any(|also| also.as_str() == *name);
        return Ok(known.iter().filter(|name| is_afforded(name)).map(|name| (*name).to_owned()).collect());
    };
    match select.iter().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(PipelineError::UnknownResource { name: name.clone(), known: known.join(", ") }),
        None => Ok(select.iter().cloned().collect()),
    }
}

/// How a checkpoint names a journal: by its id, and for people by where it is.
pub(crate) fn journal_name(journal: &Journal) -> String {
    format!("{} {}", journal.id(), journal.path().display())
}

/// Checks that journal and checkpoint belong together; `true` for a new journal that takes over.
fn check_journal(journal: &Journal, checkpoint: &Checkpoint) -> Result<bool, PipelineError> {
    let stored = journal.settled();
    let (id, path) = checkpoint.journal.split_once(' ').unwrap_or((&checkpoint.journal, ""));
    if id != journal.id() {
        return if stored == 0 || checkpoint.seq == 0 && checkpoint.low_water.is_empty() {
            Ok(true)
        } else {
            let journal = journal.path().display().to_string();
            Err(PipelineError::OtherJournal { journal, other: path.to_owned() })
        };
    }
    if stored < checkpoint.seq {
        return Err(PipelineError::JournalBehind { journal: stored, checkpoint: checkpoint.seq });
    }
    Ok(false)
}

fn tell_start(
    observer: &Arc<dyn Observer>,
    workspace: &Workspace,
    destination: &dyn Destination,
    resumed: bool,
) {
    observer.event(&RunEvent::RunStarted {
        stream_version: STREAM_VERSION,
        workspace: workspace.id.clone(),
        workspace_name: workspace.name.clone(),
        destination: destination.describe(),
        resumed,
    });
}

/// An error of the destination at a step.
fn destination_error(step: &'static str) -> impl Fn(DestinationError) -> PipelineError {
    move |cause| PipelineError::Destination { step, cause }
}

/// An error of reading `what`.
fn read_error(what: &'static str) -> impl Fn(relatable_intercom::ClientError) -> PipelineError {
    move |cause| PipelineError::Read { what: what.to_owned(), cause }
}
