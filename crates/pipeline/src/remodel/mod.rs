//! Other rules for tables that are there, without asking the API again: built anew beside them from the journal, and put in
//! their place in one transaction.
//!
//! First the journal must show every record that the tables have. Those it does not show are put together again from the
//! tables, where the rules they were made by lose nothing; else nothing is done, and what would have to be read again is
//! named. A journal that lacks something may show a record without all that answers brought of it: then every record comes
//! from the tables, and of the journal only what attributes are defined as.

mod coverage;
mod proof;
mod records;

use crate::error::PipelineError;
use crate::event::Observer;
use crate::load::{Loader, remembered};
use crate::remembrance::{remembered_rules, to_remember};
use crate::report::{RunReport, TableReport};
use crate::shred::{ModelState, with_whole_lists};
use crate::sync::{definitions, journal_name};
use arrow_array::Array;
use coverage::Covered;
use proof::Proof;
use records::Identity;
use relatable_destinations::package::{Change, Checkpoint, Package, Retirement, TableChange};
use relatable_destinations::{Destination, DestinationError, Reading};
use relatable_faults::{REMODEL_BUILT, REMODEL_PROVED};
use relatable_intercom::attributes::{AttributeDefinition, attribute_rules};
use relatable_intercom::catalogue::{Reading as FeedReading, feeds};
use relatable_intercom::clock::Clock;
use relatable_journal::Journal;
use relatable_model::evolve::{Difference, unchanged};
use relatable_model::issue::Issue;
use relatable_model::plan::Memory;
use relatable_model::rules::{ResourceRules, Rules};
use relatable_model::schema::{DELETED_AT, Table};
use relatable_model::shred::Shredder;
use relatable_model::write_mode::WriteMode;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};

/// Bytes of answers that are held at once.
const READ_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Groups of records on their way from the new tables to their place.
const GROUPS_WAITING: usize = 2;
/// From so many issues on they are sent together: each change of them takes several statements.
const ISSUES_AT_ONCE: usize = 4_096;
/// How often one issue is told at most; its count says how often it came.
const ISSUE_COUNT_MAX: u64 = 1_000;

/// What to remodel.
pub struct Remodel {
    /// The rules to follow from now on, of every resource.
    pub rules: Rules,
    /// The curated rules alone, to be remembered beside them.
    pub curated: Rules,
    /// The rules the tables were made by, of the resources of which they are remembered.
    pub made_by: BTreeMap<String, ResourceRules>,
    /// The resources to remodel, and what the rules change of each.
    pub resources: BTreeMap<String, Vec<Difference>>,
    /// The journal; an empty one where there is none.
    pub journal: Journal,
    /// What the names of the old tables end in afterwards; `None` where they go.
    pub kept_as: Option<String>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// Remodels tables of `destination`; `scratch` is an empty database for the way there.
///
/// # Errors
/// [`PipelineError::NotCovered`] and [`PipelineError::RulesForgotten`] for records that neither the journal nor the tables
/// can bring back whole; [`PipelineError::RecordsLost`] and [`PipelineError::ElementsLost`] for those that the new rules
/// have no row for; [`PipelineError::Protected`] where they protect otherwise than what is stored was;
/// [`PipelineError::OtherJournal`] and [`PipelineError::JournalBehind`] for a journal that is not the destination's;
/// [`DestinationError::Added`] for what a user made on the tables; otherwise as loading. The tables are then as before.
pub fn remodel(
    remodel: Remodel,
    destination: &mut dyn Destination,
    mut scratch: Box<dyn Destination>,
    observer: Arc<dyn Observer>,
) -> Result<RunReport, PipelineError> {
    let began = remodel.clock.now();
    let error = |step| move |cause| PipelineError::Destination { step, cause };
    destination.keep_open();
    scratch.keep_open();
    let stored = destination.checkpoint().map_err(error("inspect"))?;
    let stored = stored.ok_or(PipelineError::Internal { part: "checkpoint" })?;
    let tables = destination.tables().map_err(error("inspect"))?;
    check_protection(&remodel)?;
    let identities: BTreeMap<&str, Identity> = tables
        .iter()
        .filter(|table| table.parent.is_none() && remodel.resources.contains_key(&table.resource))
        .map(|root| (root.resource.as_str(), Identity::of(root)))
        .collect();
    let mut loader = rebuilt(&remodel, destination, scratch, &stored, &tables, &observer)?;
    for (resource, identity) in &identities {
        Covered { remodel: &remodel, resource, identity }.complete(destination, &mut loader)?;
    }
    relatable_faults::pass(REMODEL_BUILT);
    let (mut scratch, model, issues) = loader.into_built();
    for (resource, identity) in &identities {
        let proof = Proof { remodel: &remodel, resource, identity, issues: &issues };
        proof.check(destination, scratch.as_mut())?;
    }
    relatable_faults::pass(REMODEL_PROVED);
    let mut rules = remodel.rules.clone();
    rules.resources.retain(|resource, rules| {
        // Another prefix is that of all tables, those that are still to come among them.
        let before = remodel.made_by.get(resource).map(|before| &before.table_prefix);
        remodel.resources.contains_key(resource) || before.is_some_and(|before| *before != rules.table_prefix)
    });
    let models = to_remember(&remembered_rules(destination)?, &rules, &remodel.curated);
    let checkpoint = destination.claim(&stored.workspace, &stored.journal).map_err(error("claim"))?;
    let resources: Vec<String> = remodel.resources.keys().cloned().collect();
    let retired = Retirement { resources: &resources, kept_as: remodel.kept_as.as_deref() };
    let tables: Vec<Table> = model.tables.into_iter().map(|table| written(&remodel.rules, table)).collect();
    let package = Package {
        models: &models,
        retired: Some(retired),
        tables: &tables,
        issues: &[],
        checkpoint: &checkpoint,
        loaded_at_us: remodel.clock.now().as_microsecond(),
    };
    let (sender, receiver) = sync_channel(GROUPS_WAITING);
    let receipt = std::thread::scope(|scope| {
        let roots: Vec<&Table> = tables.iter().filter(|table| table.parent.is_none()).collect();
        scope.spawn(move || send_rows(scratch.as_mut(), &roots, issues, &sender));
        destination.load(&package, &mut receiver.into_iter())
    });
    let receipt = receipt.map_err(error("load into"))?;
    destination.rest();
    let mut report = RunReport { loads: 1, ..RunReport::default() };
    report.tables = receipt.tables.into_iter().map(|(table, counts)| (table, TableReport(counts))).collect();
    report.seconds = remodel.clock.now().duration_since(began).as_secs_f64();
    Ok(report)
}

/// Refuses to change what protects values: those that are protected are nowhere as they were, and those that were stored
/// as they are stand in the journal, too.
fn check_protection(remodel: &Remodel) -> Result<(), PipelineError> {
    for (resource, differences) in &remodel.resources {
        if let Some(difference) = differences.iter().find(|difference| difference.is_of_protection()) {
            let (resource, difference) = (resource.clone(), difference.to_string());
            return Err(PipelineError::Protected { resource, difference });
        }
    }
    Ok(())
}

/// What the rows of the new tables go through.
type Sent = Result<Change, Box<dyn std::error::Error + Send + Sync>>;

/// A loader that has loaded what the journal shows of the resources, under the new rules, into the scratch database.
fn rebuilt(
    remodel: &Remodel,
    destination: &mut dyn Destination,
    mut scratch: Box<dyn Destination>,
    stored: &Checkpoint,
    tables: &[Table],
    observer: &Arc<dyn Observer>,
) -> Result<Loader, PipelineError> {
    let error = |step| move |cause| PipelineError::Destination { step, cause };
    let journal = &remodel.journal;
    let up_to = journal.settled().min(stored.seq);
    let mut remembered = remembered(destination).map_err(error("inspect"))?;
    for (resource, differences) in &remodel.resources {
        let own: Vec<Table> = tables.iter().filter(|table| table.resource == *resource).cloned().collect();
        remembered.memory.insert(resource.clone(), kept_memory(remodel, resource, &own, differences));
    }
    let mut rules = remodel.rules.clone();
    let asked = rules.asked_names().into_iter().map(|(owner, name)| (owner.to_owned(), name.to_owned()));
    let others = asked.filter(|(owner, _)| !remodel.resources.contains_key(owner)).collect();
    rules.resources.retain(|resource, _| remodel.resources.contains_key(resource));
    // What was kept out is in the journal, and whoever remodels wants what the rules say.
    rules.resources.values_mut().for_each(|rules| rules.contract = None);
    // One row per record, marked where it is gone, is what each mode begins with.
    for rules in rules.resources.values_mut() {
        (rules.mode, rules.deletions, rules.ignore) = (None, None, None);
    }
    let model = ModelState::among(with_whole_lists(rules), remembered, others)?;
    let first = scratch.claim(&stored.workspace, &journal_name(journal)).map_err(error("claim"))?;
    let mut loader =
        Loader::new(scratch, journal.clone(), first, model, observer.clone(), remodel.clock.clone());
    loader.keep_issues();
    loader.add_rules(&attribute_rules(&journalled_definitions(journal, up_to)?))?;
    if !journal.is_partial().map_err(|cause| PipelineError::Journal { step: "read", cause })? {
        loader.load_up_to(up_to)?;
    }
    Ok(loader)
}

/// What is remembered of the old tables where the rules change nothing: names and types stay there.
fn kept_memory(remodel: &Remodel, resource: &str, own: &[Table], differences: &[Difference]) -> Memory {
    let kept = unchanged(own, differences);
    let nothing = Default::default();
    let rules = remodel.rules.resources.get(resource).unwrap_or(&nothing);
    match Shredder::new(resource, rules, kept.clone(), None).and_then(Shredder::finish) {
        Ok(_) => kept,
        // Names that are not free any more: all are given anew.
        Err(_) => Memory::default(),
    }
}

/// The definitions of attributes that the journal has.
fn journalled_definitions(journal: &Journal, up_to: i64) -> Result<Vec<AttributeDefinition>, PipelineError> {
    let is_definition = |answer: &str| {
        feeds().any(|feed| feed.name == answer && matches!(feed.reading, FeedReading::Definitions(_)))
    };
    let mut bodies = Vec::new();
    let mut after = 0;
    loop {
        let entries = journal.entries(after, up_to, READ_BYTES_MAX);
        let entries = entries.map_err(|cause| PipelineError::Journal { step: "read", cause })?;
        let Some(last) = entries.last() else { return Ok(definitions(&bodies)) };
        after = last.seq;
        let defining = entries.into_iter().filter(|stored| is_definition(&stored.entry.answer));
        bodies.extend(defining.map(|stored| Arc::new(stored.entry.body)));
    }
}

/// A table in the mode that the rules say.
fn written(rules: &Rules, table: Table) -> Table {
    let nothing = ResourceRules::default();
    let rules = rules.resources.get(&table.resource).unwrap_or(&nothing);
    table.in_mode(rules.write_mode(), rules.ignore.as_deref().unwrap_or_default())
}

/// Sends every row of the new tables, and the issues that came up while they were made; `roots` are the resources' own
/// tables.
fn send_rows(
    scratch: &mut dyn Destination,
    roots: &[&Table],
    issues: BTreeMap<Issue, u64>,
    sender: &SyncSender<Sent>,
) {
    for Table { resource, mode, .. } in roots {
        let with_deleted = *mode != WriteMode::Mirror;
        let mut send = |group: &[(&Table, arrow_array::RecordBatch)]| {
            for (table, rows) in group.iter().filter(|(_, rows)| rows.num_rows() > 0) {
                let (table, rows) = (table.name.clone(), vec![rows.clone()]);
                let change = TableChange { table, rows, replaced: Vec::new(), deleted: None };
                if sender.send(Ok(Change::Distinct(change))).is_err() {
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        };
        let sent = scratch.read(&Reading { resource, with_deleted, only: None }, &mut send);
        let sent = match with_deleted {
            true => sent,
            false => sent.and_then(|()| send_gone(scratch, resource, sender)),
        };
        if let Err(cause) = sent {
            // Nobody listens only where the load has failed already.
            let _ = sender.send(Err(Box::<DestinationError>::new(cause)));
            return;
        }
    }
    send_issues(issues, sender);
}

/// Sends which records of a resource are gone, of which a mirror has no rows.
fn send_gone(
    scratch: &mut dyn Destination,
    resource: &str,
    sender: &SyncSender<Sent>,
) -> Result<(), DestinationError> {
    scratch.read(&Reading { resource, with_deleted: true, only: None }, &mut |group| {
        let Some((root, rows)) = group.first() else { return ControlFlow::Continue(()) };
        let marks = rows.column_by_name(DELETED_AT).map(|marks| marks.null_count());
        if marks.is_none_or(|nulls| nulls == rows.num_rows()) {
            return ControlFlow::Continue(());
        }
        let named = root.key.iter().map(String::as_str).chain([DELETED_AT]);
        let places: Option<Vec<usize>> = named.map(|name| rows.schema().index_of(name).ok()).collect();
        let Some(Ok(deleted)) = places.map(|places| rows.project(&places)) else {
            return ControlFlow::Continue(());
        };
        let (table, deleted) = (root.name.clone(), Some(deleted));
        let change = TableChange { table, rows: Vec::new(), replaced: Vec::new(), deleted };
        match sender.send(Ok(Change::Table(change))) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    })
}

/// Sends issues.
fn send_issues(issues: BTreeMap<Issue, u64>, sender: &SyncSender<Sent>) {
    let mut told: Vec<Issue> = Vec::new();
    for (issue, count) in issues {
        told.extend(std::iter::repeat_n(issue, usize::try_from(count.min(ISSUE_COUNT_MAX)).unwrap_or(1)));
        if told.len() >= ISSUES_AT_ONCE && sender.send(Ok(Change::Issues(std::mem::take(&mut told)))).is_err()
        {
            return;
        }
    }
    if !told.is_empty() {
        // As above.
        let _ = sender.send(Ok(Change::Issues(told)));
    }
}
