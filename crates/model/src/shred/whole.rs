//! Documents that are the whole of their record: a list or an object that they do not have, the record has no more.

use super::Shredder;
use super::repeats::Repeats;
use super::sizes::Presence;
use crate::plan::{ROOT_TABLE, TableId};

impl Shredder {
    /// Takes each document for the whole of its record. Where parts of a load are [shared](Self::sharing), those of which
    /// several have one identity are taken so without this.
    #[must_use]
    pub fn replacing(self) -> Shredder {
        Shredder { replaces: true, ..self }
    }

    /// Has every list and object of its own table that a whole document lacks be empty, rather than say nothing.
    pub(super) fn complete_absent(&mut self) {
        let load = self.load.clone().filter(|load| !load.is_empty());
        let is_whole = |row: &u32| {
            self.replaces
                || load.as_ref().is_some_and(|load: &std::sync::Arc<Repeats>| load.has(self.identity(*row)))
        };
        if !self.replaces && load.is_none() {
            return;
        }
        let whole: Vec<u32> = (0..self.tables[ROOT_TABLE].count).filter(is_whole).collect();
        let of_record = |id: &TableId| self.plan.tables[*id].parent == Some(ROOT_TABLE);
        for id in (0..self.tables.len()).filter(of_record).collect::<Vec<_>>() {
            let presences = &mut self.tables[id].presences;
            let absent: Vec<Presence> = whole
                .iter()
                .filter(|row| presences.binary_search_by_key(row, |list| &list.parent_row).is_err())
                .map(|&parent_row| Presence { parent_row, complete: true })
                .collect();
            presences.extend(absent);
            presences.sort_by_key(|list| list.parent_row);
        }
    }
}
