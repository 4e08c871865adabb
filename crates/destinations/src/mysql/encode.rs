//! Arrow batches as the server takes rows: as a file that the client sends, or as the values of a statement.

use super::value::{OutOfRange, write_day, write_decimal, write_instant};
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, BooleanArray, PrimitiveArray, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType};
use std::io::Write;

/// What rows are written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Lines of fields, with tabs between them and backslashes before what would be taken for something else.
    File,
    /// Parentheses with literals, for a session in which a backslash is a character like any other.
    Values,
}

/// A column of a batch by what it takes to write one of its values.
pub(super) enum Values<'b> {
    Boolean(&'b BooleanArray),
    Integer(&'b PrimitiveArray<Int64Type>),
    Float(&'b PrimitiveArray<Float64Type>),
    Decimal(&'b PrimitiveArray<Decimal128Type>),
    Moment(&'b PrimitiveArray<TimestampMicrosecondType>),
    Day(&'b PrimitiveArray<Date32Type>),
    Text(&'b StringArray),
}

impl<'b> Values<'b> {
    /// The columns of a batch; an error for a type that no column of ours has.
    pub(super) fn of(batch: &'b RecordBatch) -> Result<Vec<Values<'b>>, ArrowError> {
        let schema = batch.schema_ref();
        let columns = schema.fields().iter().zip(batch.columns());
        columns
            .map(|(field, array)| {
                Ok(match array.data_type() {
                    DataType::Boolean => Values::Boolean(array.as_boolean()),
                    DataType::Int64 => Values::Integer(array.as_primitive()),
                    DataType::Float64 => Values::Float(array.as_primitive()),
                    DataType::Decimal128(..) => Values::Decimal(array.as_primitive()),
                    DataType::Timestamp(..) => Values::Moment(array.as_primitive()),
                    DataType::Date32 => Values::Day(array.as_primitive()),
                    DataType::Utf8 => Values::Text(array.as_string()),
                    other => {
                        return Err(ArrowError::CastError(format!("column `{}` is {other}", field.name())));
                    }
                })
            })
            .collect()
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
            Values::Text(array) => array.is_null(row),
        }
    }
}

/// Writes a row.
pub(super) fn write_row(
    out: &mut Vec<u8>,
    form: Form,
    columns: &[Values<'_>],
    row: usize,
) -> Result<(), ArrowError> {
    if form == Form::Values {
        out.push(b'(');
    }
    for (place, column) in columns.iter().enumerate() {
        if place > 0 {
            out.push(if form == Form::File { b'\t' } else { b',' });
        }
        if column.is_null(row) {
            out.extend_from_slice(if form == Form::File { b"\\N" } else { b"NULL" });
        } else {
            write_value(out, form, column, row)?;
        }
    }
    out.push(if form == Form::File { b'\n' } else { b')' });
    Ok(())
}

/// Writes a value that is not null.
fn write_value(out: &mut Vec<u8>, form: Form, column: &Values<'_>, row: usize) -> Result<(), ArrowError> {
    let outside = |error: OutOfRange| ArrowError::ExternalError(error.into());
    let quote: &[u8] = if form == Form::Values { b"'" } else { b"" };
    // What is no text has nothing in it that either form would take for something else.
    match column {
        Values::Boolean(array) => out.push(if array.value(row) { b'1' } else { b'0' }),
        Values::Integer(array) => {
            let _ = write!(out, "{}", array.value(row));
        }
        Values::Float(array) if array.value(row).is_finite() => {
            // With an exponent it is read as a double, and a negative zero stays one.
            let _ = write!(out, "{:e}", array.value(row));
        }
        Values::Float(_) => return Err(ArrowError::CastError("a value is no finite number".to_owned())),
        Values::Decimal(array) => write_decimal(out, array.value(row)),
        Values::Moment(array) => {
            out.extend_from_slice(quote);
            write_instant(out, array.value(row)).map_err(outside)?;
            out.extend_from_slice(quote);
        }
        Values::Day(array) => {
            out.extend_from_slice(quote);
            write_day(out, array.value(row)).map_err(outside)?;
            out.extend_from_slice(quote);
        }
        Values::Text(array) => match form {
            Form::File => write_field(out, array.value(row).as_bytes()),
            Form::Values => write_literal(out, array.value(row).as_bytes()),
        },
    }
    Ok(())
}

/// Writes a text as a field of a line.
fn write_field(out: &mut Vec<u8>, text: &[u8]) {
    let mut written = 0;
    for (place, byte) in text.iter().enumerate() {
        let escaped = match byte {
            b'\\' => b'\\',
            b'\t' => b't',
            b'\n' => b'n',
            0 => b'0',
            _ => continue,
        };
        out.extend_from_slice(&text[written..place]);
        out.extend_from_slice(&[b'\\', escaped]);
        written = place + 1;
    }
    out.extend_from_slice(&text[written..]);
}

/// Writes a text between quotes.
fn write_literal(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'\'');
    for part in text.split_inclusive(|byte| *byte == b'\'') {
        out.extend_from_slice(part);
        if part.ends_with(b"'") {
            out.push(b'\'');
        }
    }
    out.push(b'\'');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_one_field_and_one_literal_whatever_they_hold() {
        for (text, field, literal) in [
            ("", "", "''"),
            ("it's\\n", "it's\\\\n", "'it''s\\n'"),
            ("a\tb\nc\0\r", "a\\tb\\nc\\0\r", "'a\tb\nc\0\r'"),
            ("''", "''", "''''''"),
        ] {
            let (mut as_field, mut as_literal) = (Vec::new(), Vec::new());
            write_field(&mut as_field, text.as_bytes());
            write_literal(&mut as_literal, text.as_bytes());
            assert_eq!((as_field.as_slice(), as_literal.as_slice()), (field.as_bytes(), literal.as_bytes()));
        }
    }

    #[test]
    fn a_negative_zero_and_a_null_are_told_from_a_zero_and_an_empty_text() {
        let floats = PrimitiveArray::<Float64Type>::from(vec![Some(-0.0), Some(f64::NAN)]);
        let texts = StringArray::from(vec![None, Some("")]);
        let columns = [Values::Float(&floats), Values::Text(&texts)];
        for (form, expected) in [(Form::File, "-0e0\t\\N\n"), (Form::Values, "(-0e0,NULL)")] {
            let mut out = Vec::new();
            write_row(&mut out, form, &columns, 0).expect("a row");
            assert_eq!(String::from_utf8(out).expect("text"), expected);
            assert!(write_row(&mut Vec::new(), form, &columns, 1).is_err());
        }
    }
}
