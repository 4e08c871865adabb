//! Answers: the body as it came, and what paging needs from it.

use crate::catalogue::{Paging, Position};
use crate::error::ClientError;
use crate::request::Request;
use jiff::Timestamp;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A checked answer: its body is JSON, or the file that was asked for.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The body, decompressed.
    pub body: Vec<u8>,
    /// When the request was sent, by the server's clock.
    pub requested_at: Timestamp,
    /// When it was answered, by the server's clock.
    pub answered_at: Timestamp,
}

/// What paging needs to know of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageInfo {
    /// Where the next page is; `None` after the last.
    pub next: Option<Position>,
    /// How many records there are in all, where the API says so.
    pub total_count: Option<u64>,
    /// How many records this page has.
    pub record_count: usize,
}

/// The members of an answer's top level, unparsed.
type Members<'a> = BTreeMap<String, &'a RawValue>;

impl Answer {
    /// Reads what paging needs. `list` is the member that holds the records.
    ///
    /// # Errors
    /// [`ClientError::Unexpected`] when the answer is no object or the list is missing, and when the next page is the
    /// page itself: a cursor that does not move must neither loop nor end quietly.
    pub fn page(
        &self,
        request: &Request,
        list: &str,
        paging: Paging,
        position: &Position,
    ) -> Result<PageInfo, ClientError> {
        let unexpected =
            |what: &str| ClientError::Unexpected { place: request.place().to_owned(), what: what.to_owned() };
        let members: Members<'_> =
            serde_json::from_slice(&self.body).map_err(|_| unexpected("it is no JSON object"))?;
        let records = members.get(list).ok_or_else(|| unexpected(&format!("it has no `{list}`")))?;
        let record_count =
            count_elements(records).ok_or_else(|| unexpected(&format!("`{list}` is no list")))?;
        let value = |name: &str| {
            members
                .get(name)
                .and_then(|raw| serde_json::from_str::<Value>(raw.get()).ok())
                .unwrap_or(Value::Null)
        };
        let pages = value("pages");
        let next = match paging {
            Paging::None => None,
            Paging::Cursor => next_cursor(&pages),
            Paging::Pages => next_page(&pages, position, record_count),
            Paging::Flat => {
                let flat = serde_json::json!({"page": value("page"), "total_pages": value("total_pages")});
                next_page(&flat, position, record_count)
            }
            Paging::Flagged if value("has_more") != Value::Bool(true) => None,
            Paging::Flagged => value("next_cursor").as_str().map(|cursor| Position::After(cursor.to_owned())),
            Paging::Scroll if record_count == 0 => None,
            Paging::Scroll => {
                value("scroll_param").as_str().map(|scroll| Position::Scroll(scroll.to_owned()))
            }
            Paging::Links => pages.get("next").and_then(Value::as_str).map(link),
        };
        if next.as_ref() == Some(position) && !matches!(position, Position::Scroll(_)) {
            return Err(unexpected("its next page is the page itself"));
        }
        Ok(PageInfo { next, total_count: value("total_count").as_u64(), record_count })
    }

    /// The total an answer states.
    ///
    /// # Errors
    /// [`ClientError::Unexpected`] when it states none.
    pub fn total_count(&self, request: &Request) -> Result<u64, ClientError> {
        let members: Option<Members<'_>> = serde_json::from_slice(&self.body).ok();
        let total = members.and_then(|members| members.get("total_count")?.get().parse().ok());
        total.ok_or_else(|| ClientError::Unexpected {
            place: request.place().to_owned(),
            what: "it has no `total_count`".to_owned(),
        })
    }
}

/// How many elements a list has; null counts as an empty one.
fn count_elements(raw: &RawValue) -> Option<usize> {
    let elements: Option<Vec<serde::de::IgnoredAny>> = serde_json::from_str(raw.get()).ok()?;
    Some(elements.unwrap_or_default().len())
}

/// The next page of cursor paging: `pages.next.starting_after` (API notes §4, P1).
fn next_cursor(pages: &Value) -> Option<Position> {
    match pages.get("next")? {
        Value::Object(next) => next
            .get("starting_after")
            .and_then(Value::as_str)
            .map(|cursor| Position::After(cursor.to_owned())),
        Value::String(url) => Some(link(url)),
        _ => None,
    }
}

/// The next page by number: a URL where one is given, else the count of pages decides (API notes §4, P2).
fn next_page(pages: &Value, position: &Position, record_count: usize) -> Option<Position> {
    let number = |name: &str| match pages.get(name) {
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    match pages.get("next") {
        Some(Value::String(url)) => return Some(link(url)),
        Some(Value::Object(next)) => {
            if let Some(cursor) = next.get("starting_after").and_then(Value::as_str) {
                return Some(Position::After(cursor.to_owned()));
            }
        }
        _ => {}
    }
    let current = number("page").unwrap_or(match position {
        Position::Page(page) => *page,
        _ => 1,
    });
    let more = record_count > 0 && number("total_pages").is_some_and(|total| current < total);
    more.then_some(Position::Page(current + 1))
}

/// A link as a position: path and query only, so that the token never leaves our host.
fn link(url: &str) -> Position {
    let behind_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = behind_scheme.find('/').map_or("/", |slash| &behind_scheme[slash..]);
    Position::Link(path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_the_api_points_to_the_next_page_is_understood() {
        let cursor = Position::After("abc".to_owned());
        let linked = Position::Link("/contacts/1/notes?page=2".to_owned());
        for (body, paging, position, expected) in [
            (
                r#"{"data":[1],"pages":{"next":{"starting_after":"abc"}}}"#,
                Paging::Cursor,
                Position::First,
                Some(cursor),
            ),
            (r#"{"data":[1],"pages":{"next":null}}"#, Paging::Cursor, Position::First, None),
            (r#"{"data":[1],"pages":{}}"#, Paging::Cursor, Position::First, None),
            (r#"{"data":[1],"pages":null}"#, Paging::Cursor, Position::First, None),
            (r#"{"data":[1]}"#, Paging::Cursor, Position::First, None),
            (
                r#"{"data":[1],"pages":{"next":"http://api.test.example/contacts/1/notes?page=2"}}"#,
                Paging::Pages,
                Position::First,
                Some(linked),
            ),
            (
                r#"{"data":[1],"pages":{"page":1,"total_pages":3}}"#,
                Paging::Pages,
                Position::First,
                Some(Position::Page(2)),
            ),
            (
                r#"{"data":[1],"pages":{"page":"3","total_pages":"3"}}"#,
                Paging::Pages,
                Position::Page(3),
                None,
            ),
            (
                r#"{"data":[1],"page":1,"total_pages":2}"#,
                Paging::Flat,
                Position::First,
                Some(Position::Page(2)),
            ),
            (r#"{"data":[1],"page":2,"total_pages":2}"#, Paging::Flat, Position::Page(2), None),
            (
                r#"{"data":[1],"next_cursor":"c","has_more":true}"#,
                Paging::Flagged,
                Position::First,
                Some(Position::After("c".to_owned())),
            ),
            (r#"{"data":[1],"next_cursor":"c","has_more":false}"#, Paging::Flagged, Position::First, None),
            (r#"{"data":[],"scroll_param":"s"}"#, Paging::Scroll, Position::Scroll("s".to_owned()), None),
            (
                r#"{"data":[1],"scroll_param":"s"}"#,
                Paging::Scroll,
                Position::Scroll("s".to_owned()),
                Some(Position::Scroll("s".to_owned())),
            ),
        ] {
            let answer = Answer {
                body: body.as_bytes().to_vec(),
                requested_at: Timestamp::UNIX_EPOCH,
                answered_at: Timestamp::UNIX_EPOCH,
            };
            let page = answer.page(&Request::get("/x"), "data", paging, &position).unwrap();
            assert_eq!(page.next, expected, "{body}");
        }
    }

    #[test]
    fn a_cursor_that_does_not_move_is_an_error_and_no_loop() {
        let body = br#"{"data":[1],"pages":{"next":{"starting_after":"abc"}}}"#.to_vec();
        let answer = Answer { body, requested_at: Timestamp::UNIX_EPOCH, answered_at: Timestamp::UNIX_EPOCH };
        let position = Position::After("abc".to_owned());
        assert!(answer.page(&Request::get("/x"), "data", Paging::Cursor, &position).is_err());
        assert!(answer.page(&Request::get("/x"), "missing", Paging::None, &Position::First).is_err());
    }
}
