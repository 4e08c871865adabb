//! Cells of bookkeeping tables, as PostgreSQL sends and takes them.

use super::value::{from_moment, storable, to_moment};
use crate::session::Cell;
use bytes::{BufMut, BytesMut};
use std::error::Error;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

impl ToSql for Cell {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Cell::Null => return Ok(IsNull::Yes),
            Cell::Boolean(value) => out.put_u8(u8::from(*value)),
            Cell::Integer(value) if *kind == Type::INT4 => out.put_i32(i32::try_from(*value)?),
            Cell::Integer(value) => out.put_i64(*value),
            Cell::Text(text) => out.put_slice(storable(text).as_bytes()),
            Cell::Instant(instant_us) => out.put_i64(to_moment(*instant_us)),
        }
        Ok(IsNull::No)
    }

    fn accepts(kind: &Type) -> bool {
        is_text(kind) || [Type::BOOL, Type::INT4, Type::INT8, Type::TIMESTAMPTZ].contains(kind)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Cell {
    fn from_sql(kind: &Type, bytes: &'a [u8]) -> Result<Cell, Box<dyn Error + Sync + Send>> {
        Ok(match *kind {
            Type::BOOL => Cell::Boolean(bool::from_sql(kind, bytes)?),
            Type::INT4 => Cell::Integer(i32::from_sql(kind, bytes)?.into()),
            Type::INT8 => Cell::Integer(i64::from_sql(kind, bytes)?),
            Type::TIMESTAMPTZ => Cell::Instant(from_moment(i64::from_sql(&Type::INT8, bytes)?)),
            _ => Cell::Text(std::str::from_utf8(bytes)?.to_owned()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Cell, Box<dyn Error + Sync + Send>> {
        Ok(Cell::Null)
    }

    fn accepts(kind: &Type) -> bool {
        <Cell as ToSql>::accepts(kind)
    }
}

/// Whether values of this type are sent as their text.
fn is_text(kind: &Type) -> bool {
    [Type::TEXT, Type::VARCHAR, Type::NAME, Type::JSON, Type::UNKNOWN].contains(kind)
}
