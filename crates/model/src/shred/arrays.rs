//! Values of columns as Arrow arrays.

use super::column::{Builder, Texts, Values};
use crate::logical::{DECIMAL_PRECISION, DECIMAL_SCALE};
use arrow_array::builder::StringBuilder;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, StringArray,
    TimestampMicrosecondArray,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use std::sync::Arc;

/// The values of `count` rows, in order.
pub(super) fn all_rows(builder: Builder, count: u32) -> ArrayRef {
    let (values, nulls) = builder.into_rows(count);
    match values {
        Values::Boolean(values) => Arc::new(BooleanArray::new(BooleanBuffer::from(values), nulls)),
        Values::Integer(values) => Arc::new(Int64Array::new(values.into(), nulls)),
        Values::Float(values) => Arc::new(Float64Array::new(values.into(), nulls)),
        Values::Timestamp(values) => Arc::new(TimestampMicrosecondArray::new(values.into(), nulls)),
        Values::Date(values) => Arc::new(Date32Array::new(values.into(), nulls)),
        Values::Decimal(values) => decimals(Decimal128Array::new(values.into(), nulls)),
        Values::Text(texts) | Values::Undecided(_, texts) => text_array(texts, nulls),
    }
}

/// The values of `rows`, in their order.
pub(super) fn some_rows(builder: &Builder, rows: &[u32]) -> ArrayRef {
    /// The values in the rows; a default behind the last.
    fn pick<T: Copy + Default>(values: &[T], rows: &[u32]) -> Vec<T> {
        rows.iter().map(|&row| values.get(row as usize).copied().unwrap_or_default()).collect()
    }
    let valid: BooleanBuffer = rows.iter().map(|&row| builder.is_there(row)).collect();
    let nulls = Some(NullBuffer::new(valid)).filter(|nulls| nulls.null_count() > 0);
    match &builder.values {
        Values::Boolean(values) => {
            Arc::new(BooleanArray::new(BooleanBuffer::from(pick(values, rows)), nulls))
        }
        Values::Integer(values) => Arc::new(Int64Array::new(pick(values, rows).into(), nulls)),
        Values::Float(values) => Arc::new(Float64Array::new(pick(values, rows).into(), nulls)),
        Values::Timestamp(values) => {
            Arc::new(TimestampMicrosecondArray::new(pick(values, rows).into(), nulls))
        }
        Values::Date(values) => Arc::new(Date32Array::new(pick(values, rows).into(), nulls)),
        Values::Decimal(values) => decimals(Decimal128Array::new(pick(values, rows).into(), nulls)),
        Values::Text(texts) | Values::Undecided(_, texts) => {
            text_array(texts.pick(rows.iter().map(|&row| builder.is_there(row).then_some(row))), nulls)
        }
    }
}

/// A text array over buffers that were built up in order. Arrow checks a text as a whole, which is quick as long as most
/// of it is ASCII; any other is handed over value by value, as the text it is known to be.
fn text_array(Texts { offsets, text }: Texts, nulls: Option<NullBuffer>) -> ArrayRef {
    if !text.is_ascii() && is_mostly_foreign(&text) {
        let mut builder = StringBuilder::with_capacity(offsets.len(), text.len());
        for (row, range) in offsets.windows(2).enumerate() {
            match &nulls {
                Some(nulls) if nulls.is_null(row) => builder.append_null(),
                _ => builder.append_value(&text[range[0] as usize..range[1] as usize]),
            }
        }
        return Arc::new(builder.finish());
    }
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
