//! The tables beside what they must hold, cell by cell and in both directions: their live rows, which are neither marked
//! as deleted nor part of a record that is.

use crate::client::Client;
use crate::harness::Site;
use crate::oracle::{Cell, ExpectedTable, Kind, Stored, expected_tables};
use relatable_simulator::Simulator;
use std::collections::{BTreeMap, BTreeSet};

/// Columns in which this program keeps its own books.
const BOOKS: [&str; 2] = ["_synced_at", "_deleted_at"];

/// Columns that tell versions of a row apart, where a table keeps them.
const VERSIONS: [&str; 3] = ["_valid_from", "_valid_to", "_is_current"];

/// The mark of rows that stand for records which were never read, where references are enforced.
const STUB: &str = "_is_stub";

/// Tables that no document of the workspace becomes.
const WITHOUT_DOCUMENTS: [&str; 1] = ["counts"];

/// In the names of tables that lists in custom attributes become, which come with the first element.
const OF_ATTRIBUTE: [&str; 2] = ["_custom_", "ticket_attribute_"];

/// The end of a column's name with what another column cannot hold.
const BESIDE: &str = "__json";

/// How many differences of one table are shown.
const SHOWN: usize = 6;

/// Asserts that every table holds what the workspace holds now, and nothing else.
pub(crate) fn assert_truth(site: &Site, simulator: &Simulator) {
    let found = differences(&site.client(), &expected_tables(simulator));
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}

/// Every difference between the tables and what they must hold, in words.
pub(crate) fn differences(client: &Client, expected: &BTreeMap<String, ExpectedTable>) -> Vec<String> {
    let present: BTreeSet<String> = client.tables().into_iter().collect();
    let known: BTreeSet<String> =
        expected.keys().cloned().chain(WITHOUT_DOCUMENTS.map(str::to_owned)).collect();
    let is_to_come = |name: &str| {
        OF_ATTRIBUTE.iter().any(|of| name.contains(of))
            && expected.get(name).is_some_and(|it| it.rows.is_empty())
    };
    let mut found: Vec<String> = present
        .symmetric_difference(&known)
        .filter(|name| !is_to_come(name))
        .map(|name| format!("table {name} is on one side only"))
        .collect();
    for (name, table) in expected.iter().filter(|(name, _)| present.contains(*name)) {
        let differing = table_differences(client, name, table);
        let more = differing.len().saturating_sub(SHOWN);
        found.extend(differing.into_iter().take(SHOWN));
        found.extend((more > 0).then(|| format!("{name}: {more} more")));
    }
    found
}

fn table_differences(client: &Client, name: &str, expected: &ExpectedTable) -> Vec<String> {
    let present: Vec<String> = client.columns(name).into_iter().map(|(column, _)| column).collect();
    let mut found = Vec::new();
    let places: Vec<Option<usize>> = (expected.columns.iter())
        .map(|(pattern, _)| present.iter().position(|column| is_named(column, pattern)))
        .collect();
    // A number that nothing declares has the type of the first; one that does not fit it stands beside it as it is.
    let beside: Vec<Option<usize>> = (expected.columns.iter())
        .map(|(pattern, kind)| {
            let is_beside =
                |column: &String| column.strip_suffix(BESIDE).is_some_and(|column| is_named(column, pattern));
            Some(*kind).filter(|kind| *kind == Kind::Number).and(present.iter().position(is_beside))
        })
        .collect();
    let placed: BTreeSet<usize> = places.iter().chain(&beside).copied().flatten().collect();
    let rows = client.rows(&live_rows(client, name, expected));
    for (index, column) in present.iter().enumerate() {
        let is_of_books = column == BOOKS[0] || column == STUB || VERSIONS.contains(&column.as_str());
        let is_known = placed.contains(&index) || is_of_books;
        if !is_known && rows.iter().any(|row| row[index] != Stored::Null) {
            found.push(format!("{name}.{column} holds something that is not in the documents"));
        }
    }
    let expected_rows = keyed(expected, expected.rows.clone(), &mut found, name);
    let mut stored = Vec::new();
    let mut unreadable = BTreeSet::new();
    for row in &rows {
        let places = places.iter().zip(&beside);
        let cells = expected.columns.iter().zip(places).map(|((column, kind), (place, beside))| {
            let value = place.map_or(&Stored::Null, |place| &row[place]);
            let value =
                beside.map_or(value, |beside| if row[beside] == Stored::Null { value } else { &row[beside] });
            Cell::read(*kind, value).unwrap_or_else(|error| {
                unreadable.insert(format!("{name}.{column}: {error}"));
                Cell::Null
            })
        });
        stored.push(cells.collect());
    }
    found.extend(unreadable);
    let stored_rows = keyed(expected, stored, &mut found, name);
    for (key, cells) in &expected_rows {
        match stored_rows.get(key) {
            None => found.push(format!("{name} lacks the row {key}")),
            Some(there) => found.extend(cell_differences(name, key, expected, cells, there)),
        }
    }
    let extra = stored_rows
        .iter()
        .filter(|(key, cells)| !expected_rows.contains_key(*key) && !expected.may_outlast(cells));
    found.extend(extra.map(|(key, _)| format!("{name} has the row {key}, which is not true")));
    found
}

/// The query for a table's live rows.
fn live_rows(client: &Client, name: &str, expected: &ExpectedTable) -> String {
    let has = |table: &str, mark: &str| client.columns(table).iter().any(|(column, _)| column == mark);
    let has_mark = |table: &str| has(table, BOOKS[1]);
    let mut live = Vec::new();
    if has(name, VERSIONS[2]) {
        live.push(format!("\"{}\"", VERSIONS[2]));
    }
    if has(name, STUB) {
        live.push(format!("NOT \"{STUB}\""));
    }
    if has_mark(name) {
        live.push(format!("\"{}\" IS NULL", BOOKS[1]));
    }
    if let Some(owner) = expected.owner.as_ref().filter(|owner| has_mark(owner.table)) {
        let is_owned = |(theirs, ours): &(String, String)| format!("o.\"{theirs}\" = \"{name}\".\"{ours}\"");
        let is_owned: Vec<String> = owner.columns.iter().map(is_owned).collect();
        let owner = format!("SELECT 1 FROM \"{}\" o WHERE {}", owner.table, is_owned.join(" AND "));
        live.push(match has(name, VERSIONS[2]) {
            true => format!("EXISTS ({owner} AND o.\"{}\")", VERSIONS[2]),
            false => format!("NOT EXISTS ({owner} AND o.\"{}\" IS NOT NULL)", BOOKS[1]),
        });
    }
    let condition = if live.is_empty() { String::new() } else { format!(" WHERE {}", live.join(" AND ")) };
    format!("SELECT * FROM \"{name}\"{condition}")
}

fn cell_differences(
    table: &str,
    key: &str,
    expected: &ExpectedTable,
    should: &[Cell],
    is: &[Cell],
) -> Vec<String> {
    let cells = expected.columns.iter().zip(should.iter().zip(is));
    cells
        .filter(|(_, (should, is))| should != is)
        .map(|((column, _), (should, is))| format!("{table}.{column} of {key}: {is:?}, true is {should:?}"))
        .collect()
}

/// Rows by their key; a key met twice is a difference.
fn keyed(
    expected: &ExpectedTable,
    rows: Vec<Vec<Cell>>,
    found: &mut Vec<String>,
    table: &str,
) -> BTreeMap<String, Vec<Cell>> {
    let key: Vec<usize> = (expected.key.iter())
        .map(|name| expected.columns.iter().position(|(column, _)| column == name).expect(name))
        .collect();
    let mut by_key = BTreeMap::new();
    for row in rows {
        let cells: Vec<&Cell> = key.iter().map(|&index| &row[index]).collect();
        let text = format!("{cells:?}");
        if by_key.insert(text.clone(), row).is_some() {
            found.push(format!("{table} has the row {text} twice"));
        }
    }
    by_key
}

/// Whether a column has the name meant; a `?` stands for a hexadecimal digit.
fn is_named(column: &str, pattern: &str) -> bool {
    let matches = |(is, meant): (char, char)| is == meant || (meant == '?' && is.is_ascii_hexdigit());
    column.chars().count() == pattern.chars().count() && column.chars().zip(pattern.chars()).all(matches)
}
