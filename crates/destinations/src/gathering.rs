//! Rows on their way into tables that were empty: as many of a table at once as are worth a statement.

use crate::error::DestinationError;
use crate::session::{Place, Session, Step};
use crate::shape::Shape;
use crate::staging::conform;
use arrow_array::RecordBatch;
use relatable_model::schema::Column;
use std::collections::BTreeMap;

/// Rows not yet written.
pub(crate) struct Gathering<'a, S: Session> {
    session: &'a S,
    /// By the names of their tables.
    tables: BTreeMap<&'a str, Gathered<'a>>,
    /// What all of them take in memory.
    bytes: usize,
}

/// Rows of one table.
struct Gathered<'a> {
    shape: &'a Shape,
    batches: Vec<RecordBatch>,
    /// What they take in memory.
    bytes: usize,
}

impl<'a, S: Session> Gathering<'a, S> {
    /// Nothing yet, on its way to `session`.
    pub(crate) fn new(session: &'a S) -> Gathering<'a, S> {
        Gathering { session, tables: BTreeMap::new(), bytes: 0 }
    }

    /// Adds rows of a table; writes those of the table that has most, as long as all are more than may wait.
    pub(crate) fn add(&mut self, shape: &'a Shape, batches: &[RecordBatch]) -> Result<(), DestinationError> {
        let columns: Vec<&Column> = shape.columns.iter().collect();
        let gathered = Gathered { shape, batches: Vec::new(), bytes: 0 };
        let gathered = self.tables.entry(&shape.name).or_insert(gathered);
        for batch in batches {
            let batch = conform(batch, &columns).map_err(|cause| DestinationError::Statement {
                step: step(shape).to_string(),
                cause: cause.into(),
            })?;
            let bytes = batch.get_array_memory_size();
            gathered.batches.push(batch);
            gathered.bytes += bytes;
            self.bytes += bytes;
        }
        while self.bytes > self.session.dialect().gathered_bytes_max() {
            let Some(name) = self.largest() else { break };
            self.write(name)?;
        }
        Ok(())
    }

    /// Writes all that was gathered.
    pub(crate) fn write_all(&mut self) -> Result<(), DestinationError> {
        while let Some(name) = self.largest() {
            self.write(name)?;
        }
        Ok(())
    }

    /// The table with most bytes of rows.
    fn largest(&self) -> Option<&'a str> {
        self.tables.iter().max_by_key(|(_, gathered)| gathered.bytes).map(|(name, _)| *name)
    }

    /// Writes the rows of a table.
    fn write(&mut self, name: &str) -> Result<(), DestinationError> {
        let Some(Gathered { shape, batches, bytes }) = self.tables.remove(name) else { return Ok(()) };
        self.bytes -= bytes;
        self.session.append(step(shape), Place::Stored(name), &batches)
    }
}

/// What is done with the rows of a table.
fn step(shape: &Shape) -> Step<'_> {
    Step("write rows of", &shape.name)
}
