//! The proof, before anything is changed, that the tables made anew have what those that are there have.

use super::Remodel;
use super::records::{Identity, Records};
use crate::error::PipelineError;
use arrow_array::RecordBatch;
use relatable_destinations::{Destination, Reading};
use relatable_model::evolve::Elements;
use relatable_model::issue::Issue;
use relatable_model::reassemble::reassemble;
use relatable_model::rules::ResourceRules;
use relatable_model::schema::Table;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// What the elements that rows cannot be made of are noted as.
const ELEMENT_ISSUES: [&str; 3] = ["element_repeated", "element_without_key", "element_taken"];

/// A resource, in the tables that are there and in those made anew.
pub(super) struct Proof<'p> {
    pub(super) remodel: &'p Remodel,
    pub(super) resource: &'p str,
    /// What identifies its records in the tables that are there.
    pub(super) identity: &'p Identity,
    /// What came up while the new tables were made.
    pub(super) issues: &'p BTreeMap<Issue, u64>,
}

impl Proof<'_> {
    /// Checks that every record is there again, marked as gone if it was, and that no list has fewer elements.
    ///
    /// # Errors
    /// [`PipelineError::RecordsLost`], [`PipelineError::ElementsLost`].
    pub(super) fn check(
        &self,
        stored: &mut dyn Destination,
        made: &mut dyn Destination,
    ) -> Result<(), PipelineError> {
        let error = |cause| PipelineError::Destination { step: "read", cause };
        let before = Records::read(stored, self.resource, self.identity).map_err(error)?;
        let after = Records::read(made, self.resource, self.identity).map_err(error)?;
        self.check_records(&before, &after)?;
        let (nothing, after_rules) =
            (ResourceRules::default(), self.remodel.rules.resources.get(self.resource));
        let after_rules = after_rules.unwrap_or(&nothing);
        let before_rules = self.remodel.made_by.get(self.resource).unwrap_or(&nothing);
        let count = |destination: &mut dyn Destination, rules: &ResourceRules| {
            let mut elements = Elements::new(before_rules, after_rules);
            let mut add = |group: &[(&Table, RecordBatch)]| {
                let rows: Vec<(&Table, &RecordBatch)> =
                    group.iter().map(|(table, rows)| (*table, rows)).collect();
                reassemble(&rows, rules).into_iter().for_each(|document| elements.add(document));
                ControlFlow::Continue(())
            };
            destination
                .read(&Reading { resource: self.resource, with_deleted: true, only: None }, &mut add)?;
            Ok(elements)
        };
        let there = count(stored, before_rules).map_err(error)?;
        let then = count(made, after_rules).map_err(error)?;
        match there.reduced(&then) {
            None => Ok(()),
            Some(reduced) => Err(PipelineError::ElementsLost {
                resource: self.resource.to_owned(),
                record: self.example(&reduced.path),
                path: reduced.path,
                count: reduced.before - reduced.after,
                total: reduced.before,
            }),
        }
    }

    /// Checks the records.
    fn check_records(&self, before: &Records, after: &Records) -> Result<(), PipelineError> {
        let lost = |count: u64, key: Option<&&str>| {
            Err(PipelineError::RecordsLost {
                resource: self.resource.to_owned(),
                count,
                total: before.count,
                key: key.map_or_else(|| "one of them".to_owned(), |key| format!("`{key}`")),
            })
        };
        if after.known.is_some() {
            let missing = before.beyond(after);
            if !missing.is_empty() {
                return lost(missing.len() as u64, missing.first());
            }
            let marked = before.marked_otherwise(after);
            if !marked.is_empty() {
                return lost(marked.len() as u64, marked.first());
            }
        }
        let missing = before.count.saturating_sub(after.count).max(before.gone.saturating_sub(after.gone));
        if missing == 0 { Ok(()) } else { lost(missing, None) }
    }

    /// The record of an element at `path` that the new rules make no row of; empty where none was noted.
    fn example(&self, path: &str) -> String {
        let is_it = |issue: &&Issue| {
            ELEMENT_ISSUES.contains(&issue.kind.as_str())
                && issue.resource == self.resource
                && issue.path.trim_end_matches(".[]") == path
        };
        self.issues.keys().find(is_it).map(|issue| issue.record.clone()).unwrap_or_default()
    }
}
