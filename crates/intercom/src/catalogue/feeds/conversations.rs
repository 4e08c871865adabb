//! Conversations, their parts, and what hangs on them.

use super::super::{Condition, Cut, Granularity};
use super::{Content, Feed, Paging, Reading, SNAPSHOT};

/// A search for conversations, which leaves their parts out.
const SEARCH: Feed = Feed {
    resource: "conversations",
    path: "/conversations/search",
    search: true,
    paging: Paging::Cursor,
    page_size: 150,
    list: Some("conversations"),
    complete: false,
    ..SNAPSHOT
};

/// A feed asked once per conversation, if it is asked for at all; the base of those.
const PER_CONVERSATION: Feed = Feed {
    reading: Reading::PerRecord(Condition::Always),
    parent: Some("conversations"),
    cost: Some("a request for each conversation that changed"),
    ..SNAPSHOT
};

pub(super) const FEEDS: &[Feed] = &[
    Feed { name: "conversations", reading: Reading::Backfill(Cut::Second), ..SEARCH },
    Feed { name: "conversation_updates", reading: Reading::Updates(Granularity::Second), ..SEARCH },
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
    Feed {
        name: "deleted_conversations",
        resource: "deleted_conversations",
        path: "/conversations/deleted?order=desc",
        paging: Paging::Pages,
        page_size: 60,
        list: Some("conversations"),
        reading: Reading::Deletions,
        deletes: Some("conversations"),
        changed: "deleted_at",
        lasting: true,
        versions: ("2.16", ""),
        ..SNAPSHOT
    },
    Feed {
        name: "handling_events",
        resource: "conversations",
        content: Content::Fragment("handling_events"),
        path: "/conversations/{id}/handling_events",
        list: Some("handling_events"),
        versions: ("2.15", ""),
        ..PER_CONVERSATION
    },
    Feed {
        name: "side_conversations",
        resource: "side_conversations",
        path: "/conversations/{id}/side_conversations",
        paging: Paging::Pages,
        page_size: 50,
        list: Some("side_conversations"),
        parent_member: Some("conversation_id"),
        versions: ("2.16", ""),
        parent_path: "conversation_id",
        ..PER_CONVERSATION
    },
];
