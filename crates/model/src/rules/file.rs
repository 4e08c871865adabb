//! Reading a rule file.

use super::lines::Lines;
use super::nearest::nearest;
use super::prefix::TABLE_PREFIX;
use super::{PathRule, ReferenceRule, ResourceRules, Rules, RulesError, Strategy, contradiction};
use indexmap::IndexMap;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer, StrDeserializer};
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;

impl Rules {
    /// Reads a rule file from its text; `file` names it in errors.
    ///
    /// # Errors
    /// [`RulesError::Syntax`] with line and column for anything the language does not have, and
    /// [`RulesError::Prefix`] for a prefix that no name can have, [`RulesError::Contradiction`] for a path that is malformed or properties that cannot go together.
    pub fn parse(text: &str, file: &str) -> Result<Rules, RulesError> {
        let FileRules { table_prefix, resources } =
            toml::from_str(text).map_err(|cause: toml::de::Error| RulesError::Syntax {
                file: file.to_owned(),
                nearest: nearest_word(cause.message()),
                cause: Box::new(cause),
            })?;
        let lines = Lines::of(text, file);
        let table_prefix = table_prefix
            .map(|prefix| prefix.parse())
            .transpose()
            .map_err(|reason| RulesError::Prefix { file: lines.named(file, TABLE_PREFIX, ""), reason })?;
        let mut rules = Rules { table_prefix, resources, lines };
        for (resource, resource_rules) in &mut rules.resources {
            contradiction::in_layer(resource, resource_rules)
                .map_err(|found| rules.lines.contradictory(file, resource, found))?;
        }
        Ok(rules)
    }

    /// The error that what stands at `place` in the rules of a resource cannot be followed: a path, or a property of the
    /// resource itself.
    pub fn refused(&self, resource: &str, place: &str, reason: &str) -> RulesError {
        self.lines.contradictory(self.file(), resource, (place.to_owned(), reason.to_owned()))
    }

    /// The name of the file they were read from.
    pub fn file(&self) -> &str {
        self.lines.file()
    }
}

/// The word nearest to the one that a message is about, among those it says were expected: all are in backticks, the
/// unknown one first.
fn nearest_word(message: &str) -> Option<String> {
    let mut words = message.split('`').skip(1).step_by(2);
    nearest(words.next()?, words).map(str::to_owned)
}

/// What stands at the top of a file.
#[derive(Default)]
struct FileRules {
    table_prefix: Option<String>,
    resources: BTreeMap<String, ResourceRules>,
}

impl<'de> Deserialize<'de> for FileRules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Top;
        impl<'de> Visitor<'de> for Top {
            type Value = FileRules;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "`{TABLE_PREFIX}` and tables of rules called after resources")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FileRules, A::Error> {
                let mut file = FileRules::default();
                while let Some(name) = map.next_key::<String>()? {
                    if name == TABLE_PREFIX {
                        file.table_prefix = Some(map.next_value()?);
                    } else {
                        file.resources.insert(name, map.next_value()?);
                    }
                }
                Ok(file)
            }
        }
        deserializer.deserialize_map(Top)
    }
}

/// A rule as a file has it.
struct FileRule(PathRule);

impl<'de> Deserialize<'de> for FileRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordOrTable;
        impl<'de> Visitor<'de> for WordOrTable {
            type Value = FileRule;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(
                    "a strategy (`flatten`, `table`, `entries`, `delimited`, `list`, `json`, `omit`) or a table of properties",
                )
            }
            fn visit_str<E: de::Error>(self, word: &str) -> Result<FileRule, E> {
                let strategy = Strategy::deserialize(StrDeserializer::<E>::new(word))?;
                Ok(FileRule(PathRule { strategy: Some(strategy), ..PathRule::default() }))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FileRule, A::Error> {
                PathRule::deserialize(MapAccessDeserializer::new(map)).map(FileRule)
            }
        }
        deserializer.deserialize_any(WordOrTable)
    }
}

/// The rules of a resource by path.
pub(super) fn words_or_tables<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<IndexMap<String, PathRule>, D::Error> {
    let rules: IndexMap<String, FileRule> = IndexMap::deserialize(deserializer)?;
    Ok(rules.into_iter().map(|(path, FileRule(rule))| (path, rule)).collect())
}

/// One string or a list of strings.
pub(super) fn one_or_many_strings<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    struct OneOrMany;
    impl<'de> Visitor<'de> for OneOrMany {
        type Value = Option<Vec<String>>;
        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a member's name or a list of names")
        }
        fn visit_str<E: de::Error>(self, one: &str) -> Result<Self::Value, E> {
            Ok(Some(vec![one.to_owned()]))
        }
        fn visit_seq<A: SeqAccess<'de>>(self, many: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(many)).map(Some)
        }
    }
    deserializer.deserialize_any(OneOrMany)
}

/// A table's name, or a list of conditional references.
pub(super) fn one_or_many_references<'de, D: Deserializer<'de>>(
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
        fn visit_seq<A: SeqAccess<'de>>(self, many: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(many)).map(Some)
        }
    }
    deserializer.deserialize_any(OneOrMany)
}
