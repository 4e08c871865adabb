//! Column builders: values of one column, appended in place; rows without a value cost nothing.

use crate::convert;
use crate::logical::{DECIMAL_PRECISION, DECIMAL_SCALE, LogicalType};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, StringArray,
    TimestampMicrosecondArray,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use std::sync::Arc;

/// What kind of token an undecided column was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    Number,
    String,
}

/// Texts, one behind the other.
#[derive(Debug, Default, Clone)]
pub(super) struct Texts {
    ends: Vec<i32>,
    bytes: Vec<u8>,
}

impl Texts {
    #[inline]
    fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(self.bytes.len() as i32);
    }
    fn pop(&mut self) {
        self.ends.pop();
        self.bytes.truncate(self.ends.last().map_or(0, |&end| end as usize));
    }
    /// The text in `slot`.
    pub(super) fn get(&self, slot: usize) -> &str {
        let start = if slot == 0 { 0 } else { self.ends[slot - 1] as usize };
        std::str::from_utf8(&self.bytes[start..self.ends[slot] as usize]).unwrap_or_default()
    }
}

/// The values, in the order they came.
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone)]
pub(super) struct Builder {
    /// Rows with a value, ascending.
    pub(super) rows: Vec<u32>,
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
        Builder { rows: Vec::new(), values, coerces }
    }

    /// Whether the last row with a value is `row`.
    #[inline]
    pub(super) fn has(&self, row: u32) -> bool {
        self.rows.last() == Some(&row)
    }

    /// Makes room for a value in `row`: of a member that comes twice, the last counts.
    #[inline]
    fn open(&mut self, row: u32) {
        if self.has(row) {
            self.pop();
        }
        self.rows.push(row);
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
        while self.rows.last().is_some_and(|&row| row >= count) {
            self.pop();
        }
    }

    /// Takes back the value of `row`, if it is the last.
    pub(super) fn clear(&mut self, row: u32) {
        if self.has(row) {
            self.pop();
        }
    }

    /// Puts text (or JSON source) into `row`; `false` if this column cannot hold it.
    #[inline]
    pub(super) fn push_string(&mut self, row: u32, text: &str) -> bool {
        match &self.values {
            Values::Text(_) | Values::Undecided(..) => {
                self.open(row);
                match &mut self.values {
                    Values::Undecided(kinds, texts) => {
                        kinds.push(Kind::String);
                        texts.push(text);
                    }
                    Values::Text(texts) => texts.push(text),
                    _ => {}
                }
                true
            }
            Values::Timestamp(_) => self.push_timestamp(row, convert::instant_from_text(text)),
            Values::Date(_) => match convert::date_from_text(text) {
                Some(days) => {
                    self.open(row);
                    if let Values::Date(values) = &mut self.values {
                        values.push(days);
                    }
                    true
                }
                None => false,
            },
            Values::Boolean(_) | Values::Integer(_) | Values::Decimal(_) | Values::Float(_) => false,
        }
    }

    fn push_timestamp(&mut self, row: u32, instant: Option<i64>) -> bool {
        let Some(microseconds) = instant else { return false };
        self.open(row);
        if let Values::Timestamp(values) = &mut self.values {
            values.push(microseconds);
        }
        true
    }

    /// Puts a number into `row`; `false` if this column cannot hold exactly it.
    #[inline]
    pub(super) fn push_number(&mut self, row: u32, text: &str) -> bool {
        /// Opens the row and pushes, where the conversion succeeded.
        macro_rules! push {
            ($variant:ident, $converted:expr) => {{
                let Some(value) = $converted else { return false };
                self.open(row);
                if let Values::$variant(values) = &mut self.values {
                    values.push(value);
                }
                true
            }};
        }
        match &mut self.values {
            Values::Integer(_) => push!(Integer, convert::integer(text)),
            Values::Timestamp(_) => self.push_timestamp(row, convert::instant_from_number(text)),
            Values::Float(_) => push!(Float, convert::float(text)),
            Values::Decimal(_) => push!(Decimal, convert::decimal(text)),
            Values::Text(_) if self.coerces => {
                let plain = text.bytes().all(|byte| byte.is_ascii_digit());
                if plain {
                    self.push_string(row, text)
                } else {
                    self.push_string(row, &convert::canonical_number(text))
                }
            }
            Values::Undecided(..) => {
                self.open(row);
                if let Values::Undecided(kinds, texts) = &mut self.values {
                    kinds.push(Kind::Number);
                    texts.push(text);
                }
                true
            }
            Values::Text(_) | Values::Boolean(_) | Values::Date(_) => false,
        }
    }

    /// Puts a truth value into `row`; `false` if this column cannot hold it.
    #[inline]
    pub(super) fn push_boolean(&mut self, row: u32, value: bool) -> bool {
        match &self.values {
            Values::Boolean(_) | Values::Undecided(..) => self.open(row),
            _ => return false,
        }
        match &mut self.values {
            Values::Boolean(values) => values.push(value),
            Values::Undecided(kinds, texts) => {
                kinds.push(Kind::Boolean);
                texts.push(if value { "true" } else { "false" });
            }
            _ => {}
        }
        true
    }

    /// The value of `row` as text, for keys and messages.
    pub(super) fn text_at(&self, row: u32) -> Option<String> {
        let slot = self.rows.binary_search(&row).ok()?;
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
}

/// For each row wanted, the slot of its value, or nothing.
pub(super) type Slots = Vec<Option<u32>>;

/// The values as an Arrow array with one place for each of `slots`; an undecided column must be settled before.
pub(super) fn gather(values: &Values, slots: &Slots) -> ArrayRef {
    fn pick<T: Copy>(values: &[T], slots: &Slots) -> impl Iterator<Item = Option<T>> {
        slots.iter().map(|slot| slot.map(|slot| values[slot as usize]))
    }
    match values {
        Values::Boolean(values) => Arc::new(pick(values, slots).collect::<BooleanArray>()),
        Values::Integer(values) => Arc::new(pick(values, slots).collect::<Int64Array>()),
        Values::Float(values) => Arc::new(pick(values, slots).collect::<Float64Array>()),
        Values::Timestamp(values) => Arc::new(pick(values, slots).collect::<TimestampMicrosecondArray>()),
        Values::Date(values) => Arc::new(pick(values, slots).collect::<Date32Array>()),
        Values::Decimal(values) => decimals(pick(values, slots).collect()),
        Values::Text(texts) | Values::Undecided(_, texts) => Arc::new(
            slots.iter().map(|slot| slot.map(|slot| texts.get(slot as usize))).collect::<StringArray>(),
        ),
    }
}

/// The values as an Arrow array where every row has one, in order: nothing is copied.
pub(super) fn whole(values: Values) -> ArrayRef {
    match values {
        Values::Boolean(values) => Arc::new(BooleanArray::from(BooleanBuffer::from(values))),
        Values::Integer(values) => Arc::new(Int64Array::from(values)),
        Values::Float(values) => Arc::new(Float64Array::from(values)),
        Values::Timestamp(values) => Arc::new(TimestampMicrosecondArray::from(values)),
        Values::Date(values) => Arc::new(Date32Array::from(values)),
        Values::Decimal(values) => decimals(Decimal128Array::from(values)),
        Values::Text(texts) | Values::Undecided(_, texts) => texts_array(texts.ends, texts.bytes, None),
    }
}

/// The values of a column in which some rows have none, rows in order.
pub(super) fn spread(builder: Builder, count: u32) -> ArrayRef {
    if builder.rows.len() == count as usize {
        return whole(builder.values);
    }
    if let Values::Text(texts) | Values::Undecided(_, texts) = builder.values {
        let mut ends = Vec::with_capacity(count as usize);
        let mut valid = vec![false; count as usize];
        let mut last = 0;
        for (&row, &end) in builder.rows.iter().zip(&texts.ends) {
            ends.resize(row as usize, last);
            ends.push(end);
            valid[row as usize] = true;
            last = end;
        }
        ends.resize(count as usize, last);
        return texts_array(ends, texts.bytes, Some(NullBuffer::from(valid)));
    }
    let mut slots = vec![None; count as usize];
    for (slot, &row) in builder.rows.iter().enumerate() {
        slots[row as usize] = Some(slot as u32);
    }
    gather(&builder.values, &slots)
}

/// A text array over buffers that were built up in order.
fn texts_array(ends: Vec<i32>, bytes: Vec<u8>, nulls: Option<NullBuffer>) -> ArrayRef {
    let mut offsets = Vec::with_capacity(ends.len() + 1);
    offsets.push(0);
    offsets.extend(ends);
    Arc::new(StringArray::new(OffsetBuffer::new(ScalarBuffer::from(offsets)), Buffer::from_vec(bytes), nulls))
}

/// Decimals with the precision and scale every decimal column has; both are within Arrow's bounds.
fn decimals(values: Decimal128Array) -> ArrayRef {
    match values.clone().with_precision_and_scale(DECIMAL_PRECISION, DECIMAL_SCALE) {
        Ok(typed) => Arc::new(typed),
        Err(_) => Arc::new(values),
    }
}
