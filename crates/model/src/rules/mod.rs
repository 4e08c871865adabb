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
mod error;
mod file;
pub mod layers;
mod lines;
mod modes;
pub(crate) mod names;
mod nearest;
mod older;
pub mod path;
mod prefix;
mod remembered;
mod schema;
mod tables;
mod unfamiliar;

pub use error::RulesError;
pub use prefix::TablePrefix;
pub use remembered::RememberedRules;
pub use schema::json_schema;
pub use unfamiliar::UnfamiliarPath;

use crate::logical::LogicalType;
use crate::write_mode::{Deletions, WriteMode};
use file::{one_or_many_references, one_or_many_strings, words_or_tables};
use indexmap::IndexMap;
use lines::Lines;
use schema::{OneOrMany, WordOrTable};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What happens to the value at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// A list becomes one column that holds a list of texts, where the database has such; elsewhere JSON.
    List,
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
            Strategy::List => "list",
            Strategy::Json => "json",
            Strategy::Omit => "omit",
        }
    }

    /// Whether what stands at the path gets a table of its own.
    pub fn makes_table(self) -> bool {
        matches!(self, Strategy::Table | Strategy::Entries)
    }

    /// Whether a list at the path becomes one column.
    pub fn keeps_list_in_column(self) -> bool {
        matches!(self, Strategy::Delimited | Strategy::List)
    }
}

/// What becomes of paths that neither the rules declare nor the tables have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

/// What is stored in the place of a value that must not be stored as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Protect {
    /// HMAC-SHA-256 of it with the secret salt, in hexadecimal digits: the same everywhere for the same value.
    Hash,
    /// `***`.
    Mask,
    /// Nothing.
    Omit,
    /// Its first characters, this many.
    Truncate(usize),
}

impl Protect {
    /// What it does to a value, for people.
    pub fn meaning(self) -> String {
        match self {
            Protect::Hash => "hashed".to_owned(),
            Protect::Mask => "masked".to_owned(),
            Protect::Omit => "never stored".to_owned(),
            Protect::Truncate(characters) => format!("its first {characters} characters"),
        }
    }
}

/// What a column points at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewRule {
    /// The path compared.
    pub path: String,
    /// The value it must have.
    pub equals: String,
}

/// The rule of one path. Every property may be left out; a property left out is decided by the layer below.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PathRule {
    /// What happens here.
    #[serde(rename = "as")]
    pub strategy: Option<Strategy>,
    /// Name of the table that `as = "table"` or `as = "entries"` makes.
    pub table: Option<String>,
    /// Name of the column a scalar (or JSON, or a list in one column) becomes.
    pub column: Option<String>,
    /// Prefix of the columns a flattened object's members become; empty for none. Default: the path and `_`.
    pub prefix: Option<String>,
    /// Names of the columns that identify a row of the table, inherited ones included. Default for a list: the
    /// parent's key and the position.
    pub key: Option<Vec<String>>,
    /// Name of the column with the place of an element in its list, from 0. Default: `position` where it is part of the
    /// key, and no such column elsewhere.
    pub position: Option<String>,
    /// For a list of objects whose kinds have little in common: the member that tells the kind. Each kind has its own
    /// table, called after the list's; elements without it go to the list's own.
    pub split_by: Option<String>,
    /// Names of the member under which an envelope may hold its list; the envelope itself is unwrapped.
    #[serde(default, deserialize_with = "one_or_many_strings")]
    #[schemars(with = "Option<OneOrMany<String>>")]
    pub envelope: Option<Vec<String>>,
    /// For a list of objects in one column: the member that is kept.
    pub of: Option<String>,
    /// For a delimited list: what stands between elements. Default `,`.
    pub delimiter: Option<String>,
    /// The type of the column. Default: decided by the values of the first load.
    #[serde(rename = "type")]
    pub logical: Option<LogicalType>,
    /// Scalars, as text, that mean nothing is there.
    pub null_if: Option<Vec<String>>,
    /// Texts that mean the same as another: each with the one that is stored.
    pub synonyms: Option<IndexMap<String, String>>,
    /// For an object in whose place there may be a single value: the member that value is.
    pub scalar: Option<String>,
    /// For an object whose members' names are data: the member, of each element of the list it is taken for, that holds
    /// the name.
    pub names: Option<String>,
    /// The path, in the same object or in objects within it, that this one is an older name of.
    pub same_as: Option<String>,
    /// What is stored instead of the value, and of every value in it.
    pub protect: Option<Protect>,
    /// What the column points at: a table, or several, each on a condition.
    #[serde(default, deserialize_with = "one_or_many_references")]
    #[schemars(with = "Option<OneOrMany<ReferenceRule>>")]
    pub references: Option<Vec<ReferenceRule>>,
    /// What the column or table means.
    pub description: Option<String>,
    /// The answer that alone brings this path; rows written from another answer leave the column as it is.
    pub answer: Option<String>,
    /// Whether this merely says what values are, and claims no place for them: where a table has no room for all, the
    /// column makes way for those that rules ask for. No rule file says so.
    #[serde(skip)]
    pub yields: bool,
}

impl PathRule {
    /// The word that is stored for a text.
    pub(crate) fn stored_word<'w>(&'w self, text: &'w str) -> &'w str {
        self.synonyms.as_ref().and_then(|synonyms| synonyms.get(text)).map_or(text, String::as_str)
    }

    /// The type that the column of what stands here must have; `None` where the values decide.
    pub fn column_type(&self) -> Option<LogicalType> {
        match self.strategy {
            Some(Strategy::Json) => Some(LogicalType::Json),
            Some(Strategy::Delimited) => Some(LogicalType::Text),
            Some(Strategy::List) => Some(LogicalType::List),
            _ => self.logical,
        }
    }
}

/// What stands in the place of a resource's name for rules that are for every resource.
const EVERY_RESOURCE: &str = "*";

/// The rules of one resource.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceRules {
    /// Name of the resource's table. Default: the resource's name.
    pub table: Option<String>,
    /// What stands before all names of tables and views here, those that are made of paths among them. No rule file says so
    /// of one resource ([`Rules::prefixed`]).
    #[serde(default, skip_serializing_if = "TablePrefix::is_empty")]
    #[schemars(skip)]
    pub table_prefix: TablePrefix,
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
    /// How rows are written. Default: [`WriteMode::Upsert`].
    pub mode: Option<WriteMode>,
    /// What becomes of the rows of records that are gone. Default: what the mode says; `hard` makes an upsert a mirror.
    pub deletions: Option<Deletions>,
    /// For a history: paths whose values make no version of a row in which nothing else differs.
    pub ignore: Option<Vec<String>>,
    /// Views, by name.
    #[serde(default)]
    pub views: IndexMap<String, ViewRule>,
    /// Rules by path: a strategy's word, or a table of properties.
    #[serde(default, deserialize_with = "words_or_tables")]
    #[schemars(with = "IndexMap<String, WordOrTable>")]
    pub paths: IndexMap<String, PathRule>,
}

/// A rule file, or several merged: rules by resource. Names in them are those without a prefix until it is put before them
/// ([`Rules::prefixed`]).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules {
    /// What the names of all tables and views are to begin with; `None` where nothing is said of it.
    pub table_prefix: Option<TablePrefix>,
    /// Rules by resource name.
    pub resources: BTreeMap<String, ResourceRules>,
    /// Where they stand.
    lines: Lines,
}
