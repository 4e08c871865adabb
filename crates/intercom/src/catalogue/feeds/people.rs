//! Teammates, tags and segments, companies, and contacts with all that hangs on them.

use super::super::{Condition, Cut, Granularity};
use super::{Content, Feed, PER_CONTACT, Paging, Reading, SNAPSHOT};

pub(super) const FEEDS: &[Feed] = &[
    Feed { name: "admins", resource: "admins", path: "/admins", list: Some("admins"), ..SNAPSHOT },
    Feed { name: "teams", resource: "teams", path: "/teams", list: Some("teams"), ..SNAPSHOT },
    Feed { name: "tags", resource: "tags", path: "/tags", ..SNAPSHOT },
    Feed {
        name: "segments",
        resource: "segments",
        path: "/segments?include_count=true",
        list: Some("segments"),
        ..SNAPSHOT
    },
    // No filter by time of change: read in full every time (API notes §17.31).
    Feed {
        name: "companies",
        resource: "companies",
        path: "/companies/scroll",
        paging: Paging::Scroll,
        ..SNAPSHOT
    },
    // Complete readings come by search, in windows of the time of creation; sweeps by the list, which does not lag behind
    // and since 2.16 tells which contacts were merged into each.
    Feed {
        name: "contacts",
        resource: "contacts",
        path: "/contacts/search",
        search: true,
        paging: Paging::Cursor,
        page_size: 150,
        reading: Reading::Backfill(Cut::Day),
        ..SNAPSHOT
    },
    Feed {
        name: "contact_list",
        resource: "contacts",
        path: "/contacts?include_merge_history=true",
        paging: Paging::Cursor,
        page_size: 150,
        reading: Reading::Sweep,
        versions: ("2.16", ""),
        ..SNAPSHOT
    },
    Feed {
        name: "contact_list_former",
        resource: "contacts",
        path: "/contacts",
        paging: Paging::Cursor,
        page_size: 150,
        reading: Reading::Sweep,
        versions: ("", "2.15"),
        ..SNAPSHOT
    },
    Feed {
        name: "contact_updates",
        resource: "contacts",
        path: "/contacts/search",
        search: true,
        paging: Paging::Cursor,
        page_size: 150,
        reading: Reading::Updates(Granularity::Day),
        ..SNAPSHOT
    },
    // Lists show contacts whole. Only where a list of a contact is not found is the contact asked for, to see whether it
    // was deleted or merged.
    Feed { name: "contact", path: "/contacts/{id}", list: None, reading: Reading::OnDoubt, ..PER_CONTACT },
    // Of the lists inside a contact the API shows ten elements (API notes §11). A tag's name, and when and by whom it
    // was put on, are in this answer only: it is asked for wherever there are tags, not just where the list is cut.
    Feed {
        name: "contact_tags",
        content: Content::Fragment("tags"),
        path: "/contacts/{id}/tags",
        reading: Reading::PerRecord(Condition::NotEmpty(&["tags"])),
        ..PER_CONTACT
    },
    Feed {
        name: "contact_companies",
        content: Content::Fragment("companies"),
        path: "/contacts/{id}/companies",
        paging: Paging::Pages,
        page_size: 60,
        reading: Reading::PerRecord(Condition::Cut("companies")),
        ..PER_CONTACT
    },
    Feed {
        name: "contact_subscriptions",
        content: Content::Fragment("subscriptions"),
        path: "/contacts/{id}/subscriptions",
        reading: Reading::PerRecord(Condition::NotEmpty(&[
            "opted_in_subscription_types",
            "opted_out_subscription_types",
        ])),
        ..PER_CONTACT
    },
    Feed {
        name: "contact_segments",
        content: Content::Fragment("segments"),
        path: "/contacts/{id}/segments",
        ..PER_CONTACT
    },
    Feed {
        name: "contact_notes",
        resource: "notes",
        path: "/contacts/{id}/notes",
        paging: Paging::Pages,
        page_size: 50,
        reading: Reading::PerRecord(Condition::NotEmpty(&["notes"])),
        parent_path: "contact.id",
        ..PER_CONTACT
    },
    Feed {
        name: "events",
        resource: "events",
        path: "/events?type=user&intercom_user_id={id}",
        paging: Paging::Links,
        page_size: 50,
        list: Some("events"),
        changed: "created_at",
        lasting: true,
        ..PER_CONTACT
    },
    Feed {
        name: "event_summaries",
        resource: "event_summaries",
        path: "/events?type=user&intercom_user_id={id}&summary=true",
        list: Some("events"),
        parent_member: Some("contact_id"),
        lasting: true,
        ..PER_CONTACT
    },
];
