//! What can go wrong at a destination, one variant per operation.

use thiserror::Error;

/// The cause behind a destination's error.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A destination's error. Never carries values of rows.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DestinationError {
    /// The URI names no destination we know.
    #[error("failed to understand the destination `{uri}`: {reason}")]
    Uri {
        /// What was given, without a password.
        uri: String,
        /// What is wrong with it and what is valid.
        reason: String,
    },
    /// This build has no such destination.
    #[error("this build has no `{scheme}` destination")]
    NotBuilt {
        /// The URI's scheme.
        scheme: String,
    },
    /// The database could not be opened or reached.
    #[error("failed to open {destination}")]
    Open {
        /// The destination.
        destination: String,
        /// What the database said.
        #[source]
        cause: Cause,
    },
    /// Somebody else holds the database.
    #[error("{destination} is in use by another process: {holder}")]
    Locked {
        /// The destination.
        destination: String,
        /// Who holds it, as far as the database says.
        holder: String,
    },
    /// Tables that are to go have what a user made there.
    #[error("{destination} has what was not made by this program on tables that are to be made anew: {what}")]
    Added {
        /// The destination.
        destination: String,
        /// What it is.
        what: String,
    },
    /// The file is of another kind, or is damaged.
    #[error("{destination} is not a database of this kind")]
    NotADatabase {
        /// The destination.
        destination: String,
        /// What the database said.
        #[source]
        cause: Cause,
    },
    /// The file or its folder may not be written.
    #[error("{destination} cannot be written")]
    ReadOnly {
        /// The destination.
        destination: String,
        /// What the database said.
        #[source]
        cause: Cause,
    },
    /// The disk is full; nothing was written.
    #[error("no space is left for {destination}")]
    Full {
        /// The destination.
        destination: String,
        /// What the database said.
        #[source]
        cause: Cause,
    },
    /// A load was asked for before [`claim`](crate::Destination::claim).
    #[error("{destination} was not claimed before writing")]
    NotClaimed {
        /// The destination.
        destination: String,
    },
    /// The tables belong to another workspace.
    #[error("{destination} holds workspace `{stored}`, and this run reads workspace `{asked}`")]
    OtherWorkspace {
        /// The destination.
        destination: String,
        /// The workspace in the checkpoint.
        stored: String,
        /// The workspace of this run.
        asked: String,
    },
    /// The bookkeeping tables were written by a newer release.
    #[error("{destination} was written by a newer release (format {stored}; this one knows {known})")]
    NewerFormat {
        /// The destination.
        destination: String,
        /// The format found.
        stored: i64,
        /// The format this release writes.
        known: i64,
    },
    /// A table or view of a name we need exists and is not ours.
    #[error("{destination} already has a {kind} `{name}` that was not made by this program")]
    Foreign {
        /// The destination.
        destination: String,
        /// `table` or `view`.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// A table or view of ours holds something else than what is to be written there.
    #[error("there is a {kind} `{name}`, which holds `{stored}` and not `{asked}`")]
    Owned {
        /// `table` or `view`.
        kind: &'static str,
        /// Its name.
        name: String,
        /// The resource it belongs to.
        stored: String,
        /// The resource that is to be written there.
        asked: String,
    },
    /// No table or view may have this name.
    #[error("no {kind} can be named `{name}`: {reason}")]
    ReservedName {
        /// `table` or `view`.
        kind: &'static str,
        /// The name asked for.
        name: String,
        /// What the name is reserved for.
        reason: String,
    },
    /// A table would have more columns than the database allows.
    #[error("table `{table}` would have {count} columns, and a table in {destination} can have {limit}")]
    TooManyColumns {
        /// The destination.
        destination: String,
        /// The table.
        table: String,
        /// The columns it would have.
        count: usize,
        /// The most it can have.
        limit: usize,
    },
    /// Somebody else changed what was made here.
    #[error("`{table}` in {destination} is not as it was left: {difference}")]
    Drifted {
        /// The destination.
        destination: String,
        /// The table or view.
        table: String,
        /// What is different.
        difference: String,
        /// The statement that mends it, for a person to run.
        mend: String,
    },
    /// The model asks for another type or key than the table has.
    #[error("table `{table}` does not fit the model: {difference}")]
    Mismatch {
        /// The table.
        table: String,
        /// What differs.
        difference: String,
    },
    /// References cannot be enforced as the tables are written.
    #[error(
        "the references of `{table}` to `{target}` cannot be enforced: `{resource}` is written in the mode `{mode}`, which keeps \
         several rows of a record"
    )]
    Unenforceable {
        /// The resource with that mode.
        resource: String,
        /// The mode.
        mode: &'static str,
        /// The table that refers.
        table: String,
        /// The table referred to.
        target: String,
    },
    /// What is asked of references is not what the tables were made with.
    #[error("the tables in {destination} were made with `--references {stored}`, asked for is `{asked}`")]
    OtherReferences {
        /// The destination.
        destination: String,
        /// What they were made with.
        stored: &'static str,
        /// What is asked for.
        asked: &'static str,
    },
    /// A foreign key would lead to no row.
    #[error("a foreign key in {destination} would lead to no row: failed to {step}")]
    Unreferenced {
        /// The destination.
        destination: String,
        /// What was being done, with the table's name.
        step: String,
        /// What the database said.
        #[source]
        cause: Cause,
    },
    /// Another run has taken over the destination since this one began.
    #[error("another run has taken over {destination}; this one may no longer write")]
    Fenced {
        /// The destination.
        destination: String,
    },
    /// Producing a change failed; nothing was written.
    #[error("failed to prepare the rows of a load")]
    Producer(#[source] Cause),
    /// A key would be there twice.
    #[error("table `{table}` would hold {count} keys twice")]
    KeyRepeated {
        /// The table.
        table: String,
        /// How many keys.
        count: u64,
    },
    /// A row's key is longer than the database can look up.
    #[error("table `{table}` has a key that is too long for {destination}")]
    KeyTooLong {
        /// The destination.
        destination: String,
        /// The table.
        table: String,
        /// What the database said.
        #[source]
        cause: Cause,
    },
    /// The connection to a server ended before it had answered. What was to be written is not there, unless the end of the
    /// load was under way already: then all of it may be.
    #[error("the connection to {destination} was lost: failed to {step}")]
    ConnectionLost {
        /// The destination.
        destination: String,
        /// What was being done, with the table's name.
        step: String,
        /// How it ended.
        #[source]
        cause: Cause,
    },
    /// A step of a load or a query failed.
    #[error("failed to {step}")]
    Statement {
        /// What was being done, with the table's name.
        step: String,
        /// What the database said.
        #[source]
        cause: Cause,
    },
}
