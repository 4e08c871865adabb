//! Comparing values that are not instants.

use std::cmp::Ordering;

use serde_json::Value;

use super::query::{FieldFilter, SearchError};

/// A comparison with one or several values.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    operator: Operator,
    values: Vec<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Contains,
    NotContains,
    StartsWith,
    EndsWith,
}

impl Condition {
    /// Understands a filter; lists go with `IN` and `NIN` only.
    pub(crate) fn new(filter: &FieldFilter) -> Result<Condition, SearchError> {
        let operator = match filter.operator.as_str() {
            "=" | "IN" => Operator::In,
            "!=" | "NIN" => Operator::NotIn,
            ">" => Operator::Greater,
            ">=" => Operator::GreaterOrEqual,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            "~" => Operator::Contains,
            "!~" => Operator::NotContains,
            "^" => Operator::StartsWith,
            "$" => Operator::EndsWith,
            _ => {
                return Err(SearchError::Operator {
                    field: filter.field.clone(),
                    operator: filter.operator.clone(),
                });
            }
        };
        let takes_list = matches!(filter.operator.as_str(), "IN" | "NIN");
        let values = match &filter.value {
            Value::Array(values) if takes_list => values.clone(),
            Value::Array(_) | Value::Object(_) => return Err(SearchError::Malformed("value")),
            value => vec![value.clone()],
        };
        Ok(Condition { operator, values })
    }

    /// Whether it is a negation, which must hold for all of a record's values.
    pub(crate) fn is_negated(&self) -> bool {
        self.operator == Operator::NotIn
    }

    /// Whether one of several values a record has fulfils the condition; a negation must hold for all of them.
    pub(crate) fn holds_for_any(&self, values: &[Value]) -> bool {
        match self.operator {
            Operator::NotIn if values.is_empty() => !self.values.contains(&Value::Null),
            Operator::NotIn | Operator::NotContains => values.iter().all(|value| self.holds(value)),
            Operator::In if values.is_empty() => self.values.contains(&Value::Null),
            _ => values.iter().any(|value| self.holds(value)),
        }
    }

    /// Whether a value fulfils the condition.
    pub(crate) fn holds(&self, actual: &Value) -> bool {
        let first = self.values.first().unwrap_or(&Value::Null);
        match self.operator {
            Operator::In => self.values.iter().any(|value| is_equal(actual, value)),
            Operator::NotIn => !self.values.iter().any(|value| is_equal(actual, value)),
            Operator::Greater => compare(actual, first) == Some(Ordering::Greater),
            Operator::GreaterOrEqual => compare(actual, first).is_some_and(Ordering::is_ge),
            Operator::Less => compare(actual, first) == Some(Ordering::Less),
            Operator::LessOrEqual => compare(actual, first).is_some_and(Ordering::is_le),
            Operator::Contains => matches_text(actual, first, |text, part| text.contains(part)),
            Operator::NotContains => !matches_text(actual, first, |text, part| text.contains(part)),
            Operator::StartsWith => matches_text(actual, first, |text, part| text.starts_with(part)),
            Operator::EndsWith => matches_text(actual, first, |text, part| text.ends_with(part)),
        }
    }
}

/// Text and numbers are equal if they print alike, so that ids may come as either.
fn is_equal(actual: &Value, wanted: &Value) -> bool {
    match (actual, wanted) {
        (Value::String(actual), Value::String(wanted)) => actual == wanted,
        (Value::String(text), other) | (other, Value::String(text)) => {
            let printed = other.to_string();
            printed == *text
        }
        (actual, wanted) => {
            actual == wanted || (actual.is_number() && compare(actual, wanted) == Some(Ordering::Equal))
        }
    }
}

fn compare(actual: &Value, wanted: &Value) -> Option<Ordering> {
    match (number(actual), number(wanted)) {
        (Some(actual), Some(wanted)) => actual.partial_cmp(&wanted),
        _ => Some(actual.as_str()?.cmp(wanted.as_str()?)),
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_f64(),
    }
}

fn matches_text(actual: &Value, wanted: &Value, test: impl Fn(&str, &str) -> bool) -> bool {
    match (actual.as_str(), wanted.as_str()) {
        (Some(actual), Some(wanted)) => test(&actual.to_lowercase(), &wanted.to_lowercase()),
        _ => false,
    }
}
