//! The feeds (API notes §7), by what they are about, in the order a reader would explain them.

mod conversations;
mod definitions;
mod exports;
mod knowledge;
mod people;
mod settings;
mod tickets;

use super::{Condition, Content, Feed, Paging, Reading};

/// Everything that is read, by area; definitions come first.
pub const AREAS: &[&[Feed]] = &[
    definitions::FEEDS,
    people::ORGANISATION,
    people::CONTACTS,
    conversations::FEEDS,
    tickets::FEEDS,
    knowledge::FEEDS[0],
    knowledge::FEEDS[1],
    knowledge::FEEDS[2],
    settings::FEEDS[0],
    settings::FEEDS[1],
    exports::FEEDS,
];

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
    with_records: false,
    changed: "updated_at",
    complete: true,
    lasting: false,
    bars: false,
    deletes: None,
    cost: None,
    versions: ("", ""),
};

/// A feed asked once per contact; the base of those.
const PER_CONTACT: Feed = Feed {
    resource: "contacts",
    reading: Reading::PerRecord(Condition::Always),
    parent: Some("contacts"),
    ..SNAPSHOT
};

/// A feed that answers with one record, asked for to see whether it is gone.
const fn on_doubt(name: &'static str, resource: &'static str, path: &'static str) -> Feed {
    Feed { name, resource, path, list: None, reading: Reading::OnDoubt, parent: Some(resource), ..SNAPSHOT }
}
