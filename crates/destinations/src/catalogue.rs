//! What exists in the database, ours or not.

use crate::bookkeeping::pending::{self, Pending};
use crate::by_name::ByName;
use crate::dialect::Dialect;
use crate::error::DestinationError;
use crate::session::{Cell, Session, Step};

/// What is done here, for messages.
const READING: Step<'_> = Step("read what the database holds", "");

/// A table or view that exists.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    /// Whether it is a view.
    pub(crate) is_view: bool,
    /// Its description, where the database keeps one.
    pub(crate) comment: String,
    /// Its columns; none for a view.
    pub(crate) columns: ByName<Existing>,
}

/// A column that exists.
#[derive(Debug, Clone)]
pub(crate) struct Existing {
    /// Its type as the database says it.
    pub(crate) type_name: String,
    /// Whether a row cannot do without bringing a value.
    pub(crate) is_required: bool,
}

impl Existing {
    /// The column of a row of the dialect's query.
    fn of(row: &[Cell]) -> Existing {
        Existing { type_name: row[2].text(), is_required: row[3].integer() != 0 }
    }
}

impl Relation {
    /// The word for it in messages.
    pub(crate) fn kind(&self) -> &'static str {
        if self.is_view { "view" } else { "table" }
    }
}

/// Every table and view.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    relations: ByName<Relation>,
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
        let mut relation = Relation { is_view: false, comment: String::new(), columns: ByName::default() };
        let by_case = session.dialect().tells_case_apart();
        for row in columns.iter().filter(|row| !by_case || row[0].text() == table) {
            relation.columns.insert(row[1].text(), Existing::of(row));
        }
        let mut catalogue = Catalogue::default();
        catalogue.relations.insert(table.to_owned(), relation);
        catalogue.leave_out_pending(session)?;
        Ok(catalogue.get(table).is_some_and(|table| table.columns.meant(column, by_case).is_some()))
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
                    if let Some(relation) = self.relations.get_mut(&table) {
                        relation.columns.remove(&column);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Forgets a table or view.
    pub(crate) fn remove(&mut self, name: &str) {
        self.relations.remove(name);
    }

    /// Reads all that exists now.
    pub(crate) fn read_all(session: &impl Session) -> Result<Catalogue, DestinationError> {
        let mut relations = ByName::default();
        for row in session.rows(READING, session.dialect().relations_sql(), &[])? {
            let relation = Relation {
                is_view: row[1].text() == "view",
                comment: row[2].text(),
                columns: ByName::default(),
            };
            relations.insert(row[0].text(), relation);
        }
        for row in session.rows(READING, session.dialect().columns_sql(), &[])? {
            if let Some(relation) = relations.get_mut(&row[0].text()) {
                relation.columns.insert(row[1].text(), Existing::of(&row));
            }
        }
        Ok(Catalogue { relations })
    }

    /// The table or view of this name, or else one whose name differs in case alone.
    pub(crate) fn get(&self, name: &str) -> Option<&Relation> {
        self.relations.get(name)
    }

    /// The table or view that a statement means by this name.
    pub(crate) fn meant(&self, name: &str, dialect: &dyn Dialect) -> Option<&Relation> {
        self.relations.meant(name, dialect.tells_case_apart())
    }
}

/// What a query has of one name, its columns called so and `name` first.
fn of_name(session: &impl Session, columns: &str, sql: &str, name: &str) -> String {
    format!(
        "WITH found ({columns}) AS ({sql}) SELECT {columns} FROM found WHERE lower(name) = {}",
        session.dialect().literal(&name.to_ascii_lowercase())
    )
}
