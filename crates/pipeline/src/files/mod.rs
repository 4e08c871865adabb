//! Documents from files: their own journal; the rest of the way is the same.

pub(crate) mod documents;

use crate::error::PipelineError;
use crate::event::{LoadStage, Observer, RunEvent, STREAM_VERSION};
use crate::load::remembered;
use crate::report::{RunReport, TableReport};
use crate::shred::{ModelState, REJECTED, Shredding};
use documents::{Documents, Origin};
use relatable_destinations::Destination;
use relatable_destinations::package::{Checkpoint, Package};
use relatable_intercom::clock::Clock;
use relatable_model::issue::Issue;
use relatable_model::rules::path::{Path as DocumentPath, Segment};
use relatable_model::rules::{ResourceRules, Rules};
use std::path::PathBuf;
use std::sync::Arc;

/// The workspace that tables loaded from files belong to, in a destination that holds no other.
const FILES_WORKSPACE: &str = "files";
/// What stands before the table's name in the resource of documents from files, which no resource of a workspace has: a
/// table of the one is never taken for a table of the other.
const FILES_PREFIX: &str = "file:";
/// The kind of issue recorded for a document whose key a later document of the same load has too.
const REPEATED: &str = "document_repeated";

/// The resource of the documents that files bring to a table.
pub fn file_resource(table: &str) -> String {
    format!("{FILES_PREFIX}{table}")
}

/// What to load.
pub struct FileLoad {
    /// Files with a JSON document, a list of them, or several one behind the other (NDJSON); `-` is standard input.
    pub files: Vec<PathBuf>,
    /// The table.
    pub table: String,
    /// Paths that identify a document; empty for its content.
    pub key: Vec<String>,
    /// The user's rules, with the table's name as their resource.
    pub rules: Option<Rules>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// Loads files into a table and those split from it, all in one load. Documents with the same key become one row, the
/// last of them; each that had to make way is an issue. Keys are compared by value: `1`, `"1"` and `1.0` are one key, as
/// every id is text and every number its value.
///
/// # Errors
/// [`PipelineError`]; nothing is written then. Documents that cannot be used are issues as long as one of them can.
pub fn load_files(
    load: FileLoad,
    mut destination: Box<dyn Destination>,
    observer: Arc<dyn Observer>,
) -> Result<RunReport, PipelineError> {
    let began = load.clock.now();
    let resource = file_resource(&load.table);
    let rules = rules(&load, &resource)?;
    let memory = remembered(destination.as_mut()).map_err(destination_error("inspect"))?;
    let memory = memory.into_iter().filter(|(remembered, _)| *remembered == resource).collect();
    let mut model = ModelState::new(rules, memory)?;
    let stored = destination.check(&model.tables).map_err(destination_error("use"))?;
    let Documents { items, first } = documents::read(&load.files, &resource, began.as_microsecond())?;
    let (workspace, journal) = owner(stored);
    observer.event(&RunEvent::RunStarted {
        stream_version: STREAM_VERSION,
        workspace: workspace.clone(),
        workspace_name: workspace.clone(),
        destination: destination.describe(),
        resumed: false,
    });
    let mut report = RunReport::default();
    let count = items.len();
    report.records.insert(load.table.clone(), count as u64);
    let stage = |stage, rows| observer.event(&RunEvent::Load { from: 0, to: 0, stage, rows });
    stage(LoadStage::Shredding, None);
    let mut shredding = model.shred(items)?;
    refuse_if_all_rejected(&shredding, count, first)?;
    let repeated = shredding.repeated.iter().map(|key| repeated(&resource, key));
    shredding.issues.extend(repeated);
    // Every table is known by now, and nothing has been written yet.
    destination.check(&model.tables).map_err(destination_error("use"))?;
    let checkpoint = destination.claim(&workspace, &journal).map_err(destination_error("claim"))?;
    let rows =
        shredding.changes.iter().flat_map(|change| &change.rows).map(|batch| batch.num_rows() as u64).sum();
    stage(LoadStage::Loading, Some(rows));
    let package = Package {
        tables: &model.tables,
        issues: &shredding.issues,
        checkpoint: &checkpoint,
        loaded_at_us: load.clock.now().as_microsecond(),
    };
    let mut changes = shredding.changes.into_iter().map(Ok);
    let receipt = destination.load(&package, &mut changes).map_err(destination_error("load into"))?;
    stage(LoadStage::Committed, Some(rows));
    report.loads = 1;
    report.tables = receipt.tables.into_iter().map(|(table, counts)| (table, TableReport(counts))).collect();
    for issue in &shredding.issues {
        *report.issues.entry(issue.kind.clone()).or_default() += 1;
    }
    report.seconds = load.clock.now().duration_since(began).as_secs_f64();
    observer.event(&RunEvent::RunFinished { report: report.clone() });
    Ok(report)
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
        rules = rules.overlay(upper.clone(), "the rule file")?;
    }
    let own = rules.resources.remove(&load.table).unwrap_or_default();
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

/// Refuses a load in which no document can be used, with the place of the first and the reason.
fn refuse_if_all_rejected(
    shredding: &Shredding,
    count: usize,
    first: Option<Origin>,
) -> Result<(), PipelineError> {
    let mut rejected = shredding.issues.iter().filter(|issue| issue.kind == REJECTED);
    let reason = rejected.next().map(|issue| issue.detail.clone());
    match (reason, first) {
        (Some(reason), Some(Origin { file, line })) if 1 + rejected.count() == count => {
            Err(PipelineError::AllRejected { count, file, line, reason })
        }
        _ => Ok(()),
    }
}

/// The issue of a document that a later one took the place of.
fn repeated(resource: &str, key: &str) -> Issue {
    Issue {
        resource: resource.to_owned(),
        kind: REPEATED.to_owned(),
        path: String::new(),
        record: key.to_owned(),
        detail: "several documents of one load have this key; the last of them is the row".to_owned(),
    }
}
