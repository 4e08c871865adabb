//! Tickets, their types and states, and calls.

use super::cell::Kind;
use super::table::{Column, Table};
use relatable_simulator::Resource::{Calls, TicketStates, TicketTypes, Tickets};

const TICKET: &str = "
    id                          text
    ticket_number               text      ticket_id
    category                    text
    created_at                  instant
    updated_at                  instant
    snoozed_until               instant
    open                        boolean
    is_shared                   boolean
    admin_assignee_id           reference
    team_assignee_id            reference
    ticket_type_id              text      ticket_type.id
    ticket_state_id             text      ticket_state.id
    ticket_state_category       text      ticket_state.category
    ticket_state_internal_label text      ticket_state.internal_label
    ticket_state_external_label text      ticket_state.external_label
    previous_ticket_state_id    text";

const TICKET_PART: &str = "
    ticket_id                text      ^id
    id                       text
    part_type                text
    body                     text
    created_at               instant
    updated_at               instant
    ticket_state             text
    previous_ticket_state    text
    redacted                 boolean
    external_id              text
    app_package_code         text
    assigned_to_type         text      assigned_to.type
    assigned_to_id           reference assigned_to.id
    author_type              text      author.type
    author_id                text      author.id
    author_name              text      author.name
    author_email             text      author.email
    updated_attribute_id     text      updated_attribute_data.attribute.id
    updated_attribute_label  text      updated_attribute_data.attribute.label
    updated_value            json      updated_attribute_data.value";

/// A file of a part, or of an attribute.
const FILE: &str = "
    position      integer  #
    type          text
    name          text
    url           text
    content_type  text
    filesize      integer
    width         integer
    height        integer";

const TICKET_TYPE: &str = "
    id           text
    category     text
    name         text
    description  text
    icon         text
    workspace_id text
    archived     boolean
    is_internal  boolean
    created_at   instant
    updated_at   instant";

const TICKET_TYPE_ATTRIBUTE: &str = "
    ticket_type_id                  text     ^id
    id                              text
    workspace_id                    text
    name                            text
    description                     text
    data_type                       text
    input_options                   json
    order                           integer
    required_to_create              boolean
    required_to_create_for_contacts boolean
    visible_on_create               boolean
    visible_to_contacts             boolean
    default                         boolean
    archived                        boolean
    created_at                      instant
    updated_at                      instant";

const TICKET_STATE: &str = "
    id             text
    category       text
    internal_label text
    external_label text
    archived       boolean";

const CALL: &str = "
    id                    text
    conversation_id       text
    admin_id              text
    contact_id            text
    state                 text
    call_type             text
    direction             text
    ended_reason          text
    phone                 text
    initiated_at          instant
    answered_at           instant
    ended_at              instant
    created_at            instant
    updated_at            instant
    recording_url         text
    transcription_url     text
    fin_recording_url     text
    fin_transcription_url text
    transcript_status     text";

const TRANSCRIPT: &str = "
    call_id  text     ^id
    position integer  #
    speaker  text
    start    float
    text     text";

/// Columns of attributes, by the names of these, with what they hold.
const ATTRIBUTES: [(&str, Kind, &str); 6] = [
    ("attribute_default_title", Kind::Text, "_default_title_"),
    ("attribute_default_description", Kind::Text, "_default_description_"),
    ("attribute_severity", Kind::Text, "Severity"),
    ("attribute_affected_seats", Kind::Integer, "Affected seats"),
    ("attribute_amount", Kind::Float, "Amount (€)"),
    ("attribute_is_blocking", Kind::Boolean, "is.blocking"),
];

pub(super) fn tables() -> Vec<Table> {
    let attributes =
        ATTRIBUTES.map(|(name, kind, attribute)| Column::below(name, kind, "ticket_attributes", attribute));
    let of_ticket = |name, key, columns: &str, lists| Table::new(name, Tickets, key, columns).per(lists);
    let file_of = |parents: &str| format!("{parents}\n{FILE}");
    vec![
        Table::new("tickets", Tickets, "id", TICKET).with_undefined(attributes),
        of_ticket(
            "ticket_contacts",
            "ticket_id contact_id",
            "ticket_id text ^id\n contact_id text id\n external_id text",
            &["contacts.contacts"],
        ),
        of_ticket(
            "ticket_linked_objects",
            "ticket_id linked_object_type linked_object_id",
            "ticket_id text ^id\n linked_object_type text type\n linked_object_id text id\n category text",
            &["linked_objects.data"],
        ),
        of_ticket("ticket_parts", "ticket_id id", TICKET_PART, &["ticket_parts.ticket_parts"]),
        of_ticket(
            "ticket_part_attachments",
            "ticket_id ticket_part_id position",
            &file_of("ticket_id text ^^id\n ticket_part_id text ^id"),
            &["ticket_parts.ticket_parts", "attachments"],
        ),
        of_ticket(
            "ticket_attribute_proof",
            "ticket_id position",
            &file_of("ticket_id text ^id"),
            &["ticket_attributes.Proof"],
        ),
        Table::new("ticket_types", TicketTypes, "id", TICKET_TYPE),
        Table::new("ticket_type_attributes", TicketTypes, "id", TICKET_TYPE_ATTRIBUTE)
            .per(&["ticket_type_attributes.data"]),
        Table::new(
            "ticket_type_states",
            TicketTypes,
            "ticket_type_id ticket_state_id",
            "ticket_type_id text ^id\n ticket_state_id text id",
        )
        .per(&["ticket_states.data"]),
        Table::new("ticket_states", TicketStates, "id", TICKET_STATE),
        Table::new(
            "ticket_state_ticket_types",
            TicketStates,
            "ticket_state_id ticket_type_id",
            "ticket_state_id text ^id\n ticket_type_id text id",
        )
        .per(&["ticket_types.data"]),
        Table::new("calls", Calls, "id", CALL),
        Table::new("call_transcript_lines", Calls, "call_id position", TRANSCRIPT).per(&["transcript"]),
    ]
}
