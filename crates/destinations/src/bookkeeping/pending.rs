//! `_relatable_pending`: what a load made, changed and moved before its rows, where a transaction of the database cannot hold
//! such things; and what is still to go after it. Empty except while a load is under way, or after one that was broken off.

use super::{Ledger, optional, required};
use crate::catalogue::Catalogue;
use crate::error::DestinationError;
use crate::session::{Cell, Place, Session, Step};
use relatable_model::logical::LogicalType;

/// The layout.
pub(crate) const LEDGER: Ledger = Ledger {
    name: "_relatable_pending",
    columns: &[
        required("id", LogicalType::Integer),
        required("kind", LogicalType::Text),
        required("name", LogicalType::Text),
        optional("other", LogicalType::Text),
    ],
    key: &["id"],
};

/// The words for the kinds, in the order of [`Pending`].
const KINDS: [&str; 5] = ["table_made", "column_made", "view_made", "table_renamed", "table_left"];

/// One thing that is to be taken back unless its load is committed, or to be completed once it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pending {
    /// A table that was made.
    Table(String),
    /// A column that was added to a table.
    Column(String, String),
    /// A view that was made, replaced or dropped, and the statement that made it before, if it was there.
    View(String, Option<String>),
    /// A table that got another name.
    Renamed(String, String),
    /// A table that is to go, now that the load that replaced it is committed.
    Left(String),
}

impl Pending {
    /// The stored row.
    fn cells(&self, id: i64) -> Vec<Cell> {
        let (kind, name, other) = match self {
            Pending::Table(name) => (0, name, None),
            Pending::Column(table, column) => (1, table, Some(column.clone())),
            Pending::View(name, definition) => (2, name, definition.clone()),
            Pending::Renamed(name, now) => (3, name, Some(now.clone())),
            Pending::Left(name) => (4, name, None),
        };
        vec![Cell::Integer(id), Cell::from(KINDS[kind]), Cell::from(name.as_str()), Cell::from(other)]
    }

    /// What a stored row stands for; `None` for a kind of a newer release.
    fn from_cells(row: &[Cell]) -> Option<Pending> {
        let (name, other) = (row[1].text(), row[2].optional_text());
        let place = KINDS.iter().position(|kind| *kind == row[0].text())?;
        Some(match place {
            0 => Pending::Table(name),
            1 => Pending::Column(name, other?),
            2 => Pending::View(name, other),
            3 => Pending::Renamed(name, other?),
            _ => Pending::Left(name),
        })
    }
}

/// Everything that is pending, the latest first; nothing where there are no bookkeeping tables yet.
pub(crate) fn read(session: &impl Session) -> Result<Vec<Pending>, DestinationError> {
    if !Catalogue::holds(session, LEDGER.name)? {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT kind, name, other FROM {} ORDER BY id DESC", LEDGER.name);
    let rows = session.rows(Step("read", LEDGER.name), &sql, &[])?;
    Ok(rows.iter().filter_map(|row| Pending::from_cells(row)).collect())
}

/// Stores what is about to be done, or left to do.
pub(crate) fn add(session: &impl Session, pending: &[Pending]) -> Result<(), DestinationError> {
    let rows: Vec<Vec<Cell>> = (1..).zip(pending).map(|(id, pending)| pending.cells(id)).collect();
    LEDGER.append(session, Place::Stored(LEDGER.name), &rows)
}

/// Forgets all of it: it was taken back, completed, or is now recorded as what it is.
pub(crate) fn clear(session: &impl Session) -> Result<(), DestinationError> {
    session.execute(Step("write to", LEDGER.name), &format!("DELETE FROM {}", LEDGER.name), &[])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_says_what_was_done() {
        for pending in [
            Pending::Table("a".to_owned()),
            Pending::Column("a".to_owned(), "b".to_owned()),
            Pending::View("v".to_owned(), None),
            Pending::View("v".to_owned(), Some("CREATE VIEW v".to_owned())),
            Pending::Renamed("a".to_owned(), "b".to_owned()),
            Pending::Left("b".to_owned()),
        ] {
            assert_eq!(Pending::from_cells(&pending.cells(7)[1..]), Some(pending));
        }
    }
}
