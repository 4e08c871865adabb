//! One request, understood: who asks for what, in which version, on which page.

use std::collections::HashMap;

use serde_json::Value;

use super::Shared;
use super::problem::Problem;
use super::version::Version;
use crate::paging::{Cursor, PageNumber};

/// A request that passed the gate.
pub(super) struct Call<'a> {
    pub(super) shared: &'a Shared,
    pub(super) version: Version,
    pub(super) path: &'a str,
    /// What the caller accepts.
    pub(super) accept: &'a str,
    /// The id in the path, if the endpoint has one.
    pub(super) id: &'a str,
    /// The second id in the path, if the endpoint has two.
    pub(super) inner_id: &'a str,
    pub(super) query: HashMap<String, String>,
    pub(super) body: Value,
    pub(super) now_s: i64,
}

impl Call<'_> {
    /// A member of the query string.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// Whether a flag of the query string is set.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.parameter(name) == Some("true")
    }

    /// `per_page`, by default and at most this.
    pub(super) fn per_page(&self, default: u64, most: u64) -> Result<u64, Problem> {
        let per_page = self.number("per_page")?.unwrap_or(default);
        if (1..=most).contains(&per_page) {
            return Ok(per_page);
        }
        Err(Problem::bad_request(
            "parameter_invalid",
            if per_page == 0 { "Per Page is too small" } else { "Per Page is too big" },
        ))
    }

    /// `page` and `per_page`.
    pub(super) fn page_number(&self, default: u64, most: u64) -> Result<PageNumber, Problem> {
        let page = self.number("page")?.unwrap_or(1);
        if page == 0 {
            return Err(Problem::bad_request("parameter_invalid", "Page is too small"));
        }
        Ok(PageNumber { page, per_page: self.per_page(default, most)? })
    }

    /// The cursor in `starting_after`.
    pub(super) fn cursor(&self) -> Result<Option<Cursor>, Problem> {
        let refused = || Problem::bad_request("parameter_invalid", "invalid starting_after");
        self.parameter("starting_after").map(|text| Cursor::decode(text).ok_or_else(refused)).transpose()
    }

    /// The full URL of the endpoint, for links to other pages of it.
    pub(super) fn address(&self) -> String {
        format!("{}{}", self.shared.base_url, self.path)
    }

    /// The full URL of the endpoint with the query but for page and size, for links from page to page.
    pub(super) fn page_address(&self) -> String {
        let mut others: Vec<(&str, &str)> =
            self.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        others.retain(|&(name, _)| name != "page" && name != "per_page");
        others.sort_unstable();
        let query: Vec<String> = others.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        if query.is_empty() { self.address() } else { format!("{}?{}", self.address(), query.join("&")) }
    }

    /// A number in the query string, or in the body of a list that is asked for by POST.
    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, Problem> {
        let refused = || Problem::bad_request("parameter_invalid", format!("{name} must be a number"));
        if let Some(text) = self.parameter(name) {
            return text.parse().map(Some).map_err(|_| refused());
        }
        match self.body.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value.as_u64().map(Some).ok_or_else(refused),
        }
    }
}
