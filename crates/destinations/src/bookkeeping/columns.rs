//! `_relatable_columns`: every column ever assigned, and the proof that a table is ours.

use super::{Ledger, required};
use crate::error::DestinationError;
use crate::package::RememberedColumn;
use crate::session::{Cell, Place, Session, Step};
use relatable_model::logical::LogicalType;
use relatable_model::schema::{Column, ColumnRole, Table};
use std::collections::HashMap;

/// The layout.
pub(crate) const LEDGER: Ledger = Ledger {
    name: "_relatable_columns",
    columns: &[
        required("position", LogicalType::Integer),
        required("table_name", LogicalType::Text),
        required("column_name", LogicalType::Text),
        required("resource", LogicalType::Text),
        required("table_path", LogicalType::Text),
        required("source_path", LogicalType::Text),
        required("type", LogicalType::Text),
        required("role", LogicalType::Text),
        required("description", LogicalType::Text),
        required("reference_list", LogicalType::Json),
        required("first_seen", LogicalType::Timestamp),
    ],
    key: &["table_name", "column_name"],
};

/// A column as stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredColumn {
    /// Its place among all columns of all tables, in the order they were assigned.
    position: i64,
    /// What the caller gets to see.
    pub(crate) remembered: RememberedColumn,
    /// When it was assigned, microseconds since the epoch.
    first_seen_us: i64,
}

impl StoredColumn {
    /// The stored row.
    fn cells(&self) -> Vec<Cell> {
        let column = &self.remembered.column;
        vec![
            Cell::Integer(self.position),
            Cell::from(self.remembered.table.as_str()),
            Cell::from(column.name.as_str()),
            Cell::from(self.remembered.resource.as_str()),
            Cell::from(self.remembered.table_path.as_str()),
            Cell::from(column.path.as_str()),
            Cell::from(column.logical.name()),
            Cell::from(column.role.name()),
            Cell::from(column.description.as_str()),
            Cell::Text(serde_json::json!(column.references).to_string()),
            Cell::Instant(self.first_seen_us),
        ]
    }

    /// The column behind a stored row; the cells in the order of [`cells`](Self::cells).
    fn from_cells(session: &impl Session, row: &[Cell]) -> Result<StoredColumn, DestinationError> {
        let unreadable = |what: &str| DestinationError::Statement {
            step: Step("read", LEDGER.name).to_string(),
            cause: format!("column `{}` of table `{}` has an unknown {what}", row[2].text(), row[1].text())
                .into(),
        };
        let column = Column {
            name: row[2].text(),
            path: row[5].text(),
            logical: LogicalType::from_name(&row[6].text()).ok_or_else(|| unreadable("type"))?,
            role: ColumnRole::from_name(&row[7].text()).ok_or_else(|| unreadable("role"))?,
            description: row[8].text(),
            references: serde_json::from_str(&row[9].text()).map_err(|_| unreadable("reference"))?,
        };
        Ok(StoredColumn {
            position: row[0].integer(),
            remembered: RememberedColumn {
                table: row[1].text(),
                resource: row[3].text(),
                table_path: row[4].text(),
                column,
            },
            first_seen_us: session.dialect().instant_us(&row[10]).ok_or_else(|| unreadable("time"))?,
        })
    }
}

/// Every stored column, by table and then column in the order they were assigned.
pub(crate) fn read(session: &impl Session) -> Result<Vec<StoredColumn>, DestinationError> {
    let names: Vec<String> =
        LEDGER.columns.iter().map(|column| session.dialect().quote(column.name)).collect();
    let sql = format!(
        "SELECT {} FROM {} ORDER BY min(position) OVER (PARTITION BY table_name), position",
        names.join(", "),
        LEDGER.name
    );
    let rows = session.rows(Step("read", LEDGER.name), &sql, &[])?;
    rows.iter().map(|row| StoredColumn::from_cells(session, row)).collect()
}

/// Whether there can be stubs among the rows of a table.
pub(crate) fn has_stubs(session: &impl Session, table: &str) -> Result<bool, DestinationError> {
    let literal = |text| session.dialect().literal(text);
    let sql = format!(
        "SELECT count(*) FROM {} WHERE table_name = {} AND {} = {}",
        LEDGER.name,
        literal(table),
        session.dialect().quote("role"),
        literal(ColumnRole::Stub.name())
    );
    Ok(session.count(Step("read", LEDGER.name), &sql)? > 0)
}

/// Stores the columns of `tables` that are new or described otherwise than `stored`.
pub(crate) fn record(
    session: &impl Session,
    tables: &[Table],
    stored: &[StoredColumn],
    loaded_at_us: i64,
) -> Result<(), DestinationError> {
    let mut next = stored.iter().map(|column| column.position + 1).max().unwrap_or(0);
    for table in tables {
        let mut changed = false;
        let mut rows: Vec<StoredColumn> =
            stored.iter().filter(|column| column.remembered.table == table.name).cloned().collect();
        let places: HashMap<String, usize> =
            rows.iter().enumerate().map(|(place, row)| (row.remembered.column.name.clone(), place)).collect();
        for column in &table.columns {
            let remembered = RememberedColumn {
                table: table.name.clone(),
                resource: table.resource.clone(),
                table_path: table.path.clone(),
                column: column.clone(),
            };
            match places.get(&column.name) {
                Some(&place) if rows[place].remembered == remembered => {}
                Some(&place) => {
                    rows[place].remembered = remembered;
                    changed = true;
                }
                None => {
                    rows.push(StoredColumn { position: next, remembered, first_seen_us: loaded_at_us });
                    next += 1;
                    changed = true;
                }
            }
        }
        if changed {
            let sql = format!("DELETE FROM {} WHERE table_name = ?", LEDGER.name);
            session.execute(Step("write to", LEDGER.name), &sql, &[Cell::from(table.name.as_str())])?;
            let cells: Vec<Vec<Cell>> = rows.iter().map(StoredColumn::cells).collect();
            LEDGER.append(session, Place::Stored(LEDGER.name), &cells)?;
        }
    }
    Ok(())
}
