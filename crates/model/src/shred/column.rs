//! Column builders: values of one column, appended in place; rows without a value cost nothing.

use super::row_list::RowList;
use crate::convert;
use crate::logical::LogicalType;
use std::hash::{Hash, Hasher};

/// What kind of token an undecided column was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    Number,
    String,
}

/// Texts, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// Where each text ends; 31 bits, as the column's Arrow array will have them.
    pub(super) ends: Vec<i32>,
    /// All of them.
    pub(super) text: String,
}

impl Texts {
    #[inline]
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len() as i32);
    }
    fn pop(&mut self) {
        self.ends.pop();
        self.text.truncate(self.ends.last().map_or(0, |&end| end as usize));
    }
    /// The text in `slot`.
    #[inline]
    pub(super) fn get(&self, slot: usize) -> &str {
        let start = if slot == 0 { 0 } else { self.ends[slot - 1] as usize };
        &self.text[start..self.ends[slot] as usize]
    }
}

/// The values, in the order they came.
#[derive(Debug)]
pub(super) enum Values {
    Boolean(Vec<bool>),
    Integer(Vec<i64>),
    Decimal(Vec<i128>),
    Float(Vec<f64>),
    Text(Texts),
    Timestamp(Vec<i64>),
    Date(Vec<i32>),
    /// Tokens of a column whose type is settled at the end.
    Undecided(Vec<Kind>, Texts),
}

/// The values of one column and the rows they stand in.
#[derive(Debug)]
pub(super) struct Builder {
    /// Rows with a value.
    pub(super) rows: RowList,
    /// Their values.
    pub(super) values: Values,
    /// Whether numbers become text in a text column.
    coerces: bool,
}

impl Builder {
    /// A builder for a type, or for one that the values decide.
    pub(super) fn new(logical: Option<LogicalType>, coerces: bool) -> Builder {
        let values = match logical {
            None => Values::Undecided(Vec::new(), Texts::default()),
            Some(LogicalType::Boolean) => Values::Boolean(Vec::new()),
            Some(LogicalType::Integer) => Values::Integer(Vec::new()),
            Some(LogicalType::Decimal) => Values::Decimal(Vec::new()),
            Some(LogicalType::Float) => Values::Float(Vec::new()),
            Some(LogicalType::Text | LogicalType::Json) => Values::Text(Texts::default()),
            Some(LogicalType::Timestamp) => Values::Timestamp(Vec::new()),
            Some(LogicalType::Date) => Values::Date(Vec::new()),
        };
        Builder { rows: RowList::default(), values, coerces }
    }

    /// A text column with these values.
    pub(super) fn of_texts(rows: RowList, texts: Texts) -> Builder {
        Builder { rows, values: Values::Text(texts), coerces: false }
    }

    /// Whether the last row with a value is `row`.
    #[inline]
    pub(super) fn has(&self, row: u32) -> bool {
        self.rows.last() == Some(row)
    }

    /// Takes back the last value.
    fn pop(&mut self) {
        self.rows.pop();
        match &mut self.values {
            Values::Boolean(values) => drop(values.pop()),
            Values::Integer(values) | Values::Timestamp(values) => drop(values.pop()),
            Values::Decimal(values) => drop(values.pop()),
            Values::Float(values) => drop(values.pop()),
            Values::Date(values) => drop(values.pop()),
            Values::Text(texts) => texts.pop(),
            Values::Undecided(kinds, texts) => {
                kinds.pop();
                texts.pop();
            }
        }
    }

    /// Takes back every value from row `count` on.
    pub(super) fn truncate(&mut self, count: u32) {
        while self.rows.last().is_some_and(|row| row >= count) {
            self.pop();
        }
    }

    /// Puts text (or JSON source) into `row`; `false` if this column cannot hold it.
    #[inline]
    pub(super) fn push_string(&mut self, row: u32, text: &str) -> bool {
        match &mut self.values {
            Values::Text(texts) => texts.push(text),
            Values::Undecided(kinds, texts) => {
                kinds.push(Kind::String);
                texts.push(text);
            }
            Values::Timestamp(values) => match convert::instant_from_text(text) {
                Some(microseconds) => values.push(microseconds),
                None => return false,
            },
            Values::Date(values) => match convert::date_from_text(text) {
                Some(days) => values.push(days),
                None => return false,
            },
            Values::Boolean(_) | Values::Integer(_) | Values::Decimal(_) | Values::Float(_) => return false,
        }
        self.rows.push(row);
        true
    }

    /// Puts a number into `row`; `false` if this column cannot hold exactly it.
    #[inline]
    pub(super) fn push_number(&mut self, row: u32, text: &str) -> bool {
        let held = match &mut self.values {
            Values::Integer(values) => convert::integer(text).map(|value| values.push(value)),
            Values::Timestamp(values) => convert::instant_from_number(text).map(|value| values.push(value)),
            Values::Float(values) => convert::float(text).map(|value| values.push(value)),
            Values::Decimal(values) => convert::decimal(text).map(|value| values.push(value)),
            Values::Text(texts) if self.coerces => {
                if convert::is_canonical_integer(text) {
                    texts.push(text);
                } else {
                    texts.push(&convert::canonical_number(text));
                }
                Some(())
            }
            Values::Undecided(kinds, texts) => {
                kinds.push(Kind::Number);
                texts.push(text);
                Some(())
            }
            Values::Text(_) | Values::Boolean(_) | Values::Date(_) => None,
        };
        if held.is_some() {
            self.rows.push(row);
        }
        held.is_some()
    }

    /// Puts a truth value into `row`; `false` if this column cannot hold it.
    #[inline]
    pub(super) fn push_boolean(&mut self, row: u32, value: bool) -> bool {
        match &mut self.values {
            Values::Boolean(values) => values.push(value),
            Values::Undecided(kinds, texts) => {
                kinds.push(Kind::Boolean);
                texts.push(if value { "true" } else { "false" });
            }
            _ => return false,
        }
        self.rows.push(row);
        true
    }

    /// Puts a part of a key, given as text, into `row`; without effect if this column cannot hold it.
    pub(super) fn push_key(&mut self, row: u32, text: &str) {
        if !self.push_string(row, text) && text.parse::<i64>().is_ok_and(|number| number.to_string() == text)
        {
            self.push_number(row, text);
        }
    }

    /// The value of `row` as text, for messages.
    pub(super) fn text_at(&self, row: u32) -> Option<String> {
        let slot = self.rows.position(row)?;
        Some(match &self.values {
            Values::Boolean(values) => values[slot].to_string(),
            Values::Integer(values) => values[slot].to_string(),
            Values::Decimal(values) => convert::decimal_text(values[slot]),
            Values::Float(values) => convert::float_text(values[slot]),
            Values::Timestamp(values) => convert::instant_text(values[slot]),
            Values::Date(values) => convert::date_text(values[slot]),
            Values::Text(texts) | Values::Undecided(_, texts) => texts.get(slot).to_owned(),
        })
    }

    /// For each of `count` rows where its value is.
    pub(super) fn slots(&self, count: u32) -> Slots {
        if self.rows.len() == count as usize {
            return Slots(None);
        }
        let mut slots = vec![Slots::NONE; count as usize];
        for (slot, row) in self.rows.iter().enumerate() {
            slots[row as usize] = slot as u32;
        }
        Slots(Some(slots))
    }

    /// Feeds the value in `slot` to a hasher.
    #[inline]
    pub(super) fn hash_slot(&self, slot: usize, hasher: &mut impl Hasher) {
        match &self.values {
            Values::Boolean(values) => values[slot].hash(hasher),
            Values::Integer(values) | Values::Timestamp(values) => values[slot].hash(hasher),
            Values::Decimal(values) => values[slot].hash(hasher),
            Values::Float(values) => values[slot].to_bits().hash(hasher),
            Values::Date(values) => values[slot].hash(hasher),
            Values::Text(texts) | Values::Undecided(_, texts) => texts.get(slot).hash(hasher),
        }
    }

    /// Whether two slots hold the same value.
    #[inline]
    pub(super) fn same_slots(&self, left: usize, right: usize) -> bool {
        match &self.values {
            Values::Boolean(values) => values[left] == values[right],
            Values::Integer(values) | Values::Timestamp(values) => values[left] == values[right],
            Values::Decimal(values) => values[left] == values[right],
            Values::Float(values) => values[left].to_bits() == values[right].to_bits(),
            Values::Date(values) => values[left] == values[right],
            Values::Text(texts) | Values::Undecided(_, texts) => texts.get(left) == texts.get(right),
        }
    }
}

/// For each row the slot of its value; `None` inside where every row has one, in order.
#[derive(Debug)]
pub(super) struct Slots(Option<Vec<u32>>);

impl Slots {
    /// No slot.
    pub(super) const NONE: u32 = u32::MAX;

    /// The slot of `row`, or [`Slots::NONE`].
    #[inline]
    pub(super) fn of(&self, row: u32) -> u32 {
        match &self.0 {
            None => row,
            Some(slots) => slots[row as usize],
        }
    }
}
