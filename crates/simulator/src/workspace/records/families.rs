//! Which collections there are, how many records each begins with, and who writes their documents.

use super::Record;
use crate::document::Node;
use crate::resource::Resource;
use crate::workspace::{Sizes, Workspace};

/// A collection.
pub(crate) struct Family {
    pub(crate) resource: Resource,
    /// How many records a workspace of this size begins with.
    pub(super) count: fn(&Sizes) -> u32,
    /// The number in the first record's id, and how far the numbers are apart.
    pub(super) numbers: (u64, u64),
    /// Writes a record in full.
    pub(super) document: fn(&Workspace, u32, &Record) -> Node,
}

impl Family {
    /// The family of a resource, if it is one.
    pub(crate) fn of(resource: Resource) -> Option<&'static Family> {
        FAMILIES.iter().find(|family| family.resource == resource)
    }
}

const fn family(
    resource: Resource,
    count: fn(&Sizes) -> u32,
    numbers: (u64, u64),
    document: fn(&Workspace, u32, &Record) -> Node,
) -> Family {
    Family { resource, count, numbers, document }
}

/// All families. Sizes are such that every list has a second page at its default size (API notes, section 7).
pub(crate) const FAMILIES: &[Family] = &[
    family(Resource::Tickets, |sizes| sizes.tickets, (90_000, 1), Workspace::ticket),
    family(Resource::TicketTypes, |_| 6, (55, 3), Workspace::ticket_type),
    family(Resource::TicketStates, |_| 7, (8_269, 1), Workspace::ticket_state),
    family(Resource::Calls, |sizes| sizes.conversations / 10 + 30, (7_001, 2), Workspace::call),
    family(Resource::Articles, |sizes| (60 + sizes.contacts / 50).min(3_000), (390, 6), Workspace::article),
    family(Resource::Collections, |_| 23, (159, 1), Workspace::collection),
    family(Resource::HelpCenters, |_| 2, (79, 8), Workspace::help_center),
    family(Resource::InternalArticles, |_| 31, (3_900, 3), Workspace::internal_article),
    family(Resource::Folders, |_| 5, (21, 1), Workspace::folder),
    family(Resource::ContentSnippets, |_| 55, (12_300, 5), Workspace::content_snippet),
    family(Resource::ExternalPages, |_| 64, (1_700, 1), Workspace::external_page),
    family(Resource::ContentImportSources, |_| 3, (33, 1), Workspace::content_import_source),
    family(Resource::NewsItems, |_| 24, (29, 1), Workspace::news_item),
    family(Resource::Newsfeeds, |_| 12, (68, 1), Workspace::newsfeed),
    family(Resource::Macros, |_| 65, (12_345, 11), Workspace::macro_record),
    family(Resource::DataConnectors, |_| 22, (12_345, 7), Workspace::data_connector),
    family(
        Resource::CustomObjectInstances,
        |sizes| 40 + sizes.contacts / 8,
        (22_065_000_001, 2),
        Workspace::custom_object_instance,
    ),
    family(Resource::Audiences, |_| 7, (123, 1), Workspace::audience),
    family(Resource::Brands, |_| 2, (3, 1), Workspace::brand),
    family(Resource::Emails, |_| 3, (13, 1), Workspace::email_setting),
    family(Resource::AwayStatusReasons, |_| 6, (1, 1), Workspace::away_status_reason),
    family(Resource::OfficeHoursSchedules, |_| 2, (123, 1), Workspace::office_hours_schedule),
    family(
        Resource::ActivityLogs,
        |sizes| (120 + sizes.contacts / 20).min(20_000),
        (1, 1),
        Workspace::activity_log,
    ),
];
