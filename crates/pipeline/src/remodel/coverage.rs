//! Whether the journal shows every record that the tables have, and what becomes of those it does not.

use super::Remodel;
use super::records::{Identity, Records, texts};
use crate::error::PipelineError;
use crate::load::Loader;
use crate::shred::{Content, Item, Slice};
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{Array, RecordBatch};
use relatable_destinations::{Destination, Reading};
use relatable_model::evolve::lost;
use relatable_model::json::Json;
use relatable_model::reassemble::reassemble;
use relatable_model::rules::ResourceRules;
use relatable_model::schema::{Column, DELETED_AT, SYNCED_AT, Table};
use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Arc;

/// How many keys of records an error names.
const KEYS_NAMED: usize = 5;
/// How many records are put together before they are loaded.
const RECORDS_MAX: usize = 5_000;

/// The records of a resource that the journal shows.
pub(super) struct Covered<'r> {
    pub(super) remodel: &'r Remodel,
    pub(super) resource: &'r str,
    /// What identifies records in the tables that are there.
    pub(super) identity: &'r Identity,
}

impl Covered<'_> {
    /// Loads the records that the tables have beyond those, put together from the tables.
    pub(super) fn complete(
        &self,
        destination: &mut dyn Destination,
        loader: &mut Loader,
    ) -> Result<(), PipelineError> {
        let error = |cause| PipelineError::Destination { step: "read", cause };
        let shown = Records::read(loader.destination(), self.resource, self.identity).map_err(error)?;
        let stored = Records::read(destination, self.resource, self.identity).map_err(error)?;
        let missing = stored.beyond(&shown);
        if missing.is_empty() {
            return Ok(());
        }
        let made_by = self.check_lossless(&missing)?;
        loader.take_all_answers_for_one()?;
        let missing: HashSet<&str> = missing.into_iter().collect();
        let (mut items, mut failure) = (Vec::new(), None);
        let reading = Reading { resource: self.resource, with_deleted: true, only: None };
        let mut take = |group: &[(&Table, RecordBatch)]| {
            let rows: Vec<(&Table, &RecordBatch)> =
                group.iter().map(|(table, rows)| (*table, rows)).collect();
            let Some((root, root_rows)) = rows.first() else { return ControlFlow::Continue(()) };
            let key_columns: Vec<&Column> = root.key.iter().filter_map(|name| root.column(name)).collect();
            for (row, document) in reassemble(&rows, made_by).into_iter().enumerate() {
                let key = texts(root_rows, &key_columns, row);
                if missing.contains(key.join("/").as_str()) {
                    items.extend(self.items(key, &document, root_rows, row));
                }
            }
            if items.len() >= RECORDS_MAX {
                failure = loader.load_items(std::mem::take(&mut items)).err();
            }
            if failure.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        destination.read(&reading, &mut take).map_err(error)?;
        match failure {
            Some(failure) => Err(failure),
            None => loader.load_items(items),
        }
    }

    /// The rules that the tables were made by, which tell how to put records together; refuses where the tables lack what
    /// the new rules would have, or nothing tells.
    fn check_lossless(&self, missing: &[&str]) -> Result<&ResourceRules, PipelineError> {
        let resource = self.resource.to_owned();
        let (count, keys) = (missing.len() as u64, missing[..missing.len().min(KEYS_NAMED)].join(", "));
        let Some(made_by) = self.remodel.made_by.get(self.resource) else {
            return Err(PipelineError::RulesForgotten { resource, count, keys });
        };
        let nothing = ResourceRules::default();
        let after = self.remodel.rules.resources.get(self.resource).unwrap_or(&nothing);
        let lost = lost(made_by, after);
        if lost.is_empty() {
            return Ok(made_by);
        }
        Err(PipelineError::NotCovered { resource, count, keys, paths: lost.join(", ") })
    }

    /// A record as an answer would have brought it, and that it is gone if it is.
    fn items(&self, key: Vec<String>, document: &Json, rows: &RecordBatch, row: usize) -> Vec<Item> {
        let instant = |name: &str| {
            let array = rows.column_by_name(name)?.as_primitive_opt::<TimestampMicrosecondType>()?;
            (!array.is_null(row)).then(|| array.value(row))
        };
        let body = Arc::new(document.to_string().into_bytes());
        let source = Slice { range: 0..body.len(), body };
        let mut items = vec![Item {
            resource: self.resource.to_owned(),
            key,
            synced_at_us: instant(SYNCED_AT).unwrap_or_default(),
            content: Content::Document {
                source,
                version: None,
                from_index: false,
                complete: true,
                answer: None,
            },
        }];
        if let Some(deleted_at_us) = instant(DELETED_AT) {
            items.push(Item { synced_at_us: deleted_at_us, content: Content::Gone, ..items[0].clone() });
        }
        items
    }
}
