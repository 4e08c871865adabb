//! `load`: files through the same engine.

use crate::arguments::LoadArguments;
use crate::environment;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::render::{self, Reporter};
use crate::rules;
use crate::target::Target;
use relatable_intercom::clock::Clock;
use relatable_pipeline::{BROKEN_LINE, FileLoad, PipelineError, load_files};
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

/// What is said of lines that were left out.
struct LeftOut {
    broken: u64,
}

impl Display for LeftOut {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let (lines, are) = if self.broken == 1 { ("line", "is") } else { ("lines", "are") };
        let count = render::grouped(self.broken);
        write!(
            formatter,
            "{count} {lines} that {are} not JSON left out; _relatable_issues has file and line of each"
        )
    }
}

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
    let destination = Target::new(&arguments.to)?.open_alone(clock.as_ref())?;
    let load = FileLoad {
        files: arguments.files.clone(),
        table: arguments.table.clone(),
        key: arguments.key.clone(),
        records: arguments.records.clone(),
        strict: arguments.strict,
        salt: environment::salt(arguments.salt_file.as_deref())?,
        rules: arguments.model.as_deref().map(rules::of_file).transpose()?,
        table_prefix: arguments.naming.table_prefix.clone(),
        clock,
    };
    let observer = reporter.observer();
    let task = tokio::task::spawn_blocking(move || load_files(load, destination, observer));
    let run = async { task.await.unwrap_or(Err(PipelineError::Internal { part: "load" })) };
    let Some(report) = super::finish(run, reporter).await? else {
        render::talk(
            "stopped; a load is written whole or not at all, and running it again adds nothing twice",
        );
        return Ok(ExitCode::Interrupted);
    };
    if let Some(broken) = report.issues.get(BROKEN_LINE).filter(|_| !arguments.reporting.quiet) {
        render::warning(&LeftOut { broken: *broken });
    }
    Ok(ExitCode::Success)
}
