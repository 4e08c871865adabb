//! Every way a command can fail, with the exit code of each.
//!
//! Our own enums are matched without a catch-all arm: a new kind of error does not compile until it has a code and a
//! hint.

mod hint;

use crate::exit_code::ExitCode;
use relatable_destinations::DestinationError;
use relatable_faults::ArmingError;
use relatable_intercom::ClientError;
use relatable_journal::JournalError;
use relatable_model::plan::PlanError;
use relatable_model::rules::{RulesError, TablePrefix};
use relatable_pipeline::PipelineError;
use relatable_simulator::StartError;
use std::error::Error;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// A command that did not do what was asked.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// Failpoints cannot be armed as the environment says.
    #[error("{} cannot be understood", relatable_faults::ARMING)]
    Failpoints(#[from] ArmingError),
    /// No token is in the environment.
    #[error("there is no access token: INTERCOM_TOKEN is not set")]
    MissingToken,
    /// A variable is no text.
    #[error("the environment variable {name} is not readable as text")]
    UnreadableVariable {
        /// Its name.
        name: &'static str,
    },
    /// A version of the API that there is not, or that is not understood.
    #[error("`{version}` is no version of the API that can be read")]
    UnknownVersion {
        /// What was asked for.
        version: String,
    },
    /// The file with the secret of hashes cannot be read.
    #[error("failed to read the salt file `{file}`")]
    SaltFile {
        /// The file.
        file: String,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The user's rules cannot be read.
    #[error("failed to read the rule file `{file}`")]
    RuleFile {
        /// The file.
        file: String,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// The rules cannot be understood.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// The rules of a resource make no tables.
    #[error("failed to make the tables of `{resource}`")]
    Model {
        /// The resource.
        resource: String,
        /// Why.
        #[source]
        cause: PlanError,
    },
    /// The API could not be asked.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The destination could not be used outside a run.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// A run ended early.
    #[error(transparent)]
    Run(#[from] PipelineError),
    /// A run did all that the API lets it, and that is not all.
    #[error("finished, but the API refuses {feeds}")]
    LeftOut {
        /// The feeds left out.
        feeds: String,
    },
    /// A run read all it could, and the API counts more.
    #[error("finished, but not everything was shown: {what}")]
    Incomplete {
        /// The readings that were not complete.
        what: String,
    },
    /// The journal would be written into the destination's own file.
    #[error("`{}` cannot be the journal and the destination at once", file.display())]
    JournalIsDestination {
        /// The file.
        file: PathBuf,
    },
    /// One destination is asked for twice.
    #[error("`--to` names `{destination}` twice")]
    SameDestination {
        /// Its file, or its server without user and password.
        destination: String,
    },
    /// A journal that was named and is not there.
    #[error("there is no journal `{}`", file.display())]
    NoJournal {
        /// The file.
        file: PathBuf,
    },
    /// Documents would be written into the destination's own file.
    #[error("`{}` is the database itself", file.display())]
    OutputIsDestination {
        /// The file.
        file: PathBuf,
    },
    /// Some of several destinations have not got everything.
    #[error("not delivered everywhere: {}", failures.iter().map(Failure::in_full).collect::<Vec<_>>().join("; "))]
    Undelivered {
        /// What stood against each.
        failures: Vec<Failure>,
    },
    /// Another table prefix for some of the tables.
    #[error(
        "the table prefix is that of all tables, and those of {others} other resources would keep {}",
        words_of_prefix(stored)
    )]
    PartlyPrefixed {
        /// What the names of all tables begin with.
        stored: TablePrefix,
        /// How many resources would keep it.
        others: usize,
    },
    /// A resource that the destination has no tables of.
    #[error("there are no tables of `{resource}` to remodel; there are those of {}", known.join(", "))]
    NothingToRemodel {
        /// The resource.
        resource: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// The destination has no tables of what was asked for.
    #[error("{destination} has no tables of `{resource}`")]
    NothingToExport {
        /// What was asked for.
        resource: String,
        /// The destination.
        destination: String,
        /// What it has tables of.
        known: Vec<String>,
    },
    /// Nothing was ever read for the destination.
    #[error("nothing was read into {destination} yet")]
    NothingRead {
        /// The destination.
        destination: String,
    },
    /// No contact has an address.
    #[error("no contact in {destination} has that e-mail address")]
    NobodyFound {
        /// The destination.
        destination: String,
    },
    /// A file cannot be written.
    #[error("failed to write `{}`", file.display())]
    OutputFile {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// A verification held nothing against the API.
    #[error("nothing was compared, so nothing is proven: {}", reasons.join("; "))]
    NothingCompared {
        /// The resources, each with the reason.
        reasons: Vec<String>,
    },
    /// The simulated workspace does not start.
    #[error("failed to start the simulated workspace")]
    Simulator(#[source] StartError),
    /// The simulated workspace ended by itself.
    #[error("the simulated workspace ended by itself")]
    SimulatorEnded(#[source] io::Error),
    /// The demo has no place for its journal.
    #[error("failed to make the folder `{}` for the journal", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// `help` was asked for what there is not.
    #[error("there is no help on `{topic}`")]
    UnknownTopic {
        /// What was asked for.
        topic: String,
    },
    /// The program's threads do not start.
    #[error("failed to start the program's threads")]
    Runtime(#[source] io::Error),
    /// Signals cannot be listened for.
    #[error("failed to listen for Ctrl-C")]
    Signals(#[source] io::Error),
    /// The standard output cannot be written.
    #[error("failed to write to standard output")]
    Output(#[source] io::Error),
}

impl Failure {
    /// The code the process ends with.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Failpoints(_)
            | Failure::MissingToken
            | Failure::UnreadableVariable { .. }
            | Failure::UnknownVersion { .. }
            | Failure::RuleFile { .. }
            | Failure::SaltFile { .. }
            | Failure::Rules(_)
            | Failure::PartlyPrefixed { .. }
            | Failure::Model { .. }
            | Failure::OutputIsDestination { .. }
            | Failure::SameDestination { .. }
            | Failure::JournalIsDestination { .. } => ExitCode::Configuration,
            Failure::NoJournal { .. } => ExitCode::Journal,
            Failure::Undelivered { failures } => {
                failures.iter().map(Failure::exit_code).fold(ExitCode::Success, ExitCode::worse)
            }
            Failure::LeftOut { .. } => ExitCode::Access,
            Failure::Incomplete { .. } => ExitCode::Verification,
            Failure::Client(error) => of_client(error),
            Failure::Destination(error) => of_destination(error),
            Failure::Run(error) => of_run(error),
            Failure::Simulator(
                StartError::Timezone { .. } | StartError::TooMany { .. } | StartError::Bind { .. },
            )
            | Failure::NothingToExport { .. }
            | Failure::NothingToRemodel { .. }
            | Failure::NothingRead { .. }
            | Failure::NothingCompared { .. }
            | Failure::NobodyFound { .. }
            | Failure::UnknownTopic { .. } => ExitCode::Usage,
            Failure::SimulatorEnded(_)
            | Failure::Folder { .. }
            | Failure::OutputFile { .. }
            | Failure::Runtime(_)
            | Failure::Signals(_)
            | Failure::Output(_) => ExitCode::Defect,
        }
    }

    /// What to do about it, where there is something to do.
    pub(crate) fn hint(&self) -> Option<String> {
        hint::of(self)
    }

    /// It and the causes behind it, in one line.
    pub(crate) fn in_full(&self) -> String {
        self.causes().fold(self.to_string(), |text, cause| format!("{text}: {cause}"))
    }

    /// The causes behind it, nearest first.
    pub(crate) fn causes(&self) -> impl Iterator<Item = &(dyn Error + 'static)> {
        let mut next = self.source();
        std::iter::from_fn(move || {
            let cause = next?;
            next = cause.source();
            Some(cause)
        })
    }
}

/// A prefix in words.
fn words_of_prefix(prefix: &TablePrefix) -> String {
    if prefix.is_empty() { "names without one".to_owned() } else { format!("`{prefix}`") }
}

/// The code of an error of the API.
fn of_client(error: &ClientError) -> ExitCode {
    match error {
        ClientError::Setup { .. } => ExitCode::Configuration,
        ClientError::Unauthorized { .. } | ClientError::Forbidden { .. } => ExitCode::Access,
        ClientError::NotFound { .. }
        | ClientError::Merged { .. }
        | ClientError::Refused { .. }
        | ClientError::Server { .. }
        | ClientError::Unusable { .. }
        | ClientError::Unreachable { .. }
        | ClientError::RateLimited { .. }
        | ClientError::TooManyJobs { .. }
        | ClientError::Unexpected { .. } => ExitCode::Api,
    }
}

/// The code of an error of the destination.
fn of_destination(error: &DestinationError) -> ExitCode {
    match error {
        DestinationError::Uri { .. }
        | DestinationError::NotBuilt { .. }
        | DestinationError::ReservedName { .. }
        | DestinationError::Unenforceable { .. }
        | DestinationError::OtherReferences { .. } => ExitCode::Configuration,
        DestinationError::Locked { .. } | DestinationError::Fenced { .. } => ExitCode::Held,
        DestinationError::NotClaimed { .. } => ExitCode::Defect,
        // What goes wrong on the way to the destination counts as what it is.
        DestinationError::Producer(cause) => {
            if let Some(error) = cause.downcast_ref::<PipelineError>() {
                of_run(error)
            } else if let Some(error) = cause.downcast_ref::<JournalError>() {
                of_journal(error)
            } else if cause.is::<PlanError>() {
                ExitCode::Configuration
            } else {
                ExitCode::Destination
            }
        }
        _ => ExitCode::Destination,
    }
}

/// The code of an error of the journal.
fn of_journal(error: &JournalError) -> ExitCode {
    match error {
        JournalError::Held { .. } => ExitCode::Held,
        _ => ExitCode::Journal,
    }
}

/// The code of a run that ended early.
fn of_run(error: &PipelineError) -> ExitCode {
    match error {
        PipelineError::Read { cause, .. } | PipelineError::Definitions { cause, .. } => of_client(cause),
        PipelineError::Journal { cause, .. } => of_journal(cause),
        PipelineError::Destination { cause, .. } => of_destination(cause),
        PipelineError::Rules(_)
        | PipelineError::OtherPrefix { .. }
        | PipelineError::Protect(_)
        | PipelineError::Plan(_)
        | PipelineError::Key { .. }
        | PipelineError::TableName { .. }
        | PipelineError::Records { .. }
        | PipelineError::RecordsLost { .. }
        | PipelineError::ElementsLost { .. }
        | PipelineError::Protected { .. } => ExitCode::Configuration,
        PipelineError::UnknownResource { .. }
        | PipelineError::NoHistory { .. }
        | PipelineError::NothingRead { .. } => ExitCode::Usage,
        PipelineError::ManyMissing { .. } => ExitCode::Verification,
        PipelineError::JobFailed { .. }
        | PipelineError::JobEndless { .. }
        | PipelineError::JobsTaken { .. } => ExitCode::Api,
        PipelineError::NotCovered { .. }
        | PipelineError::RulesForgotten { .. }
        | PipelineError::JournalBehind { .. }
        | PipelineError::JournalPruned { .. }
        | PipelineError::NotServed { .. }
        | PipelineError::OtherJournal { .. } => ExitCode::Journal,
        PipelineError::File { .. }
        | PipelineError::Spool { .. }
        | PipelineError::NothingFound { .. }
        | PipelineError::FileChanged { .. }
        | PipelineError::FileSyntax { .. }
        | PipelineError::Refused { .. }
        | PipelineError::NoRecords { .. }
        | PipelineError::AllRejected { .. } => ExitCode::Input,
        PipelineError::Internal { .. } => ExitCode::Defect,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> DestinationError {
        DestinationError::Full { destination: "SQLite file a.db".to_owned(), cause: "disk is full".into() }
    }

    #[test]
    fn an_error_keeps_its_code_however_deep_it_lies() {
        let unauthorized = || ClientError::Unauthorized { place: "/me".into(), code: "unauthorized".into() };
        let read = || PipelineError::Read { what: "contacts".into(), cause: unauthorized() };
        let held = || JournalError::Held { path: "a.journal".into(), holder: None };
        let loading = |cause| PipelineError::Destination {
            step: "load into",
            cause: DestinationError::Producer(cause),
        };
        for (failure, code) in [
            (Failure::Client(unauthorized()), ExitCode::Access),
            (Failure::Run(read()), ExitCode::Access),
            (Failure::Run(loading(Box::new(read()))), ExitCode::Access),
            (Failure::Run(loading(Box::new(held()))), ExitCode::Held),
            (Failure::Run(loading("anything".into())), ExitCode::Destination),
            (Failure::Run(PipelineError::Journal { step: "open", cause: held() }), ExitCode::Held),
            (Failure::Destination(full()), ExitCode::Destination),
            (Failure::MissingToken, ExitCode::Configuration),
        ] {
            assert_eq!(failure.exit_code(), code, "{failure}");
        }
    }

    #[test]
    fn every_cause_is_told_once() {
        let failure = Failure::Run(PipelineError::Destination { step: "load into", cause: full() });
        let told: Vec<String> = failure.causes().map(ToString::to_string).collect();
        assert_eq!(failure.to_string(), "failed to load into the destination");
        assert_eq!(told, ["no space is left for SQLite file a.db", "disk is full"]);
        assert!(failure.hint().unwrap().contains("space"));
    }
}
