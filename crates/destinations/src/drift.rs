//! What somebody else did to our tables since the last load: found before anything is written, with the statement that
//! mends it. A column that was added stays as it is.

use crate::catalogue::Relation;
use crate::ddl::{Plan, Planner};
use crate::dependents::dependents;
use crate::error::DestinationError;
use crate::session::Session;
use crate::shape::Shape;
use relatable_model::schema::{Column, ColumnRole, Table};

impl Planner<'_> {
    /// Refuses tables that are gone or lack a column, and columns that have another type: made anew they would be empty,
    /// and nobody would know.
    pub(crate) fn check_drift(&self, tables: &[Table]) -> Result<(), DestinationError> {
        let shapes = tables.iter().filter_map(|table| self.shapes.get(&table.name));
        for shape in shapes {
            let remembered: Vec<&Column> = self
                .known
                .columns
                .iter()
                .map(|stored| &stored.remembered)
                .filter(|remembered| remembered.table == shape.name)
                .map(|remembered| &remembered.column)
                .collect();
            if remembered.is_empty() {
                continue;
            }
            let Some(relation) = self.catalogue.meant(&shape.name, self.dialect) else {
                return Err(self.drifted(shape, "it is gone".to_owned(), self.create_sql(shape, true, true)));
            };
            if relation.is_view {
                // Told with the other names that are taken.
                continue;
            }
            for column in &remembered {
                match relation.columns.meant(&column.name, self.dialect.tells_case_apart()) {
                    None => {
                        let difference = format!("its column `{}` is gone", column.name);
                        return Err(self.drifted(shape, difference, self.mend_column_sql(shape, column)));
                    }
                    Some(found) if !self.is_type_of(shape, column, &found.type_name) => {
                        return Err(self.retyped(shape, column, &found.type_name));
                    }
                    Some(_) => {}
                }
            }
            self.check_required(shape, relation)?;
        }
        Ok(())
    }

    /// Refuses a column of somebody's that must not be empty: no row of ours brings a value for it.
    fn check_required(&self, shape: &Shape, relation: &Relation) -> Result<(), DestinationError> {
        let is_ours =
            |name: &str| shape.columns.iter().any(|column| self.dialect.is_same_name(&column.name, name));
        let required = relation.columns.iter().filter(|(name, found)| found.is_required && !is_ours(name));
        let Some((name, found)) = required.min_by_key(|(name, _)| *name) else { return Ok(()) };
        let difference =
            format!("somebody's column `{name}` must not be empty, and our rows have nothing for it");
        let mend = self.dialect.release(&shape.name, name, &found.type_name);
        Err(self.drifted(shape, difference, mend))
    }

    /// The statements that bring a column back, with the foreign key that it was. Stubs are known again by having nothing.
    fn mend_column_sql(&self, shape: &Shape, column: &Column) -> String {
        let adds = self.dialect.enforces_keys() && self.dialect.adds_links();
        let held = self.shapes.foreign_key(&shape.name, &column.name).filter(|_| adds);
        let added = held.map(|held| format!("; {}", self.add_reference_sql(held))).unwrap_or_default();
        let synced = shape.columns.iter().find(|column| column.role == ColumnRole::Synced);
        let marked = synced.filter(|_| column.role == ColumnRole::Stub).map(|synced| {
            let [table, mark, synced] =
                [&shape.name, &column.name, &synced.name].map(|name| self.dialect.quote(name));
            format!("; UPDATE {table} SET {mark} = true WHERE {synced} IS NULL")
        });
        self.add_column_sql(shape, column) + &added + &marked.unwrap_or_default()
    }

    /// Whether the database's word for a type is what a column was made with.
    fn is_type_of(&self, shape: &Shape, column: &Column, found: &str) -> bool {
        let (dialect, logical) = (self.dialect, column.logical);
        // What refers to something may have been made before it did.
        let made = [
            shape.type_name(dialect, column),
            dialect.identifying_type_name(logical),
            dialect.type_name(logical),
        ];
        made.into_iter().any(|made| plain(made) == plain(found))
    }

    /// The error for a column of another type.
    fn retyped(&self, shape: &Shape, column: &Column, found: &str) -> DestinationError {
        let wanted = shape.type_name(self.dialect, column);
        let difference = format!("its column `{}` is `{found}` and not `{wanted}`", column.name);
        self.drifted(shape, difference, self.dialect.retype(&shape.name, &column.name, wanted))
    }

    fn drifted(&self, shape: &Shape, difference: String, mend: String) -> DestinationError {
        let (destination, table) = (self.destination.to_owned(), shape.name.clone());
        DestinationError::Drifted { destination, table, difference, mend }
    }
}

/// Refuses to drop a view of ours on which somebody's view stands.
pub(crate) fn check_views(session: &impl Session, plan: &Plan) -> Result<(), DestinationError> {
    if plan.dropped_views.is_empty() {
        return Ok(());
    }
    let dependents = dependents(session)?;
    let views = dependents.iter().filter(|dependent| dependent.kind == "view");
    for view in views {
        let is_dropped = |name: &&String| view.is_on(name) && !view.name.eq_ignore_ascii_case(name);
        if let Some(dropped) = plan.dropped_views.iter().find(is_dropped) {
            return Err(DestinationError::Drifted {
                destination: session.describe().to_owned(),
                table: dropped.clone(),
                difference: format!("the rules ask for it no longer, and the view `{}` needs it", view.name),
                mend: format!("DROP VIEW {}", session.dialect().quote(&view.name)),
            });
        }
    }
    Ok(())
}

/// A type without case and blanks, and without how its texts are encoded and ordered.
fn plain(type_name: &str) -> String {
    let alone = [" CHARACTER SET ", " COLLATE "]
        .into_iter()
        .fold(type_name, |name, word| name.split(word).next().unwrap_or(name));
    alone.chars().filter(|character| !character.is_whitespace()).collect::<String>().to_lowercase()
}
