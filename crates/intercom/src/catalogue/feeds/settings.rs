//! How the workspace is set up: hours, brands, addresses, audiences, macros, data connectors, custom objects, and the
//! log of what teammates changed.

use super::super::{Condition, Cut, Granularity};
use super::{Feed, Paging, Reading, SNAPSHOT, on_doubt};

/// A feed that came with 2.16; the base of those.
const SINCE_2_16: Feed = Feed { versions: ("2.16", ""), ..SNAPSHOT };

/// The macros, last changed first.
const MACROS: Feed = Feed { resource: "macros", paging: Paging::Cursor, page_size: 150, ..SINCE_2_16 };

/// The log of what teammates did, of which the API keeps about a year.
const ACTIVITY_LOGS: Feed = Feed {
    resource: "admin_activity_logs",
    paging: Paging::Pages,
    page_size: 150,
    list: Some("activity_logs"),
    changed: "created_at",
    lasting: true,
    ..SNAPSHOT
};

/// The workspace and its teammates.
const WORKSPACE: &[Feed] = &[
    Feed {
        name: "admin_activity_logs",
        path: "/admins/activity_logs?created_at_after={since}",
        reading: Reading::Backfill(Cut::Whole),
        ..ACTIVITY_LOGS
    },
    Feed {
        name: "admin_activity_log_updates",
        path: "/admins/activity_logs?created_at_after={since}",
        reading: Reading::Updates(Granularity::Query),
        ..ACTIVITY_LOGS
    },
    Feed {
        name: "away_status_reasons",
        resource: "away_status_reasons",
        path: "/away_status_reasons",
        versions: ("2.14", ""),
        ..SNAPSHOT
    },
    Feed {
        name: "office_hours_schedules",
        resource: "office_hours_schedules",
        path: "/office_hours_schedules",
        ..SINCE_2_16
    },
    Feed {
        versions: ("2.16", ""),
        ..on_doubt("office_hours_schedule", "office_hours_schedules", "/office_hours_schedules/{id}")
    },
    Feed {
        name: "office_hours_exceptions",
        resource: "office_hours_exceptions",
        path: "/office_hours_schedules/{id}/office_hours_exceptions",
        reading: Reading::PerRecord(Condition::Always),
        parent: Some("office_hours_schedules"),
        parent_path: "office_hours_schedule_id",
        with_records: true,
        ..SINCE_2_16
    },
    Feed { name: "brands", resource: "brands", path: "/brands", versions: ("2.15", ""), ..SNAPSHOT },
    Feed { versions: ("2.15", ""), ..on_doubt("brand", "brands", "/brands/{id}") },
    Feed {
        name: "email_settings",
        resource: "email_settings",
        path: "/emails",
        versions: ("2.15", ""),
        ..SNAPSHOT
    },
    Feed { versions: ("2.15", ""), ..on_doubt("email_setting", "email_settings", "/emails/{id}") },
    Feed {
        name: "audiences",
        resource: "audiences",
        path: "/audiences",
        paging: Paging::Flat,
        page_size: 50,
        ..SINCE_2_16
    },
    Feed { versions: ("2.16", ""), ..on_doubt("audience", "audiences", "/audiences/{id}") },
    Feed {
        name: "subscription_types",
        resource: "subscription_types",
        path: "/subscription_types",
        ..SNAPSHOT
    },
    Feed {
        name: "team_metrics",
        resource: "team_metrics",
        path: "/teams/{id}/metrics",
        reading: Reading::PerRecord(Condition::Always),
        parent: Some("teams"),
        parent_member: Some("team_id"),
        changed: "",
        cost: Some("a request for each team; what it tells holds for a moment"),
        with_records: true,
        ..SINCE_2_16
    },
];

/// What is automatic.
const AUTOMATION: &[Feed] = &[
    Feed { name: "macros", path: "/macros", reading: Reading::Backfill(Cut::Whole), ..MACROS },
    Feed {
        name: "macro_updates",
        path: "/macros?updated_since={since}",
        reading: Reading::Updates(Granularity::Query),
        ..MACROS
    },
    Feed { versions: ("2.16", ""), ..on_doubt("macro", "macros", "/macros/{id}") },
    // The list leaves out what connectors ask and how.
    Feed {
        name: "data_connectors",
        resource: "data_connectors",
        path: "/data_connectors",
        paging: Paging::Cursor,
        page_size: 50,
        complete: false,
        ..SINCE_2_16
    },
    Feed {
        name: "data_connector",
        resource: "data_connectors",
        path: "/data_connectors/{id}",
        list: None,
        reading: Reading::PerRecord(Condition::Always),
        parent: Some("data_connectors"),
        ..SINCE_2_16
    },
    Feed {
        name: "data_connector_executions",
        resource: "data_connector_executions",
        path: "/data_connectors/{id}/execution_results?include_bodies=true",
        paging: Paging::Cursor,
        page_size: 30,
        reading: Reading::PerRecord(Condition::Always),
        parent: Some("data_connectors"),
        changed: "created_at",
        lasting: true,
        cost: Some("a request for every 30 executions of each data connector"),
        with_records: true,
        ..SINCE_2_16
    },
    Feed {
        name: "custom_object_instances",
        resource: "custom_object_instances",
        path: "/custom_object_instances/{id}",
        paging: Paging::Pages,
        page_size: 150,
        reading: Reading::PerType,
        ..SINCE_2_16
    },
    Feed {
        versions: ("2.16", ""),
        ..on_doubt(
            "custom_object_instance",
            "custom_object_instances",
            "/custom_object_instances/{type}/{id}",
        )
    },
];

/// All of it.
pub(super) const FEEDS: [&[Feed]; 2] = [WORKSPACE, AUTOMATION];
