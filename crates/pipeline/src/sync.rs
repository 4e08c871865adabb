//! A whole run: reading and loading side by side, joined by the journal.

use crate::delivery::{
    Audience, Deliveries, Delivery, LoadThread, LoadThreads, Loaders, Prepared, Undelivered,
};
use crate::error::PipelineError;
use crate::event::{Observer, RunEvent, STREAM_VERSION};
use crate::extract::{Asking, Extraction, Plan, SweepAges};
use crate::forget::forgotten;
use crate::history::{Since, check_bounds};
use crate::load::Loader;
use crate::report::{DeliveryReport, RunReport};
use crate::retention::{Retention, register_unreachable};
use relatable_destinations::package::Checkpoint;
use relatable_destinations::{Destination, DestinationError};
use relatable_intercom::attributes::AttributeDefinition;
use relatable_intercom::catalogue::Feed;
use relatable_intercom::clock::Clock;
use relatable_intercom::workspace::Workspace;
use relatable_intercom::{Client, Settings};
use relatable_journal::Journal;
use relatable_model::forget::Forgotten;
use relatable_model::protect::{Protections, Salt};
use relatable_model::rules::Rules;
use std::collections::HashSet;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

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

/// What a run came to.
#[derive(Debug)]
pub struct Run {
    /// What was read, and what of it was loaded where nothing stood against it.
    pub report: RunReport,
    /// The destinations that have not got all of it.
    pub undelivered: Vec<Undelivered>,
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
    destination: Box<dyn Destination>,
    observer: Arc<dyn Observer>,
) -> Result<RunReport, PipelineError> {
    let (rules, curated) = (settings.rules.clone(), settings.curated.clone());
    let run = sync_all(settings, vec![Delivery { destination, rules, curated }], &[], observer).await?;
    run.undelivered.into_iter().next().map_or(Ok(run.report), |undelivered| Err(undelivered.cause))
}

/// As [`sync()`], into several destinations at once, which share a reading and its journal. Each has its own checkpoint; what
/// stands against one does not stop the others, and it catches up from the journal when it can. `absent` are the places of
/// destinations that could not even be opened: the journal keeps for them what they have not loaded.
///
/// # Errors
/// As [`sync()`], where nothing is left to read for; of destinations the error of the first.
pub async fn sync_all(
    settings: SyncSettings,
    deliveries: Vec<Delivery>,
    absent: &[String],
    observer: Arc<dyn Observer>,
) -> Result<Run, PipelineError> {
    let began = settings.clock.now();
    let resources = selected(&settings.rules, &settings.reading)?;
    check_bounds(&settings.reading.since)?;
    let protections = Protections::new(&settings.rules, settings.salt.as_ref())?;
    let mut deliveries = Deliveries::new(deliveries, observer.clone());
    deliveries.each(Prepared::check)?;
    let people = deliveries.waiting().iter().map(|prepared| forgotten(prepared.forgotten.clone()));
    let people = people.collect::<Result<Vec<Vec<Forgotten>>, PipelineError>>()?;
    let protections = protections.forgetting(people.into_iter().flatten().collect());
    let client =
        Client::new(&settings.client, settings.clock.clone()).map_err(read_error("the workspace"))?;
    let workspace = client.workspace().await.map_err(read_error("the workspace"))?;
    let left_out = deliveries.undelivered().iter().map(|left_out| &left_out.place);
    let unreachable: Vec<String> = left_out.chain(absent).cloned().collect();
    deliveries.each(|prepared| prepared.check_workspace(&workspace.id))?;
    let journal = open_journal(&settings, &workspace.id)?;
    unreachable.iter().try_for_each(|place| register_unreachable(&journal, place))?;
    deliveries.each(|prepared| prepared.claim(&workspace.id, &journal))?;
    tell_start(&observer, &workspace, &deliveries, &journal);
    let parts = (observer.clone(), settings.clock.clone());
    let readies = deliveries.into_loaders(&journal, &settings.reading.since, settings.retention, &parts)?;
    let Loaders { mut loaders, undelivered, low_water, since, has_unloaded } = readies;
    let (ask, asking) = unbounded_channel();
    for loader in &mut loaders {
        loader.ask_for_absent(client.version());
        loader.ask_for_definitions(ask.clone());
    }
    drop(ask);
    let (threads, audience) = listen(loaders, &journal, &settings.clock)?;
    let reading = settings.reading;
    let extraction = Extraction::new(Plan {
        client,
        journal,
        clock: settings.clock.clone(),
        observer: observer.clone(),
        audience,
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
    let threads = LoadThreads::new(threads, undelivered, observer.clone());
    let mut run = read_and_load(extraction, threads, asking).await?;
    run.report.seconds = settings.clock.now().duration_since(began).as_secs_f64();
    observer.event(&RunEvent::RunFinished { report: run.report.clone() });
    Ok(run)
}

/// The journal of a run.
fn open_journal(settings: &SyncSettings, workspace: &str) -> Result<Journal, PipelineError> {
    let opened_at_us = settings.clock.now().as_microsecond();
    let opened = Journal::open(&settings.journal, workspace, opened_at_us);
    opened.map_err(|cause| PipelineError::Journal { step: "open", cause })
}

/// The loaders on threads of their own, and how the reading speaks to them.
fn listen(
    loaders: Vec<Loader>,
    journal: &Journal,
    clock: &Arc<dyn Clock>,
) -> Result<(Vec<LoadThread>, Audience), PipelineError> {
    let started: Result<Vec<_>, PipelineError> =
        loaders.into_iter().map(|loader| LoadThread::start(loader, journal.clone(), clock.clone())).collect();
    let (threads, senders) = started?.into_iter().unzip();
    Ok((threads, Audience::new(senders)))
}

/// Reads until everything is in the journal, loads until everything is in the destinations. An error of the reading ends the
/// run after what is in the journal has been loaded; one of a loader where no other is left.
async fn read_and_load(
    extraction: Extraction,
    mut threads: LoadThreads,
    asking: UnboundedReceiver<Asking>,
) -> Result<Run, PipelineError> {
    // The loaders may ask until they are done.
    let mut explaining = pin!(extraction.explain(asking));
    let reading = {
        let mut reading = pin!(extraction.run());
        loop {
            tokio::select! {
                reading = &mut reading => break reading,
                is_one_more = threads.next() => if !is_one_more {
                    // There is nobody left to read for.
                    break Ok(());
                },
                never = &mut explaining => match never {},
            }
        }
    };
    let mut report = report_of(&extraction);
    extraction.rest().await;
    // Without a sender the loaders load what is there and end.
    extraction.hang_up();
    loop {
        tokio::select! {
            is_one_more = threads.next() => if !is_one_more {
                break;
            },
            never = &mut explaining => match never {},
        }
    }
    let (loaders, mut undelivered) = threads.ended();
    reading?;
    if loaders.is_empty() && !undelivered.is_empty() {
        return Err(undelivered.swap_remove(0).cause);
    }
    let mut deliveries = loaders.iter().map(Loader::report);
    if let Some(first) = deliveries.next() {
        let DeliveryReport { tables, loads, issues, .. } = first;
        report = RunReport { tables, loads, issues, others: deliveries.collect(), ..report };
    }
    Ok(Run { report, undelivered })
}

/// What a reading came to, before anything of it is loaded.
fn report_of(extraction: &Extraction) -> RunReport {
    let traffic = extraction.client().traffic();
    RunReport {
        records: extraction.records(),
        requests: traffic.requests,
        refused: traffic.refused,
        received_bytes: traffic.received_bytes,
        skipped: extraction.skipped(),
        forgotten: extraction.forgotten(),
        incomplete: extraction.incomplete_readings(),
        ..RunReport::default()
    }
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
pub(crate) fn check_journal(journal: &Journal, checkpoint: &Checkpoint) -> Result<bool, PipelineError> {
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
    deliveries: &Deliveries,
    journal: &Journal,
) {
    let resumed = journal.settled() > 0 && deliveries.waiting().iter().any(|prepared| !prepared.is_new());
    observer.event(&RunEvent::RunStarted {
        stream_version: STREAM_VERSION,
        workspace: workspace.id.clone(),
        workspace_name: workspace.name.clone(),
        destination: deliveries.describe(),
        resumed,
    });
}

/// An error of the destination at a step.
pub(crate) fn destination_error(step: &'static str) -> impl Fn(DestinationError) -> PipelineError {
    move |cause| PipelineError::Destination { step, cause }
}

/// An error of reading `what`.
fn read_error(what: &'static str) -> impl Fn(relatable_intercom::ClientError) -> PipelineError {
    move |cause| PipelineError::Read { what: what.to_owned(), cause }
}
