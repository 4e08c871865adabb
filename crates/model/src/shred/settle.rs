//! Settling undecided columns: the type that the values of a load agree on, independent of their order.

use super::builder::{Builder, Coercion};
use super::column::{Column, Kind};
use super::layout::Part;
use super::tally::Tally;
use super::values::VARIANT;
use super::{Shredder, TableId};
use crate::logical::LogicalType;
use crate::plan::{ColumnId, PlanError};
use crate::schema::ColumnRole;
use arrow_array::StringArray;

/// What became of an undecided column: its typed values, and those that went beside it.
struct Settled {
    /// The type.
    logical: LogicalType,
    /// Values of that type.
    typed: Column,
    /// Strings the type cannot hold, and JSON source of other values that it cannot; each empty for none.
    beside: [(ColumnRole, Column); 2],
}

impl Shredder {
    /// Ends the collecting of values.
    pub(super) fn complete_columns(&mut self) {
        self.match_plan();
        let builders = std::mem::take(&mut self.builders);
        for (plan, builder) in self.plan.columns.iter().zip(builders).skip(self.columns.len()) {
            self.columns.push(builder.finish(self.tables[plan.table].count));
        }
    }

    /// Gives every undecided column its type.
    pub(super) fn settle_columns(&mut self) -> Result<(), PlanError> {
        let key_parts = self.undecided_key_parts()?;
        for column in 0..self.columns.len() {
            let Column::Undecided(kinds, texts) = &self.columns[column] else { continue };
            if self.columns[column].is_empty() || self.plan.columns[column].in_more {
                continue;
            }
            let settled = settle(kinds, texts, key_parts.contains(&column));
            let (node, table) = (self.plan.columns[column].node, self.plan.columns[column].table);
            self.plan.columns[column].logical = Some(settled.logical);
            self.columns[column] = settled.typed;
            for (role, values) in settled.beside.into_iter().filter(|(_, values)| !values.is_empty()) {
                self.note_variants(node, table, &values);
                let variant = self.plan.variant_column(node, role);
                self.complete_columns();
                self.columns[variant] = merge(&self.columns[variant], &values);
            }
        }
        Ok(())
    }

    /// Notes each value that went beside its column.
    fn note_variants(&mut self, node: usize, table: TableId, values: &Column) {
        for row in values.rows() {
            let root_row = self.root_row(table, row);
            self.note("value_not_representable", node, root_row, VARIANT);
        }
    }

    /// The undecided columns that are a part of their table's key.
    pub(super) fn undecided_key_parts(&self) -> Result<Vec<ColumnId>, PlanError> {
        let may_be = |column: &ColumnId| {
            let plan = &self.plan.columns[*column];
            let declares_key = self.plan.tables[plan.table].key.is_some();
            plan.logical.is_none() && (declares_key || self.plan.key_columns.contains(column))
        };
        let undecided: Vec<ColumnId> = (0..self.plan.columns.len()).filter(may_be).collect();
        if undecided.is_empty() {
            return Ok(undecided);
        }
        let layouts = self.layouts()?;
        let parts: Vec<Part> =
            layouts.iter().flat_map(|layout| &layout.identity).map(|(part, _)| *part).collect();
        Ok(undecided.into_iter().filter(|&column| parts.contains(&Part::Column(column))).collect())
    }
}

/// Settles an undecided column: its values as those of the type that the [`Tally`] gives, and what that cannot hold. A
/// part of a key is never split: if it is not all integers, it is text.
fn settle(kinds: &[Kind], texts: &StringArray, is_key_part: bool) -> Settled {
    let count = kinds.len() as u32;
    let beside = |strings: Builder, sources: Builder| {
        [(ColumnRole::VariantText, strings.finish(count)), (ColumnRole::VariantJson, sources.finish(count))]
    };
    let new = |logical, coercion| Builder::new(Some(logical), coercion);
    let mut strings = new(LogicalType::Text, Coercion::Strings);
    let mut sources = new(LogicalType::Json, Coercion::Strings);
    let tally = Tally::of(kinds, texts);
    let logical = tally.logical(is_key_part);
    if tally.is_all_strings() {
        return Settled { logical, typed: Column::Text(texts.clone()), beside: beside(strings, sources) };
    }
    let mut typed = new(logical, if is_key_part { Coercion::Scalars } else { Coercion::Strings });
    for (row, kind) in (0..).zip(kinds) {
        let token = texts.value(row as usize);
        let (held, beside) = match kind {
            Kind::Nothing => continue,
            Kind::Boolean => (typed.push_boolean(row, token == "true"), &mut sources),
            Kind::Number => (typed.push_number(row, token), &mut sources),
            Kind::String => (typed.push_string(row, token), &mut strings),
        };
        if !held {
            beside.push_string(row, token);
        }
    }
    Settled { logical, typed: typed.finish(count), beside: beside(strings, sources) }
}

/// Two variant columns as one: what came from objects or broken strings at a path, and what settling put beside it.
fn merge(left: &Column, right: &Column) -> Column {
    let (Column::Text(left), Column::Text(right)) = (left, right) else {
        unreachable!("variant columns are text")
    };
    Column::Text(left.iter().zip(right).map(|(left, right)| left.or(right)).collect())
}
