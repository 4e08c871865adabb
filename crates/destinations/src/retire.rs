//! Tables that make way for those of another model, in the transaction that brings them: a reader sees the old or the new.

use crate::bookkeeping::views::StoredView;
use crate::bookkeeping::{changes, columns, keys, modes, more, views};
use crate::catalogue::Catalogue;
use crate::dependents::{Dependent, REFERENCE, dependents};
use crate::error::DestinationError;
use crate::package::Retirement;
use crate::session::{Cell, Session, Step};
use crate::shape::Known;
use relatable_model::schema::Table;

/// Tables that make way.
pub(crate) struct Leaving {
    /// Every table of the resources.
    pub(crate) tables: Vec<Table>,
    /// Those that are there, children before their parents.
    pub(crate) present: Vec<Table>,
    /// Our views on them.
    pub(crate) views: Vec<StoredView>,
    /// Our indexes on them, each with its table.
    indexes: Vec<(String, String)>,
    /// What is put behind the names of those that are kept.
    kept_as: Option<String>,
}

impl Leaving {
    /// Every table of the resources.
    ///
    /// # Errors
    /// [`DestinationError::Added`] when something was made on them that would be lost, and [`DestinationError::Foreign`]
    /// when the name that a table is to be kept under is taken.
    pub(crate) fn find(
        session: &impl Session,
        retirement: &Retirement<'_>,
    ) -> Result<Leaving, DestinationError> {
        let known = Known::read(session)?;
        let catalogue = Catalogue::read(session)?;
        let is_leaving = |table: &Table| retirement.resources.contains(&table.resource);
        let tables: Vec<Table> = known.tables().into_iter().filter(is_leaving).collect();
        let dependents = dependents(session)?;
        let is_shown = |view: &&StoredView| tables.iter().any(|table| table.name == view.table);
        let views: Vec<StoredView> = known.views.iter().filter(is_shown).cloned().collect();
        check_additions(session, retirement, (&tables, &views), (&known, &catalogue, &dependents))?;
        check_referrers(&known, &tables)?;
        // A table is remembered after its parent.
        let is_there = |table: &&Table| catalogue.get(&table.name).is_some();
        let present: Vec<Table> = tables.iter().rev().filter(is_there).cloned().collect();
        let ours = |table: &Table| {
            let ours =
                dependents.iter().filter(|dependent| dependent.is_ours() && dependent.is_on(&table.name));
            ours.map(|index| (table.name.clone(), index.name.clone())).collect::<Vec<_>>()
        };
        let leaving = Leaving {
            indexes: present.iter().flat_map(ours).collect(),
            views,
            kept_as: retirement.kept_as.map(str::to_owned),
            tables,
            present,
        };
        for name in leaving.tables.iter().filter_map(|table| leaving.kept_name(table)) {
            if let Some(relation) = catalogue.get(&name) {
                let (destination, kind) = (session.describe().to_owned(), relation.kind());
                return Err(DestinationError::Foreign { destination, kind, name });
            }
        }
        Ok(leaving)
    }

    /// The name that a table is kept under, if it is.
    pub(crate) fn kept_name(&self, table: &Table) -> Option<String> {
        self.kept_as.as_ref().map(|suffix| format!("{}{suffix}", table.name))
    }

    /// Takes the tables away, or gives them other names.
    pub(crate) fn make_way(&self, session: &impl Session) -> Result<(), DestinationError> {
        let dialect = session.dialect();
        let execute =
            |table: &str, sql: String| session.execute(Step("make way for", table), &sql, &[]).map(|_| ());
        for view in &self.views {
            execute(&view.name, format!("DROP VIEW IF EXISTS {}", dialect.quote(&view.name)))?;
        }
        // An index keeps its name when its table gets another one, and the new table wants it.
        for (table, index) in &self.indexes {
            execute(table, format!("DROP INDEX IF EXISTS {}", dialect.quote(index)))?;
        }
        let names: Vec<String> = self.present.iter().map(|table| dialect.quote(&table.name)).collect();
        if let Some(first) =
            self.present.first().filter(|_| self.kept_as.is_none() && dialect.drops_together())
        {
            return execute(&first.name, format!("DROP TABLE {}", names.join(", ")));
        }
        for (table, name) in self.present.iter().zip(names) {
            let sql = match self.kept_name(table) {
                None => format!("DROP TABLE {name}"),
                Some(kept) => format!("ALTER TABLE {name} RENAME TO {}", dialect.quote(&kept)),
            };
            execute(&table.name, sql)?;
        }
        Ok(())
    }

    /// Forgets the tables, and records that they made way.
    pub(crate) fn forget(&self, session: &impl Session, loaded_at_us: i64) -> Result<(), DestinationError> {
        for table in &self.tables {
            forget(session, &table.name)?;
        }
        changes::record_retired(session, &self.tables, |table| self.kept_name(table), loaded_at_us)
    }
}

/// Forgets a table.
fn forget(session: &impl Session, table: &str) -> Result<(), DestinationError> {
    let name = [Cell::from(table)];
    for ledger in [&columns::LEDGER, &more::LEDGER, &keys::LEDGER, &views::LEDGER, &modes::LEDGER] {
        let sql = format!("DELETE FROM {} WHERE table_name = ?", ledger.name);
        session.execute(Step("write to", ledger.name), &sql, &name)?;
    }
    // References to it are completed when it is there again.
    let sql =
        format!("UPDATE {} SET referenced_columns = NULL WHERE referenced_table = ?", keys::LEDGER.name);
    session.execute(Step("write to", keys::LEDGER.name), &sql, &name).map(|_| ())
}

/// Refuses to take away tables to which foreign keys of others lead: those would lead nowhere, or to the old tables.
fn check_referrers(known: &Known, leaving: &[Table]) -> Result<(), DestinationError> {
    let is_leaving = |name: &str| leaving.iter().any(|table| table.name == name);
    let mut references = known.keys.iter().filter(|key| key.enforces_reference());
    match references.find(|key| is_leaving(&key.referenced_table) && !is_leaving(&key.table)) {
        None => Ok(()),
        Some(key) => Err(DestinationError::Mismatch {
            table: key.referenced_table.clone(),
            difference: format!(
                "`{}` has a foreign key to it, so both are to be made anew together",
                key.table
            ),
        }),
    }
}

/// Refuses to take away what a user added: columns, comments and indexes of tables that are not kept, views and triggers
/// in any case. Those on our views as well, which go even where their tables are kept.
fn check_additions(
    session: &impl Session,
    retirement: &Retirement<'_>,
    (leaving, views): (&[Table], &[StoredView]),
    (known, catalogue, dependents): (&Known, &Catalogue, &[Dependent]),
) -> Result<(), DestinationError> {
    let mut added: Vec<String> = Vec::new();
    let names: Vec<&String> =
        leaving.iter().map(|table| &table.name).chain(views.iter().map(|view| &view.name)).collect();
    for dependent in dependents {
        let is_known = known.owner(&dependent.name).is_some();
        let ours = dependent.is_ours() || (is_known && matches!(dependent.kind.as_str(), "view" | REFERENCE));
        let is_kept = retirement.kept_as.is_some() && dependent.kind == "index";
        if let Some(name) = names.iter().find(|name| dependent.is_on(name)).filter(|_| !ours && !is_kept) {
            added.push(format!("{} `{}` on `{name}`", dependent.kind, dependent.name));
        }
    }
    if retirement.kept_as.is_none() {
        for table in leaving {
            let Some(relation) = catalogue.get(&table.name) else { continue };
            let dialect = session.dialect();
            let is_ours =
                |name: &&str| table.columns.iter().any(|column| dialect.is_same_name(&column.name, name));
            let names = relation.columns.iter().map(|(name, _)| name);
            let mut columns: Vec<&str> = names.filter(|name| !is_ours(name)).collect();
            columns.sort_unstable();
            added.extend(columns.into_iter().map(|name| format!("column `{}.{name}`", table.name)));
        }
        added.extend(changed_comments(session, leaving)?);
    }
    if added.is_empty() {
        return Ok(());
    }
    Err(DestinationError::Added { destination: session.describe().to_owned(), what: added.join(", ") })
}

/// Comments on columns that are not those we made.
fn changed_comments(session: &impl Session, leaving: &[Table]) -> Result<Vec<String>, DestinationError> {
    let dialect = session.dialect();
    let Some(sql) = dialect.comments_sql() else { return Ok(Vec::new()) };
    let rows = session.rows(Step("read what the database holds", ""), sql, &[])?;
    let changed = rows.into_iter().filter_map(|row| {
        let (table, column, comment) = (row[0].text(), row[1].text(), row[2].text());
        let ours = leaving.iter().find(|known| known.name == table)?.column(&column)?;
        (dialect.comment_text(&ours.description) != comment.as_str())
            .then(|| format!("the comment on `{table}.{column}`"))
    });
    Ok(changed.collect())
}
