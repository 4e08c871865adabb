//! Rules as a destination remembers them: those that its tables were made by.

use super::{ResourceRules, Rules, RulesError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The format of the text that is remembered; raised when it changes in a way that older releases cannot read. In the
/// first, the text was the curated rule file and nothing else.
const FORMAT: u32 = 3;
/// The format of rules without a table prefix, which older releases can read.
const UNPREFIXED_FORMAT: u32 = 2;

/// What a destination remembers of the rules of one resource.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RememberedRules {
    /// The layer below the user's: the curated rules of the release that made the tables; `None` for a resource that has
    /// none.
    pub curated: Option<ResourceRules>,
    /// The whole rules that the tables were made by, the user's over the curated ones; `None` where an older release made
    /// them, which remembered the curated ones alone.
    pub in_force: Option<ResourceRules>,
}

/// What is told of a text before anything else of it is taken for granted.
#[derive(Deserialize)]
struct Head {
    format: u32,
}

/// The text.
#[derive(Serialize, Deserialize)]
struct Document {
    format: u32,
    curated: Option<ResourceRules>,
    rules: Option<ResourceRules>,
}

impl RememberedRules {
    /// The text to remember.
    pub fn text(&self) -> String {
        let is_prefixed = self.in_force.as_ref().is_some_and(|rules| !rules.table_prefix.is_empty());
        let format = if is_prefixed { FORMAT } else { UNPREFIXED_FORMAT };
        let document = Document { format, curated: self.curated.clone(), rules: self.in_force.clone() };
        let value =
            serde_json::to_value(document).unwrap_or_else(|_| unreachable!("rules have names as keys"));
        without_nulls(value).to_string()
    }

    /// What the text remembered of `resource` says.
    ///
    /// # Errors
    /// [`RulesError::NewerFormat`], and [`RulesError::Remembered`] for what is no such text; of an older release's rule
    /// file as [`Rules::parse`].
    pub fn read(resource: &str, text: &str) -> Result<RememberedRules, RulesError> {
        // A rule file is TOML, which never begins so.
        if !text.starts_with('{') {
            let mut rules = Rules::parse(text, &format!("the rules that are remembered of `{resource}`"))?;
            return Ok(RememberedRules { curated: rules.resources.remove(resource), in_force: None });
        }
        let error = |cause| RulesError::Remembered { resource: resource.to_owned(), cause };
        let Head { format } = serde_json::from_str(text).map_err(error)?;
        if format > FORMAT {
            return Err(RulesError::NewerFormat {
                resource: resource.to_owned(),
                stored: format,
                known: FORMAT,
            });
        }
        let Document { curated, rules, .. } = serde_json::from_str(text).map_err(error)?;
        Ok(RememberedRules { curated, in_force: rules })
    }
}

/// A value without members that are null: a property that is left out is none.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(elements) => Value::Array(elements.into_iter().map(without_nulls).collect()),
        scalar => scalar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = r#"
[things]
table = "gadgets"
key = ["id", "by.id"]
version = "changed"
unwrap_envelopes = true
contract = "discard"
mode = "history"
deletions = "soft"
ignore = ["c", "d"]
[things.views.big]
path = "size"
equals = "big"
[things.paths]
"z" = "json"
"a" = { as = "table", table = "as_they_are", key = ["gadget_id", "x"], position = "rank", envelope = "data", split_by = "k" }
"b" = { as = "delimited", of = "id", delimiter = ";", description = "Of many" }
"c" = { as = "flatten", prefix = "" }
"d" = { column = "e", type = "timestamp", null_if = ["0", ""], references = "people" }
"f" = { protect = { truncate = 4 } }
"g" = { protect = "hash", references = [{ table = "people", when = "k", is = ["user"] }] }
"m.[].key" = { column = "label" }
'it\.s' = { answer = "one" }
"#;

    #[test]
    fn rules_are_the_same_after_they_were_remembered() {
        let rules = Rules::parse(RULES, "mine.toml").unwrap().resources["things"].clone();
        for curated in [None, Some(ResourceRules::default()), Some(rules.clone())] {
            let remembered = RememberedRules { curated, in_force: Some(rules.clone()) };
            let read = RememberedRules::read("things", &remembered.text()).unwrap();
            assert_eq!(read, remembered);
            let order = |rules: &ResourceRules| rules.paths.keys().cloned().collect::<Vec<_>>();
            assert_eq!(order(&read.in_force.unwrap()), order(&rules), "columns come in this order");
        }
    }

    #[test]
    fn a_prefix_is_remembered_and_told_to_older_releases_by_the_format() {
        let rules = Rules::parse(RULES, "mine.toml").unwrap();
        let rules = rules.prefixed(&"ic_".parse().unwrap()).unwrap().resources["things"].clone();
        let remembered = RememberedRules { curated: None, in_force: Some(rules) };
        assert!(remembered.text().contains("\"format\":3"), "{}", remembered.text());
        assert_eq!(RememberedRules::read("things", &remembered.text()).unwrap(), remembered);
        assert!(RememberedRules::default().text().contains("\"format\":2"));
    }

    #[test]
    fn the_rule_file_that_an_older_release_remembered_is_the_curated_layer_alone() {
        let read = RememberedRules::read("things", RULES).unwrap();
        assert_eq!(read.in_force, None);
        assert_eq!(read.curated, Rules::parse(RULES, "").unwrap().resources.remove("things"));
    }

    #[test]
    fn what_a_newer_release_remembered_is_refused_as_such() {
        let error = RememberedRules::read("things", r#"{"format":4,"rules":[]}"#).unwrap_err();
        assert!(matches!(error, RulesError::NewerFormat { stored: 4, .. }), "{error}");
        assert!(RememberedRules::read("things", "{}").is_err());
    }
}
