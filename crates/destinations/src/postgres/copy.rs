//! Arrow batches as what `COPY … WITH (FORMAT binary)` takes (PostgreSQL's documentation, "COPY", "Binary format").

use super::value::{put_decimal, storable, to_day, to_moment};
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, BooleanArray, PrimitiveArray, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field};
use bytes::{BufMut, Bytes, BytesMut};
use relatable_model::logical::LogicalType;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What every such stream begins with: its mark, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// The length that stands for a null.
const NULL: i32 = -1;
/// The number of fields that ends the stream.
const END: i16 = -1;
/// Bytes sent at once.
const CHUNK_BYTES: usize = 512 * 1024;
/// The number by which PostgreSQL knows its `text`, which lists are of.
const TEXT_OID: u32 = 25;

/// A stream in the making.
pub(super) struct Encoder {
    out: BytesMut,
    /// Per column, how many texts had zero characters, which were replaced.
    replaced: BTreeMap<String, u64>,
}

/// A column of a batch by what it takes to write one of its values.
enum Values<'b> {
    Boolean(&'b BooleanArray),
    Integer(&'b PrimitiveArray<Int64Type>),
    Float(&'b PrimitiveArray<Float64Type>),
    Decimal(&'b PrimitiveArray<Decimal128Type>),
    Moment(&'b PrimitiveArray<TimestampMicrosecondType>),
    Day(&'b PrimitiveArray<Date32Type>),
    Text(&'b StringArray),
    List(&'b StringArray),
}

impl<'b> Values<'b> {
    /// The column; an error for a type that no column of ours has.
    fn of(field: &Field, array: &'b dyn Array) -> Result<Values<'b>, ArrowError> {
        Ok(match array.data_type() {
            DataType::Boolean => Values::Boolean(array.as_boolean()),
            DataType::Int64 => Values::Integer(array.as_primitive()),
            DataType::Float64 => Values::Float(array.as_primitive()),
            DataType::Decimal128(..) => Values::Decimal(array.as_primitive()),
            DataType::Timestamp(..) => Values::Moment(array.as_primitive()),
            DataType::Date32 => Values::Day(array.as_primitive()),
            DataType::Utf8 if LogicalType::of(field) == Some(LogicalType::List) => {
                Values::List(array.as_string())
            }
            DataType::Utf8 => Values::Text(array.as_string()),
            other => {
                return Err(ArrowError::CastError(format!("column `{}` is {other}", field.name())));
            }
        })
    }

    /// Whether a row has no value.
    fn is_null(&self, row: usize) -> bool {
        match self {
            Values::Boolean(array) => array.is_null(row),
            Values::Integer(array) => array.is_null(row),
            Values::Float(array) => array.is_null(row),
            Values::Decimal(array) => array.is_null(row),
            Values::Moment(array) => array.is_null(row),
            Values::Day(array) => array.is_null(row),
            Values::Text(array) | Values::List(array) => array.is_null(row),
        }
    }
}

impl Encoder {
    /// A stream without rows.
    pub(super) fn new() -> Encoder {
        let mut out = BytesMut::with_capacity(CHUNK_BYTES + CHUNK_BYTES / 4);
        out.put_slice(HEADER);
        Encoder { out, replaced: BTreeMap::new() }
    }

    /// Adds the rows of a batch and hands over what is to be sent, a chunk at a time.
    pub(super) fn add<E: From<ArrowError>>(
        &mut self,
        batch: &RecordBatch,
        mut send: impl FnMut(Bytes) -> Result<(), E>,
    ) -> Result<(), E> {
        let schema = batch.schema_ref();
        let columns = schema.fields().iter().zip(batch.columns());
        let columns: Vec<Values<'_>> =
            columns.map(|(field, array)| Values::of(field, array)).collect::<Result<_, _>>()?;
        let width = i16::try_from(columns.len()).map_err(|_| {
            ArrowError::InvalidArgumentError(format!("{} columns are too many", columns.len()))
        })?;
        for row in 0..batch.num_rows() {
            self.out.put_i16(width);
            for (place, values) in columns.iter().enumerate() {
                if values.is_null(row) {
                    self.out.put_i32(NULL);
                } else if self.put(values, row)? {
                    *self.replaced.entry(schema.field(place).name().clone()).or_default() += 1;
                }
            }
            if self.out.len() >= CHUNK_BYTES {
                send(self.out.split().freeze())?;
            }
        }
        Ok(())
    }

    /// What is left to be sent, and per column how many texts had zero characters that were replaced.
    pub(super) fn finish(mut self) -> (Bytes, BTreeMap<String, u64>) {
        self.out.put_i16(END);
        (self.out.freeze(), self.replaced)
    }

    /// Writes a value; answers whether it was changed.
    fn put(&mut self, values: &Values<'_>, row: usize) -> Result<bool, ArrowError> {
        match values {
            Values::Boolean(array) => {
                self.out.put_i32(1);
                self.out.put_u8(u8::from(array.value(row)));
            }
            Values::Integer(array) => self.put_long(array.value(row)),
            Values::Moment(array) => self.put_long(to_moment(array.value(row))),
            Values::Float(array) => {
                self.out.put_i32(8);
                self.out.put_f64(array.value(row));
            }
            Values::Day(array) => {
                self.out.put_i32(4);
                self.out.put_i32(to_day(array.value(row)));
            }
            Values::Text(array) => return self.put_text(array.value(row)),
            Values::Decimal(array) => {
                let unscaled = array.value(row);
                self.put_sized(|encoder| {
                    put_decimal(&mut encoder.out, unscaled);
                    Ok(false)
                })?;
            }
            Values::List(array) => {
                let text = array.value(row);
                return self.put_sized(|encoder| encoder.put_list(text));
            }
        }
        Ok(false)
    }

    /// Writes a value of eight bytes.
    fn put_long(&mut self, value: i64) {
        self.out.put_i32(8);
        self.out.put_i64(value);
    }

    /// Writes a text.
    fn put_text(&mut self, text: &str) -> Result<bool, ArrowError> {
        let stored = storable(text);
        self.out.put_i32(length(stored.len())?);
        self.out.put_slice(stored.as_bytes());
        Ok(matches!(stored, Cow::Owned(_)))
    }

    /// Writes a value whose size shows only once it is written.
    fn put_sized(
        &mut self,
        put: impl FnOnce(&mut Encoder) -> Result<bool, ArrowError>,
    ) -> Result<bool, ArrowError> {
        let start = self.out.len();
        self.out.put_i32(0);
        let changed = put(self)?;
        let size = length(self.out.len() - start - 4)?;
        self.out[start..start + 4].copy_from_slice(&size.to_be_bytes());
        Ok(changed)
    }

    /// Writes the JSON of a list of texts as an array: its dimensions, whether it has nulls, of what, how many from which
    /// place on, and its elements.
    fn put_list(&mut self, json: &str) -> Result<bool, ArrowError> {
        let elements: Vec<Option<Cow<'_, str>>> =
            serde_json::from_str(json).map_err(|error| ArrowError::JsonError(error.to_string()))?;
        self.out.put_i32(i32::from(!elements.is_empty()));
        self.out.put_i32(i32::from(elements.iter().any(Option::is_none)));
        self.out.put_u32(TEXT_OID);
        if !elements.is_empty() {
            self.out.put_i32(length(elements.len())?);
            self.out.put_i32(1);
        }
        let mut changed = false;
        for element in &elements {
            match element {
                Some(text) => changed |= self.put_text(text)?,
                None => self.out.put_i32(NULL),
            }
        }
        Ok(changed)
    }
}

/// A length as the format has it.
fn length(bytes: usize) -> Result<i32, ArrowError> {
    i32::try_from(bytes)
        .map_err(|_| ArrowError::InvalidArgumentError(format!("a value has {bytes} bytes, more than 2 GiB")))
}
