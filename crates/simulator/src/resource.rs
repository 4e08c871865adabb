//! The collections of the simulated API, by the names that paths of the truth and of mutations use.

use serde::{Deserialize, Serialize};

/// Names each resource once: the variant, its name in paths, what its true documents are like.
macro_rules! resources {
    ($($(#[$doc:meta])* $variant:ident => $name:literal,)*) => {
        /// A collection of the simulated API. Its true documents are those of the newest stable version.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Resource {
            $($(#[$doc])* $variant,)*
        }

        impl Resource {
            /// All resources.
            pub const ALL: [Resource; [$($name),*].len()] = [$(Resource::$variant),*];

            /// The name in paths: snake_case, plural.
            pub fn name(self) -> &'static str {
                match self {
                    $(Resource::$variant => $name,)*
                }
            }
        }
    };
}

resources! {
    /// Contacts with complete lists; `tags.data` carries `applied_at` and `applied_by`, and two keys that no
    /// single answer has are added: `segments` and `subscriptions`, as their endpoints give them.
    Contacts => "contacts",
    /// Companies; the API cuts nothing in them.
    Companies => "companies",
    /// Admins that are listed, the bot among them; deleted ones are nowhere.
    Admins => "admins",
    /// Teams.
    Teams => "teams",
    /// Tags.
    Tags => "tags",
    /// Segments with their `count`.
    Segments => "segments",
    /// Subscription types.
    SubscriptionTypes => "subscription_types",
    /// Notes on contacts, then those on companies.
    Notes => "notes",
    /// Events of the last 90 days, the only ones the API lists.
    Events => "events",
    /// Summary items of all contacts, older events included, each with the contact's `intercom_user_id` added.
    EventSummaries => "event_summaries",
    /// Attributes of contacts, then of companies, archived ones included.
    DataAttributes => "data_attributes",
    /// Attributes of conversations.
    ConversationAttributes => "conversation_attributes",
    /// Conversations with the 500 newest parts; `conversation_parts.total_count` is the true number.
    Conversations => "conversations",
    /// What paused and resumed conversations, each with `conversation_id` added.
    HandlingEvents => "handling_events",
    /// Side conversations with their parts, each with `conversation_id` added.
    SideConversations => "side_conversations",
    /// Tickets with the 500 newest parts; `ticket_parts.total_count` is the true number.
    Tickets => "tickets",
    /// Ticket types with attributes and states.
    TicketTypes => "ticket_types",
    /// Ticket states with their ticket types.
    TicketStates => "ticket_states",
    /// Calls, with `transcript` and `transcript_status` added as the search for calls gives them.
    Calls => "calls",
    /// Articles with `statistics` and all translations.
    Articles => "articles",
    /// Versions of articles with their bodies.
    ArticleVersions => "article_versions",
    /// Collections of articles.
    Collections => "collections",
    /// Help centers.
    HelpCenters => "help_centers",
    /// Redirects of all help centers.
    Redirects => "redirects",
    /// Internal articles with their instants.
    InternalArticles => "internal_articles",
    /// Folders of content, which only Preview lists.
    Folders => "folders",
    /// Content snippets.
    ContentSnippets => "content_snippets",
    /// External pages.
    ExternalPages => "external_pages",
    /// Content import sources.
    ContentImportSources => "content_import_sources",
    /// News items with the newsfeeds they are assigned to.
    NewsItems => "news_items",
    /// Newsfeeds.
    Newsfeeds => "newsfeeds",
    /// Macros visible to the token's admin.
    Macros => "macros",
    /// Data connectors in full, as they are served by id.
    DataConnectors => "data_connectors",
    /// Executions of data connectors, with bodies.
    ConnectorExecutions => "connector_executions",
    /// Custom object instances of all types.
    CustomObjectInstances => "custom_object_instances",
    /// Audiences.
    Audiences => "audiences",
    /// Brands; the default one has the workspace's code for an id.
    Brands => "brands",
    /// Sender addresses.
    Emails => "emails",
    /// Reasons for being away, deleted ones included.
    AwayStatusReasons => "away_status_reasons",
    /// Schedules of office hours.
    OfficeHoursSchedules => "office_hours_schedules",
    /// Exceptions of all schedules.
    OfficeHoursExceptions => "office_hours_exceptions",
    /// The admins' activity log.
    ActivityLogs => "activity_logs",
    /// Conversations that were deleted.
    DeletedConversations => "deleted_conversations",
    /// Merges of contacts, each with the `contact_id` of the contact that lives on.
    ContactMerges => "contact_merges",
    /// What became of contacts: created, deleted, merged. Only Preview lists it.
    ContactActivities => "contact_activities",
    /// How busy the members of teams are, each with the `team_id` added.
    TeamMetrics => "team_metrics",
}

impl Resource {
    /// The resource with this name.
    pub fn from_name(name: &str) -> Option<Resource> {
        Resource::ALL.into_iter().find(|resource| resource.name() == name)
    }
}
