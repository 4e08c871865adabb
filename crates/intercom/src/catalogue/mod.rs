//! What can be read, as data: every feed of the API, how it is asked, paged and kept current.
//!
//! The engine that reads knows paging styles and ways of staying current; it knows no endpoint. A new resource is a new
//! entry in [`feeds`] and a rule file.

mod condition;
mod counts;
mod export;
mod feeds;
mod people;
mod proof;
mod question;
mod stretch;

pub use condition::Condition;
pub use counts::{CountQuestion, count_questions};
pub use export::{Attribute, Dataset, Export, JobState, JobStatus, datasets};
pub use feeds::{AREAS, feeds};
pub use people::PEOPLE;
pub use proof::{FADING, STATED_LENGTHS, StatedLength};
pub use question::{Question, Window};
pub use stretch::Stretch;

use serde::{Deserialize, Serialize};

/// How an endpoint divides its records into pages (API notes §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// Everything at once.
    None,
    /// An opaque cursor, `starting_after`.
    Cursor,
    /// Numbered pages, with a link or the count of pages.
    Pages,
    /// Numbered pages whose numbers stand beside the records.
    Flat,
    /// A cursor, `cursor`, beside a flag that tells whether more follows.
    Flagged,
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
    Backfill(Cut),
    /// From where the last run came to.
    Updates(Granularity),
    /// Completely when a sweep is due, in the place of the feed that is read first.
    Sweep,
    /// For each record that another feed finds and for which the condition holds.
    PerRecord(Condition),
    /// Completely, for each type of custom objects that is configured or that attributes point at; `{id}` is the type.
    PerType,
    /// For a record that may be gone: it is missing where it should be, or something that hangs on it was not found.
    OnDoubt,
    /// Newest first, down to what the last run saw: ids of records of the resource the feed `deletes`, which were deleted
    /// at the moment in the feed's `changed`.
    Deletions,
    /// Made by a job of the API for a range of days and fetched as a file: from where the last run came to, and some days
    /// before that once more.
    Export(Export),
}

impl Reading {
    /// Whether it is a list that is read as a whole at every run.
    pub fn is_list(self) -> bool {
        matches!(self, Reading::Snapshot | Reading::Definitions(_))
    }
}

/// How a complete reading can be cut into windows of the time of creation, which never moves, to be read side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Not at all: pages follow one another.
    Whole,
    /// At any second.
    Second,
    /// Between days of the workspace's zone (API notes §5.3).
    Day,
}

/// How finely a search can be told since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Granularity {
    /// To the second; read oldest first.
    Second,
    /// By calendar day in the workspace's zone (API notes §5.3); read newest first, down to the moment asked for.
    Day,
    /// Not at all, but the list is sorted: read newest first by the feed's `changed`, down to the moment asked for.
    Sorted,
    /// To the second, as `{since}` in the path.
    Query,
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
    /// Path and query; `{id}` stands for the record asked for, `{since}` for a moment in seconds.
    pub path: &'static str,
    /// The JSON body of a feed that is asked by `POST` without being a search; `{id}` as in the path.
    pub body: Option<&'static str>,
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
    /// For a feed read per record: the member of the parent's record that it is asked by.
    pub asked_by: &'static str,
    /// Member added to each record with the id of the record asked for, where the API leaves it out.
    pub parent_member: Option<&'static str>,
    /// Whether its answers show records in full, so that what other answers said earlier is covered.
    pub complete: bool,
    /// For a feed read per record of a list: whether it is asked as often as records are read completely, because nothing in
    /// the record tells of a change in what hangs on it, and there are few.
    pub with_records: bool,
    /// For documents read per record: the path in them that names the record asked for. Where it is given, the answer shows
    /// all that hang on that record, and those it does not show are gone.
    pub parent_path: &'static str,
    /// The member with a record's time of change; empty where there is none.
    pub changed: &'static str,
    /// For definitions: whether the resource they explain is left out where they may not be read. Otherwise the run ends.
    pub bars: bool,
    /// Whether records stay when the API does not show them any more: it keeps a window of something that only grows.
    pub lasting: bool,
    /// For a feed of deletions: the resource whose records they are, by id.
    pub deletes: Option<&'static str>,
    /// What it costs, for a feed that is read only when asked for by its name.
    pub cost: Option<&'static str>,
    /// Versions of the API that have it, first and last; empty for no bound.
    pub versions: (&'static str, &'static str),
}

impl Feed {
    /// Whether a resource is read only when asked for, because all its feeds cost much.
    pub fn has_cost(resource: &str) -> bool {
        let mut feeds = feeds().filter(|feed| feed.resource == resource).peekable();
        feeds.peek().is_some() && feeds.all(|feed| feed.cost.is_some())
    }

    /// Whether what it shows is history that can be limited: what changed since a moment can be asked for, or it only grows.
    pub fn is_history(&self) -> bool {
        self.search || self.lasting || self.path.contains("{since}")
    }

    /// The feed that answers with one record of `resource`, if a version of the API has one: what tells whether the record
    /// is gone.
    pub fn of_one_record(resource: &str, version: &str) -> Option<&'static Feed> {
        let is_whole = |feed: &&Feed| {
            feed.resource == resource
                && feed.content == Content::Documents
                && feed.parent == Some(feed.resource)
                && feed.list.is_none()
                && feed.is_in(version)
        };
        feeds().find(is_whole)
    }

    /// Whether every answer about a record of `resource` shows all of it: then a list that is not there is empty, as where
    /// an object that would hold it is `{}` (API notes §9.3).
    pub fn shows_whole(resource: &str) -> bool {
        let mut here = feeds().filter(|feed| feed.resource == resource).peekable();
        here.peek().is_some() && here.all(|feed| feed.complete && feed.content == Content::Documents)
    }

    /// The feed called `name`.
    pub fn named(name: &str) -> Option<&'static Feed> {
        feeds().find(|feed| feed.name == name)
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
}

/// The resources whose deletion takes away what links others to them, without moving the others' times of change (API notes
/// §12).
pub const UNLINKED_WHEN_GONE: &[&str] = &["tags", "segments", "companies"];

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
        for (index, feed) in feeds().enumerate() {
            assert!(feeds().take(index).all(|other| other.name != feed.name), "{} twice", feed.name);
            assert!(rules.resources.contains_key(feed.resource), "{} has no rules", feed.resource);
            let is_asked_by = feed.parent.is_some() || feed.reading == Reading::PerType;
            let asks = |text: &str| text.contains("{id}");
            assert_eq!(asks(feed.path) || feed.body.is_some_and(asks), is_asked_by, "{}", feed.name);
        }
    }

    #[test]
    fn a_feed_is_read_in_the_versions_that_have_it() {
        let attributes = Feed::named("conversation_attributes").unwrap();
        for (version, expected) in [("2.15", false), ("2.16", true), ("2.9", false), ("Preview", true)] {
            assert_eq!(attributes.is_in(version), expected, "{version}");
        }
    }
}
