//! Cells: what a document's value is as a cell, and what a database's value is as one.

use jiff::Timestamp;
use serde_json::Value;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text; numbers that are ids are text as well.
    Text,
    /// The id of somebody or something; 0 means nobody.
    Reference,
    /// A moment, in UTC.
    Instant,
    /// A whole number.
    Integer,
    /// A number with an exact fraction; text in SQLite.
    Decimal,
    /// A double.
    Float,
    /// A number that nothing declares: whole or not, as the values of its first load were; one that does not fit is kept
    /// as text.
    Number,
    /// Yes or no.
    Boolean,
    /// A piece of the document as it is.
    Json,
    /// Texts joined by commas.
    Words,
    /// A calendar day.
    Day,
    /// That there is nothing, kept as JSON.
    Nothing,
}

impl Kind {
    /// The kind with this name.
    pub(crate) fn named(name: &str) -> Kind {
        match name {
            "text" => Kind::Text,
            "reference" => Kind::Reference,
            "instant" => Kind::Instant,
            "integer" => Kind::Integer,
            "decimal" => Kind::Decimal,
            "float" => Kind::Float,
            "number" => Kind::Number,
            "boolean" => Kind::Boolean,
            "json" => Kind::Json,
            "words" => Kind::Words,
            "day" => Kind::Day,
            "nothing" => Kind::Nothing,
            other => panic!("no kind is called {other}"),
        }
    }
}

/// A cell, whatever database it is in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    Text(String),
    /// Microseconds since the epoch.
    Instant(i64),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    Json(Value),
}

/// A value as a plain client reads it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stored {
    Null,
    Integer(i64),
    Float(f64),
    Text(String),
    /// A value of a type that SQLite has not.
    #[cfg(any(feature = "duckdb", feature = "mysql", feature = "postgres"))]
    Boolean(bool),
    /// A decimal's digits.
    #[cfg(any(feature = "duckdb", feature = "mysql", feature = "postgres"))]
    Decimal(String),
    /// Microseconds since the epoch.
    #[cfg(any(feature = "duckdb", feature = "mysql", feature = "postgres"))]
    Instant(i64),
}

impl Cell {
    /// What `value` of a document must become; `None` if a column of this kind cannot hold it.
    pub(crate) fn expected(kind: Kind, value: &Value) -> Option<Cell> {
        if kind == Kind::Nothing {
            return Some(if value.is_null() { Cell::Json(Value::Null) } else { Cell::Null });
        }
        if value.is_null() {
            return Some(Cell::Null);
        }
        match kind {
            Kind::Text => text(value).map(Cell::Text),
            Kind::Reference => {
                text(value).map(|text| if text == "0" { Cell::Null } else { Cell::Text(text) })
            }
            Kind::Instant => instant(value).map(Cell::Instant),
            Kind::Integer => value.as_i64().map(Cell::Integer),
            Kind::Decimal | Kind::Float | Kind::Number => value.as_f64().map(Cell::Number),
            Kind::Boolean => value.as_bool().map(Cell::Boolean),
            Kind::Json | Kind::Nothing => Some(Cell::Json(value.clone())),
            Kind::Day => value.as_str().map(|day| Cell::Text(day.to_owned())),
            Kind::Words => {
                let words: Option<Vec<&str>> = value.as_array()?.iter().map(Value::as_str).collect();
                words.map(|words| if words.is_empty() { Cell::Null } else { Cell::Text(words.join(",")) })
            }
        }
    }

    /// What a database's value says; an error if it is not stored as this kind is.
    pub(crate) fn read(kind: Kind, stored: &Stored) -> Result<Cell, String> {
        match (kind, stored) {
            (_, Stored::Null) => Ok(Cell::Null),
            (Kind::Text | Kind::Reference | Kind::Words | Kind::Day, Stored::Text(text)) => {
                Ok(Cell::Text(text.clone()))
            }
            #[cfg(any(feature = "duckdb", feature = "mysql", feature = "postgres"))]
            (Kind::Instant, Stored::Instant(micros)) => Ok(Cell::Instant(*micros)),
            (Kind::Instant, Stored::Text(text))
                if text.ends_with('Z') && text.as_bytes().get(10) == Some(&b'T') =>
            {
                let at = text.parse::<Timestamp>().map_err(|error| format!("{text:?}: {error}"))?;
                Ok(Cell::Instant(at.as_microsecond()))
            }
            (Kind::Integer, Stored::Integer(number)) => Ok(Cell::Integer(*number)),
            (Kind::Float | Kind::Number, Stored::Float(number)) => Ok(Cell::Number(*number)),
            (Kind::Number, Stored::Integer(number)) => Ok(Cell::Number(*number as f64)),
            (Kind::Number, Stored::Text(number)) => decimal(number),
            (Kind::Decimal, Stored::Text(digits)) => decimal(digits),
            #[cfg(any(feature = "duckdb", feature = "mysql", feature = "postgres"))]
            (Kind::Decimal, Stored::Decimal(digits)) => decimal(digits),
            #[cfg(any(feature = "duckdb", feature = "mysql", feature = "postgres"))]
            (Kind::Boolean, Stored::Boolean(flag)) => Ok(Cell::Boolean(*flag)),
            (Kind::Boolean, Stored::Integer(flag @ (0 | 1))) => Ok(Cell::Boolean(*flag == 1)),
            (Kind::Json | Kind::Nothing, Stored::Text(text)) => {
                serde_json::from_str(text).map(Cell::Json).map_err(|error| format!("{text:?}: {error}"))
            }
            (kind, stored) => Err(format!("{kind:?} is not stored as {stored:?}")),
        }
    }
}

fn decimal(digits: &str) -> Result<Cell, String> {
    digits.parse().map(Cell::Number).map_err(|_| format!("{digits:?} is no decimal"))
}

/// Text, and numbers that are ids.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Seconds since the epoch, or ISO text, in microseconds.
fn instant(value: &Value) -> Option<i64> {
    match value {
        Value::Number(seconds) => Some(seconds.as_i64()? * 1_000_000),
        Value::String(text) => text.trim().parse::<Timestamp>().ok().map(Timestamp::as_microsecond),
        _ => None,
    }
}
