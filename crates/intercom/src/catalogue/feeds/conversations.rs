//! Conversations and their parts.

use super::super::{Condition, Cut, Granularity};
use super::{Feed, Paging, Reading, SNAPSHOT};

pub(super) const FEEDS: &[Feed] = &[
    Feed {
        name: "conversations",
        resource: "conversations",
        path: "/conversations/search",
        search: true,
        paging: Paging::Cursor,
        page_size: 150,
        list: Some("conversations"),
        reading: Reading::Backfill(Cut::Second),
        complete: false,
        ..SNAPSHOT
    },
    Feed {
        name: "conversation_updates",
        resource: "conversations",
        path: "/conversations/search",
        search: true,
        paging: Paging::Cursor,
        page_size: 150,
        list: Some("conversations"),
        reading: Reading::Updates(Granularity::Second),
        complete: false,
        ..SNAPSHOT
    },
    // Parts come only one conversation at a time.
    Feed {
        name: "conversation",
        resource: "conversations",
        path: "/conversations/{id}",
        list: None,
        reading: Reading::PerRecord(Condition::Always),
        parent: Some("conversations"),
        ..SNAPSHOT
    },
];
