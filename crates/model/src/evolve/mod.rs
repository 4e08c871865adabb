//! What other rules would do to the tables that are there.
//!
//! No document is needed for it: the tables say which paths documents had. Each of those goes through the other rules as
//! a sample document, and what comes of them is compared with what is there.

mod compare;
mod difference;
mod sample;

pub use difference::{Difference, Place};

use crate::plan::{Memory, PlanError};
use crate::rules::ResourceRules;
use crate::schema::Table;
use crate::shred::{Context, Shredder};
use compare::Comparison;

/// What rules would do to the tables of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evolution {
    /// Every difference, tables in the order of their paths.
    pub differences: Vec<Difference>,
    /// Why a load under these rules into the tables as they are would be refused; `None` where it would go ahead.
    pub refusal: Option<PlanError>,
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
