//! `load`: files through the same engine.

use crate::arguments::LoadArguments;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::render::{self, Reporter};
use crate::rules;
use crate::target::Target;
use relatable_intercom::clock::Clock;
use relatable_pipeline::{FileLoad, PipelineError, load_files};
use std::sync::Arc;

/// Loads JSON or NDJSON files into tables.
pub(super) async fn run(arguments: &LoadArguments, clock: Arc<dyn Clock>) -> Result<ExitCode, Failure> {
    let reporter = Reporter::asked(&arguments.reporting, clock.clone());
    let outcome = read(arguments, clock, &reporter).await;
    reporter.end(&outcome);
    outcome
}

/// As [`run`], telling `reporter` what happens on the way.
async fn read(
    arguments: &LoadArguments,
    clock: Arc<dyn Clock>,
    reporter: &Reporter,
) -> Result<ExitCode, Failure> {
    let load = FileLoad {
        files: arguments.files.clone(),
        table: arguments.table.clone(),
        key: arguments.key.clone(),
        rules: arguments.model.as_deref().map(rules::of_file).transpose()?,
        clock,
    };
    let destination = Target::new(&arguments.to)?.open()?;
    let observer = reporter.observer();
    let task = tokio::task::spawn_blocking(move || load_files(load, destination, observer));
    let run = async { task.await.unwrap_or(Err(PipelineError::Internal { part: "load" })) };
    if super::finish(run, reporter).await?.is_none() {
        render::talk("stopped; loads finished by then stay, and running it again adds nothing twice");
        return Ok(ExitCode::Interrupted);
    }
    Ok(ExitCode::Success)
}
