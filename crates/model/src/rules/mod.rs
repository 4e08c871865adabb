//! The rule language: what to do at each path of a resource's documents.
//!
//! A rule file is TOML. Each top-level table is a resource; its `paths` table maps a path to a strategy word or to a
//! table of properties:
//!
//! ```toml
//! [contacts.paths]
//! "avatar" = { as = "table", table = "contact_avatars" }
//! "tags"   = { as = "delimited", of = "id", delimiter = "," }
//! "custom_attributes.*" = { type = "text" }
//! ```
//!
//! Layers ([`layers`]) are merged property by property: a user's file over the curated model over the automatic rule.
//! Rules that cannot be followed over the layer below are refused then ([`RulesError`]); paths which that layer does not
//! know are not, for documents may have them all the same ([`UnfamiliarPath`]).

mod contradiction;
pub mod layers;
pub(crate) mod names;
mod nearest;
pub mod path;
mod unfamiliar;

pub use unfamiliar::UnfamiliarPath;

use crate::logical::LogicalType;
use indexmap::IndexMap;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;
use thiserror::Error;

/// What happens to the value at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strategy {
    /// An object's members become columns of the table it stands in, prefixed with its path.
    Flatten,
    /// An object becomes a one-to-one table, a list a one-to-many table, with a foreign key to the parent.
    Table,
    /// An object whose members' names are data becomes a table with a row per member: its name as `key`, and its value in
    /// a column of its kind.
    Entries,
    /// A list becomes one text column, its elements joined by a delimiter.
    Delimited,
    /// Whatever stands here is kept as JSON text in one column.
    Json,
    /// Whatever stands here is dropped.
    Omit,
}

impl Strategy {
    /// The word for it in rule files.
    pub fn name(self) -> &'static str {
        match self {
            Strategy::Flatten => "flatten",
            Strategy::Table => "table",
            Strategy::Entries => "entries",
            Strategy::Delimited => "delimited",
            Strategy::Json => "json",
            Strategy::Omit => "omit",
        }
    }

    /// Whether what stands at the path gets a table of its own.
    pub fn makes_table(self) -> bool {
        matches!(self, Strategy::Table | Strategy::Entries)
    }
}

/// What becomes of paths that neither the rules declare nor the tables have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Contract {
    /// They become columns and tables.
    #[default]
    Evolve,
    /// A load that has one is refused.
    Freeze,
    /// Their values are left out and counted.
    Discard,
}

/// What a column points at.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferenceRule {
    /// The table pointed at.
    pub table: String,
    /// For a polymorphic reference: the path, from the resource's root, of the value that tells the kind.
    pub when: Option<String>,
    /// The kinds for which this table is meant.
    #[serde(default)]
    pub is: Vec<String>,
}

/// A view over the live rows of the resource's table where a column has one value.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewRule {
    /// The path compared.
    pub path: String,
    /// The value it must have.
    pub equals: String,
}

/// The properties of one path; whatever is left out is decided by the layer below.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct PathProperties {
    #[serde(rename = "as")]
    strategy: Option<Strategy>,
    table: Option<String>,
    column: Option<String>,
    prefix: Option<String>,
    key: Option<Vec<String>>,
    split_by: Option<String>,
    #[serde(default, deserialize_with = "one_or_many_strings")]
    envelope: Option<Vec<String>>,
    of: Option<String>,
    delimiter: Option<String>,
    #[serde(rename = "type")]
    logical: Option<LogicalType>,
    null_if: Option<Vec<String>>,
    #[serde(default, deserialize_with = "one_or_many_references")]
    references: Option<Vec<ReferenceRule>>,
    description: Option<String>,
    answer: Option<String>,
}

/// The rule of one path. Every property may be left out; a property left out is decided by the layer below.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathRule {
    /// What happens here (`as`).
    pub strategy: Option<Strategy>,
    /// Name of the table that `as = "table"` or `as = "entries"` makes.
    pub table: Option<String>,
    /// Name of the column a scalar (or JSON, or a delimited list) becomes.
    pub column: Option<String>,
    /// Prefix of the columns a flattened object's members become; empty for none. Default: the path and `_`.
    pub prefix: Option<String>,
    /// Names of the columns that identify a row of the table, inherited ones included. Default for a list: the
    /// parent's key and the position.
    pub key: Option<Vec<String>>,
    /// For a list of objects whose kinds have little in common: the member that tells the kind. Each kind has its own
    /// table, called after the list's; elements without it go to the list's own.
    pub split_by: Option<String>,
    /// Names of the member under which an envelope may hold its list; the envelope itself is unwrapped.
    pub envelope: Option<Vec<String>>,
    /// For a delimited list of objects: the member that is kept.
    pub of: Option<String>,
    /// For a delimited list: what stands between elements. Default `,`.
    pub delimiter: Option<String>,
    /// The type of the column (`type`). Default: decided by the values of the first load.
    pub logical: Option<LogicalType>,
    /// Scalars, as text, that mean nothing is there.
    pub null_if: Option<Vec<String>>,
    /// What the column points at.
    pub references: Option<Vec<ReferenceRule>>,
    /// What the column or table means.
    pub description: Option<String>,
    /// The answer that alone brings this path; rows written from another answer leave the column as it is.
    pub answer: Option<String>,
}

/// The rules of one resource.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceRules {
    /// Name of the resource's table. Default: the resource's name.
    pub table: Option<String>,
    /// What one record is called, for `<singular>_id` and names of child tables. Default: the table's name without
    /// its plural ending.
    pub singular: Option<String>,
    /// Paths that identify a record. Default: none; then each document is identified by its content.
    pub key: Option<Vec<String>>,
    /// Path of the instant that grows with every change of a record.
    pub version: Option<String>,
    /// What a record is.
    pub description: Option<String>,
    /// Whether objects that look like a list wrapper (`{"type": "…list", …}`) are unwrapped where no rule says so.
    pub unwrap_envelopes: Option<bool>,
    /// What becomes of new paths once there are tables. Default: [`Contract::Evolve`].
    pub contract: Option<Contract>,
    /// Views, by name.
    #[serde(default)]
    pub views: IndexMap<String, ViewRule>,
    /// Rules by path.
    #[serde(default)]
    pub paths: IndexMap<String, PathRule>,
}

/// A rule file, or several merged: rules by resource.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Rules {
    /// Rules by resource name.
    pub resources: BTreeMap<String, ResourceRules>,
}

/// A rule file that cannot be used.
#[derive(Debug, Error)]
pub enum RulesError {
    /// Not TOML, or a word, key or type that the rule language does not have.
    #[error("failed to read the rules in {file}")]
    Syntax {
        /// Where the rules come from.
        file: String,
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
}

impl Rules {
    /// Reads a rule file from its text; `file` names it in errors.
    ///
    /// # Errors
    /// [`RulesError::Syntax`] with line and column for anything the language does not have, and
    /// [`RulesError::Contradiction`] for a path that is malformed or properties that cannot go together.
    pub fn parse(text: &str, file: &str) -> Result<Rules, RulesError> {
        let mut rules: Rules = toml::from_str(text)
            .map_err(|cause| RulesError::Syntax { file: file.to_owned(), cause: Box::new(cause) })?;
        for (resource, resource_rules) in &mut rules.resources {
            contradiction::in_layer(resource_rules).map_err(|found| contradictory(file, resource, found))?;
        }
        Ok(rules)
    }
}

/// The error of a rule of `resource` that cannot be followed.
fn contradictory(file: &str, resource: &str, (path, reason): (String, String)) -> RulesError {
    RulesError::Contradiction { file: file.to_owned(), resource: resource.to_owned(), path, reason }
}

impl<'de> Deserialize<'de> for PathRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordOrTable;
        impl<'de> Visitor<'de> for WordOrTable {
            type Value = PathRule;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(
                    "a strategy (`flatten`, `table`, `entries`, `delimited`, `json`, `omit`) or a table of properties",
                )
            }
            fn visit_str<E: de::Error>(self, word: &str) -> Result<PathRule, E> {
                let strategy = Strategy::deserialize(de::value::StrDeserializer::<E>::new(word))?;
                Ok(PathRule { strategy: Some(strategy), ..PathRule::default() })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PathRule, A::Error> {
                let given = PathProperties::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(PathRule {
                    strategy: given.strategy,
                    table: given.table,
                    column: given.column,
                    prefix: given.prefix,
                    key: given.key,
                    split_by: given.split_by,
                    envelope: given.envelope,
                    of: given.of,
                    delimiter: given.delimiter,
                    logical: given.logical,
                    null_if: given.null_if,
                    references: given.references,
                    description: given.description,
                    answer: given.answer,
                })
            }
        }
        deserializer.deserialize_any(WordOrTable)
    }
}

/// One string or a list of strings.
fn one_or_many_strings<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    struct OneOrMany;
    impl<'de> Visitor<'de> for OneOrMany {
        type Value = Option<Vec<String>>;
        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a member's name or a list of names")
        }
        fn visit_str<E: de::Error>(self, one: &str) -> Result<Self::Value, E> {
            Ok(Some(vec![one.to_owned()]))
        }
        fn visit_seq<A: de::SeqAccess<'de>>(self, many: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(de::value::SeqAccessDeserializer::new(many)).map(Some)
        }
    }
    deserializer.deserialize_any(OneOrMany)
}

/// A table's name, or a list of conditional references.
fn one_or_many_references<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<ReferenceRule>>, D::Error> {
    struct OneOrMany;
    impl<'de> Visitor<'de> for OneOrMany {
        type Value = Option<Vec<ReferenceRule>>;
        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a table's name or a list of `{ table, when, is }`")
        }
        fn visit_str<E: de::Error>(self, table: &str) -> Result<Self::Value, E> {
            Ok(Some(vec![ReferenceRule { table: table.to_owned(), when: None, is: Vec::new() }]))
        }
        fn visit_seq<A: de::SeqAccess<'de>>(self, many: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(de::value::SeqAccessDeserializer::new(many)).map(Some)
        }
    }
    deserializer.deserialize_any(OneOrMany)
}
