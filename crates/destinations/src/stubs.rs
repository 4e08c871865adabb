//! Rows for what references lead to and nothing has been read of, so that they lead somewhere: made before the rows that
//! refer, since not every database waits with its foreign keys until the end.

use crate::change::Applier;
use crate::error::DestinationError;
use crate::merge_plan::{Merge, STAGE, delete_gathered_sql};
use crate::references::Held;
use crate::session::{Place, Session, Step};
use crate::shape::{Shape, Shapes};
use crate::staging::unstage;
use crate::statement::{list, same};
use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use relatable_model::logical::LogicalType;
use relatable_model::schema::{Column, IS_STUB};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The temporary table of values that refer.
const REFERRED: &str = "_relatable_referred";
/// The temporary table of stubs that nothing refers to.
const UNNEEDED: &str = "_relatable_unneeded";

impl<S: Session> Applier<'_, S> {
    /// Makes a row for each value by which `rows` of a table refer to none.
    pub(crate) fn stand_in(&mut self, shape: &Shape, rows: &[RecordBatch]) -> Result<(), DestinationError> {
        let shapes = self.shapes;
        let mut values: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
        for held in shapes.held.iter().filter(|held| held.table == shape.name) {
            let columns =
                rows.iter().filter_map(|batch| batch.column_by_name(&held.column)?.as_string_opt::<i32>());
            let place = values.entry((&held.target, &held.key)).or_default();
            columns.for_each(|texts| place.extend(texts.iter().flatten()));
        }
        values.retain(|_, values| !values.is_empty());
        if values.is_empty() {
            return Ok(());
        }
        // What is referred to may be among the rows that wait.
        self.write_gathered()?;
        for ((target, key), values) in values {
            if self.insert_stubs(target, key, values)? > 0 {
                self.stubbed.insert(target.to_owned());
            }
        }
        Ok(())
    }

    /// Inserts stubs with these keys where there is no row; answers how many.
    fn insert_stubs(&self, target: &str, key: &str, values: BTreeSet<&str>) -> Result<u64, DestinationError> {
        let (session, dialect) = (self.session, self.session.dialect());
        let step = Step("make rows for what is missing in", target);
        let place = dialect.place(Place::Temporary(REFERRED));
        let text = dialect.key_type_name(LogicalType::Text, 1);
        session.execute(step, &format!("CREATE TEMPORARY TABLE {place} (k {text})"), &[])?;
        let column: ArrayRef = Arc::new(StringArray::from_iter_values(values));
        let batch = RecordBatch::try_from_iter([("k", column)])
            .map_err(|cause| DestinationError::Statement { step: step.to_string(), cause: cause.into() })?;
        session.append(step, Place::Temporary(REFERRED), &[batch])?;
        let (table, key) = (dialect.quote(target), dialect.quote(key));
        let sql = format!(
            "INSERT INTO {table} ({key}, {}) SELECT r.k, true FROM {place} AS r \
             WHERE NOT EXISTS (SELECT 1 FROM {table} AS t WHERE t.{key} = r.k)",
            dialect.quote(IS_STUB)
        );
        let inserted = session.execute(step, &sql, &[])?;
        session.execute(step, &dialect.drop_temporary(REFERRED), &[])?;
        Ok(inserted)
    }

    /// How many stubs the staged rows take the place of.
    pub(crate) fn replaced_stubs(&self, merge: &Merge<'_>) -> Result<u64, DestinationError> {
        let (dialect, shape) = (self.session.dialect(), merge.shape);
        if !shape.has_stubs() {
            return Ok(0);
        }
        let sql = format!(
            "SELECT count(*) FROM {} AS s CROSS JOIN {} AS t WHERE {} AND t.{}",
            dialect.place(Place::Temporary(STAGE)),
            dialect.quote(&shape.name),
            same(dialect, "t", "s", &shape.key),
            dialect.quote(IS_STUB)
        );
        self.session.count(Step("look for what was missing in", &shape.name), &sql)
    }

    /// Leaves stubs of the rows whose keys are gathered; answers how many rows these were.
    pub(crate) fn leave_stubs(&mut self, shape: &Shape, gathered: &str) -> Result<u64, DestinationError> {
        let dialect = self.session.dialect();
        let source = format!("{} AS g", dialect.place(Place::Temporary(gathered)));
        let met = same(dialect, "g", &dialect.quote(&shape.name), &shape.key);
        let sql = dialect.update_from(&shape.name, &emptied(&shape.key, &shape.columns), &source, &met);
        self.left.insert(shape.name.clone());
        self.session.execute(Step("delete rows of", &shape.name), &sql, &[])
    }

    /// Deletes the stubs that this load left and nothing refers to.
    pub(crate) fn delete_unneeded(&self) -> Result<(), DestinationError> {
        let mut left = self.left.iter().filter_map(|name| self.shapes.get(name));
        left.try_for_each(|shape| delete_unneeded(self.session, self.shapes, shape))
    }
}

/// What makes a row a stub: each column with its new value.
pub(crate) fn emptied<'c>(key: &[String], columns: &'c [Column]) -> Vec<(&'c str, String)> {
    let value = |column: &Column| if column.name == IS_STUB { "true" } else { "NULL" }.to_owned();
    let others = columns.iter().filter(|column| !key.contains(&column.name));
    others.map(|column| (column.name.as_str(), value(column))).collect()
}

/// Deletes the stubs of a table that nothing refers to.
pub(crate) fn delete_unneeded(
    session: &impl Session,
    shapes: &Shapes,
    shape: &Shape,
) -> Result<(), DestinationError> {
    let dialect = session.dialect();
    let step = Step("delete rows of", &shape.name);
    let is_referred = |held: &Held| {
        let (table, column, key) = (&held.table, dialect.quote(&held.column), dialect.quote(&held.key));
        format!(" AND NOT EXISTS (SELECT 1 FROM {} AS r WHERE r.{column} = t.{key})", dialect.quote(table))
    };
    let sql = format!(
        "CREATE TEMPORARY TABLE {} AS SELECT {} FROM {} AS t WHERE t.{}{}",
        dialect.place(Place::Temporary(UNNEEDED)),
        list(dialect, "t", &shape.key),
        dialect.quote(&shape.name),
        dialect.quote(IS_STUB),
        shapes.held_to(&shape.name).map(is_referred).collect::<String>(),
    );
    session.execute(step, &sql, &[])?;
    session.execute(step, &delete_gathered_sql(dialect, shape, UNNEEDED), &[])?;
    unstage(session, shape, UNNEEDED)
}
