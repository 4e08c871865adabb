//! What others need to be understood: the types of attributes.

use super::{Feed, Reading, SNAPSHOT};

pub(super) const FEEDS: &[Feed] = &[
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
        resource: "conversation_attributes",
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
];
