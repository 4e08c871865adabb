//! What exists in the database, ours or not.

use crate::bookkeeping::pending::{self, Pending};
use crate::error::DestinationError;
use crate::session::{Cell, Session, Step};
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
    /// Its columns by their names in lower case; empty for a view.
    pub(crate) columns: HashMap<String, Existing>,
}

/// A column that exists.
#[derive(Debug, Clone)]
pub(crate) struct Existing {
    /// Its name.
    pub(crate) name: String,
    /// Its type as the database says it.
    pub(crate) type_name: String,
    /// Whether a row cannot do without bringing a value.
    pub(crate) is_required: bool,
}

impl Existing {
    /// The column of a row of the dialect's query, behind its name in lower case.
    fn named(row: &[Cell]) -> (String, Existing) {
        let name = row[1].text();
        let existing =
            Existing { type_name: row[2].text(), is_required: row[3].integer() != 0, name: name.clone() };
        (name.to_ascii_lowercase(), existing)
    }
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
        let sql = of_name(session, "name, second, third, fourth", session.dialect().columns_sql(), table);
        let columns = session.rows(READING, &sql, &[])?;
        let relation = Relation {
            is_view: false,
            comment: String::new(),
            columns: columns.iter().map(|row| Existing::named(row)).collect(),
        };
        let mut catalogue = Catalogue { relations: HashMap::from([(table.to_ascii_lowercase(), relation)]) };
        catalogue.leave_out_pending(session)?;
        Ok(catalogue.get(table).is_some_and(|table| table.columns.contains_key(&column.to_ascii_lowercase())))
    }

    /// Whether there is a table of ours that no load makes: one of bookkeeping.
    pub(crate) fn holds(session: &impl Session, name: &str) -> Result<bool, DestinationError> {
        let sql = of_name(session, "name, second, third", session.dialect().relations_sql(), name);
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
                relation.columns.extend([Existing::named(&row)]);
            }
        }
        Ok(Catalogue { relations })
    }

    /// The table or view of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Relation> {
        self.relations.get(&name.to_ascii_lowercase())
    }
}

/// What a query has of one name, its columns called so and `name` first.
fn of_name(session: &impl Session, columns: &str, sql: &str, name: &str) -> String {
    format!(
        "WITH found ({columns}) AS ({sql}) SELECT {columns} FROM found WHERE lower(name) = {}",
        session.dialect().literal(&name.to_ascii_lowercase())
    )
}
