//! Tickets, their types and states, and calls.

use super::super::{Condition, Cut, Granularity};
use super::{Feed, Paging, Reading, SNAPSHOT, on_doubt};

/// The search for tickets, which shows them with their parts: the only way to list them.
const SEARCH: Feed = Feed {
    resource: "tickets",
    path: "/tickets/search",
    search: true,
    paging: Paging::Cursor,
    page_size: 150,
    list: Some("tickets"),
    ..SNAPSHOT
};

/// The list of calls, which leaves out what was said.
const CALLS: Feed = Feed {
    resource: "calls",
    path: "/calls",
    paging: Paging::Pages,
    page_size: 25,
    complete: false,
    versions: ("2.14", ""),
    ..SNAPSHOT
};

pub(super) const FEEDS: &[Feed] = &[
    Feed { name: "tickets", reading: Reading::Backfill(Cut::Second), ..SEARCH },
    Feed { name: "ticket_updates", reading: Reading::Updates(Granularity::Second), ..SEARCH },
    on_doubt("ticket", "tickets", "/tickets/{id}"),
    // What tickets carry is defined with their types.
    Feed {
        name: "ticket_types",
        resource: "ticket_types",
        path: "/ticket_types",
        reading: Reading::Definitions("tickets"),
        bars: true,
        ..SNAPSHOT
    },
    on_doubt("ticket_type", "ticket_types", "/ticket_types/{id}"),
    Feed {
        name: "ticket_states",
        resource: "ticket_states",
        path: "/ticket_states",
        versions: ("2.12", ""),
        ..SNAPSHOT
    },
    // The list cannot be asked for changes: new calls stand first, and what changes in one comes with a sweep.
    Feed { name: "calls", reading: Reading::Backfill(Cut::Whole), ..CALLS },
    Feed {
        name: "call_updates",
        reading: Reading::Updates(Granularity::Sorted),
        changed: "created_at",
        ..CALLS
    },
    // What was said is told with the calls of a conversation.
    Feed {
        name: "call_transcripts",
        resource: "calls",
        path: "/calls/search",
        body: Some(r#"{"conversation_ids":["{id}"]}"#),
        reading: Reading::PerRecord(Condition::Always),
        parent: Some("calls"),
        asked_by: "conversation_id",
        versions: ("2.14", ""),
        ..SNAPSHOT
    },
    Feed { versions: ("2.14", ""), ..on_doubt("call", "calls", "/calls/{id}") },
];
