//! Tables that make way for those of another model, in the transaction that brings them: a reader sees the old or the new.

use crate::bookkeeping::{PREFIX, changes, columns, keys, modes, views};
use crate::catalogue::Catalogue;
use crate::error::DestinationError;
use crate::package::Retirement;
use crate::session::{Cell, Session, Step};
use crate::shape::Known;
use relatable_model::schema::Table;

/// The word for a table that has a foreign key to another.
const REFERENCE: &str = "foreign key of";

/// Something that a user made on one of our tables.
struct Dependent {
    /// The word for it.
    kind: String,
    name: String,
    /// The table it is on; empty for a view, whose text tells.
    table: String,
    sql: String,
}

impl Dependent {
    /// Whether it is one that loads make.
    fn is_ours(&self) -> bool {
        self.kind == "index" && self.name.starts_with(PREFIX)
    }

    /// Whether it is on this table; of a view it is enough that its text has the name as a word.
    fn is_on(&self, table: &Table) -> bool {
        match self.kind.as_str() {
            "view" => has_word(&self.sql.to_lowercase(), &table.name.to_lowercase()),
            _ => self.table.eq_ignore_ascii_case(&table.name),
        }
    }
}

/// Whether a text has a name that is no part of a longer one.
fn has_word(text: &str, name: &str) -> bool {
    let is_part = |character: Option<char>| {
        character.is_some_and(|character| character.is_alphanumeric() || "_$".contains(character))
    };
    text.match_indices(name).any(|(start, _)| {
        !is_part(text[..start].chars().next_back()) && !is_part(text[start + name.len()..].chars().next())
    })
}

/// Takes away every table of the resources, or gives them other names, and forgets them.
///
/// # Errors
/// [`DestinationError::Added`] when something was made on them that would be lost, and [`DestinationError::Foreign`] when
/// the name that a table is to be kept under is taken.
pub(crate) fn retire(
    session: &impl Session,
    retirement: &Retirement<'_>,
    loaded_at_us: i64,
) -> Result<(), DestinationError> {
    let known = Known::read(session)?;
    let catalogue = Catalogue::read(session)?;
    let is_leaving = |table: &Table| retirement.resources.contains(&table.resource);
    let leaving: Vec<Table> = known.tables().into_iter().filter(is_leaving).collect();
    let kept_name = |table: &Table| retirement.kept_as.map(|suffix| format!("{}{suffix}", table.name));
    let dependents = dependents(session)?;
    check_additions(session, retirement, &leaving, (&known, &catalogue, &dependents))?;
    for name in leaving.iter().filter_map(kept_name) {
        if let Some(relation) = catalogue.get(&name) {
            let (destination, kind) = (session.describe().to_owned(), relation.kind());
            return Err(DestinationError::Foreign { destination, kind, name });
        }
    }
    let dialect = session.dialect();
    let execute =
        |table: &str, sql: String| session.execute(Step("make way for", table), &sql, &[]).map(|_| ());
    for view in known.views.iter().filter(|view| leaving.iter().any(|table| table.name == view.table)) {
        execute(&view.name, format!("DROP VIEW IF EXISTS {}", dialect.quote(&view.name)))?;
    }
    // A table is remembered after its parent.
    for table in leaving.iter().rev().filter(|table| catalogue.get(&table.name).is_some()) {
        // An index keeps its name when its table gets another one, and the new table wants it.
        for index in dependents.iter().filter(|dependent| dependent.is_ours() && dependent.is_on(table)) {
            execute(&table.name, format!("DROP INDEX IF EXISTS {}", dialect.quote(&index.name)))?;
        }
        let name = dialect.quote(&table.name);
        execute(
            &table.name,
            match kept_name(table) {
                None => format!("DROP TABLE {name}"),
                Some(kept) => format!("ALTER TABLE {name} RENAME TO {}", dialect.quote(&kept)),
            },
        )?;
    }
    for table in &leaving {
        forget(session, &table.name)?;
    }
    changes::record_retired(session, &leaving, kept_name, loaded_at_us)
}

/// Forgets a table.
fn forget(session: &impl Session, table: &str) -> Result<(), DestinationError> {
    let name = [Cell::from(table)];
    for ledger in [&columns::LEDGER, &keys::LEDGER, &views::LEDGER, &modes::LEDGER] {
        let sql = format!("DELETE FROM {} WHERE table_name = ?", ledger.name);
        session.execute(Step("write to", ledger.name), &sql, &name)?;
    }
    // References to it are completed when it is there again.
    let sql =
        format!("UPDATE {} SET referenced_columns = NULL WHERE referenced_table = ?", keys::LEDGER.name);
    session.execute(Step("write to", keys::LEDGER.name), &sql, &name).map(|_| ())
}

/// Refuses to take away what a user added: columns, comments and indexes of tables that are not kept, views and triggers
/// in any case.
fn check_additions(
    session: &impl Session,
    retirement: &Retirement<'_>,
    leaving: &[Table],
    (known, catalogue, dependents): (&Known, &Catalogue, &[Dependent]),
) -> Result<(), DestinationError> {
    let mut added: Vec<String> = Vec::new();
    for dependent in dependents {
        let is_known = known.owner(&dependent.name).is_some();
        let ours = dependent.is_ours() || (is_known && matches!(dependent.kind.as_str(), "view" | REFERENCE));
        let is_kept = retirement.kept_as.is_some() && dependent.kind == "index";
        if let Some(table) = leaving.iter().find(|table| dependent.is_on(table)).filter(|_| !ours && !is_kept)
        {
            added.push(format!("{} `{}` on `{}`", dependent.kind, dependent.name, table.name));
        }
    }
    if retirement.kept_as.is_none() {
        for table in leaving {
            let Some(relation) = catalogue.get(&table.name) else { continue };
            let is_ours =
                |name: &&String| table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
            let mut columns: Vec<&String> = relation.columns.iter().filter(|name| !is_ours(name)).collect();
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

/// Everything that hangs on tables.
fn dependents(session: &impl Session) -> Result<Vec<Dependent>, DestinationError> {
    let step = Step("read what the database holds", "");
    let rows = session.rows(step, session.dialect().dependents_sql(), &[])?;
    let dependent = |row: Vec<Cell>| Dependent {
        kind: row[0].text(),
        name: row[1].text(),
        table: row[2].text(),
        sql: row[3].text(),
    };
    Ok(rows.into_iter().map(dependent).collect())
}

/// Comments on columns that are not those we made.
fn changed_comments(session: &impl Session, leaving: &[Table]) -> Result<Vec<String>, DestinationError> {
    let Some(sql) = session.dialect().comments_sql() else { return Ok(Vec::new()) };
    let rows = session.rows(Step("read what the database holds", ""), sql, &[])?;
    let changed = rows.into_iter().filter_map(|row| {
        let (table, column, comment) = (row[0].text(), row[1].text(), row[2].text());
        let ours = leaving.iter().find(|known| known.name == table)?.column(&column)?;
        (ours.description != comment).then(|| format!("the comment on `{table}.{column}`"))
    });
    Ok(changed.collect())
}
