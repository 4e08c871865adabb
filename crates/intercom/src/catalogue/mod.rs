//! What can be read, as data: every feed of the API, how it is asked, paged and kept current.
//!
//! The engine that reads knows paging styles and ways of staying current; it knows no endpoint. A new resource is a new
//! entry in [`feeds`] and a rule file.

mod condition;
mod counts;
mod feeds;
mod proof;
mod window;

pub use condition::Condition;
pub use counts::{CountQuestion, count_questions};
pub use feeds::FEEDS;
pub use proof::{FADING, STATED_LENGTHS, StatedLength};
pub use window::Window;

use crate::request::{Request, percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How an endpoint divides its records into pages (API notes §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// Everything at once.
    None,
    /// An opaque cursor, `starting_after`.
    Cursor,
    /// Numbered pages, with a link or the count of pages.
    Pages,
    /// A scroll that lives for a minute and cannot be resumed.
    Scroll,
    /// Links that carry bounds in time.
    Links,
}

/// Where in an enumeration the next page is; kept in the journal between requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Position {
    /// At the beginning.
    First,
    /// Behind this cursor.
    After(String),
    /// At this page.
    Page(u64),
    /// At the next page of this scroll.
    Scroll(String),
    /// At this path and query.
    Link(String),
}

/// What the records of a feed are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Documents of the resource.
    Documents,
    /// The list at this path of a record of the resource that is written elsewhere.
    Fragment(&'static str),
}

/// When a feed is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Completely, at every run and before anything else: the definitions of the attributes that records of this resource
    /// carry, without which they cannot be understood.
    Definitions(&'static str),
    /// Completely, at every run.
    Snapshot,
    /// Once completely, and again when a sweep is due.
    Backfill,
    /// From where the last run came to.
    Updates(Granularity),
    /// For each record that another feed finds and for which the condition holds.
    PerRecord(Condition),
    /// For a record that may be gone, because something that hangs on it was not found.
    OnDoubt,
}

/// How finely a search can be told since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Granularity {
    /// To the second; read oldest first.
    Second,
    /// By calendar day in the workspace's zone (API notes §5.3); read newest first, down to the moment asked for.
    Day,
}

/// One way of reading records, as data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feed {
    /// Its name: names the answers in the journal and the owner of columns in the rules.
    pub name: &'static str,
    /// The resource its records belong to.
    pub resource: &'static str,
    /// What its records are.
    pub content: Content,
    /// Path and query; `{id}` stands for the record asked for.
    pub path: &'static str,
    /// Whether it is a search, asked by `POST` with a query.
    pub search: bool,
    /// How its pages hang together.
    pub paging: Paging,
    /// Records asked for per page; 0 where it cannot be said.
    pub page_size: u32,
    /// The member that holds the records; `None` where the answer is the one record.
    pub list: Option<&'static str>,
    /// When it is read.
    pub reading: Reading,
    /// For a feed read per record: the resource whose records it is read for.
    pub parent: Option<&'static str>,
    /// Member added to each record with the id of the record asked for, where the API leaves it out.
    pub parent_member: Option<&'static str>,
    /// Whether its answers show records in full, so that what other answers said earlier is covered.
    pub complete: bool,
    /// Versions of the API that have it, first and last; empty for no bound.
    pub versions: (&'static str, &'static str),
}

/// The bound of an incremental reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since {
    /// Records changed at or after this moment, seconds since the epoch.
    pub from_s: i64,
}

impl Feed {
    /// The lists of records of `resource` that are asked for only where they are not empty, by path, with what tells.
    pub fn emptiable_lists(resource: &str) -> impl Iterator<Item = (&'static Feed, &'static str, Condition)> {
        FEEDS.iter().filter(move |feed| feed.resource == resource).filter_map(|feed| {
            match (feed.content, feed.reading) {
                (Content::Fragment(path), Reading::PerRecord(condition @ Condition::NotEmpty(_))) => {
                    Some((feed, path, condition))
                }
                _ => None,
            }
        })
    }

    /// The feed called `name`.
    pub fn named(name: &str) -> Option<&'static Feed> {
        FEEDS.iter().find(|feed| feed.name == name)
    }

    /// Whether a version of the API has it. `Preview` has everything that has no last version.
    pub fn is_in(&self, version: &str) -> bool {
        let (first, last) = self.versions;
        let number = version_number(version);
        (first.is_empty() || number >= version_number(first))
            && (last.is_empty() || number <= version_number(last))
    }

    /// The member of a stored answer that holds its records; `None` where the answer is the list: what is asked for per
    /// record is stored as the list of its records, whatever the API calls the list.
    pub fn stored_list(&self) -> Option<&'static str> {
        self.list.filter(|_| self.parent.is_none())
    }

    /// Whether its answers come from the search index, which may lag behind the records.
    pub fn is_from_index(&self) -> bool {
        self.search
    }

    /// The request for one page.
    pub fn request(&self, id: Option<&str>, since: Option<Since>, position: &Position) -> Request {
        if let Position::Link(path) = position {
            return Request::get(path.clone());
        }
        let path = self.path.replace("{id}", &percent_encode(id.unwrap_or_default()));
        if self.search {
            return Request::post(path, self.search_body(since, position));
        }
        let separator = if path.contains('?') { '&' } else { '?' };
        let size = if self.page_size > 0 { format!("per_page={}", self.page_size) } else { String::new() };
        let place = match position {
            Position::First | Position::Link(_) => String::new(),
            Position::After(cursor) => format!("starting_after={}", percent_encode(cursor)),
            Position::Page(page) => format!("page={page}"),
            Position::Scroll(scroll) => format!("scroll_param={}", percent_encode(scroll)),
        };
        let query: Vec<&str> =
            [size.as_str(), place.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
        if query.is_empty() {
            Request::get(path)
        } else {
            Request::get(format!("{path}{separator}{}", query.join("&")))
        }
    }

    /// The body of a search: everything there is by time of creation, or what changed since a moment.
    fn search_body(&self, since: Option<Since>, position: &Position) -> Value {
        let (query, sort) = match (self.reading, since) {
            (Reading::Updates(Granularity::Day), Some(Since { from_s })) => {
                // `>` begins at the next midnight and `=` is the whole day (API notes §5.3). A day earlier, because
                // where the zone's day begins is the server's affair.
                let from_s = from_s - 86_400;
                let later = json!({"field": "updated_at", "operator": ">", "value": from_s});
                let same_day = json!({"field": "updated_at", "operator": "=", "value": from_s});
                let query = json!({"operator": "OR", "value": [later, same_day]});
                (query, json!({"field": "updated_at", "order": "descending"}))
            }
            (_, Some(Since { from_s })) => {
                // Whether `>` includes the bound is not told (API notes §17.3): one second earlier covers both.
                let query = json!({"field": "updated_at", "operator": ">", "value": from_s - 1});
                (query, json!({"field": "updated_at", "order": "ascending"}))
            }
            (_, None) => {
                let query = json!({"field": "created_at", "operator": ">", "value": 0});
                (query, json!({"field": "created_at", "order": "ascending"}))
            }
        };
        let mut pagination = json!({"per_page": self.page_size});
        if let Position::After(cursor) = position {
            pagination["starting_after"] = json!(cursor);
        }
        json!({"query": query, "sort": sort, "pagination": pagination})
    }
}

/// A version as a number to compare; `Preview` and unknown words are above all numbers.
fn version_number(version: &str) -> (u32, u32) {
    let mut parts = version.split('.').map(str::parse::<u32>);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor),
        _ => (u32::MAX, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feed_has_its_own_name_and_a_resource_with_rules() {
        let rules = crate::models::curated().unwrap();
        for (index, feed) in FEEDS.iter().enumerate() {
            assert!(FEEDS[..index].iter().all(|other| other.name != feed.name), "{} twice", feed.name);
            assert!(rules.resources.contains_key(feed.resource), "{} has no rules", feed.resource);
            assert_eq!(feed.path.contains("{id}"), feed.parent.is_some(), "{}", feed.name);
        }
    }

    #[test]
    fn requests_are_asked_as_the_api_wants_them() {
        let contacts = Feed::named("contacts").unwrap();
        assert_eq!(contacts.request(None, None, &Position::First).path, "/contacts?per_page=150");
        let next = contacts.request(None, None, &Position::After("a+b".to_owned()));
        assert_eq!(next.path, "/contacts?per_page=150&starting_after=a%2Bb");
        let search = Feed::named("contact_updates").unwrap();
        let body = search.request(None, Some(Since { from_s: 1_000_000 }), &Position::First).body.unwrap();
        assert_eq!(body["query"]["operator"], "OR");
        assert_eq!(body["sort"]["order"], "descending");
        assert_eq!(body["pagination"]["per_page"], 150);
        let link = Position::Link("/events?before=1".to_owned());
        assert_eq!(Feed::named("events").unwrap().request(Some("x"), None, &link).path, "/events?before=1");
    }

    #[test]
    fn a_feed_is_read_in_the_versions_that_have_it() {
        let attributes = Feed::named("conversation_attributes").unwrap();
        for (version, expected) in [("2.15", false), ("2.16", true), ("2.9", false), ("Preview", true)] {
            assert_eq!(attributes.is_in(version), expected, "{version}");
        }
    }
}
