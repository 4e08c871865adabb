//! Rows out of tables, as Arrow.

use super::value::{day, decimal, instant_us};
use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, Field, Schema};
use mysql_async::{Row, Value};
use relatable_model::logical::{DECIMAL_PRECISION, DECIMAL_SCALE, LogicalType};
use relatable_model::schema::Column;
use std::sync::Arc;

/// The rows of a query with these columns.
pub(super) fn batch(rows: &[Row], columns: &[Column]) -> Result<RecordBatch, ArrowError> {
    let arrays = columns.iter().enumerate().map(|(place, column)| array(rows, place, column));
    let arrays: Vec<ArrayRef> = arrays.collect::<Result<_, _>>()?;
    let field = |column: &Column| Field::new(&column.name, column.logical.arrow(), true);
    let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
    RecordBatch::try_new(schema, arrays)
}

/// One column of the rows.
fn array(rows: &[Row], place: usize, column: &Column) -> Result<ArrayRef, ArrowError> {
    // The value stays out of the message; it may be personal.
    let unreadable = || ArrowError::CastError(format!("a value of `{}` is not of its type", column.name));
    macro_rules! built {
        ($builder:expr, $value:expr) => {{
            let mut builder = $builder;
            for row in rows {
                match row.as_ref(place).ok_or_else(unreadable)? {
                    Value::NULL => builder.append_null(),
                    value => builder.append_value($value(value).ok_or_else(unreadable)?),
                }
            }
            Arc::new(builder.finish()) as ArrayRef
        }};
    }
    let whole = |value: &Value| match value {
        Value::Int(number) => Some(*number),
        Value::UInt(number) => i64::try_from(*number).ok(),
        _ => None,
    };
    Ok(match column.logical {
        LogicalType::Boolean => {
            built!(BooleanBuilder::new(), |value: &Value| whole(value).map(|number| number != 0))
        }
        LogicalType::Integer => built!(Int64Builder::new(), whole),
        LogicalType::Float => {
            let float = |value: &Value| if let Value::Double(float) = value { Some(*float) } else { None };
            built!(Float64Builder::new(), float)
        }
        LogicalType::Decimal => {
            let builder =
                Decimal128Builder::new().with_precision_and_scale(DECIMAL_PRECISION, DECIMAL_SCALE)?;
            built!(builder, |value| text(value).and_then(decimal))
        }
        LogicalType::Text | LogicalType::Json | LogicalType::List => built!(StringBuilder::new(), text),
        LogicalType::Timestamp => built!(TimestampMicrosecondBuilder::new(), instant_us),
        LogicalType::Date => built!(Date32Builder::new(), day),
    })
}

/// A text.
fn text(value: &Value) -> Option<&str> {
    if let Value::Bytes(bytes) = value { std::str::from_utf8(bytes).ok() } else { None }
}
