//! What a reader of the tables is told where one has no room for all columns.

use crate::bookkeeping::issues;
use crate::bookkeeping::more::{Paths, new_paths};
use crate::error::DestinationError;
use crate::session::{Cell, Session, Step};
use relatable_model::issue::Issue;
use relatable_model::schema::{MORE, Table};

/// The kind of issue recorded for a table with values that have no column of their own.
pub(crate) const WIDE_TABLE: &str = "wide_table";
/// How many paths an issue names.
const PATHS_NAMED: usize = 20;

/// The issues of the tables in which values got no column of their own that are not `stored` as such: one per table, which
/// takes the place of the one it had.
pub(crate) fn widened(
    session: &impl Session,
    tables: &[Table],
    stored: &Paths,
) -> Result<Vec<Issue>, DestinationError> {
    let is_wider = |table: &&Table| new_paths(table, stored).next().is_some();
    let issues: Vec<Issue> = tables.iter().filter(is_wider).map(issue).collect();
    for issue in &issues {
        let name = issues::LEDGER.name;
        let sql = format!("DELETE FROM {name} WHERE resource = ? AND kind = ? AND path = ?");
        let cells = [&issue.resource, &issue.kind, &issue.path].map(|text| Cell::from(text.as_str()));
        session.execute(Step("write to", name), &sql, &cells)?;
    }
    Ok(issues)
}

/// The issue of a table.
fn issue(table: &Table) -> Issue {
    let named: Vec<String> = table.more.iter().take(PATHS_NAMED).map(|path| format!("`{path}`")).collect();
    let others = match table.more.len() - named.len() {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    Issue {
        resource: table.resource.clone(),
        kind: WIDE_TABLE.to_owned(),
        path: table.path.clone(),
        record: String::new(),
        detail: format!(
            "the database has no room for more columns in `{}`: the values at {}{others} are members of its column `{MORE}`; \
             rules can leave paths out (`omit`), keep an object whole (`json`) or give it a table of its own (`table`, \
             `entries`), and `relatable remodel` then makes the tables anew",
            table.name,
            named.join(", ")
        ),
    }
}
