//! What a load replaces: the scopes whose lists were there in full.
//!
//! A list that is absent says nothing, and a list that the API cut only adds. What hangs below a list that was complete
//! is replaced by record; below a cut one, by element. What another answer owns is left as it is.

use super::batch::record_batch;
use super::layout::{Inherited, Layout};
use super::rows::Kept;
use super::{ReplacedScope, Shredder};
use crate::plan::{ROOT_TABLE, TableId};
use arrow_schema::Field;

impl Shredder {
    /// The scopes of one child table; `earlier` are those of another table, of which the records may be the same.
    pub(super) fn replaced_scopes(
        &self,
        layout: &Layout,
        kept: &Kept,
        earlier: &mut Option<(Vec<u32>, ReplacedScope)>,
    ) -> Vec<ReplacedScope> {
        let Some(parent) = self.plan.tables[layout.id].parent else { return Vec::new() };
        if !self.owns(self.plan.tables[layout.id].node) {
            return Vec::new();
        }
        let complete = self.complete_records(layout.id, kept);
        let records: Vec<u32> =
            (0..self.tables[ROOT_TABLE].count).filter(|&row| complete[row as usize]).collect();
        let of_record: Vec<&Inherited> =
            layout.inherited.iter().filter(|inherited| inherited.table == ROOT_TABLE).collect();
        if earlier.as_ref().is_none_or(|(known, _)| *known != records) {
            *earlier = self.scope(&of_record, ROOT_TABLE, &records).map(|scope| (records, scope));
        }
        let mut scopes: Vec<ReplacedScope> = earlier.iter().map(|(_, scope)| scope.clone()).collect();
        if parent != ROOT_TABLE {
            let mut elements: Vec<u32> = self.tables[layout.id]
                .presences
                .iter()
                .filter(|list| list.complete)
                .map(|list| list.parent_row)
                .filter(|&row| kept.alive[parent][row as usize])
                .filter(|&row| !complete[kept.newest(self.root_row(parent, row)) as usize])
                .collect();
            elements.dedup();
            let of_element: Vec<&Inherited> = layout.inherited.iter().collect();
            scopes.extend(self.scope(&of_element, parent, &elements));
        }
        scopes
    }

    /// For each row of the resource's table whether it stands for a record of which everything in `table` is known: its
    /// list of the first level was there in full, and no living list on the way down was cut.
    fn complete_records(&self, table: TableId, kept: &Kept) -> Vec<bool> {
        let mut chain = vec![table];
        while let Some(parent) =
            self.plan.tables[chain[chain.len() - 1]].parent.filter(|id| *id != ROOT_TABLE)
        {
            chain.push(parent);
        }
        let mut complete = vec![false; self.tables[ROOT_TABLE].count as usize];
        let top = chain.pop().unwrap_or(table);
        for list in self.tables[top].presences.iter().filter(|list| list.complete) {
            complete[kept.newest(list.parent_row) as usize] = true;
        }
        for &below in chain.iter().rev() {
            let Some(parent) = self.plan.tables[below].parent else { continue };
            for list in self.tables[below].presences.iter().filter(|list| !list.complete) {
                if kept.alive[parent][list.parent_row as usize] {
                    complete[kept.newest(self.root_row(parent, list.parent_row)) as usize] = false;
                }
            }
        }
        complete
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
