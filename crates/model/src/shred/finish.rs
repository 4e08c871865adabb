//! From columns to tables: names and keys are settled, rows become record batches.

use super::column::{Builder, Slots, gather, spread};
use super::key::CONTENT_KEY;
use super::{ReplacedScope, Shredded, ShreddedTable, Shredder};
use crate::issue::Issue;
use crate::logical::LogicalType;
use crate::plan::{ColumnId, PlanError, ROOT_TABLE, TableId};
use crate::rules::Strategy;
use crate::schema::{
    Column, ColumnRole, DELETED_AT, ParentLink, Reference, ReferenceCondition, SYNCED_AT, Table, View,
};
use arrow_array::{
    ArrayRef, Int64Array, RecordBatch, RecordBatchOptions, StringArray, TimestampMicrosecondArray,
};
use arrow_schema::{Field, Schema};
use std::collections::HashMap;
use std::sync::Arc;

/// Where a part of an identity comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A column of its table.
    Column(ColumnId),
    /// The place in the list.
    Position,
    /// The hash of the document.
    Content,
}

/// A column that repeats an ancestor's identity.
#[derive(Debug, Clone)]
pub(super) struct Inherited {
    pub(super) name: String,
    pub(super) table: TableId,
    pub(super) part: Part,
}

/// A table with its names and key.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) id: TableId,
    pub(super) name: String,
    pub(super) inherited: Vec<Inherited>,
    /// Own columns and their names, in order.
    pub(super) own: Vec<(ColumnId, String)>,
    /// Parts of the row's own identity, beside what is inherited.
    pub(super) identity: Vec<(Part, String)>,
    pub(super) key: Vec<String>,
    pub(super) parent: Option<ParentLink>,
}

/// Name of the column with an element's place in its list.
pub(super) const POSITION: &str = "position";

impl Shredder {
    /// Settles what is open and returns all rows as tables.
    ///
    /// # Errors
    /// [`PlanError`] when a declared key names a column that does not exist.
    pub fn finish(mut self) -> Result<Shredded, PlanError> {
        self.settle_columns();
        let layouts = self.layouts()?;
        let kept = self.kept_rows(&layouts);
        let replaced: Vec<Vec<ReplacedScope>> =
            layouts.iter().map(|layout| self.replaced_scopes(layout, &layouts, &kept)).collect();
        let mut tables = Vec::with_capacity(layouts.len());
        for (layout, replaced) in layouts.iter().zip(replaced) {
            let table = self.table(layout);
            let rows = self.batch(layout, &table, &kept[layout.id]);
            tables.push(ShreddedTable { table, rows, replaced });
        }
        let issues: Vec<Issue> = std::mem::take(&mut self.issues);
        Ok(Shredded { tables, issues })
    }

    /// Gives every undecided column its type.
    fn settle_columns(&mut self) {
        for column in 0..self.builders.len() {
            let Some(settled) = self.builders[column].settled() else { continue };
            if self.builders[column].rows.is_empty() {
                continue;
            }
            let node = self.plan.columns[column].node;
            self.plan.columns[column].logical = Some(settled.logical);
            self.builders[column] = settled.typed;
            for (role, builder) in
                [(ColumnRole::VariantText, settled.texts), (ColumnRole::VariantJson, settled.sources)]
            {
                if !builder.rows.is_empty() {
                    let variant = self.plan.variant_column(node, role);
                    self.match_plan();
                    let merged =
                        merge(std::mem::replace(&mut self.builders[variant], builder), variant, self);
                    self.builders[variant] = merged;
                }
            }
        }
    }

    /// The table of a layout, as a destination is asked to hold it.
    fn table(&self, layout: &Layout) -> Table {
        let plan = &self.plan.tables[layout.id];
        let mut columns: Vec<Column> = layout
            .inherited
            .iter()
            .map(|inherited| {
                bookkeeping(&inherited.name, self.part_type(inherited.part), ColumnRole::Inherited)
            })
            .collect();
        for (part, name) in &layout.identity {
            match part {
                Part::Position => columns.push(bookkeeping(name, LogicalType::Integer, ColumnRole::Position)),
                Part::Content => columns.push(bookkeeping(name, LogicalType::Text, ColumnRole::Value)),
                Part::Column(_) => {}
            }
        }
        columns.extend(layout.own.iter().map(|(column, name)| self.column_schema(*column, name, layout)));
        columns.push(bookkeeping(SYNCED_AT, LogicalType::Timestamp, ColumnRole::Synced));
        let mut views = Vec::new();
        if layout.id == ROOT_TABLE {
            columns.push(bookkeeping(DELETED_AT, LogicalType::Timestamp, ColumnRole::Deleted));
            for (name, rule) in &self.plan.rules.views {
                if let Some(column) = columns.iter().find(|column| column.path == rule.path) {
                    views.push(View {
                        name: name.clone(),
                        column: column.name.clone(),
                        equals: rule.equals.clone(),
                    });
                }
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
        }
    }

    /// One own column as a destination is asked to hold it.
    fn column_schema(&self, column: ColumnId, name: &str, layout: &Layout) -> Column {
        let plan = &self.plan.columns[column];
        let node = &self.plan.nodes[plan.node];
        let mut references = Vec::new();
        if plan.role == ColumnRole::Value {
            for reference in node.rule.references.iter().flatten() {
                let when = reference.when.as_ref().and_then(|path| {
                    let named = |(column, _): &&(ColumnId, String)| {
                        let plan = &self.plan.columns[*column];
                        plan.role == ColumnRole::Value && self.plan.nodes[plan.node].path == *path
                    };
                    let (_, column) = layout.own.iter().find(named)?;
                    Some(ReferenceCondition { column: column.clone(), values: reference.is.clone() })
                });
                references.push(Reference { table: reference.table.clone(), when });
            }
        }
        let described = if plan.role == ColumnRole::Value { node.rule.description.clone() } else { None };
        Column {
            name: name.to_owned(),
            path: node.path.clone(),
            logical: plan.logical.unwrap_or(LogicalType::Text),
            role: plan.role,
            description: described.unwrap_or_default(),
            references,
        }
    }

    /// The rows of a layout. Columns that another answer owns are left out.
    fn batch(&self, layout: &Layout, table: &Table, kept: &[u32]) -> RecordBatch {
        let fragments = layout.id == ROOT_TABLE && !self.ghosts.is_empty();
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
        for (column, name) in &layout.own {
            let empty = self.builders[*column].rows.is_empty();
            if self.owns(*column) && !(fragments && empty) {
                add(name, self.column_values(*column, kept));
            }
        }
        let synced = kept
            .iter()
            .map(|&row| self.synced_at_us[self.root_row(layout.id, row) as usize])
            .collect::<Vec<i64>>();
        add(SYNCED_AT, Arc::new(TimestampMicrosecondArray::from(synced)));
        if table.column(DELETED_AT).is_some() && !fragments {
            add(DELETED_AT, Arc::new(TimestampMicrosecondArray::new_null(kept.len())));
        }
        record_batch(fields, arrays, kept.len())
    }

    /// Whether the answer these documents come from may write the column.
    fn owns(&self, column: ColumnId) -> bool {
        match &self.plan.nodes[self.plan.columns[column].node].rule.answer {
            None => true,
            Some(owner) => self.answer.as_ref() == Some(owner),
        }
    }

    /// The values of an own column in the rows kept.
    fn column_values(&self, column: ColumnId, kept: &[u32]) -> ArrayRef {
        let builder = &self.builders[column];
        let count = self.tables[self.plan.columns[column].table].count;
        if kept.len() == count as usize {
            return spread(builder.clone(), count);
        }
        let slots = builder.slots(count);
        gather(&builder.values, &kept.iter().map(|&row| slots[row as usize]).collect())
    }

    /// The identity part of `ancestor` for each kept row of `table`.
    pub(super) fn part_values(
        &self,
        ancestor: TableId,
        part: Part,
        table: TableId,
        kept: &[u32],
    ) -> ArrayRef {
        let rows: Vec<u32> = kept.iter().map(|&row| self.ancestor_row(table, row, ancestor)).collect();
        match part {
            Part::Column(column) => {
                let builder = &self.builders[column];
                let slots = builder.slots(self.tables[ancestor].count);
                gather(&builder.values, &rows.iter().map(|&row| slots[row as usize]).collect())
            }
            Part::Position => {
                let positions = &self.tables[ancestor].positions;
                Arc::new(rows.iter().map(|&row| i64::from(positions[row as usize])).collect::<Int64Array>())
            }
            Part::Content => {
                let keys = rows.iter().map(|&row| self.content_keys.get(row as usize));
                Arc::new(keys.collect::<StringArray>())
            }
        }
    }

    /// The row of `ancestor` that `row` of `table` belongs to.
    fn ancestor_row(&self, mut table: TableId, mut row: u32, ancestor: TableId) -> u32 {
        while table != ancestor
            && let Some(parent) = self.plan.tables[table].parent
        {
            row = self.tables[table].parent_rows[row as usize];
            table = parent;
        }
        row
    }

    /// The type of an identity part.
    fn part_type(&self, part: Part) -> LogicalType {
        match part {
            Part::Column(column) => self.plan.columns[column].logical.unwrap_or(LogicalType::Text),
            Part::Position => LogicalType::Integer,
            Part::Content => LogicalType::Text,
        }
    }

    /// The tables that exist after this load, with names and keys, parents before children.
    fn layouts(&mut self) -> Result<Vec<Layout>, PlanError> {
        let mut names = crate::naming::Names::default();
        for name in self.plan.memory.table_names() {
            names.take(name);
        }
        let mut order: Vec<TableId> =
            (0..self.plan.tables.len()).filter(|&table| self.exists(table)).collect();
        order.sort_by(|&left, &right| self.plan.tables[left].path.cmp(&self.plan.tables[right].path));
        let mut assigned: HashMap<TableId, String> = HashMap::new();
        for &table in &order {
            let plan = &self.plan.tables[table];
            let name = plan.remembered.clone().unwrap_or_else(|| names.assign(&plan.wanted, &plan.path));
            assigned.insert(table, name);
        }
        order.sort_unstable();
        let mut layouts: Vec<Layout> = Vec::new();
        for table in order {
            let parent = self.plan.tables[table].parent;
            let parent = parent.and_then(|parent| layouts.iter().find(|layout| layout.id == parent)).cloned();
            layouts.push(self.layout(table, &assigned[&table], parent.as_ref())?);
        }
        Ok(layouts)
    }

    /// Whether a table is declared, remembered, or has rows.
    fn exists(&self, table: TableId) -> bool {
        let plan = &self.plan.tables[table];
        let declared = || {
            let node = self.plan.nodes.iter().find(|node| node.path == plan.path);
            node.is_some_and(|node| node.rule.strategy == Some(Strategy::Table))
        };
        table == ROOT_TABLE || self.tables[table].count > 0 || plan.remembered.is_some() || declared()
    }

    /// Names and key of one table.
    fn layout(&self, id: TableId, name: &str, parent: Option<&Layout>) -> Result<Layout, PlanError> {
        let inherited = parent.map(|parent| self.inherited(parent)).unwrap_or_default();
        let own = self.own_columns(id, &inherited);
        let renamed = |parent: &Layout, column: &str| {
            if parent.identity.iter().any(|(_, name)| name == column) {
                self.inherited_name(parent, column)
            } else {
                column.to_owned()
            }
        };
        let link = parent.map(|parent| ParentLink {
            table: parent.name.clone(),
            columns: parent.key.iter().map(|column| (renamed(parent, column), column.clone())).collect(),
        });
        let parent_key = link.iter().flat_map(|link| link.columns.iter().map(|(here, _)| here.clone()));
        let plan = &self.plan.tables[id];
        let mut identity: Vec<(Part, String)> = Vec::new();
        let key = if let Some(declared) = &plan.key {
            for part in declared.iter().filter(|part| inherited.iter().all(|known| known.name != **part)) {
                identity.push((self.key_part(part, &own, name)?, part.clone()));
            }
            declared.clone()
        } else if parent.is_none() && self.key_columns.is_empty() {
            identity.push((Part::Content, CONTENT_KEY.to_owned()));
            vec![CONTENT_KEY.to_owned()]
        } else if parent.is_none() {
            for column in &self.key_columns {
                let own_name = own.iter().find(|(own, _)| own == column).map(|(_, name)| name.clone());
                identity.push((Part::Column(*column), own_name.unwrap_or_default()));
            }
            identity.iter().map(|(_, name)| name.clone()).collect()
        } else if plan.is_list {
            identity.push((Part::Position, POSITION.to_owned()));
            parent_key.chain([POSITION.to_owned()]).collect()
        } else {
            parent_key.collect()
        };
        Ok(Layout { id, name: name.to_owned(), inherited, own, identity, key, parent: link })
    }

    /// The part of a declared key that is called `name`.
    fn key_part(&self, name: &str, own: &[(ColumnId, String)], table: &str) -> Result<Part, PlanError> {
        if name == POSITION {
            return Ok(Part::Position);
        }
        match own.iter().find(|(_, own)| own == name) {
            Some((column, _)) => Ok(Part::Column(*column)),
            None => Err(PlanError {
                resource: self.plan.resource.clone(),
                table: table.to_owned(),
                difference: format!(
                    "its key names `{name}`, which is no column of it; columns are {}",
                    own.iter().map(|(_, name)| format!("`{name}`")).collect::<Vec<_>>().join(", ")
                ),
            }),
        }
    }

    /// The columns a child of `parent` inherits.
    fn inherited(&self, parent: &Layout) -> Vec<Inherited> {
        let own = parent.identity.iter().map(|(part, name)| Inherited {
            name: self.inherited_name(parent, name),
            table: parent.id,
            part: *part,
        });
        parent.inherited.iter().cloned().chain(own).collect()
    }

    /// What an identity column of `parent` is called in its children.
    fn inherited_name(&self, parent: &Layout, column: &str) -> String {
        let wanted = format!("{}_{}", self.plan.singular(parent.id), column.trim_start_matches('_'));
        crate::naming::Names::default().assign(&wanted, &wanted)
    }

    /// The own columns of a table with their names: declared ones in the order of the rules, then the rest by path.
    fn own_columns(&self, id: TableId, inherited: &[Inherited]) -> Vec<(ColumnId, String)> {
        let mut names = crate::naming::Names::default();
        for name in [SYNCED_AT, DELETED_AT, CONTENT_KEY] {
            names.take(name);
        }
        for inherited in inherited {
            names.take(&inherited.name);
        }
        let plan = &self.plan.tables[id];
        if plan.is_list && plan.key.as_ref().is_none_or(|key| key.iter().any(|part| part == POSITION)) {
            names.take(POSITION);
        }
        for column in self.plan.memory.columns(&plan.path) {
            names.take(&column.name);
        }
        let mut columns: Vec<ColumnId> =
            (0..self.plan.columns.len()).filter(|&column| self.column_exists(column, id)).collect();
        columns.sort_by_cached_key(|&column| {
            let plan = &self.plan.columns[column];
            let declared = plan.declared || self.key_columns.contains(&column);
            let path = self.plan.nodes[plan.node].path.clone();
            let order = if declared { (0, column, String::new()) } else { (1, 0, path) };
            (order, plan.role as u8)
        });
        let mut named: Vec<(ColumnId, String)> = Vec::with_capacity(columns.len());
        for column in columns {
            let plan = &self.plan.columns[column];
            let node = &self.plan.nodes[plan.node];
            let main =
                named.iter().find(|(other, _)| Some(*other) == node.scalar).map(|(_, name)| name.as_str());
            let base = main.unwrap_or(&node.wanted);
            let wanted = match plan.role {
                ColumnRole::VariantText => format!("{base}__text"),
                ColumnRole::VariantJson => format!("{base}__json"),
                _ => node.wanted.clone(),
            };
            let name = plan.remembered.clone().unwrap_or_else(|| names.assign(&wanted, &node.path));
            named.push((column, name));
        }
        named
    }

    /// Whether a column of table `id` is declared, remembered, or has values.
    fn column_exists(&self, column: ColumnId, id: TableId) -> bool {
        let plan = &self.plan.columns[column];
        let typed = plan.logical.is_some() && plan.declared;
        plan.table == id && (typed || plan.remembered.is_some() || !self.builders[column].rows.is_empty())
    }
}

impl Builder {
    /// For each of `count` rows the slot of its value.
    pub(super) fn slots(&self, count: u32) -> Slots {
        let mut slots = vec![None; count as usize];
        for (slot, &row) in self.rows.iter().enumerate() {
            slots[row as usize] = Some(slot as u32);
        }
        slots
    }
}

/// A variant column's earlier values (from objects or broken strings at the same path) with those of settling.
fn merge(earlier: Builder, column: ColumnId, shredder: &Shredder) -> Builder {
    let later = &shredder.builders[column];
    let mut rows: Vec<(u32, String)> = Vec::new();
    for builder in [&earlier, later] {
        rows.extend(builder.rows.iter().filter_map(|&row| Some((row, builder.text_at(row)?))));
    }
    rows.sort_by_key(|(row, _)| *row);
    let mut merged = Builder::new(Some(LogicalType::Text), false);
    for (row, text) in rows {
        merged.push_string(row, &text);
    }
    merged
}

/// A column that no path of the document stands behind.
fn bookkeeping(name: &str, logical: LogicalType, role: ColumnRole) -> Column {
    let description = match role {
        ColumnRole::Synced => "When the answer that this row was read from was asked for",
        ColumnRole::Deleted => "When the record was found to be gone; null while it lives",
        ColumnRole::Position => "Place in the list, from 0",
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
