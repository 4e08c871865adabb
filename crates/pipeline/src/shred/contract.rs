//! Contracts: what becomes of paths that neither the rules declare nor the tables have.

use arrow_array::{Array, RecordBatch};
use relatable_model::issue::Issue;
use relatable_model::json::Json;
use relatable_model::plan::{Memory, PlanError};
use relatable_model::reassemble::scalar;
use relatable_model::rules::Contract;
use relatable_model::schema::Table;
use relatable_model::shred::{Shredded, ShreddedTable};

/// The kind of issue recorded for each value left out.
const DISCARDED: &str = "value_discarded";

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
    let mut kept = Vec::with_capacity(shredded.tables.len());
    for mut shredded_table in std::mem::take(&mut shredded.tables) {
        let ShreddedTable { table, rows, .. } = &shredded_table;
        let is_known = known.has_table(&table.path);
        let mut new: Vec<(String, Vec<usize>)> = Vec::new();
        if is_known {
            let columns = table.columns.iter().filter(|column| !known.has_column(&table.path, &column.name));
            new.extend(columns.map(|column| (column.path.clone(), filled(rows, &column.name))));
        } else {
            new.push((table.path.clone(), (0..rows.num_rows()).collect()));
        }
        for (path, rows_with) in new {
            if let (Contract::Freeze, Some(&row)) = (contract, rows_with.first()) {
                return Err(frozen(resource, table, rows, &path, row));
            }
            let issue = discarded(resource, path);
            shredded.issues.extend(std::iter::repeat_n(issue, rows_with.len()));
        }
        // A new list that is empty everywhere brings nothing, so that nothing is refused for it.
        if is_known {
            keep_known(&mut shredded_table, known);
            kept.push(shredded_table);
        }
    }
    shredded.tables = kept;
    Ok(())
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

/// The error of a frozen resource.
fn frozen(resource: &str, table: &Table, rows: &RecordBatch, path: &str, row: usize) -> PlanError {
    let part = |column: &String| match rows.column_by_name(column).and_then(|array| scalar(array, row)) {
        Some(Json::String(text)) => text,
        Some(value) => value.to_string(),
        None => String::new(),
    };
    let record = table.key.iter().map(part).collect::<Vec<_>>().join("/");
    PlanError {
        resource: resource.to_owned(),
        table: table.name.clone(),
        difference: format!(
            "its contract is `freeze`, and the record `{record}` has a value at `{path}`, for which there is no column; \
             nothing of this load was written"
        ),
        place: path.to_owned(),
    }
}

/// The issue of a value left out.
fn discarded(resource: &str, path: String) -> Issue {
    Issue {
        resource: resource.to_owned(),
        kind: DISCARDED.to_owned(),
        path,
        record: String::new(),
        detail: "the contract is `discard`, and there is no column for it".to_owned(),
    }
}
