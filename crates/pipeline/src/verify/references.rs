//! References that lead to no row: fine where the API does not have the record either, a loss where it has.

use super::report::{Finding, FindingKind};
use super::subject::Key;
use super::{Verification, read_failed};
use crate::error::PipelineError;
use std::collections::HashSet;

/// Records of one table that a reference is followed for at most where each would cost a request; how many were left is told.
const FOLLOWED_MAX: usize = 1_000;

/// Rows that refer to a record that the tables lack.
pub(super) struct Reference {
    resource: String,
    table: String,
    column: String,
    /// The key of one of the rows.
    example: String,
    /// The record referred to.
    target: (String, Key),
}

impl Reference {
    /// The finding where the record referred to is missing indeed.
    pub(super) fn finding(&self, missing: &HashSet<(String, Key)>) -> Option<Finding> {
        missing.contains(&self.target).then(|| Finding {
            kind: FindingKind::DanglingReference,
            resource: self.resource.clone(),
            table: self.table.clone(),
            id: self.example.clone(),
            path: self.column.clone(),
            element: Some(self.target.1.join("/")),
            asked_for: None,
        })
    }
}

impl Verification<'_> {
    /// Suspects the records that rows refer to and that are not there.
    pub(super) fn find_dangling(&mut self) -> Result<(), PipelineError> {
        for (resource, subject) in &self.subjects {
            for table in &subject.tables {
                for column in &table.columns {
                    for reference in &column.references {
                        let target = self.subjects.iter().find(|(_, subject)| {
                            subject.root().name == reference.table && subject.root().key.len() == 1
                        });
                        let Some((target, target_subject)) = target else { continue };
                        let is_judged = self.proofs.get(target).is_none_or(|proof| proof.unjudged.is_none());
                        let (listed, own) = (self.listed.get(target), target_subject.own);
                        if !is_judged || (listed.is_none() && own.is_none()) {
                            continue;
                        }
                        let found = self.destination.dangling(&table.name, &column.name, reference);
                        let found = found.map_err(read_failed)?.into_iter().map(|dangling| {
                            (vec![dangling.value], dangling.example)
                        });
                        // What a complete list does not have is gone.
                        let exists = |key: &Key| listed.is_none_or(|met| met.has(key));
                        let followed: Vec<(Key, String)> = found.filter(|(key, _)| exists(key)).collect();
                        let left = followed.len().saturating_sub(FOLLOWED_MAX);
                        if left > 0 {
                            let proof = self.proofs.entry(resource.clone()).or_default();
                            let name = format!("{}.{}", table.name, column.name);
                            proof.notes.push(format!("{left} references by {name} were not followed"));
                        }
                        for (key, example) in followed.into_iter().take(FOLLOWED_MAX) {
                            let suspects = self.suspects.entry(target.clone()).or_default();
                            suspects.insert(key.clone());
                            self.references.push(Reference {
                                resource: resource.clone(),
                                table: table.name.clone(),
                                column: column.name.clone(),
                                example,
                                target: (target.clone(), key),
                            });
                        }
                    }
                }
            }
        }
        Ok(())
    }
}
