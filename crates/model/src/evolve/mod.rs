//! What other rules would do to the tables that are there.
//!
//! No document is needed for it: the tables say which paths documents had. Each of those goes through the other rules as
//! a sample document, and what comes of them is compared with what is there.

mod compare;
mod difference;
mod sample;

pub use difference::{Difference, Place};

use crate::plan::{Memory, PlanError, RuleLookup};
use crate::rules::{Contract, PathRule, ResourceRules, Strategy};
use crate::schema::Table;
use crate::shred::{Context, Shredder};
use compare::Comparison;
use std::sync::Arc;

/// What rules would do to the tables of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evolution {
    /// Every difference, tables in the order of their paths.
    pub differences: Vec<Difference>,
    /// Why a load under these rules into the tables as they are would be refused; `None` where it would go ahead.
    pub refusal: Option<PlanError>,
}

/// What is to be remembered of `tables` where rules differ from them as `differences` say: the names and types of all that
/// they leave as it is.
pub fn unchanged(tables: &[Table], differences: &[Difference]) -> Memory {
    let mut memory = Memory::default();
    let gone = |table: &Table| {
        differences.iter().any(|difference| match difference {
            Difference::TableOrphaned { table: name, .. } | Difference::TableRenamed { from: name, .. } => {
                *name == table.name
            }
            Difference::KeyChanged { table: name, .. } => *name == table.name,
            _ => false,
        })
    };
    // What hangs below a table that changes is identified by it.
    let mut changed: Vec<&str> = Vec::new();
    for table in tables {
        let hangs = table.parent.as_ref().is_some_and(|link| changed.contains(&link.table.as_str()));
        if hangs || gone(table) {
            changed.push(&table.name);
            continue;
        }
        let moved: Vec<&str> = table
            .columns
            .iter()
            .filter(|column| differences.iter().any(|difference| difference.takes(&table.name, &column.name)))
            .map(|column| column.path.as_str())
            .collect();
        let mut kept = table.clone();
        kept.columns.retain(|column| column.path.is_empty() || !moved.contains(&column.path.as_str()));
        memory.remember_table(&kept);
    }
    memory
}

/// The paths of what rules `before` lose, by leaving it out or keeping one member of each element, and those `after` do not.
pub fn lost(before: &ResourceRules, after: &ResourceRules) -> Vec<String> {
    let lookup = RuleLookup::new(after);
    let loses = |rule: &PathRule| match rule.strategy {
        Some(Strategy::Omit) => true,
        Some(Strategy::Delimited | Strategy::List) => rule.of.is_some(),
        _ => rule.protect.is_some(),
    };
    let lost = before.paths.iter().filter(|(path, rule)| {
        let then = after.paths.get(*path).map_or_else(|| lookup.rule(path), |rule| Arc::new(rule.clone()));
        loses(rule) && (then.strategy, &then.of, then.protect) != (rule.strategy, &rule.of, rule.protect)
    });
    let mut lost: Vec<String> = lost.map(|(path, _)| format!("`{path}`")).collect();
    if before.contract == Some(Contract::Discard) {
        lost.push("what the contract `discard` kept out".to_owned());
    }
    lost
}

/// Compares the tables of `resource`, as they are remembered, with what `rules` would make of the same documents.
///
/// What a column of JSON or of text holds is not looked into: where the rules would take it apart, the difference says
/// so, and documents settle the rest. Columns beside a typed one (`<name>__text`) go where it goes.
///
/// # Errors
/// [`PlanError`] when the rules cannot be followed whatever is there.
pub fn evolution(
    resource: &str,
    tables: &[Table],
    rules: &ResourceRules,
    memory: Memory,
) -> Result<Evolution, PlanError> {
    let mut rules = rules.clone();
    let refusal = Shredder::new(resource, &rules, memory.clone(), None).err();
    // All answers are one here.
    rules.paths.values_mut().for_each(|rule| rule.answer = None);
    let mut bare = Memory::default();
    bare.reserve(memory.reserved().iter().map(String::as_str));
    let mut shredder = Shredder::new(resource, &rules, bare, None)?;
    for document in sample::documents(tables, &rules) {
        // A sample that the rules have no place for changes no table.
        let _ = shredder.document(document.to_string().as_bytes(), Context::default());
    }
    let made: Vec<Table> = shredder.finish()?.tables.into_iter().map(|made| made.table).collect();
    let differences = Comparison::new(tables, &made, &rules).differences();
    Ok(Evolution { differences, refusal })
}
