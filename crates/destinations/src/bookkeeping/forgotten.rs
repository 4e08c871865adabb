//! `_relatable_forgotten`: people who are not to come back. Of each only a hash of their id, and the salt it was made with.

use super::{Ledger, required};
use crate::catalogue::Catalogue;
use crate::error::DestinationError;
use crate::package::Remembered;
use crate::session::{Cell, Place, Session, Step};
use relatable_model::logical::LogicalType;
use std::collections::HashSet;

/// The layout.
pub(crate) const LEDGER: Ledger = Ledger {
    name: "_relatable_forgotten",
    columns: &[
        required("digest", LogicalType::Text),
        required("salt", LogicalType::Text),
        required("forgotten_at", LogicalType::Timestamp),
    ],
    key: &["digest"],
};

/// Everybody forgotten; nobody where an older release made the bookkeeping tables.
pub(crate) fn read(session: &impl Session) -> Result<Vec<Remembered>, DestinationError> {
    if !Catalogue::holds(session, LEDGER.name)? {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT digest, salt FROM {} ORDER BY digest", LEDGER.name);
    let rows = session.rows(Step("read", LEDGER.name), &sql, &[])?;
    Ok(rows.iter().map(|row| Remembered { digest: row[0].text(), salt: row[1].text() }).collect())
}

/// Stores those who are not there yet.
pub(crate) fn record(
    session: &impl Session,
    remembered: &[Remembered],
    forgotten_at_us: i64,
) -> Result<(), DestinationError> {
    let stored: HashSet<String> = read(session)?.into_iter().map(|stored| stored.digest).collect();
    let rows: Vec<Vec<Cell>> = remembered
        .iter()
        .filter(|remembered| !stored.contains(&remembered.digest))
        .map(|Remembered { digest, salt }| {
            vec![Cell::from(digest.as_str()), Cell::from(salt.as_str()), Cell::Instant(forgotten_at_us)]
        })
        .collect();
    LEDGER.append(session, Place::Stored(LEDGER.name), &rows)
}
