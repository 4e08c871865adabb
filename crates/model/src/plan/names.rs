//! Names that the rules ask for, held against those that are taken: told before a row is written.

use super::{Plan, PlanError};
use crate::naming::is_assigned;
use crate::rules::names::{Claim, Claimant, clash};
use crate::rules::path::{Path, Segment};
use crate::schema::ColumnRole;

/// What to do about a name that tables had before the rules changed.
pub(super) const STAYS: &str =
    "names stay until `relatable remodel` makes the tables anew; or take the rule back";

impl Plan {
    /// Checks that each table and view can have the name asked for it: a remembered table keeps its name, and no other
    /// table or view has it, of this resource or of another.
    pub(super) fn check_table_names(&self, claims: &[Claim<'_>]) -> Result<(), PlanError> {
        if let Some((first, second)) = clash(claims) {
            let difference = format!("{first} and {second} cannot have one name");
            return Err(self.misfit(second.name, &difference).at(&second.place()));
        }
        for claim in claims {
            let name = claim.name.to_lowercase();
            let known = self.memory.tables().find(|(path, ..)| is_of(claim.of, path));
            if let Some((path, known, _)) = known {
                if !is_assigned(known, claim.name, path) {
                    let difference =
                        format!("it is {claim}, which the rules now call `{}`; {STAYS}", claim.name);
                    return Err(self.misfit(known, &difference).at(&claim.place()));
                }
                continue;
            }
            let own = self.memory.tables().find(|(_, known, _)| known.to_lowercase() == name);
            let owner = match own {
                Some((path, ..)) => format!("`{}.{}`", self.resource, rule_path(path)),
                None if self.memory.reserved().contains(&name) => "another resource".to_owned(),
                None => continue,
            };
            let difference = format!("{claim} asks for its name, which {owner} has; choose another name");
            return Err(self.misfit(claim.name, &difference).at(&claim.place()));
        }
        Ok(())
    }

    /// Checks that remembered columns have the names that rules ask for.
    pub(super) fn check_column_names(&self) -> Result<(), PlanError> {
        for column in self.columns.iter().filter(|column| column.role == ColumnRole::Value) {
            let place = &self.nodes[column.node].place;
            let (Some(known), Some(asked)) = (&column.remembered, &place.rule.column) else { continue };
            if !is_assigned(known, asked, &place.path) {
                let difference = format!(
                    "column `{known}` holds `{}`, whose rule now asks for `{asked}`; {STAYS}",
                    place.path
                );
                let table = &self.tables[column.table];
                let named = table.remembered.as_ref().unwrap_or(&table.wanted);
                return Err(self.misfit(named, &difference).at(&place.path));
            }
        }
        Ok(())
    }
}

/// Whether the table whose rows stand at `path` is the one that asks.
fn is_of(claimant: Claimant<'_>, path: &str) -> bool {
    match claimant {
        Claimant::Resource => path.is_empty(),
        Claimant::Path(asked) => !path.is_empty() && !has_kind(path) && rule_path(path) == asked,
        Claimant::View => false,
    }
}

/// Whether the path leads through one kind of a list's elements.
fn has_kind(path: &str) -> bool {
    Path::parse(path).is_ok_and(|path| path.segments.iter().any(|step| matches!(step, Segment::Kind(_))))
}

/// The path in rules of what a table with rows at the full path `path` was split from: a list's own element step goes,
/// and so do those that rules pass through silently, and kinds.
pub(crate) fn rule_path(path: &str) -> String {
    let steps = Path::parse(path).map(|path| path.segments).unwrap_or_default();
    let is_written = |place: usize| match steps[place] {
        Segment::Element => steps.get(place + 1) == Some(&Segment::Element),
        Segment::Kind(_) => false,
        _ => true,
    };
    let segments = (0..steps.len()).filter(|&place| is_written(place)).map(|place| steps[place].clone());
    Path { segments: segments.collect() }.to_string()
}
