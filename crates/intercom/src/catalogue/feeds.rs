//! The feeds (API notes §7), in the order a reader would explain them.

use super::{Condition, Content, Feed, Granularity, Paging, Reading};

/// A feed that answers everything at once; the base of most entries.
const SNAPSHOT: Feed = Feed {
    name: "",
    resource: "",
    content: Content::Documents,
    path: "",
    search: false,
    paging: Paging::None,
    page_size: 0,
    list: Some("data"),
    reading: Reading::Snapshot,
    parent: None,
    parent_member: None,
    complete: true,
    versions: ("", ""),
};

/// A feed asked once per contact; the base of those.
const PER_CONTACT: Feed = Feed {
    resource: "contacts",
    reading: Reading::PerRecord(Condition::Always),
    parent: Some("contacts"),
    ..SNAPSHOT
};

/// Everything that is read.
pub const FEEDS: &[Feed] = &[
    // What others need to be understood: types of attributes, and what ids point at.
    Feed {
        name: "contact_attributes",
        resource: "data_attributes",
        path: "/data_attributes?model=contact&include_archived=true",
        reading: Reading::Definitions("contacts"),
        ..SNAPSHOT
    },
    Feed {
        name: "company_attributes",
        resource: "data_attributes",
        path: "/data_attributes?model=company&include_archived=true",
        reading: Reading::Definitions("companies"),
        ..SNAPSHOT
    },
    Feed {
        name: "conversation_data_attributes",
        resource: "data_attributes",
        path: "/data_attributes?model=conversation&include_archived=true",
        reading: Reading::Definitions("conversations"),
        versions: ("", "2.15"),
        ..SNAPSHOT
    },
    Feed {
        name: "conversation_attributes",
        resource: "conversation_attributes",
        path: "/conversations/attributes?include_archived=true",
        reading: Reading::Definitions("conversations"),
        versions: ("2.16", ""),
        ..SNAPSHOT
    },
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
    // The scroll shows companies whole; one that is in doubt is asked for.
    Feed {
        name: "company",
        resource: "companies",
        path: "/companies/{id}",
        list: None,
        reading: Reading::OnDoubt,
        parent: Some("companies"),
        ..SNAPSHOT
    },
    Feed {
        name: "contacts",
        resource: "contacts",
        path: "/contacts",
        paging: Paging::Cursor,
        page_size: 150,
        reading: Reading::Backfill,
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
        ..PER_CONTACT
    },
    Feed {
        name: "events",
        resource: "events",
        path: "/events?type=user&intercom_user_id={id}",
        paging: Paging::Links,
        page_size: 50,
        list: Some("events"),
        ..PER_CONTACT
    },
    Feed {
        name: "event_summaries",
        resource: "event_summaries",
        path: "/events?type=user&intercom_user_id={id}&summary=true",
        list: Some("events"),
        parent_member: Some("contact_id"),
        ..PER_CONTACT
    },
    Feed {
        name: "conversations",
        resource: "conversations",
        path: "/conversations/search",
        search: true,
        paging: Paging::Cursor,
        page_size: 150,
        list: Some("conversations"),
        reading: Reading::Backfill,
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
