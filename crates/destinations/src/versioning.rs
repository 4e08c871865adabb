//! A change of a table that keeps versions, and of one that loses the rows of what is gone.

use crate::bookkeeping::gone;
use crate::change::{Applier, gathered_name};
use crate::error::DestinationError;
use crate::merge_plan::{MARKS, Merge, STAGE};
use crate::session::{Cell, Merged, Place, Session, Step};
use crate::shape::Shape;
use crate::staging::unstage;
use crate::standing::Versions;
use crate::statement::{list, same};
use crate::version_plan::{At, BEFORE, CHANGES, FILLED, KEPT, NEW, VersionPlan};
use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, TimestampMicrosecondArray};
use arrow_schema::{ArrowError, Schema};
use relatable_model::schema::{ColumnRole, DELETED_AT};
use relatable_model::write_mode::WriteMode;
use std::sync::Arc;

impl<S: Session> Applier<'_, S> {
    /// The statements about versions of a table.
    fn versions<'p>(&'p self, shape: &'p Shape) -> VersionPlan<'p> {
        VersionPlan { dialect: self.session.dialect(), shape }
    }

    /// The moments that a statement takes, as cells.
    fn moments(&self, moments: &[At]) -> Vec<Cell> {
        let moment = |at: &At| match at {
            At::Load => self.moment_us,
            At::After => self.moment_us + 1,
        };
        moments.iter().map(|at| Cell::Instant(moment(at))).collect()
    }

    /// Opens a version of each staged row that is new or differs from the one that stands for it, which is closed. What this
    /// load did to these rows before is taken back first, so that it makes one version at most of each, and none of a row that
    /// is in the end as it was.
    pub(crate) fn merge_versions(&mut self, merge: &Merge<'_>) -> Result<Merged, DestinationError> {
        let (session, shape) = (self.session, merge.shape);
        let plan = self.versions(shape);
        let step = Step("merge rows into", &shape.name);
        let run = |sql: &str, moments: &[At]| session.execute(step, sql, &self.moments(moments));
        let index = |name: &str| {
            let statements = session.dialect().index_temporary(name, &shape.key);
            statements.iter().try_for_each(|sql| run(sql, &[]).map(|_| ()))
        };
        let gather = || {
            run(&plan.before_sql(), &[])?;
            index(BEFORE)
        };
        gather()?;
        let is_touched = self.touched.contains(&shape.name);
        let is_whole = plan.content().iter().all(|name| merge.staged.contains(name));
        let filled = if is_touched || !is_whole { FILLED } else { STAGE };
        if filled == FILLED {
            run(&plan.filled_sql(&merge.staged), &[])?;
        }
        if is_touched {
            for sql in plan.take_back_sql() {
                run(&sql, &[At::Load])?;
            }
            unstage(session, shape, BEFORE)?;
            gather()?;
        }
        run(&plan.changes_sql(filled, &merge.staged), &[])?;
        let counts = session.rows(step, &plan.count_sql(), &[])?;
        let count = |kind: &str| {
            let found = counts.iter().find(|row| row[0].text() == kind);
            found.map_or(0, |row| u64::try_from(row[1].integer()).unwrap_or_default())
        };
        let all = counts.iter().map(|row| u64::try_from(row[1].integer()).unwrap_or_default()).sum::<u64>();
        if all > count(NEW) + count(KEPT) && shape.mode == WriteMode::History {
            run(&plan.close_replaced_sql(), &[At::Load])?;
        }
        if all > count(KEPT) {
            let (sql, moments) = plan.open_sql();
            run(&sql, &moments)?;
        }
        if count(KEPT) > 0 {
            for sql in plan.rewrite_kept_sql() {
                run(&sql, &[])?;
            }
        }
        let merged = Merged { inserted: count(NEW), updated: all - count(NEW) };
        self.check_versions(shape)?;
        [BEFORE, CHANGES].iter().try_for_each(|name| unstage(session, shape, name))?;
        if filled == FILLED {
            unstage(session, shape, FILLED)?;
        }
        self.touched.insert(shape.name.clone());
        Ok(merged)
    }

    /// Refuses a staged key for which several rows stand, where the database does not.
    fn check_versions(&self, shape: &Shape) -> Result<(), DestinationError> {
        if self.session.dialect().enforces_keys() {
            return Ok(());
        }
        let sql = self.versions(shape).repeated_sql();
        match self.session.count(Step("check the keys of", &shape.name), &sql)? {
            0 => Ok(()),
            count => Err(DestinationError::KeyRepeated { table: shape.name.clone(), count }),
        }
    }

    /// Ends the current versions of the keys gathered.
    pub(crate) fn end_gathered(&mut self, shape: &Shape, gathered: &str) -> Result<u64, DestinationError> {
        let step = Step("close versions of", &shape.name);
        let mut ended = 0;
        for sql in self.versions(shape).end_gathered_sql(gathered) {
            ended += self.session.execute(step, &sql, &self.moments(&[At::Load]))?;
        }
        self.touched.insert(shape.name.clone());
        Ok(ended)
    }

    /// Marks the rows whose keys are in [`MARKS`] as deleted, each in a version that ends or one of its own.
    pub(crate) fn mark_versions(&mut self, shape: &Shape) -> Result<u64, DestinationError> {
        let step = Step("mark deleted rows of", &shape.name);
        let mut marked = 0;
        for (sql, moments) in self.versions(shape).mark_sql() {
            marked += self.session.execute(step, &sql, &self.moments(&moments))?;
        }
        self.touched.insert(shape.name.clone());
        Ok(marked)
    }

    /// Deletes the rows whose keys are in [`MARKS`] with all that descends from them, and notes that they are gone.
    pub(crate) fn delete_marked(&mut self, shape: &Shape) -> Result<(), DestinationError> {
        let dialect = self.session.dialect();
        let gathered = gathered_name(0);
        let standing = Versions::from(shape).standing(dialect, "t");
        let sql = format!(
            "CREATE TEMPORARY TABLE {} AS SELECT DISTINCT {} FROM {} AS m CROSS JOIN {} AS t WHERE {} AND m.{} IS NOT NULL{}",
            dialect.place(Place::Temporary(&gathered)),
            list(dialect, "t", &shape.key),
            dialect.place(Place::Temporary(MARKS)),
            dialect.quote(&shape.name),
            same(dialect, "m", "t", &shape.key),
            dialect.quote(DELETED_AT),
            standing.map(|standing| format!(" AND {standing}")).unwrap_or_default(),
        );
        self.session.execute(Step("delete rows of", &shape.name), &sql, &[])?;
        self.delete_gathered(shape, 0)?;
        unstage(self.session, shape, &gathered)?;
        if shape.parent.is_none() {
            gone::note(self.session, shape)?;
            self.has_gone = Some(true);
        }
        Ok(())
    }

    /// Sees to what is noted of the staged records as gone: they are there again, unless their rows say nothing of that.
    pub(crate) fn settle_gone(&mut self, merge: &Merge<'_>) -> Result<(), DestinationError> {
        let shape = merge.shape;
        if shape.parent.is_some() || !self.has_gone()? {
            return Ok(());
        }
        let says = merge.staged.iter().any(|name| name == DELETED_AT);
        match says {
            true => gone::revive(self.session, shape),
            false if shape.mode == WriteMode::Mirror => gone::leave_out(self.session, shape),
            false => Ok(()),
        }
    }

    /// Whether any record is noted as gone.
    fn has_gone(&mut self) -> Result<bool, DestinationError> {
        match self.has_gone {
            Some(known) => Ok(known),
            None => {
                let is_any = gone::is_any(self.session)?;
                self.has_gone = Some(is_any);
                Ok(is_any)
            }
        }
    }

    /// Rows of a table that was empty, each with the version it is.
    pub(crate) fn opened(
        &self,
        shape: &Shape,
        rows: &[RecordBatch],
    ) -> Result<Vec<RecordBatch>, DestinationError> {
        let open = |batch: &RecordBatch| opened(shape.mode, batch, self.moment_us);
        let batches: Result<Vec<RecordBatch>, ArrowError> = rows.iter().map(open).collect();
        batches.map_err(|cause| DestinationError::Statement {
            step: Step("write rows of", &shape.name).to_string(),
            cause: cause.into(),
        })
    }
}

/// A batch with the columns of its versions, which all begin at a moment; those marked as deleted end right after it.
fn opened(mode: WriteMode, batch: &RecordBatch, moment_us: i64) -> Result<RecordBatch, ArrowError> {
    let marks = batch.column_by_name(DELETED_AT);
    let is_gone = |row: usize| marks.is_some_and(|marks| !marks.is_null(row));
    let rows = 0..batch.num_rows();
    let mut fields: Vec<_> = batch.schema_ref().fields().iter().map(|field| field.as_ref().clone()).collect();
    let mut arrays = batch.columns().to_vec();
    for column in mode.columns() {
        let array: ArrayRef = match column.role {
            ColumnRole::ValidFrom => {
                Arc::new(TimestampMicrosecondArray::from(vec![moment_us; batch.num_rows()]))
            }
            ColumnRole::ValidTo => {
                let ends = rows.clone().map(|row| is_gone(row).then_some(moment_us + 1));
                Arc::new(ends.collect::<TimestampMicrosecondArray>())
            }
            _ => Arc::new(BooleanArray::from(rows.clone().map(|row| !is_gone(row)).collect::<Vec<_>>())),
        };
        fields.push(column.logical.field(&column.name));
        arrays.push(array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}
