//! References that lead to no row: fine where the API does not have the record either, a loss where it has.

use super::report::{Finding, FindingKind};
use super::subject::{Key, Subject};
use super::{Verification, read_failed};
use crate::error::PipelineError;
use relatable_destinations::Referring;
use std::collections::{BTreeMap, BTreeSet, HashSet};

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

/// A reference that can be judged, and the resource it leads to.
struct Followed<'s> {
    resource: &'s str,
    target: &'s str,
    referring: Referring<'s>,
}

impl Verification<'_> {
    /// Suspects the records that rows refer to and that are not there.
    pub(super) fn find_dangling(&mut self) -> Result<(), PipelineError> {
        let answerable = self.answerable();
        let followed = followed(&self.subjects, &answerable);
        let asked: Vec<Referring<'_>> = followed.iter().map(|followed| followed.referring).collect();
        let found = self.destination.dangling(&asked).map_err(read_failed)?;
        let mut references = Vec::new();
        for (Followed { resource, target, referring }, values) in followed.iter().zip(found) {
            let (table, column) = (referring.table, referring.column);
            // What a complete list does not have is gone.
            let listed = self.listed.get(*target);
            let values = values.into_iter().map(|dangling| (vec![dangling.value], dangling.example));
            let exist: Vec<(Key, String)> =
                values.filter(|(key, _)| listed.is_none_or(|met| met.has(key))).collect();
            if let Some(left) = exist.len().checked_sub(FOLLOWED_MAX).filter(|left| *left > 0) {
                let note = format!("{left} references by {table}.{column} were not followed");
                self.proofs.entry((*resource).to_owned()).or_default().notes.push(note);
            }
            for (key, example) in exist.into_iter().take(FOLLOWED_MAX) {
                self.suspects.entry((*target).to_owned()).or_default().insert(key.clone());
                references.push(Reference {
                    resource: (*resource).to_owned(),
                    table: table.to_owned(),
                    column: column.to_owned(),
                    example,
                    target: ((*target).to_owned(), key),
                });
            }
        }
        self.references = references;
        Ok(())
    }

    /// The resources of which it can be told whether a record exists.
    fn answerable(&self) -> BTreeSet<String> {
        let subjects = self.subjects.iter().filter(|(resource, subject)| {
            let is_judged = self.proofs.get(*resource).is_none_or(|proof| proof.unjudged.is_none());
            let can_be_asked = self.listed.contains_key(*resource) || subject.own.is_some();
            is_judged && can_be_asked && subject.root().key.len() == 1
        });
        subjects.map(|(resource, _)| resource.clone()).collect()
    }
}

/// The references that lead to one of these resources.
fn followed<'s>(
    subjects: &'s BTreeMap<String, Subject>,
    answerable: &'s BTreeSet<String>,
) -> Vec<Followed<'s>> {
    let target_of = |table: &str| {
        answerable.iter().find(|target| subjects.get(*target).is_some_and(|it| it.root().name == table))
    };
    let mut followed = Vec::new();
    for (resource, subject) in subjects {
        for table in &subject.tables {
            for column in &table.columns {
                let references = column.references.iter();
                followed.extend(references.filter_map(|reference| {
                    let target = target_of(&reference.table)?;
                    let referring = Referring { table: &table.name, column: &column.name, reference };
                    Some(Followed { resource, target, referring })
                }));
            }
        }
    }
    followed
}
