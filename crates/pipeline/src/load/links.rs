//! What points at a record that is gone and is nothing without it: the link of a contact to a deleted tag.

use crate::shred::{Content, Item, ModelState};
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use relatable_destinations::package::{Scope, TableChange};
use relatable_intercom::catalogue::UNLINKED_WHEN_GONE;
use relatable_model::schema::Table;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The changes that take away the links to records of a load that are gone: rows of tables split from other resources whose
/// key names the record. Nothing moves the time of change of the records on the other side (API notes §12).
pub(super) fn unlinked(items: &[Item], model: &ModelState) -> Vec<TableChange> {
    let mut changes = Vec::new();
    let gone = items.iter().filter(|item| matches!(item.content, Content::Gone));
    let resources: BTreeSet<&str> = gone.clone().map(|item| item.resource.as_str()).collect();
    let resources = resources.into_iter().filter(|resource| UNLINKED_WHEN_GONE.contains(resource));
    for resource in resources {
        let Some(target) = model.root_table(resource) else { continue };
        let keys: BTreeSet<&str> = gone
            .clone()
            .filter(|item| item.resource == resource)
            .filter_map(|item| item.key.first().map(String::as_str))
            .collect();
        for (table, column) in
            model.tables.iter().filter_map(|table| Some((table, link(table, &target.name)?)))
        {
            let column_keys: ArrayRef = Arc::new(StringArray::from_iter_values(&keys));
            let Ok(keys) = RecordBatch::try_from_iter([(column, column_keys)]) else { continue };
            let replaced = vec![Scope { columns: vec![column.to_owned()], keys }];
            changes.push(TableChange {
                table: table.name.clone(),
                rows: Vec::new(),
                replaced,
                deleted: None,
            });
        }
    }
    changes
}

/// The column by which a table only links other records to those of `target`.
fn link<'t>(table: &'t Table, target: &str) -> Option<&'t str> {
    let parent = table.parent.as_ref()?;
    let is_of_parent = |name: &str| parent.columns.iter().any(|(here, _)| here == name);
    let columns = table.columns.iter().filter(|column| {
        table.key.contains(&column.name)
            && !is_of_parent(&column.name)
            && column.references.iter().any(|reference| reference.table == target && reference.when.is_none())
    });
    columns.map(|column| column.name.as_str()).next()
}
