//! What exists in the database, ours or not.

use crate::bookkeeping::pending::{self, Pending};
use crate::error::DestinationError;
use crate::session::{Session, Step};
use std::collections::HashMap;

/// What is done here, for messages.
const READING: Step<'_> = Step("read what the database holds", "");

/// A table or view that exists.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    /// Whether it is a view.
    pub(crate) is_view: bool,
    /// Its description, where the database keeps one.
    pub(crate) comment: String,
    /// Its columns, in lower case, each with its type as the database says it; empty for a view.
    pub(crate) columns: HashMap<String, String>,
}

impl Relation {
    /// The word for it in messages.
    pub(crate) fn kind(&self) -> &'static str {
        if self.is_view { "view" } else { "table" }
    }
}

/// Every table and view by its name in lower case: the databases do not tell names apart by ASCII case.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    relations: HashMap<String, Relation>,
}

impl Catalogue {
    /// Reads what exists now, without what a load made that was broken off: it is not ours yet, and goes when one comes.
    pub(crate) fn read(session: &impl Session) -> Result<Catalogue, DestinationError> {
        let mut catalogue = Catalogue::read_all(session)?;
        catalogue.leave_out_pending(session)?;
        Ok(catalogue)
    }

    /// As [`read`](Self::read), whether there is a table of this name with such a column.
    pub(crate) fn has_column(
        session: &impl Session,
        table: &str,
        column: &str,
    ) -> Result<bool, DestinationError> {
        let sql = of_name(session, session.dialect().columns_sql(), table);
        let columns = session.rows(READING, &sql, &[])?;
        let relation = Relation {
            is_view: false,
            comment: String::new(),
            columns: columns.iter().map(|row| (row[1].text().to_ascii_lowercase(), row[2].text())).collect(),
        };
        let mut catalogue = Catalogue { relations: HashMap::from([(table.to_ascii_lowercase(), relation)]) };
        catalogue.leave_out_pending(session)?;
        Ok(catalogue.get(table).is_some_and(|table| table.columns.contains_key(&column.to_ascii_lowercase())))
    }

    /// Whether there is a table of ours that no load makes: one of bookkeeping.
    pub(crate) fn holds(session: &impl Session, name: &str) -> Result<bool, DestinationError> {
        let sql = of_name(session, session.dialect().relations_sql(), name);
        Ok(!session.rows(READING, &sql, &[])?.is_empty())
    }

    /// Leaves out what a load made that was broken off.
    fn leave_out_pending(&mut self, session: &impl Session) -> Result<(), DestinationError> {
        if !session.dialect().ddl_commits() {
            return Ok(());
        }
        for pending in pending::read(session)? {
            match pending {
                Pending::Table(name) | Pending::View(name, None) => self.remove(&name),
                Pending::Column(table, column) => {
                    if let Some(relation) = self.relations.get_mut(&table.to_ascii_lowercase()) {
                        relation.columns.remove(&column.to_ascii_lowercase());
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Forgets a table or view.
    pub(crate) fn remove(&mut self, name: &str) {
        self.relations.remove(&name.to_ascii_lowercase());
    }

    /// Reads all that exists now.
    pub(crate) fn read_all(session: &impl Session) -> Result<Catalogue, DestinationError> {
        let mut relations = HashMap::new();
        for row in session.rows(READING, session.dialect().relations_sql(), &[])? {
            let relation = Relation {
                is_view: row[1].text() == "view",
                comment: row[2].text(),
                columns: HashMap::new(),
            };
            relations.insert(row[0].text().to_ascii_lowercase(), relation);
        }
        for row in session.rows(READING, session.dialect().columns_sql(), &[])? {
            if let Some(relation) = relations.get_mut(&row[0].text().to_ascii_lowercase()) {
                relation.columns.insert(row[1].text().to_ascii_lowercase(), row[2].text());
            }
        }
        Ok(Catalogue { relations })
    }

    /// The table or view of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Relation> {
        self.relations.get(&name.to_ascii_lowercase())
    }
}

/// What a query of three columns, the first of which is a name, has of one name.
fn of_name(session: &impl Session, sql: &str, name: &str) -> String {
    format!(
        "WITH found (name, second, third) AS ({sql}) SELECT name, second, third FROM found WHERE lower(name) = {}",
        session.dialect().literal(&name.to_ascii_lowercase())
    )
}
