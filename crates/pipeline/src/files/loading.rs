//! A load from its first document to its commit.
//!
//! Types and names follow all documents, so rows can be made only when all have been seen. Of a large load the first ones
//! are looked at, and then rows are made as if the others had nothing new, while those are looked at beside it. Nothing
//! is committed before all have been seen, and where they do have something new, the load begins again.

use super::changes::{Changes, Told};
use super::conveyor::Pace;
use super::destination_error;
use super::passes::{Findings, Passes, Refusal};
use crate::error::PipelineError;
use crate::event::LoadStage;
use crate::report::RunReport;
use crate::shred::ModelState;
use relatable_destinations::package::{Checkpoint, Model, Package, Receipt};
use relatable_destinations::{Destination, DestinationError};
use relatable_intercom::clock::Clock;
use relatable_model::schema::Table;
use relatable_model::shred::Identity;
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// Bytes of documents that are looked at before rows are made.
const FIRST_BYTES: usize = 16 * 1024 * 1024;

/// A load of files into a destination.
pub(super) struct Loading<'l> {
    pub(super) passes: &'l Passes<'l>,
    pub(super) destination: &'l mut dyn Destination,
    pub(super) told: &'l Told<'l>,
    pub(super) clock: &'l dyn Clock,
    /// The rules to remember with the load.
    pub(super) models: &'l [Model],
    /// The workspace and the journal that the load is recorded under.
    pub(super) owner: (String, String),
    /// The path to the records in each document, as it was given.
    pub(super) records: Option<&'l str>,
    /// Counts the issues.
    pub(super) report: &'l mut RunReport,
}

/// What a load did.
pub(super) struct Loaded {
    pub(super) receipt: Receipt,
    /// Documents, usable or not.
    pub(super) count: u64,
}

/// Tables that documents make, and the model with them.
struct Settled {
    tables: Vec<Table>,
    model: ModelState,
}

/// How a load ended that did not wait until all documents were seen.
enum Ahead {
    /// It holds.
    Loaded(Loaded),
    /// Nothing was written, and this is what all documents are; `hopes` as in [`Passes::shred`].
    Again { findings: Findings, hopes: bool },
}

impl Loading<'_> {
    /// Loads all documents.
    pub(super) fn run(mut self, model: &ModelState) -> Result<Loaded, PipelineError> {
        self.told.stage(LoadStage::Surveying, None);
        let (mut findings, mut hopes) = (self.survey(model, FIRST_BYTES)?, true);
        if !findings.is_complete {
            match self.assumed(model, &findings) {
                None => findings = self.survey(model, usize::MAX)?,
                Some(assumed) => match self.load_ahead(model, &assumed)? {
                    Ahead::Loaded(loaded) => return Ok(loaded),
                    Ahead::Again { findings: all, hopes: still } => (findings, hopes) = (all, still),
                },
            }
        }
        refuse_if_unusable(&findings, self.records)?;
        let settled = self.settled(model, &findings)?;
        // Every table is known by now, and nothing has been written yet.
        self.destination.check(&settled.model.tables).map_err(destination_error("use"))?;
        self.load(&settled.model, findings, hopes)
    }

    /// Looks at documents, at all or at the first.
    fn survey(&self, model: &ModelState, bytes_max: usize) -> Result<Findings, PipelineError> {
        self.passes.survey(model, Pace::full(), bytes_max, |count| self.told.progress(count, None))
    }

    /// What documents make of the tables there are.
    fn settled(&self, model: &ModelState, findings: &Findings) -> Result<Settled, PipelineError> {
        let tables = self.passes.settle(model, findings)?;
        let mut model = model.clone();
        model.learn(self.passes.resource, &tables);
        Ok(Settled { tables, model })
    }

    /// What the first documents make, where a load can begin with that.
    fn assumed(&mut self, model: &ModelState, first: &Findings) -> Option<Settled> {
        if first.survey.documents() == 0 || !first.repeated.is_empty() {
            return None;
        }
        // What stands against it may not stand against what all documents make.
        let settled = self.settled(model, first).ok()?;
        self.destination.check(&settled.model.tables).ok()?;
        Some(settled)
    }

    /// Loads as if all documents made what the first did, and looks at all of them meanwhile.
    fn load_ahead(&mut self, model: &ModelState, assumed: &Settled) -> Result<Ahead, PipelineError> {
        let checkpoint = self.claim()?;
        let (passes, total) = (self.passes, OnceLock::new());
        let (tell, verdict) = channel();
        thread::scope(|scope| {
            let total = &total;
            let survey = scope.spawn(move || {
                let findings = passes.survey(model, Pace::half(), usize::MAX, |_| ())?;
                let holds =
                    findings.repeated.is_empty() && passes.settle(model, &findings)? == assumed.tables;
                total.get_or_init(|| findings.count);
                // A load that failed does not listen any more.
                let _ = tell.send(holds);
                Ok::<(Findings, bool), PipelineError>((findings, holds))
            });
            let attempt = Attempt { pace: Pace::half(), repeated: Vec::new(), hopes: true, total };
            let outcome = self.attempt(&assumed.model, &checkpoint, attempt, Some(&verdict));
            let all = survey.join().map_err(|_| PipelineError::Internal { part: "surveying" })?;
            let (findings, holds) = all?;
            match outcome {
                _ if !holds => Ok(Ahead::Again { findings, hopes: true }),
                Err(DestinationError::KeyRepeated { .. }) => Ok(Ahead::Again { findings, hopes: false }),
                Err(error) => Err(load_error(error)),
                Ok(receipt) => Ok(Ahead::Loaded(Loaded { receipt, count: findings.count })),
            }
        })
    }

    /// Loads documents that have all been seen.
    fn load(&mut self, model: &ModelState, findings: Findings, hopes: bool) -> Result<Loaded, PipelineError> {
        let checkpoint = self.claim()?;
        let count = findings.count;
        let total = OnceLock::from(count);
        let attempt = |hopes| {
            let repeated = findings.repeated.clone();
            Attempt { pace: Pace::full(), repeated, hopes, total: &total }
        };
        let mut outcome = self.attempt(model, &checkpoint, attempt(hopes), None);
        // An element that two documents have is rare, and to look for it in all that came before is slow.
        if hopes && matches!(outcome, Err(DestinationError::KeyRepeated { .. })) {
            outcome = self.attempt(model, &checkpoint, attempt(false), None);
        }
        outcome.map(|receipt| Loaded { receipt, count }).map_err(load_error)
    }

    /// Makes the destination ours.
    fn claim(&mut self) -> Result<Checkpoint, PipelineError> {
        let (workspace, journal) = &self.owner;
        let checkpoint = self.destination.claim(workspace, journal).map_err(destination_error("claim"))?;
        self.told.stage(LoadStage::Loading, None);
        Ok(checkpoint)
    }

    /// Loads once; with a `verdict` only if that is that the model holds.
    fn attempt(
        &mut self,
        model: &ModelState,
        checkpoint: &Checkpoint,
        attempt: Attempt<'_>,
        verdict: Option<&Receiver<bool>>,
    ) -> Result<Receipt, DestinationError> {
        let package = Package {
            models: self.models,
            retired: None,
            tables: &model.tables,
            issues: &[],
            checkpoint,
            loaded_at_us: self.clock.now().as_microsecond(),
        };
        self.report.issues.clear();
        let Attempt { pace, repeated, hopes, total } = attempt;
        let passes = self.passes;
        passes.shred(model, pace, repeated, hopes, |rows| {
            let mut changes = Changes::new(rows, verdict, self.told, total, self.report);
            self.destination.load(&package, &mut changes)
        })
    }
}

/// How rows are made and loaded.
struct Attempt<'a> {
    pace: Pace,
    /// What identifies several documents.
    repeated: Vec<Identity>,
    /// As in [`Passes::shred`].
    hopes: bool,
    /// How many documents there are, once that is known.
    total: &'a OnceLock<u64>,
}

/// Refuses a load in which no document can be used, with the place of the first and the reason.
fn refuse_if_unusable(findings: &Findings, records: Option<&str>) -> Result<(), PipelineError> {
    match (&findings.refused, records) {
        (Some(Refusal { file, line, reason, .. }), _) if findings.survey.documents() == 0 => {
            Err(PipelineError::AllRejected {
                count: findings.count,
                file: file.clone(),
                line: *line,
                reason: reason.clone(),
            })
        }
        (_, Some(path)) if findings.count == 0 => Err(PipelineError::NoRecords { path: path.to_owned() }),
        _ => Ok(()),
    }
}

/// An error while loading: what a pass over the files said, where it was that.
fn load_error(cause: DestinationError) -> PipelineError {
    match cause {
        DestinationError::Producer(cause) => match cause.downcast::<PipelineError>() {
            Ok(own) => *own,
            Err(cause) => {
                PipelineError::Destination { step: "load into", cause: DestinationError::Producer(cause) }
            }
        },
        cause => PipelineError::Destination { step: "load into", cause },
    }
}
