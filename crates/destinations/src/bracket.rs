//! What a load makes, changes and moves, in a database whose transactions end wherever that happens: it is written down,
//! then done, then the rows come in one transaction, which also takes the note away. Whatever is broken off between leaves
//! the note, by which it is taken back.

use crate::bookkeeping::pending::{self, Pending};
use crate::catalogue::Catalogue;
use crate::error::DestinationError;
use crate::load::Settled;
use crate::package::Package;
use crate::references::References;
use crate::retire::Leaving;
use crate::session::{Cell, Session, Step};
use relatable_faults::{TABLES_LEAVING, TABLES_MADE, TABLES_MOVED, TABLES_NOTED, TABLES_TAKEN_BACK};

/// What is done before and after the rows, for messages.
const PREPARE: Step<'_> = Step("make tables for", "the load");

/// What the names of tables begin with that made way and are to go after the load.
const LEFT: &str = "_relatable_left_";

/// Tables that stand as a load needs them, without its rows yet; taken back when it is dropped unless the load is committed.
pub(crate) struct Bracket<'s, S: Session> {
    session: &'s S,
    /// Tables that made way.
    leaving: Option<Leaving>,
    /// What is to go once the load is committed.
    left: Vec<Pending>,
    /// The tables as they are now.
    settled: Option<Settled>,
    /// What is asked of references.
    asked: Option<References>,
    is_open: bool,
}

impl<'s, S: Session> Bracket<'s, S> {
    /// Makes way and makes tables, columns and views as the package declares them; nothing of it is recorded yet but as
    /// pending. The handle must hold the destination.
    pub(crate) fn open(
        session: &'s S,
        package: &Package<'_>,
        asked: Option<References>,
    ) -> Result<Self, DestinationError> {
        recover(session)?;
        let leaving = package.retired.as_ref().map(|it| Leaving::find(session, it)).transpose()?;
        let settled = Settled::plan(session, package.tables, leaving.as_ref(), asked)?;
        let (mut undo, mut left, mut moves) = (Vec::new(), Vec::new(), Vec::new());
        if let Some(leaving) = &leaving {
            undo.extend(
                leaving
                    .views
                    .iter()
                    .map(|view| Pending::View(view.name.clone(), Some(view.definition.clone()))),
            );
            for (place, table) in leaving.present.iter().enumerate() {
                let kept = leaving.kept_name(table);
                let now = kept.clone().unwrap_or_else(|| format!("{LEFT}{place}"));
                if kept.is_none() {
                    left.push(Pending::Left(now.clone()));
                }
                undo.push(Pending::Renamed(table.name.clone(), now.clone()));
                moves.push((table.name.clone(), now));
            }
        }
        // The latest is done first, and a parent goes after its children.
        left.reverse();
        undo.extend(settled.plan.made.iter().cloned());
        let mut bracket = Bracket { session, leaving, left, settled: Some(settled), asked, is_open: false };
        if undo.is_empty() {
            // What is left to run describes what there is: that can stand whatever comes of the load.
            bracket.run_plan()?;
            return Ok(bracket);
        }
        pending::add(session, &undo)?;
        bracket.is_open = true;
        session.reach(TABLES_NOTED, PREPARE)?;
        for view in bracket.leaving.iter().flat_map(|leaving| &leaving.views) {
            drop_view(session, &view.name)?;
        }
        rename(session, &moves)?;
        if !moves.is_empty() {
            session.reach(TABLES_MOVED, PREPARE)?;
        }
        bracket.run_plan()?;
        session.reach(TABLES_MADE, PREPARE)?;
        Ok(bracket)
    }

    /// Runs the statements that make and extend tables.
    fn run_plan(&self) -> Result<(), DestinationError> {
        self.settled.as_ref().map_or(Ok(()), |settled| settled.plan.run(self.session))
    }

    /// Within the transaction of the rows: forgets the tables that made way, notes what is to go after it, and answers the
    /// tables as they are now. With the end of the transaction nothing is pending any more but that.
    pub(crate) fn record(&mut self, package: &Package<'_>) -> Result<Settled, DestinationError> {
        if let Some(leaving) = &self.leaving {
            leaving.forget(self.session, package.loaded_at_us)?;
        }
        if self.is_open {
            pending::clear(self.session)?;
            pending::add(self.session, &self.left)?;
        }
        match self.settled.take() {
            Some(settled) => Ok(settled),
            None => Settled::plan(self.session, package.tables, None, self.asked),
        }
    }

    /// The load is committed: what made way for it goes. Where that fails, the next load does it.
    pub(crate) fn close(mut self) {
        self.is_open = false;
        if !self.left.is_empty() && self.session.reach(TABLES_LEAVING, PREPARE).is_ok() {
            let _ = recover(self.session);
        }
    }
}

impl<S: Session> Drop for Bracket<'_, S> {
    fn drop(&mut self) {
        if self.is_open {
            // Where the connection has gone, the next claim or load does it.
            let _ = recover(self.session);
        }
    }
}

/// Takes back what a load left that was broken off, and completes what one left that was committed.
pub(crate) fn recover<S: Session>(session: &S) -> Result<(), DestinationError> {
    let all = pending::read(session)?;
    if all.is_empty() {
        return Ok(());
    }
    let mut catalogue = Catalogue::read_all(session)?;
    for pending in &all {
        // Only a table that gets its name back depends on what was done before it; to ask takes longer than to do.
        if matches!(pending, Pending::Renamed(..)) {
            catalogue = Catalogue::read_all(session)?;
        }
        let is_table = |name: &str| catalogue.get(name).is_some_and(|relation| !relation.is_view);
        match pending {
            Pending::Table(name) if is_table(name) => drop_empty(session, name)?,
            Pending::Column(table, column) => {
                let relation = catalogue.get(table);
                if relation.is_some_and(|it| it.columns.get(column).is_some()) {
                    drop_empty_column(session, table, column)?;
                }
            }
            Pending::View(name, definition) if !is_table(name) => {
                drop_view(session, name)?;
                if let Some(sql) = definition {
                    session.execute(Step("restore", name), sql, &[])?;
                }
            }
            Pending::Renamed(name, now) if is_table(now) && !is_table(name) => {
                rename(session, &[(now.clone(), name.clone())])?;
            }
            Pending::Left(name) if is_table(name) => {
                drop_table(session, name)?;
            }
            _ => {}
        }
    }
    session.reach(TABLES_TAKEN_BACK, PREPARE)?;
    pending::clear(session)
}

/// Whether a load left something that [`recover`] would take back or complete.
pub(crate) fn is_pending<S: Session>(session: &S) -> Result<bool, DestinationError> {
    Ok(!pending::read(session)?.is_empty())
}

/// Drops a table that has no row, which nobody can have missed.
fn drop_empty(session: &impl Session, name: &str) -> Result<(), DestinationError> {
    if finds(session, name, &session.dialect().quote(name), "1 = 1")? {
        Ok(())
    } else {
        drop_table(session, name)
    }
}

/// Drops a column that has no value.
fn drop_empty_column(session: &impl Session, table: &str, column: &str) -> Result<(), DestinationError> {
    let name = session.dialect().quote(table);
    if finds(session, table, &name, &format!("{} IS NOT NULL", session.dialect().quote(column)))? {
        return Ok(());
    }
    let step = Step("take back a column of", table);
    for link in session.rows(step, LINKS_SQL, &[Cell::from(table), Cell::from(column)])? {
        let link = session.dialect().quote(&link[0].text());
        session.execute(step, &format!("ALTER TABLE {name} DROP FOREIGN KEY {link}"), &[])?;
    }
    let sql = format!("ALTER TABLE {name} DROP COLUMN {}", session.dialect().quote(column));
    session.execute(step, &sql, &[]).map(|_| ())
}

/// The foreign keys that a column is.
const LINKS_SQL: &str = "SELECT constraint_name FROM information_schema.key_column_usage \
    WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ? AND referenced_table_name IS NOT NULL";

/// Whether a table has a row of which something holds.
fn finds(session: &impl Session, table: &str, name: &str, condition: &str) -> Result<bool, DestinationError> {
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {name} WHERE {condition} LIMIT 1) AS found");
    Ok(session.count(Step("look into", table), &sql)? > 0)
}

/// Drops a table, also one to which another refers that is still to go.
fn drop_table(session: &impl Session, name: &str) -> Result<(), DestinationError> {
    let execute = |sql: &str| session.execute(Step("take away", name), sql, &[]).map(|_| ());
    execute("SET foreign_key_checks = 0")?;
    let dropped = execute(&format!("DROP TABLE {}", session.dialect().quote(name)));
    execute("SET foreign_key_checks = 1").and(dropped)
}

fn drop_view(session: &impl Session, name: &str) -> Result<(), DestinationError> {
    let sql = format!("DROP VIEW IF EXISTS {}", session.dialect().quote(name));
    session.execute(Step("take away", name), &sql, &[]).map(|_| ())
}

/// Gives tables other names, all at once.
fn rename(session: &impl Session, moves: &[(String, String)]) -> Result<(), DestinationError> {
    let Some((first, _)) = moves.first() else { return Ok(()) };
    let quote = |name: &str| session.dialect().quote(name);
    let moves: Vec<String> =
        moves.iter().map(|(from, to)| format!("{} TO {}", quote(from), quote(to))).collect();
    session
        .execute(Step("make way for", first), &format!("RENAME TABLE {}", moves.join(", ")), &[])
        .map(|_| ())
}
