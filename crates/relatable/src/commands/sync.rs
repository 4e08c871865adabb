//! `sync`: the main job.

use crate::arguments::SyncArguments;
use crate::environment;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::render::{self, Reporter};
use crate::rules::{self, Merged};
use crate::target::Target;
use relatable_destinations::package::RememberedColumn;
use relatable_intercom::clock::Clock;
use relatable_model::rules::{Rules, UnfamiliarPath};
use relatable_pipeline::event::RunEvent;
use relatable_pipeline::report::RunReport;
use relatable_pipeline::{Delivery, SyncSettings, remembered_rules, sync_all};
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
    let targets =
        arguments.to.iter().map(|uri| Target::new(uri)).collect::<Result<Vec<Target>, Failure>>()?;
    for (place, target) in targets.iter().enumerate() {
        if targets[..place].iter().any(|earlier| earlier.is_same_as(target)) {
            return Err(Failure::SameDestination { destination: target.name() });
        }
    }
    // At least one is asked for.
    let first = &targets[0];
    let journal = arguments.journal.clone().unwrap_or_else(|| first.journal());
    if targets.iter().any(|target| target.is_in(&journal)) {
        return Err(Failure::JournalIsDestination { file: journal });
    }
    if let (None, Some(folder)) = (first.file(), journal.parent()) {
        // Where it cannot be made, opening the journal says so.
        drop(std::fs::create_dir_all(folder));
    }
    let (mut left_out, mut absent) = (Vec::new(), Vec::new());
    let mut deliveries = Vec::new();
    for target in &targets {
        match deliver(target, arguments, clock.as_ref(), deliveries.is_empty()) {
            Ok(delivery) => deliveries.push(delivery),
            Err(failure) if targets.len() == 1 => return Err(failure),
            Err(failure) => {
                let (destination, error) = (target.name(), failure.in_full());
                reporter.observer().event(&RunEvent::Undelivered { destination, error });
                absent.extend(target.place());
                left_out.push(failure);
            }
        }
    }
    let Some(first) = deliveries.first() else { return Err(left_out.swap_remove(0)) };
    let settings = SyncSettings {
        client: arguments.connection.settings()?,
        rules: first.rules.clone(),
        curated: first.curated.clone(),
        journal,
        reading: arguments.reading.settings(),
        retention: arguments.keep_journal,
        salt: environment::salt(arguments.rules.salt_file.as_deref())?,
        clock,
    };
    let run = sync_all(settings, deliveries, &absent, reporter.observer());
    let Some(run) = super::finish(run, reporter).await? else {
        render::talk("stopped; what was read is kept, and the next run goes on from there");
        return Ok(ExitCode::Interrupted);
    };
    left_out.extend(run.undelivered.into_iter().map(|undelivered| Failure::Run(undelivered.cause)));
    if left_out.is_empty() { finished(&run.report) } else { Err(Failure::Undelivered { failures: left_out }) }
}

/// A destination, held, with the rules of its tables; `warns` of what looks like a slip of the pen in the user's.
fn deliver(
    target: &Target,
    arguments: &SyncArguments,
    clock: &dyn Clock,
    warns: bool,
) -> Result<Delivery, Failure> {
    let mut destination = target.open_alone(clock)?;
    if let Some(references) = arguments.references.references {
        destination.ask_references(references);
    }
    let remembered = remembered_rules(destination.as_mut())?;
    let Merged { rules, unfamiliar, doubtful_references } =
        rules::merged_for(&remembered, arguments.rules.asked())?;
    if warns && !arguments.reporting.quiet {
        doubtful_references.iter().for_each(render::warning);
        if !unfamiliar.is_empty() {
            warn(&unfamiliar, &rules, &destination.remembered()?);
        }
    }
    Ok(Delivery { destination, rules, curated: rules::curated_for(&remembered)? })
}

/// How a run ends that was not stopped: all was done, or something is missing.
fn finished(report: &RunReport) -> Result<ExitCode, Failure> {
    let feeds: Vec<&str> = report.skipped.iter().map(|skipped| skipped.feed.as_str()).collect();
    let what: Vec<String> =
        report.incomplete.iter().map(|reading| format!("{}: {}", reading.resource, reading.detail)).collect();
    match (feeds.is_empty(), what.is_empty()) {
        (true, true) => Ok(ExitCode::Success),
        (false, true) => Err(Failure::LeftOut { feeds: feeds.join(", ") }),
        (_, false) => Err(Failure::Incomplete { what: what.join("; ") }),
    }
}

/// Warns of paths that look like a slip of the pen: another is near or their rule has no effect, and no document has had
/// them. A column whose type
/// the rules declare is there without any document.
fn warn(unfamiliar: &[UnfamiliarPath], rules: &Rules, known: &[RememberedColumn]) {
    let is_declared = |column: &RememberedColumn| {
        let rule =
            rules.resources.get(&column.resource).and_then(|rules| rules.paths.get(&column.column.path));
        rule.is_some_and(|rule| rule.logical.is_some())
    };
    let met: Vec<&RememberedColumn> = known.iter().filter(|column| !is_declared(column)).collect();
    let is_met =
        |path: &UnfamiliarPath| met.iter().any(|column| path.names(&column.resource, &column.column.path));
    let is_slip = |path: &&UnfamiliarPath| path.nearest.is_some() || path.is_for_every_resource();
    unfamiliar.iter().filter(is_slip).filter(|path| !is_met(path)).for_each(render::warning);
}
