//! Values that a table has no room for: which they are, and the one column that holds them.

use super::Shredder;
use super::column::{Column, Kind};
use super::tally::Tally;
use crate::json::Json;
use crate::logical::LogicalType;
use crate::plan::{ColumnId, Group, ROOT_TABLE, TableId};
use crate::schema::ColumnRole;
use arrow_array::ArrayRef;
use arrow_array::builder::StringBuilder;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the issue of a value says that a fragment brings and only whole records write.
const LEFT_OUT: &str =
    "a value read by itself stands in `_more`, which is written with the whole record; it was left out";

impl Shredder {
    /// Settles which new columns have a place of their own; `tally` tells what the values of an undecided one are.
    pub(super) fn settle_places(&mut self, tally: impl Fn(&Shredder, ColumnId) -> Tally) {
        if self.plan.memory.width().is_unlimited() {
            return;
        }
        for table in 0..self.plan.tables.len() {
            let groups = self.groups(table, &tally);
            if groups.is_empty() {
                continue;
            }
            let grouped: BTreeSet<ColumnId> =
                groups.iter().flat_map(|(columns, _)| columns).copied().collect();
            let stands: Vec<bool> = (0..self.plan.columns.len())
                .map(|column| !grouped.contains(&column) && self.column_exists(column))
                .collect();
            self.plan.settle_places(table, &stands, groups);
        }
        self.note_left_out();
    }

    /// The new columns of a table that make way where there is no room, those of one path together, in their order.
    fn groups(&self, table: TableId, tally: &impl Fn(&Shredder, ColumnId) -> Tally) -> Vec<Group> {
        if table == ROOT_TABLE && !self.fragments.is_empty() {
            // Their record is written elsewhere.
            return Vec::new();
        }
        let makes_way = |column: &ColumnId| {
            let plan = &self.plan.columns[*column];
            plan.table == table
                && plan.remembered.is_none()
                && !plan.declared
                && self.column_exists(*column)
                && self.plan.may_go_to_more(*column)
        };
        let mut columns: Vec<ColumnId> = (0..self.plan.columns.len()).filter(makes_way).collect();
        columns.sort_by_cached_key(|&column| self.column_order(column));
        let of_one_path = |left: &ColumnId, right: &ColumnId| {
            self.plan.columns[*left].node == self.plan.columns[*right].node
        };
        let group = |columns: &[ColumnId]| (columns.to_vec(), self.types_of(columns, tally));
        let needs_room = |(_, types): &Group| !types.is_empty();
        columns.chunk_by(of_one_path).map(group).filter(needs_room).collect()
    }

    /// The types of all new columns that come of these, which are of one path.
    fn types_of(
        &self,
        columns: &[ColumnId],
        tally: &impl Fn(&Shredder, ColumnId) -> Tally,
    ) -> Vec<LogicalType> {
        let mut types = BTreeMap::new();
        for &column in columns {
            let plan = &self.plan.columns[column];
            let Some(logical) = plan.logical else {
                let tally = tally(self, column);
                for role in tally.roles(false) {
                    let beside =
                        if role == ColumnRole::VariantText { LogicalType::Text } else { LogicalType::Json };
                    types.insert(role, if role == ColumnRole::Value { tally.logical(false) } else { beside });
                }
                continue;
            };
            types.insert(plan.role, logical);
        }
        let is_new = |role: &ColumnRole| {
            let plan = &self.plan.columns[columns[0]];
            let (table, place) = (&self.plan.tables[plan.table], &self.plan.nodes[plan.node].place);
            self.plan.memory.column(&table.path, &place.path, *role).is_none()
        };
        types.into_iter().filter(|(role, _)| is_new(role)).map(|(_, logical)| logical).collect()
    }

    /// Notes each value of a fragment that its record's row has in a place which fragments do not write.
    fn note_left_out(&mut self) {
        if self.fragments.is_empty() {
            return;
        }
        for column in self.members(ROOT_TABLE) {
            let node = self.plan.columns[column].node;
            for row in self.columns[column].rows().collect::<Vec<_>>() {
                self.note("value_left_out", node, row, LEFT_OUT);
            }
        }
    }

    /// The paths of a table whose values stand in the one column: those remembered, and those that came.
    pub(super) fn paths_in_more(&self, table: TableId) -> Vec<String> {
        let remembered = self.plan.memory.more(&self.plan.tables[table].path).map(str::to_owned);
        let came = (0..self.plan.columns.len()).filter(|&column| {
            let plan = &self.plan.columns[column];
            plan.table == table && plan.in_more && (plan.declared || !self.columns[column].is_empty())
        });
        let came = came.map(|column| self.plan.nodes[self.plan.columns[column].node].place.path.clone());
        remembered.chain(came).collect::<BTreeSet<String>>().into_iter().collect()
    }

    /// The columns of a table whose values are members of the one column, in the order of their paths.
    fn members(&self, table: TableId) -> Vec<ColumnId> {
        let is_member = |column: &ColumnId| {
            let plan = &self.plan.columns[*column];
            plan.table == table && plan.in_more && !self.columns[*column].is_empty()
        };
        let mut members: Vec<ColumnId> = (0..self.plan.columns.len()).filter(is_member).collect();
        let path = |column: ColumnId| &self.plan.nodes[self.plan.columns[column].node].place.path;
        members.sort_by(|&left, &right| path(left).cmp(path(right)).then(left.cmp(&right)));
        members
    }

    /// The one column in the rows kept: an object of the values that the document had, each under its path; null where it
    /// had none.
    pub(super) fn more_values(&self, table: TableId, kept: &[u32]) -> ArrayRef {
        let members: Vec<(String, ColumnId)> = self
            .members(table)
            .into_iter()
            .map(|column| {
                let path = &self.plan.nodes[self.plan.columns[column].node].place.path;
                (Json::String(path.clone()).to_string(), column)
            })
            .collect();
        let mut objects = StringBuilder::new();
        let mut object = String::new();
        for &row in kept {
            object.clear();
            for (name, column) in &members {
                let Some(source) = self.source_at(*column, row) else { continue };
                object.push(if object.is_empty() { '{' } else { ',' });
                object.push_str(name);
                object.push(':');
                object.push_str(&source);
            }
            if object.is_empty() {
                objects.append_null();
            } else {
                object.push('}');
                objects.append_value(&object);
            }
        }
        Arc::new(objects.finish())
    }

    /// The value of a member in `row` as JSON source.
    fn source_at(&self, column: ColumnId, row: u32) -> Option<String> {
        let text = |texts: &arrow_array::StringArray| texts.value(row as usize).to_owned();
        let values = &self.columns[column];
        if !values.is_there(row) {
            return None;
        }
        match (values, self.plan.columns[column].role) {
            (Column::Undecided(kinds, texts), _) if kinds[row as usize] != Kind::String => Some(text(texts)),
            (Column::Text(texts), ColumnRole::VariantJson) => Some(text(texts)),
            (Column::Undecided(_, texts) | Column::Text(texts), _) => {
                Some(Json::String(text(texts)).to_string())
            }
            // Members keep their tokens: none has another type.
            _ => None,
        }
    }
}
