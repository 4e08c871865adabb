//! From columns to tables: what a destination is asked to hold, and the rows as record batches.

use super::column::Column as Values;
use super::layout::{Layout, Part};
use super::{ReplacedScope, Shredded, ShreddedTable, Shredder};
use crate::logical::LogicalType;
use crate::plan::{ColumnId, NodeId, PlanError, ROOT_NODE, ROOT_TABLE, TableId};
use crate::schema::{
    Column, ColumnRole, DELETED_AT, MORE, Reference, ReferenceCondition, SYNCED_AT, Table, View,
};
use crate::write_mode::WriteMode;
use arrow_array::{
    ArrayRef, Int64Array, RecordBatch, RecordBatchOptions, StringArray, TimestampMicrosecondArray,
};
use arrow_schema::{Field, Schema};
use std::sync::Arc;

impl Shredder {
    /// Settles what is open and returns all rows as tables: none where the record's key has neither a declared type nor
    /// a value yet.
    ///
    /// # Errors
    /// [`PlanError`] when a declared key names a column that does not exist.
    pub fn finish(mut self) -> Result<Shredded, PlanError> {
        self.complete_columns();
        self.settle_places(|shredder, column| shredder.columns[column].tally());
        self.settle_columns()?;
        self.complete_absent();
        let layouts = self.layouts()?;
        let kept = self.kept_rows(&layouts);
        let issues = self.notes.iter().map(|note| self.issue(note)).collect();
        let mut repeated: Vec<String> = kept.repeated.iter().map(|&row| self.record_key(row)).collect();
        repeated.extend(self.met_elsewhere(&kept));
        let mut earlier = None;
        let mut scopes: Vec<Vec<ReplacedScope>> =
            layouts.iter().map(|layout| self.replaced_scopes(layout, &kept, &mut earlier)).collect();
        // Children first: they repeat the identities of their ancestors, whose columns are then given away.
        let mut tables = Vec::with_capacity(layouts.len());
        for (layout, replaced) in layouts.iter().zip(scopes.iter_mut()).rev() {
            let table = self.table(layout);
            let is_owned = self.owns(self.plan.tables[layout.id].node);
            let rows = self.batch(layout, if is_owned { &kept.rows[layout.id] } else { &[] });
            tables.push(ShreddedTable { table, rows, replaced: std::mem::take(replaced) });
        }
        tables.reverse();
        Ok(Shredded { tables, issues, repeated })
    }

    /// The table of a layout, as a destination is asked to hold it.
    pub(super) fn table(&self, layout: &Layout) -> Table {
        let plan = &self.plan.tables[layout.id];
        let mut columns: Vec<Column> = Vec::new();
        for inherited in &layout.inherited {
            let logical = self.part_type(inherited.part);
            columns.push(bookkeeping(&inherited.name, logical, ColumnRole::Inherited));
        }
        for (part, name) in &layout.identity {
            match part {
                Part::Position => columns.push(bookkeeping(name, LogicalType::Integer, ColumnRole::Position)),
                Part::Content => columns.push(bookkeeping(name, LogicalType::Text, ColumnRole::Value)),
                Part::Column(_) => {}
            }
        }
        let position = layout.position.iter();
        columns.extend(position.map(|name| bookkeeping(name, LogicalType::Integer, ColumnRole::Position)));
        columns.extend(layout.own.iter().map(|(column, name)| self.column_schema(*column, name, layout)));
        if !layout.more.is_empty() {
            columns.push(bookkeeping(MORE, LogicalType::Json, ColumnRole::More));
        }
        columns.push(bookkeeping(SYNCED_AT, LogicalType::Timestamp, ColumnRole::Synced));
        let mut views = Vec::new();
        if layout.id == ROOT_TABLE {
            columns.push(bookkeeping(DELETED_AT, LogicalType::Timestamp, ColumnRole::Deleted));
            for (name, rule) in &self.plan.rules.views {
                let compared = columns.iter().find(|column| column.path == rule.path);
                views.extend(compared.map(|column| View {
                    name: name.clone(),
                    column: column.name.clone(),
                    equals: rule.equals.clone(),
                }));
            }
        }
        Table {
            name: layout.name.clone(),
            resource: self.plan.resource.clone(),
            path: plan.path.clone(),
            description: plan.description.clone(),
            key: layout.key.clone(),
            parent: layout.parent.clone(),
            columns,
            views,
            mode: WriteMode::default(),
            ignored: Vec::new(),
            more: layout.more.clone(),
        }
        .in_mode(self.plan.rules.write_mode(), self.plan.rules.ignore.as_deref().unwrap_or_default())
    }

    /// One own column as a destination is asked to hold it.
    fn column_schema(&self, column: ColumnId, name: &str, layout: &Layout) -> Column {
        let plan = &self.plan.columns[column];
        let place = &self.plan.nodes[plan.node].place;
        let is_value = plan.role == ColumnRole::Value;
        let mut references = Vec::new();
        for reference in place.rule.references.iter().flatten().filter(|_| is_value) {
            let column_at = |path: &String| {
                let named = |(column, _): &&(ColumnId, String)| {
                    let plan = &self.plan.columns[*column];
                    plan.role == ColumnRole::Value && self.plan.nodes[plan.node].place.path == *path
                };
                layout.own.iter().find(named).map(|(_, column)| column.clone())
            };
            let when = match reference.when.as_ref().map(column_at) {
                None => None,
                Some(Some(column)) => Some(ReferenceCondition { column, values: reference.is.clone() }),
                // Without a column that tells the kind, nothing says that it holds.
                Some(None) => continue,
            };
            references.push(Reference { table: reference.table.clone(), when });
        }
        let mut description = place.rule.description.clone().filter(|_| is_value).unwrap_or_default();
        if let Some(protect) = place.rule.protect.filter(|_| is_value) {
            description = format!("{description} ({})", protect.meaning()).trim_start().to_owned();
        }
        Column {
            name: name.to_owned(),
            path: place.path.clone(),
            logical: plan.logical.unwrap_or(LogicalType::Text),
            role: plan.role,
            description,
            references,
        }
    }

    /// The rows of a layout, taking its columns. Those that another answer owns are left out.
    fn batch(&mut self, layout: &Layout, kept: &[u32]) -> RecordBatch {
        let of_fragments = layout.id == ROOT_TABLE && !self.fragments.is_empty();
        let mut fields = Vec::new();
        let mut arrays: Vec<ArrayRef> = Vec::new();
        let mut add = |name: &str, array: ArrayRef| {
            fields.push(Field::new(name, array.data_type().clone(), true));
            arrays.push(array);
        };
        for inherited in &layout.inherited {
            add(&inherited.name, self.part_values(inherited.table, inherited.part, layout.id, kept));
        }
        for (part, name) in &layout.identity {
            if !matches!(part, Part::Column(_)) {
                add(name, self.part_values(layout.id, *part, layout.id, kept));
            }
        }
        if let Some(name) = &layout.position {
            add(name, self.part_values(layout.id, Part::Position, layout.id, kept));
        }
        for (column, name) in &layout.own {
            let is_key = layout.identity.iter().any(|(part, _)| *part == Part::Column(*column));
            if is_key
                || (self.owns(self.plan.columns[*column].node)
                    && (!of_fragments || self.is_in_fragment(*column)))
            {
                add(name, self.take_values(*column, kept));
            }
        }
        if !layout.more.is_empty() && !of_fragments {
            add(MORE, self.more_values(layout.id, kept));
        }
        let roots = self.ancestor_rows(layout.id, kept, ROOT_TABLE);
        let synced: Vec<i64> = roots.iter().map(|&row| self.synced_at_us[row as usize]).collect();
        add(SYNCED_AT, Arc::new(TimestampMicrosecondArray::from(synced)));
        if layout.id == ROOT_TABLE && !of_fragments {
            add(DELETED_AT, Arc::new(TimestampMicrosecondArray::new_null(kept.len())));
        }
        record_batch(fields, arrays, kept.len())
    }

    /// Whether the answer these documents come from may write what stands at `node`.
    pub(super) fn owns(&self, node: NodeId) -> bool {
        self.plan.owner(node).is_none_or(|owner| self.answer.as_deref() == Some(owner))
    }

    /// Whether a column of the record holds what a fragment brings.
    pub(super) fn is_in_fragment(&self, column: ColumnId) -> bool {
        let mut node = self.plan.columns[column].node;
        while node != ROOT_NODE {
            if self.fragments.contains(&node) {
                return true;
            }
            node = self.plan.nodes[node].place.parent;
        }
        false
    }

    /// The values of an own column in the rows kept; the column is empty afterwards.
    fn take_values(&mut self, column: ColumnId, kept: &[u32]) -> ArrayRef {
        let plan = &self.plan.columns[column];
        let count = self.tables[plan.table].count;
        let values = std::mem::replace(&mut self.columns[column], Values::nulls(plan.logical, 0));
        if kept.len() == count as usize { values.into_array() } else { values.take(kept) }
    }

    /// The identity part of `ancestor` for each of `rows` of `table`.
    pub(super) fn part_values(
        &self,
        ancestor: TableId,
        part: Part,
        table: TableId,
        rows: &[u32],
    ) -> ArrayRef {
        let rows = self.ancestor_rows(table, rows, ancestor);
        match part {
            Part::Column(column) => self.columns[column].take(&rows),
            Part::Position => {
                let positions = &self.tables[ancestor].positions;
                let positions = rows.iter().map(|&row| i64::from(positions[row as usize]));
                Arc::new(positions.collect::<Int64Array>())
            }
            Part::Content => {
                let keys = rows.iter().map(|&row| self.content_keys.get(row as usize));
                Arc::new(keys.collect::<StringArray>())
            }
        }
    }

    /// The rows of `ancestor` that `rows` of `table` belong to.
    pub(super) fn ancestor_rows(&self, mut table: TableId, rows: &[u32], ancestor: TableId) -> Vec<u32> {
        let mut found = rows.to_vec();
        while table != ancestor
            && let Some(parent) = self.plan.tables[table].parent
        {
            let parent_rows = &self.tables[table].parent_rows;
            found.iter_mut().for_each(|row| *row = parent_rows[*row as usize]);
            table = parent;
        }
        found
    }
}

/// A column that no path of the document stands behind.
fn bookkeeping(name: &str, logical: LogicalType, role: ColumnRole) -> Column {
    let description = match role {
        ColumnRole::Synced => "When the answer that this row was read from was asked for",
        ColumnRole::Deleted => "When the record was found to be gone; null while it lives",
        ColumnRole::Position => "Place in the list, from 0",
        ColumnRole::More => {
            "Values that the table has no room for in columns of their own, each under its path"
        }
        ColumnRole::Inherited => "Identity of the record this row belongs to",
        _ => "Hash of the document's content",
    };
    Column {
        name: name.to_owned(),
        path: String::new(),
        logical,
        role,
        description: description.to_owned(),
        references: Vec::new(),
    }
}

/// A batch of `count` rows, also without columns. The arrays were built with that length and the fields from them.
pub(super) fn record_batch(fields: Vec<Field>, arrays: Vec<ArrayRef>, count: usize) -> RecordBatch {
    let schema = Arc::new(Schema::new(fields));
    let options = RecordBatchOptions::new().with_row_count(Some(count));
    RecordBatch::try_new_with_options(schema.clone(), arrays, &options)
        .unwrap_or_else(|_| RecordBatch::new_empty(schema))
}
