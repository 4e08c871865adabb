//! `model show`: what documents become; `model schema`: how rules are written.

use crate::arguments::ModelShowArguments;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::render::{self, Alignment, Grid};
use crate::rules::{self, Merged, OpenTable};
use relatable_model::rules::json_schema;
use relatable_model::schema::{Column, ColumnRole, Reference, Table};
use relatable_model::write_mode::WriteMode;
use serde::Serialize;

/// Version of the JSON document; it grows when a member changes its meaning or goes.
const DOCUMENT_VERSION: u32 = 1;

/// The model as one JSON document.
#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tables: &'a [Table],
    /// Tables whose columns only documents can settle.
    open: &'a [OpenTable],
}

/// Shows the tables of the merged model.
pub(super) fn show(arguments: &ModelShowArguments) -> Result<ExitCode, Failure> {
    let Merged { rules, unfamiliar, doubtful_references } =
        rules::merged(arguments.naming.asked(arguments.model.as_deref()))?;
    let (mut tables, mut open) = (Vec::new(), Vec::new());
    for resource in rules::resource_names() {
        if arguments.resource.as_deref().is_none_or(|asked| asked == resource) {
            let declared = rules::declared_tables(&rules, resource)?;
            open.extend(rules::open_tables(&rules, resource, &declared));
            tables.extend(declared);
        }
    }
    unfamiliar.iter().for_each(render::warning);
    doubtful_references.iter().for_each(render::warning);
    if arguments.json {
        let document = Document { version: DOCUMENT_VERSION, tables: &tables, open: &open };
        let text = serde_json::to_string_pretty(&document)
            .map_err(|error| Failure::Output(std::io::Error::from(error)))?;
        render::data(&text)?;
    } else {
        let texts: Vec<String> = tables.iter().map(table_text).chain(open.iter().map(open_text)).collect();
        render::data(&texts.join("\n\n"))?;
    }
    Ok(ExitCode::Success)
}

/// Prints the JSON Schema of rule files.
pub(super) fn schema() -> Result<ExitCode, Failure> {
    let text = serde_json::to_string_pretty(&json_schema())
        .map_err(|error| Failure::Output(std::io::Error::from(error)))?;
    render::data(&text)?;
    Ok(ExitCode::Success)
}

/// A table in words.
fn table_text(table: &Table) -> String {
    let mut text = table.name.clone();
    if !table.description.is_empty() {
        text += &format!("  {}", table.description);
    }
    text += &format!("\n  key      {}", table.key.join(", "));
    if table.mode != WriteMode::Upsert {
        text += &format!("\n  mode     {}", table.mode.name());
    }
    if let Some(parent) = &table.parent {
        let pairs: Vec<String> =
            parent.columns.iter().map(|(here, there)| format!("{here} = {}.{there}", parent.table)).collect();
        text += &format!("\n  parent   {}, {}", parent.table, pairs.join(" and "));
    }
    for view in &table.views {
        text += &format!("\n  view     {}, live rows where {} is {}", view.name, view.column, view.equals);
    }
    let mut grid = Grid::new(&[Alignment::Left, Alignment::Left, Alignment::Left]);
    for column in &table.columns {
        let name =
            if table.key.contains(&column.name) { format!("{} *", column.name) } else { column.name.clone() };
        grid.row([name, column.logical.name().to_owned(), meaning(column)]);
    }
    format!("{text}\n{}", grid.text("    "))
}

/// A table that documents will settle, in words.
fn open_text(open: &OpenTable) -> String {
    let OpenTable { resource, path, table, description } = open;
    let named = table.as_ref().map_or_else(|| format!("(a table for {path})"), Clone::clone);
    format!(
        "{named}  {description}\n  from     {path} of {resource}; the first load settles its columns: an object makes a row \
         for each parent, a list a row for each element"
    )
}

/// What a column means and points at.
fn meaning(column: &Column) -> String {
    let points_at: Vec<String> = column.references.iter().map(reference_text).collect();
    let from = match column.role {
        ColumnRole::Value if !column.path.is_empty() && column.path != column.name => {
            format!("[{}]", column.path)
        }
        _ => String::new(),
    };
    let parts = [column.description.clone(), points_at.join(" "), from];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
}

/// What a reference points at, and when.
fn reference_text(reference: &Reference) -> String {
    match &reference.when {
        Some(when) => format!("-> {} (where {} is {})", reference.table, when.column, when.values.join("|")),
        None => format!("-> {}", reference.table),
    }
}
