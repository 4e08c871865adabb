//! Settling undecided columns: the type that the values of a load agree on, independent of their order.

use super::column::{Builder, Kind, Values};
use crate::convert;
use crate::logical::LogicalType;

/// What became of an undecided column: its typed values, and those that went beside it.
pub(super) struct Settled {
    /// The type.
    pub(super) logical: LogicalType,
    /// Values of that type.
    pub(super) typed: Builder,
    /// Strings the type cannot hold.
    pub(super) texts: Builder,
    /// JSON source of other values the type cannot hold.
    pub(super) sources: Builder,
}

/// Settles an undecided column. Numbers win over truth values, those over strings: a column with numbers is numeric and
/// strings in it stand beside it. Whole numbers are integers; with fractions among them, floats if every number is
/// exactly a double, otherwise decimals where those hold more of them.
pub(super) fn settle(rows: &[u32], kinds: &[Kind], text: impl Fn(usize) -> String) -> Settled {
    let logical = logical_of(kinds, &text);
    let mut settled = Settled {
        logical,
        typed: Builder::new(Some(logical), false),
        texts: Builder::new(Some(LogicalType::Text), false),
        sources: Builder::new(Some(LogicalType::Json), false),
    };
    for (slot, (&row, &kind)) in rows.iter().zip(kinds).enumerate() {
        let token = text(slot);
        let held = match kind {
            Kind::Boolean => settled.typed.push_boolean(row, token == "true"),
            Kind::Number => settled.typed.push_number(row, &token),
            Kind::String => settled.typed.push_string(row, &token),
        };
        if held {
            continue;
        }
        match kind {
            Kind::String => settled.texts.push_string(row, &token),
            Kind::Boolean | Kind::Number => settled.sources.push_string(row, &token),
        };
    }
    settled
}

/// The type the tokens agree on.
fn logical_of(kinds: &[Kind], text: &impl Fn(usize) -> String) -> LogicalType {
    if !kinds.contains(&Kind::Number) {
        return if kinds.contains(&Kind::Boolean) { LogicalType::Boolean } else { LogicalType::Text };
    }
    let numbers = || {
        let slots = kinds.iter().enumerate().filter(|(_, kind)| **kind == Kind::Number);
        slots.map(|(slot, _)| text(slot))
    };
    let count = numbers().count();
    let held = |fits: &dyn Fn(&str) -> bool| numbers().filter(|number| fits(number)).count();
    let integers = held(&|number| convert::integer(number).is_some());
    let floats = held(&|number| convert::float(number).is_some());
    let decimals = held(&|number| convert::decimal(number).is_some());
    if integers == count || (integers >= floats && integers >= decimals) {
        LogicalType::Integer
    } else if floats >= decimals {
        LogicalType::Float
    } else {
        LogicalType::Decimal
    }
}

impl Builder {
    /// This column with a settled type, if it was undecided.
    pub(super) fn settled(&self) -> Option<Settled> {
        let Values::Undecided(kinds, texts) = &self.values else { return None };
        Some(settle(&self.rows, kinds, |slot| texts.get(slot).to_owned()))
    }
}
