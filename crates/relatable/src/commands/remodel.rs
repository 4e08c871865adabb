//! `remodel`: tables made anew under other rules, without asking the API again.

use super::diff::{Changes, ReferencesChange, Wanted, stored_tables};
use crate::arguments::{RemodelArguments, ReportingArguments};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::render::{self, Reporter, grouped};
use crate::target::Target;
use relatable_destinations::References;
use relatable_destinations::package::Checkpoint;
use relatable_intercom::clock::Clock;
use relatable_intercom::models;
use relatable_journal::Journal;
use relatable_model::evolve::Difference;
use relatable_model::schema::Table;
use relatable_pipeline::{
    PipelineError, Remodel, check_references, file_resource, open_journal, remembered_rules, remodel,
};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// What the names of kept tables end in, before the moment.
const KEPT: &str = "__old_";

/// Remodels the tables of a destination.
pub(super) async fn run(arguments: &RemodelArguments, clock: Arc<dyn Clock>) -> Result<ExitCode, Failure> {
    let target = Target::new(&arguments.to)?;
    let mut destination = target.open_alone(clock.as_ref())?;
    let tables = stored_tables(destination.as_mut())?;
    let (Some(stored), false) = (destination.checkpoint()?, tables.is_empty()) else {
        return Err(Failure::NothingRead { destination: destination.describe() });
    };
    let asked = arguments.naming.asked(arguments.model.as_deref());
    let wanted = Wanted::new(asked, &tables, remembered_rules(destination.as_mut())?)?;
    wanted.unfamiliar.iter().for_each(render::warning);
    let mut resources = chosen(arguments, &wanted, &tables)?;
    let references = destination.references()?;
    let change = ReferencesChange::new(references, arguments.references.references);
    if change.is_some() || (references == References::Enforce && !resources.is_empty()) {
        take_all(&mut resources, &tables, change, &arguments.reporting);
    }
    if let Some(asked) = arguments.references.references {
        destination.ask_references(asked);
    }
    if resources.is_empty() {
        render::data("no difference; nothing was done")?;
        return Ok(ExitCode::Success);
    }
    let then = arguments.references.references.unwrap_or(references);
    check_references(destination.as_ref(), &wanted.all(), then)?;
    if let Some(file) = arguments.journal.as_ref().filter(|file| !file.exists()) {
        return Err(Failure::NoJournal { file: file.clone() });
    }
    let of_journal = arguments.journal.clone().unwrap_or_else(|| target.journal());
    let folder = target.working_folder().map_err(|cause| Failure::Run(PipelineError::Spool { cause }))?;
    if !of_journal.exists() && !arguments.reporting.quiet {
        let file = of_journal.display();
        render::talk(&format!(
            "there is no journal at {file}: records are put together from the tables alone"
        ));
    }
    let journal = journal(&of_journal, folder.path(), &stored, clock.as_ref())?;
    let settings = Remodel {
        rules: wanted.all(),
        curated: models::curated()?,
        made_by: wanted.all_made_by(),
        journal,
        kept_as: arguments.keep_old.then(|| format!("{KEPT}{}", clock.now().strftime("%Y%m%d_%H%M%S"))),
        clock: clock.clone(),
        resources,
    };
    let scratch = target.scratch(&folder.path().join("new")).open()?;
    let reporter = Reporter::asked(&arguments.reporting, clock);
    let observer = reporter.observer();
    let work = move || remodel(settings, destination.as_mut(), scratch, observer);
    let outcome = tokio::task::spawn_blocking(work).await;
    reporter.close();
    let report = outcome.unwrap_or(Err(PipelineError::Internal { part: "remodel" }))?;
    if !arguments.reporting.quiet {
        let rows: u64 = report.tables.values().map(|table| table.0.inserted).sum();
        let count = report.tables.len();
        render::talk(&format!("{} rows in {count} tables were made anew", grouped(rows)));
    }
    Ok(ExitCode::Success)
}

/// The resources to remodel with what the rules change of each: those asked for, or all that the rules change; said
/// before anything is done.
fn chosen(
    arguments: &RemodelArguments,
    wanted: &Wanted,
    tables: &BTreeMap<String, Vec<Table>>,
) -> Result<BTreeMap<String, Vec<Difference>>, Failure> {
    let asked: Vec<String> = arguments
        .resources
        .iter()
        .map(|name| match tables.contains_key(name) {
            true => Ok(name.clone()),
            false => Some(file_resource(name))
                .filter(|name| tables.contains_key(name))
                .ok_or_else(|| Failure::NothingToRemodel { resource: name.clone(), known: known(tables) }),
        })
        .collect::<Result<_, Failure>>()?;
    let others = tables.keys().filter(|resource| !asked.is_empty() && !asked.contains(resource)).count();
    if let Some(stored) = wanted.other_prefix().filter(|_| others > 0) {
        return Err(Failure::PartlyPrefixed { stored, others });
    }
    let mut chosen = BTreeMap::new();
    for (resource, own) in tables.iter().filter(|(resource, _)| asked.is_empty() || asked.contains(resource))
    {
        let changes = wanted.changes(resource, own, tables)?;
        if let Some(changes) = changes.as_ref().filter(|_| !arguments.reporting.quiet) {
            render::talk(&changes.before_a_remodel());
        }
        if changes.is_some() || !asked.is_empty() {
            let keeps_versions = own.iter().any(|table| table.mode.keeps_versions());
            if keeps_versions && !arguments.keep_old && !arguments.reporting.quiet {
                render::talk(&format!(
                    "{resource}: earlier versions of rows go with the old tables; --keep-old keeps these under other names"
                ));
            }
            let differences = changes.map_or_else(Vec::new, |Changes { differences, .. }| differences);
            chosen.insert(resource.clone(), differences);
        }
    }
    Ok(chosen)
}

/// Takes all tables, since some may have foreign keys to others.
fn take_all(
    resources: &mut BTreeMap<String, Vec<Difference>>,
    tables: &BTreeMap<String, Vec<Table>>,
    change: Option<ReferencesChange>,
    reporting: &ReportingArguments,
) {
    let count = resources.len();
    for resource in tables.keys() {
        resources.entry(resource.clone()).or_default();
    }
    if let Some(change) = change.as_ref().filter(|_| !reporting.quiet) {
        render::talk(&change.to_string());
    }
    if resources.len() > count && !reporting.quiet {
        render::talk("all tables are made anew together, for their references");
    }
}

/// What can be remodelled, as it is asked for.
fn known(tables: &BTreeMap<String, Vec<Table>>) -> Vec<String> {
    let prefix = file_resource("");
    tables.keys().map(|resource| resource.strip_prefix(&prefix).unwrap_or(resource).to_owned()).collect()
}

/// The destination's journal; an empty one in `folder` where there is none any more.
fn journal(file: &Path, folder: &Path, stored: &Checkpoint, clock: &dyn Clock) -> Result<Journal, Failure> {
    if file.exists() {
        return Ok(open_journal(file, stored, clock)?);
    }
    let opened = Journal::open(&folder.join("journal"), &stored.workspace, clock.now().as_microsecond());
    opened.map_err(|cause| Failure::Run(PipelineError::Journal { step: "open", cause }))
}
