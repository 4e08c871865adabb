//! What the names of all tables and views begin with, where somebody wants that: several tools in one schema, say.

use super::{ResourceRules, Rules, RulesError};
use crate::naming::NAME_BYTES_MAX;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The word for it at the top of a rule file.
pub(super) const TABLE_PREFIX: &str = "table_prefix";

/// Longest prefix, in bytes: half of a name at least says what a table is.
const PREFIX_BYTES_MAX: usize = NAME_BYTES_MAX / 2;
/// What the names of the bookkeeping's tables begin with.
const BOOKKEEPING: &str = "_relatable_";

/// What the names of all tables and views begin with; empty for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct TablePrefix(String);

impl TablePrefix {
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether names begin with nothing but themselves.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The name of a table or view behind it.
    pub fn before(&self, name: &str) -> String {
        format!("{self}{name}")
    }
}

impl fmt::Display for TablePrefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for TablePrefix {
    type Err = String;

    fn from_str(text: &str) -> Result<TablePrefix, String> {
        let refuse = |why: &str| Err(format!("`{text}` cannot stand before the names of tables: {why}"));
        if text.starts_with(BOOKKEEPING) {
            return refuse("so begin those of the bookkeeping alone");
        }
        let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !text.chars().all(is_part) || text.starts_with(|first: char| !first.is_ascii_lowercase()) {
            return refuse(
                "it takes lower-case letters a to z, digits and underscores, with a letter at first (`ic_`)",
            );
        }
        if text.len() > PREFIX_BYTES_MAX {
            return refuse(&format!("it has {} characters, and {PREFIX_BYTES_MAX} is the most", text.len()));
        }
        Ok(TablePrefix(text.to_owned()))
    }
}

impl TryFrom<String> for TablePrefix {
    type Error = String;

    fn try_from(text: String) -> Result<TablePrefix, String> {
        text.parse()
    }
}

impl From<TablePrefix> for String {
    fn from(prefix: TablePrefix) -> String {
        prefix.0
    }
}

impl Rules {
    /// These rules with `prefix` before every name of a table or view, references to them among them: to be called once,
    /// with all layers laid over each other. Names of columns stay as they are.
    ///
    /// # Errors
    /// [`RulesError::PrefixTooLong`] where a name that rules ask for would have no room.
    pub fn prefixed(mut self, prefix: &TablePrefix) -> Result<Rules, RulesError> {
        if prefix.is_empty() {
            return Ok(self);
        }
        for (resource, rules) in &mut self.resources {
            rules.put_before_names(resource, prefix);
        }
        match self.asked_names().into_iter().find(|(_, name)| name.len() > NAME_BYTES_MAX) {
            Some((_, name)) => {
                let (prefix, name) = (prefix.to_string(), name.to_owned());
                Err(RulesError::PrefixTooLong { prefix, name })
            }
            None => Ok(self),
        }
    }
}

impl ResourceRules {
    /// Puts `prefix` before every name of a table or view.
    fn put_before_names(&mut self, resource: &str, prefix: &TablePrefix) {
        self.table = Some(prefix.before(self.table.as_deref().unwrap_or(resource)));
        let views = std::mem::take(&mut self.views);
        self.views = views.into_iter().map(|(name, view)| (prefix.before(&name), view)).collect();
        for rule in self.paths.values_mut() {
            rule.table = rule.table.as_ref().map(|name| prefix.before(name));
            for reference in rule.references.iter_mut().flatten() {
                reference.table = prefix.before(&reference.table);
            }
        }
        self.table_prefix = prefix.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_lower_case_short_and_not_that_of_the_bookkeeping() {
        let long = "x".repeat(PREFIX_BYTES_MAX + 1);
        for text in ["", "ic_", "ic", "crm2_intercom_", &long[1..]] {
            assert_eq!(text.parse::<TablePrefix>().unwrap().as_str(), text);
        }
        for (text, why) in [
            ("_relatable_x", "bookkeeping"),
            ("_ic", "a letter at first"),
            ("2ic_", "a letter at first"),
            ("IC_", "lower-case"),
            ("ic-", "lower-case"),
            ("ic ", "lower-case"),
            ("ïc_", "lower-case"),
            (&long, "32 characters, and 31 is the most"),
        ] {
            let error = text.parse::<TablePrefix>().unwrap_err();
            assert!(error.contains(why) && error.contains(text), "{error}");
        }
    }
}
