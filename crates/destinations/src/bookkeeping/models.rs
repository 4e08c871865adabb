//! `_relatable_models`: the rules that the tables of each resource were made by, so that neither a newer release nor other
//! rules change them unasked.

use super::{Ledger, required};
use crate::catalogue::Catalogue;
use crate::error::DestinationError;
use crate::package::Model;
use crate::session::{Cell, Place, Session, Step};
use relatable_model::logical::LogicalType;

/// The layout.
pub(crate) const LEDGER: Ledger = Ledger {
    name: "_relatable_models",
    columns: &[
        required("resource", LogicalType::Text),
        required("version", LogicalType::Text),
        required("rules", LogicalType::Text),
        required("adopted_at", LogicalType::Timestamp),
    ],
    key: &["resource"],
};

/// Every stored model; none where an older release made the bookkeeping tables.
pub(crate) fn read(session: &impl Session) -> Result<Vec<Model>, DestinationError> {
    if !Catalogue::holds(session, LEDGER.name)? {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT resource, version, rules FROM {} ORDER BY resource", LEDGER.name);
    let rows = session.rows(Step("read", LEDGER.name), &sql, &[])?;
    let model =
        |row: &Vec<Cell>| Model { resource: row[0].text(), version: row[1].text(), rules: row[2].text() };
    Ok(rows.iter().map(model).collect())
}

/// Stores models in the place of those of the same resources.
pub(crate) fn record(
    session: &impl Session,
    models: &[Model],
    loaded_at_us: i64,
) -> Result<(), DestinationError> {
    for model in models {
        let sql = format!("DELETE FROM {} WHERE resource = ?", LEDGER.name);
        session.execute(Step("write to", LEDGER.name), &sql, &[Cell::from(model.resource.as_str())])?;
    }
    let rows: Vec<Vec<Cell>> = models
        .iter()
        .map(|model| {
            vec![
                Cell::from(model.resource.as_str()),
                Cell::from(model.version.as_str()),
                Cell::from(model.rules.as_str()),
                Cell::Instant(loaded_at_us),
            ]
        })
        .collect();
    LEDGER.append(session, Place::Stored(LEDGER.name), &rows)
}
