//! Values of columns as Arrow arrays.

use super::column::{Builder, Slots, Texts, Values};
use crate::logical::{DECIMAL_PRECISION, DECIMAL_SCALE};
use arrow_array::builder::StringBuilder;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, StringArray,
    TimestampMicrosecondArray,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use std::sync::Arc;

/// The values as an array with one place for each of `slots`; [`Slots::NONE`] is null.
pub(super) fn gather(values: &Values, slots: &[u32]) -> ArrayRef {
    let all_there = !slots.contains(&Slots::NONE);
    let nulls = || {
        let valid: BooleanBuffer = slots.iter().map(|&slot| slot != Slots::NONE).collect();
        (!all_there).then(|| NullBuffer::new(valid))
    };
    /// The values in the slots; a default where there is none.
    fn pick<T: Copy + Default>(values: &[T], slots: &[u32]) -> Vec<T> {
        slots.iter().map(|&slot| values.get(slot as usize).copied().unwrap_or_default()).collect()
    }
    match values {
        Values::Boolean(values) => {
            Arc::new(BooleanArray::new(BooleanBuffer::from(pick(values, slots)), nulls()))
        }
        Values::Integer(values) => Arc::new(Int64Array::new(pick(values, slots).into(), nulls())),
        Values::Float(values) => Arc::new(Float64Array::new(pick(values, slots).into(), nulls())),
        Values::Timestamp(values) => {
            Arc::new(TimestampMicrosecondArray::new(pick(values, slots).into(), nulls()))
        }
        Values::Date(values) => Arc::new(Date32Array::new(pick(values, slots).into(), nulls())),
        Values::Decimal(values) => decimals(Decimal128Array::new(pick(values, slots).into(), nulls())),
        Values::Text(texts) | Values::Undecided(_, texts) => {
            let mut picked = Texts { ends: Vec::with_capacity(slots.len()), text: String::new() };
            for &slot in slots {
                if slot != Slots::NONE {
                    picked.text.push_str(texts.get(slot as usize));
                }
                picked.ends.push(picked.text.len() as i32);
            }
            text_array(picked.ends, picked.text, nulls())
        }
    }
}

/// The values of a column of `count` rows, in order.
pub(super) fn spread(builder: Builder, count: u32) -> ArrayRef {
    let is_dense = builder.rows.len() == count as usize;
    match builder.values {
        Values::Text(texts) | Values::Undecided(_, texts) if is_dense => {
            text_array(texts.ends, texts.text, None)
        }
        Values::Boolean(values) if is_dense => Arc::new(BooleanArray::from(values)),
        Values::Integer(values) if is_dense => Arc::new(Int64Array::from(values)),
        Values::Float(values) if is_dense => Arc::new(Float64Array::from(values)),
        Values::Timestamp(values) if is_dense => Arc::new(TimestampMicrosecondArray::from(values)),
        Values::Date(values) if is_dense => Arc::new(Date32Array::from(values)),
        Values::Decimal(values) if is_dense => decimals(Decimal128Array::from(values)),
        Values::Text(texts) | Values::Undecided(_, texts) => {
            let mut ends = Vec::with_capacity(count as usize);
            let mut last = 0;
            for (row, &end) in builder.rows.iter().zip(&texts.ends) {
                ends.resize(row as usize, last);
                ends.push(end);
                last = end;
            }
            ends.resize(count as usize, last);
            let mut valid = vec![false; count as usize];
            builder.rows.iter().for_each(|row| valid[row as usize] = true);
            text_array(ends, texts.text, Some(NullBuffer::from(valid)))
        }
        values => {
            let mut slots = vec![Slots::NONE; count as usize];
            for (slot, row) in builder.rows.iter().enumerate() {
                slots[row as usize] = slot as u32;
            }
            gather(&values, &slots)
        }
    }
}

/// A text array over buffers that were built up in order. Arrow checks a text as a whole, which is quick as long as most
/// of it is ASCII; any other is handed over value by value, as the text it is known to be.
fn text_array(ends: Vec<i32>, text: String, nulls: Option<NullBuffer>) -> ArrayRef {
    if !text.is_ascii() && is_mostly_foreign(&text) {
        let mut builder = StringBuilder::with_capacity(ends.len(), text.len());
        let mut start = 0;
        for (row, &end) in ends.iter().enumerate() {
            match &nulls {
                Some(nulls) if nulls.is_null(row) => builder.append_null(),
                _ => builder.append_value(&text[start..end as usize]),
            }
            start = end as usize;
        }
        return Arc::new(builder.finish());
    }
    let mut offsets = Vec::with_capacity(ends.len() + 1);
    offsets.push(0);
    offsets.extend(ends);
    let text = Buffer::from_vec(text.into_bytes());
    Arc::new(StringArray::new(OffsetBuffer::new(ScalarBuffer::from(offsets)), text, nulls))
}

/// Whether more than an eighth of a sample of the text is not ASCII.
fn is_mostly_foreign(text: &str) -> bool {
    const SAMPLE_BYTES: usize = 1 << 16;
    let sample = &text.as_bytes()[..text.len().min(SAMPLE_BYTES)];
    sample.iter().filter(|byte| !byte.is_ascii()).count() > sample.len() / 8
}

/// Decimals with the precision and scale every decimal column has; both are within Arrow's bounds.
fn decimals(values: Decimal128Array) -> ArrayRef {
    match values.clone().with_precision_and_scale(DECIMAL_PRECISION, DECIMAL_SCALE) {
        Ok(typed) => Arc::new(typed),
        Err(_) => Arc::new(values),
    }
}
