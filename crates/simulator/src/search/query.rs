//! The body of a search: filters, page, order; and the errors of a body that is not understood.

use serde_json::Value;

/// At most this many levels of groups.
const LEVELS_MAX: usize = 2;

/// At most this many filters per group.
const FILTERS_MAX: usize = 15;

/// Why a search is refused: always a 400, with these codes.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum SearchError {
    #[error("missing or malformed {0}")]
    Malformed(&'static str),
    #[error("unknown field {0}")]
    UnknownField(String),
    #[error("operator {operator} is not supported for {field}")]
    Operator { field: String, operator: String },
    #[error("Invalid sort order '{0}'. Must be one of: ascending, descending")]
    SortOrder(String),
    #[error("cannot sort by {0}")]
    SortField(String),
    #[error("at most {LEVELS_MAX} levels of groups")]
    TooDeep,
    #[error("at most {FILTERS_MAX} filters per group")]
    TooMany,
    #[error("invalid starting_after")]
    Cursor,
    #[error("Per Page is too big")]
    PerPage,
}

impl SearchError {
    /// The code in the error body.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            SearchError::Malformed(_) => "parameter_missing",
            SearchError::UnknownField(_) | SearchError::SortField(_) => "invalid_field",
            SearchError::SortOrder(_) => "invalid_sort_order",
            SearchError::Operator { .. }
            | SearchError::TooDeep
            | SearchError::TooMany
            | SearchError::Cursor
            | SearchError::PerPage => "parameter_invalid",
        }
    }
}

/// What a record must fulfil.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Field(FieldFilter),
}

/// One comparison.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FieldFilter {
    pub(crate) field: String,
    pub(crate) operator: String,
    pub(crate) value: Value,
}

/// The order asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sort {
    pub(crate) field: String,
    pub(crate) descending: bool,
}

/// A search as its body asks for it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    pub(crate) filter: Filter,
    pub(crate) sort: Option<Sort>,
    pub(crate) per_page: Option<u64>,
    pub(crate) starting_after: Option<String>,
}

impl Request {
    /// Reads a body.
    pub(crate) fn parse(body: &Value) -> Result<Request, SearchError> {
        let filter = filter(body.get("query").ok_or(SearchError::Malformed("query"))?, 0)?;
        let pagination = body.get("pagination");
        let per_page = match pagination.and_then(|pagination| pagination.get("per_page")) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.parse().map_err(|_| SearchError::PerPage)?),
            Some(number) => Some(number.as_u64().ok_or(SearchError::PerPage)?),
        };
        let starting_after = match pagination.and_then(|pagination| pagination.get("starting_after")) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(_) => return Err(SearchError::Cursor),
        };
        let sort = match body.get("sort") {
            None | Some(Value::Null) => None,
            Some(sort) => Some(parse_sort(sort)?),
        };
        Ok(Request { filter, sort, per_page, starting_after })
    }
}

fn parse_sort(sort: &Value) -> Result<Sort, SearchError> {
    let field =
        sort.get("field").and_then(Value::as_str).ok_or(SearchError::Malformed("sort.field"))?.to_owned();
    let descending = match sort.get("order") {
        None | Some(Value::Null) => true,
        Some(Value::String(order)) if order == "descending" => true,
        Some(Value::String(order)) if order == "ascending" => false,
        Some(Value::String(order)) => return Err(SearchError::SortOrder(order.clone())),
        Some(_) => return Err(SearchError::Malformed("sort.order")),
    };
    Ok(Sort { field, descending })
}

fn filter(query: &Value, depth: usize) -> Result<Filter, SearchError> {
    let operator = query.get("operator").and_then(Value::as_str).ok_or(SearchError::Malformed("operator"))?;
    let value = query.get("value");
    if operator != "AND" && operator != "OR" {
        let field =
            query.get("field").and_then(Value::as_str).ok_or(SearchError::Malformed("field"))?.to_owned();
        let value = value.cloned().ok_or(SearchError::Malformed("value"))?;
        return Ok(Filter::Field(FieldFilter { field, operator: operator.to_owned(), value }));
    }
    let members = value.and_then(Value::as_array).ok_or(SearchError::Malformed("value"))?;
    if depth == LEVELS_MAX {
        return Err(SearchError::TooDeep);
    }
    if members.len() > FILTERS_MAX {
        return Err(SearchError::TooMany);
    }
    let members = members.iter().map(|member| filter(member, depth + 1)).collect::<Result<Vec<_>, _>>()?;
    Ok(if operator == "AND" { Filter::All(members) } else { Filter::Any(members) })
}
