//! The logical types a column can have, and the one Arrow type each travels as.

use arrow_schema::{DataType, Field, TimeUnit};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Digits a [`LogicalType::Decimal`] holds in all.
pub const DECIMAL_PRECISION: u8 = 38;
/// Digits a [`LogicalType::Decimal`] holds after the point.
pub const DECIMAL_SCALE: i8 = 9;

/// The metadata of an Arrow field that names its logical type.
const FIELD_MARK: &str = "relatable.type";

/// What a column means, whatever database stores it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogicalType {
    /// True or false.
    Boolean,
    /// A whole number that fits 64 bits with sign.
    Integer,
    /// An exact number: up to 29 digits before and 9 after the point.
    Decimal,
    /// An IEEE double.
    Float,
    /// Unicode text; every id is text.
    Text,
    /// An instant in UTC, to the microsecond, in the years 1 to 9999.
    Timestamp,
    /// A calendar day without a zone.
    Date,
    /// A JSON value kept as its text.
    Json,
    /// A list of texts; travels as the JSON of it.
    List,
}

impl LogicalType {
    /// Every logical type, in the order the documentation lists them.
    pub const ALL: [LogicalType; 9] = [
        LogicalType::Boolean,
        LogicalType::Integer,
        LogicalType::Decimal,
        LogicalType::Float,
        LogicalType::Text,
        LogicalType::Timestamp,
        LogicalType::Date,
        LogicalType::Json,
        LogicalType::List,
    ];

    /// The word for this type in rule files, reports and `_relatable_columns`.
    pub fn name(self) -> &'static str {
        match self {
            LogicalType::Boolean => "boolean",
            LogicalType::Integer => "integer",
            LogicalType::Decimal => "decimal",
            LogicalType::Float => "float",
            LogicalType::Text => "text",
            LogicalType::Timestamp => "timestamp",
            LogicalType::Date => "date",
            LogicalType::Json => "json",
            LogicalType::List => "list",
        }
    }

    /// The type whose [`name`](Self::name) is `name`.
    pub fn from_name(name: &str) -> Option<LogicalType> {
        LogicalType::ALL.into_iter().find(|logical| logical.name() == name)
    }

    /// A field of an Arrow schema that says which logical type its values have.
    pub fn field(self, name: &str) -> Field {
        let mark = [(FIELD_MARK.to_owned(), self.name().to_owned())];
        Field::new(name, self.arrow(), true).with_metadata(mark.into())
    }

    /// The type that a [`field`](Self::field) says; `None` where it was made otherwise.
    pub fn of(field: &Field) -> Option<LogicalType> {
        field.metadata().get(FIELD_MARK).and_then(|name| LogicalType::from_name(name))
    }

    /// The Arrow type that carries values of this type: `Boolean`, `Int64`, `Decimal128(38, 9)`, `Float64`, `Utf8`
    /// (text, JSON and lists), `Timestamp(Microsecond, None)` in UTC, `Date32`.
    pub fn arrow(self) -> DataType {
        match self {
            LogicalType::Boolean => DataType::Boolean,
            LogicalType::Integer => DataType::Int64,
            LogicalType::Decimal => DataType::Decimal128(DECIMAL_PRECISION, DECIMAL_SCALE),
            LogicalType::Float => DataType::Float64,
            LogicalType::Text | LogicalType::Json | LogicalType::List => DataType::Utf8,
            LogicalType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
            LogicalType::Date => DataType::Date32,
        }
    }
}
