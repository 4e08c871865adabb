//! A load from its first statement to its last, the same in every database.

use crate::bookkeeping::changes::Additions;
use crate::bookkeeping::issues::Tally;
use crate::bookkeeping::{checkpoint, columns, keys, loads, models, modes, more, settings, views};
use crate::bracket::Bracket;
use crate::catalogue::Catalogue;
use crate::change::{Applier, Outcome};
use crate::contract::Changes;
use crate::ddl::{Plan, Planner, Statements};
use crate::dialect::Dialect;
use crate::drift::check_views;
use crate::error::DestinationError;
use crate::package::{Change, Package, Receipt, RowCounts};
use crate::references::{self, References, with_stubs};
use crate::retire::Leaving;
use crate::session::{Session, Step, Transaction};
use crate::shape::{Known, Shapes};
use crate::widened::widened;
use relatable_faults::{
    LOAD_BEGUN, LOAD_CHANGE_APPLIED, LOAD_COMMITTED, LOAD_READY, LOAD_ROWS_RECORDED, LOAD_TABLES_MADE,
    RETIRED_FORGOTTEN, RETIRED_TABLES_GONE,
};
use relatable_model::issue::Issue;
use relatable_model::schema::Table;
use std::collections::BTreeMap;

/// The kind of issue recorded for child rows without a parent.
const ORPHAN: &str = "orphan";
/// The kind of issue recorded for texts that were not stored as they came.
const ALTERED: &str = "text_altered";

/// What a load does, for messages.
const LOAD: Step<'_> = Step("load", "");

/// Applies a package with its changes; `fence` is the token of the handle that loads, `asked` what it asks of references.
pub(crate) fn load<S: Session>(
    session: &S,
    (fence, asked): (&str, Option<References>),
    package: &Package<'_>,
    changes: &mut Changes<'_>,
) -> Result<Receipt, DestinationError> {
    // Dropped after the transaction: what was made may only be taken back once the rows are.
    let mut bracket = None;
    if session.dialect().ddl_commits() {
        let transaction = Transaction::begin(session)?;
        check_position(session, fence, package)?;
        transaction.commit()?;
        bracket = Some(Bracket::open(session, package, asked)?);
    }
    let transaction = Transaction::begin(session)?;
    let (from_seq, last_us) = check_position(session, fence, package)?;
    session.reach(LOAD_BEGUN, LOAD)?;
    let settled = match &mut bracket {
        Some(bracket) => bracket.record(package)?,
        None => settle_tables(session, package, asked)?,
    };
    models::record(session, package.models, package.loaded_at_us)?;
    let widened = widened(session, package.tables, &settled.known.more)?;
    let (shapes, mut additions, keys) = record_tables(session, package, settled)?;
    session.reach(LOAD_TABLES_MADE, LOAD)?;
    // Versions follow each other, whatever the clock does.
    let moment_us = match last_us.filter(|_| shapes.keep_versions()) {
        Some(last_us) => package.loaded_at_us.max(last_us + 1),
        None => package.loaded_at_us,
    };
    let mut applier = Applier::new(session, &shapes, keys, moment_us);
    for change in changes {
        match change.map_err(DestinationError::Producer)? {
            Change::Table(change) => {
                additions.explain(&change);
                applier.apply(&change)?;
            }
            Change::Distinct(change) => {
                additions.explain(&change);
                applier.apply_distinct(&change)?;
            }
            Change::Issues(issues) => {
                let mut tally = Tally::default();
                issues.iter().for_each(|issue| tally.add(issue, 1));
                tally.record(session, package.loaded_at_us)?;
            }
        }
        session.reach(LOAD_CHANGE_APPLIED, LOAD)?;
    }
    applier.complete()?;
    let outcome = applier.outcome;
    additions.record(session, package.loaded_at_us)?;
    record_issues(session, package, &shapes, &outcome, &widened)?;
    let receipt = Receipt {
        widened: widened.len() as u64,
        orphans: outcome.orphans.values().sum(),
        tables: outcome.tables.into_iter().filter(|(_, counts)| *counts != RowCounts::default()).collect(),
    };
    loads::record(session, from_seq, package.checkpoint.seq, package.loaded_at_us, &receipt)?;
    session.reach(LOAD_ROWS_RECORDED, LOAD)?;
    checkpoint::advance(session, package.checkpoint, fence, moment_us)?;
    session.reach(LOAD_READY, LOAD)?;
    transaction.commit()?;
    session.reach(LOAD_COMMITTED, LOAD)?;
    if let Some(bracket) = bracket {
        bracket.close();
    }
    Ok(receipt)
}

/// What tables are and will be, and what makes the one of the other.
pub(crate) struct Settled {
    known: Known,
    /// The statements.
    pub(crate) plan: Plan,
    shapes: Shapes,
    /// The tables as they are asked for.
    tables: Vec<Table>,
    references: References,
}

impl Settled {
    /// What has to be done for the tables of a package, as if those that are leaving had gone.
    pub(crate) fn plan(
        session: &impl Session,
        tables: &[Table],
        leaving: Option<&Leaving>,
        asked: Option<References>,
    ) -> Result<Settled, DestinationError> {
        let (mut known, mut catalogue) = (Known::read(session)?, Catalogue::read(session)?);
        if let Some(leaving) = leaving {
            known.forget(&leaving.tables);
            leaving.views.iter().for_each(|view| catalogue.remove(&view.name));
            leaving.tables.iter().for_each(|table| catalogue.remove(&table.name));
        }
        let settled = Settled::of(session.dialect(), session.describe(), (known, &catalogue), tables, asked)?;
        check_views(session, &settled.plan)?;
        Ok(settled)
    }

    /// What has to be done for `tables`, over what is known and exists; or what stands against it.
    pub(crate) fn of(
        dialect: &dyn Dialect,
        destination: &str,
        (known, catalogue): (Known, &Catalogue),
        tables: &[Table],
        asked: Option<References>,
    ) -> Result<Settled, DestinationError> {
        let stored = known.references;
        let references = asked.unwrap_or(stored);
        if references != stored && !known.columns.is_empty() {
            let destination = destination.to_owned();
            let (stored, asked) = (stored.name(), references.name());
            return Err(DestinationError::OtherReferences { destination, stored, asked });
        }
        let tables = match references {
            References::Declare => tables.to_vec(),
            References::Enforce => with_stubs(tables),
        };
        let shapes = Shapes::settle(&tables, &known);
        let plan =
            Planner { dialect, destination, known: &known, catalogue, shapes: &shapes }.plan(&tables)?;
        if references == References::Enforce {
            references::check(&tables, &shapes)?;
        }
        Ok(Settled { known, plan, shapes, tables, references })
    }
}

/// Refuses a load by a handle that no longer holds the destination or for another workspace; answers the position
/// before the load and the moment of the last one.
fn check_position(
    session: &impl Session,
    fence: &str,
    package: &Package<'_>,
) -> Result<(i64, Option<i64>), DestinationError> {
    let fenced = || DestinationError::Fenced { destination: session.describe().to_owned() };
    let stored = checkpoint::read(session)?.ok_or_else(fenced)?;
    if stored.fence != fence {
        return Err(fenced());
    }
    checkpoint::check_workspace(session, &stored.checkpoint, &package.checkpoint.workspace)?;
    let same_journal = stored.checkpoint.journal == package.checkpoint.journal;
    Ok((if same_journal { stored.checkpoint.seq } else { 0 }, stored.loaded_at_us))
}

/// Takes tables away that are retired, and makes tables, columns and views as the package declares them.
fn settle_tables(
    session: &impl Session,
    package: &Package<'_>,
    asked: Option<References>,
) -> Result<Settled, DestinationError> {
    if let Some(retirement) = &package.retired {
        let leaving = Leaving::find(session, retirement)?;
        leaving.make_way(session)?;
        session.reach(RETIRED_TABLES_GONE, LOAD)?;
        leaving.forget(session, package.loaded_at_us)?;
        session.reach(RETIRED_FORGOTTEN, LOAD)?;
    }
    let settled = Settled::plan(session, package.tables, None, asked)?;
    settled.plan.run(session)?;
    Ok(settled)
}

/// Records tables, columns and views; answers what they are now, what was added, and the keys that are still to be declared.
fn record_tables(
    session: &impl Session,
    package: &Package<'_>,
    settled: Settled,
) -> Result<(Shapes, Additions, Statements), DestinationError> {
    let Settled { known, plan, shapes, tables, references } = settled;
    columns::record(session, &tables, &known.columns, package.loaded_at_us)?;
    more::record(session, &tables, &known.more, package.loaded_at_us)?;
    keys::record(session, &tables, &known.keys, &shapes)?;
    views::record(session, &plan.views, &plan.dropped_views)?;
    modes::record(session, &tables, &known.modes)?;
    if references != known.references {
        settings::record(session, references)?;
    }
    let keys = plan.keys.into_iter().chain(plan.links).collect();
    Ok((shapes, Additions::new(package.tables, &known.columns, &known.more), keys))
}

/// Records the package's issues, those of tables that got wider than there is room, and one more for each table that rows were
/// left out of.
fn record_issues(
    session: &impl Session,
    package: &Package<'_>,
    shapes: &Shapes,
    outcome: &Outcome,
    widened: &[Issue],
) -> Result<(), DestinationError> {
    let orphans: Vec<(Issue, i64)> = outcome
        .orphans
        .iter()
        .filter_map(|(table, count)| {
            let shape = shapes.get(table)?;
            let parent = &shape.parent.as_ref()?.table;
            let issue = Issue {
                resource: shape.resource.clone(),
                kind: ORPHAN.to_owned(),
                path: shape.path.clone(),
                record: String::new(),
                detail: format!("rows of `{table}` were left out because `{parent}` has no row for them"),
            };
            Some((issue, i64::try_from(*count).unwrap_or(i64::MAX)))
        })
        .collect();
    let altered = altered(session, shapes);
    let mut tally = Tally::default();
    package.issues.iter().chain(widened).for_each(|issue| tally.add(issue, 1));
    altered.iter().for_each(|(issue, count)| tally.add(issue, *count));
    orphans.iter().for_each(|(issue, count)| tally.add(issue, *count));
    tally.record(session, package.loaded_at_us)
}

/// The issues of texts of a load that were not stored as they came.
fn altered(session: &impl Session, shapes: &Shapes) -> Vec<(Issue, i64)> {
    let mut counts: BTreeMap<(String, String), u64> = BTreeMap::new();
    for altered in session.take_altered() {
        *counts.entry((altered.table, altered.column)).or_default() += altered.count;
    }
    let issue = |((table, column), count): ((String, String), u64)| {
        let shape = shapes.get(&table)?;
        let issue = Issue {
            resource: shape.resource.clone(),
            kind: ALTERED.to_owned(),
            path: shape.column(&column)?.path.clone(),
            record: String::new(),
            detail: format!(
                "texts in `{table}.{column}` have zero characters, which the database has no place for: U+FFFD stands \
                 there instead"
            ),
        };
        Some((issue, i64::try_from(count).unwrap_or(i64::MAX)))
    };
    counts.into_iter().filter_map(issue).collect()
}
