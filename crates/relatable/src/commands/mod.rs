//! The commands, one file each.

mod check;
mod demo;
mod diff;
mod export;
mod forget;
mod help;
mod journal;
mod load;
mod model;
mod plan;
mod remodel;
mod showcase;
mod simulate;
mod suggest;
mod sync;
mod verify;

use crate::arguments::{Command, ModelCommand};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interruption;
use crate::render::Reporter;
use relatable_intercom::clock::{Clock, SystemClock};
use relatable_pipeline::PipelineError;
use std::sync::Arc;

/// Does what was asked.
pub(crate) async fn run(command: Command) -> Result<ExitCode, Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    match command {
        Command::Demo(arguments) => demo::run(&arguments, clock).await,
        Command::Sync(arguments) => sync::run(&arguments, clock).await,
        Command::Verify(arguments) => verify::run(&arguments, clock).await,
        Command::Check(arguments) => check::run(&arguments, clock).await,
        Command::Plan(arguments) => plan::run(&arguments, clock).await,
        Command::Load(arguments) => load::run(&arguments, clock).await,
        Command::Export(arguments) => export::run(&arguments),
        Command::Remodel(arguments) => remodel::run(&arguments, clock).await,
        Command::Forget(arguments) => forget::run(&arguments, clock.as_ref()),
        Command::Journal(arguments) => journal::run(&arguments, clock.as_ref()),
        Command::Model(ModelCommand::Show(arguments)) => model::show(&arguments),
        Command::Model(ModelCommand::Schema) => model::schema(),
        Command::Model(ModelCommand::Diff(arguments)) => diff::run(&arguments),
        Command::Model(ModelCommand::Suggest(arguments)) => suggest::run(&arguments, clock.as_ref()),
        Command::Simulate(arguments) => simulate::run(arguments).await,
        Command::Help(arguments) => help::run(&arguments),
    }
}

/// Waits for a run, or until somebody wants the program to end: then nothing is returned, and the run is dropped. What
/// was journalled and loaded by then stays.
///
/// # Errors
/// [`Failure::Run`] when the run ends early.
async fn finish<T>(
    run: impl Future<Output = Result<T, PipelineError>>,
    reporter: &Reporter,
) -> Result<Option<T>, Failure> {
    let outcome = tokio::select! {
        outcome = run => outcome.map(Some).map_err(Failure::from),
        requested = interruption::requested() => requested.map(|()| None),
    };
    reporter.close();
    outcome
}
