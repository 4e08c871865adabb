//! The two passes of a load over its files: one that decides what tables there are, one that makes their rows. They run
//! one after the other, or side by side where `loading` has a reason to.

use super::batch::{Batch, Document, Standing};
use super::conveyor::{Pace, convey};
use super::documents::{Documents, NO_LIST, Stop};
use super::identities::Identities;
use super::inputs::Input;
use super::window::Window;
use crate::error::PipelineError;
use crate::shred::{ModelState, REJECTED, changes};
use relatable_destinations::package::Change;
use relatable_model::issue::Issue;
use relatable_model::json::{JsonErrorKind, values};
use relatable_model::protect::Protection;
use relatable_model::schema::Table;
use relatable_model::shred::{Context, DocumentError, Identity, Repeats, Shredder, Survey};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The kind of issue recorded for a line that is no JSON.
pub const BROKEN_LINE: &str = "broken_line";
/// The kind of issue recorded for a document whose key a later document of the same load has too.
const REPEATED: &str = "document_repeated";

/// The files of a load, and what is made of their documents.
pub(super) struct Passes<'p> {
    /// What must not be stored as it is.
    pub(super) protection: Option<Protection>,
    pub(super) inputs: &'p [Input],
    /// The members that lead to the records in each document.
    pub(super) records: &'p [String],
    pub(super) resource: &'p str,
    /// Whether a document that cannot be used ends the load.
    pub(super) strict: bool,
    pub(super) loaded_at_us: i64,
    /// Whether there were tables before, which may have more of a record than its document.
    pub(super) replaces: bool,
}

/// What the first pass found.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) survey: Survey,
    /// What identifies several documents.
    pub(super) repeated: Vec<Identity>,
    /// Documents, usable or not.
    pub(super) count: u64,
    /// The first that cannot be used.
    pub(super) refused: Option<Refusal>,
    /// Whether there are no documents but those.
    pub(super) is_complete: bool,
}

/// A document that cannot be used.
pub(super) struct Refusal {
    pub(super) file: String,
    pub(super) line: u64,
    pub(super) reason: String,
    kind: &'static str,
}

/// What a shredder and its documents became.
struct Taken {
    shredder: Shredder,
    refused: Vec<Refusal>,
    count: u64,
}

/// Rows of a batch, and how many documents they were.
pub(super) struct Rows {
    pub(super) changes: Vec<Change>,
    pub(super) count: u64,
}

/// Rows as the second pass makes them.
pub(super) type Coming<'r> = dyn Iterator<Item = Result<Rows, PipelineError>> + 'r;

impl Passes<'_> {
    /// The first pass, or its beginning: it ends with the batch that brings it to `bytes_max` bytes. `told` hears how many
    /// documents have been seen.
    pub(super) fn survey(
        &self,
        model: &ModelState,
        pace: Pace,
        bytes_max: usize,
        mut told: impl FnMut(u64),
    ) -> Result<Findings, PipelineError> {
        let is_complete = AtomicBool::new(true);
        let read = |next: &mut dyn FnMut(Batch) -> bool| {
            let mut bytes = 0;
            self.read(pace, &mut |batch| {
                bytes += batch.len_bytes();
                let goes_on = next(batch) && bytes < bytes_max;
                is_complete.store(goes_on, Ordering::Relaxed);
                goes_on
            })
        };
        let work = |batch: Batch| {
            let taken = self.take(&batch, model.shredder(self.resource, None)?)?;
            Ok((taken.shredder.survey(), taken.refused.into_iter().next(), taken.count))
        };
        let mut identities = Identities::default();
        let spool_error = |cause| PipelineError::Spool { cause };
        let mut findings = convey(pace, read, work, |made| {
            let mut findings = Findings::default();
            for made in made {
                let (surveyed, refused, count) = made.and_then(|made| made)?;
                findings.survey.merge(surveyed.survey);
                identities.extend(surveyed.identities).map_err(spool_error)?;
                findings.refused = findings.refused.or(refused);
                findings.count += count;
                told(findings.count);
            }
            Ok::<Findings, PipelineError>(findings)
        })?;
        findings.repeated = identities.repeated().map_err(spool_error)?;
        findings.is_complete = is_complete.into_inner();
        Ok(findings)
    }

    /// The tables that documents make together, as far as the contract of the resource lets them.
    pub(super) fn settle(
        &self,
        model: &ModelState,
        findings: &Findings,
    ) -> Result<Vec<Table>, PipelineError> {
        let settled = findings.survey.settle(model.shredder(self.resource, None)?)?;
        Ok(model.permitted(self.resource, settled))
    }

    /// The second pass: `take` gets the rows, in the order of the documents. With `hopes`, lists are taken to have no element
    /// that another document has, too, as long as nothing says so.
    pub(super) fn shred<R>(
        &self,
        model: &ModelState,
        pace: Pace,
        repeated: Vec<Identity>,
        hopes: bool,
        take: impl FnOnce(&mut Coming<'_>) -> R,
    ) -> R {
        let distinct = self.distinct_tables(model, repeated.is_empty(), hopes);
        let repeats = Arc::new(Repeats::new(repeated));
        let work = |batch: Batch| {
            let shredder = model.shredder(self.resource, None)?.sharing(repeats.clone());
            let shredder = if self.replaces { shredder.replacing() } else { shredder };
            self.rows(model, self.take(&batch, shredder)?, &distinct)
        };
        let read = |next: &mut dyn FnMut(Batch) -> bool| self.read(pace, next);
        convey(pace, read, work, |made| take(&mut made.map(|made| made.and_then(|made| made))))
    }

    /// The tables of which no two documents have a row of the same key, or anything to say about each other's rows.
    fn distinct_tables(&self, model: &ModelState, no_repeats: bool, hopes: bool) -> BTreeSet<String> {
        let mut distinct: BTreeSet<String> = BTreeSet::new();
        let has_key = |table: &Table| {
            let rules = model.rules.resources.get(self.resource);
            rules.is_some_and(|rules| rules.key.is_some()) && table.parent.is_none()
        };
        for table in model.tables.iter().filter(|table| table.resource == self.resource) {
            let is_distinct = match &table.parent {
                // Documents without a key are told apart however often they come.
                None => no_repeats || !has_key(table),
                Some(link) => {
                    distinct.contains(&link.table)
                        && (hopes || link.columns.iter().all(|(here, _)| table.key.contains(here)))
                }
            };
            if is_distinct {
                distinct.insert(table.name.clone());
            }
        }
        distinct
    }

    /// Reads the documents of all files into batches.
    fn read(&self, pace: Pace, next: &mut dyn FnMut(Batch) -> bool) -> Result<(), Stop> {
        let mut batch = Batch::default();
        for (place, input) in self.inputs.iter().enumerate() {
            let source = input.open().map_err(Stop::Failed)?;
            let mut take = |bytes: &[u8], position, standing| {
                batch.push(bytes, place, position, standing);
                !batch.is_full(pace.batch_bytes) || next(std::mem::take(&mut batch))
            };
            Documents::new(&input.name, Window::new(source), self.records, &mut take).read()?;
        }
        if batch.documents.is_empty() || next(batch) { Ok(()) } else { Err(Stop::Unwanted) }
    }

    /// Gives the documents of a batch to a shredder.
    fn take(&self, batch: &Batch, mut shredder: Shredder) -> Result<Taken, PipelineError> {
        let mut refused = Vec::new();
        for document in &batch.documents {
            let text = batch.text(document);
            let refusal = if document.standing == Standing::LineWithoutRecords {
                self.rejection(document, NO_LIST.to_owned())
            } else {
                let outcome = match self.take_one(&mut shredder, text) {
                    Err(error) if document.standing.is_line() => {
                        self.take_several(&mut shredder, text, error)
                    }
                    outcome => outcome,
                };
                let Err(error) = outcome else { continue };
                self.refusal(document, text, &error)?
            };
            if self.strict {
                let Refusal { file, line, reason, .. } = refusal;
                return Err(PipelineError::Refused { file, line, reason });
            }
            refused.push(refusal);
        }
        Ok(Taken { shredder, refused, count: batch.documents.len() as u64 })
    }

    /// Gives a document to a shredder.
    fn take_one(&self, shredder: &mut Shredder, text: &[u8]) -> Result<(), DocumentError> {
        let context = Context { synced_at_us: self.loaded_at_us };
        match &self.protection {
            None => shredder.document(text, context),
            Some(protection) => shredder.document(&protection.document(text)?, context),
        }
    }

    /// Gives the documents of a line to a shredder that is none for `error`: some lines have several.
    fn take_several(
        &self,
        shredder: &mut Shredder,
        line: &[u8],
        error: DocumentError,
    ) -> Result<(), DocumentError> {
        let is_several =
            matches!(&error, DocumentError::Json(error) if error.kind == JsonErrorKind::TrailingText);
        match values(line) {
            Ok(several) if is_several => {
                several.into_iter().try_for_each(|range| self.take_one(shredder, &line[range]))
            }
            _ => Err(error),
        }
    }

    /// What to tell of a document that cannot be used; an error where the file cannot be read on behind it.
    fn refusal(
        &self,
        document: &Document,
        text: &[u8],
        error: &DocumentError,
    ) -> Result<Refusal, PipelineError> {
        let DocumentError::Json(json) = error else {
            return Ok(self.rejection(document, error.to_string()));
        };
        let file = self.inputs[document.input].name.clone();
        let position = document.position.behind(&text[..json.offset.min(text.len())]);
        let (line, column, reason) = (position.line, position.column, json.kind.to_string());
        if !document.standing.is_line() && json.kind != JsonErrorKind::TooDeep {
            return Err(PipelineError::FileSyntax { file, line, column, reason });
        }
        let kind = if document.standing.is_line() { BROKEN_LINE } else { REJECTED };
        Ok(Refusal { file, line, reason: format!("{reason}, at column {column}"), kind })
    }

    /// What to tell of a document that is JSON and still cannot be used.
    fn rejection(&self, document: &Document, reason: String) -> Refusal {
        let file = self.inputs[document.input].name.clone();
        Refusal { file, line: document.position.line, reason, kind: REJECTED }
    }

    /// The rows of documents taken, and the issues of those that were not.
    fn rows(
        &self,
        model: &ModelState,
        taken: Taken,
        distinct: &BTreeSet<String>,
    ) -> Result<Rows, PipelineError> {
        let mut shredded = taken.shredder.finish()?;
        model.hold(self.resource, &mut shredded)?;
        let mut issues = shredded.issues;
        issues.extend(shredded.repeated.into_iter().map(|key| self.repeated(key)));
        issues.extend(taken.refused.into_iter().map(|refusal| self.refused(refusal)));
        let mut made: Vec<Change> = changes(shredded.tables)
            .map(|change| match distinct.contains(&change.table) {
                true => Change::Distinct(change),
                false => Change::Table(change),
            })
            .collect();
        if !issues.is_empty() {
            made.push(Change::Issues(issues));
        }
        Ok(Rows { changes: made, count: taken.count })
    }

    /// The issue of a document that cannot be used.
    fn refused(&self, refusal: Refusal) -> Issue {
        Issue {
            resource: self.resource.to_owned(),
            kind: refusal.kind.to_owned(),
            path: String::new(),
            record: format!("{}:{}", refusal.file, refusal.line),
            detail: refusal.reason,
        }
    }

    /// The issue of a document that a later one took the place of.
    fn repeated(&self, key: String) -> Issue {
        Issue {
            resource: self.resource.to_owned(),
            kind: REPEATED.to_owned(),
            path: String::new(),
            record: key,
            detail: "several documents of one load have this key; the last of them is the row".to_owned(),
        }
    }
}
