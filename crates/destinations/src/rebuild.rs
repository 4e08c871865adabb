//! Making the tables of resources anew within one load: what stands against it, what goes before the load, and what is
//! proven and carried over after it.

use crate::bookkeeping::{changes, columns, keys, views};
use crate::catalogue::Catalogue;
use crate::contract::Rebuild;
use crate::error::DestinationError;
use crate::session::{Place, Session, Step};
use crate::shape::Known;
use crate::statement::{list, same};
use relatable_model::logical::LogicalType;
use relatable_model::schema::{Column, DELETED_AT, SYNCED_AT, Table};

/// What the temporary tables of the old records' keys are called, before their number.
const RETIRED: &str = "_relatable_retired_";
/// How many keys of records that are not covered an error names.
const NAMED_KEYS_MAX: usize = 3;

/// The tables that went, as far as the load that follows has to answer for them.
pub(crate) struct Retired {
    /// The resources' own tables.
    roots: Vec<Table>,
    /// Views of other makers that could be read before.
    readable_views: Vec<String>,
}

/// Takes away the tables of the resources to make anew, having kept the keys and times of their records.
pub(crate) fn retire(session: &impl Session, rebuild: &Rebuild<'_>) -> Result<Retired, DestinationError> {
    let known = Known::read(session)?;
    let catalogue = Catalogue::read(session)?;
    let all = crate::reading::tables(session)?;
    let is_asked = |table: &&Table| rebuild.resources.contains(&table.resource);
    let old: Vec<&Table> = all.iter().filter(is_asked).collect();
    check_dependents(session, &known, &catalogue, &old)?;
    let readable_views = foreign_views(&known, &catalogue)
        .into_iter()
        .filter(|view| read_nothing(session, view).is_ok())
        .collect();
    let roots: Vec<Table> = old.iter().filter(|table| is_root(table)).map(|&table| table.clone()).collect();
    for (number, root) in roots.iter().enumerate() {
        let carried = root.key.iter().chain(times(root).map(|column| &column.name));
        let sql = format!(
            "CREATE TEMP TABLE {} AS SELECT {} FROM {}",
            session.dialect().place(Place::Temporary(&format!("{RETIRED}{number}"))),
            list(session.dialect(), "", carried),
            session.dialect().quote(&root.name)
        );
        session.execute(Step("read the keys of", &root.name), &sql, &[])?;
    }
    if let Some(suffix) = rebuild.kept_suffix {
        old.iter().try_for_each(|table| keep(session, &catalogue, table, suffix))?;
    }
    drop_views(session, &known, &old)?;
    for table in old.iter().rev() {
        let sql = format!("DROP TABLE {}", session.dialect().quote(&table.name));
        session.execute(Step("replace", &table.name), &sql, &[])?;
        for ledger in [columns::LEDGER.name, keys::LEDGER.name] {
            let sql = format!("DELETE FROM {ledger} WHERE table_name = ?");
            session.execute(Step("write to", ledger), &sql, &[table.name.as_str().into()])?;
        }
    }
    changes::record_replaced(session, &old, rebuild.replaced_at_us)?;
    Ok(Retired { roots, readable_views })
}

impl Retired {
    /// Proves that every record is there again, gives each the times it had, and proves that the views of other makers
    /// can still be read.
    pub(crate) fn settle(&self, session: &impl Session, tables: &[Table]) -> Result<(), DestinationError> {
        for (number, old) in self.roots.iter().enumerate() {
            let place = session.dialect().place(Place::Temporary(&format!("{RETIRED}{number}")));
            let found = tables.iter().find(|table| is_root(table) && table.resource == old.resource);
            let new = found.ok_or_else(|| mismatch(old, "the load makes no table for its records"))?;
            let same_key = |name: &String| {
                let logical = |table: &Table| table.column(name).map(|column| column.logical);
                new.key.contains(name) && logical(new) == logical(old)
            };
            if new.key.len() != old.key.len() || !old.key.iter().all(same_key) {
                return Err(mismatch(old, "its key would be another one"));
            }
            check_covered(session, &place, old, new)?;
            carry_times(session, &place, old, new)?;
            session.execute(Step("replace", &old.name), &format!("DROP TABLE {place}"), &[])?;
        }
        for view in &self.readable_views {
            read_nothing(session, view).map_err(|_| DestinationError::Dependent {
                table: String::new(),
                kind: "view".to_owned(),
                name: view.clone(),
            })?;
        }
        Ok(())
    }
}

/// Whether it is a resource's own table.
fn is_root(table: &Table) -> bool {
    table.parent.is_none() && table.path.is_empty()
}

/// The columns that say when a record was read and when it was gone.
fn times(table: &Table) -> impl Iterator<Item = &Column> {
    [SYNCED_AT, DELETED_AT].into_iter().filter_map(|name| table.column(name))
}

/// The error of a table that cannot be made anew this way.
fn mismatch(table: &Table, difference: &str) -> DestinationError {
    DestinationError::Mismatch { table: table.name.clone(), difference: difference.to_owned() }
}

/// Refuses tables on which somebody else built what would go with them.
fn check_dependents(
    session: &impl Session,
    known: &Known,
    catalogue: &Catalogue,
    old: &[&Table],
) -> Result<(), DestinationError> {
    let is_old = |name: &str| old.iter().any(|table| table.name.eq_ignore_ascii_case(name));
    let refuse = |table: &str, kind: &str, name: &str| {
        let (table, kind, name) = (table.to_owned(), kind.to_owned(), name.to_owned());
        Err(DestinationError::Dependent { table, kind, name })
    };
    for table in old {
        let relation = catalogue.get(&table.name);
        let mut added: Vec<&String> = relation.into_iter().flat_map(|relation| &relation.columns).collect();
        added.retain(|name| !table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name)));
        added.sort_unstable();
        if let Some(name) = added.first() {
            return refuse(&table.name, "column", name);
        }
    }
    let step = Step("read what the database holds", "");
    for row in session.rows(step, session.dialect().dependents_sql(), &[])? {
        let (kind, name, table) = (row[0].text(), row[1].text(), row[2].text());
        if is_old(&table) && !is_old(&name) {
            return refuse(&table, &kind, &name);
        }
    }
    let Some(sql) = session.dialect().column_comments_sql() else { return Ok(()) };
    for row in session.rows(step, sql, &[])? {
        let (table, column, comment) = (row[0].text(), row[1].text(), row[2].text());
        let mut stored = known.columns.iter().map(|stored| &stored.remembered);
        let ours = stored.find(|stored| stored.table == table && stored.column.name == column);
        if is_old(&table) && ours.is_none_or(|ours| ours.column.description != comment) {
            return refuse(&table, "comment on column", &column);
        }
    }
    Ok(())
}

/// The views that are not ours.
fn foreign_views(known: &Known, catalogue: &Catalogue) -> Vec<String> {
    let is_ours = |name: &str| known.views.iter().any(|view| view.name.eq_ignore_ascii_case(name));
    let mut names: Vec<String> =
        catalogue.views().filter(|name| !is_ours(name)).map(ToOwned::to_owned).collect();
    names.sort_unstable();
    names
}

/// Asks a view for no rows, which shows whether what it speaks of is there.
fn read_nothing(session: &impl Session, view: &str) -> Result<(), DestinationError> {
    let sql = format!("SELECT count(*) FROM (SELECT * FROM {} LIMIT 0) AS v", session.dialect().quote(view));
    session.count(Step("read", view), &sql).map(drop)
}

/// Copies a table to the name under which it stays.
fn keep(
    session: &impl Session,
    catalogue: &Catalogue,
    table: &Table,
    suffix: &str,
) -> Result<(), DestinationError> {
    let name = format!("{}{suffix}", table.name);
    if let Some(relation) = catalogue.get(&name) {
        let destination = session.describe().to_owned();
        return Err(DestinationError::Foreign { destination, kind: relation.kind(), name });
    }
    let quote = |name: &str| session.dialect().quote(name);
    let sql = format!("CREATE TABLE {} AS SELECT * FROM {}", quote(&name), quote(&table.name));
    session.execute(Step("keep", &table.name), &sql, &[]).map(drop)
}

/// Takes away our views of these tables; the load makes those it asks for again.
fn drop_views(session: &impl Session, known: &Known, old: &[&Table]) -> Result<(), DestinationError> {
    let mine = known.views.iter().filter(|view| old.iter().any(|table| table.name == view.table));
    let names: Vec<String> = mine.map(|view| view.name.clone()).collect();
    for name in &names {
        let sql = format!("DROP VIEW IF EXISTS {}", session.dialect().quote(name));
        session.execute(Step("replace", name), &sql, &[])?;
    }
    views::record(session, &[], &names)
}

/// Refuses when a record that was there is not among the new ones.
fn check_covered(
    session: &impl Session,
    place: &str,
    old: &Table,
    new: &Table,
) -> Result<(), DestinationError> {
    let dialect = session.dialect();
    let step = Step("compare the records of", &old.name);
    let lost = format!(
        "FROM {place} AS r WHERE NOT EXISTS (SELECT 1 FROM {} AS t WHERE {})",
        dialect.quote(&new.name),
        same(dialect, "t", "r", &old.key)
    );
    let count = session.count(step, &format!("SELECT count(*) {lost}"))?;
    if count == 0 {
        return Ok(());
    }
    let text = dialect.type_name(LogicalType::Text);
    let parts: Vec<String> =
        old.key.iter().map(|name| format!("CAST(r.{} AS {text})", dialect.quote(name))).collect();
    let parts = parts.join(", ");
    let sql = format!("SELECT {parts} {lost} ORDER BY {parts} LIMIT {NAMED_KEYS_MAX}");
    let rows = session.rows(step, &sql, &[])?;
    let key = |row: &Vec<crate::session::Cell>| {
        row.iter().map(crate::session::Cell::text).collect::<Vec<_>>().join("/")
    };
    let first_keys = rows.iter().map(key).collect();
    Err(DestinationError::NotCovered { resource: old.resource.clone(), count, first_keys })
}

/// Gives each record the times it had.
fn carry_times(session: &impl Session, place: &str, old: &Table, new: &Table) -> Result<(), DestinationError> {
    let dialect = session.dialect();
    let sets: Vec<String> = times(old)
        .filter(|column| new.column(&column.name).is_some())
        .map(|column| format!("{0} = r.{0}", dialect.quote(&column.name)))
        .collect();
    if sets.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "UPDATE {} AS t SET {} FROM {place} AS r WHERE {}",
        dialect.quote(&new.name),
        sets.join(", "),
        same(dialect, "t", "r", &old.key)
    );
    session.execute(Step("carry over the times of", &old.name), &sql, &[]).map(drop)
}
