//! `verify`: whether the tables hold what the API has, and mending where they do not.

use crate::arguments::VerifyArguments;
use crate::environment;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::render::{self, Reporter};
use crate::rules;
use crate::target::Target;
use relatable_intercom::clock::Clock;
use relatable_pipeline::{
    LISTED_MAX_DEFAULT, PipelineError, ReadingSettings, Retention, SyncSettings, VerifyReport,
    VerifySettings, remembered_rules, repair, verify,
};
use std::sync::Arc;

/// Verifies, mends where that is asked for, and verifies again.
pub(super) async fn run(arguments: &VerifyArguments, clock: Arc<dyn Clock>) -> Result<ExitCode, Failure> {
    let reporter = Reporter::asked(&arguments.reporting, clock.clone());
    let outcome = prove(arguments, clock, &reporter).await;
    let report = match outcome {
        Ok(Some(report)) => report,
        Ok(None) => {
            let interrupted = Ok(ExitCode::Interrupted);
            reporter.end(&interrupted);
            return interrupted;
        }
        Err(failure) => {
            let failed = Err(failure);
            reporter.end(&failed);
            return failed;
        }
    };
    if !report.findings.is_empty() {
        return Ok(ExitCode::Verification);
    }
    if report.skipped.is_empty() {
        return if report.is_proof() { Ok(ExitCode::Success) } else { Err(nothing_compared(&report)) };
    }
    let feeds: Vec<&str> = report.skipped.iter().map(|skipped| skipped.feed.as_str()).collect();
    Err(Failure::LeftOut { feeds: feeds.join(", ") })
}

/// Why a report proves nothing.
fn nothing_compared(report: &VerifyReport) -> Failure {
    let reasons = report.unjudged().map(|(resource, reason)| format!("{resource}: {reason}"));
    Failure::NothingCompared { reasons: reasons.collect() }
}

/// The last report; `None` where somebody stopped it.
async fn prove(
    arguments: &VerifyArguments,
    clock: Arc<dyn Clock>,
    reporter: &Reporter,
) -> Result<Option<VerifyReport>, Failure> {
    let target = Target::new(&arguments.to)?;
    let settings = settings(arguments, &target, clock)?;
    let work = async {
        let mut report = verified(&settings, &target, reporter).await?;
        if arguments.repair && !report.findings.is_empty() {
            show(arguments, &report);
            let open = || target.open_destination();
            repair(&settings, &report.findings, &open, reporter.observer()).await?;
            report = verified(&settings, &target, reporter).await?;
        }
        Ok(report)
    };
    let report = super::finish(work, reporter).await?;
    if let Some(report) = &report
        && !arguments.reporting.json
    {
        if !arguments.reporting.quiet {
            render::talk(&render::proof(report));
        }
        if !report.findings.is_empty() {
            render::data(&render::findings(report))?;
        }
    }
    Ok(report)
}

/// Tells people what was found before it is mended.
fn show(arguments: &VerifyArguments, report: &VerifyReport) {
    if !arguments.reporting.json && !arguments.reporting.quiet {
        render::talk(&render::proof(report));
        render::talk(&format!("{}\n\nmending", render::findings(report)));
    }
}

/// One verification.
async fn verified(
    settings: &VerifySettings,
    target: &Target,
    reporter: &Reporter,
) -> Result<VerifyReport, PipelineError> {
    let opened = target.open_destination();
    let mut destination = opened.map_err(|cause| PipelineError::Destination { step: "use", cause })?;
    verify(settings, destination.as_mut(), reporter.observer()).await
}

/// What was asked for.
fn settings(
    arguments: &VerifyArguments,
    target: &Target,
    clock: Arc<dyn Clock>,
) -> Result<VerifySettings, Failure> {
    let journal = arguments.journal.clone().unwrap_or_else(|| target.journal());
    if target.is_in(&journal) {
        return Err(Failure::JournalIsDestination { file: journal });
    }
    let mut destination = target.open()?;
    if destination.checkpoint()?.is_none() {
        return Err(Failure::NothingRead { destination: destination.describe() });
    }
    let remembered = remembered_rules(destination.as_mut())?;
    let seed = arguments.seed.unwrap_or_else(|| clock.now().as_microsecond().unsigned_abs() % 1_000_000);
    Ok(VerifySettings {
        sync: SyncSettings {
            client: arguments.connection.settings()?,
            rules: rules::merged_for(&remembered, arguments.rules.asked())?.rules,
            curated: rules::curated_for(&remembered)?,
            journal,
            reading: ReadingSettings {
                select: arguments.select.clone(),
                also: arguments.also.clone(),
                object_types: arguments.object_types.clone(),
                ..ReadingSettings::default()
            },
            retention: Retention::Forever,
            salt: environment::salt(arguments.rules.salt_file.as_deref())?,
            clock,
        },
        sample: arguments.sample,
        seed,
        listed_max: if arguments.every_id { u64::MAX } else { LISTED_MAX_DEFAULT },
    })
}
