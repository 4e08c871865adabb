//! What could not be done as asked: recorded, counted and queryable, never silent.

use serde::{Deserialize, Serialize};

/// One thing a reader of the tables should know about a record or a path; becomes a row of `_relatable_issues`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Issue {
    /// The resource concerned.
    pub resource: String,
    /// A stable word for the kind, `value_not_representable` say.
    pub kind: String,
    /// The path in the document, or empty.
    pub path: String,
    /// Key of the record concerned (several parts joined by `/`), or empty.
    pub record: String,
    /// What happened, in words; never a value of the document.
    pub detail: String,
}
