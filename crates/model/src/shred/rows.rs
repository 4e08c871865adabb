//! Which rows stay: no key twice, none without a key, none without its parent.

use super::Shredder;
use super::finish::{Layout, Part};
use crate::plan::{ROOT_TABLE, TableId};
use std::collections::HashMap;

impl Shredder {
    /// For each table of the plan the rows to write, ascending.
    pub(super) fn kept_rows(&mut self, layouts: &[Layout]) -> Vec<Vec<u32>> {
        let mut alive: Vec<Option<Vec<bool>>> = vec![None; self.plan.tables.len()];
        for layout in layouts {
            let count = self.tables[layout.id].count as usize;
            let mut keep: Option<Vec<bool>> = None;
            if let Some(parent) = self.plan.tables[layout.id].parent
                && let Some(parents) = &alive[parent]
            {
                let rows = &self.tables[layout.id].parent_rows;
                keep = Some(rows.iter().map(|&parent_row| parents[parent_row as usize]).collect());
            }
            if self.plan.tables[layout.id].key.is_some() || layout.id == ROOT_TABLE {
                self.drop_keyless_and_repeated(layout, keep.get_or_insert_with(|| vec![true; count]));
            }
            alive[layout.id] = keep.filter(|keep| keep.contains(&false));
        }
        (0..self.plan.tables.len()).map(|table| self.rows_to_write(table, alive[table].as_deref())).collect()
    }

    /// The rows of `table` that are alive and are written here. A fragment's record is written elsewhere, unless the
    /// fragment became a column of it.
    fn rows_to_write(&self, table: TableId, alive: Option<&[bool]>) -> Vec<u32> {
        let keeps = |row: u32| alive.is_none_or(|alive| alive[row as usize]);
        let has_values = || {
            let own = |column: &usize| {
                self.plan.columns[*column].table == ROOT_TABLE && !self.key_columns.contains(column)
            };
            (0..self.builders.len()).filter(own).any(|column| !self.builders[column].rows.is_empty())
        };
        if table == ROOT_TABLE && !self.ghosts.is_empty() && !has_values() {
            return Vec::new();
        }
        (0..self.tables[table].count).filter(|&row| keeps(row)).collect()
    }

    /// Unmarks rows without a complete key, which are noted as issues, and all but the last of rows with the same key.
    fn drop_keyless_and_repeated(&mut self, layout: &Layout, keep: &mut [bool]) {
        let parts: Vec<(TableId, Part)> = layout
            .key
            .iter()
            .filter_map(|name| {
                let own =
                    layout.identity.iter().find(|(_, own)| own == name).map(|(part, _)| (layout.id, *part));
                let inherited = layout.inherited.iter().find(|inherited| inherited.name == *name);
                own.or(inherited.map(|inherited| (inherited.table, inherited.part)))
            })
            .collect();
        if parts.iter().any(|(_, part)| *part == Part::Content) {
            return;
        }
        let mut last: HashMap<String, u32> = HashMap::with_capacity(keep.len());
        let mut keyless = Vec::new();
        for row in 0..keep.len() as u32 {
            if !keep[row as usize] {
                continue;
            }
            let Some(key) = self.key_text(layout.id, row, &parts) else {
                keep[row as usize] = false;
                keyless.push(row);
                continue;
            };
            if let Some(earlier) = last.insert(key, row) {
                keep[earlier as usize] = false;
            }
        }
        let node = self.plan.nodes.iter().position(|node| node.path == self.plan.tables[layout.id].path);
        for row in keyless {
            let root_row = self.root_row(layout.id, row);
            self.note(
                "element_without_key",
                node.unwrap_or_default(),
                root_row,
                "an element lacks what identifies it",
            );
        }
    }

    /// The key of a row as one text, or `None` where a part is missing.
    fn key_text(&self, table: TableId, row: u32, parts: &[(TableId, Part)]) -> Option<String> {
        let mut key = String::new();
        for &(owner, part) in parts {
            let mut at = (table, row);
            while at.0 != owner
                && let Some(parent) = self.plan.tables[at.0].parent
            {
                at = (parent, self.tables[at.0].parent_rows[at.1 as usize]);
            }
            match part {
                Part::Column(column) => key.push_str(&self.builders[column].text_at(at.1)?),
                Part::Position => key.push_str(&self.tables[owner].positions[at.1 as usize].to_string()),
                Part::Content => {}
            }
            key.push('\u{0}');
        }
        Some(key)
    }
}
