//! Why a rule file cannot be used.

use crate::naming::NAME_BYTES_MAX;
use crate::plan::PlanError;
use thiserror::Error;

/// A rule file that cannot be used. Files are named with the line, where one is known.
#[derive(Debug, Error)]
pub enum RulesError {
    /// Not TOML, or a word, key or type that the rule language does not have.
    #[error("failed to read the rules in {file}")]
    Syntax {
        /// Where the rules come from.
        file: String,
        /// The word of the language that is nearest to the one that is none, if one is near.
        nearest: Option<String>,
        /// Line, column and what was expected.
        #[source]
        cause: Box<toml::de::Error>,
    },
    /// A resource nobody knows.
    #[error("{file} has rules for `{resource}`, which is no resource; {hint}")]
    UnknownResource {
        /// Where the rules come from.
        file: String,
        /// The name given.
        resource: String,
        /// The nearest known name and all valid ones.
        hint: String,
    },
    /// A malformed path or unusable name, or properties that exclude or need each other or what the layer below says.
    #[error("{file}: the rule for `{resource}.{path}` cannot be followed: {reason}")]
    Contradiction {
        /// Where the rules come from.
        file: String,
        /// The resource.
        resource: String,
        /// The path.
        path: String,
        /// What contradicts what, and what to write instead.
        reason: String,
    },
    /// Tables that cannot be made as the rules say.
    #[error("{file}: the tables of `{}` cannot be made", cause.resource)]
    Tables {
        /// Where the rules come from.
        file: String,
        /// What the rules ask for, and what stands against it.
        #[source]
        cause: Box<PlanError>,
    },
    /// Two tables or views of one name.
    #[error(
        "{file}: {first} and {second} cannot both be called `{name}`; names that differ by case alone are one"
    )]
    NameTaken {
        /// Where the rules come from.
        file: String,
        /// The name.
        name: String,
        /// What asks for it.
        first: String,
        /// What else does.
        second: String,
    },
    /// A prefix that cannot stand before the names of tables.
    #[error("{file}: {reason}")]
    Prefix {
        /// Where the rules come from.
        file: String,
        /// Why, and what a prefix may be.
        reason: String,
    },
    /// A name that is asked for has no room behind the prefix of all names.
    #[error(
        "the table prefix `{prefix}` is too long: `{name}` has {} bytes, and a name has {NAME_BYTES_MAX} at most",
        name.len()
    )]
    PrefixTooLong {
        /// The prefix.
        prefix: String,
        /// The name with it.
        name: String,
    },
    /// What a destination remembers of the rules of a resource is no text that this release understands.
    #[error("failed to read the rules that are remembered of `{resource}`")]
    Remembered {
        /// The resource.
        resource: String,
        /// What was expected.
        #[source]
        cause: serde_json::Error,
    },
    /// A newer release has written what a destination remembers of the rules of a resource.
    #[error(
        "the rules that are remembered of `{resource}` were written by a newer release (format {stored}; this one knows \
         {known})"
    )]
    NewerFormat {
        /// The resource.
        resource: String,
        /// The format found.
        stored: u32,
        /// The newest format this release knows.
        known: u32,
    },
}
