//! `_relatable_views`: the views that are ours, with the text that made them.

use super::{Ledger, required};
use crate::error::DestinationError;
use crate::session::{Cell, Place, Session, Step};
use relatable_model::logical::LogicalType;

/// The layout.
pub(crate) const LEDGER: Ledger = Ledger {
    name: "_relatable_views",
    columns: &[
        required("view_name", LogicalType::Text),
        required("table_name", LogicalType::Text),
        required("definition", LogicalType::Text),
    ],
    key: &["view_name"],
};

/// One view as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredView {
    /// Its name.
    pub(crate) name: String,
    /// The table it shows.
    pub(crate) table: String,
    /// The statement that made it.
    pub(crate) definition: String,
}

/// Every view that is ours.
pub(crate) fn read(session: &impl Session) -> Result<Vec<StoredView>, DestinationError> {
    let sql = format!("SELECT view_name, table_name, definition FROM {}", LEDGER.name);
    let rows = session.rows(Step("read", LEDGER.name), &sql, &[])?;
    let views = rows.iter().map(|row| StoredView {
        name: row[0].text(),
        table: row[1].text(),
        definition: row[2].text(),
    });
    Ok(views.collect())
}

/// Stores the views of `wanted` and forgets those of `dropped`.
pub(crate) fn record(
    session: &impl Session,
    wanted: &[StoredView],
    dropped: &[String],
) -> Result<(), DestinationError> {
    let sql = format!("DELETE FROM {} WHERE view_name = ?", LEDGER.name);
    let gone = dropped.iter().chain(wanted.iter().map(|view| &view.name));
    for name in gone {
        session.execute(Step("write to", LEDGER.name), &sql, &[Cell::from(name.as_str())])?;
    }
    let rows: Vec<Vec<Cell>> = wanted
        .iter()
        .map(|view| {
            vec![
                Cell::from(view.name.as_str()),
                Cell::from(view.table.as_str()),
                Cell::from(view.definition.as_str()),
            ]
        })
        .collect();
    LEDGER.append(session, Place::Stored(LEDGER.name), &rows)
}
