//! What a verification found.

use crate::report::Skipped;
use serde::Serialize;
use std::collections::BTreeMap;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A record that the API has and the tables lack.
    MissingRecord,
    /// An element of a list, a part or a tag say, that the API has and the tables lack.
    MissingElement,
    /// A value that is not what the API has.
    WrongValue,
    /// An element of a list that the tables have and the API does not.
    ExtraElement,
    /// A record that the tables have and the API does not.
    Ghost,
    /// Rows that refer to a record which the API has and the tables lack.
    DanglingReference,
}

impl FindingKind {
    /// All kinds.
    pub const ALL: [FindingKind; 6] = [
        FindingKind::MissingRecord,
        FindingKind::MissingElement,
        FindingKind::WrongValue,
        FindingKind::ExtraElement,
        FindingKind::Ghost,
        FindingKind::DanglingReference,
    ];

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            FindingKind::MissingRecord => "missing record",
            FindingKind::MissingElement => "missing element",
            FindingKind::WrongValue => "wrong value",
            FindingKind::ExtraElement => "extra element",
            FindingKind::Ghost => "ghost",
            FindingKind::DanglingReference => "dangling reference",
        }
    }
}

/// One thing that is wrong, confirmed. It names records by their ids and never carries a value of theirs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// What is wrong.
    pub kind: FindingKind,
    /// The resource.
    pub resource: String,
    /// The table where it shows.
    pub table: String,
    /// The record's key, its parts joined by `/`.
    pub id: String,
    /// Where in its document; for a dangling reference the column that refers to the record.
    pub path: String,
    /// For an element of a list: its id, where it has one.
    pub element: Option<String>,
    /// For a record that was read because of another one: the feed, and that record's id.
    pub asked_for: Option<(String, String)>,
}

/// What came of one resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ResourceProof {
    /// How many records the API says or shows there are, where that was asked.
    pub api: Option<u64>,
    /// How many live records the tables have.
    pub tables: u64,
    /// Records whose document was compared with the tables, as a list shows it.
    pub compared: u64,
    /// Records that were asked for by themselves and compared with all that hangs on them.
    pub sampled: u64,
    /// Records whose lists were asked for, where this hangs on other records.
    pub lists: u64,
    /// Findings.
    pub findings: u64,
    /// Records that differ because they changed since they were read.
    pub changed_since: u64,
    /// Elements of lists that exist and that the API does not show.
    pub unreachable: u64,
    /// Why it could not be judged at all, where that is so.
    pub unjudged: Option<String>,
    /// What of it could not be judged.
    pub notes: Vec<String>,
}

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct VerifyReport {
    /// What chose the sample.
    pub seed: u64,
    /// How many records of each resource were to be sampled.
    pub sample: u64,
    /// What came of each resource.
    pub resources: BTreeMap<String, ResourceProof>,
    /// Everything that is wrong, in order.
    pub findings: Vec<Finding>,
    /// What the token may not read.
    pub skipped: Vec<Skipped>,
    /// Requests sent.
    pub requests: u64,
    /// How long it took, in seconds.
    pub seconds: f64,
}

impl VerifyReport {
    /// Whether anything was held against the API at all.
    pub fn is_proof(&self) -> bool {
        self.resources.values().any(|proof| proof.unjudged.is_none())
    }

    /// The resources that could not be judged, with the reasons.
    pub fn unjudged(&self) -> impl Iterator<Item = (&str, &str)> {
        let reasons = self.resources.iter();
        reasons.filter_map(|(resource, proof)| Some((resource.as_str(), proof.unjudged.as_deref()?)))
    }

    /// How many findings there are of a kind.
    pub fn count(&self, kind: FindingKind) -> u64 {
        self.findings.iter().filter(|finding| finding.kind == kind).count() as u64
    }
}
