//! Bookkeeping values to and from DuckDB; rows travel as Arrow and need nothing of this.

use crate::session::Cell;
use duckdb::ToSql;
use duckdb::types::{Null, TimeUnit, ToSqlOutput, Value, ValueRef};

impl ToSql for Cell {
    fn to_sql(&self) -> duckdb::Result<ToSqlOutput<'_>> {
        match self {
            Cell::Null => Null.to_sql(),
            Cell::Boolean(value) => value.to_sql(),
            Cell::Integer(value) => value.to_sql(),
            Cell::Text(value) => value.to_sql(),
            Cell::Instant(value) => Ok(ToSqlOutput::Owned(Value::Timestamp(TimeUnit::Microsecond, *value))),
        }
    }
}

/// A value read from a bookkeeping table.
pub(super) fn cell(value: ValueRef<'_>, index: usize) -> duckdb::Result<Cell> {
    match value {
        ValueRef::Null => Ok(Cell::Null),
        ValueRef::Boolean(value) => Ok(Cell::Boolean(value)),
        ValueRef::Int(number) => Ok(Cell::Integer(number.into())),
        ValueRef::BigInt(number) => Ok(Cell::Integer(number)),
        ValueRef::Text(_) => Ok(Cell::Text(value.as_str()?.to_owned())),
        ValueRef::Timestamp(TimeUnit::Microsecond, instant_us) => Ok(Cell::Instant(instant_us)),
        other => Err(duckdb::Error::InvalidColumnType(index, String::new(), other.data_type())),
    }
}
