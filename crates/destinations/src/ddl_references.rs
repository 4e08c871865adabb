//! What makes foreign keys of references between resources.

use crate::ddl::{Plan, Planner};
use crate::references::Held;
use relatable_model::schema::Table;

impl Planner<'_> {
    /// Declares the references that are to be enforced, of columns that are new, and the indexes that they want.
    pub(crate) fn plan_references(&self, plan: &mut Plan, tables: &[Table]) {
        if !self.dialect.enforces_keys() {
            return;
        }
        let is_asked = |held: &&Held| held.is_new && tables.iter().any(|table| table.name == held.table);
        for held in self.shapes.held.iter().filter(is_asked) {
            let Some(shape) = self.shapes.get(&held.table) else { continue };
            let column = std::slice::from_ref(&held.column);
            let index = self.dialect.index(&shape.name, column).filter(|_| !shape.key.starts_with(column));
            let link = self.dialect.adds_links().then(|| self.add_reference_sql(held));
            // The tables and their keys come before.
            let is_late = self.dialect.keys_after_rows();
            let statements = if is_late { &mut plan.links } else { &mut plan.statements };
            statements.extend(index.into_iter().chain(link).map(|sql| (shape.name.clone(), sql)));
        }
    }

    /// `FOREIGN KEY …` of a reference.
    pub(crate) fn reference_sql(&self, held: &Held) -> String {
        let (here, there) = (std::slice::from_ref(&held.column), std::slice::from_ref(&held.key));
        self.foreign_key_sql(here, &held.target, there)
    }

    /// `ALTER TABLE … ADD FOREIGN KEY …` of a reference.
    pub(crate) fn add_reference_sql(&self, held: &Held) -> String {
        format!("ALTER TABLE {} ADD {}", self.dialect.quote(&held.table), self.reference_sql(held))
    }
}
