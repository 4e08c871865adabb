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
    let target = Target::new(&arguments.to);
    let rules = rules::merged(arguments.model.as_deref())?;
    let journal = arguments.journal.clone().unwrap_or_else(|| target.journal());
    if target.is_in(&journal) {
        return Err(Failure::JournalIsDestination { file: journal });
    }
    let destination = target.open()?;
    let settings = SyncSettings {
        client: arguments.connection.settings()?,
        rules,
        journal,
        select: arguments.select.clone(),
        full: arguments.full,
        clock: clock.clone(),
    };
    let reporter = Reporter::asked(&arguments.reporting, clock);
    let run = sync(settings, destination, reporter.observer());
    let Some(report) = super::finish(run, &reporter).await? else {
        render::talk("stopped; what was read is kept, and the next run goes on from there");
        return Ok(ExitCode::Interrupted);
    };
    if report.skipped.is_empty() {
        return Ok(ExitCode::Success);
    }
    let feeds: Vec<&str> = report.skipped.iter().map(|skipped| skipped.feed.as_str()).collect();
    Err(Failure::LeftOut { feeds: feeds.join(", ") })
}
