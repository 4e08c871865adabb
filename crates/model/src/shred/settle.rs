//! Settling undecided columns: the type that the values of a load agree on, independent of their order.

use super::column::{Builder, Kind, Texts, Values};
use super::events::VARIANT;
use super::layout::Part;
use super::{Shredder, TableId};
use crate::convert;
use crate::logical::LogicalType;
use crate::plan::{ColumnId, PlanError};
use crate::schema::ColumnRole;

/// What became of an undecided column: its typed values, and those that went beside it.
struct Settled {
    /// The type.
    logical: LogicalType,
    /// Values of that type.
    typed: Builder,
    /// Strings the type cannot hold.
    texts: Builder,
    /// JSON source of other values the type cannot hold.
    sources: Builder,
}

impl Shredder {
    /// Gives every undecided column its type.
    pub(super) fn settle_columns(&mut self) -> Result<(), PlanError> {
        let key_parts = self.undecided_key_parts()?;
        for column in 0..self.builders.len() {
            if self.plan.columns[column].logical.is_some() || self.builders[column].is_empty() {
                continue;
            }
            let undecided = std::mem::replace(&mut self.builders[column], Builder::new(None, false));
            let settled = settle(undecided, key_parts.contains(&column));
            let (node, table) = (self.plan.columns[column].node, self.plan.columns[column].table);
            self.plan.columns[column].logical = Some(settled.logical);
            self.builders[column] = settled.typed;
            let beside =
                [(ColumnRole::VariantText, settled.texts), (ColumnRole::VariantJson, settled.sources)];
            for (role, builder) in beside {
                if builder.is_empty() {
                    continue;
                }
                self.note_variants(node, table, &builder);
                let variant = self.plan.variant_column(node, role);
                self.match_plan();
                let earlier = std::mem::replace(&mut self.builders[variant], Builder::new(None, false));
                self.builders[variant] = merge(&earlier, &builder);
            }
        }
        Ok(())
    }

    /// Notes each value that went beside its column.
    fn note_variants(&mut self, node: usize, table: TableId, builder: &Builder) {
        for row in builder.rows() {
            let root_row = self.root_row(table, row);
            self.note("value_not_representable", node, root_row, VARIANT);
        }
    }

    /// The undecided columns that are a part of their table's key.
    fn undecided_key_parts(&self) -> Result<Vec<ColumnId>, PlanError> {
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

/// Settles an undecided column. Numbers win over truth values, those over strings: a column with numbers is numeric and
/// strings in it stand beside it. Whole numbers are integers; with fractions among them, floats if every number is
/// exactly a double, otherwise decimals where those hold more of them. A part of a key is never split: if it is not all
/// integers, it is text.
fn settle(undecided: Builder, is_key_part: bool) -> Settled {
    if let Values::Undecided(kinds, texts) = &undecided.values
        && kinds.iter().any(|kind| matches!(kind, Kind::Boolean | Kind::Number))
    {
        return settle_mixed(kinds, texts, is_key_part);
    }
    Settled {
        logical: LogicalType::Text,
        typed: undecided.into_texts(),
        texts: Builder::new(Some(LogicalType::Text), false),
        sources: Builder::new(Some(LogicalType::Json), false),
    }
}

/// Settles a column in which not all is strings.
fn settle_mixed(kinds: &[Kind], texts: &Texts, is_key_part: bool) -> Settled {
    let mut logical = logical_of(kinds, texts);
    if is_key_part {
        let is_integer = |(row, kind): (usize, &Kind)| match kind {
            Kind::Nothing => true,
            Kind::Number => convert::integer(texts.get(row)).is_some(),
            Kind::Boolean | Kind::String => false,
        };
        let integers = logical == LogicalType::Integer && kinds.iter().enumerate().all(is_integer);
        logical = if integers { LogicalType::Integer } else { LogicalType::Text };
    }
    let mut settled = Settled {
        logical,
        typed: Builder::new(Some(logical), is_key_part),
        texts: Builder::new(Some(LogicalType::Text), false),
        sources: Builder::new(Some(LogicalType::Json), false),
    };
    for (row, kind) in (0..).zip(kinds) {
        let token = texts.get(row as usize);
        let (held, beside) = match kind {
            Kind::Nothing => continue,
            Kind::Boolean if is_key_part => (settled.typed.push_string(row, token), &mut settled.sources),
            Kind::Boolean => (settled.typed.push_boolean(row, token == "true"), &mut settled.sources),
            Kind::Number => (settled.typed.push_number(row, token), &mut settled.sources),
            Kind::String => (settled.typed.push_string(row, token), &mut settled.texts),
        };
        if !held {
            beside.push_string(row, token);
        }
    }
    settled
}

/// The type the tokens agree on.
fn logical_of(kinds: &[Kind], texts: &Texts) -> LogicalType {
    let numbers = || (0..kinds.len()).filter(|&row| kinds[row] == Kind::Number).map(|row| texts.get(row));
    let count = numbers().count();
    if count == 0 {
        return if kinds.contains(&Kind::Boolean) { LogicalType::Boolean } else { LogicalType::Text };
    }
    let integers = numbers().filter(|number| convert::integer(number).is_some()).count();
    if integers == count {
        return LogicalType::Integer;
    }
    let floats = numbers().filter(|number| convert::float(number).is_some()).count();
    let decimals = numbers().filter(|number| convert::decimal(number).is_some()).count();
    if integers >= floats && integers >= decimals {
        LogicalType::Integer
    } else if floats >= decimals {
        LogicalType::Float
    } else {
        LogicalType::Decimal
    }
}

/// Two variant columns as one: what came from objects or broken strings at a path, and what settling put beside it.
fn merge(left: &Builder, right: &Builder) -> Builder {
    let mut rows: Vec<(u32, &Builder)> =
        [left, right].iter().flat_map(|builder| builder.rows().map(|row| (row, *builder))).collect();
    rows.sort_by_key(|(row, _)| *row);
    let mut merged = Builder::new(Some(LogicalType::Text), false);
    for (row, builder) in rows {
        merged.push_string(row, &builder.text_at(row).unwrap_or_default());
    }
    merged
}
