//! Which columns have a place of their own, where a destination has no room for all: what rules ask for first, then the
//! others in the order they are settled, as long as there is room. The rest are members of one column, [`MORE`].

use super::{ColumnId, ColumnPlan, NodeId, Plan, PlanError, ROOT_NODE, ROOT_TABLE, TableId};
use crate::logical::LogicalType;
use crate::rules::path::Path;
use crate::rules::{PathRule, ResourceRules};
use crate::schema::{ColumnRole, MORE};
use crate::width::Room;
use std::collections::HashSet;

/// Columns that have a place together or not at all, with the types of what they become.
pub(crate) type Group = (Vec<ColumnId>, Vec<LogicalType>);

/// The paths that views compare and that conditions of references look at.
pub(super) fn mentioned(rules: &ResourceRules) -> HashSet<String> {
    let viewed = rules.views.values().map(|view| &view.path);
    let references = rules.paths.values().flat_map(|rule| rule.references.iter().flatten());
    let conditions = references.filter_map(|reference| reference.when.as_ref());
    let written = |path: &String| Path::parse(path).map_or_else(|_| path.clone(), |path| path.to_string());
    viewed.chain(conditions).map(written).collect()
}

impl Plan {
    /// Checks that no rule asks for a column of what stands in [`MORE`]: what once went there stays.
    pub(super) fn check_more(&self) -> Result<(), PlanError> {
        for column in self.columns.iter().filter(|column| column.in_more && column.role == ColumnRole::Value)
        {
            let place = &self.nodes[column.node].place;
            if self.is_asked(column, &place.rule) {
                let difference = format!(
                    "column `{MORE}` holds `{}`, which the rules now want in a column of its own; it stays until \
                     `relatable remodel` makes the tables anew; or take the rule back",
                    place.path
                );
                let table = &self.tables[column.table];
                let named = table.remembered.as_ref().unwrap_or(&table.wanted);
                return Err(self.misfit(named, &difference).at(&place.path));
            }
        }
        Ok(())
    }

    /// Whether rules want a column of its own for the values that one holds.
    fn is_asked(&self, column: &ColumnPlan, rule: &PathRule) -> bool {
        let asks = rule.column_type().is_some() || rule.column.is_some() || rule.references.is_some();
        asks && !rule.yields || self.is_mentioned(column)
    }

    /// Whether rules speak of what a column holds: views, conditions, keys.
    fn is_mentioned(&self, column: &ColumnPlan) -> bool {
        let place = &self.nodes[column.node].place;
        let key = self.tables[column.table].key.iter().flatten();
        self.mentioned.contains(&place.path) || key.into_iter().any(|part| *part == place.wanted)
    }

    /// Settles which columns have a place of those whose types are merely defined, before documents come.
    pub(super) fn place_declared(&mut self) {
        if self.memory.width().is_unlimited() {
            return;
        }
        for table in 0..self.tables.len() {
            let mut yielding: Vec<ColumnId> = (0..self.columns.len())
                .filter(|&column| self.columns[column].table == table && self.yields(column))
                .collect();
            yielding
                .sort_by_key(|&column| self.lookup.place(&self.nodes[self.columns[column].node].place.path));
            let type_of =
                |&column: &ColumnId| (vec![column], self.columns[column].logical.into_iter().collect());
            let groups: Vec<Group> = yielding.iter().map(type_of).collect();
            let stands = (0..self.columns.len())
                .map(|column| self.columns[column].declared && !yielding.contains(&column))
                .collect::<Vec<bool>>();
            self.settle_places(table, &stands, groups);
        }
    }

    /// Whether a column is new, has its type from a definition, and makes way for others.
    fn yields(&self, column: ColumnId) -> bool {
        let plan = &self.columns[column];
        plan.declared && plan.remembered.is_none() && !plan.in_more && self.may_go_to_more(column)
    }

    /// Whether the values of a column that nobody remembers may be members of [`MORE`].
    pub(crate) fn may_go_to_more(&self, column: ColumnId) -> bool {
        let plan = &self.columns[column];
        let place = &self.nodes[plan.node].place;
        let owner = |node| self.owner(node);
        if owner(plan.node) != owner(self.tables[plan.table].node) {
            // Rows are then written in parts.
            return false;
        }
        // What a column that rules ask for cannot hold stands beside it.
        !self.key_columns.iter().any(|key| self.columns[*key].node == plan.node)
            && !self.is_asked(plan, &place.rule)
            && (place.rule.yields || self.lookup.place(&place.path).is_none())
    }

    /// The answer that alone may write what stands at `node`: the nearest rule on the way up that names one decides.
    pub(crate) fn owner(&self, mut node: NodeId) -> Option<&str> {
        while node != ROOT_NODE {
            let place = &self.nodes[node].place;
            if let Some(owner) = &place.rule.answer {
                return Some(owner);
            }
            node = place.parent;
        }
        None
    }

    /// Gives groups of columns of a table their place, one after the other, as long as there is room beside what the table
    /// has and the new columns of which `stands` says that they have theirs; the rest go to [`MORE`].
    pub(crate) fn settle_places(&mut self, table: TableId, stands: &[bool], groups: Vec<Group>) {
        if groups.is_empty() {
            return;
        }
        let mut room = self.room(table, stands);
        let rest = groups.iter().position(|(_, types)| !room.take(types)).unwrap_or(groups.len());
        let moved: Vec<ColumnId> = groups.into_iter().skip(rest).flat_map(|(columns, _)| columns).collect();
        for column in moved {
            let plan = &mut self.columns[column];
            plan.in_more = true;
            if plan.role == ColumnRole::Value {
                plan.logical = None;
            }
        }
    }

    /// The room that a table has left beside the columns that it has in any case.
    fn room(&self, table: TableId, stands: &[bool]) -> Room<'_> {
        let plan = &self.tables[table];
        let parts = self.identity_parts(table);
        let mut room = self.memory.width().beside_key(parts);
        let remembered = self.memory.columns(&plan.path);
        remembered.iter().for_each(|column| room.take_anyway(column.logical));
        if remembered.is_empty() {
            self.bookkeeping_types(table).into_iter().for_each(|logical| room.take_anyway(logical));
        }
        if !self.memory.has_more(&plan.path) {
            room.take_anyway(LogicalType::Json);
        }
        let is_new = |column: &ColumnId| {
            let plan = &self.columns[*column];
            plan.table == table && plan.remembered.is_none() && !plan.in_more && stands[*column]
        };
        for column in (0..self.columns.len()).filter(is_new) {
            match self.columns[column].logical {
                Some(logical) => room.take_anyway(logical),
                // What its values turn out to be may take a column beside it, or two.
                None => (0..3).for_each(|_| room.take_anyway(LogicalType::Text)),
            }
        }
        room
    }

    /// The types of the columns that a table gets beside those with values of its own: what identifies its ancestors, the
    /// place in the list, when a row was read and found gone, and what tells versions apart.
    fn bookkeeping_types(&self, table: TableId) -> Vec<LogicalType> {
        let plan = &self.tables[table];
        let texts = match plan.parent {
            Some(parent) => self.identity_parts(parent),
            None => usize::from(self.key_columns.is_empty()),
        };
        let moments = 1 + usize::from(table == ROOT_TABLE);
        let mut types = vec![LogicalType::Text; texts];
        types.extend(std::iter::repeat_n(LogicalType::Timestamp, moments));
        types.extend(plan.is_positioned().then_some(LogicalType::Integer));
        types.extend(self.rules.write_mode().columns().iter().map(|column| column.logical));
        types
    }

    /// How many columns identify a row of a table at most, those of its ancestors included.
    fn identity_parts(&self, table: TableId) -> usize {
        let plan = &self.tables[table];
        let own = match &plan.key {
            _ if table == ROOT_TABLE => self.key_columns.len().max(1),
            Some(key) => key.len(),
            None => usize::from(plan.is_list),
        };
        own + plan.parent.map_or(0, |parent| self.identity_parts(parent))
    }
}
