//! `_relatable_more`: the paths whose values stand in the column `_more` of their table, which has no room for columns of
//! them.

use super::columns::StoredColumn;
use super::{Ledger, required};
use crate::catalogue::Catalogue;
use crate::error::DestinationError;
use crate::package::RememberedColumn;
use crate::session::{Cell, Place, Session, Step};
use relatable_model::logical::LogicalType;
use relatable_model::schema::{ColumnRole, Table};
use std::collections::{BTreeMap, BTreeSet};

/// The layout.
pub(crate) const LEDGER: Ledger = Ledger {
    name: "_relatable_more",
    columns: &[
        required("position", LogicalType::Integer),
        required("table_name", LogicalType::Text),
        required("source_path", LogicalType::Text),
        required("first_seen", LogicalType::Timestamp),
    ],
    // A path may be longer than what an index has room for.
    key: &["position"],
};

/// The paths, by table.
pub(crate) type Paths = BTreeMap<String, BTreeSet<String>>;

/// The paths stored; none where an older release made the bookkeeping tables.
pub(crate) fn read(session: &impl Session) -> Result<Paths, DestinationError> {
    if !Catalogue::holds(session, LEDGER.name)? {
        return Ok(Paths::new());
    }
    let sql = format!("SELECT table_name, source_path FROM {}", LEDGER.name);
    let mut paths = Paths::new();
    for row in session.rows(Step("read", LEDGER.name), &sql, &[])? {
        paths.entry(row[0].text()).or_default().insert(row[1].text());
    }
    Ok(paths)
}

/// What of the paths a caller gets to see: each as that of the column it stands in, which is `stored`.
pub(crate) fn remembered(stored: &[StoredColumn], paths: &Paths) -> Vec<RememberedColumn> {
    let holding = stored.iter().map(|stored| &stored.remembered);
    let holding = holding.filter(|remembered| remembered.column.role == ColumnRole::More);
    let of_table = |remembered: &RememberedColumn| {
        let paths = paths.get(&remembered.table).into_iter().flatten();
        paths.map(|path| with_path(remembered.clone(), path)).collect::<Vec<_>>()
    };
    holding.flat_map(of_table).collect()
}

/// The column for one of the paths it holds.
fn with_path(mut remembered: RememberedColumn, path: &str) -> RememberedColumn {
    path.clone_into(&mut remembered.column.path);
    remembered
}

/// The paths of a table that are not `stored`.
pub(crate) fn new_paths<'t>(table: &'t Table, stored: &'t Paths) -> impl Iterator<Item = &'t String> {
    let known = stored.get(&table.name);
    table.more.iter().filter(move |path| known.is_none_or(|known| !known.contains(*path)))
}

/// Stores the paths of `tables` that are not `stored`.
pub(crate) fn record(
    session: &impl Session,
    tables: &[Table],
    stored: &Paths,
    loaded_at_us: i64,
) -> Result<(), DestinationError> {
    let new =
        tables.iter().flat_map(|table| new_paths(table, stored).map(|path| (table.name.as_str(), path)));
    let mut new = new.peekable();
    if new.peek().is_none() {
        return Ok(());
    }
    let sql = format!("SELECT coalesce(max(position), 0) + 1 FROM {}", LEDGER.name);
    let next = session.count(Step("read", LEDGER.name), &sql)?;
    let cells = |(position, (table, path)): (u64, (&str, &String))| {
        vec![
            Cell::Integer(i64::try_from(position).unwrap_or(i64::MAX)),
            Cell::from(table),
            Cell::from(path.as_str()),
            Cell::Instant(loaded_at_us),
        ]
    };
    let rows: Vec<Vec<Cell>> = (next..).zip(new).map(cells).collect();
    LEDGER.append(session, Place::Stored(LEDGER.name), &rows)
}
