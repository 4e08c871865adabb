//! Tables that are there against tables that rules make.

use super::difference::{Difference, Place};
use super::sample::is_opened;
use crate::logical::LogicalType;
use crate::naming::is_assigned;
use crate::plan::{RuleLookup, rule_path};
use crate::reassemble::is_map;
use crate::rules::Strategy;
use crate::schema::{Column, ColumnRole, Table};

/// The rules on both sides.
pub(super) struct Sides {
    /// Those the tables were made by; `None` where that is not known.
    pub(super) before: Option<RuleLookup>,
    pub(super) after: RuleLookup,
}

impl Sides {
    /// Whether a key–value table at `path` is one no more, and nothing but documents tells what it becomes.
    pub(super) fn opens_entries(&self, table: &Table) -> bool {
        let strategy = self.after.rule(&rule_path(&table.path)).strategy;
        is_map(table) && !matches!(strategy, Some(Strategy::Entries | Strategy::Json | Strategy::Omit))
    }
}

/// Tables that are there, and those that the rules make.
pub(super) struct Comparison<'a> {
    pub(super) there: &'a [Table],
    pub(super) made: &'a [Table],
    pub(super) sides: &'a Sides,
}

/// The columns of a table that hold values of documents.
fn values(table: &Table) -> impl Iterator<Item = &Column> {
    table.columns.iter().filter(|column| column.role == ColumnRole::Value && !column.path.is_empty())
}

/// The table whose rows stand at `path`.
fn at<'t>(tables: &'t [Table], path: &str) -> Option<&'t Table> {
    tables.iter().find(|table| table.path == path)
}

/// The column that holds the values at `path`, in the table whose rows stand at `table_path`.
fn value_at<'t>(tables: &'t [Table], table_path: &str, path: &str) -> Option<&'t Column> {
    values(at(tables, table_path)?).find(|column| column.path == path)
}

/// A column's place.
fn place(table: &Table, column: &Column) -> Place {
    Place { table: table.name.clone(), column: column.name.clone() }
}

/// Whether two names differ by more than the ending that one of them got because the plain name was taken.
fn is_renamed(from: &str, to: &str, path: &str) -> bool {
    !is_assigned(from, to, path) && !is_assigned(to, from, path)
}

impl Comparison<'_> {
    /// Every difference.
    pub(super) fn differences(&self) -> Vec<Difference> {
        let mut paths: Vec<&str> =
            self.there.iter().chain(self.made).map(|table| table.path.as_str()).collect();
        paths.sort_unstable();
        paths.dedup();
        let mut found = Vec::new();
        for path in paths {
            match (at(self.there, path), at(self.made, path)) {
                (Some(there), _) if self.sides.opens_entries(there) => {
                    let (table, path) = (there.name.clone(), rule_path(path));
                    found.push(Difference::EntriesOpened { table, path });
                }
                (Some(there), Some(made)) => self.table(there, made, &mut found),
                (Some(there), None) => self.orphan(there, &mut found),
                (None, Some(made)) => {
                    found.push(Difference::TableAppears { table: made.name.clone(), path: path.to_owned() });
                }
                (None, None) => {}
            }
        }
        found
    }

    /// A table that is on both sides.
    fn table(&self, there: &Table, made: &Table, found: &mut Vec<Difference>) {
        if is_renamed(&there.name, &made.name, &there.path) {
            found.push(Difference::TableRenamed { from: there.name.clone(), to: made.name.clone() });
        }
        if there.parent.is_none() && there.mode != made.mode {
            let (from, to) = (there.mode, made.mode);
            found.push(Difference::ModeChanged { table: made.name.clone(), from, to });
        }
        if there.key != made.key {
            let (from, to) = (there.key.clone(), made.key.clone());
            found.push(Difference::KeyChanged { table: made.name.clone(), from, to });
        }
        for column in values(there) {
            match values(made).find(|other| other.path == column.path) {
                Some(other) => self.column(there, column, other, found),
                None => self.column_gone(there, column, found),
            }
        }
        for member in there.members_of_more() {
            match values(made).find(|other| other.path == member.path) {
                Some(other) => found.extend(self.own_column(there, &member, made, other)),
                None => self.column_gone(there, &member, found),
            }
        }
        for column in values(made) {
            let was_there = self.there.iter().any(|table| {
                (table.path == there.path || value_at(self.made, &table.path, &column.path).is_none())
                    && (table.more.contains(&column.path)
                        || values(table).any(|known| known.path == column.path))
            });
            if !was_there {
                let (path, logical) = (column.path.clone(), column.logical);
                found.push(Difference::ColumnAppears { place: place(made, column), path, logical });
            }
        }
    }

    /// A table that the rules do not make.
    fn orphan(&self, there: &Table, found: &mut Vec<Difference>) {
        found.push(Difference::TableOrphaned { table: there.name.clone(), path: there.path.clone() });
        let moves = values(there).filter_map(|column| self.moved(there, column));
        found.extend(moves);
    }

    /// A column that is on both sides.
    fn column(&self, table: &Table, there: &Column, made: &Column, found: &mut Vec<Difference>) {
        if is_renamed(&there.name, &made.name, &there.path) {
            let (from, path) = (place(table, there), there.path.clone());
            found.push(Difference::ColumnRenamed { from, to: made.name.clone(), path });
        }
        let rule = self.sides.after.rule(&there.path);
        let asked = rule.column_type();
        // Where no rule says a type, the one given stays.
        let (from, place) = (there.logical, place(table, there));
        match asked.filter(|to| *to != from) {
            Some(to) if widens(from, to) => found.push(Difference::ColumnWidens { place, from, to }),
            Some(to) => found.push(Difference::ColumnRetyped { place, from, to }),
            None => {}
        }
    }

    /// A value without a column of its own, where the rules ask for one.
    fn own_column(&self, table: &Table, member: &Column, made: &Table, other: &Column) -> Option<Difference> {
        let rule = self.sides.after.rule(&member.path);
        let asks = rule.column_type().is_some() || rule.column.is_some();
        let (from, to) = (place(table, member), place(made, other));
        asks.then(|| Difference::ColumnMoves { from, to, path: member.path.clone() })
    }

    /// A column that is not where it was.
    fn column_gone(&self, table: &Table, column: &Column, found: &mut Vec<Difference>) {
        let (here, path) = (place(table, column), column.path.clone());
        found.push(match self.moved(table, column) {
            Some(moved) => moved,
            None if is_opened(column, self.there, self.sides) => {
                Difference::ColumnOpened { place: here, path }
            }
            None => Difference::ColumnOrphaned { place: here, path },
        });
    }

    /// Where a column's values stand then, if in another table.
    fn moved(&self, table: &Table, column: &Column) -> Option<Difference> {
        let elsewhere = self.made.iter().filter(|made| made.path != table.path);
        let (made, other) = elsewhere
            .flat_map(|made| values(made).map(move |other| (made, other)))
            .find(|(_, other)| other.path == column.path)?;
        let (from, to) = (place(table, column), place(made, other));
        Some(Difference::ColumnMoves { from, to, path: column.path.clone() })
    }
}

/// Whether a type holds every value of another as the same value.
fn widens(from: LogicalType, to: LogicalType) -> bool {
    use LogicalType::{Date, Decimal, Float, Integer, Json, Text, Timestamp};
    match (from, to) {
        // A column of text takes no `true`.
        (Integer | Decimal | Float | Timestamp | Date, Text) => true,
        (from, Json) => from != Json,
        (Integer, Decimal) => true,
        _ => false,
    }
}
