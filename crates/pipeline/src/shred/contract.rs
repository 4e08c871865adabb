//! Contracts: what becomes of paths that neither the rules declare nor the tables have.

use arrow_array::{Array, RecordBatch, StringArray};
use relatable_model::issue::Issue;
use relatable_model::json::Json;
use relatable_model::plan::{Memory, PlanError};
use relatable_model::reassemble::scalar;
use relatable_model::rules::Contract;
use relatable_model::schema::{Column, ColumnRole, MORE, Table};
use relatable_model::shred::{Shredded, ShreddedTable};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The kind of issue recorded for each value left out.
const DISCARDED: &str = "value_discarded";
/// The kind of issue that the model records for each value that went to a column beside its own.
const BESIDE: &str = "value_not_representable";

/// A place that the contract does not let in: its path, whether a known column holds other values of that path, and the rows
/// that have a value there.
struct New {
    path: String,
    has_column: bool,
    rows: Vec<usize>,
}

/// Holds what was shredded to a contract; `known` are the tables and columns that may be.
///
/// # Errors
/// [`PlanError`] naming the first path and record that a frozen resource has no column for.
pub(super) fn hold(
    contract: Contract,
    resource: &str,
    known: &Memory,
    shredded: &mut Shredded,
) -> Result<(), PlanError> {
    if contract == Contract::Evolve {
        return Ok(());
    }
    let root = shredded.tables.iter().find(|shredded| shredded.table.parent.is_none());
    let key_parts = root.map_or(0, |root| root.table.key.len());
    let mut kept = Vec::with_capacity(shredded.tables.len());
    for mut shredded_table in std::mem::take(&mut shredded.tables) {
        let ShreddedTable { table, rows, .. } = &shredded_table;
        for new in not_known(table, rows, known) {
            let records = new.rows.iter().map(|&row| record(table, rows, row, key_parts));
            if contract == Contract::Freeze {
                match records.into_iter().next() {
                    Some(record) => return Err(frozen(resource, table, &new, &record)),
                    None => continue,
                }
            }
            for record in records {
                let issue = discarded(resource, &new, record);
                // The value went nowhere, so it is not told that it went beside its column.
                let beside = shredded.issues.iter().position(|other| {
                    other.kind == BESIDE && other.path == issue.path && other.record == issue.record
                });
                beside.filter(|_| new.has_column).map(|place| shredded.issues.swap_remove(place));
                shredded.issues.push(issue);
            }
        }
        // A new list that is empty everywhere brings nothing, so that nothing is refused for it.
        if known.has_table(&table.path) {
            keep_known(&mut shredded_table, known);
            keep_known_members(&mut shredded_table, known);
            kept.push(shredded_table);
        }
    }
    shredded.tables = kept;
    Ok(())
}

/// What a table has that is not known: columns, or all of it.
fn not_known(table: &Table, rows: &RecordBatch, known: &Memory) -> Vec<New> {
    if !known.has_table(&table.path) {
        let rows = (0..rows.num_rows()).collect();
        return vec![New { path: table.path.clone(), has_column: false, rows }];
    }
    let is_known = |column: &Column| known.has_column(&table.path, &column.name);
    let is_of_one_path = |column: &&Column| !is_known(column) && column.role != ColumnRole::More;
    let new = table.columns.iter().filter(is_of_one_path);
    let new = new.map(|column| New {
        path: column.path.clone(),
        has_column: table
            .columns
            .iter()
            .any(|other| other.role == ColumnRole::Value && other.path == column.path && is_known(other)),
        rows: filled(rows, &column.name),
    });
    new.chain(new_members(table, rows, known)).collect()
}

/// The paths that are not known of those whose values are members of one column.
fn new_members(table: &Table, rows: &RecordBatch, known: &Memory) -> Vec<New> {
    let mut new: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let is_new = |path: &String| !known.is_in_more(&table.path, path);
    if !table.more.iter().any(is_new) {
        return Vec::new();
    }
    for (row, members) in members(rows) {
        for path in members.into_keys().filter(is_new) {
            new.entry(path).or_default().push(row);
        }
    }
    let has_column = |path: &String| {
        let mut columns = table.columns.iter();
        columns.any(|column| column.role == ColumnRole::Value && column.path == *path)
    };
    new.into_iter().map(|(path, rows)| New { has_column: has_column(&path), path, rows }).collect()
}

/// The members of the one column for values without a column of their own, of each row that has such.
fn members(rows: &RecordBatch) -> Vec<(usize, BTreeMap<String, Json>)> {
    let Some(array) = rows.column_by_name(MORE) else { return Vec::new() };
    let of_row = |row: usize| match Json::parse(scalar(array, row).map(text)?.as_bytes()) {
        Ok(Json::Object(members)) => Some((row, members)),
        _ => None,
    };
    (0..rows.num_rows()).filter_map(of_row).collect()
}

/// A text, or another value as JSON writes it.
fn text(value: Json) -> String {
    match value {
        Json::String(text) => text,
        other => other.to_string(),
    }
}

/// The key of the record that a row belongs to, which has so many parts, as other issues have it.
fn record(table: &Table, rows: &RecordBatch, row: usize, key_parts: usize) -> String {
    let part = |column: &str| match rows.column_by_name(column).and_then(|array| scalar(array, row)) {
        Some(value) => text(value),
        None => String::new(),
    };
    let inherited = table.columns.iter().filter(|column| column.role == ColumnRole::Inherited);
    let parts: Vec<String> = match table.parent {
        None => table.key.iter().map(|column| part(column)).collect(),
        Some(_) => inherited.take(key_parts).map(|column| part(&column.name)).collect(),
    };
    parts.join("/")
}

/// The rows that have a value in a column.
fn filled(rows: &RecordBatch, column: &str) -> Vec<usize> {
    let Some(array) = rows.column_by_name(column) else { return Vec::new() };
    (0..rows.num_rows()).filter(|&row| !array.is_null(row)).collect()
}

/// Takes the columns away that are not known.
fn keep_known(shredded: &mut ShreddedTable, known: &Memory) {
    let ShreddedTable { table, rows, .. } = shredded;
    let Table { path, columns, .. } = table;
    columns.retain(|column| known.has_column(path, &column.name));
    let schema = rows.schema();
    let places: Vec<usize> =
        (0..rows.num_columns()).filter(|&place| known.has_column(path, schema.field(place).name())).collect();
    if let Ok(projected) = rows.project(&places) {
        *rows = projected;
    }
}

/// Takes the members away that are not known from the one column for many paths.
fn keep_known_members(shredded: &mut ShreddedTable, known: &Memory) {
    let ShreddedTable { table, rows, .. } = shredded;
    let is_known = |path: &String| known.is_in_more(&table.path, path);
    if table.more.iter().all(is_known) {
        return;
    }
    let mut kept: Vec<Option<String>> = vec![None; rows.num_rows()];
    for (row, mut members) in members(rows) {
        members.retain(|path, _| is_known(path));
        kept[row] = (!members.is_empty()).then(|| Json::Object(members).to_string());
    }
    table.more.retain(|path| known.is_in_more(&table.path, path));
    if let Ok(place) = rows.schema().index_of(MORE) {
        let mut arrays = rows.columns().to_vec();
        arrays[place] = Arc::new(StringArray::from(kept));
        if let Ok(rewritten) = RecordBatch::try_new(rows.schema(), arrays) {
            *rows = rewritten;
        }
    }
}

/// The error of a frozen resource.
fn frozen(resource: &str, table: &Table, New { path, has_column, .. }: &New, record: &str) -> PlanError {
    let lacks = if *has_column { ": that of its path cannot hold it" } else { "" };
    PlanError {
        resource: resource.to_owned(),
        table: table.name.clone(),
        difference: format!(
            "its contract is `freeze`, and the record `{record}` has a value at `{path}`, for which there is no \
             column{lacks}; nothing of this load was written"
        ),
        place: path.clone(),
    }
}

/// The issue of a value of a record that is left out.
fn discarded(resource: &str, New { path, has_column, .. }: &New, record: String) -> Issue {
    let lacks = if *has_column { "its column cannot hold it" } else { "there is no column for it" };
    Issue {
        resource: resource.to_owned(),
        kind: DISCARDED.to_owned(),
        path: path.clone(),
        record,
        detail: format!("the contract is `discard`, and {lacks}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use relatable_model::rules::Rules;
    use relatable_model::shred::{Context, Shredder};
    use relatable_model::width::Width;

    #[test]
    fn a_contract_holds_for_values_that_a_table_has_no_column_for() {
        let text = "[things]\nkey = [\"id\"]\n[things.paths]\n\"id\" = { type = \"text\" }";
        let rules = Rules::parse(text, "test").expect(text);
        let shred = |memory: Memory, document: &str| {
            let mut shredder =
                Shredder::new("things", &rules.resources["things"], memory, None).expect("plan");
            shredder.document(document.as_bytes(), Context::default()).expect(document);
            shredder.finish().expect("finish")
        };
        let mut known = Memory::default();
        known.limit(&Width { columns: 0, ..Width::UNLIMITED });
        let agreed = shred(known.clone(), r#"{"id":"1","a":1}"#);
        known.remember_table(&agreed.tables[0].table);
        let later = || shred(known.clone(), r#"{"id":"2","a":2,"b":3}"#);
        let refused = hold(Contract::Freeze, "things", &known, &mut later()).expect_err("frozen");
        assert_eq!(refused.place, "b");
        let mut discarded = later();
        hold(Contract::Discard, "things", &known, &mut discarded).expect("discarded");
        let ShreddedTable { table, rows, .. } = &discarded.tables[0];
        assert_eq!(table.more, ["a"]);
        let kept = rows.column_by_name(MORE).and_then(|array| scalar(array, 0));
        assert_eq!(kept, Some(Json::String(r#"{"a":2}"#.to_owned())));
        let told: Vec<(&str, &str)> =
            discarded.issues.iter().map(|issue| (issue.kind.as_str(), issue.path.as_str())).collect();
        assert_eq!(told, [(DISCARDED, "b")]);
    }
}
