//! What exists in the database, ours or not.

use crate::bookkeeping::pending::{self, Pending};
use crate::error::DestinationError;
use crate::session::{Session, Step};
use std::collections::HashMap;

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
        if session.dialect().ddl_commits() && catalogue.get(pending::LEDGER.name).is_some() {
            for pending in pending::read(session)? {
                match pending {
                    Pending::Table(name) | Pending::View(name, None) => catalogue.remove(&name),
                    Pending::Column(table, column) => {
                        if let Some(relation) = catalogue.relations.get_mut(&table.to_ascii_lowercase()) {
                            relation.columns.remove(&column.to_ascii_lowercase());
                        }
                    }
                    _ => {}
                }
            }
        }
        Ok(catalogue)
    }

    /// Forgets a table or view.
    pub(crate) fn remove(&mut self, name: &str) {
        self.relations.remove(&name.to_ascii_lowercase());
    }

    /// Reads all that exists now.
    pub(crate) fn read_all(session: &impl Session) -> Result<Catalogue, DestinationError> {
        let step = Step("read what the database holds", "");
        let mut relations = HashMap::new();
        for row in session.rows(step, session.dialect().relations_sql(), &[])? {
            let relation = Relation {
                is_view: row[1].text() == "view",
                comment: row[2].text(),
                columns: HashMap::new(),
            };
            relations.insert(row[0].text().to_ascii_lowercase(), relation);
        }
        for row in session.rows(step, session.dialect().columns_sql(), &[])? {
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
