//! `_relatable_gone`: records whose rows were deleted, and when they were found to be gone, so that an older answer does not
//! bring them back.

use super::{Ledger, required};
use crate::error::DestinationError;
use crate::merge_plan::{MARKS, STAGE};
use crate::proving::as_text;
use crate::session::{Place, Session, Step};
use crate::shape::Shape;
use relatable_model::logical::LogicalType;
use relatable_model::schema::DELETED_AT;

/// The layout.
pub(crate) const LEDGER: Ledger = Ledger {
    name: "_relatable_gone",
    columns: &[
        required("resource", LogicalType::Text),
        required("record", LogicalType::Text),
        required("gone_at", LogicalType::Timestamp),
    ],
    key: &["resource", "record"],
};

/// What is done with it.
const WRITE: Step<'static> = Step("write to", LEDGER.name);

/// The key of a row as one text, its parts joined by `/`.
fn record(session: &impl Session, shape: &Shape, alias: &str) -> String {
    let parts = shape.key.iter().filter_map(|name| shape.column(name));
    let parts: Vec<String> = parts.map(|column| as_text(session, alias, column)).collect();
    parts.join(" || '/' || ")
}

/// The condition that a row of the ledger is one of the resource.
fn of_resource(session: &impl Session, shape: &Shape) -> String {
    format!("g.resource = {}", session.dialect().literal(&shape.resource))
}

/// Whether any record is noted.
pub(crate) fn is_any(session: &impl Session) -> Result<bool, DestinationError> {
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT 1) AS found", LEDGER.name);
    Ok(session.count(Step("read", LEDGER.name), &sql)? > 0)
}

/// Notes the records of [`MARKS`], each with the moment of the first time it was found to be gone.
pub(crate) fn note(session: &impl Session, shape: &Shape) -> Result<(), DestinationError> {
    let dialect = session.dialect();
    let (record, mark) = (record(session, shape, "m"), format!("m.{}", dialect.quote(DELETED_AT)));
    let sql = format!(
        "INSERT INTO {name} (resource, record, gone_at) SELECT {resource}, {record}, min({mark}) FROM {marks} AS m \
         WHERE {mark} IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM {name} AS g WHERE {is_its} AND g.record = {record}) GROUP BY {record}",
        name = LEDGER.name,
        resource = dialect.literal(&shape.resource),
        marks = dialect.place(Place::Temporary(MARKS)),
        is_its = of_resource(session, shape),
    );
    session.execute(WRITE, &sql, &[]).map(|_| ())
}

/// Takes the staged records out that are noted.
pub(crate) fn leave_out(session: &impl Session, shape: &Shape) -> Result<(), DestinationError> {
    let dialect = session.dialect();
    let sql = format!(
        "DELETE FROM {} WHERE EXISTS (SELECT 1 FROM {} AS g WHERE {} AND g.record = {})",
        dialect.place(Place::Temporary(STAGE)),
        LEDGER.name,
        of_resource(session, shape),
        record(session, shape, &dialect.quote(STAGE)),
    );
    session.execute(Step("check the deletions of", &shape.name), &sql, &[]).map(|_| ())
}

/// Forgets that the staged records were gone: they are there again.
pub(crate) fn revive(session: &impl Session, shape: &Shape) -> Result<(), DestinationError> {
    let dialect = session.dialect();
    let sql = format!(
        "DELETE FROM {} WHERE resource = {} AND record IN (SELECT {} FROM {} AS s)",
        LEDGER.name,
        dialect.literal(&shape.resource),
        record(session, shape, "s"),
        dialect.place(Place::Temporary(STAGE)),
    );
    session.execute(WRITE, &sql, &[]).map(|_| ())
}
