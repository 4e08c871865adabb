//! `_relatable_keys`: primary keys, parent links and references, whether the database enforces them or not.

use super::{Ledger, names_from_json, names_json, optional, required};
use crate::error::DestinationError;
use crate::session::{Cell, Place, Session, Step};
use crate::shape::Shapes;
use relatable_model::logical::LogicalType;
use relatable_model::schema::{Column, Reference, Table};
use relatable_model::write_mode::WriteMode;

/// The layout.
pub(crate) const LEDGER: Ledger = Ledger {
    name: "_relatable_keys",
    columns: &[
        required("table_name", LogicalType::Text),
        required("kind", LogicalType::Text),
        required("columns", LogicalType::Json),
        required("referenced_table", LogicalType::Text),
        optional("referenced_columns", LogicalType::Json),
        required("condition", LogicalType::Json),
        required("enforced", LogicalType::Boolean),
    ],
    key: &["table_name", "kind", "columns", "referenced_table", "condition"],
};

/// The word for a table's own key.
const PRIMARY: &str = "primary";
/// The word for the link of a child table to the table it was split from.
const PARENT: &str = "parent";
/// The word for a reference between resources.
const REFERENCE: &str = "reference";

/// One key as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredKey {
    /// The table that has it.
    pub(crate) table: String,
    /// [`PRIMARY`], [`PARENT`] or [`REFERENCE`].
    kind: String,
    /// The columns of it.
    pub(crate) columns: Vec<String>,
    /// The table pointed at, or empty.
    pub(crate) referenced_table: String,
    /// The columns pointed at, in the order of `columns`; `None` while that table is not known.
    pub(crate) referenced_columns: Option<Vec<String>>,
    /// The condition as JSON, `{}` for none.
    condition: String,
    /// Whether the database enforces it.
    enforced: bool,
}

impl StoredKey {
    /// Whether it is the table's own key.
    pub(crate) fn is_primary(&self) -> bool {
        self.kind == PRIMARY
    }

    /// Whether it is the link to the parent.
    pub(crate) fn is_parent(&self) -> bool {
        self.kind == PARENT
    }

    /// Whether it is the reference of this column, and enforced by the database.
    pub(crate) fn is_enforced_reference(&self, table: &str, column: &str) -> bool {
        self.enforced && self.kind == REFERENCE && self.table == table && self.columns == [column]
    }

    /// Whether it is a reference that the database enforces.
    pub(crate) fn enforces_reference(&self) -> bool {
        self.enforced && self.kind == REFERENCE
    }

    /// The stored row.
    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::from(self.table.as_str()),
            Cell::from(self.kind.as_str()),
            Cell::Text(names_json(&self.columns)),
            Cell::from(self.referenced_table.as_str()),
            Cell::from(self.referenced_columns.as_deref().map(names_json)),
            Cell::from(self.condition.as_str()),
            Cell::Boolean(self.enforced),
        ]
    }
}

/// Every stored key.
pub(crate) fn read(session: &impl Session) -> Result<Vec<StoredKey>, DestinationError> {
    let condition = session.dialect().quote("condition");
    let sql = format!(
        "SELECT table_name, kind, columns, referenced_table, referenced_columns, {condition}, \
         CASE WHEN enforced THEN 1 ELSE 0 END FROM {}",
        LEDGER.name
    );
    let rows = session.rows(Step("read", LEDGER.name), &sql, &[])?;
    let keys = rows.iter().map(|row| StoredKey {
        table: row[0].text(),
        kind: row[1].text(),
        columns: names_from_json(&row[2].text()),
        referenced_table: row[3].text(),
        referenced_columns: row[4].optional_text().map(|text| names_from_json(&text)),
        condition: row[5].text(),
        enforced: row[6].integer() != 0,
    });
    Ok(keys.collect())
}

/// The keys a table declares; `key_of` answers the key of a table as far as it is known, `shapes` which references are
/// enforced.
fn declared(
    table: &Table,
    enforced: bool,
    key_of: impl Fn(&str) -> Option<Vec<String>>,
    shapes: &Shapes,
) -> Vec<StoredKey> {
    let none = || "{}".to_owned();
    let mut keys = vec![StoredKey {
        table: table.name.clone(),
        kind: PRIMARY.to_owned(),
        columns: table.key.clone(),
        referenced_table: String::new(),
        referenced_columns: None,
        condition: none(),
        // Many versions have one key.
        enforced: enforced && table.mode != WriteMode::Append,
    }];
    if let Some(parent) = &table.parent {
        let (here, there) = parent.columns.iter().cloned().unzip();
        keys.push(StoredKey {
            table: table.name.clone(),
            kind: PARENT.to_owned(),
            columns: here,
            referenced_table: parent.table.clone(),
            referenced_columns: Some(there),
            condition: none(),
            enforced: enforced && !table.mode.keeps_versions(),
        });
    }
    for column in &table.columns {
        keys.extend(column.references.iter().map(|reference| {
            let referenced_columns = key_of(&reference.table);
            let foreign_key = shapes.foreign_key(&table.name, &column.name);
            let enforced = enforced && foreign_key.is_some_and(|held| held.target == reference.table);
            StoredKey { enforced, ..reference_key(table, column, reference, referenced_columns) }
        }));
    }
    // The same reference declared twice is one.
    let mut distinct: Vec<StoredKey> = Vec::with_capacity(keys.len());
    for key in keys {
        if !distinct.contains(&key) {
            distinct.push(key);
        }
    }
    distinct
}

/// The key a column's reference amounts to.
fn reference_key(
    table: &Table,
    column: &Column,
    reference: &Reference,
    referenced_columns: Option<Vec<String>>,
) -> StoredKey {
    let condition = reference
        .when
        .as_ref()
        .map_or_else(|| serde_json::json!({}), |when| serde_json::json!({ &when.column: when.values }));
    StoredKey {
        table: table.name.clone(),
        kind: REFERENCE.to_owned(),
        columns: vec![column.name.clone()],
        referenced_table: reference.table.clone(),
        referenced_columns,
        condition: condition.to_string(),
        enforced: false,
    }
}

/// Stores the keys of `tables` that differ from `stored`, and completes references to tables that are known by now.
/// References of columns that a table no longer declares stay with the columns, and so do those that the database enforces.
pub(crate) fn record(
    session: &impl Session,
    tables: &[Table],
    stored: &[StoredKey],
    shapes: &Shapes,
) -> Result<(), DestinationError> {
    let key_of = |name: &str| {
        let here = tables.iter().find(|table| table.name == name).map(|table| table.key.clone());
        here.or_else(|| {
            stored.iter().find(|key| key.is_primary() && key.table == name).map(|key| key.columns.clone())
        })
    };
    let enforced = session.dialect().enforces_keys();
    let mut wanted: Vec<StoredKey> = stored.to_vec();
    for table in tables {
        wanted.retain(|key| {
            let undeclared = key.kind == REFERENCE && table.column(&key.columns[0]).is_none();
            key.table != table.name || undeclared || key.enforces_reference()
        });
        for key in declared(table, enforced, key_of, shapes) {
            if !wanted.contains(&key) {
                wanted.push(key);
            }
        }
    }
    for key in wanted.iter_mut().filter(|key| key.kind == REFERENCE && key.referenced_columns.is_none()) {
        key.referenced_columns = key_of(&key.referenced_table);
    }
    for name in changed_tables(&wanted, stored) {
        let sql = format!("DELETE FROM {} WHERE table_name = ?", LEDGER.name);
        session.execute(Step("write to", LEDGER.name), &sql, &[Cell::from(name)])?;
        let rows: Vec<Vec<Cell>> =
            wanted.iter().filter(|key| key.table == name).map(StoredKey::cells).collect();
        LEDGER.append(session, Place::Stored(LEDGER.name), &rows)?;
    }
    Ok(())
}

/// The tables whose keys differ, each once.
fn changed_tables<'k>(wanted: &'k [StoredKey], stored: &'k [StoredKey]) -> Vec<&'k str> {
    let appeared = wanted.iter().filter(|key| !stored.contains(key));
    let vanished = stored.iter().filter(|key| !wanted.contains(key));
    let mut names: Vec<&str> = appeared.chain(vanished).map(|key| key.table.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names
}
