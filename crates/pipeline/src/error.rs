//! Why a run ended early, one variant per operation; the cause is always behind it.

use crate::files::shown;
use relatable_destinations::DestinationError;
use relatable_intercom::ClientError;
use relatable_journal::JournalError;
use relatable_model::naming::NAME_BYTES_MAX;
use relatable_model::plan::PlanError;
use relatable_model::protect::ProtectError;
use relatable_model::rules::{RulesError, TablePrefix};
use thiserror::Error;

/// A run that could not be finished. What was loaded before stays; the next run goes on where this one stopped.
#[derive(Debug, Error)]
pub enum PipelineError {
    /// The API could not be read.
    #[error("failed to read {what}")]
    Read {
        /// The feed or resource.
        what: String,
        /// The API's answer or the connection's.
        #[source]
        cause: ClientError,
    },
    /// The tables of a destination are called otherwise than somebody asks for.
    #[error(
        "the names of the destination's tables {}, and {} is asked for",
        words_of_prefix(stored),
        if asked.is_empty() { "no prefix".to_owned() } else { format!("the table prefix `{asked}`") }
    )]
    OtherPrefix {
        /// What the names there begin with.
        stored: TablePrefix,
        /// What they are to begin with.
        asked: TablePrefix,
    },
    /// The definitions of custom attributes may not be read, and without them a date would be taken for a number.
    #[error("failed to read the types of the custom attributes of {resource}; nothing was loaded")]
    Definitions {
        /// The resource that carries the attributes.
        resource: &'static str,
        /// The API's answer.
        #[source]
        cause: ClientError,
    },
    /// So many records were missing in a complete reading that something else is the likelier reason than deletion.
    #[error(
        "{missing} of {live} {resource} were missing in a complete reading; none of them was marked as deleted"
    )]
    ManyMissing {
        /// The resource.
        resource: &'static str,
        /// How many were missing.
        missing: usize,
        /// How many rows there are.
        live: usize,
    },
    /// A job of the API that makes an export failed each time it was started.
    #[error("the API could not export {what}: the job ended as `{outcome}`, {attempts} times in a row")]
    JobFailed {
        /// The resource, and of which days.
        what: String,
        /// The API's word for how the job ended.
        outcome: String,
        /// How often it was started.
        attempts: u32,
    },
    /// A job of the API that makes an export did not come to an end.
    #[error("the API's export of {what} was not over after {waited_s} s")]
    JobEndless {
        /// The resource, and of which days.
        what: String,
        /// How long it was waited for.
        waited_s: i64,
    },
    /// Others have all the export jobs that the API allows at once.
    #[error("no export of {what} could be started in {waited_s} s: others are under way in the workspace")]
    JobsTaken {
        /// The resource, and of which days.
        what: String,
        /// How long it was waited for.
        waited_s: i64,
    },
    /// `--since` names a resource whose history cannot be limited.
    #[error("the history of {resource} cannot be limited; that of these can: {limited}")]
    NoHistory {
        /// What was named.
        resource: String,
        /// The resources that can be.
        limited: String,
    },
    /// The journal could not be used.
    #[error("failed to {step} the journal")]
    Journal {
        /// `open`, `write` or `read`.
        step: &'static str,
        /// What the journal said.
        #[source]
        cause: JournalError,
    },
    /// The destination could not be used.
    #[error("failed to {step} the destination")]
    Destination {
        /// `use`, `claim`, `inspect`, `load into`.
        step: &'static str,
        /// What the destination said.
        #[source]
        cause: DestinationError,
    },
    /// Nothing was ever read for the destination.
    #[error("nothing was read into {destination} yet")]
    NothingRead {
        /// The destination.
        destination: String,
    },
    /// The rules cannot be used.
    #[error("failed to prepare the model")]
    Rules(#[from] RulesError),
    /// Values cannot be protected as the rules ask.
    #[error(transparent)]
    Protect(#[from] ProtectError),
    /// The rules do not fit the tables that exist.
    #[error("failed to fit the model to the tables that exist")]
    Plan(#[from] PlanError),
    /// `--select` names something that is no resource.
    #[error("there is no resource `{name}`; resources are {known}")]
    UnknownResource {
        /// What was named.
        name: String,
        /// All names.
        known: String,
    },
    /// The journal ends before the destination's checkpoint: it was restored from a backup, or belongs to another
    /// destination.
    #[error(
        "the journal ends at entry {journal}, but the destination has loaded it up to entry {checkpoint}"
    )]
    JournalBehind {
        /// The journal's last entry.
        journal: i64,
        /// The destination's checkpoint.
        checkpoint: i64,
    },
    /// Something has gone from the journal that the destination has not loaded.
    #[error(
        "{destination} has loaded the journal {journal} up to entry {loaded}, and some of what follows was pruned"
    )]
    JournalPruned {
        /// The destination in words.
        destination: String,
        /// The journal's file.
        journal: String,
        /// The last entry loaded there.
        loaded: i64,
    },
    /// A journal is to let go of a destination that it does not serve.
    #[error("the journal {journal} does not serve {place}")]
    NotServed {
        /// The journal's file.
        journal: String,
        /// The one name of the destination's place.
        place: String,
        /// The places that it serves.
        served: Vec<String>,
    },
    /// Records that would be lost by making tables anew.
    #[error(
        "the journal does not show {count} records of `{}` ({keys}, …), and the tables lack what the new rules want of them: \
         {paths}",
        shown(resource)
    )]
    NotCovered {
        /// The resource.
        resource: String,
        /// How many records.
        count: u64,
        /// The first of their keys.
        keys: String,
        /// What the rules the tables were made by left out, and the new ones do not.
        paths: String,
    },
    /// Records that the journal does not show, in tables of which nothing tells how they were made.
    #[error(
        "the journal does not show {count} records of `{}` ({keys}, …), and the rules their tables were made by are not \
         remembered",
        shown(resource)
    )]
    RulesForgotten {
        /// The resource.
        resource: String,
        /// How many records.
        count: u64,
        /// The first of their keys.
        keys: String,
    },
    /// Records that would have no row under the new rules, or share one with others.
    #[error("the new rules would lose {count} of {total} records of `{}`, {key} among them", shown(resource))]
    RecordsLost {
        /// The resource.
        resource: String,
        /// How many would be lost.
        count: u64,
        /// How many there are.
        total: u64,
        /// The key of one of them.
        key: String,
    },
    /// Elements of lists that would have no row under the new rules, or share one with others.
    #[error(
        "the new rules would lose {count} of {total} elements of `{}.{path}`{}",
        shown(resource),
        if record.is_empty() { String::new() } else { format!(", of the record `{record}` among others") }
    )]
    ElementsLost {
        /// The resource.
        resource: String,
        /// The path of the lists.
        path: String,
        /// How many would be lost.
        count: u64,
        /// How many there are.
        total: u64,
        /// The key of a record with such an element; empty where none is known.
        record: String,
    },
    /// Rules that protect otherwise than what is stored was protected.
    #[error("what is stored of `{}` cannot be protected otherwise any more: {difference}", shown(resource))]
    Protected {
        /// The resource.
        resource: String,
        /// What would be otherwise.
        difference: String,
    },
    /// The journal has entries, and the destination was last loaded from another one.
    #[error(
        "the destination was last loaded from the journal `{other}`, and `{journal}` has entries of its own"
    )]
    OtherJournal {
        /// The journal's file.
        journal: String,
        /// The file of the journal that the destination was last loaded from, as it was named then.
        other: String,
    },
    /// A file with documents could not be read.
    #[error("failed to read `{file}`")]
    File {
        /// The file.
        file: String,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// What is only needed while a load runs could not be kept in a temporary file.
    #[error("failed to use a temporary file")]
    Spool {
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// A folder has no files with documents, or a pattern matches none.
    #[error("there are no files to load in `{name}`")]
    NothingFound {
        /// The folder or pattern.
        name: String,
    },
    /// A file changed between the two times it was read.
    #[error("`{file}` changed while it was being loaded")]
    FileChanged {
        /// The file.
        file: String,
    },
    /// A document cannot be used, and none was to be left out.
    #[error("the document at line {line} of `{file}` cannot be loaded: {reason}")]
    Refused {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// Why.
        reason: String,
    },
    /// A path to records is none.
    #[error("`{path}` cannot lead to the records: {reason}")]
    Records {
        /// The path.
        path: String,
        /// Why not.
        reason: String,
    },
    /// No document has records where they were said to be.
    #[error("no document has a list with anything in it at `{path}`")]
    NoRecords {
        /// The path.
        path: String,
    },
    /// A file is no JSON, from here on: what follows cannot be told apart.
    #[error("`{file}` is not JSON or NDJSON at line {line}, column {column}: {reason}")]
    FileSyntax {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The column, in bytes from 1.
        column: u64,
        /// What is wrong.
        reason: String,
    },
    /// A path of the key cannot identify documents.
    #[error("the key `{path}` cannot identify documents: {reason}")]
    Key {
        /// The path.
        path: String,
        /// Why not.
        reason: String,
    },
    /// A table would have another name than the one asked for, which not every destination takes.
    #[error(
        "no table can be named `{name}`: a name has at most {NAME_BYTES_MAX} bytes, and this one {bytes}"
    )]
    TableName {
        /// The name.
        name: String,
        /// Its length.
        bytes: usize,
    },
    /// No document of the files can be used.
    #[error(
        "none of the files' documents ({count}) can be loaded; the first, at line {line} of `{file}`: {reason}"
    )]
    AllRejected {
        /// How many documents there are.
        count: u64,
        /// The file of the first.
        file: String,
        /// Its line, from 1.
        line: u64,
        /// Why it cannot be loaded.
        reason: String,
    },
    /// A task of the run ended without a word, which is a defect.
    #[error("a part of the run ended unexpectedly ({part}); this is a defect of the program")]
    Internal {
        /// The part.
        part: &'static str,
    },
}

/// What names begin with, in words.
fn words_of_prefix(prefix: &TablePrefix) -> String {
    if prefix.is_empty() { "have no prefix".to_owned() } else { format!("begin with `{prefix}`") }
}
