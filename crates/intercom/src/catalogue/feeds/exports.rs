//! What the API makes as jobs (API notes §14): deliveries of outbound messages, and the rows of reporting datasets.

use super::super::Export;
use super::{Feed, Reading, SNAPSHOT};

pub(super) const FEEDS: &[Feed] = &[
    Feed {
        name: "message_deliveries",
        resource: "message_deliveries",
        path: "/export/content/data",
        list: None,
        reading: Reading::Export(Export::Messages),
        changed: "received_at",
        lasting: true,
        cost: Some("a job for up to a year of deliveries, and each run exports 30 days once more"),
        ..SNAPSHOT
    },
    Feed {
        name: "reporting_datasets",
        resource: "reporting_datasets",
        path: "/export/reporting_data/get_datasets",
        changed: "",
        versions: ("2.14", ""),
        ..SNAPSHOT
    },
    Feed {
        name: "reporting_days",
        resource: "reporting_days",
        path: "/export/reporting_data/enqueue",
        list: None,
        reading: Reading::Export(Export::Reporting),
        changed: "",
        lasting: true,
        cost: Some("a job for each day of each dataset, and each run exports 30 days once more"),
        versions: ("2.14", ""),
        ..SNAPSHOT
    },
];
