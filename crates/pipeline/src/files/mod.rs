//! Documents from files: their own journal; the rest of the way is the same.

mod batch;
mod changes;
mod conveyor;
pub(crate) mod documents;
mod identities;
pub(crate) mod inputs;
mod loading;
mod passes;
pub(crate) mod window;

use crate::error::PipelineError;
use crate::event::{LoadStage, Observer, RunEvent, STREAM_VERSION};
use crate::load::remembered;
use crate::remembrance::{check_meanings, prefix_in_force, remembered_rules, to_remember};
use crate::report::{RunReport, TableReport};
use crate::shred::{ModelState, Remembered};
use changes::Told;
use inputs::inputs;
use loading::{Loaded, Loading};
pub use passes::BROKEN_LINE;
use passes::Passes;
use relatable_destinations::Destination;
use relatable_destinations::package::Checkpoint;
use relatable_intercom::clock::Clock;
use relatable_model::naming::NAME_BYTES_MAX;
use relatable_model::protect::{Protection, Salt};
use relatable_model::rules::path::{Path as DocumentPath, Segment};
use relatable_model::rules::{ResourceRules, Rules, TablePrefix};
use std::path::PathBuf;
use std::sync::Arc;

/// The workspace that tables loaded from files belong to, in a destination that holds no other.
const FILES_WORKSPACE: &str = "files";
/// What stands before the table's name in the resource of documents from files, which no resource of a workspace has: a
/// table of the one is never taken for a table of the other.
const FILES_PREFIX: &str = "file:";

/// Why files have no use for the version of a record.
const LAST_COUNTS: &str = "of documents from files that have the same key the last is the row, in the order of the files; \
                           leave `version` out";

/// The resource of the documents that files bring to a table.
pub fn file_resource(table: &str) -> String {
    format!("{FILES_PREFIX}{table}")
}

/// A resource as people call it: that of documents from files by its table's name.
pub(crate) fn shown(resource: &str) -> &str {
    resource.strip_prefix(FILES_PREFIX).unwrap_or(resource)
}

/// What to load.
pub struct FileLoad {
    /// Files with a JSON document, a list of them, or several one behind the other (NDJSON), compressed or not; folders
    /// and patterns of such; `-` is standard input.
    pub files: Vec<PathBuf>,
    /// The path to the list of records in each document; `None` where the documents are the records.
    pub records: Option<String>,
    /// Whether a document that cannot be used ends the load.
    pub strict: bool,
    /// The table.
    pub table: String,
    /// Paths that identify a document; empty for its content.
    pub key: Vec<String>,
    /// The user's rules, with the table's name as their resource.
    pub rules: Option<Rules>,
    /// What the names of tables are to begin with, beside what the rules say; `None` for what they do in the destination.
    pub table_prefix: Option<TablePrefix>,
    /// What goes into the hashes of protected values.
    pub salt: Option<Salt>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// Loads files into a table and those split from it, all in one load. Documents with the same key become one row, the
/// last of them; each that had to make way is an issue. A document is the whole of its record: lists and objects that it
/// lacks and that an earlier one brought, in this load or another, go. Keys are compared by value: `1`, `"1"` and `1.0` are one key, as
/// every id is text and every number its value.
///
/// The files are read twice, so that memory does not depend on their size: to see which tables, names and types their
/// documents make together, and for the rows. What can be read only once is kept in a temporary file.
///
/// # Errors
/// [`PipelineError`]; no table is made and no row is written then. Documents that cannot be used are issues as long as one
/// of them can.
pub fn load_files(
    load: FileLoad,
    mut destination: Box<dyn Destination>,
    observer: Arc<dyn Observer>,
) -> Result<RunReport, PipelineError> {
    let began = load.clock.now();
    let resource = file_resource(&load.table);
    let rules = rules(&load, &resource)?;
    let records = records_path(load.records.as_deref())?;
    let known = remembered_rules(destination.as_mut())?;
    let asked = load.table_prefix.as_ref().or(rules.table_prefix.as_ref());
    let prefix = prefix_in_force(&known, asked)?;
    let rules = rules.prefixed(&prefix)?;
    let remembered = memory(destination.as_mut(), &resource)?;
    let replaces = !remembered.memory.is_empty();
    let model = ModelState::new(rules, remembered)?;
    check_meanings(destination.as_mut(), &model.rules)?;
    let models = to_remember(&known, &model.rules, &Rules::default());
    let stored = destination.check(&model.tables).map_err(destination_error("use"))?;
    let inputs = inputs(&load.files)?;
    let (workspace, journal) = owner(stored);
    let description = destination.describe();
    observer.event(&RunEvent::RunStarted {
        stream_version: STREAM_VERSION,
        workspace: workspace.clone(),
        workspace_name: workspace.clone(),
        destination: description.clone(),
        resumed: false,
    });
    let told = Told { observer: observer.as_ref(), destination: &description, table: &load.table };
    let protection = model
        .rules
        .resources
        .get(&resource)
        .map(|rules| Protection::new(&load.table, rules, load.salt.as_ref()));
    let passes = Passes {
        protection: protection.transpose()?.flatten(),
        inputs: &inputs,
        records: &records,
        resource: &resource,
        strict: load.strict,
        loaded_at_us: began.as_microsecond(),
        replaces,
    };
    let mut report = RunReport { loads: 1, ..RunReport::default() };
    let loading = Loading {
        passes: &passes,
        destination: destination.as_mut(),
        told: &told,
        clock: load.clock.as_ref(),
        models: &models,
        owner: (workspace, journal),
        records: load.records.as_deref(),
        report: &mut report,
    };
    let Loaded { receipt, count } = loading.run(&model)?;
    report.records.insert(load.table.clone(), count);
    told.stage(
        LoadStage::Committed,
        Some(receipt.tables.values().map(|counts| counts.inserted + counts.updated).sum()),
    );
    if receipt.orphans > 0 {
        report.issues.insert("orphan".to_owned(), receipt.orphans);
    }
    if receipt.widened > 0 {
        report.issues.insert("wide_table".to_owned(), receipt.widened);
    }
    report.tables = receipt.tables.into_iter().map(|(table, counts)| (table, TableReport(counts))).collect();
    report.seconds = load.clock.now().duration_since(began).as_secs_f64();
    observer.event(&RunEvent::RunFinished { report: report.clone() });
    Ok(report)
}

/// What the destination remembers of the tables of `resource`, if it has any.
fn memory(destination: &mut dyn Destination, resource: &str) -> Result<Remembered, PipelineError> {
    let mut remembered = remembered(destination).map_err(destination_error("inspect"))?;
    remembered.memory.retain(|known, _| known == resource);
    Ok(remembered)
}

/// The members that lead to the records of a document.
fn records_path(path: Option<&str>) -> Result<Vec<String>, PipelineError> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let refuse = |reason| PipelineError::Records { path: path.to_owned(), reason };
    let parsed = DocumentPath::parse(path).map_err(refuse)?;
    let step = |step| match step {
        Segment::Member(name) => Ok(name),
        // Lists on the way are gone through by themselves.
        Segment::Any | Segment::Element | Segment::Kind(_) => {
            Err(refuse("it wants names of members only".to_owned()))
        }
    };
    parsed.segments.into_iter().map(step).collect()
}

/// An error of the destination at a step.
fn destination_error(
    step: &'static str,
) -> impl FnOnce(relatable_destinations::DestinationError) -> PipelineError {
    move |cause| PipelineError::Destination { step, cause }
}

/// The workspace and journal of the checkpoint stored; files go beside what is there.
fn owner(stored: Option<Checkpoint>) -> (String, String) {
    stored.map_or_else(
        || (FILES_WORKSPACE.to_owned(), FILES_WORKSPACE.to_owned()),
        |stored| (stored.workspace, stored.journal),
    )
}

/// The rules of the one table, as those of `resource`.
fn rules(load: &FileLoad, resource: &str) -> Result<Rules, PipelineError> {
    load.key.iter().try_for_each(|path| check_key_path(path))?;
    let own = ResourceRules {
        table: Some(load.table.clone()),
        key: (!load.key.is_empty()).then(|| load.key.clone()),
        ..ResourceRules::default()
    };
    let mut rules = Rules::default();
    rules.resources.insert(load.table.clone(), own);
    if let Some(upper) = &load.rules {
        let below = rules.clone();
        rules = rules.overlay(upper.clone(), upper.file())?;
        rules.check_tables(&below, upper, upper.file())?;
        if upper.resources.get(&load.table).is_some_and(|own| own.version.is_some()) {
            return Err(PipelineError::Rules(upper.refused(&load.table, "version", LAST_COUNTS)));
        }
    }
    let own = rules.resources.remove(&load.table).unwrap_or_default();
    if let Some(name) = own.table.as_ref().filter(|name| name.len() > NAME_BYTES_MAX) {
        return Err(PipelineError::TableName { name: name.clone(), bytes: name.len() });
    }
    rules.resources.insert(resource.to_owned(), own);
    Ok(rules)
}

/// Refuses a path that cannot identify a document, whatever is in it.
fn check_key_path(path: &str) -> Result<(), PipelineError> {
    let refuse = |reason| Err(PipelineError::Key { path: path.to_owned(), reason });
    match DocumentPath::parse(path) {
        Err(reason) => refuse(reason),
        Ok(parsed) if parsed.segments.iter().any(|step| !matches!(step, Segment::Member(_))) => refuse(
            "it leads into a list or to any member, where a document may have several values".to_owned(),
        ),
        Ok(_) => Ok(()),
    }
}
