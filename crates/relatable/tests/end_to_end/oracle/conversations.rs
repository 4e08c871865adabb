//! Conversations, their parts, and what hangs on both.

use super::table::Table;
use relatable_simulator::Resource::{Conversations, DeletedConversations, HandlingEvents, SideConversations};

const CONVERSATION: &str = "
    id                       text
    title                    text
    created_at               instant
    updated_at               instant
    waiting_since            instant
    snoozed_until            instant
    open                     boolean
    state                    text
    read                     boolean
    priority                 text
    admin_assignee_id        reference
    team_assignee_id         reference
    ai_agent_participated    boolean
    sales_agent_participated boolean
    topics                   json
    ticket                   json
    company_id               text      company.id
    source_type              text      source.type
    source_id                text      source.id
    source_delivered_as      text      source.delivered_as
    source_subject           text      source.subject
    source_body              text      source.body
    source_url               text      source.url
    source_redacted          boolean   source.redacted
    source_author_type       text      source.author.type
    source_author_id         text      source.author.id
    source_author_name       text      source.author.name
    source_author_email      text      source.author.email
    source_author_from_ai_agent boolean source.author.from_ai_agent
    source_author_is_ai_answer  boolean source.author.is_ai_answer
    source_email_message_metadata_message_id text source.email_message_metadata.message_id
    source_email_message_metadata_subject    text source.email_message_metadata.subject
    source_email_message_metadata_history    text source.email_message_metadata.history
    channel_initial          text      channel.initial
    channel_current          text      channel.current
    first_contact_reply_created_at instant first_contact_reply.created_at
    first_contact_reply_type       text    first_contact_reply.type
    first_contact_reply_url        text    first_contact_reply.url
    conversation_rating_rating     integer conversation_rating.rating
    conversation_rating_remark     text    conversation_rating.remark
    conversation_rating_created_at instant conversation_rating.created_at
    conversation_rating_updated_at instant conversation_rating.updated_at
    conversation_rating_contact_type        text conversation_rating.contact.type
    conversation_rating_contact_id          text conversation_rating.contact.id
    conversation_rating_contact_external_id text conversation_rating.contact.external_id
    conversation_rating_teammate_type text      conversation_rating.teammate.type
    conversation_rating_teammate_id   reference conversation_rating.teammate.id
    sla_applied_type         text      sla_applied.type
    sla_applied_sla_name     text      sla_applied.sla_name
    sla_applied_sla_status   text      sla_applied.sla_status
    statistics_type          text      statistics.type
    statistics_time_to_assignment      integer statistics.time_to_assignment
    statistics_time_to_admin_reply     integer statistics.time_to_admin_reply
    statistics_time_to_first_close     integer statistics.time_to_first_close
    statistics_time_to_last_close      integer statistics.time_to_last_close
    statistics_median_time_to_reply    integer statistics.median_time_to_reply
    statistics_handling_time           integer statistics.handling_time
    statistics_adjusted_handling_time  integer statistics.adjusted_handling_time
    statistics_first_contact_reply_at  instant statistics.first_contact_reply_at
    statistics_first_assignment_at     instant statistics.first_assignment_at
    statistics_first_admin_reply_at    instant statistics.first_admin_reply_at
    statistics_first_close_at          instant statistics.first_close_at
    statistics_last_assignment_at      instant statistics.last_assignment_at
    statistics_last_assignment_admin_reply_at instant statistics.last_assignment_admin_reply_at
    statistics_last_contact_reply_at   instant statistics.last_contact_reply_at
    statistics_last_admin_reply_at     instant statistics.last_admin_reply_at
    statistics_last_close_at           instant statistics.last_close_at
    statistics_last_closed_by_id       reference statistics.last_closed_by_id
    statistics_count_reopens           integer statistics.count_reopens
    statistics_count_assignments       integer statistics.count_assignments
    statistics_count_conversation_parts integer statistics.count_conversation_parts
    ai_agent_source_type      text     ai_agent.source_type
    ai_agent_source_title     text     ai_agent.source_title
    ai_agent_last_answer_type text     ai_agent.last_answer_type
    ai_agent_resolution_state text     ai_agent.resolution_state
    ai_agent_rating           integer  ai_agent.rating
    ai_agent_rating_remark    text     ai_agent.rating_remark
    ai_agent_created_at       instant  ai_agent.created_at
    ai_agent_updated_at       instant  ai_agent.updated_at
    sales_agent_outcome         text   sales_agent.outcome
    sales_agent_routing_outcome text   sales_agent.routing_outcome
    sales_agent_collected_data  json   sales_agent.collected_data";

const CONVERSATION_TAG: &str = "
    conversation_id  text     ^id
    tag_id           text     id
    name             text
    applied_at       instant
    applied_by_type  text     applied_by.type
    applied_by_id    text     applied_by.id";

const RESPONSE_TIME: &str = "
    conversation_id  text      ^id
    position         integer   #
    team_id          reference
    team_name        text
    response_time    integer";

const SOURCE_ATTACHMENT: &str = "
    conversation_id  text     ^id
    position         integer  #
    type             text
    name             text
    url              text
    content_type     text
    filesize         integer
    width            integer
    height           integer";

/// An instance of a custom object that an attribute points at.
const ORDERED: &str = "
    conversation_id                text     ^id
    position                       integer  #
    id                             text
    type                           text
    external_id                    text
    external_created_at            instant
    external_updated_at            instant
    created_at                     instant
    updated_at                     instant
    custom_attributes_order_number text     custom_attributes.order_number
    custom_attributes_total_amount number   custom_attributes.total_amount";

const PART: &str = "
    conversation_id          text     ^id
    id                       text
    part_type                text
    body                     text
    created_at               instant
    updated_at               instant
    notified_at              instant
    state                    text
    redacted                 boolean
    external_id              text
    app_package_code         text
    event_details            json
    assigned_to_type         text       assigned_to.type
    assigned_to_id           reference  assigned_to.id
    author_type              text       author.type
    author_id                text       author.id
    author_name              text       author.name
    author_email             text       author.email
    author_from_ai_agent     boolean    author.from_ai_agent
    author_is_ai_answer      boolean    author.is_ai_answer
    email_message_metadata_message_id text email_message_metadata.message_id
    email_message_metadata_subject    text email_message_metadata.subject
    email_message_metadata_history    json email_message_metadata.history
    metadata_quick_reply_uuid         text metadata.quick_reply_uuid";

const PART_ATTACHMENT: &str = "
    conversation_id      text     ^^id
    conversation_part_id text     ^id
    position             integer  #
    type                 text
    name                 text
    url                  text
    content_type         text
    filesize             integer
    width                integer
    height               integer";

const PART_TAG: &str = "
    conversation_id      text     ^^id
    conversation_part_id text     ^id
    tag_id               text     id
    name                 text";

const PART_EMAIL_HEADER: &str = "
    conversation_id      text     ^^id
    conversation_part_id text     ^id
    position             integer  #
    type                 text
    email_address        text
    name                 text";

const PART_QUICK_REPLY: &str = "
    conversation_id      text     ^^id
    conversation_part_id text     ^id
    position             integer  #
    uuid                 text
    text                 text";

const DELETED: &str = "
    id               text
    metrics_retained boolean
    deleted_at       instant";

const HANDLING_EVENT: &str = "
    conversation_id text      conversation_id
    position        integer   #
    type            text
    happened_at     instant   timestamp
    reason          text
    teammate_type   text      teammate.type
    teammate_id     text      teammate.id
    teammate_name   text      teammate.name
    teammate_email  text      teammate.email";

const SIDE_CONVERSATION: &str = "
    id              text      side_conversation_id
    conversation_id text
    part_count      integer   total_count";

/// Where a conversation has its parts.
const PARTS: &str = "conversation_parts.conversation_parts";

pub(super) fn tables() -> Vec<Table> {
    let mut tables = links();
    tables.extend(positioned());
    tables.extend(parts());
    tables.extend(beside());
    tables
}

/// Conversations, and lists with ids of their own.
fn links() -> Vec<Table> {
    let linked = |name, key, columns: &str, lists| Table::new(name, Conversations, key, columns).per(lists);
    vec![
        Table::new("conversations", Conversations, "id", CONVERSATION).with_attributes("conversation"),
        linked(
            "conversation_contacts",
            "conversation_id contact_id",
            "conversation_id text ^id\n contact_id text id\n external_id text",
            &["contacts.contacts"],
        ),
        linked(
            "conversation_teammates",
            "conversation_id admin_id",
            "conversation_id text ^id\n admin_type text type\n admin_id text id",
            &["teammates.admins"],
        ),
        linked("conversation_tags", "conversation_id tag_id", CONVERSATION_TAG, &["tags.tags"]),
        linked(
            "conversation_linked_objects",
            "conversation_id linked_object_type linked_object_id",
            "conversation_id text ^id\n linked_object_type text type\n linked_object_id text id\n category text",
            &["linked_objects.data"],
        ),
        linked(
            "conversation_external_references",
            "conversation_id external_reference_type external_reference_id",
            "conversation_id text ^id\n external_reference_type text type\n external_reference_id text id",
            &["external_references"],
        ),
    ]
}

/// Lists whose elements are told apart by their position.
fn positioned() -> Vec<Table> {
    let listed = |name, columns: &str, lists| {
        let columns = if columns.contains("conversation_id") {
            columns.to_owned()
        } else {
            format!("conversation_id text ^id\n position integer #\n {columns}")
        };
        Table::new(name, Conversations, "conversation_id position", &columns).per(lists)
    };
    vec![
        listed("conversation_source_attachments", SOURCE_ATTACHMENT, &["source.attachments"]),
        listed(
            "conversation_source_recipients",
            "type text\n email text\n drop_reason text",
            &["source.recipients"],
        ),
        listed("conversation_source_reply_addresses", "email text\n name text", &["source.reply_to"]),
        listed(
            "conversation_source_email_headers",
            "type text\n email_address text\n name text",
            &["source.email_message_metadata.email_address_headers"],
        ),
        listed(
            "conversation_content_sources",
            "content_type text\n url text\n title text\n locale text",
            &["ai_agent.content_sources.content_sources"],
        ),
        listed(
            "conversation_team_response_times",
            RESPONSE_TIME,
            &["statistics.assigned_team_first_response_time"],
        ),
        listed(
            "conversation_team_response_times_in_office_hours",
            RESPONSE_TIME,
            &["statistics.assigned_team_first_response_time_in_office_hours"],
        ),
        listed("conversation_custom_ordered", ORDERED, &["custom_attributes.Ordered.instances"]),
    ]
}

/// Parts, and what hangs on them.
fn parts() -> Vec<Table> {
    let below = |name, key, columns: &str, lists| Table::new(name, Conversations, key, columns).per(lists);
    let by_position = "conversation_part_id position";
    vec![
        below("conversation_parts", "id", PART, &[PARTS]),
        below("conversation_part_attachments", by_position, PART_ATTACHMENT, &[PARTS, "attachments"]),
        below("conversation_part_tags", "conversation_part_id tag_id", PART_TAG, &[PARTS, "tags"]),
        below(
            "conversation_part_email_headers",
            by_position,
            PART_EMAIL_HEADER,
            &[PARTS, "email_message_metadata.email_address_headers"],
        ),
        below(
            "conversation_part_quick_reply_options",
            by_position,
            PART_QUICK_REPLY,
            &[PARTS, "metadata.quick_reply_options"],
        ),
    ]
}

/// What has requests of its own.
fn beside() -> Vec<Table> {
    vec![
        Table::new("deleted_conversations", DeletedConversations, "id", DELETED),
        Table::new(
            "conversation_handling_events",
            HandlingEvents,
            "conversation_id position",
            HANDLING_EVENT,
        )
        .counted_by("conversation_id")
        .only_if("handling_events"),
        Table::new("side_conversations", SideConversations, "id", SIDE_CONVERSATION)
            .only_if("side_conversations"),
        side("side_conversation_parts", "side_conversation_id id", PART, &["conversation_parts"]),
        side(
            "side_conversation_part_attachments",
            "side_conversation_id side_conversation_part_id position",
            PART_ATTACHMENT,
            &["conversation_parts", "attachments"],
        ),
        side(
            "side_conversation_part_tags",
            "side_conversation_id side_conversation_part_id tag_id",
            PART_TAG,
            &["conversation_parts", "tags"],
        ),
        side(
            "side_conversation_part_email_headers",
            "side_conversation_id side_conversation_part_id position",
            PART_EMAIL_HEADER,
            &["conversation_parts", "email_message_metadata.email_address_headers"],
        ),
        side(
            "side_conversation_part_quick_reply_options",
            "side_conversation_id side_conversation_part_id position",
            PART_QUICK_REPLY,
            &["conversation_parts", "metadata.quick_reply_options"],
        ),
    ]
}

/// A table of the parts of side conversations, which are as those of conversations.
fn side(name: &'static str, key: &'static str, columns: &str, lists: &'static [&'static str]) -> Table {
    let parent = lists.len();
    let own_parent = format!("{}id", "^".repeat(parent));
    let side_parent = format!("{}side_conversation_id", "^".repeat(parent));
    let columns: Vec<String> = columns
        .lines()
        .map(|line| match line.trim_start().strip_prefix("conversation_") {
            Some(rest) if rest.starts_with("id ") && line.ends_with(&own_parent) => {
                format!("side_conversation_id text {side_parent}")
            }
            Some(rest) => format!("side_conversation_{rest}"),
            None => line.to_owned(),
        })
        .collect();
    Table::new(name, SideConversations, key, &columns.join("\n")).per(lists).only_if("side_conversations")
}
