//! Column builders: values of one column, appended row by row; rows in between become null when the next value comes.

use super::column::{Column, Kind};
use crate::convert;
use crate::logical::LogicalType;
use arrow_array::builder::{
    ArrayBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int64Builder,
    StringBuilder, TimestampMicrosecondBuilder,
};

/// The values appended since rows were last taken back.
#[derive(Debug)]
enum Open {
    Boolean(BooleanBuilder),
    Integer(Int64Builder),
    Decimal(Decimal128Builder),
    Float(Float64Builder),
    Text(StringBuilder),
    Timestamp(TimestampMicrosecondBuilder),
    Date(Date32Builder),
    /// Tokens of a column whose type is settled at the end.
    Undecided(Vec<Kind>, StringBuilder),
}

/// Does the same with the Arrow builder of each variant.
macro_rules! with_builder {
    ($open:expr, $builder:ident => $does:expr) => {
        match $open {
            Open::Boolean($builder) => $does,
            Open::Integer($builder) => $does,
            Open::Decimal($builder) => $does,
            Open::Float($builder) => $does,
            Open::Text($builder) | Open::Undecided(_, $builder) => $does,
            Open::Timestamp($builder) => $does,
            Open::Date($builder) => $does,
        }
    };
}

/// Puts a value into a row of an Arrow builder, behind the others.
macro_rules! put {
    ($builder:expr, $row:expr, $value:expr) => {{
        let length = $builder.len();
        if length < $row {
            $builder.append_nulls($row - length);
        }
        $builder.append_value($value);
    }};
}

impl Open {
    /// Nothing yet, of a type or of one that the values decide.
    fn new(logical: Option<LogicalType>) -> Open {
        match logical {
            None => Open::Undecided(Vec::new(), StringBuilder::new()),
            Some(LogicalType::Boolean) => Open::Boolean(BooleanBuilder::new()),
            Some(LogicalType::Integer) => Open::Integer(Int64Builder::new()),
            Some(LogicalType::Decimal) => {
                Open::Decimal(Decimal128Builder::new().with_data_type(LogicalType::Decimal.arrow()))
            }
            Some(LogicalType::Float) => Open::Float(Float64Builder::new()),
            Some(LogicalType::Text | LogicalType::Json | LogicalType::List) => {
                Open::Text(StringBuilder::new())
            }
            Some(LogicalType::Timestamp) => Open::Timestamp(TimestampMicrosecondBuilder::new()),
            Some(LogicalType::Date) => Open::Date(Date32Builder::new()),
        }
    }

    /// How many rows there are.
    fn len(&self) -> usize {
        with_builder!(self, builder => builder.len())
    }

    /// The values of `count` rows; nothing is left.
    fn finish(&mut self, count: usize) -> Column {
        with_builder!(self, builder => builder.append_nulls(count.saturating_sub(builder.len())));
        match self {
            Open::Boolean(builder) => Column::Boolean(builder.finish()),
            Open::Integer(builder) => Column::Integer(builder.finish()),
            Open::Decimal(builder) => Column::Decimal(builder.finish()),
            Open::Float(builder) => Column::Float(builder.finish()),
            Open::Text(builder) => Column::Text(builder.finish()),
            Open::Timestamp(builder) => Column::Timestamp(builder.finish()),
            Open::Date(builder) => Column::Date(builder.finish()),
            Open::Undecided(kinds, builder) => {
                kinds.resize(count, Kind::Nothing);
                Column::Undecided(std::mem::take(kinds), builder.finish())
            }
        }
    }
}

/// What becomes text in a text column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coercion {
    /// Strings only.
    Strings,
    /// Numbers too, in canonical text: the type was declared.
    Numbers,
    /// Every scalar: a part of a key is never split.
    Scalars,
}

/// Collects the values of one column. It is as long as the last row with a value asks for.
#[derive(Debug)]
pub(super) struct Builder {
    /// The first row of those that are open.
    start: usize,
    open: Open,
    /// What becomes text in a text column.
    coercion: Coercion,
    /// The values before them, in pieces: Arrow's builders cannot be cut, so each cut leaves one.
    sealed: Vec<Column>,
}

impl Builder {
    /// A builder for a type, or for one that the values decide.
    pub(super) fn new(logical: Option<LogicalType>, coercion: Coercion) -> Builder {
        Builder { start: 0, open: Open::new(logical), coercion, sealed: Vec::new() }
    }

    /// Whether the last row with a value is `row`.
    pub(super) fn has(&self, row: u32) -> bool {
        self.start + self.open.len() == row as usize + 1
    }

    /// The values of `count` rows.
    pub(super) fn finish(mut self, count: u32) -> Column {
        let last = self.open.finish((count as usize).saturating_sub(self.start));
        if self.sealed.is_empty() {
            return last;
        }
        self.sealed.push(last);
        Column::joined(&self.sealed)
    }

    /// Takes back every value from row `count` on.
    pub(super) fn truncate(&mut self, count: u32) {
        let count = count as usize;
        let length = self.open.len();
        if self.start + length <= count {
            return;
        }
        let open = self.open.finish(length);
        self.sealed.push(open.slice(count - self.start));
        self.start = count;
    }

    /// Puts text (or JSON source) into `row`; `false` if this column cannot hold it.
    #[inline]
    pub(super) fn push_string(&mut self, row: u32, text: &str) -> bool {
        let row = row as usize - self.start;
        match &mut self.open {
            Open::Text(builder) => put!(builder, row, text),
            Open::Undecided(kinds, builder) => put_token(kinds, builder, row, Kind::String, text),
            Open::Timestamp(builder) => match convert::instant_from_text(text) {
                Some(microseconds) => put!(builder, row, microseconds),
                None => return false,
            },
            Open::Date(builder) => match convert::date_from_text(text) {
                Some(days) => put!(builder, row, days),
                None => return false,
            },
            Open::Boolean(_) | Open::Integer(_) | Open::Decimal(_) | Open::Float(_) => return false,
        }
        true
    }

    /// Puts a number into `row`; `false` if this column cannot hold exactly it.
    #[inline]
    pub(super) fn push_number(&mut self, row: u32, text: &str) -> bool {
        let row = row as usize - self.start;
        let held = match &mut self.open {
            Open::Integer(builder) => convert::integer(text).map(|value| put!(builder, row, value)),
            Open::Timestamp(builder) => {
                convert::instant_from_number(text).map(|value| put!(builder, row, value))
            }
            Open::Float(builder) => convert::float(text).map(|value| put!(builder, row, value)),
            Open::Decimal(builder) => convert::decimal(text).map(|value| put!(builder, row, value)),
            Open::Text(builder) if self.coercion != Coercion::Strings => {
                if convert::is_canonical_integer(text) {
                    put!(builder, row, text);
                } else {
                    put!(builder, row, convert::canonical_number(text));
                }
                Some(())
            }
            Open::Undecided(kinds, builder) => {
                put_token(kinds, builder, row, Kind::Number, text);
                Some(())
            }
            Open::Text(_) | Open::Boolean(_) | Open::Date(_) => None,
        };
        held.is_some()
    }

    /// Puts a truth value into `row`; `false` if this column cannot hold it.
    #[inline]
    pub(super) fn push_boolean(&mut self, row: u32, value: bool) -> bool {
        let row = row as usize - self.start;
        match &mut self.open {
            Open::Boolean(builder) => put!(builder, row, value),
            Open::Text(builder) if self.coercion == Coercion::Scalars => put!(builder, row, word(value)),
            Open::Undecided(kinds, builder) => {
                put_token(kinds, builder, row, Kind::Boolean, word(value));
            }
            _ => return false,
        }
        true
    }

    /// Puts a part of a key, given as text, into `row`; without effect if this column cannot hold it.
    pub(super) fn push_key(&mut self, row: u32, text: &str) {
        if !self.push_string(row, text) && text.parse::<i64>().is_ok_and(|number| number.to_string() == text)
        {
            self.push_number(row, text);
        }
    }
}

/// A truth value as JSON writes it.
fn word(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// Puts a token into a row of an undecided column.
fn put_token(kinds: &mut Vec<Kind>, builder: &mut StringBuilder, row: usize, kind: Kind, text: &str) {
    put!(builder, row, text);
    kinds.resize(builder.len() - 1, Kind::Nothing);
    kinds.push(kind);
}
