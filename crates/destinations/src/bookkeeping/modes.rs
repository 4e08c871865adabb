//! `_relatable_modes`: how the rows of each table are written, where that is no upsert.

use super::{Ledger, required};
use crate::catalogue::Catalogue;
use crate::error::DestinationError;
use crate::session::{Cell, Place, Session, Step};
use relatable_model::logical::LogicalType;
use relatable_model::schema::Table;
use relatable_model::write_mode::WriteMode;
use std::collections::HashMap;

/// The layout.
pub(crate) const LEDGER: Ledger = Ledger {
    name: "_relatable_modes",
    columns: &[required("table_name", LogicalType::Text), required("mode", LogicalType::Text)],
    key: &["table_name"],
};

/// The modes stored, by table; none where an older release made the bookkeeping tables.
pub(crate) fn read(session: &impl Session) -> Result<HashMap<String, WriteMode>, DestinationError> {
    if !Catalogue::holds(session, LEDGER.name)? {
        return Ok(HashMap::new());
    }
    let step = Step("read", LEDGER.name);
    let sql = format!("SELECT table_name, mode FROM {}", LEDGER.name);
    let mode = |row: &Vec<Cell>| {
        let (table, word) = (row[0].text(), row[1].text());
        WriteMode::from_name(&word).map(|mode| (table.clone(), mode)).ok_or_else(|| {
            let cause = format!("table `{table}` has the unknown mode `{word}`").into();
            DestinationError::Statement { step: step.to_string(), cause }
        })
    };
    session.rows(step, &sql, &[])?.iter().map(mode).collect()
}

/// Stores the modes of `tables` that are not `stored`; a table keeps the mode it was made with.
pub(crate) fn record(
    session: &impl Session,
    tables: &[Table],
    stored: &HashMap<String, WriteMode>,
) -> Result<(), DestinationError> {
    let is_new = |table: &&Table| table.mode != WriteMode::Upsert && !stored.contains_key(&table.name);
    let cells = |table: &Table| vec![Cell::from(table.name.as_str()), Cell::from(table.mode.name())];
    let rows: Vec<Vec<Cell>> = tables.iter().filter(is_new).map(cells).collect();
    LEDGER.append(session, Place::Stored(LEDGER.name), &rows)
}
