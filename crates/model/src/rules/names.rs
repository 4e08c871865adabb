//! Names of tables and views that rules ask for. A destination has one of each, whatever the case.

use super::path::Path;
use super::{ResourceRules, Rules, Strategy};
use crate::plan::{RuleLookup, is_entry_member};
use std::collections::HashMap;
use std::fmt;

/// A name of a table or view that rules ask for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim<'a> {
    pub(crate) resource: &'a str,
    pub(crate) of: Claimant<'a>,
    pub(crate) name: &'a str,
}

/// What asks for a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claimant<'a> {
    /// The resource's own table.
    Resource,
    /// The table that the rule of this path asks for.
    Path(&'a str),
    /// A view.
    View,
}

impl Claim<'_> {
    /// Where in the rules of its resource it is asked for.
    pub(crate) fn place(&self) -> String {
        match self.of {
            Claimant::Resource => "table".to_owned(),
            Claimant::Path(path) => path.to_owned(),
            Claimant::View => format!("views.{}", self.name),
        }
    }
}

impl fmt::Display for Claim<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Claim { resource, name, .. } = self;
        match self.of {
            Claimant::Resource => write!(formatter, "the table of the resource `{resource}`"),
            Claimant::Path(path) => write!(formatter, "the table of `{resource}.{path}`"),
            Claimant::View => write!(formatter, "the view `{name}` of `{resource}`"),
        }
    }
}

/// Every name that the rules of a resource ask for. Tables below what is kept whole are never made.
pub(crate) fn claims<'a>(resource: &'a str, rules: &'a ResourceRules) -> Vec<Claim<'a>> {
    let lookup = RuleLookup::new(rules);
    let own = rules.table.as_deref().unwrap_or(resource);
    let mut claims = vec![Claim { resource, of: Claimant::Resource, name: own }];
    claims.extend(rules.views.keys().map(|name| Claim { resource, of: Claimant::View, name }));
    claims.extend(rules.paths.iter().filter_map(|(path, rule)| {
        let name = rule.table.as_deref().filter(|_| rule.strategy.is_some_and(Strategy::makes_table))?;
        let is_made = kept_whole_above(&lookup, &Path::parse(path).ok()?).is_none();
        is_made.then_some(Claim { resource, of: Claimant::Path(path), name })
    }));
    claims
}

/// Two that ask for the same name, the earlier first.
pub(crate) fn clash<'a>(claims: &[Claim<'a>]) -> Option<(Claim<'a>, Claim<'a>)> {
    let mut taken: HashMap<String, Claim<'a>> = HashMap::new();
    claims.iter().find_map(|claim| Some((taken.insert(claim.name.to_lowercase(), *claim)?, *claim)))
}

/// The nearest place above `path` that is kept whole or not at all, and how.
pub(super) fn kept_whole_above(lookup: &RuleLookup, path: &Path) -> Option<(Path, Strategy)> {
    (1..path.segments.len()).rev().find_map(|steps| {
        let above = Path { segments: path.segments[..steps].to_vec() };
        let strategy = lookup.rule(&above.to_string()).strategy;
        match strategy? {
            kept @ (Strategy::Json | Strategy::Omit) => Some((above, kept)),
            kept @ Strategy::Entries if !is_entry_member(&path.segments[steps..]) => Some((above, kept)),
            _ => None,
        }
    })
}

impl Rules {
    /// Every name of a table or view that the rules ask for, with the resource that asks.
    pub fn asked_names(&self) -> Vec<(&str, &str)> {
        let claims = self.resources.iter().flat_map(|(resource, rules)| claims(resource, rules));
        claims.map(|claim| (claim.resource, claim.name)).collect()
    }
}
