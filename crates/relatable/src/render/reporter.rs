//! Who is told of a run's events, and how it ends.

use super::json::Json;
use super::lines::Lines;
use super::progress::Progress;
use super::report;
use crate::arguments::ReportingArguments;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use relatable_intercom::clock::Clock;
use relatable_pipeline::event::{Observer, RunEvent, STREAM_VERSION, Unobserved};
use relatable_pipeline::report::RunReport;
use std::io::{self, IsTerminal};
use std::sync::Arc;

/// What is said at the end of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Every table's changes, and the totals.
    Tables,
    /// The totals.
    Totals,
}

impl Ending {
    /// The report in words.
    pub(super) fn text(self, report: &RunReport) -> String {
        match self {
            Ending::Tables => report::full(report),
            Ending::Totals => report::totals(report),
        }
    }
}

/// The one who tells of a run.
pub(crate) struct Reporter {
    observer: Arc<dyn Observer>,
    /// The bars, where there are any to take away.
    progress: Option<Arc<Progress>>,
}

impl Reporter {
    /// As the command line asks.
    pub(crate) fn asked(arguments: &ReportingArguments, clock: Arc<dyn Clock>) -> Reporter {
        if arguments.json {
            Reporter { observer: Arc::new(Json::new(io::stdout(), clock)), progress: None }
        } else if arguments.quiet {
            Reporter { observer: Arc::new(Unobserved), progress: None }
        } else {
            Reporter::talking(Ending::Tables, clock)
        }
    }

    /// On standard error: bars on a terminal, lines elsewhere.
    pub(crate) fn talking(ending: Ending, clock: Arc<dyn Clock>) -> Reporter {
        if io::stderr().is_terminal() {
            let progress = Arc::new(Progress::new(ending));
            Reporter { observer: progress.clone(), progress: Some(progress) }
        } else {
            Reporter { observer: Arc::new(Lines::new(io::stderr(), ending, clock)), progress: None }
        }
    }

    /// The one to tell.
    pub(crate) fn observer(&self) -> Arc<dyn Observer> {
        self.observer.clone()
    }

    /// Tells how a command ended, unless the run has told so itself.
    pub(crate) fn end(&self, outcome: &Result<ExitCode, Failure>) {
        self.close();
        let (code, what, causes, hint) = match outcome {
            Ok(ExitCode::Interrupted) => {
                let hint = "run it again to go on".to_owned();
                (ExitCode::Interrupted, "stopped by Ctrl-C or a signal".to_owned(), Vec::new(), Some(hint))
            }
            Ok(_) => return,
            Err(failure) => {
                let causes = failure.causes().map(ToString::to_string).collect();
                (failure.exit_code(), failure.to_string(), causes, failure.hint())
            }
        };
        let (stream_version, code) = (STREAM_VERSION, code.number());
        self.observer.event(&RunEvent::RunFailed { stream_version, code, what, causes, hint });
    }

    /// Makes way for other words.
    pub(crate) fn close(&self) {
        if let Some(progress) = &self.progress {
            progress.close();
        }
    }
}
