//! What hangs on people in the tables, told by the references there: the same as in documents (`relatable_model::forget`).

use super::PERSON;
use crate::files::file_resource;
use relatable_destinations::package::Named;
use relatable_intercom::catalogue::PEOPLE;
use relatable_model::logical::LogicalType;
use relatable_model::schema::{Column, ColumnRole, MORE, Table};

/// Rows, by what becomes of them where they name one of the people.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// They go, and what they were split from, where they name nobody else.
    pub(super) alone: Vec<Named>,
    /// They go.
    pub(super) whole: Vec<Named>,
    /// These columns become null.
    pub(super) blanked: Vec<(Named, Vec<String>)>,
}

/// Whether a table is one of a workspace, and not of documents from files.
pub(super) fn is_of_workspace(table: &Table) -> bool {
    !table.resource.starts_with(&file_resource(""))
}

impl Rows {
    /// What hangs on people in these tables.
    pub(super) fn of(tables: &[Table]) -> Rows {
        let mut rows = Rows::default();
        let Some(people) = tables.iter().find(|table| table.resource == PERSON && table.parent.is_none())
        else {
            return rows;
        };
        for table in tables.iter().filter(|table| is_of_workspace(table)) {
            for column in &table.columns {
                if column.references.iter().any(|reference| reference.table == people.name) {
                    rows.take(table, column);
                }
            }
        }
        let own = people.key.iter().map(|key| named(people, key, None));
        rows.whole.extend(own);
        rows
    }

    /// Takes a column by which rows name people.
    fn take(&mut self, table: &Table, column: &Column) {
        let row = bare(&table.path);
        let object = parent(&column.path).to_owned();
        let whole = |column: &Column| named(table, &column.name, None);
        if object == row {
            if last(&object) == PEOPLE.everybody {
                self.alone.push(whole(column));
            }
            self.whole.push(whole(column));
            return;
        }
        let owner = parent(&object).to_owned();
        let is_row = owner == row;
        if last(&object) == PEOPLE.author {
            let below = if is_row { String::new() } else { format!("{owner}.") };
            let columns = written(table, &owner, &object, is_row);
            self.blanked.push((named(table, &column.name, Some(below)), columns));
        } else if PEOPLE.about.contains(&last(&object)) && is_row {
            self.whole.push(whole(column));
        } else {
            let scope = if PEOPLE.about.contains(&last(&object)) { owner } else { object };
            let columns = values(table).filter(|column| is_below(&column.path, &scope));
            let mut columns: Vec<String> = columns.map(|column| column.name.clone()).collect();
            columns.extend(shared(table, |path| is_below(path, &scope)));
            self.blanked.push((named(table, &column.name, Some(format!("{scope}."))), columns));
        }
    }
}

/// The columns of what a person wrote, which is `owner`, and of the author in it.
fn written(table: &Table, owner: &str, author: &str, is_row: bool) -> Vec<String> {
    let (beginning, title) = PEOPLE.beginning;
    let is_gone = |column: &&Column| {
        let is_text = matches!(column.logical, LogicalType::Text | LogicalType::Json | LogicalType::List);
        let is_kept = PEOPLE.kept.contains(&last(&column.path)) || !column.references.is_empty();
        is_below(&column.path, author)
            || (is_row || is_below(&column.path, owner)) && is_text && !is_kept
            || owner == beginning && column.path == title
    };
    let mut columns: Vec<String> = values(table).filter(is_gone).map(|column| column.name.clone()).collect();
    columns.extend(shared(table, |path| {
        is_below(path, author) || (is_row || is_below(path, owner)) && !PEOPLE.kept.contains(&last(path))
    }));
    columns
}

/// The column that the values at some of these paths share with others: rather all of it goes than any of them stays.
fn shared(table: &Table, is_gone: impl Fn(&str) -> bool) -> Option<String> {
    table.more.iter().any(|path| is_gone(path)).then(|| MORE.to_owned())
}

/// The columns that hold values of documents.
fn values(table: &Table) -> impl Iterator<Item = &Column> {
    table.columns.iter().filter(|column| column.role == ColumnRole::Value && !column.path.is_empty())
}

/// Rows of a table that name people in a column.
fn named(table: &Table, column: &str, split_below: Option<String>) -> Named {
    Named { table: table.name.clone(), column: column.to_owned(), split_below }
}

/// A table's path as the paths of its columns begin.
fn bare(path: &str) -> String {
    path.split('.').filter(|step| !step.starts_with('[')).collect::<Vec<_>>().join(".")
}

/// The path of what a member is in.
fn parent(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(parent, _)| parent)
}

/// The last step of a path.
fn last(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(_, last)| last)
}

/// Whether a path is that of something in `object`.
fn is_below(path: &str, object: &str) -> bool {
    path.strip_prefix(object).is_some_and(|rest| rest.starts_with('.'))
}
