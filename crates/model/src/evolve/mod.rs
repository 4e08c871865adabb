//! What other rules would do to the tables that are there.
//!
//! No document is needed for it: the tables say which paths documents had. Each of those goes through the other rules as
//! a sample document, and what comes of them is compared with what is there.

mod compare;
mod difference;
mod elements;
mod meaning;
mod sample;

pub use difference::{Difference, Place};
pub use elements::{Elements, Reduced};
pub use meaning::check_meaning;

use crate::plan::{Memory, PlanError, RuleLookup};
use crate::rules::{Contract, PathRule, ResourceRules, Strategy};
use crate::schema::{ColumnRole, Table};
use crate::shred::{Context, Shredder};
use compare::{Comparison, Sides};

/// What rules would do to the tables of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evolution {
    /// Every difference, tables in the order of their paths.
    pub differences: Vec<Difference>,
    /// Why a load under these rules into the tables as they are would be refused; `None` where it would go ahead.
    pub refusal: Option<PlanError>,
}

/// What is to be remembered of `tables` where rules differ from them as `differences` say: the names and types of all that
/// they leave as it is, also in tables that get another name. What had no column of its own is not remembered: there may be
/// room for it now.
pub fn unchanged(tables: &[Table], differences: &[Difference]) -> Memory {
    let mut memory = Memory::default();
    let name_then = |table: &Table| {
        differences.iter().find_map(|difference| match difference {
            Difference::TableRenamed { from, to } if *from == table.name => Some(to.as_str()),
            _ => None,
        })
    };
    let gone = |table: &Table| {
        differences.iter().any(|difference| match difference {
            Difference::TableOrphaned { table: name, .. } | Difference::EntriesOpened { table: name, .. } => {
                *name == table.name
            }
            Difference::KeyChanged { table: name, .. } => *name == name_then(table).unwrap_or(&table.name),
            _ => false,
        })
    };
    let hangs = |table: &Table, above: &[&str]| {
        table.parent.as_ref().is_some_and(|link| above.contains(&link.table.as_str()))
    };
    // What hangs below a table that changes is identified by it, and may be named after it.
    let (mut changed, mut renamed): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for table in tables {
        if hangs(table, &changed) || gone(table) {
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
        if let Some(name) = name_then(table) {
            name.clone_into(&mut kept.name);
        }
        if kept.name != table.name || hangs(table, &renamed) {
            renamed.push(&table.name);
            // What is named after the table above may be named anew, but for a key, which is as it was.
            let key = kept.key.clone();
            kept.columns.retain(|column| column.role != ColumnRole::Inherited || key.contains(&column.name));
        }
        kept.columns.retain(|column| {
            column.role != ColumnRole::More
                && (column.path.is_empty() || !moved.contains(&column.path.as_str()))
        });
        kept.more.clear();
        memory.remember_table(&kept);
    }
    memory
}

/// The paths of what rules `before` lose and `after` do not: by leaving it out, by keeping one member of each element or
/// the list of an envelope alone, by taking a value for nothing, or by protecting it.
pub fn lost(before: &ResourceRules, after: &ResourceRules) -> Vec<String> {
    let lookup = RuleLookup::new(after);
    let mut lost: Vec<String> = Vec::new();
    for (path, rule) in &before.paths {
        let then = lookup.given(path).unwrap_or_default();
        if then.strategy != Some(Strategy::Omit) && loses_more(rule, &then) {
            lost.push(format!("`{path}`"));
        }
    }
    let unwraps = |rules: &ResourceRules| rules.unwrap_envelopes == Some(true);
    if unwraps(before) && !unwraps(after) {
        lost.push("what stood beside lists in their envelopes".to_owned());
    }
    if before.contract == Some(Contract::Discard) {
        lost.push("what the contract `discard` kept out".to_owned());
    }
    lost
}

/// Whether a rule loses something of the values at its path that another one keeps.
fn loses_more(rule: &PathRule, then: &PathRule) -> bool {
    let keeps_list = |rule: &PathRule| rule.strategy.is_some_and(Strategy::keeps_list_in_column);
    let is_whole = |rule: &PathRule| rule.strategy == Some(Strategy::Json);
    let words = |rule: &PathRule| rule.null_if.clone().unwrap_or_default();
    let nulled = words(rule);
    rule.strategy == Some(Strategy::Omit)
        || rule.protect.is_some() && rule.protect != then.protect
        || keeps_list(rule) && rule.of.is_some() && (rule.strategy, &rule.of) != (then.strategy, &then.of)
        || rule.envelope.is_some() && !is_whole(rule) && (is_whole(then) || rule.envelope != then.envelope)
        || rule.synonyms.is_some() && rule.synonyms != then.synonyms
        || rule.same_as.is_some() && rule.same_as != then.same_as
        || nulled.iter().any(|word| !words(then).contains(word))
}

/// Compares the tables of `resource`, as they are remembered, with what `rules` would make of the same documents.
///
/// What a column of JSON or of text holds is not looked into: where the rules would take it apart, the difference says
/// so, and documents settle the rest. Columns beside a typed one (`<name>__text`) go where it goes. `before` are the rules
/// the tables were made by, `None` where that is not known: then nothing tells what stored values mean, and a text where
/// the rules want a table is taken for a list that was joined.
///
/// # Errors
/// [`PlanError`] when the rules cannot be followed whatever is there.
pub fn evolution(
    resource: &str,
    tables: &[Table],
    before: Option<&ResourceRules>,
    rules: &ResourceRules,
    memory: Memory,
) -> Result<Evolution, PlanError> {
    let mut rules = rules.clone();
    let misfit = Shredder::new(resource, &rules, memory.clone(), None).err();
    let other_meaning = before.and_then(|before| check_meaning(resource, tables, before, &rules).err());
    let refusal = misfit.or(other_meaning);
    // All answers are one here.
    rules.paths.values_mut().for_each(|rule| rule.answer = None);
    let mut bare = Memory::default();
    bare.reserve(memory.reserved().iter().map(String::as_str));
    let mut shredder = Shredder::new(resource, &rules, bare, None)?;
    let sides = Sides { before: before.map(RuleLookup::new), after: RuleLookup::new(&rules) };
    for document in sample::documents(tables, &rules, &sides) {
        // A sample that the rules have no place for changes no table.
        let _ = shredder.document(document.to_string().as_bytes(), Context::default());
    }
    let made: Vec<Table> = shredder.finish()?.tables.into_iter().map(|made| made.table).collect();
    let mut differences = Comparison { there: tables, made: &made, sides: &sides }.differences();
    if let Some(before) = before {
        differences.extend(meaning::changes(tables, before, &rules));
        differences.extend(meaning::ended_omissions(before, &rules));
    }
    Ok(Evolution { differences, refusal })
}
