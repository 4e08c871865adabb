//! The JSON Schema of rule files, made from the very types they are read into, for editors that check as one writes.

use super::prefix::TABLE_PREFIX;
use super::{PathRule, ResourceRules, Strategy};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use std::collections::BTreeMap;

/// A value that may stand alone instead of in a list; for a reference, its table's name may.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "what it describes is read by a visitor, which says better what is wrong")]
pub(super) enum OneOrMany<T> {
    /// A name.
    One(String),
    /// A list.
    Many(Vec<T>),
}

/// A rule as a file has it.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "what it describes is read by a visitor, which says better what is wrong")]
pub(super) enum WordOrTable {
    /// A strategy alone.
    Word(Strategy),
    /// Properties.
    Table(Box<PathRule>),
}

/// The JSON Schema (draft 2020-12) of a rule file.
pub fn json_schema() -> Schema {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<BTreeMap<String, ResourceRules>>();
    let prefix = schemars::json_schema!({
        "type": "string",
        "description": "What the names of all tables and views begin with."
    });
    let mut top = serde_json::Map::new();
    top.insert(TABLE_PREFIX.to_owned(), prefix.into());
    schema.insert("properties".to_owned(), top.into());
    schema.insert("title".to_owned(), "Rules of Relatable".into());
    schema.insert("description".to_owned(), "What becomes of each path of a resource's documents.".into());
    schema
}
