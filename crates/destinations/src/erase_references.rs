//! What an erasure does to foreign keys between resources: nothing may refer to who is erased, not even to a stub.

use crate::erase::{Erasing, Rows};
use crate::error::DestinationError;
use crate::session::{Cell, Session, Step};
use crate::stubs::delete_unneeded;
use relatable_model::schema::{Column, IS_STUB, Table};

impl<S: Session> Erasing<'_, S> {
    /// Stubs go that nothing refers to, and those that name the people, with what refers to them.
    pub(crate) fn clear_stubs(&mut self) -> Result<(), DestinationError> {
        let mut targets: Vec<String> = self.shapes.held.iter().map(|held| held.target.clone()).collect();
        targets.sort_unstable();
        targets.dedup();
        for target in targets {
            self.delete_unneeded(&target)?;
            let naming = self.naming_stubs(&target)?;
            let references: Vec<(String, String)> =
                self.shapes.held_to(&target).map(|held| (held.table.clone(), held.column.clone())).collect();
            for (table, column) in &references {
                naming.iter().try_for_each(|value| self.let_go(table, column, value))?;
            }
            if !naming.is_empty() {
                self.delete_unneeded(&target)?;
            }
        }
        Ok(())
    }

    /// Deletes the stubs of a table that nothing refers to.
    fn delete_unneeded(&self, target: &str) -> Result<(), DestinationError> {
        let shape = self.shapes.get(target);
        shape.map_or(Ok(()), |shape| delete_unneeded(self.session, &self.shapes, shape))
    }

    /// The keys of stubs that name the people.
    fn naming_stubs(&self, target: &str) -> Result<Vec<String>, DestinationError> {
        let Some(table) = self.table(target, IS_STUB) else { return Ok(Vec::new()) };
        let dialect = self.session.dialect();
        let key: Vec<String> = table.key.iter().map(|name| dialect.quote(name)).collect();
        let sql = format!(
            "SELECT {} FROM {} WHERE {}",
            key.join(", "),
            dialect.quote(target),
            dialect.quote(IS_STUB)
        );
        let stubs = self.session.rows(Step("read", target), &sql, &[])?;
        let is_searched = (self.erasure.is_searched)(&table);
        let names = |stub: &String| {
            self.erasure.ids.contains(stub) || is_searched && (self.erasure.rewrite)(stub).is_some()
        };
        Ok(stubs.iter().map(|row| row[0].text()).filter(names).collect())
    }

    /// Whether a text is no longer referred to from a column of foreign keys; what is left of it would lead nowhere.
    pub(crate) fn lets_go(
        &mut self,
        table: &Table,
        column: &Column,
        value: &str,
    ) -> Result<bool, DestinationError> {
        let mut held = self.shapes.held.iter();
        if !held.any(|held| held.table == table.name && held.column == column.name) {
            return Ok(false);
        }
        self.let_go(&table.name, &column.name, value).map(|()| true)
    }

    /// Rows that refer to this value refer to nothing any more; those go whose key it is part of.
    fn let_go(&mut self, table: &str, column: &str, value: &str) -> Result<(), DestinationError> {
        let Some(table) = self.table(table, column) else { return Ok(()) };
        let quoted = self.session.dialect().quote(column);
        let (condition, cells) = (format!("{quoted} = ?"), vec![Cell::from(value)]);
        if table.key.iter().any(|key| key == column) {
            return self.delete(&Rows { table: &table, condition, cells });
        }
        let name = self.session.dialect().quote(&table.name);
        let sql = format!("UPDATE {name} SET {quoted} = NULL WHERE {condition}");
        self.erased.changed += self.session.execute(Step("erase values of", &table.name), &sql, &cells)?;
        Ok(())
    }
}
