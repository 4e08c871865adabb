//! The tables a workspace must lead to.

use super::attributes;
use super::cell::{Cell, Kind};
use super::table::{Column, Table};
use relatable_simulator::{Mutation, Resource, Simulator};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// What a table must hold.
pub(crate) struct ExpectedTable {
    /// Names and kinds; a `?` in a name stands for a hexadecimal digit.
    pub(crate) columns: Vec<(String, Kind)>,
    /// The columns that identify a row.
    pub(crate) key: Vec<String>,
    pub(crate) rows: Vec<Vec<Cell>>,
    /// The record that a row is part of.
    pub(crate) owner: Option<Owner>,
    /// The workspace forgets rows that were created earlier than this, in microseconds; the table may know more.
    pub(crate) forgotten_before: Option<i64>,
    /// Records of which the workspace does not show everything that it showed before.
    pub(crate) outlasting: Option<Outlasting>,
}

/// Where the record is that a row is part of.
pub(crate) struct Owner {
    pub(crate) table: &'static str,
    /// Columns of its key, each with the one that names it.
    pub(crate) columns: Vec<(String, String)>,
}

/// Records of which a table may hold more than the workspace shows.
pub(crate) enum Outlasting {
    /// Those that this column names with one of these ids.
    Of(String, HashSet<String>),
    /// All others.
    AllBut(String, HashSet<String>),
}

/// The workspace lists events for 90 days.
const EVENTS_LISTED_US: i64 = 90 * 86_400 * 1_000_000;

/// Tables of what happened: it did, even if the contact is gone to whom it did.
const LASTING: [&str; 2] = ["events", "event_summaries"];

/// Parts that the workspace shows of a conversation or ticket.
const PARTS_SHOWN: u64 = 500;

impl ExpectedTable {
    /// Numbers the rows that have the same value in a column, in their `position`.
    fn count_by(&mut self, column: &str) {
        let place = |name: &str| self.columns.iter().position(|(column, _)| column == name).expect(name);
        let (value, position) = (place(column), place("position"));
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        for row in &mut self.rows {
            let count = counts.entry(format!("{:?}", row[value])).or_default();
            row[position] = Cell::Integer(*count);
            *count += 1;
        }
    }

    /// Whether a row that the workspace does not show may be there all the same.
    pub(crate) fn may_outlast(&self, row: &[Cell]) -> bool {
        let is_forgotten = match (self.forgotten_before, self.cell(row, "created_at")) {
            (Some(before), Some(Cell::Instant(created_at))) => *created_at < before,
            _ => false,
        };
        let names = |column: &str, ids: &HashSet<String>| match self.cell(row, column) {
            Some(Cell::Text(id)) => ids.contains(id),
            _ => false,
        };
        is_forgotten
            || match &self.outlasting {
                Some(Outlasting::Of(column, ids)) => names(column, ids),
                Some(Outlasting::AllBut(column, ids)) => !names(column, ids),
                None => false,
            }
    }

    fn cell<'a>(&self, row: &'a [Cell], column: &str) -> Option<&'a Cell> {
        self.columns.iter().position(|(name, _)| name == column).map(|index| &row[index])
    }
}

/// Everything the tables must hold, by name of the table, where nothing is asked for by its name.
pub(crate) fn expected_tables(simulator: &Simulator) -> BTreeMap<String, ExpectedTable> {
    expected_tables_with(simulator, &[])
}

/// Everything the tables must hold, by name of the table, where these feeds are asked for by their names.
pub(crate) fn expected_tables_with(simulator: &Simulator, also: &[&str]) -> BTreeMap<String, ExpectedTable> {
    let truth = &simulator.truth();
    let mut expected: BTreeMap<String, ExpectedTable> = BTreeMap::new();
    let tables = super::tables();
    for resource in Resource::ALL {
        let here: Vec<&Table> = tables.iter().filter(|table| table.resource == resource).collect();
        let root = here.iter().find(|table| !table.is_child()).copied();
        let more: Vec<Vec<Column>> = here.iter().map(|table| further_columns(table, simulator)).collect();
        let mut filled: Vec<ExpectedTable> =
            here.iter().zip(&more).map(|(table, more)| empty(table, root, more)).collect();
        for document in truth.documents(resource).filter_map(|document| shown(resource, document, also)) {
            for ((table, more), filled) in here.iter().zip(&more).zip(&mut filled) {
                let rows = if table.is_filled(also) { table.rows(&document) } else { Vec::new() };
                for (element, mut cells) in rows {
                    cells.extend(more.iter().flat_map(|column| attribute_cells(column, element)));
                    filled.rows.push(cells);
                }
                if table.is_cut_at(PARTS_SHOWN, &document)
                    && let Some(Outlasting::Of(_, ids)) = &mut filled.outlasting
                {
                    ids.insert(document["id"].as_str().unwrap().to_owned());
                }
            }
        }
        for (table, filled) in here.iter().zip(&mut filled) {
            if let Some(column) = table.counted_by {
                filled.count_by(column);
            }
        }
        expected.extend(here.iter().map(|table| table.name.to_owned()).zip(filled));
    }
    // What the API makes as jobs has tests of its own.
    expected.extend(super::exported_tables(simulator, None, None));
    let ids = |role: Option<&str>| -> HashSet<String> {
        let contacts = truth.documents(Resource::Contacts);
        let meant = contacts.filter(|contact| role.is_none_or(|role| contact["role"] == role));
        meant.map(|contact| contact["id"].as_str().unwrap().to_owned()).collect()
    };
    let (living, users) = (ids(None), ids(Some("user")));
    for name in LASTING {
        let Some(table) = expected.get_mut(name) else { continue };
        table.outlasting = Some(Outlasting::AllBut("contact_id".to_owned(), living.clone()));
    }
    if let Some(events) = expected.get_mut("events") {
        events.forgotten_before = Some(simulator.now_s() * 1_000_000 - EVENTS_LISTED_US);
    }
    if let Some(merges) = expected.get_mut("contact_merges") {
        // The API tells of users only who was merged into them.
        let into = merges.columns.iter().position(|(column, _)| column == "contact_id").unwrap();
        merges.rows.retain(|row| matches!(&row[into], Cell::Text(id) if users.contains(id)));
        let columns = vec![("id".to_owned(), "contact_id".to_owned())];
        merges.owner = Some(Owner { table: "contacts", columns });
    }
    expected
}

/// The type of custom objects that no attribute points at, so that it is read only where it is asked for.
const UNNAMED_TYPE: &str = "Device";

/// What of a document can be read, if anything can: what was said in calls is told with those of conversations, and types
/// of custom objects must be known.
fn shown(resource: Resource, mut document: Value, also: &[&str]) -> Option<Value> {
    if resource == Resource::Calls
        && document["conversation_id"].is_null()
        && let Some(members) = document.as_object_mut()
    {
        members.remove("transcript");
        members.remove("transcript_status");
    }
    let is_unknown = resource == Resource::CustomObjectInstances
        && document["type"] == UNNAMED_TYPE
        && !also.contains(&UNNAMED_TYPE);
    (!is_unknown).then_some(document)
}

/// Columns that the workspace itself brought: custom attributes, and fields that no description knows.
fn further_columns(table: &Table, simulator: &Simulator) -> Vec<Column> {
    let truth = &simulator.truth();
    let mut columns = table.attributes.map_or_else(Vec::new, |model| attributes::columns(truth, model));
    columns.extend(table.undefined.clone());
    let log = if table.is_child() { Vec::new() } else { simulator.log() };
    columns.extend(log.into_iter().filter_map(|logged| match logged.mutation {
        Mutation::AddField { resource, name, value } if resource == table.resource => {
            let kind = match value {
                Value::Bool(_) => Kind::Boolean,
                Value::Number(_) => Kind::Integer,
                _ => Kind::Text,
            };
            Some(Column::of_field(name, kind))
        }
        _ => None,
    }));
    columns
}

/// The table without rows.
pub(super) fn empty(table: &Table, root: Option<&Table>, more: &[Column]) -> ExpectedTable {
    let mut columns: Vec<(String, Kind)> =
        table.columns.iter().map(|column| (column.name.clone(), column.kind)).collect();
    for column in more {
        columns.push((column.name.clone(), column.kind));
        columns.push((format!("{}__text", column.name), Kind::Text));
    }
    let key = table.key.iter().map(|name| (*name).to_owned()).collect();
    let root = root.filter(|_| table.is_child());
    let owner = root.map(|root| Owner { table: root.name, columns: table.columns_naming(root) });
    // Nothing is cut until a document says so.
    let outlasting = owner.as_ref().and_then(|owner| {
        let (_, column) = owner.columns.first()?;
        Some(Outlasting::Of(column.clone(), HashSet::new()))
    });
    ExpectedTable { columns, key, rows: Vec::new(), owner, forgotten_before: None, outlasting }
}

/// The cell of an attribute, and that of the column for values which the first cannot hold.
fn attribute_cells(column: &Column, element: &Value) -> [Cell; 2] {
    let value = column.value(element);
    match Cell::expected(column.kind, value) {
        Some(cell) => [cell, Cell::Null],
        None => [Cell::Null, Cell::expected(Kind::Text, value).expect("attributes hold scalars")],
    }
}
