//! `_relatable_settings`: what a destination's tables were made with as a whole, where that is not what it is by default.

use super::{FORMAT, FORMAT_MAX, Ledger, checkpoint, required};
use crate::catalogue::Catalogue;
use crate::error::DestinationError;
use crate::references::References;
use crate::session::{Cell, Place, Session, Step};
use relatable_model::logical::LogicalType;

/// The layout.
pub(crate) const LEDGER: Ledger = Ledger {
    name: "_relatable_settings",
    columns: &[required("name", LogicalType::Text), required("setting", LogicalType::Text)],
    key: &["name"],
};

/// The name of the setting that says what becomes of references.
const REFERENCES: &str = "references";

/// What becomes of references; what it is by default where an older release made the bookkeeping tables.
pub(crate) fn references(session: &impl Session) -> Result<References, DestinationError> {
    if !Catalogue::holds(session, LEDGER.name)? {
        return Ok(References::default());
    }
    let step = Step("read", LEDGER.name);
    let sql = format!("SELECT setting FROM {} WHERE name = ?", LEDGER.name);
    let rows = session.rows(step, &sql, &[Cell::from(REFERENCES)])?;
    let Some(word) = rows.first().map(|row| row[0].text()) else { return Ok(References::default()) };
    References::from_name(&word).ok_or_else(|| {
        let cause = format!("`{REFERENCES}` has the unknown setting `{word}`").into();
        DestinationError::Statement { step: step.to_string(), cause }
    })
}

/// Stores what becomes of references. A release that does not know stubs may not write where there are some.
pub(crate) fn record(session: &impl Session, references: References) -> Result<(), DestinationError> {
    let name = Cell::from(REFERENCES);
    let sql = format!("DELETE FROM {} WHERE name = ?", LEDGER.name);
    session.execute(Step("write to", LEDGER.name), &sql, std::slice::from_ref(&name))?;
    let rows = match references {
        References::Declare => Vec::new(),
        References::Enforce => vec![vec![name, Cell::from(references.name())]],
    };
    LEDGER.append(session, Place::Stored(LEDGER.name), &rows)?;
    checkpoint::set_format(session, if rows.is_empty() { FORMAT } else { FORMAT_MAX })
}
