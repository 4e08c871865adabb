//! Layers of rules: the upper one wins, property by property.

use super::names::{claims, clash};
use super::nearest::nearest;
use super::path::{Path, Segment};
use super::{EVERY_RESOURCE, PathRule, ResourceRules, Rules, RulesError, Strategy, contradiction};

impl Rules {
    /// These rules with `upper` laid over them; `file` names the upper layer in errors.
    ///
    /// # Errors
    /// [`RulesError::UnknownResource`] when `upper` speaks of a resource this layer does not have,
    /// [`RulesError::Contradiction`] for a rule that has no effect or cannot do what it says over this layer, and
    /// [`RulesError::NameTaken`] when two tables or views would have one name.
    pub fn overlay(mut self, upper: Rules, file: &str) -> Result<Rules, RulesError> {
        replace(&mut self.table_prefix, upper.table_prefix.clone());
        let (lines, everywhere) = (&upper.lines, upper.resources.get(EVERY_RESOURCE).cloned());
        let mut layers = upper.resources.clone();
        if let Some(everywhere) = &everywhere {
            layers.remove(EVERY_RESOURCE);
            for (resource, lower) in &self.resources {
                let given = layers.entry(resource.clone()).or_default();
                let mut whole = lower.known_of(everywhere);
                whole.overlay(std::mem::take(given));
                *given = whole;
            }
        }
        for (resource, rules) in layers {
            let Some(lower) = self.resources.get_mut(&resource) else {
                let known: Vec<&str> = self.resources.keys().map(String::as_str).collect();
                return Err(RulesError::UnknownResource {
                    file: lines.named(file, &resource, ""),
                    hint: known_words(&resource, &known),
                    resource,
                });
            };
            let (below, given) = (lower.clone(), rules.clone());
            lower.overlay(rules);
            contradiction::between_layers(&below, &given, lower).map_err(|found| {
                let own = upper.resources.get(&resource);
                let is_own =
                    own.is_some_and(|own| own.paths.contains_key(&found.0) || own.says_of_mode(&found.0));
                let named = if everywhere.is_some() && !is_own { EVERY_RESOURCE } else { &resource };
                lines.contradictory(file, named, found)
            })?;
        }
        let claims: Vec<_> =
            self.resources.iter().flat_map(|(resource, rules)| claims(resource, rules)).collect();
        if let Some((first, second)) = clash(&claims) {
            return Err(RulesError::NameTaken {
                file: [&second, &first]
                    .map(|claim| lines.named(file, claim.resource, &claim.place()))
                    .into_iter()
                    .find(|named| named != file)
                    .unwrap_or_else(|| file.to_owned()),
                name: second.name.to_owned(),
                first: first.to_string(),
                second: second.to_string(),
            });
        }
        Ok(self)
    }
}

impl Rules {
    /// The rules of one resource, those for every resource below its own.
    pub fn of(&self, resource: &str) -> ResourceRules {
        let mut rules = self.resources.get(EVERY_RESOURCE).cloned().unwrap_or_default();
        rules.overlay(self.resources.get(resource).cloned().unwrap_or_default());
        rules
    }
}

impl ResourceRules {
    /// What of the rules for every resource is for this one: patterns, and the paths it knows. One that nobody described
    /// may have any path.
    fn known_of(&self, everywhere: &ResourceRules) -> ResourceRules {
        let mut rules = everywhere.clone();
        rules.paths.retain(|text, _| {
            self.paths.is_empty()
                || Path::parse(text)
                    .is_ok_and(|path| path.segments.contains(&Segment::Any) || self.knows(&path))
        });
        rules
    }

    /// Lays `upper` over these rules.
    fn overlay(&mut self, upper: ResourceRules) {
        let ResourceRules {
            table,
            table_prefix: _,
            singular,
            key,
            version,
            description,
            unwrap_envelopes,
            contract,
            mode,
            deletions,
            ignore,
            views,
            paths,
        } = upper;
        replace(&mut self.table, table);
        replace(&mut self.singular, singular);
        replace(&mut self.key, key);
        replace(&mut self.version, version);
        replace(&mut self.description, description);
        replace(&mut self.unwrap_envelopes, unwrap_envelopes);
        replace(&mut self.contract, contract);
        replace(&mut self.mode, mode);
        replace(&mut self.deletions, deletions);
        replace(&mut self.ignore, ignore);
        self.views.extend(views);
        for (path, rule) in paths {
            self.paths.entry(path).or_default().overlay(rule);
        }
    }
}

impl PathRule {
    /// Lays `upper` over this rule. Properties that belong to another strategy than the upper one asks for are dropped
    /// with it: a list that becomes delimited has no table name and no key.
    pub(crate) fn overlay(&mut self, upper: PathRule) {
        if let Some(strategy) = upper.strategy
            && self.strategy != Some(strategy)
        {
            self.drop_properties_of_other_strategies_than(strategy);
        }
        let PathRule {
            strategy,
            table,
            column,
            prefix,
            key,
            position,
            split_by,
            envelope,
            of,
            delimiter,
            logical,
            null_if,
            synonyms,
            scalar,
            names,
            same_as,
            protect,
            references,
            description,
            answer,
            yields,
        } = upper;
        self.yields = yields;
        replace(&mut self.strategy, strategy);
        replace(&mut self.table, table);
        replace(&mut self.column, column);
        replace(&mut self.prefix, prefix);
        replace(&mut self.key, key);
        replace(&mut self.position, position);
        replace(&mut self.split_by, split_by);
        replace(&mut self.envelope, envelope);
        replace(&mut self.of, of);
        replace(&mut self.delimiter, delimiter);
        replace(&mut self.logical, logical);
        replace(&mut self.null_if, null_if);
        replace(&mut self.synonyms, synonyms);
        replace(&mut self.scalar, scalar);
        replace(&mut self.names, names);
        replace(&mut self.same_as, same_as);
        replace(&mut self.protect, protect);
        replace(&mut self.references, references);
        replace(&mut self.description, description);
        replace(&mut self.answer, answer);
    }
}

impl PathRule {
    /// Drops the properties that only another strategy than `strategy` has.
    fn drop_properties_of_other_strategies_than(&mut self, strategy: Strategy) {
        if strategy.makes_table() {
            self.column = None;
        } else {
            self.table = None;
        }
        if strategy != Strategy::Table {
            self.key = None;
            self.position = None;
            self.split_by = None;
            self.names = None;
        }
        self.same_as = None;
        if strategy != Strategy::Flatten {
            self.prefix = None;
            self.scalar = None;
        }
        if !strategy.keeps_list_in_column() {
            self.of = None;
        }
        if strategy != Strategy::Delimited {
            self.delimiter = None;
        }
    }

    /// Drops the strategy and every property that belongs to one.
    pub(crate) fn drop_strategy(&mut self) {
        *self = PathRule {
            logical: self.logical,
            null_if: self.null_if.take(),
            synonyms: self.synonyms.take(),
            protect: self.protect.take(),
            references: self.references.take(),
            description: self.description.take(),
            answer: self.answer.take(),
            ..PathRule::default()
        };
    }
}

/// Puts the upper layer's property in place, where it has one.
fn replace<T>(lower: &mut Option<T>, upper: Option<T>) {
    if upper.is_some() {
        *lower = upper;
    }
}

/// A hint naming the known word nearest to `word`, and all of them.
fn known_words(word: &str, known: &[&str]) -> String {
    let list = known.join(", ");
    match nearest(word, known.iter().copied()) {
        Some(best) => format!("did you mean `{best}`? Known are: {list}"),
        None => format!("known are: {list}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upper_layer_wins_property_by_property() {
        let lower = Rules::parse(
            "[contacts.paths]\n\"owner_id\" = { type = \"text\", references = \"admins\", description = \"Who\" }",
            "lower",
        )
        .unwrap();
        let upper = Rules::parse("[contacts.paths]\n\"owner_id\" = { column = \"owner\" }", "upper").unwrap();
        let merged = lower.overlay(upper, "upper").unwrap();
        let rule = &merged.resources["contacts"].paths["owner_id"];
        assert_eq!(rule.column.as_deref(), Some("owner"));
        assert_eq!(rule.description.as_deref(), Some("Who"));
        assert_eq!(rule.references.as_ref().unwrap()[0].table, "admins");
    }

    #[test]
    fn a_strategy_takes_the_properties_of_the_old_one_with_it() {
        let mut rule = PathRule {
            strategy: Some(Strategy::Table),
            table: Some("contact_tags".to_owned()),
            key: Some(vec!["contact_id".to_owned()]),
            envelope: Some(vec!["data".to_owned()]),
            ..PathRule::default()
        };
        rule.overlay(PathRule { strategy: Some(Strategy::Delimited), ..PathRule::default() });
        assert_eq!((rule.table, rule.key), (None, None));
        assert_eq!(rule.envelope.as_deref(), Some(["data".to_owned()].as_slice()));
    }

    #[test]
    fn a_misspelt_resource_is_named_with_its_nearest() {
        let lower = Rules::parse("[contacts]\n[companies]", "lower").unwrap();
        let upper = Rules::parse("[contcats]", "mine.toml").unwrap();
        let message = lower.overlay(upper, "mine.toml").unwrap_err().to_string();
        assert!(message.contains("mine.toml") && message.contains("did you mean `contacts`"), "{message}");
    }

    #[test]
    fn a_broken_rule_names_its_line() {
        for (text, expected) in [
            ("[contacts.paths]\n\"avatar\" = \"flaten\"", "flaten"),
            ("[contacts.paths]\n\"avatar\" = { az = \"table\" }", "az"),
            ("[contacts.paths]\n\"a\" = { type = \"strnig\" }", "strnig"),
            ("[contacts\n", "line 1"),
        ] {
            let RulesError::Syntax { cause, .. } = Rules::parse(text, "x").unwrap_err() else {
                panic!("not a syntax error: {text}")
            };
            let cause = cause.to_string();
            assert!(cause.contains(expected) && cause.contains("line"), "{cause}");
        }
        for text in ["[c.paths]\n\"a..b\" = \"json\"", "[c.paths]\n\"a\" = { as = \"json\", of = \"id\" }"] {
            assert!(matches!(Rules::parse(text, "x"), Err(RulesError::Contradiction { .. })), "{text}");
        }
    }
}
