//! Lists whose length the records themselves state, against the rows that there are.

use super::subject::Key;
use super::{Verification, read_failed};
use crate::error::PipelineError;
use relatable_intercom::catalogue::STATED_LENGTHS;
use relatable_model::rules::path::element_of;

/// How many records that do not state a length are asked for; how many were left is told.
const SILENT_MAX: usize = 1_000;

impl Verification<'_> {
    /// Suspects the records of a resource that state nothing, as far as [`SILENT_MAX`] goes, and those that have other than as many elements as they state. What is stated is one more
    /// than what there is in some workspaces, in all records alike: then that is what is expected. Elements that the API does
    /// not show are counted as out of reach.
    pub(super) fn check_lengths(&mut self, resource: &str) -> Result<(), PipelineError> {
        let Some(subject) = self.subjects.get(resource) else { return Ok(()) };
        if self.proofs.get(resource).is_some_and(|proof| proof.unjudged.is_some()) {
            return Ok(());
        }
        let root = subject.root();
        for length in STATED_LENGTHS.iter().filter(|length| length.resource == resource) {
            let stated = root.columns.iter().find(|column| column.path == length.stated);
            let list = subject.tables.iter().find(|table| table.path == element_of(length.list));
            let (Some(stated), Some(list)) = (stated, list) else { continue };
            let uneven =
                self.destination.uneven(&root.name, &stated.name, &list.name).map_err(read_failed)?;
            let shown_max = i64::try_from(length.shown_max).unwrap_or(i64::MAX);
            let one_less = uneven.iter().filter(|row| row.stated == Some(row.stored + 1)).count() as u64;
            let live = self.proofs.get(resource).map_or(0, |proof| proof.tables);
            let offset = if one_less * 2 > live { 1 } else { 0 };
            let mut suspects: Vec<Key> = Vec::new();
            let mut unreachable = 0;
            let mut silent: Vec<Key> = Vec::new();
            for row in uneven {
                let Some(stated) = row.stated else {
                    silent.push(row.key);
                    continue;
                };
                let expected = stated - offset;
                if expected > shown_max {
                    unreachable += u64::try_from(expected - row.stored).unwrap_or_default();
                }
                let is_short = row.stored < expected.min(shown_max);
                let is_long = expected <= shown_max && row.stored > expected;
                if is_short || is_long {
                    suspects.push(row.key);
                }
            }
            let proof = self.proofs.entry(resource.to_owned()).or_default();
            if let Some(left) = silent.len().checked_sub(SILENT_MAX).filter(|left| *left > 0) {
                let list = &list.name;
                proof.notes.push(format!("{left} records do not say how many rows of {list} they have"));
            }
            proof.unreachable += unreachable;
            suspects.extend(silent.into_iter().take(SILENT_MAX));
            self.suspects.entry(resource.to_owned()).or_default().extend(suspects);
        }
        Ok(())
    }
}
