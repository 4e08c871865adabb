//! The tables of ours as bookkeeping remembers them, read once for as long as nobody has written.

use crate::bookkeeping::checkpoint::{self, StoredCheckpoint};
use crate::error::DestinationError;
use crate::session::Session;
use crate::shape::Known;
use relatable_model::schema::Table;
use std::sync::Arc;

/// What was read, and in which state. Who writes has a token of its own, and moves the position with every load.
#[derive(Default)]
pub(crate) struct Tables {
    read: Option<(State, Arc<[Table]>)>,
}

/// A state of the database: whose it was, the position, and when it was loaded.
#[derive(PartialEq, Eq)]
struct State {
    fence: String,
    journal: String,
    seq: i64,
    loaded_at_us: Option<i64>,
}

impl From<StoredCheckpoint> for State {
    fn from(stored: StoredCheckpoint) -> State {
        let StoredCheckpoint { checkpoint, fence, loaded_at_us } = stored;
        State { fence, journal: checkpoint.journal, seq: checkpoint.seq, loaded_at_us }
    }
}

impl Tables {
    /// Every table, parents before children; none where nothing was ever claimed.
    pub(crate) fn all(&mut self, session: &impl Session) -> Result<Arc<[Table]>, DestinationError> {
        let Some(stored) = checkpoint::read(session)? else { return Ok(Arc::default()) };
        let now = State::from(stored);
        match &self.read {
            Some((state, tables)) if *state == now => Ok(tables.clone()),
            _ => {
                let tables: Arc<[Table]> = parents_first(Known::read(session)?.tables()).into();
                self.read = Some((now, tables.clone()));
                Ok(tables)
            }
        }
    }

    /// The table of this name.
    pub(crate) fn named(
        &mut self,
        session: &impl Session,
        name: &str,
    ) -> Result<Option<Table>, DestinationError> {
        Ok(self.all(session)?.iter().find(|table| table.name == name).cloned())
    }

    /// Lets go of what was read: this handle is about to write.
    pub(crate) fn forget(&mut self) {
        self.read = None;
    }
}

/// The tables in an order in which each comes after the one it was split from.
pub(crate) fn parents_first(mut rest: Vec<Table>) -> Vec<Table> {
    let mut ordered: Vec<Table> = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        let is_due = |table: &Table| {
            let parent = table.parent.as_ref();
            parent.is_none_or(|link| ordered.iter().any(|known| known.name == link.table))
        };
        let (due, later): (Vec<Table>, Vec<Table>) = rest.into_iter().partition(is_due);
        if due.is_empty() {
            // A parent that is not ours any more: its children have nothing to stand in.
            break;
        }
        ordered.extend(due);
        rest = later;
    }
    ordered
}
