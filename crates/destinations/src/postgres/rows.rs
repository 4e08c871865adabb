//! Rows out of PostgreSQL tables, as Arrow.

use super::value::{decimal, from_day, from_moment};
use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, Field, Schema};
use relatable_model::logical::{DECIMAL_PRECISION, DECIMAL_SCALE, LogicalType};
use relatable_model::schema::Column;
use std::error::Error;
use std::sync::Arc;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

/// A value as it was sent.
struct Raw<'r>(&'r [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, bytes: &'a [u8]) -> Result<Raw<'a>, Box<dyn Error + Sync + Send>> {
        Ok(Raw(bytes))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

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
        ($builder:expr, $type:pat, $value:expr) => {{
            let mut builder = $builder;
            for row in rows {
                let raw: Option<Raw<'_>> = row.try_get(place).map_err(|_| unreadable())?;
                match raw {
                    None => builder.append_null(),
                    Some(Raw(bytes)) if matches!(*row.columns()[place].type_(), $type) => {
                        builder.append_value($value(bytes).ok_or_else(unreadable)?);
                    }
                    Some(_) => return Err(unreadable()),
                }
            }
            Arc::new(builder.finish()) as ArrayRef
        }};
    }
    let long = |bytes: &[u8]| Some(i64::from_be_bytes(bytes.try_into().ok()?));
    let text = |bytes| std::str::from_utf8(bytes).ok();
    Ok(match column.logical {
        LogicalType::Boolean => {
            built!(BooleanBuilder::new(), Type::BOOL, |bytes: &[u8]| bytes.first().map(|byte| *byte != 0))
        }
        LogicalType::Integer => built!(Int64Builder::new(), Type::INT8, long),
        LogicalType::Float => {
            let float = |bytes: &[u8]| Some(f64::from_be_bytes(bytes.try_into().ok()?));
            built!(Float64Builder::new(), Type::FLOAT8, float)
        }
        LogicalType::Decimal => {
            let builder =
                Decimal128Builder::new().with_precision_and_scale(DECIMAL_PRECISION, DECIMAL_SCALE)?;
            built!(builder, Type::NUMERIC, decimal)
        }
        LogicalType::Text => built!(StringBuilder::new(), Type::TEXT, text),
        LogicalType::Json => built!(StringBuilder::new(), Type::JSON | Type::TEXT, text),
        LogicalType::List => built!(StringBuilder::new(), Type::TEXT_ARRAY, list),
        LogicalType::Timestamp => {
            let moment = |bytes| long(bytes).map(from_moment);
            built!(TimestampMicrosecondBuilder::new(), Type::TIMESTAMPTZ, moment)
        }
        LogicalType::Date => {
            let day = |bytes: &[u8]| Some(from_day(i32::from_be_bytes(bytes.try_into().ok()?)));
            built!(Date32Builder::new(), Type::DATE, day)
        }
    })
}

/// The JSON of an array of texts.
fn list(bytes: &[u8]) -> Option<String> {
    let elements: Vec<Option<String>> = Vec::from_sql(&Type::TEXT_ARRAY, bytes).ok()?;
    Some(serde_json::Value::from(elements).to_string())
}
