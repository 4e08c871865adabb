//! How the workspace is set up, and what is automatic in it.

use super::cell::Kind;
use super::table::{Column, Table};
use relatable_simulator::Resource::{
    ActivityLogs, Audiences, AwayStatusReasons, Brands, ConnectorExecutions, CustomObjectInstances,
    DataConnectors, Emails, Macros, OfficeHoursExceptions, OfficeHoursSchedules, SubscriptionTypes,
};

const ACTIVITY_LOG: &str = "
    id                   text
    activity_type        text
    activity_description text
    created_at           instant
    performed_by_id      text     performed_by.id
    performed_by_email   text     performed_by.email
    performed_by_ip      text     performed_by.ip
    metadata             json";

const AWAY_STATUS_REASON: &str = "
    id         text
    label      text
    emoji      text
    order      integer
    deleted    boolean
    created_at instant
    updated_at instant";

const OFFICE_HOURS_SCHEDULE: &str = "
    id                text
    name              text
    time_zone_name    text
    twenty_four_seven boolean
    created_at        instant
    updated_at        instant";

const OFFICE_HOURS_EXCEPTION: &str = "
    id                       text
    office_hours_schedule_id text
    exception_date           day
    exception_type           text
    name                     text
    recurring_annually       boolean
    created_at               instant
    updated_at               instant";

const BRAND: &str = "
    id                       text
    name                     text
    is_default               boolean
    created_at               instant
    updated_at               instant
    help_center_id           text
    default_email_setting_id text     default_address_settings_id";

const EMAIL_SETTING: &str = "
    id                               text
    email                            text
    domain                           text
    verified                         boolean
    brand_id                         text
    forwarding_enabled               boolean
    forwarded_email_last_received_at instant
    created_at                       instant
    updated_at                       instant";

const AUDIENCE: &str = "
    id              text
    name            text
    predicates      json
    role_predicates json
    created_at      instant
    updated_at      instant";

const SUBSCRIPTION_TYPE: &str = "
    id                              text
    state                           text
    consent_type                    text
    default_translation_name        text default_translation.name
    default_translation_description text default_translation.description
    default_translation_locale      text default_translation.locale";

const SUBSCRIPTION_TYPE_TRANSLATION: &str = "
    subscription_type_id text    ^id
    position             integer #
    name                 text
    description          text
    locale               text";

const MACRO: &str = "
    id         text
    name       text
    body       text
    body_text  text
    visible_to text
    created_at instant
    updated_at instant";

const DATA_CONNECTOR: &str = "
    id                          text
    name                        text
    description                 text
    state                       text
    http_method                 text
    direct_fin_usage            boolean
    created_by_admin_id         text
    updated_by_admin_id         text
    created_at                  instant
    updated_at                  instant
    url                         text
    body                        text
    execution_type              text
    configuration_response_type text
    data_transformation_type    text
    client_function_name        text
    client_function_timeout_ms  integer
    customer_authentication     boolean
    bypass_authentication       boolean
    validate_missing_attributes boolean
    object_mappings             json";

const DATA_CONNECTOR_INPUT: &str = "
    data_connector_id text    ^id
    position          integer #
    name              text
    type              text
    description       text
    required          boolean
    default_value     text";

const DATA_CONNECTOR_RESPONSE_FIELD: &str = "
    data_connector_id text    ^id
    position          integer #
    path              text
    type              text
    example_value     json
    redacted          boolean";

const DATA_CONNECTOR_EXECUTION: &str = "
    id                text
    data_connector_id text
    success           boolean
    http_status       integer
    http_method       text
    error_type        text
    error_message     text
    execution_time_ms integer
    source_type       text
    source_id         text
    conversation_id   text
    created_at        instant
    request_url       text
    request_body      text
    response_body     text
    raw_response_body text";

const CUSTOM_OBJECT: &str = "
    type                text
    id                  text
    external_id         text
    external_created_at instant
    external_updated_at instant
    created_at          instant
    updated_at          instant";

/// Columns of custom objects' attributes, by the names of these, with what they hold.
const CUSTOM_ATTRIBUTES: [(&str, Kind, &str); 5] = [
    ("custom_order_number", Kind::Text, "order_number"),
    ("custom_total_amount", Kind::Number, "total_amount"),
    ("custom_paid_at", Kind::Integer, "Paid at"),
    ("custom_model", Kind::Text, "model"),
    ("custom_serial", Kind::Integer, "serial"),
];

pub(super) fn tables() -> Vec<Table> {
    let mut tables = workspace();
    tables.extend(automation());
    tables
}

fn workspace() -> Vec<Table> {
    let interval = "position integer #\n start_minute integer\n end_minute integer\n day_of_week integer";
    let intervals = |name, resource, key, parent: &str| {
        Table::new(name, resource, key, &format!("{parent} text ^id\n {interval}")).per(&["time_intervals"])
    };
    vec![
        Table::new("admin_activity_logs", ActivityLogs, "id", ACTIVITY_LOG),
        Table::new("away_status_reasons", AwayStatusReasons, "id", AWAY_STATUS_REASON),
        Table::new("office_hours_schedules", OfficeHoursSchedules, "id", OFFICE_HOURS_SCHEDULE),
        intervals(
            "office_hours_schedule_intervals",
            OfficeHoursSchedules,
            "office_hours_schedule_id position",
            "office_hours_schedule_id",
        ),
        Table::new("office_hours_exceptions", OfficeHoursExceptions, "id", OFFICE_HOURS_EXCEPTION),
        intervals(
            "office_hours_exception_intervals",
            OfficeHoursExceptions,
            "office_hours_exception_id position",
            "office_hours_exception_id",
        ),
        Table::new("brands", Brands, "id", BRAND),
        Table::new("email_settings", Emails, "id", EMAIL_SETTING),
        Table::new("audiences", Audiences, "id", AUDIENCE),
        Table::new("subscription_types", SubscriptionTypes, "id", SUBSCRIPTION_TYPE),
        Table::new(
            "subscription_type_translations",
            SubscriptionTypes,
            "subscription_type_id position",
            SUBSCRIPTION_TYPE_TRANSLATION,
        )
        .per(&["translations"]),
        Table::new(
            "subscription_type_content_types",
            SubscriptionTypes,
            "subscription_type_id content_type",
            "subscription_type_id text ^id\n content_type text .",
        )
        .per(&["content_types"]),
    ]
}

fn automation() -> Vec<Table> {
    let of_connector = |name, key, columns: &str, lists| {
        Table::new(name, DataConnectors, key, &format!("data_connector_id text ^id\n {columns}")).per(lists)
    };
    let connector_position = "data_connector_id position";
    let attributes = CUSTOM_ATTRIBUTES
        .map(|(name, kind, attribute)| Column::below(name, kind, "custom_attributes", attribute));
    vec![
        Table::new("macros", Macros, "id", MACRO),
        Table::new("macro_teams", Macros, "macro_id team_id", "macro_id text ^id\n team_id text .")
            .per(&["visible_to_team_ids"]),
        Table::new("macro_places", Macros, "macro_id place", "macro_id text ^id\n place text .")
            .per(&["available_on"]),
        Table::new("data_connectors", DataConnectors, "id", DATA_CONNECTOR),
        of_connector(
            "data_connector_headers",
            connector_position,
            "position integer #\n name text\n value text",
            &["headers"],
        ),
        of_connector(
            "data_connector_audiences",
            "data_connector_id audience",
            "audience text .",
            &["audiences"],
        ),
        of_connector(
            "data_connector_tokens",
            "data_connector_id token_id",
            "token_id text .",
            &["token_ids"],
        ),
        Table::new("data_connector_inputs", DataConnectors, connector_position, DATA_CONNECTOR_INPUT)
            .per(&["data_inputs"]),
        Table::new(
            "data_connector_response_fields",
            DataConnectors,
            connector_position,
            DATA_CONNECTOR_RESPONSE_FIELD,
        )
        .per(&["response_fields"]),
        Table::new("data_connector_executions", ConnectorExecutions, "id", DATA_CONNECTOR_EXECUTION)
            .only_if("data_connector_executions"),
        Table::new("custom_object_instances", CustomObjectInstances, "type id", CUSTOM_OBJECT)
            .with_undefined(attributes),
    ]
}
