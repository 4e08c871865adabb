//! Rules held against the tables they declare: what stands against these is told before a document comes, at the line of the
//! file that asks for it.

use super::path::Path;
use super::{ResourceRules, Rules, RulesError};
use crate::plan::{Memory, PlanError};
use crate::shred::Shredder;

impl Rules {
    /// Checks that the tables which these rules declare can be made: they are those of `lower` with `upper`, which is in
    /// `file`, laid over.
    ///
    /// # Errors
    /// [`RulesError::Tables`] for a column name that is taken, and for a key that names no column of a table that `lower`
    /// describes. A key of what it does not know may wait for its column until documents show it.
    pub fn check_tables(&self, lower: &Rules, upper: &Rules, file: &str) -> Result<(), RulesError> {
        for (resource, rules) in &self.resources {
            let below = lower.resources.get(resource);
            let mut memory = Memory::default();
            let asked = self.asked_names();
            memory.reserve(asked.iter().filter(|(owner, _)| owner != resource).map(|(_, name)| *name));
            let lacking = |rules: &ResourceRules| {
                Shredder::new(resource, rules, memory.clone(), None).and_then(Shredder::lacking)
            };
            let lacked = below.map(|below| lacking(below).unwrap_or_default()).unwrap_or_default();
            let is_given = |lacks: &PlanError| {
                let given = upper.resources.get(resource).and_then(|given| given.paths.get(&lacks.place));
                given.is_some_and(|given| given.key.is_some()) || !lacked.contains(lacks)
            };
            let error = match lacking(rules) {
                Ok(lacking) => lacking
                    .into_iter()
                    .find(|lacks| is_given(lacks) && below.is_some_and(|below| describes(below, lacks))),
                Err(error) => Some(error),
            };
            if let Some(cause) = error {
                let file = upper.lines.named(file, resource, &cause.place);
                return Err(RulesError::Tables { file, cause: Box::new(cause) });
            }
        }
        Ok(())
    }
}

/// Whether rules say what stands in the elements of the list whose table lacks something.
fn describes(rules: &ResourceRules, lacks: &PlanError) -> bool {
    let Ok(list) = Path::parse(&lacks.place) else { return false };
    rules
        .paths
        .keys()
        .filter_map(|path| Path::parse(path).ok())
        .any(|path| path.segments.len() > list.segments.len() && path.segments.starts_with(&list.segments))
}
