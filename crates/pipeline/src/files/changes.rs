//! Rows on their way to the destination, and what is told of them.

use super::passes::Coming;
use crate::event::{LoadStage, Observer, RunEvent};
use crate::report::RunReport;
use relatable_destinations::package::Change;
use std::collections::VecDeque;
use std::error::Error;
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, TryRecvError};

/// Who is told how far a load is.
pub(super) struct Told<'t> {
    pub(super) observer: &'t dyn Observer,
    /// The destination in words.
    pub(super) destination: &'t str,
    pub(super) table: &'t str,
}

impl Told<'_> {
    /// Tells what the load is doing.
    pub(super) fn stage(&self, stage: LoadStage, rows: Option<u64>) {
        let destination = self.destination.to_owned();
        self.observer.event(&RunEvent::Load { destination, from: 0, to: 0, stage, rows });
    }

    /// Tells how many documents have been seen, of how many.
    pub(super) fn progress(&self, records: u64, total: Option<u64>) {
        let resource = self.table.to_owned();
        self.observer.event(&RunEvent::Progress { resource, records, total, waiting: 0 });
    }
}

/// Why a load is given up.
const REFUTED: &str = "the documents make other tables than the first of them did";

/// The changes of a load, as the destination asks for them.
pub(super) struct Changes<'c> {
    rows: &'c mut Coming<'c>,
    /// Says whether what the rows are made by holds, where that is still open.
    verdict: Option<&'c Receiver<bool>>,
    waiting: VecDeque<Change>,
    told: &'c Told<'c>,
    /// Documents handed over.
    count: u64,
    /// All documents, once it is known how many there are.
    total: &'c OnceLock<u64>,
    report: &'c mut RunReport,
    is_complete: bool,
}

impl<'c> Changes<'c> {
    /// The changes that `rows` bring; `report` counts the issues among them. With a `verdict` that does not come, or is
    /// that it does not hold, they end with an error.
    pub(super) fn new(
        rows: &'c mut Coming<'c>,
        verdict: Option<&'c Receiver<bool>>,
        told: &'c Told<'c>,
        total: &'c OnceLock<u64>,
        report: &'c mut RunReport,
    ) -> Changes<'c> {
        let waiting = VecDeque::new();
        Changes { rows, verdict, waiting, told, count: 0, total, report, is_complete: false }
    }

    /// Whether what the rows are made by does not hold, as far as that is known; at the `end` that is waited for.
    fn is_refuted(&mut self, end: bool) -> bool {
        let Some(verdict) = self.verdict else { return false };
        let said = match verdict.try_recv() {
            Err(TryRecvError::Empty) if !end => return false,
            Err(TryRecvError::Empty) => verdict.recv().ok(),
            said => said.ok(),
        };
        self.verdict = None;
        said != Some(true)
    }
}

impl Iterator for Changes<'_> {
    type Item = Result<Change, Box<dyn Error + Send + Sync>>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.waiting.is_empty() {
            let next = self.rows.next();
            if self.is_refuted(next.is_none()) {
                return Some(Err(REFUTED.into()));
            }
            match next {
                Some(Ok(rows)) => {
                    self.count += rows.count;
                    self.told.progress(self.count, self.total.get().copied());
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
