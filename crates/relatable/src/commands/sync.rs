//! `sync`: the main job.

use crate::arguments::SyncArguments;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::render::{self, Reporter};
use crate::rules;
use crate::target::Target;
use relatable_intercom::clock::Clock;
use relatable_pipeline::{SyncSettings, sync};
use std::sync::Arc;

/// Reads a workspace into a database, or brings it up to date.
pub(super) async fn run(arguments: &SyncArguments, clock: Arc<dyn Clock>) -> Result<ExitCode, Failure> {
    let reporter = Reporter::asked(&arguments.reporting, clock.clone());
    let outcome = read(arguments, clock, &reporter).await;
    reporter.end(&outcome);
    outcome
}

/// As [`run`], telling `reporter` what happens on the way.
async fn read(
    arguments: &SyncArguments,
    clock: Arc<dyn Clock>,
    reporter: &Reporter,
) -> Result<ExitCode, Failure> {
    let target = Target::new(&arguments.to)?;
    let rules = rules::merged(arguments.model.as_deref())?;
    let destination = target.open()?;
    let settings = SyncSettings {
        client: arguments.connection.settings()?,
        rules,
        journal: arguments.journal.clone().unwrap_or_else(|| target.journal()),
        select: arguments.select.clone(),
        full: arguments.full,
        clock,
    };
    let run = sync(settings, destination, reporter.observer());
    if super::finish(run, reporter).await?.is_none() {
        render::talk("stopped; what was read is kept, and the next run goes on from there");
        return Ok(ExitCode::Interrupted);
    }
    Ok(ExitCode::Success)
}
