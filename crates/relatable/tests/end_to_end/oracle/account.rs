//! Teammates, labels, and the definitions of attributes.

use super::table::Table;
use relatable_simulator::Resource::{
    Admins, ConversationAttributes, DataAttributes, Segments, Tags, TeamMetrics, Teams,
};

const ADMIN: &str = "
    id                    text
    name                  text
    email                 text
    job_title             text
    away_mode_enabled     boolean
    away_mode_reassign    boolean
    away_status_reason_id text
    has_inbox_seat        boolean
    avatar_image_url      text     avatar
    role_type             text     role.type
    role_id               text     role.id
    role_name             text     role.name";

const TEAM: &str = "
    id                  text
    name                text
    assignment_limit    integer
    distribution_method text";

const SEGMENT: &str = "
    id          text
    name        text
    created_at  instant
    updated_at  instant
    person_type text
    count       integer";

const DATA_ATTRIBUTE: &str = "
    id                  text
    model               text
    name                text
    full_name           text
    label               text
    description         text
    data_type           text
    api_writable        boolean
    messenger_writable  boolean
    ui_writable         boolean
    custom              boolean
    archived            boolean
    created_at          instant
    updated_at          instant
    admin_id            text";

const DATA_ATTRIBUTE_OPTION: &str = "
    data_attribute_model     text     ^model
    data_attribute_full_name text     ^full_name
    position                 integer  #
    option                   text     .";

const CONVERSATION_ATTRIBUTE: &str = "
    id                       text
    name                     text
    description              text
    data_type                text
    required                 boolean
    archived                 boolean
    multiline                boolean
    created_at               instant
    updated_at               instant
    admin_id                 text
    reference_type           text     reference.type
    reference_object_type_id text     reference.object_type_id";

const CONVERSATION_ATTRIBUTE_OPTION: &str = "
    conversation_attribute_id text     ^id
    position                  integer  #
    id                        text
    label                     text
    archived                  boolean";

pub(super) fn tables() -> Vec<Table> {
    let team_of = "admin_id text ^id\n team_id text .";
    let member_of = "team_id text ^id\n admin_id text .";
    vec![
        Table::new("admins", Admins, "id", ADMIN),
        Table::new("admin_teams", Admins, "admin_id team_id", team_of).per(&["team_ids"]),
        Table::new("admin_primary_teams", Admins, "admin_id team_id", team_of)
            .per(&["team_priority_level.primary_team_ids"]),
        Table::new("admin_secondary_teams", Admins, "admin_id team_id", team_of)
            .per(&["team_priority_level.secondary_team_ids"]),
        Table::new("teams", Teams, "id", TEAM),
        Table::new("team_admins", Teams, "team_id admin_id", member_of).per(&["admin_ids"]),
        Table::new("team_primary_admins", Teams, "team_id admin_id", member_of)
            .per(&["admin_priority_level.primary_admin_ids"]),
        Table::new("team_secondary_admins", Teams, "team_id admin_id", member_of)
            .per(&["admin_priority_level.secondary_admin_ids"]),
        Table::new(
            "team_metrics",
            TeamMetrics,
            "team_id admin_id",
            "team_id text\n admin_id text\n open integer\n idle integer\n snoozed integer",
        )
        .only_if("team_metrics"),
        Table::new("tags", Tags, "id", "id text\n name text"),
        Table::new("segments", Segments, "id", SEGMENT),
        Table::new("data_attributes", DataAttributes, "model full_name", DATA_ATTRIBUTE),
        Table::new(
            "data_attribute_options",
            DataAttributes,
            "data_attribute_model data_attribute_full_name position",
            DATA_ATTRIBUTE_OPTION,
        )
        .per(&["options"]),
        Table::new("conversation_attributes", ConversationAttributes, "id", CONVERSATION_ATTRIBUTE),
        Table::new(
            "conversation_attribute_teams",
            ConversationAttributes,
            "conversation_attribute_id team_id",
            "conversation_attribute_id text ^id\n team_id text .",
        )
        .per(&["visible_to_team_ids"]),
        Table::new(
            "conversation_attribute_options",
            ConversationAttributes,
            "conversation_attribute_id position",
            CONVERSATION_ATTRIBUTE_OPTION,
        )
        .per(&["options"]),
    ]
}
