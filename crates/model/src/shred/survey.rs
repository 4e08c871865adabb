//! Surveying a load before it is shredded: what all its documents together decide — tables, names, types — without
//! their values.
//!
//! Documents go through shredders in batches of any size; each is asked for its [`survey`](Shredder::survey) instead of
//! its rows. Merged, in any order, the surveys say what one shredder over all documents would have settled.

use super::Shredder;
use super::column::{Column, Kind};
use super::repeats::Identity;
use super::tally::Tally;
use crate::plan::{PlanError, ROOT_TABLE};
use crate::schema::{ColumnRole, Table};
use arrow_array::StringArray;
use std::collections::BTreeMap;

/// What the documents of a load, or of a part of it, decide together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// How many documents.
    documents: u64,
    /// Tables met, by the path of their rows: a parent comes before its children.
    tables: BTreeMap<String, SurveyedTable>,
}

/// A survey, and what identifies each document of it.
#[derive(Debug, Clone)]
pub struct Surveyed {
    /// The survey.
    pub survey: Survey,
    /// The identities, in the order of the documents.
    pub identities: Vec<Identity>,
}

/// A table that documents have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct SurveyedTable {
    has_rows: bool,
    /// Columns, by the path of their values and what they are for.
    columns: BTreeMap<(String, ColumnRole), SurveyedColumn>,
}

/// The values of a column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct SurveyedColumn {
    has_values: bool,
    /// Of an undecided column.
    tally: Tally,
}

impl Survey {
    /// How many documents were surveyed.
    pub fn documents(&self) -> u64 {
        self.documents
    }

    /// Adds the survey of other documents of the load.
    pub fn merge(&mut self, other: Survey) {
        self.documents += other.documents;
        for (path, table) in other.tables {
            let known = self.tables.entry(path).or_default();
            known.has_rows |= table.has_rows;
            for (place, column) in table.columns {
                let known = known.columns.entry(place).or_default();
                known.has_values |= column.has_values;
                known.tally.add(column.tally);
            }
        }
    }

    /// The tables that all documents together make, parents before children. `shredder` is one that has taken nothing
    /// yet, made as those that were surveyed.
    ///
    /// # Errors
    /// [`PlanError`] when a declared key names a column that does not exist.
    pub fn settle(&self, mut shredder: Shredder) -> Result<Vec<Table>, PlanError> {
        // One row in each table that has any stands for all of them.
        if self.documents > 0 {
            shredder.synced_at_us.push(0);
        }
        let mut columns = BTreeMap::new();
        for (path, surveyed) in &self.tables {
            let Some((table, context)) = shredder.plan.table_at(path) else { continue };
            shredder.match_plan();
            shredder.tables[table].count = u32::from(surveyed.has_rows);
            for ((path, role), column) in &surveyed.columns {
                let id = shredder.plan.column_at(context, path, *role);
                columns.extend(id.map(|id| (id, *column)));
            }
        }
        shredder.complete_columns();
        for (&column, surveyed) in &columns {
            if surveyed.has_values {
                shredder.bear_witness(column);
            }
        }
        shredder.settle_places(|_, column| columns.get(&column).map(|known| known.tally).unwrap_or_default());
        let key_parts = shredder.undecided_key_parts()?;
        for (column, SurveyedColumn { has_values, tally }) in columns {
            let plan = &shredder.plan.columns[column];
            if plan.logical.is_some() || !has_values || plan.in_more {
                continue;
            }
            let is_key_part = key_parts.contains(&column);
            let node = shredder.plan.columns[column].node;
            let logical = tally.logical(is_key_part);
            shredder.plan.columns[column].logical = Some(logical);
            shredder.columns[column] = Column::nulls(Some(logical), 1);
            for role in tally.roles(is_key_part) {
                let held_in = shredder.plan.column_for(node, role);
                shredder.complete_columns();
                shredder.bear_witness(held_in);
            }
        }
        let layouts = shredder.layouts()?;
        Ok(layouts.iter().map(|layout| shredder.table(layout)).collect())
    }
}

impl Shredder {
    /// What the documents taken decide together, instead of their rows.
    pub fn survey(mut self) -> Surveyed {
        self.complete_columns();
        let mut survey = Survey { documents: self.synced_at_us.len() as u64, tables: BTreeMap::new() };
        for (plan, rows) in self.plan.tables.iter().zip(&self.tables) {
            let table = SurveyedTable { has_rows: rows.count > 0, columns: BTreeMap::new() };
            survey.tables.insert(plan.path.clone(), table);
        }
        for (plan, values) in self.plan.columns.iter().zip(&self.columns) {
            let path = self.plan.nodes[plan.node].place.path.clone();
            let tally = values.tally();
            let table = survey.tables.entry(self.plan.tables[plan.table].path.clone()).or_default();
            table.columns.insert((path, plan.role), SurveyedColumn { has_values: !values.is_empty(), tally });
        }
        let identities = (0..self.tables[ROOT_TABLE].count).map(|row| self.identity(row)).collect();
        Surveyed { survey, identities }
    }

    /// Gives a column one row with a value, of its type where it has one.
    fn bear_witness(&mut self, column: usize) {
        self.columns[column] = match self.plan.columns[column].logical {
            Some(logical) => Column::witness(logical),
            None => Column::Undecided(vec![Kind::String], StringArray::from(vec![""])),
        };
    }
}
