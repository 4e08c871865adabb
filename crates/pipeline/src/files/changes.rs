//! Rows on their way to the destination, and what is told of them.

use super::passes::Rows;
use crate::error::PipelineError;
use crate::event::{LoadStage, Observer, RunEvent};
use crate::report::RunReport;
use relatable_destinations::package::Change;
use std::collections::VecDeque;
use std::error::Error;

/// Who is told how far a load is.
pub(super) struct Told<'t> {
    pub(super) observer: &'t dyn Observer,
    pub(super) table: &'t str,
}

impl Told<'_> {
    /// Tells what the load is doing.
    pub(super) fn stage(&self, stage: LoadStage, rows: Option<u64>) {
        self.observer.event(&RunEvent::Load { from: 0, to: 0, stage, rows });
    }

    /// Tells how many documents have been seen, of how many.
    pub(super) fn progress(&self, records: u64, total: Option<u64>) {
        let resource = self.table.to_owned();
        self.observer.event(&RunEvent::Progress { resource, records, total, waiting: 0 });
    }
}

/// The changes of a load, as the destination asks for them.
pub(super) struct Changes<'c> {
    rows: &'c mut dyn Iterator<Item = Result<Rows, PipelineError>>,
    waiting: VecDeque<Change>,
    told: &'c Told<'c>,
    /// Documents handed over, and all of them.
    count: u64,
    total: u64,
    report: &'c mut RunReport,
    is_complete: bool,
}

impl<'c> Changes<'c> {
    /// The changes that `rows` bring; `report` counts the issues among them.
    pub(super) fn new(
        rows: &'c mut dyn Iterator<Item = Result<Rows, PipelineError>>,
        told: &'c Told<'c>,
        total: u64,
        report: &'c mut RunReport,
    ) -> Changes<'c> {
        Changes { rows, waiting: VecDeque::new(), told, count: 0, total, report, is_complete: false }
    }
}

impl Iterator for Changes<'_> {
    type Item = Result<Change, Box<dyn Error + Send + Sync>>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.waiting.is_empty() {
            match self.rows.next() {
                Some(Ok(rows)) => {
                    self.count += rows.count;
                    self.told.progress(self.count, Some(self.total));
                    self.waiting.extend(rows.changes);
                }
                Some(Err(error)) => return Some(Err(error.into())),
                None => {
                    if !std::mem::replace(&mut self.is_complete, true) {
                        self.told.stage(LoadStage::Committing, None);
                    }
                    return None;
                }
            }
        }
        let change = self.waiting.pop_front()?;
        if let Change::Issues(issues) = &change {
            for issue in issues {
                *self.report.issues.entry(issue.kind.clone()).or_default() += 1;
            }
        }
        Some(Ok(change))
    }
}
