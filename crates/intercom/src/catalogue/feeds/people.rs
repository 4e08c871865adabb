//! Teammates, tags and segments, companies, and contacts with all that hangs on them.

use super::super::{Condition, Cut, Granularity};
use super::{Content, Feed, PER_CONTACT, Paging, Reading, SNAPSHOT, on_doubt};

/// Teammates, labels and companies.
pub(super) const ORGANISATION: &[Feed] = &[
    Feed { name: "admins", resource: "admins", path: "/admins", list: Some("admins"), ..SNAPSHOT },
    on_doubt("admin", "admins", "/admins/{id}"),
    Feed { name: "teams", resource: "teams", path: "/teams", list: Some("teams"), ..SNAPSHOT },
    on_doubt("team", "teams", "/teams/{id}"),
    Feed { name: "tags", resource: "tags", path: "/tags", ..SNAPSHOT },
    on_doubt("tag", "tags", "/tags/{id}"),
    Feed {
        name: "segments",
        resource: "segments",
        path: "/segments?include_count=true",
        list: Some("segments"),
        ..SNAPSHOT
    },
    on_doubt("segment", "segments", "/segments/{id}"),
    // No filter by time of change: read in full every time (API notes §17.31).
    Feed {
        name: "companies",
        resource: "companies",
        path: "/companies/scroll",
        paging: Paging::Scroll,
        ..SNAPSHOT
    },
    on_doubt("company", "companies", "/companies/{id}"),
    // Whether 2.15 shows notes inside companies its description and its changelog tell differently.
    Feed {
        name: "company_notes",
        resource: "companies",
        content: Content::Fragment("notes"),
        path: "/companies/{id}/notes",
        paging: Paging::Pages,
        page_size: 50,
        reading: Reading::PerRecord(Condition::Without("notes")),
        parent: Some("companies"),
        versions: ("2.15", ""),
        ..SNAPSHOT
    },
];

/// The search for contacts, by day until Preview (API notes §5.3).
const SEARCH: Feed = Feed {
    resource: "contacts",
    path: "/contacts/search",
    search: true,
    paging: Paging::Cursor,
    page_size: 150,
    ..SNAPSHOT
};

/// The list of contacts: one page behind the other, and straight from the records.
const LIST: Feed = Feed {
    resource: "contacts",
    paging: Paging::Cursor,
    page_size: 150,
    reading: Reading::Sweep,
    ..SNAPSHOT
};

/// Contacts, and what hangs on them.
pub(super) const CONTACTS: &[Feed] = &[
    Feed { name: "contacts", reading: Reading::Backfill(Cut::Day), versions: ("", "2.16"), ..SEARCH },
    Feed {
        name: "contacts_by_second",
        reading: Reading::Backfill(Cut::Second),
        versions: ("2.17", ""),
        ..SEARCH
    },
    Feed {
        name: "contact_updates",
        reading: Reading::Updates(Granularity::Day),
        versions: ("", "2.16"),
        ..SEARCH
    },
    Feed {
        name: "contact_updates_by_second",
        reading: Reading::Updates(Granularity::Second),
        versions: ("2.17", ""),
        ..SEARCH
    },
    Feed { name: "contact_list", path: "/contacts", versions: ("", "2.15"), ..LIST },
    Feed {
        name: "contact_merges",
        path: "/contacts?include_merge_history=true",
        versions: ("2.16", ""),
        ..LIST
    },
    // Lists show contacts whole. Only where a list of a contact is not found is the contact asked for, to see whether it
    // was deleted or merged.
    on_doubt("contact", "contacts", "/contacts/{id}"),
    Feed {
        name: "contact_activities",
        resource: "contact_activities",
        path: "/contacts/activities",
        paging: Paging::Cursor,
        page_size: 150,
        changed: "created_at",
        lasting: true,
        versions: ("2.17", ""),
        ..SNAPSHOT
    },
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
    on_doubt("note", "notes", "/notes/{id}"),
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
