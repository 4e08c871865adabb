//! One change of one table: stage, check, replace, merge, mark.

use crate::ddl::Statements;
use crate::error::DestinationError;
use crate::gathering::Gathering;
use crate::merge_plan::{
    MARKS, Merge, SCOPE, STAGE, delete_gathered_sql, gather_children_sql, gather_replaced_sql,
    mark_deleted_sql, repeated_sql,
};
use crate::package::{RowCounts, Scope, TableChange};
use crate::session::{Merged, Place, Session, Step};
use crate::shape::{Shape, Shapes};
use crate::staging::{columns_of, require, stage, unstage};
use arrow_array::RecordBatch;
use relatable_model::schema::{Column, DELETED_AT};
use relatable_model::write_mode::WriteMode;
use std::collections::{BTreeMap, BTreeSet};

/// What the changes of a load did so far.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Per table, rows inserted, updated and deleted.
    pub(crate) tables: BTreeMap<String, RowCounts>,
    /// Per table, rows left out because their parent does not exist.
    pub(crate) orphans: BTreeMap<String, u64>,
}

impl Outcome {
    /// The counts of a table.
    fn counts(&mut self, table: &str) -> &mut RowCounts {
        self.tables.entry(table.to_owned()).or_default()
    }
}

/// Applies changes to the tables of `shapes` and keeps count.
pub(crate) struct Applier<'a, S: Session> {
    /// The connection, in a transaction.
    pub(crate) session: &'a S,
    /// The tables.
    pub(crate) shapes: &'a Shapes,
    /// What was done.
    pub(crate) outcome: Outcome,
    /// For each table that distinct rows came for, whether it was without rows before the load.
    began_empty: BTreeMap<String, bool>,
    /// Rows of those tables that are not written yet.
    gathering: Gathering<'a, S>,
    /// What declares the keys of new tables, to be run before rows are compared.
    keys: Statements,
    /// The moment at which versions begin and end, microseconds since the epoch: later than any before.
    pub(crate) moment_us: i64,
    /// Tables that keep versions, of which this load has opened or closed some.
    pub(crate) touched: BTreeSet<String>,
    /// Whether any record is noted as gone, once that was asked.
    pub(crate) has_gone: Option<bool>,
    /// Tables that this load made stubs in.
    pub(crate) stubbed: BTreeSet<String>,
    /// Tables of which this load made rows stubs.
    pub(crate) left: BTreeSet<String>,
}

impl<'a, S: Session> Applier<'a, S> {
    /// An applier that has done nothing yet; `keys` are to be declared before rows are compared, and versions begin and end
    /// at `moment_us`.
    pub(crate) fn new(
        session: &'a S,
        shapes: &'a Shapes,
        keys: Statements,
        moment_us: i64,
    ) -> Applier<'a, S> {
        let gathering = Gathering::new(session);
        Applier {
            session,
            shapes,
            outcome: Outcome::default(),
            began_empty: BTreeMap::new(),
            gathering,
            keys,
            moment_us,
            touched: BTreeSet::new(),
            has_gone: None,
            stubbed: BTreeSet::new(),
            left: BTreeSet::new(),
        }
    }

    /// Writes the rows that wait and declares the keys that wait.
    fn write_waiting(&mut self) -> Result<(), DestinationError> {
        self.write_gathered()?;
        for (table, sql) in std::mem::take(&mut self.keys) {
            self.declare(Step("declare the keys of", &table), &sql)?;
        }
        Ok(())
    }

    /// Writes the rows that wait.
    pub(crate) fn write_gathered(&mut self) -> Result<(), DestinationError> {
        self.gathering.write_all()
    }

    /// Makes a key or an index of a table that may have rows of this load.
    fn declare(&self, step: Step<'_>, sql: &str) -> Result<(), DestinationError> {
        let checking = self.session.dialect().checking_links();
        if let Some((now, _)) = checking {
            self.session.execute(step, now, &[])?;
        }
        self.session.execute(step, sql, &[])?;
        checking.map_or(Ok(()), |(_, later)| self.session.execute(step, later, &[]).map(|_| ()))
    }

    /// Applies a change of which no other of the load has a key or scope: where the table was empty before the load,
    /// there is nothing to compare it with.
    pub(crate) fn apply_distinct(&mut self, change: &TableChange) -> Result<(), DestinationError> {
        let shapes = self.shapes;
        let Some(shape) = shapes.get(&change.table) else { return self.apply(change) };
        if change.deleted.is_some() || !self.began_empty(shape)? {
            return self.apply(change);
        }
        let columns = columns_of(shape, &change.rows)?;
        if change.rows.is_empty() {
            return Ok(());
        }
        let linked = shape.parent.iter().flat_map(|link| link.columns.iter().map(|(here, _)| here));
        require(shape, &columns, shape.key.iter().chain(linked))?;
        self.stand_in(shape, &change.rows)?;
        if self.stubbed.contains(&shape.name) {
            // There is something to look for by now.
            return self.apply(change);
        }
        if shape.mode.keeps_versions() {
            self.gathering.add(shape, &self.opened(shape, &change.rows)?)?;
            self.touched.insert(shape.name.clone());
        } else {
            self.gathering.add(shape, &change.rows)?;
        }
        let rows: usize = change.rows.iter().map(RecordBatch::num_rows).sum();
        self.outcome.counts(&shape.name).inserted += rows as u64;
        Ok(())
    }

    /// Whether a table was without rows when the first distinct ones came for it, and has our columns and no other.
    fn began_empty(&mut self, shape: &Shape) -> Result<bool, DestinationError> {
        if let Some(known) = self.began_empty.get(&shape.name) {
            return Ok(*known);
        }
        let dialect = self.session.dialect();
        let step = Step("look into", &shape.name);
        let sql =
            format!("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT 1) AS found", dialect.quote(&shape.name));
        let is_empty = self.session.count(step, &sql)? == 0;
        let columns = self.session.rows(step, dialect.columns_sql(), &[])?;
        let stored = columns.iter().filter(|row| row[0].text() == shape.name).map(|row| row[1].text());
        let began_empty = is_empty && stored.eq(shape.columns.iter().map(|column| column.name.clone()));
        self.began_empty.insert(shape.name.clone(), began_empty);
        Ok(began_empty)
    }

    /// Writes the rows that wait, refuses a key that the rows appended to a table have twice, and takes away stubs that are
    /// not needed any more.
    pub(crate) fn complete(&mut self) -> Result<(), DestinationError> {
        self.write_waiting()?;
        self.delete_unneeded()?;
        for (table, _) in self.began_empty.iter().filter(|(_, began_empty)| **began_empty) {
            let Some(shape) = self.shapes.get(table) else { continue };
            if self.session.dialect().enforces_keys() {
                continue;
            }
            let sql = repeated_sql(self.session.dialect(), &shape.key, Place::Stored(table));
            match self.session.count(Step("check the keys of", table), &sql)? {
                0 => {}
                count => return Err(DestinationError::KeyRepeated { table: table.clone(), count }),
            }
        }
        Ok(())
    }

    /// Applies a change.
    pub(crate) fn apply(&mut self, change: &TableChange) -> Result<(), DestinationError> {
        // Other tables' rows may be its parents.
        self.write_waiting()?;
        let shapes = self.shapes;
        let shape = shapes.get(&change.table).ok_or_else(|| DestinationError::Mismatch {
            table: change.table.clone(),
            difference: "the load has rows for it but does not declare it".to_owned(),
        })?;
        if !change.rows.is_empty() || !change.replaced.is_empty() {
            self.apply_rows(shape, change)?;
        }
        if let Some(deleted) = change.deleted.as_ref().filter(|deleted| deleted.num_rows() > 0) {
            self.mark_deleted(shape, deleted)?;
        }
        Ok(())
    }

    /// Stages the rows, deletes what they replace and merges them.
    fn apply_rows(&mut self, shape: &Shape, change: &TableChange) -> Result<(), DestinationError> {
        let mut columns = columns_of(shape, &change.rows)?;
        if change.rows.is_empty() {
            // Nothing is staged, and the table is still searched by key.
            columns = shape.columns.iter().filter(|column| shape.key.contains(&column.name)).collect();
        } else {
            let linked = shape.parent.iter().flat_map(|link| link.columns.iter().map(|(here, _)| here));
            require(shape, &columns, shape.key.iter().chain(linked))?;
            columns.extend(shape.stub_mark());
            self.stand_in(shape, &change.rows)?;
        }
        stage(self.session, shape, STAGE, &columns, &change.rows, &shape.key)?;
        let staged = columns.iter().map(|column| column.name.clone()).collect();
        let merge = Merge { shape, staged };
        self.check_repeated(&merge)?;
        if !change.rows.is_empty() {
            self.drop_orphans(&merge)?;
            self.settle_gone(&merge)?;
        }
        for scope in &change.replaced {
            self.delete_replaced(shape, scope)?;
        }
        // A stub is no row that was there.
        let replaced = self.replaced_stubs(&merge)?;
        let merged = match shape.mode.keeps_versions() {
            true if change.rows.is_empty() => Merged::default(),
            true => self.merge_versions(&merge)?,
            false => self.session.merge(&merge)?,
        };
        let counts = self.outcome.counts(&shape.name);
        counts.inserted += merged.inserted + replaced;
        counts.updated += merged.updated.saturating_sub(replaced);
        unstage(self.session, shape, STAGE)
    }

    /// Refuses a key that is staged twice.
    fn check_repeated(&self, merge: &Merge<'_>) -> Result<(), DestinationError> {
        let table = &merge.shape.name;
        let sql = merge.repeated_sql(self.session.dialect());
        match self.session.count(Step("check the keys of", table), &sql)? {
            0 => Ok(()),
            count => Err(DestinationError::KeyRepeated { table: table.clone(), count }),
        }
    }

    /// Leaves out the staged rows whose parent does not exist.
    fn drop_orphans(&mut self, merge: &Merge<'_>) -> Result<(), DestinationError> {
        let Some(link) = &merge.shape.parent else { return Ok(()) };
        let step = Step("check the parents of", &merge.shape.name);
        let parent = self.shapes.get(&link.table);
        let sql = merge.drop_orphans_sql(self.session.dialect(), link, parent);
        let dropped = self.session.execute(step, &sql, &[])?;
        if dropped > 0 {
            *self.outcome.orphans.entry(merge.shape.name.clone()).or_default() += dropped;
        }
        Ok(())
    }

    /// Deletes the rows in the scopes that are not staged, and all that descends from them.
    fn delete_replaced(&mut self, shape: &Shape, scope: &Scope) -> Result<(), DestinationError> {
        if scope.columns.is_empty() {
            return Err(shape.mismatch("a scope names no column"));
        }
        if shape.mode == WriteMode::Append {
            // What was there stays, whatever came after it.
            return Ok(());
        }
        let keys = std::slice::from_ref(&scope.keys);
        let columns: Vec<&Column> = columns_of(shape, keys)?;
        require(shape, &columns, &scope.columns)?;
        let dialect = self.session.dialect();
        let step = Step("replace rows of", &shape.name);
        if !shape.key.starts_with(&scope.columns)
            && !dialect.ddl_commits()
            && let Some(sql) = dialect.index(&shape.name, &scope.columns)
        {
            self.declare(step, &sql)?;
        }
        stage(self.session, shape, SCOPE, &columns, keys, &scope.columns)?;
        let gathered = gathered_name(0);
        let sql = gather_replaced_sql(dialect, shape, &scope.columns, &gathered);
        self.session.execute(step, &sql, &[])?;
        self.delete_gathered(shape, 0)?;
        unstage(self.session, shape, &gathered)?;
        unstage(self.session, shape, SCOPE)
    }

    /// Deletes the rows of `shape` gathered at `depth`, their children first.
    pub(crate) fn delete_gathered(&mut self, shape: &Shape, depth: usize) -> Result<(), DestinationError> {
        let dialect = self.session.dialect();
        let step = Step("delete rows of", &shape.name);
        let gathered = gathered_name(depth);
        let place = dialect.place(Place::Temporary(&gathered));
        if self.session.count(step, &format!("SELECT count(*) FROM {place}"))? == 0 {
            return Ok(());
        }
        let shapes = self.shapes;
        for (child, link) in shapes.children(&shape.name) {
            let below = gathered_name(depth + 1);
            let sql = gather_children_sql(dialect, child, link, &gathered, &below);
            self.session.execute(step, &sql, &[])?;
            self.delete_gathered(child, depth + 1)?;
            unstage(self.session, child, &below)?;
        }
        let deleted = match shape.mode {
            WriteMode::History => self.end_gathered(shape, &gathered)?,
            _ if self.shapes.held_to(&shape.name).next().is_some() => self.leave_stubs(shape, &gathered)?,
            _ => self.session.execute(step, &delete_gathered_sql(dialect, shape, &gathered), &[])?,
        };
        self.outcome.counts(&shape.name).deleted += deleted;
        Ok(())
    }

    /// Marks rows as deleted.
    fn mark_deleted(&mut self, shape: &Shape, deleted: &RecordBatch) -> Result<(), DestinationError> {
        let batches = std::slice::from_ref(deleted);
        let columns = columns_of(shape, batches)?;
        let mark = DELETED_AT.to_owned();
        require(shape, &columns, shape.key.iter().chain([&mark]))?;
        stage(self.session, shape, MARKS, &columns, batches, &shape.key)?;
        let step = Step("mark deleted rows of", &shape.name);
        let marked = match shape.mode {
            WriteMode::Upsert => {
                self.session.execute(step, &mark_deleted_sql(self.session.dialect(), shape), &[])?
            }
            WriteMode::Append | WriteMode::History => self.mark_versions(shape)?,
            WriteMode::Mirror => {
                self.delete_marked(shape)?;
                0
            }
        };
        self.outcome.counts(&shape.name).deleted += marked;
        unstage(self.session, shape, MARKS)
    }
}

/// The temporary table of keys to delete, at a depth below the table changed.
pub(crate) fn gathered_name(depth: usize) -> String {
    format!("_relatable_gone_{depth}")
}
