//! What a run did, in numbers.

use relatable_destinations::package::RowCounts;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// Rows of one table changed by a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TableReport(pub RowCounts);

impl Serialize for TableReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("TableReport", 3)?;
        fields.serialize_field("inserted", &self.0.inserted)?;
        fields.serialize_field("updated", &self.0.updated)?;
        fields.serialize_field("deleted", &self.0.deleted)?;
        fields.end()
    }
}

/// A resource or feed that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The feed.
    pub feed: String,
    /// Why.
    pub reason: String,
}

/// A reading that did not show everything there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Incomplete {
    /// The resource.
    pub resource: String,
    /// What was shown, and what there is.
    pub detail: String,
}

/// What was loaded into one of several destinations.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeliveryReport {
    /// The destination in words.
    pub destination: String,
    /// Rows changed, by table; tables without a change are left out.
    pub tables: BTreeMap<String, TableReport>,
    /// Loads committed.
    pub loads: u64,
    /// Issues recorded, by kind.
    pub issues: BTreeMap<String, u64>,
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RunReport {
    /// Records read, by resource.
    pub records: BTreeMap<String, u64>,
    /// Rows changed, by table; tables without a change are left out. Of several destinations those of the first, as for
    /// loads and issues.
    pub tables: BTreeMap<String, TableReport>,
    /// What was loaded into the other destinations, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<DeliveryReport>,
    /// Requests sent.
    pub requests: u64,
    /// Answers that refused a request for the rate limit.
    pub refused: u64,
    /// Bytes of answers received.
    pub received_bytes: u64,
    /// Loads committed.
    pub loads: u64,
    /// Issues recorded, by kind.
    pub issues: BTreeMap<String, u64>,
    /// Contacts that were forgotten here, and that the API still shows; nothing of them was stored.
    pub forgotten: u64,
    /// What was left out.
    pub skipped: Vec<Skipped>,
    /// Readings that did not show everything there is.
    pub incomplete: Vec<Incomplete>,
    /// How long it took, in seconds.
    pub seconds: f64,
}
