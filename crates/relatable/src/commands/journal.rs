//! `journal`: what it holds, making it smaller, and whom it serves.

use crate::arguments::{JournalArguments, JournalCommand, PruneArguments, ReleaseArguments};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::render::{self, JournalView, Loaded};
use crate::target::Target;
use relatable_intercom::clock::Clock;
use relatable_journal::{Inspection, JournalError};
use relatable_pipeline::{PipelineError, prune_journal, release_destination};
use std::path::PathBuf;

/// Shows a journal, or prunes it.
pub(super) fn run(arguments: &JournalArguments, clock: &dyn Clock) -> Result<ExitCode, Failure> {
    match (&arguments.command, &arguments.to) {
        (Some(JournalCommand::Prune(arguments)), _) => prune(arguments, clock),
        (Some(JournalCommand::Release(arguments)), _) => release(arguments, clock),
        (None, Some(to)) => show(to, arguments),
        // The command line's reader does not let this through.
        (None, None) => Ok(ExitCode::Usage),
    }
}

/// Shows what a journal holds.
fn show(to: &str, arguments: &JournalArguments) -> Result<ExitCode, Failure> {
    let target = Target::new(to)?;
    let file = journal_of(&target, arguments.journal.as_ref())?;
    let mut destination = target.open()?;
    let stored = destination.checkpoint()?;
    let inspection = Inspection::open(&file).map_err(|cause| journal_error("open", cause))?;
    let reading = |cause| journal_error("read", cause);
    let overview = inspection.overview().map_err(reading)?;
    let loaded = match &stored {
        None => Loaded::Nothing,
        Some(stored) => {
            let (id, path) = stored.journal.split_once(' ').unwrap_or((&stored.journal, ""));
            if id == overview.id { Loaded::UpTo(stored.seq) } else { Loaded::Other(path.to_owned()) }
        }
    };
    let after = if let Loaded::UpTo(seq) = loaded { seq } else { 0 };
    let view = JournalView {
        file: file.display().to_string(),
        destination: destination.describe(),
        overview,
        loaded,
        all: inspection.extent(0).map_err(reading)?,
        not_loaded: inspection.extent(after).map_err(reading)?,
        work_left: inspection.work_left().map_err(reading)?,
        cursors: inspection.cursors().map_err(reading)?,
    };
    render::data(&if arguments.json { view.json() } else { view.text() })?;
    Ok(ExitCode::Success)
}

/// Takes away what is not to be kept.
fn prune(arguments: &PruneArguments, clock: &dyn Clock) -> Result<ExitCode, Failure> {
    let target = Target::new(&arguments.to)?;
    let file = journal_of(&target, arguments.journal.as_ref())?;
    let mut destination = target.open()?;
    let Some(stored) = destination.checkpoint()? else {
        return Err(Failure::NothingRead { destination: destination.describe() });
    };
    let (pruned, compacted) = prune_journal(&file, &destination.place(), &stored, arguments.keep, clock)?;
    let text = if arguments.json {
        render::pruned_json(pruned, compacted)
    } else {
        render::pruned(pruned, compacted)
    };
    render::data(&text)?;
    Ok(ExitCode::Success)
}

/// Lets go of a destination.
fn release(arguments: &ReleaseArguments, clock: &dyn Clock) -> Result<ExitCode, Failure> {
    let target = Target::new(&arguments.to)?;
    let file = journal_of(&target, arguments.journal.as_ref())?;
    // A file need not be there any more; a server is not asked.
    let place = target.place().map_or_else(|| Ok(target.open()?.place()), Ok::<_, Failure>)?;
    release_destination(&file, &place, clock)?;
    render::data(&format!("the journal keeps nothing for {} any more", target.name()))?;
    Ok(ExitCode::Success)
}

/// The journal asked for, or that beside the destination.
fn journal_of(target: &Target, asked: Option<&PathBuf>) -> Result<PathBuf, Failure> {
    let file = asked.cloned().unwrap_or_else(|| target.journal());
    if file.exists() { Ok(file) } else { Err(Failure::NoJournal { file }) }
}

/// An error of the journal at a step.
fn journal_error(step: &'static str, cause: JournalError) -> Failure {
    Failure::Run(PipelineError::Journal { step, cause })
}
