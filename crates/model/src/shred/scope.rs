//! What a load replaces: the scopes whose lists were there in full.
//!
//! A list that is absent says nothing, and a list that the API cut only adds. What hangs below a list that was complete
//! is replaced by record; below a cut one, by element.

use super::finish::{Inherited, Layout, record_batch};
use super::{ReplacedScope, Shredder};
use crate::plan::{ROOT_TABLE, TableId};
use arrow_schema::Field;
use std::collections::HashSet;

impl Shredder {
    /// The scopes of one child table.
    pub(super) fn replaced_scopes(
        &self,
        layout: &Layout,
        layouts: &[Layout],
        kept: &[Vec<u32>],
    ) -> Vec<ReplacedScope> {
        let chain = self.chain(layout.id);
        let Some(&top) = chain.first() else { return Vec::new() };
        let mut complete: HashSet<u32> =
            self.tables[top].presences.iter().map(|list| list.parent_row).collect();
        for &table in &chain {
            for list in self.tables[table].presences.iter().filter(|list| !list.complete) {
                let parent = self.plan.tables[table].parent.unwrap_or(ROOT_TABLE);
                complete.remove(&self.root_row(parent, list.parent_row));
            }
        }
        let mut scopes = Vec::new();
        let dead: HashSet<u32> = self.dead_roots(kept);
        let mut records: Vec<u32> = complete.difference(&dead).copied().collect();
        records.sort_unstable();
        let of_record: Vec<&Inherited> =
            layout.inherited.iter().filter(|inherited| inherited.table == ROOT_TABLE).collect();
        scopes.extend(self.scope(&of_record, ROOT_TABLE, &records));
        let parent = self.plan.tables[layout.id].parent.unwrap_or(ROOT_TABLE);
        if parent != ROOT_TABLE && layouts.iter().any(|layout| layout.id == parent) {
            let alive: HashSet<u32> = kept[parent].iter().copied().collect();
            let mut elements: Vec<u32> = self.tables[layout.id]
                .presences
                .iter()
                .filter(|list| list.complete && alive.contains(&list.parent_row))
                .map(|list| list.parent_row)
                .filter(|&row| !complete.contains(&self.root_row(parent, row)))
                .collect();
            elements.sort_unstable();
            elements.dedup();
            let all: Vec<&Inherited> = layout.inherited.iter().collect();
            scopes.extend(self.scope(&all, parent, &elements));
        }
        scopes
    }

    /// Documents whose key came again later, so that their rows are not written.
    fn dead_roots(&self, kept: &[Vec<u32>]) -> HashSet<u32> {
        if !self.ghosts.is_empty() || kept[ROOT_TABLE].len() == self.tables[ROOT_TABLE].count as usize {
            return HashSet::new();
        }
        let alive: HashSet<u32> = kept[ROOT_TABLE].iter().copied().collect();
        (0..self.tables[ROOT_TABLE].count).filter(|row| !alive.contains(row)).collect()
    }

    /// The tables from the record's first list down to `table`.
    fn chain(&self, mut table: TableId) -> Vec<TableId> {
        let mut chain = Vec::new();
        while let Some(parent) = self.plan.tables[table].parent {
            chain.push(table);
            table = parent;
        }
        chain.reverse();
        chain
    }

    /// The scope named by `columns` for `rows` of `owner`, unless there are none.
    fn scope(&self, columns: &[&Inherited], owner: TableId, rows: &[u32]) -> Option<ReplacedScope> {
        if rows.is_empty() || columns.is_empty() {
            return None;
        }
        let arrays: Vec<_> = columns
            .iter()
            .map(|inherited| self.part_values(inherited.table, inherited.part, owner, rows))
            .collect();
        let fields = columns
            .iter()
            .zip(&arrays)
            .map(|(inherited, array)| Field::new(&inherited.name, array.data_type().clone(), true))
            .collect();
        let names = columns.iter().map(|inherited| inherited.name.clone()).collect();
        Some(ReplacedScope { columns: names, keys: record_batch(fields, arrays, rows.len()) })
    }
}
