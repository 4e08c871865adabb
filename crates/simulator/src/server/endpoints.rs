//! The endpoints, as data (API notes, section 7). `/contacts/{id}/banners` is missing on purpose: asking for it
//! counts as showing something to a contact.

use super::listing::{Envelope, LIST, Listing, Nested, One, Paging};
use super::routes::{Answer, Endpoint, FileHandler, Handler};
use super::version::Version;
use super::{
    activity_logs, calls, catalogue, companies, contacts, conversations, custom_objects, departures, events,
    exports, knowledge, tickets,
};
use crate::resource::Resource;
use crate::workspace::{Children, Order, Workspace};

const fn get(pattern: &'static str, since: Version, handler: Handler) -> Endpoint {
    Endpoint { method: "GET", pattern, since, answer: Answer::By(handler) }
}

const fn post(pattern: &'static str, since: Version, handler: Handler) -> Endpoint {
    Endpoint { method: "POST", pattern, since, answer: Answer::By(handler) }
}

const fn file(pattern: &'static str, since: Version, handler: FileHandler) -> Endpoint {
    Endpoint { method: "GET", pattern, since, answer: Answer::File(handler) }
}

const fn list(pattern: &'static str, since: Version, listing: Listing) -> Endpoint {
    Endpoint { method: "GET", pattern, since, answer: Answer::List(listing) }
}

const fn one(pattern: &'static str, since: Version, resource: Resource, code: &'static str) -> Endpoint {
    Endpoint { method: "GET", pattern, since, answer: Answer::One(One { resource, code }) }
}

const fn nested(pattern: &'static str, since: Version, nested: Nested) -> Endpoint {
    Endpoint { method: "GET", pattern, since, answer: Answer::Nested(nested) }
}

const fn inner(pattern: &'static str, since: Version, nested: Nested) -> Endpoint {
    Endpoint { method: "GET", pattern, since, answer: Answer::Inner(nested) }
}

/// What hangs on a record, with nothing left out.
const fn children_of(parent: Resource, children: Children, envelope: Envelope, paging: Paging) -> Nested {
    Nested { parent, children, envelope, paging, without: &[] }
}

const REDIRECTS: Nested =
    children_of(Resource::HelpCenters, Workspace::redirects, LIST, Paging::LinkedOpen(50, 250));
const VERSIONS: Nested = Nested {
    without: &["body", "body_markdown", "updated_at"],
    ..children_of(Resource::Articles, Workspace::article_versions, LIST, Paging::LinkedOpen(25, 150))
};
const EXCEPTIONS: Nested = children_of(
    Resource::OfficeHoursSchedules,
    Workspace::office_hours_exceptions,
    Envelope { kind: Some("office_hours_exception.list"), key: "data" },
    Paging::Whole,
);

/// Members of a data connector that only its own endpoint tells.
const CONNECTOR_DETAILS: &[&str] = &[
    "url",
    "body",
    "headers",
    "audiences",
    "execution_type",
    "configuration_response_type",
    "data_transformation_type",
    "client_function_name",
    "client_function_timeout_ms",
    "data_inputs",
    "response_fields",
    "object_mappings",
    "token_ids",
    "customer_authentication",
    "bypass_authentication",
    "validate_missing_attributes",
];

const NEWEST: Option<Order> = Some(Order::Created);
const CHANGED: Option<Order> = Some(Order::Updated);

/// The versions that matter here; `ANY` is the oldest that is served.
const ANY: Version = Version::V2_11;
const V2_12: Version = Version::V2_12;
const V2_13: Version = Version::V2_13;
const V2_14: Version = Version::V2_14;
const V2_15: Version = Version::V2_15;
const V2_16: Version = Version::V2_16;
const PREVIEW: Version = Version::PREVIEW;

/// All endpoints.
pub(super) static ENDPOINTS: &[Endpoint] = &[
    get("/me", ANY, catalogue::me),
    get("/ip_allowlist", V2_14, catalogue::ip_allowlist),
    get("/admins", ANY, catalogue::admins),
    get("/admins/activity_logs", ANY, activity_logs::list),
    post("/admins/activity_logs/search", V2_16, activity_logs::search),
    get("/admins/activity_log_event_types", V2_16, activity_logs::types),
    get("/admins/{id}", ANY, catalogue::admin),
    get("/teams", ANY, catalogue::teams),
    get("/teams/{id}", ANY, catalogue::team),
    get("/teams/{id}/metrics", V2_16, catalogue::team_metrics),
    list("/away_status_reasons", V2_14, Listing::of(Resource::AwayStatusReasons, None, Paging::Whole)),
    list(
        "/office_hours_schedules",
        V2_16,
        Listing::of(Resource::OfficeHoursSchedules, None, Paging::Whole)
            .named("office_hours_schedule.list", "data"),
    ),
    one("/office_hours_schedules/{id}", V2_16, Resource::OfficeHoursSchedules, "not_found"),
    nested("/office_hours_schedules/{id}/office_hours_exceptions", V2_16, EXCEPTIONS),
    inner("/office_hours_schedules/{id}/office_hours_exceptions/{inner_id}", V2_16, EXCEPTIONS),
    list("/brands", V2_15, Listing::of(Resource::Brands, None, Paging::Whole)),
    one("/brands/{id}", V2_15, Resource::Brands, "not_found"),
    list("/emails", V2_15, Listing::of(Resource::Emails, None, Paging::Whole)),
    one("/emails/{id}", V2_15, Resource::Emails, "not_found"),
    list("/audiences", V2_16, Listing::of(Resource::Audiences, None, Paging::Flat(50, 50))),
    one("/audiences/{id}", V2_16, Resource::Audiences, "not_found"),
    get("/contacts", ANY, contacts::list),
    post("/contacts/search", ANY, contacts::search),
    get("/contacts/activities", PREVIEW, departures::activities),
    get("/contacts/find_by_external_id/{id}", V2_13, contacts::by_external_id),
    get("/contacts/{id}", ANY, contacts::one),
    get("/contacts/{id}/tags", ANY, contacts::tags),
    get("/contacts/{id}/companies", ANY, contacts::companies),
    get("/contacts/{id}/notes", ANY, contacts::notes),
    get("/notes/{id}", ANY, contacts::note),
    get("/contacts/{id}/segments", ANY, contacts::segments),
    get("/contacts/{id}/subscriptions", ANY, contacts::subscriptions),
    get("/contacts/{id}/merge_history", V2_16, departures::merge_history),
    post("/companies/list", ANY, companies::list),
    get("/companies/scroll", ANY, companies::scroll),
    post("/companies/search", PREVIEW, companies::search),
    get("/companies/{id}", ANY, companies::one),
    get("/companies/{id}/contacts", ANY, companies::contacts),
    get("/companies/{id}/segments", ANY, companies::segments),
    get("/companies/{id}/notes", V2_15, companies::notes),
    get("/tags", ANY, catalogue::tags),
    get("/tags/{id}", ANY, catalogue::tag),
    get("/segments", ANY, catalogue::segments),
    get("/segments/{id}", ANY, catalogue::segment),
    get("/subscription_types", ANY, catalogue::subscription_types),
    get("/data_attributes", ANY, catalogue::data_attributes),
    get("/events", ANY, events::list),
    get("/conversations", ANY, conversations::list),
    post("/conversations/search", ANY, conversations::search),
    get("/conversations/attributes", V2_16, catalogue::conversation_attributes),
    get("/conversations/deleted", V2_16, departures::deleted_conversations),
    get("/conversations/{id}", ANY, conversations::one),
    nested(
        "/conversations/{id}/handling_events",
        V2_15,
        children_of(
            Resource::Conversations,
            Workspace::handling_events,
            Envelope { kind: None, key: "handling_events" },
            Paging::Whole,
        ),
    ),
    nested(
        "/conversations/{id}/side_conversations",
        V2_16,
        children_of(
            Resource::Conversations,
            Workspace::side_conversations,
            Envelope { kind: Some("side_conversation.list"), key: "side_conversations" },
            Paging::Unlinked(25, 50),
        ),
    ),
    post("/tickets/search", ANY, tickets::search),
    one("/tickets/{id}", ANY, Resource::Tickets, "ticket_not_found"),
    list("/ticket_types", ANY, Listing::of(Resource::TicketTypes, None, Paging::Whole)),
    one("/ticket_types/{id}", ANY, Resource::TicketTypes, "ticket_type_not_found"),
    list("/ticket_states", V2_12, Listing::of(Resource::TicketStates, None, Paging::Whole)),
    list(
        "/calls",
        V2_14,
        Listing::of(Resource::Calls, NEWEST, Paging::LinkedOpen(25, 25)).without(calls::ONLY_SEARCHED),
    ),
    post("/calls/search", V2_14, calls::search),
    get("/calls/{id}", V2_14, calls::one),
    get("/calls/{id}/transcript", V2_14, calls::transcript),
    list(
        "/articles",
        ANY,
        Listing::of(Resource::Articles, CHANGED, Paging::LinkedOpen(25, 150)).without(&["statistics"]),
    ),
    get("/articles/search", ANY, knowledge::search_articles),
    one("/articles/{id}", ANY, Resource::Articles, "not_found"),
    get("/articles/{id}/draft", V2_16, knowledge::draft),
    nested("/articles/{id}/versions", V2_16, VERSIONS),
    inner("/articles/{id}/versions/{inner_id}", V2_16, VERSIONS),
    list(
        "/help_center/collections",
        ANY,
        Listing::of(Resource::Collections, CHANGED, Paging::LinkedOpen(20, 150)),
    ),
    one("/help_center/collections/{id}", ANY, Resource::Collections, "not_found"),
    list("/help_center/help_centers", ANY, Listing::of(Resource::HelpCenters, None, Paging::Whole)),
    one("/help_center/help_centers/{id}", ANY, Resource::HelpCenters, "not_found"),
    nested("/help_center/help_centers/{id}/redirects", V2_16, REDIRECTS),
    inner("/help_center/help_centers/{id}/redirects/{inner_id}", V2_16, REDIRECTS),
    list(
        "/internal_articles",
        V2_13,
        Listing::of(Resource::InternalArticles, CHANGED, Paging::LinkedOpen(25, 150))
            .without(&["created_at", "updated_at"]),
    ),
    one("/internal_articles/{id}", V2_13, Resource::InternalArticles, "not_found"),
    list("/folders", PREVIEW, Listing::of(Resource::Folders, None, Paging::LinkedOpen(50, 150))),
    one("/folders/{id}", PREVIEW, Resource::Folders, "not_found"),
    list("/content_snippets", V2_16, Listing::of(Resource::ContentSnippets, None, Paging::Flat(50, 50))),
    one("/content_snippets/{id}", V2_16, Resource::ContentSnippets, "not_found"),
    get("/content/search", V2_16, knowledge::search),
    list(
        "/ai/external_pages",
        V2_12,
        Listing::of(Resource::ExternalPages, NEWEST, Paging::LinkedOpen(50, 150)),
    ),
    one("/ai/external_pages/{id}", V2_12, Resource::ExternalPages, "not_found"),
    list(
        "/ai/content_import_sources",
        V2_12,
        Listing::of(Resource::ContentImportSources, None, Paging::LinkedOpen(50, 150)),
    ),
    one("/ai/content_import_sources/{id}", V2_12, Resource::ContentImportSources, "not_found"),
    list("/news/news_items", ANY, Listing::of(Resource::NewsItems, None, Paging::LinkedOpen(10, 150))),
    one("/news/news_items/{id}", ANY, Resource::NewsItems, "not_found"),
    list("/news/newsfeeds", ANY, Listing::of(Resource::Newsfeeds, None, Paging::LinkedOpen(10, 150))),
    one("/news/newsfeeds/{id}", ANY, Resource::Newsfeeds, "not_found"),
    nested(
        "/news/newsfeeds/{id}/items",
        ANY,
        children_of(Resource::Newsfeeds, Workspace::newsfeed_items, LIST, Paging::LinkedOpen(20, 150)),
    ),
    get("/macros", V2_16, knowledge::macros),
    one("/macros/{id}", V2_16, Resource::Macros, "not_found"),
    list(
        "/data_connectors",
        V2_16,
        Listing::of(Resource::DataConnectors, NEWEST, Paging::Cursor(20, 50)).without(CONNECTOR_DETAILS),
    ),
    one("/data_connectors/{id}", V2_16, Resource::DataConnectors, "data_connector_not_found"),
    get("/data_connectors/{id}/execution_results", V2_16, knowledge::executions),
    post("/export/content/data", ANY, exports::messages::start),
    get("/export/content/data/{id}", ANY, exports::messages::status),
    post("/export/cancel/{id}", ANY, exports::messages::cancel),
    file("/download/content/data/{id}", ANY, exports::messages::download),
    get("/export/reporting_data/get_datasets", V2_14, exports::reporting::datasets),
    post("/export/reporting_data/enqueue", V2_14, exports::reporting::start),
    get("/export/reporting_data/{id}", V2_14, exports::reporting::status),
    file("/download/reporting_data/{id}", V2_14, exports::reporting::download),
    get("/custom_object_instances/{id}", V2_16, custom_objects::list),
    get("/custom_object_instances/{id}/{inner_id}", V2_13, custom_objects::one),
];
