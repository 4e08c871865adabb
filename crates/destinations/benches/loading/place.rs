//! A destination to measure: its address, and loads into it as a run makes them.

use crate::Failure;
use crate::rows::{LOADED_AT_US, table};
use arrow_array::RecordBatch;
use relatable_destinations::package::{Change, Checkpoint, Package, Receipt, TableChange};
use relatable_destinations::{Destination, open};
use std::collections::BTreeMap;

/// A claimed destination.
pub(crate) struct Place {
    destination: Box<dyn Destination>,
    /// Loads so far.
    seq: i64,
}

impl Place {
    /// Opens and claims it.
    pub(crate) fn claim(uri: &str) -> Result<Place, Failure> {
        let mut destination = open(uri)?;
        destination.claim("workspace", "journal")?;
        Ok(Place { destination, seq: 0 })
    }

    /// Loads batches as the first of a table, whose keys differ.
    pub(crate) fn load_first(&mut self, batches: &[RecordBatch]) -> Result<Receipt, Failure> {
        self.load(batches.iter().map(|batch| Change::Distinct(change(batch))))
    }

    /// Loads a batch of rows that may be there.
    pub(crate) fn upsert(&mut self, batch: &RecordBatch) -> Result<Receipt, Failure> {
        self.load(std::iter::once(Change::Table(change(batch))))
    }

    fn load(&mut self, changes: impl Iterator<Item = Change>) -> Result<Receipt, Failure> {
        self.seq += 1;
        let checkpoint = Checkpoint {
            workspace: "workspace".to_owned(),
            journal: "journal".to_owned(),
            seq: self.seq,
            low_water: BTreeMap::new(),
        };
        let package = Package {
            models: &[],
            retired: None,
            tables: &[table()],
            issues: &[],
            checkpoint: &checkpoint,
            loaded_at_us: LOADED_AT_US,
        };
        Ok(self.destination.load(&package, &mut changes.map(Ok))?)
    }
}

/// A batch as a change of the table.
fn change(batch: &RecordBatch) -> TableChange {
    TableChange {
        table: crate::rows::TABLE.to_owned(),
        rows: vec![batch.clone()],
        replaced: Vec::new(),
        deleted: None,
    }
}
