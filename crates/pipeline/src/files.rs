//! Documents from files: their own journal; the rest of the way is the same.

use crate::error::PipelineError;
use crate::event::{LoadStage, Observer, RunEvent, STREAM_VERSION};
use crate::load::remembered;
use crate::report::{RunReport, TableReport};
use crate::shred::{Content, Item, ModelState, Slice};
use relatable_destinations::Destination;
use relatable_destinations::package::Package;
use relatable_intercom::clock::Clock;
use relatable_model::json::{JsonErrorKind, records, values};
use relatable_model::rules::{ResourceRules, Rules};
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The workspace that tables loaded from files belong to, in a destination that holds no other.
const FILES_WORKSPACE: &str = "files";
/// What stands before the table's name in the resource of documents from files, which no resource of a workspace has: a
/// table of the one is never taken for a table of the other.
const FILES_PREFIX: &str = "file:";

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

/// Loads files into a table and those split from it, all in one load.
///
/// # Errors
/// [`PipelineError`]; nothing is written then.
pub fn load_files(
    load: FileLoad,
    mut destination: Box<dyn Destination>,
    observer: Arc<dyn Observer>,
) -> Result<RunReport, PipelineError> {
    let began = load.clock.now();
    let resource = format!("{FILES_PREFIX}{}", load.table);
    let destination_error = |step| move |cause| PipelineError::Destination { step, cause };
    let memory = remembered(destination.as_mut()).map_err(destination_error("inspect"))?;
    let memory = memory.into_iter().filter(|(remembered, _)| *remembered == resource).collect();
    let mut model = ModelState::new(rules(&load, &resource)?, memory)?;
    let stored = destination.check(&model.tables).map_err(destination_error("use"))?;
    let mut items = Vec::new();
    for file in &load.files {
        items.extend(file_items(file, &resource, began.as_microsecond())?);
    }
    let owner = |stored: Option<String>| stored.unwrap_or_else(|| FILES_WORKSPACE.to_owned());
    let workspace = owner(stored.as_ref().map(|stored| stored.workspace.clone()));
    let journal = owner(stored.map(|stored| stored.journal));
    observer.event(&RunEvent::RunStarted {
        stream_version: STREAM_VERSION,
        workspace: workspace.clone(),
        workspace_name: workspace.clone(),
        destination: destination.describe(),
        resumed: false,
    });
    let mut report = RunReport::default();
    report.records.insert(load.table.clone(), items.len() as u64);
    let stage = |stage, rows| observer.event(&RunEvent::Load { from: 0, to: 0, stage, rows });
    stage(LoadStage::Shredding, None);
    let shredding = model.shred(items)?;
    let rows =
        shredding.changes.iter().flat_map(|change| &change.rows).map(|batch| batch.num_rows() as u64).sum();
    // Every table is known by now, and nothing has been written yet.
    destination.check(&model.tables).map_err(destination_error("use"))?;
    let checkpoint = destination.claim(&workspace, &journal).map_err(destination_error("claim"))?;
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

/// The rules of the one table, as those of `resource`.
fn rules(load: &FileLoad, resource: &str) -> Result<Rules, PipelineError> {
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

/// The documents of a file.
fn file_items(file: &Path, resource: &str, loaded_at_us: i64) -> Result<Vec<Item>, PipelineError> {
    let name = file.display().to_string();
    let mut body = Vec::new();
    let outcome = if name == "-" {
        std::io::stdin().lock().read_to_end(&mut body).map(|_| ())
    } else {
        std::fs::read(file).map(|bytes| body = bytes)
    };
    outcome.map_err(|cause| PipelineError::File { file: name.clone(), cause })?;
    let ranges = documents(&body).map_err(|(offset, kind)| PipelineError::FileSyntax {
        line: 1 + body[..offset.min(body.len())].iter().filter(|&&byte| byte == b'\n').count(),
        file: name,
        reason: kind.to_string(),
    })?;
    let body = Arc::new(body);
    let item = |range| Item {
        resource: resource.to_owned(),
        key: Vec::new(),
        synced_at_us: loaded_at_us,
        content: Content::Document {
            source: Slice { body: body.clone(), range },
            version: None,
            from_index: false,
            complete: true,
        },
    };
    Ok(ranges.into_iter().map(item).collect())
}

/// Where the documents of a text stand: its values, and the elements of those that are lists.
fn documents(body: &[u8]) -> Result<Vec<Range<usize>>, (usize, JsonErrorKind)> {
    let mut found = Vec::new();
    for value in values(body).map_err(|error| (error.offset, error.kind))? {
        if body[value.start] != b'[' {
            found.push(value);
            continue;
        }
        let elements =
            records(&body[value.clone()], None).map_err(|error| (value.start + error.offset, error.kind))?;
        let shift = |range: Range<usize>| value.start + range.start..value.start + range.end;
        found.extend(elements.unwrap_or_default().into_iter().map(shift));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_found_however_a_file_is_laid_out() {
        for (text, expected) in [
            ("{\"a\":1}\n{\"a\":2}\n", 2),
            ("[{\"a\":1}, {\"a\":2}]", 2),
            ("{\n \"a\": [1, 2]\n}", 1),
            ("{\"a\":1}{\"a\":2} [{\"a\":3}]", 3),
            ("", 0),
            (" \n", 0),
        ] {
            assert_eq!(documents(text.as_bytes()).unwrap().len(), expected, "{text}");
        }
        assert_eq!(documents(b"{\"a\":1}\n{\"a\":}").unwrap_err().0, 13);
    }
}
