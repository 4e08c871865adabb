//! The rows of tables while they grow, and going back to an earlier size.

use super::Shredder;
use crate::plan::{PlanMark, ROOT_TABLE};

/// A list (or one-to-one object) about which a document said something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Presence {
    /// The row it belongs to, in the parent table.
    pub(super) parent_row: u32,
    /// Whether it was there in full.
    pub(super) complete: bool,
}

/// The rows of one table while they grow.
#[derive(Debug, Default)]
pub(super) struct TableRows {
    /// How many rows there are.
    pub(super) count: u32,
    /// For each row the row it belongs to in the parent table, ascending; empty for the resource's own table.
    pub(super) parent_rows: Vec<u32>,
    /// For each row its place in the list; empty unless the table is a list's.
    pub(super) positions: Vec<u32>,
    /// Lists that were present.
    pub(super) presences: Vec<Presence>,
}

impl TableRows {
    /// Begins a row that belongs to no other.
    pub(super) fn begin_row(&mut self) -> u32 {
        self.count += 1;
        self.count - 1
    }

    /// Adds a row of a child table.
    #[inline]
    pub(super) fn push_row(&mut self, parent_row: u32, position: Option<u32>) -> u32 {
        self.parent_rows.push(parent_row);
        if let Some(position) = position {
            self.positions.push(position);
        }
        self.begin_row()
    }

    /// Notes that the list or one-to-one object of `parent_row` was spoken of.
    #[inline]
    pub(super) fn present(&mut self, parent_row: u32, complete: bool) {
        self.presences.push(Presence { parent_row, complete });
    }

    /// Goes back to so many rows and presences.
    fn truncate(&mut self, count: u32, presences: usize) {
        self.count = count;
        self.parent_rows.truncate(count as usize);
        self.positions.truncate(count as usize);
        self.presences.truncate(presences);
    }
}

/// Sizes to go back to when a document turns out to be broken: of the plan and what does not follow from it. The row
/// counts of child tables are found by their parents.
#[derive(Debug)]
pub(super) struct Mark {
    plan: PlanMark,
    root_count: u32,
    note_count: usize,
    held_bytes: usize,
}

impl Shredder {
    /// Sizes as they are now.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            plan: self.plan.mark(),
            root_count: self.tables[ROOT_TABLE].count,
            note_count: self.notes.len(),
            held_bytes: self.held_bytes,
        }
    }

    /// Forgets everything since `mark`, discovered paths included.
    pub(super) fn roll_back(&mut self, mark: &Mark) {
        self.plan.forget_since(mark.plan);
        self.tables.truncate(mark.plan.tables);
        self.builders.truncate(mark.plan.columns);
        for index in 0..self.tables.len() {
            let parent = self.plan.tables[index].parent;
            let count_above = parent.map(|parent| self.tables[parent].count);
            let table = &mut self.tables[index];
            match count_above {
                None => table.truncate(mark.root_count, 0),
                Some(above) => {
                    let count = table.parent_rows.partition_point(|&row| row < above) as u32;
                    let presences = table.presences.partition_point(|list| list.parent_row < above);
                    table.truncate(count, presences);
                }
            }
        }
        for (column, builder) in self.plan.columns.iter().zip(&mut self.builders) {
            builder.truncate(self.tables[column.table].count);
        }
        self.synced_at_us.truncate(mark.root_count as usize);
        self.notes.truncate(mark.note_count);
        self.held_bytes = mark.held_bytes;
        self.detected = None;
        self.repeats = false;
    }
}
