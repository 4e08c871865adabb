//! What columns are called.

use super::Shredder;
use super::key::CONTENT_KEY;
use super::layout::{Inherited, Layout};
use crate::naming::Names;
use crate::plan::{ColumnId, ColumnPlan, Place, PlanError, TableId};
use crate::schema::{ColumnRole, DELETED_AT, IS_STUB, MORE, SYNCED_AT};
use crate::write_mode::{IS_CURRENT, VALID_FROM, VALID_TO};
use std::collections::HashMap;

impl Shredder {
    /// The columns a child of `parent` inherits: the parent's own inherited ones, then its identity.
    pub(super) fn inherited(&self, parent: &Layout) -> Vec<Inherited> {
        let mut names = Names::default();
        let mut inherited = parent.inherited.clone();
        for known in &inherited {
            names.take(&known.name);
        }
        // By the name it has, so that it stays the same when that is remembered.
        let singular = self.plan.singular_of(parent.id, &parent.name);
        let path = &self.plan.tables[parent.id].path;
        for (part, column) in &parent.identity {
            let wanted = format!("{singular}_{}", column.trim_start_matches('_'));
            let name = names.assign(&wanted, &format!("{path}/{column}"));
            inherited.push(Inherited { name, table: parent.id, part: *part });
        }
        inherited
    }

    /// The own columns of a table with their names: the record's key, what the rules name in their order, the rest by
    /// path. So a rule has the first choice of a name, and the order of documents has none.
    pub(super) fn own_columns(&self, id: TableId, inherited: &[Inherited]) -> Vec<(ColumnId, String)> {
        let plan = &self.plan.tables[id];
        let mut names = Names::default();
        for name in [MORE, SYNCED_AT, DELETED_AT, CONTENT_KEY, VALID_FROM, VALID_TO, IS_CURRENT, IS_STUB] {
            names.take(name);
        }
        for inherited in inherited {
            names.take(&inherited.name);
        }
        if plan.is_positioned() {
            names.take(plan.position());
        }
        for column in self.plan.memory.columns(&plan.path) {
            names.take(&column.name);
        }
        let mut columns: Vec<ColumnId> = (0..self.plan.columns.len())
            .filter(|&column| self.plan.columns[column].table == id && self.column_exists(column))
            .collect();
        columns.sort_by_cached_key(|&column| self.column_order(column));
        let mut named: Vec<(ColumnId, String)> = Vec::with_capacity(columns.len());
        for column in columns {
            let plan = &self.plan.columns[column];
            let node = &self.plan.nodes[plan.node];
            // The column of a value comes right before its variants.
            let main = named.iter().rev().take(2).find(|(other, _)| Some(*other) == node.scalar());
            let base = main.map_or(&node.place.wanted, |(_, name)| name);
            let wanted = match plan.role {
                ColumnRole::VariantText => format!("{base}__text"),
                ColumnRole::VariantJson => format!("{base}__json"),
                _ => node.place.wanted.clone(),
            };
            let name = plan.remembered.clone().unwrap_or_else(|| names.assign(&wanted, &node.place.path));
            named.push((column, name));
        }
        named
    }

    /// Checks that each column that a rule names can have that name: no other column of the table does.
    pub(super) fn check_asked_columns(
        &self,
        id: TableId,
        table: &str,
        parent: Option<&Layout>,
    ) -> Result<(), PlanError> {
        let plan = &self.plan.tables[id];
        let mut owners: HashMap<String, String> = HashMap::new();
        let inherited = parent.map(|parent| self.inherited(parent)).unwrap_or_default();
        let position = plan.is_positioned().then(|| plan.position().to_owned());
        for name in inherited.into_iter().map(|inherited| inherited.name).chain(position) {
            owners.insert(name.to_lowercase(), "what identifies a row".to_owned());
        }
        for column in self.plan.memory.columns(&plan.path).iter().filter(|column| !column.path.is_empty()) {
            owners.insert(column.name.to_lowercase(), format!("`{}`", column.path));
        }
        let is_new = |column: &&ColumnPlan| {
            column.table == id && column.role == ColumnRole::Value && column.remembered.is_none()
        };
        let mut asked: Vec<(&Place, bool)> = (self.plan.columns.iter().filter(is_new))
            .map(|column| &*self.plan.nodes[column.node].place)
            .map(|place| (place, place.rule.column.is_some()))
            .collect();
        // Those named by a rule last, so that whatever they clash with is known.
        asked.sort_by_key(|(_, is_asked)| *is_asked);
        for (place, is_asked) in asked {
            let owner = owners.insert(place.wanted.to_lowercase(), format!("`{}`", place.path));
            if let Some(owner) = owner.filter(|_| is_asked) {
                return Err(PlanError {
                    resource: self.plan.resource.clone(),
                    table: table.to_owned(),
                    difference: format!(
                        "the rule for `{}` asks for the column `{}`, which is that of {owner}; choose another name",
                        place.path, place.wanted
                    ),
                    place: place.path.clone(),
                });
            }
        }
        Ok(())
    }

    /// Where a column stands among those of its table.
    pub(super) fn column_order(&self, column: ColumnId) -> (usize, String, u8) {
        let plan = &self.plan.columns[column];
        if self.plan.tables[plan.table].is_map {
            return (plan.node, String::new(), plan.role as u8);
        }
        let path = &self.plan.nodes[plan.node].place.path;
        let keys = &self.plan.key_columns;
        let order = match keys.iter().position(|&key| self.plan.columns[key].node == plan.node) {
            Some(place) => Some(place),
            None => self.plan.lookup.place(path).map(|place| keys.len() + place),
        };
        match order {
            Some(place) => (place, String::new(), plan.role as u8),
            None => (usize::MAX, path.clone(), plan.role as u8),
        }
    }

    /// Whether a column is declared with its type, remembered, or has values, and they have a column of their own.
    pub(super) fn column_exists(&self, column: ColumnId) -> bool {
        let plan = &self.plan.columns[column];
        if plan.in_more {
            return false;
        }
        let table = &self.plan.tables[plan.table];
        // Of what the rules declare for all kinds of elements, one kind has what comes with it, and its key.
        let is_common = || {
            let wanted = &self.plan.nodes[plan.node].place.wanted;
            table.kinds.is_empty() || table.key.iter().flatten().any(|part| part == wanted)
        };
        let is_typed = plan.logical.is_some() && plan.declared && is_common();
        is_typed || plan.remembered.is_some() || !self.columns[column].is_empty()
    }
}
