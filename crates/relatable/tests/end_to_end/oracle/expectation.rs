//! The tables a workspace must lead to.

use super::attributes;
use super::cell::{Cell, Kind};
use super::table::{Column, Table};
use relatable_simulator::{Resource, Simulator};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a table must hold.
pub(crate) struct ExpectedTable {
    /// Names and kinds; a `?` in a name stands for a hexadecimal digit.
    pub(crate) columns: Vec<(String, Kind)>,
    /// The columns that identify a row.
    pub(crate) key: Vec<String>,
    pub(crate) rows: Vec<Vec<Cell>>,
    /// The workspace forgets rows that were created earlier than this, in microseconds; the table may know more.
    pub(crate) forgotten_before: Option<i64>,
}

/// The workspace lists events for 90 days.
const EVENTS_LISTED_US: i64 = 90 * 86_400 * 1_000_000;

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

    /// Whether a row that the workspace does not list is one it has forgotten.
    pub(crate) fn is_forgotten(&self, row: &[Cell]) -> bool {
        let created_at = self.columns.iter().position(|(column, _)| column == "created_at");
        match (self.forgotten_before, created_at.map(|column| &row[column])) {
            (Some(before), Some(Cell::Instant(created_at))) => *created_at < before,
            _ => false,
        }
    }
}

/// Everything the tables must hold, by name of the table, where nothing is asked for by its name.
pub(crate) fn expected_tables(simulator: &Simulator) -> BTreeMap<String, ExpectedTable> {
    expected_tables_with(simulator, &[])
}

/// Everything the tables must hold, by name of the table, where these feeds are asked for by their names.
pub(crate) fn expected_tables_with(
    simulator: &Simulator,
    also: &[&str],
) -> BTreeMap<String, ExpectedTable> {
    let truth = &simulator.truth();
    let mut expected: BTreeMap<String, ExpectedTable> = BTreeMap::new();
    let tables = super::tables();
    for resource in Resource::ALL {
        let here: Vec<&Table> = tables.iter().filter(|table| table.resource == resource).collect();
        let attributes: Vec<Vec<Column>> = here
            .iter()
            .map(|table| {
                let undefined = || table.undefined.clone();
                table.attributes.map_or_else(undefined, |model| attributes::columns(truth, model))
            })
            .collect();
        let mut filled: Vec<ExpectedTable> =
            here.iter().zip(&attributes).map(|(table, attributes)| empty(table, attributes)).collect();
        for document in truth.documents(resource) {
            for ((table, attributes), filled) in here.iter().zip(&attributes).zip(&mut filled) {
                let rows = if table.is_filled(also) { table.rows(&document) } else { Vec::new() };
                for (element, mut cells) in rows {
                    cells.extend(attributes.iter().flat_map(|column| attribute_cells(column, element)));
                    filled.rows.push(cells);
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
    if let Some(events) = expected.get_mut("events") {
        events.forgotten_before = Some(simulator.now_s() * 1_000_000 - EVENTS_LISTED_US);
    }
    expected
}

/// The table without rows.
fn empty(table: &Table, attributes: &[Column]) -> ExpectedTable {
    let mut columns: Vec<(String, Kind)> =
        table.columns.iter().map(|column| (column.name.clone(), column.kind)).collect();
    for column in attributes {
        columns.push((column.name.clone(), column.kind));
        columns.push((format!("{}__text", column.name), Kind::Text));
    }
    let key = table.key.iter().map(|name| (*name).to_owned()).collect();
    ExpectedTable { columns, key, rows: Vec::new(), forgotten_before: None }
}

/// The cell of an attribute, and that of the column for values which the first cannot hold.
fn attribute_cells(column: &Column, element: &Value) -> [Cell; 2] {
    let value = column.value(element);
    match Cell::expected(column.kind, value) {
        Some(cell) => [cell, Cell::Null],
        None => [Cell::Null, Cell::expected(Kind::Text, value).expect("attributes hold scalars")],
    }
}
