//! The statements that write versions of rows: one opened for each that is new or differs, and closed where it was replaced or
//! went. None of them refers to one temporary table twice.

use crate::dialect::Dialect;
use crate::merge_plan::{MARKS, STAGE};
use crate::session::Place;
use crate::shape::Shape;
use crate::standing::Versions;
use crate::statement::{either, list, same, within};
use relatable_model::logical::LogicalType;
use relatable_model::schema::{Column, DELETED_AT};
use relatable_model::write_mode::{IS_CURRENT, VALID_FROM, VALID_TO, WriteMode};

/// The temporary table of the versions that stand for the staged rows.
pub(crate) const BEFORE: &str = "_relatable_before";
/// The temporary table of the staged rows with all their columns.
pub(crate) const FILLED: &str = "_relatable_filled";
/// The temporary table of the rows that are new or differ.
pub(crate) const CHANGES: &str = "_relatable_versions";
/// The column that tells what happens with a row; no column of ours has a blank in its name.
const KIND: &str = "kind of change";
/// A key that has no version yet.
pub(crate) const NEW: &str = "new";
/// One whose version is replaced by another.
pub(crate) const REPLACED: &str = "replaced";
/// One whose version is kept with other values.
pub(crate) const KEPT: &str = "kept";

/// A moment that a statement takes as a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// That of the load.
    Load,
    /// A microsecond later: the end of a version that came and went in one load, since no interval is empty.
    After,
}

/// A statement with the moments it takes.
pub(crate) type Timed = (String, Vec<At>);

/// Versions of a table's rows.
pub(crate) struct VersionPlan<'p> {
    pub(crate) dialect: &'p dyn Dialect,
    pub(crate) shape: &'p Shape,
}

impl VersionPlan<'_> {
    /// The name of the table.
    fn table(&self) -> String {
        self.dialect.quote(&self.shape.name)
    }

    /// A temporary table's name.
    fn temporary(&self, name: &str) -> String {
        self.dialect.place(Place::Temporary(name))
    }

    /// A moment given as a parameter.
    fn moment(&self) -> String {
        format!("CAST(? AS {})", self.dialect.type_name(LogicalType::Timestamp))
    }

    /// The columns that answers fill, with the mark of deletion.
    pub(crate) fn content(&self) -> Vec<String> {
        let columns = self.shape.columns.iter().filter(|column| !column.role.is_of_versions());
        columns.map(|column| column.name.clone()).collect()
    }

    /// The columns that tell versions apart.
    fn interval(&self) -> Vec<String> {
        let columns = self.shape.columns.iter().filter(|column| column.role.is_of_versions());
        columns.map(|column| column.name.clone()).collect()
    }

    /// Whether rows have a mark of deletion.
    fn is_marked(&self) -> bool {
        self.shape.column(DELETED_AT).is_some()
    }

    /// Gathers the versions that stand for the staged rows in [`BEFORE`].
    pub(crate) fn before_sql(&self) -> String {
        let standing = Versions::from(self.shape).standing(self.dialect, "t");
        format!(
            "CREATE TEMPORARY TABLE {} AS SELECT {} FROM {} AS s CROSS JOIN {} AS t WHERE {}{}",
            self.temporary(BEFORE),
            list(self.dialect, "t", self.content().iter().chain(&self.interval())),
            self.temporary(STAGE),
            self.table(),
            same(self.dialect, "t", "s", &self.shape.key),
            standing.map(|standing| format!(" AND {standing}")).unwrap_or_default(),
        )
    }

    /// The staged rows with what they lack taken from the versions before, as [`FILLED`].
    pub(crate) fn filled_sql(&self, staged: &[String]) -> String {
        let columns = self.content().into_iter().map(|name| {
            let alias = if staged.contains(&name) { "s" } else { "t" };
            format!("{alias}.{}", self.dialect.quote(&name))
        });
        format!(
            "CREATE TEMPORARY TABLE {} AS SELECT {} FROM {} AS s LEFT JOIN {} AS t ON {}",
            self.temporary(FILLED),
            columns.collect::<Vec<_>>().join(", "),
            self.temporary(STAGE),
            self.temporary(BEFORE),
            same(self.dialect, "t", "s", &self.shape.key),
        )
    }

    /// Gathers what is new or differs in [`CHANGES`], of the rows in `filled`; `staged` are the columns that came.
    pub(crate) fn changes_sql(&self, filled: &str, staged: &[String]) -> String {
        let differ = |column: &&Column| {
            self.dialect.differ(&self.dialect.comparable("t", column), &self.dialect.comparable("f", column))
        };
        let compared: Vec<_> = (self.shape.columns.iter())
            .filter(|column| !column.role.is_of_versions() && !self.shape.is_synced(&column.name))
            .filter(|column| !self.shape.key.contains(&column.name))
            .collect();
        let significant = compared.iter().filter(|column| !self.shape.ignored.contains(&column.name));
        let significant: Vec<String> = significant.map(differ).collect();
        let is_new = format!("t.{} IS NULL", self.dialect.quote(&self.shape.key[0]));
        let mut cases = format!("WHEN {is_new} THEN '{NEW}'");
        let mark = DELETED_AT.to_owned();
        if self.shape.mode == WriteMode::History && self.is_marked() && !staged.contains(&mark) {
            // What says nothing of deletion does not revive: it completes the version that was marked.
            cases += &format!(" WHEN t.{} IS NOT NULL THEN '{KEPT}'", self.dialect.quote(DELETED_AT));
        }
        if !significant.is_empty() {
            cases += &format!(" WHEN {} THEN '{REPLACED}'", either(&significant));
        }
        let differs: Vec<String> = std::iter::once(is_new).chain(compared.iter().map(differ)).collect();
        let differs = either(&differs);
        format!(
            "CREATE TEMPORARY TABLE {} AS SELECT {}, {}, CASE {cases} ELSE '{KEPT}' END AS {} \
             FROM {} AS f LEFT JOIN {} AS t ON {} WHERE {differs}",
            self.temporary(CHANGES),
            list(self.dialect, "f", &self.content()),
            list(self.dialect, "t", &self.interval()),
            self.dialect.quote(KIND),
            self.temporary(filled),
            self.temporary(BEFORE),
            same(self.dialect, "t", "f", &self.shape.key),
        )
    }

    /// How many rows there are of each kind of change.
    pub(crate) fn count_sql(&self) -> String {
        let kind = self.dialect.quote(KIND);
        format!("SELECT {kind}, count(*) FROM {} GROUP BY {kind}", self.temporary(CHANGES))
    }

    /// Closes the versions that are replaced at a moment.
    pub(crate) fn close_replaced_sql(&self) -> String {
        let key = list(self.dialect, "", &self.shape.key);
        self.close_sql(&format!(
            "({key}) IN (SELECT {key} FROM {} WHERE {} = '{REPLACED}')",
            self.temporary(CHANGES),
            self.dialect.quote(KIND)
        ))
    }

    /// Closes the current versions that a condition holds for, at a moment.
    fn close_sql(&self, condition: &str) -> String {
        let current = self.dialect.quote(IS_CURRENT);
        format!(
            "UPDATE {} SET {} = {}, {current} = false WHERE {current} AND {condition}",
            self.table(),
            self.dialect.quote(VALID_TO),
            self.moment(),
        )
    }

    /// Opens versions. One that comes with its mark of deletion ends right after it began.
    pub(crate) fn open_sql(&self) -> Timed {
        let content = self.content();
        let (mut values, mut moments) =
            (vec![list(self.dialect, "", &content), self.moment()], vec![At::Load]);
        if self.shape.mode == WriteMode::History && self.is_marked() {
            let (mark, moment) = (self.dialect.quote(DELETED_AT), self.moment());
            values.push(format!("CASE WHEN {mark} IS NULL THEN NULL ELSE {moment} END, {mark} IS NULL"));
            moments.push(At::After);
        } else if self.shape.mode == WriteMode::History {
            values.push("NULL, true".to_owned());
        }
        let sql = format!(
            "INSERT INTO {} ({}) SELECT {} FROM {} WHERE {} <> '{KEPT}'",
            self.table(),
            list(self.dialect, "", content.iter().chain(&self.interval())),
            values.join(", "),
            self.temporary(CHANGES),
            self.dialect.quote(KIND),
        );
        (sql, moments)
    }

    /// Puts other values into the versions that are kept: takes them away, and writes them anew with their intervals.
    pub(crate) fn rewrite_kept_sql(&self) -> [String; 2] {
        let kept = format!("{} WHERE {} = '{KEPT}'", self.temporary(CHANGES), self.dialect.quote(KIND));
        let from = VALID_FROM.to_owned();
        let version: Vec<String> = self.shape.key.iter().cloned().chain([from]).collect();
        let (content, interval) = (self.content(), self.interval());
        let all = list(self.dialect, "", content.iter().chain(&interval));
        [
            format!("DELETE FROM {} WHERE {}", self.table(), within(self.dialect, &version, &kept)),
            format!("INSERT INTO {} ({all}) SELECT {all} FROM {kept}", self.table()),
        ]
    }

    /// Takes back what this load did to the versions of the staged rows at its moment: those it opened, and then those it closed.
    pub(crate) fn take_back_sql(&self) -> Vec<String> {
        let staged = within(self.dialect, &self.shape.key, &self.temporary(STAGE));
        let opened = format!(
            "DELETE FROM {} WHERE {} = {} AND {staged}",
            self.table(),
            self.dialect.quote(VALID_FROM),
            self.moment()
        );
        if self.shape.mode != WriteMode::History {
            return vec![opened];
        }
        let end = self.dialect.quote(VALID_TO);
        let unmarked = if self.is_marked() {
            format!(", {} = NULL", self.dialect.quote(DELETED_AT))
        } else {
            String::new()
        };
        let closed = format!(
            "UPDATE {} SET {end} = NULL, {} = true{unmarked} WHERE {end} = {} AND {staged}",
            self.table(),
            self.dialect.quote(IS_CURRENT),
            self.moment(),
        );
        vec![opened, closed]
    }

    /// Ends the current versions of the keys gathered: those opened at this moment were never seen and go, the others are closed.
    pub(crate) fn end_gathered_sql(&self, gathered: &str) -> [String; 2] {
        let gathered = within(self.dialect, &self.shape.key, &self.temporary(gathered));
        let opened = format!(
            "DELETE FROM {} WHERE {} AND {} = {} AND {gathered}",
            self.table(),
            self.dialect.quote(IS_CURRENT),
            self.dialect.quote(VALID_FROM),
            self.moment()
        );
        [opened, self.close_sql(&gathered)]
    }

    /// Marks the rows whose keys are in [`MARKS`] as deleted.
    pub(crate) fn mark_sql(&self) -> Vec<Timed> {
        let (table, mark) = (self.table(), self.dialect.quote(DELETED_AT));
        let (marks, key) = (self.temporary(MARKS), list(self.dialect, "", &self.shape.key));
        let named = format!("({key}) IN (SELECT {key} FROM {marks} WHERE {mark} IS NOT NULL)");
        let first = |alias: &str| {
            let is_its = same(self.dialect, "m", alias, &self.shape.key);
            format!("(SELECT min(m.{mark}) FROM {marks} AS m WHERE {is_its})")
        };
        let (from, moment) = (self.dialect.quote(VALID_FROM), self.moment());
        if self.shape.mode == WriteMode::History {
            let (end, current) = (self.dialect.quote(VALID_TO), self.dialect.quote(IS_CURRENT));
            // A version that came in the same load has to end after it began.
            let sql = format!(
                "UPDATE {table} SET {mark} = {}, {end} = CASE WHEN {from} = {moment} THEN {moment} ELSE {moment} END, \
                 {current} = false WHERE {current} AND {named}",
                first(&table)
            );
            return vec![(sql, vec![At::Load, At::After, At::Load])];
        }
        let in_this_load = format!(
            "UPDATE {table} SET {mark} = {} WHERE {mark} IS NULL AND {from} = {moment} AND {named}",
            first(&table)
        );
        let content = self.content();
        let values = content.iter().map(|name| match name.as_str() {
            DELETED_AT => first("t"),
            _ => format!("t.{}", self.dialect.quote(name)),
        });
        let standing = Versions::from(self.shape).standing(self.dialect, "t");
        let marked = list(self.dialect, "t", &self.shape.key);
        let appended = format!(
            "INSERT INTO {table} ({}, {from}) SELECT {}, {moment} FROM {table} AS t WHERE t.{mark} IS NULL \
             AND ({marked}) IN (SELECT {key} FROM {marks} WHERE {mark} IS NOT NULL) AND {}",
            list(self.dialect, "", &content),
            values.collect::<Vec<_>>().join(", "),
            standing.unwrap_or_else(|| "1 = 1".to_owned()),
        );
        vec![(in_this_load, vec![At::Load]), (appended, vec![At::Load])]
    }

    /// How many of the staged keys have several versions that stand for them.
    pub(crate) fn repeated_sql(&self) -> String {
        let key = list(self.dialect, "", &self.shape.key);
        let (is_one, group) = match self.shape.mode {
            WriteMode::History => (format!("{} AND ", self.dialect.quote(IS_CURRENT)), key),
            _ => (String::new(), format!("{key}, {}", self.dialect.quote(VALID_FROM))),
        };
        format!(
            "SELECT count(*) FROM (SELECT 1 FROM {} WHERE {is_one}{} GROUP BY {group} HAVING count(*) > 1) AS repeated",
            self.table(),
            within(self.dialect, &self.shape.key, &self.temporary(STAGE)),
        )
    }
}
