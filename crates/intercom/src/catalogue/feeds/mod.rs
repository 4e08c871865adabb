//! The feeds (API notes §7), by what they are about, in the order a reader would explain them.

mod conversations;
mod definitions;
mod people;

use super::{Content, Feed, Paging, Reading};

/// Everything that is read, by area; definitions come first.
pub const AREAS: &[&[Feed]] = &[definitions::FEEDS, people::FEEDS, conversations::FEEDS];

/// Everything that is read.
pub fn feeds() -> impl Iterator<Item = &'static Feed> {
    AREAS.iter().copied().flatten()
}

/// A feed that answers everything at once; the base of most entries.
const SNAPSHOT: Feed = Feed {
    name: "",
    resource: "",
    content: Content::Documents,
    path: "",
    body: None,
    search: false,
    paging: Paging::None,
    page_size: 0,
    list: Some("data"),
    reading: Reading::Snapshot,
    parent: None,
    asked_by: "id",
    parent_member: None,
    parent_path: "",
    changed: "updated_at",
    complete: true,
    lasting: false,
    cost: None,
    versions: ("", ""),
};

/// A feed asked once per contact; the base of those.
const PER_CONTACT: Feed = Feed {
    resource: "contacts",
    reading: Reading::PerRecord(super::Condition::Always),
    parent: Some("contacts"),
    ..SNAPSHOT
};
