//! Rows out of SQLite tables, as Arrow: what `value` writes, read back.

use super::value::instant_us;
use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, Field, Schema};
use relatable_model::convert::{date_from_text, decimal};
use relatable_model::logical::{DECIMAL_PRECISION, DECIMAL_SCALE, LogicalType};
use relatable_model::schema::Column;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, Result};
use std::sync::Arc;

/// The rows of a query with these columns.
pub(super) fn batch(connection: &Connection, sql: &str, columns: &[Column]) -> Result<RecordBatch> {
    let mut builders: Vec<Builder> =
        columns.iter().map(|column| Builder::new(column.logical)).collect::<Result<_>>()?;
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        for (place, builder) in builders.iter_mut().enumerate() {
            let value = row.get_ref(place)?;
            let taken = builder.take(value);
            // The value stays out of the message; it may be personal.
            taken.ok_or_else(|| {
                Error::InvalidColumnType(place, columns[place].name.clone(), value.data_type())
            })?;
        }
    }
    let field = |column: &Column| Field::new(&column.name, column.logical.arrow(), true);
    let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
    RecordBatch::try_new(schema, builders.iter_mut().map(Builder::finish).collect()).map_err(unbuilt)
}

/// An error of Arrow.
fn unbuilt(error: ArrowError) -> Error {
    Error::ToSqlConversionFailure(error.into())
}

/// A column as it grows.
enum Builder {
    Boolean(BooleanBuilder),
    Integer(Int64Builder),
    Decimal(Decimal128Builder),
    Float(Float64Builder),
    Text(StringBuilder),
    Instant(TimestampMicrosecondBuilder),
    Day(Date32Builder),
}

impl Builder {
    /// An empty column.
    fn new(logical: LogicalType) -> Result<Builder> {
        Ok(match logical {
            LogicalType::Boolean => Builder::Boolean(BooleanBuilder::new()),
            LogicalType::Integer => Builder::Integer(Int64Builder::new()),
            LogicalType::Decimal => {
                let builder = Decimal128Builder::new();
                Builder::Decimal(
                    builder.with_precision_and_scale(DECIMAL_PRECISION, DECIMAL_SCALE).map_err(unbuilt)?,
                )
            }
            LogicalType::Float => Builder::Float(Float64Builder::new()),
            LogicalType::Text | LogicalType::Json | LogicalType::List => Builder::Text(StringBuilder::new()),
            LogicalType::Timestamp => Builder::Instant(TimestampMicrosecondBuilder::new()),
            LogicalType::Date => Builder::Day(Date32Builder::new()),
        })
    }

    /// Appends a value; `None` for one that this column cannot have.
    fn take(&mut self, value: ValueRef<'_>) -> Option<()> {
        let text = || value.as_str().ok();
        if value == ValueRef::Null {
            match self {
                Builder::Boolean(builder) => builder.append_null(),
                Builder::Integer(builder) => builder.append_null(),
                Builder::Decimal(builder) => builder.append_null(),
                Builder::Float(builder) => builder.append_null(),
                Builder::Text(builder) => builder.append_null(),
                Builder::Instant(builder) => builder.append_null(),
                Builder::Day(builder) => builder.append_null(),
            }
            return Some(());
        }
        match (self, value) {
            (Builder::Boolean(builder), ValueRef::Integer(number)) => builder.append_value(number != 0),
            (Builder::Integer(builder), ValueRef::Integer(number)) => builder.append_value(number),
            (Builder::Float(builder), ValueRef::Real(number)) => builder.append_value(number),
            (Builder::Text(builder), ValueRef::Text(_)) => builder.append_value(text()?),
            (Builder::Decimal(builder), ValueRef::Text(_)) => builder.append_value(decimal(text()?)?),
            (Builder::Instant(builder), ValueRef::Text(_)) => builder.append_value(instant_us(text()?)?),
            (Builder::Day(builder), ValueRef::Text(_)) => builder.append_value(date_from_text(text()?)?),
            _ => return None,
        }
        Some(())
    }

    /// The column.
    fn finish(&mut self) -> ArrayRef {
        match self {
            Builder::Boolean(builder) => Arc::new(builder.finish()),
            Builder::Integer(builder) => Arc::new(builder.finish()),
            Builder::Decimal(builder) => Arc::new(builder.finish()),
            Builder::Float(builder) => Arc::new(builder.finish()),
            Builder::Text(builder) => Arc::new(builder.finish()),
            Builder::Instant(builder) => Arc::new(builder.finish()),
            Builder::Day(builder) => Arc::new(builder.finish()),
        }
    }
}
