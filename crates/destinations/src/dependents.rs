//! What hangs on tables and views: indexes, triggers, views, foreign keys.

use crate::bookkeeping::PREFIX;
use crate::error::DestinationError;
use crate::session::{Cell, Session, Step};

/// The word for a table that has a foreign key to another.
pub(crate) const REFERENCE: &str = "foreign key of";

/// Something that a user made on one of our tables.
pub(crate) struct Dependent {
    /// The word for it.
    pub(crate) kind: String,
    pub(crate) name: String,
    /// The table it is on; empty for a view, whose text tells.
    table: String,
    sql: String,
}

impl Dependent {
    /// Whether it is one that loads make.
    pub(crate) fn is_ours(&self) -> bool {
        self.kind == "index" && self.name.starts_with(PREFIX)
    }

    /// Whether it is on this table or view; of a view it is enough that its text has the name as a word.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        match self.kind.as_str() {
            "view" => has_word(&self.sql.to_lowercase(), &name.to_lowercase()),
            _ => self.table.eq_ignore_ascii_case(name),
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

/// Everything that hangs on tables and views.
///
/// # Errors
/// What the database said.
pub(crate) fn dependents(session: &impl Session) -> Result<Vec<Dependent>, DestinationError> {
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
