//! `_relatable_issues`: what could not be done as asked, each issue once with its count.

use super::{Ledger, required};
use crate::error::DestinationError;
use crate::session::{Cell, Place, Session, Step};
use crate::statement::{list, same};
use relatable_model::issue::Issue;
use relatable_model::logical::LogicalType;
use std::collections::BTreeMap;

/// The layout.
pub(crate) const LEDGER: Ledger = Ledger {
    name: "_relatable_issues",
    columns: &[
        required("resource", LogicalType::Text),
        required("kind", LogicalType::Text),
        required("path", LogicalType::Text),
        required("record", LogicalType::Text),
        required("detail", LogicalType::Text),
        required("first_seen", LogicalType::Timestamp),
        required("last_seen", LogicalType::Timestamp),
        required("count", LogicalType::Integer),
    ],
    key: &["resource", "kind", "path", "record", "detail"],
};

/// The temporary table the issues of a load are gathered in.
const GATHERED: &str = "_relatable_issues_gathered";

/// Issues of a load, each once, with how often it was met.
#[derive(Debug, Default)]
pub(crate) struct Tally<'i> {
    counts: BTreeMap<[&'i str; 5], i64>,
}

impl<'i> Tally<'i> {
    /// Counts an issue `times` times.
    pub(crate) fn add(&mut self, issue: &'i Issue, times: i64) {
        let Issue { resource, kind, path, record, detail } = issue;
        *self.counts.entry([resource, kind, path, record, detail]).or_default() += times;
    }

    /// Stores the issues: new ones with their count, known ones with their count added and the later time.
    pub(crate) fn record(&self, session: &impl Session, loaded_at_us: i64) -> Result<(), DestinationError> {
        if self.counts.is_empty() {
            return Ok(());
        }
        let rows: Vec<Vec<Cell>> = self
            .counts
            .iter()
            .map(|(fields, count)| {
                let mut row: Vec<Cell> = fields.iter().map(|field| Cell::from(*field)).collect();
                row.extend([Cell::Instant(loaded_at_us), Cell::Instant(loaded_at_us), Cell::Integer(*count)]);
                row
            })
            .collect();
        let dialect = session.dialect();
        let step = Step("write to", LEDGER.name);
        let gathered = dialect.place(Place::Temporary(GATHERED));
        session.execute(step, &LEDGER.create_sql(dialect, Place::Temporary(GATHERED)), &[])?;
        LEDGER.append(session, Place::Temporary(GATHERED), &rows)?;
        let key: Vec<String> = LEDGER.key.iter().map(|name| (*name).to_owned()).collect();
        let name = LEDGER.name;
        let met = same(dialect, "g", name, &key);
        let count = dialect.quote("count");
        let assigned =
            [("count", format!("{name}.{count} + g.{count}")), ("last_seen", "g.last_seen".to_owned())];
        let sql = dialect.update_from(name, &assigned, &format!("{gathered} AS g"), &met);
        session.execute(step, &sql, &[])?;
        let all: Vec<String> = LEDGER.columns.iter().map(|column| column.name.to_owned()).collect();
        session.execute(
            step,
            &format!(
                "INSERT INTO {name} ({}) SELECT {} FROM {gathered} AS g WHERE NOT EXISTS \
                 (SELECT 1 FROM {name} WHERE {met})",
                list(dialect, "", &all),
                list(dialect, "g", &all)
            ),
            &[],
        )?;
        session.execute(step, &dialect.drop_temporary(GATHERED), &[])?;
        Ok(())
    }
}
