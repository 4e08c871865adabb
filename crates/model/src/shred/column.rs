//! Column builders: values of one column, appended row by row; rows in between are filled up when the next value comes.

use crate::convert;
use crate::logical::LogicalType;
use arrow_buffer::{NullBuffer, NullBufferBuilder};
use std::hash::{Hash, Hasher};

/// What kind of token stands in a row of an undecided column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Nothing,
    Boolean,
    Number,
    String,
}

/// Texts, one behind the other.
#[derive(Debug)]
pub(super) struct Texts {
    /// Where each text begins and, last, where the last one ends; 31 bits, as the column's Arrow array will have them.
    pub(super) offsets: Vec<i32>,
    /// All of them.
    pub(super) text: String,
}

impl Texts {
    /// No texts yet.
    pub(super) fn new() -> Texts {
        Texts { offsets: vec![0], text: String::new() }
    }
    /// Puts a text into `row`, behind the others.
    #[inline]
    fn put(&mut self, row: u32, text: &str) {
        if self.offsets.len() != row as usize + 1 {
            self.resize(row as usize);
        }
        self.text.push_str(text);
        self.offsets.push(self.text.len() as i32);
    }
    /// The texts of these rows; an empty one for none.
    pub(super) fn pick(&self, rows: impl Iterator<Item = Option<u32>>) -> Texts {
        let mut picked = Texts::new();
        picked.offsets.reserve(rows.size_hint().0);
        for row in rows {
            if let Some(row) = row {
                picked.text.push_str(self.get(row as usize));
            }
            picked.offsets.push(picked.text.len() as i32);
        }
        picked
    }
    /// Changes the number of texts; those added are empty.
    fn resize(&mut self, count: usize) {
        self.offsets.resize(count + 1, self.text.len() as i32);
        self.text.truncate(self.offsets[count] as usize);
    }
    /// The text in `row`.
    #[inline]
    pub(super) fn get(&self, row: usize) -> &str {
        &self.text[self.offsets[row] as usize..self.offsets[row + 1] as usize]
    }
}

/// Puts a value into `row`, behind the others.
#[inline]
fn put<T: Copy + Default>(values: &mut Vec<T>, row: u32, value: T) {
    if values.len() != row as usize {
        values.resize(row as usize, T::default());
    }
    values.push(value);
}

/// The values, one for each row; where there is none, an arbitrary one.
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

impl Values {
    /// Changes the number of rows.
    fn resize(&mut self, count: usize) {
        match self {
            Values::Boolean(values) => values.resize(count, false),
            Values::Integer(values) | Values::Timestamp(values) => values.resize(count, 0),
            Values::Decimal(values) => values.resize(count, 0),
            Values::Float(values) => values.resize(count, 0.0),
            Values::Date(values) => values.resize(count, 0),
            Values::Text(texts) => texts.resize(count),
            Values::Undecided(kinds, texts) => {
                kinds.resize(count, Kind::Nothing);
                texts.resize(count);
            }
        }
    }
}

/// The values of one column. It is as long as the last row with a value asks for.
#[derive(Debug)]
pub(super) struct Builder {
    /// Which rows have a value; the last has.
    valid: NullBufferBuilder,
    /// The values.
    pub(super) values: Values,
    /// Whether numbers become text in a text column.
    coerces: bool,
}

impl Builder {
    /// A builder for a type, or for one that the values decide.
    pub(super) fn new(logical: Option<LogicalType>, coerces: bool) -> Builder {
        let values = match logical {
            None => Values::Undecided(Vec::new(), Texts::new()),
            Some(LogicalType::Boolean) => Values::Boolean(Vec::new()),
            Some(LogicalType::Integer) => Values::Integer(Vec::new()),
            Some(LogicalType::Decimal) => Values::Decimal(Vec::new()),
            Some(LogicalType::Float) => Values::Float(Vec::new()),
            Some(LogicalType::Text | LogicalType::Json) => Values::Text(Texts::new()),
            Some(LogicalType::Timestamp) => Values::Timestamp(Vec::new()),
            Some(LogicalType::Date) => Values::Date(Vec::new()),
        };
        Builder { valid: NullBufferBuilder::new(0), values, coerces }
    }

    /// Whether there is no value.
    pub(super) fn is_empty(&self) -> bool {
        self.valid.is_empty()
    }

    /// Whether the last row with a value is `row`.
    #[inline]
    pub(super) fn has(&self, row: u32) -> bool {
        self.valid.len() == row as usize + 1
    }

    /// Whether `row` has a value.
    #[inline]
    pub(super) fn is_there(&self, row: u32) -> bool {
        (row as usize) < self.valid.len() && self.valid.is_valid(row as usize)
    }

    /// The rows with a value.
    pub(super) fn rows(&self) -> impl Iterator<Item = u32> {
        (0..self.valid.len() as u32).filter(|&row| self.valid.is_valid(row as usize))
    }

    /// An undecided column made one of text, which all of its values are.
    pub(super) fn into_texts(self) -> Builder {
        match self.values {
            Values::Undecided(_, texts) => Builder { values: Values::Text(texts), ..self },
            _ => self,
        }
    }

    /// The values of `count` rows and which of them are there.
    pub(super) fn into_rows(mut self, count: u32) -> (Values, Option<NullBuffer>) {
        let missing = (count as usize).saturating_sub(self.valid.len());
        if missing > 0 {
            self.valid.append_n_nulls(missing);
            self.values.resize(count as usize);
        }
        (self.values, self.valid.build())
    }

    /// Takes back every value from row `count` on.
    pub(super) fn truncate(&mut self, count: u32) {
        if self.valid.len() <= count as usize {
            return;
        }
        self.valid.truncate(count as usize);
        if let Some(bits) = self.valid.as_slice() {
            // The last row has a value again: go back over whole bytes without any, then bit by bit.
            let mut length = bits.iter().rposition(|&byte| byte != 0).map_or(0, |last| (last + 1) * 8);
            length = length.min(count as usize);
            while length > 0 && !self.valid.is_valid(length - 1) {
                length -= 1;
            }
            self.valid.truncate(length);
        }
        self.values.resize(self.valid.len());
    }

    /// Notes that `row`, behind the others, has a value.
    #[inline]
    fn mark(&mut self, row: u32) {
        if self.valid.len() != row as usize {
            self.valid.append_n_nulls((row as usize).saturating_sub(self.valid.len()));
        }
        self.valid.append_non_null();
    }

    /// Puts text (or JSON source) into `row`; `false` if this column cannot hold it.
    #[inline]
    pub(super) fn push_string(&mut self, row: u32, text: &str) -> bool {
        match &mut self.values {
            Values::Text(texts) => texts.put(row, text),
            Values::Undecided(kinds, texts) => {
                put(kinds, row, Kind::String);
                texts.put(row, text);
            }
            Values::Timestamp(values) => match convert::instant_from_text(text) {
                Some(microseconds) => put(values, row, microseconds),
                None => return false,
            },
            Values::Date(values) => match convert::date_from_text(text) {
                Some(days) => put(values, row, days),
                None => return false,
            },
            Values::Boolean(_) | Values::Integer(_) | Values::Decimal(_) | Values::Float(_) => return false,
        }
        self.mark(row);
        true
    }

    /// Puts a number into `row`; `false` if this column cannot hold exactly it.
    #[inline]
    pub(super) fn push_number(&mut self, row: u32, text: &str) -> bool {
        let held = match &mut self.values {
            Values::Integer(values) => convert::integer(text).map(|value| put(values, row, value)),
            Values::Timestamp(values) => {
                convert::instant_from_number(text).map(|value| put(values, row, value))
            }
            Values::Float(values) => convert::float(text).map(|value| put(values, row, value)),
            Values::Decimal(values) => convert::decimal(text).map(|value| put(values, row, value)),
            Values::Text(texts) if self.coerces => {
                if convert::is_canonical_integer(text) {
                    texts.put(row, text);
                } else {
                    texts.put(row, &convert::canonical_number(text));
                }
                Some(())
            }
            Values::Undecided(kinds, texts) => {
                put(kinds, row, Kind::Number);
                texts.put(row, text);
                Some(())
            }
            Values::Text(_) | Values::Boolean(_) | Values::Date(_) => None,
        };
        if held.is_some() {
            self.mark(row);
        }
        held.is_some()
    }

    /// Puts a truth value into `row`; `false` if this column cannot hold it.
    #[inline]
    pub(super) fn push_boolean(&mut self, row: u32, value: bool) -> bool {
        match &mut self.values {
            Values::Boolean(values) => put(values, row, value),
            Values::Undecided(kinds, texts) => {
                put(kinds, row, Kind::Boolean);
                texts.put(row, if value { "true" } else { "false" });
            }
            _ => return false,
        }
        self.mark(row);
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
        if !self.is_there(row) {
            return None;
        }
        let row = row as usize;
        Some(match &self.values {
            Values::Boolean(values) => values[row].to_string(),
            Values::Integer(values) => values[row].to_string(),
            Values::Decimal(values) => convert::decimal_text(values[row]),
            Values::Float(values) => convert::float_text(values[row]),
            Values::Timestamp(values) => convert::instant_text(values[row]),
            Values::Date(values) => convert::date_text(values[row]),
            Values::Text(texts) | Values::Undecided(_, texts) => texts.get(row).to_owned(),
        })
    }

    /// Feeds the value in `row`, which there is, to a hasher.
    #[inline]
    pub(super) fn hash_row(&self, row: usize, hasher: &mut impl Hasher) {
        match &self.values {
            Values::Boolean(values) => values[row].hash(hasher),
            Values::Integer(values) | Values::Timestamp(values) => values[row].hash(hasher),
            Values::Decimal(values) => values[row].hash(hasher),
            Values::Float(values) => values[row].to_bits().hash(hasher),
            Values::Date(values) => values[row].hash(hasher),
            Values::Text(texts) | Values::Undecided(_, texts) => texts.get(row).hash(hasher),
        }
    }

    /// Whether two rows, which have values, have the same.
    #[inline]
    pub(super) fn same_rows(&self, left: usize, right: usize) -> bool {
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
