//! Columns that are complete: the values of all rows, as the Arrow arrays they are delivered in.

use crate::convert;
use crate::logical::LogicalType;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, StringArray,
    TimestampMicrosecondArray, UInt32Array, new_null_array,
};
use arrow_select::concat::concat;
use arrow_select::take::take;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// What kind of token stands in a row of an undecided column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Nothing,
    Boolean,
    Number,
    String,
}

/// The values of one column.
#[derive(Debug)]
pub(super) enum Column {
    Boolean(BooleanArray),
    Integer(Int64Array),
    Decimal(Decimal128Array),
    Float(Float64Array),
    Text(StringArray),
    Timestamp(TimestampMicrosecondArray),
    Date(Date32Array),
    /// Tokens of a column whose type the values decide.
    Undecided(Vec<Kind>, StringArray),
}

/// Does the same with the array of each variant.
macro_rules! with_array {
    ($column:expr, $array:ident => $does:expr) => {
        match $column {
            Column::Boolean($array) => $does,
            Column::Integer($array) => $does,
            Column::Decimal($array) => $does,
            Column::Float($array) => $does,
            Column::Text($array) | Column::Undecided(_, $array) => $does,
            Column::Timestamp($array) => $does,
            Column::Date($array) => $does,
        }
    };
}

impl Column {
    /// `count` rows without a value; of text while the type is open.
    pub(super) fn nulls(logical: Option<LogicalType>, count: u32) -> Column {
        Column::from_array(&new_null_array(&logical.unwrap_or(LogicalType::Text).arrow(), count as usize))
    }

    /// One row with some value of the type.
    pub(super) fn witness(logical: LogicalType) -> Column {
        match logical {
            LogicalType::Boolean => Column::Boolean(vec![false].into()),
            LogicalType::Integer => Column::Integer(vec![0].into()),
            LogicalType::Decimal => Column::Decimal(vec![0].into()),
            LogicalType::Float => Column::Float(vec![0.0].into()),
            LogicalType::Text | LogicalType::Json | LogicalType::List => Column::Text(vec![""].into()),
            LogicalType::Timestamp => Column::Timestamp(vec![0].into()),
            LogicalType::Date => Column::Date(vec![0].into()),
        }
    }

    /// A column over an array of one of the types that columns have.
    fn from_array(array: &dyn Array) -> Column {
        use arrow_schema::DataType;
        match array.data_type() {
            DataType::Boolean => Column::Boolean(array.as_boolean().clone()),
            DataType::Int64 => Column::Integer(array.as_primitive::<Int64Type>().clone()),
            DataType::Decimal128(..) => Column::Decimal(array.as_primitive::<Decimal128Type>().clone()),
            DataType::Float64 => Column::Float(array.as_primitive::<Float64Type>().clone()),
            DataType::Timestamp(..) => {
                Column::Timestamp(array.as_primitive::<TimestampMicrosecondType>().clone())
            }
            DataType::Date32 => Column::Date(array.as_primitive::<Date32Type>().clone()),
            _ => Column::Text(array.as_string::<i32>().clone()),
        }
    }

    /// Pieces of one column, one behind the other.
    pub(super) fn joined(pieces: &[Column]) -> Column {
        let arrays: Vec<&dyn Array> = pieces.iter().map(Column::array).collect();
        let joined =
            Column::from_array(&concat(&arrays).expect("pieces of one column, small enough for one array"));
        let kinds = pieces.iter().filter_map(|piece| match piece {
            Column::Undecided(kinds, _) => Some(kinds.as_slice()),
            _ => None,
        });
        match (joined, kinds.collect::<Vec<_>>().concat()) {
            (Column::Text(texts), kinds) if kinds.len() == texts.len() && !kinds.is_empty() => {
                Column::Undecided(kinds, texts)
            }
            (joined, _) => joined,
        }
    }

    /// The first `count` rows.
    pub(super) fn slice(&self, count: usize) -> Column {
        match self {
            Column::Undecided(kinds, texts) => {
                Column::Undecided(kinds[..count].to_vec(), texts.slice(0, count))
            }
            typed => Column::from_array(&typed.array().slice(0, count)),
        }
    }

    /// The values as an array.
    fn array(&self) -> &dyn Array {
        with_array!(self, array => array)
    }

    /// The values as an array of one's own, without a copy.
    pub(super) fn into_array(self) -> ArrayRef {
        with_array!(self, array => Arc::new(array))
    }

    /// The values of `rows`, which there are, in their order.
    pub(super) fn take(&self, rows: &[u32]) -> ArrayRef {
        take(self.array(), &UInt32Array::from(rows.to_vec()), None)
            .expect("rows that are there, in one array")
    }

    /// Whether there is no value.
    pub(super) fn is_empty(&self) -> bool {
        self.array().null_count() == self.array().len()
    }

    /// Whether `row` has a value.
    #[inline]
    pub(super) fn is_there(&self, row: u32) -> bool {
        with_array!(self, array => array.is_valid(row as usize))
    }

    /// The rows with a value.
    pub(super) fn rows(&self) -> impl Iterator<Item = u32> {
        (0..self.array().len() as u32).filter(|&row| self.is_there(row))
    }

    /// The value of `row` as text, for messages.
    pub(super) fn text_at(&self, row: u32) -> Option<String> {
        let is_there = self.is_there(row);
        let row = row as usize;
        is_there.then(|| match self {
            Column::Boolean(array) => array.value(row).to_string(),
            Column::Integer(array) => array.value(row).to_string(),
            Column::Decimal(array) => convert::decimal_text(array.value(row)),
            Column::Float(array) => convert::float_text(array.value(row)),
            Column::Timestamp(array) => convert::instant_text(array.value(row)),
            Column::Date(array) => convert::date_text(array.value(row)),
            Column::Text(array) | Column::Undecided(_, array) => array.value(row).to_owned(),
        })
    }

    /// Feeds the value in `row`, which there is, to a hasher.
    #[inline]
    pub(super) fn hash_row(&self, row: usize, hasher: &mut impl Hasher) {
        match self {
            Column::Boolean(array) => array.value(row).hash(hasher),
            Column::Integer(array) => array.value(row).hash(hasher),
            Column::Timestamp(array) => array.value(row).hash(hasher),
            Column::Decimal(array) => array.value(row).hash(hasher),
            Column::Float(array) => array.value(row).to_bits().hash(hasher),
            Column::Date(array) => array.value(row).hash(hasher),
            Column::Text(array) | Column::Undecided(_, array) => array.value(row).hash(hasher),
        }
    }

    /// Whether two rows, which have values, have the same.
    #[inline]
    pub(super) fn same_rows(&self, left: usize, right: usize) -> bool {
        match self {
            Column::Boolean(array) => array.value(left) == array.value(right),
            Column::Integer(array) => array.value(left) == array.value(right),
            Column::Timestamp(array) => array.value(left) == array.value(right),
            Column::Decimal(array) => array.value(left) == array.value(right),
            Column::Float(array) => array.value(left).to_bits() == array.value(right).to_bits(),
            Column::Date(array) => array.value(left) == array.value(right),
            Column::Text(array) | Column::Undecided(_, array) => array.value(left) == array.value(right),
        }
    }
}
