//! From the journal to the destination: one load after the other, each all or nothing.

mod explained;
mod items;
mod links;
mod listings;
mod missing;

pub(crate) use items::{ABSENT_PREFIX, COUNTS_ANSWER, GONE_PREFIX, items, moment_us};
pub(crate) use listings::Doubted;
pub(crate) use missing::{Missing, Search, Sought};

use crate::error::PipelineError;
use crate::event::{LoadStage, Observer, RunEvent};
use crate::extract::Asking;
use crate::report::{DeliveryReport, TableReport};
use crate::retention::{Retention, give_back, register};
use crate::shred::{Content, Item, ModelState, Remembered, Shredding};
use crate::sync::journal_name;
use relatable_destinations::package::{Change, Checkpoint, Model, Package, Receipt, TableChange};
use relatable_destinations::{Destination, DestinationError};
use relatable_faults::LOAD_SHREDDED;
use relatable_intercom::clock::Clock;
use relatable_journal::Journal;
use relatable_model::issue::Issue;
use relatable_model::plan::{Memory, RememberedColumn};
use relatable_model::rules::Rules;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;

/// Bytes of answers a load carries at most; a load of one page costs nearly as much as one of many.
const LOAD_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Writes a destination from a journal.
pub(crate) struct Loader {
    destination: Box<dyn Destination>,
    journal: Journal,
    observer: Arc<dyn Observer>,
    clock: Arc<dyn Clock>,
    checkpoint: Checkpoint,
    model: ModelState,
    /// Whether tables that no row has come for yet were declared to the destination in this run.
    declared: bool,
    /// Whether the destination held nothing before this run.
    is_first: bool,
    tables: BTreeMap<String, TableReport>,
    issues: BTreeMap<String, u64>,
    loads: u64,
    /// Models to remember with the first load.
    models: Vec<Model>,
    /// Per resource, since when its history is kept, seconds since the epoch.
    since: BTreeMap<String, i64>,
    /// Where the definitions of attributes are asked for as they are now.
    asking: Option<UnboundedSender<Asking>>,
    /// How long the journal keeps what is loaded.
    retention: Retention,
    /// The version of the API whose feeds are asked for rows that a list of a record does not show; without it such rows are
    /// taken for gone.
    confirming: Option<String>,
    /// How many such rows were put into the journal's queues and not told yet.
    doubted: usize,
    /// Issues that are not of a load, recorded with the last one.
    noted: Vec<Issue>,
    /// Every issue with its count, where they are asked for.
    kept_issues: Option<BTreeMap<Issue, u64>>,
}

/// Names and types that a destination remembers, and what its tables have room for.
pub(crate) fn remembered(destination: &mut dyn Destination) -> Result<Remembered, DestinationError> {
    let mut memory: BTreeMap<String, Memory> = BTreeMap::new();
    for remembered in destination.remembered()? {
        let column = RememberedColumn {
            name: remembered.column.name,
            path: remembered.column.path,
            role: remembered.column.role,
            logical: remembered.column.logical,
        };
        let resource = memory.entry(remembered.resource).or_default();
        resource.remember(&remembered.table, &remembered.table_path, column);
    }
    Ok(Remembered { memory, width: destination.width() })
}

impl Loader {
    /// A loader that goes on behind `checkpoint`, into the tables of `model`.
    pub(crate) fn new(
        destination: Box<dyn Destination>,
        journal: Journal,
        checkpoint: Checkpoint,
        model: ModelState,
        observer: Arc<dyn Observer>,
        clock: Arc<dyn Clock>,
    ) -> Loader {
        let is_first = checkpoint.seq == 0 && checkpoint.low_water.is_empty();
        Loader {
            destination,
            journal,
            observer,
            clock,
            checkpoint,
            model,
            declared: false,
            is_first,
            tables: BTreeMap::new(),
            issues: BTreeMap::new(),
            loads: 0,
            models: Vec::new(),
            since: BTreeMap::new(),
            asking: None,
            retention: Retention::default(),
            confirming: None,
            doubted: 0,
            noted: Vec::new(),
            kept_issues: None,
        }
    }

    /// Makes this journal the one the destination's checkpoint speaks of, before anything is read into it.
    pub(crate) fn adopt_journal(&mut self) -> Result<(), PipelineError> {
        let checkpoint =
            Checkpoint { journal: journal_name(&self.journal), seq: 0, ..self.checkpoint.clone() };
        self.commit(Shredding::default(), checkpoint)
    }

    /// Has these models remembered with the first load.
    pub(crate) fn remember_models(&mut self, models: Vec<Model>) {
        self.models = models;
    }

    /// Leaves out documents of history that changed before these moments, seconds since the epoch, by resource.
    pub(crate) fn limit_history(&mut self, since: BTreeMap<String, i64>) {
        self.since = since;
    }

    /// Has the journal keep what is loaded for so long.
    pub(crate) fn keep_loaded(&mut self, retention: Retention) {
        self.retention = retention;
    }

    /// Takes away from the journal what is loaded and not kept.
    pub(crate) fn prune(&self) -> Result<(), PipelineError> {
        let now_us = self.clock.now().as_microsecond();
        self.retention
            .apply(&self.journal, &self.destination.place(), self.checkpoint.seq, now_us)
            .map(|_| ())
    }

    /// As [`prune`](Self::prune), and gives the space back where there is much of it; where all is kept, notes for other
    /// destinations how far this one is.
    pub(crate) fn prune_and_give_back(&self) -> Result<(), PipelineError> {
        if self.retention == Retention::Forever {
            return register(&self.journal, &self.destination.place(), self.checkpoint.seq);
        }
        self.prune()?;
        give_back(&self.journal)
    }

    /// Has definitions asked for here when documents have attributes that none explains.
    pub(crate) fn ask_for_definitions(&mut self, asking: UnboundedSender<Asking>) {
        self.asking = Some(asking);
    }

    /// Has rows that a list of a record does not show asked for by themselves, where this version of the API can.
    pub(crate) fn ask_for_absent(&mut self, version: &str) {
        self.confirming = Some(version.to_owned());
    }

    /// Has an issue recorded with the last load.
    pub(crate) fn note(&mut self, issue: Issue) {
        self.noted.push(issue);
    }

    /// Has issues kept, for [`into_built`](Self::into_built).
    pub(crate) fn keep_issues(&mut self) {
        self.kept_issues = Some(BTreeMap::new());
    }

    /// The destination.
    pub(crate) fn destination(&mut self) -> &mut dyn Destination {
        self.destination.as_mut()
    }

    /// What was built: the destination, its tables, and the issues kept.
    pub(crate) fn into_built(self) -> (Box<dyn Destination>, ModelState, BTreeMap<Issue, u64>) {
        (self.destination, self.model, self.kept_issues.unwrap_or_default())
    }

    /// From now on documents bring everything, also what only one kind of answer brings otherwise.
    pub(crate) fn take_all_answers_for_one(&mut self) -> Result<(), PipelineError> {
        let mut rules = self.model.rules.clone();
        let paths = rules.resources.values_mut().flat_map(|rules| rules.paths.values_mut());
        paths.for_each(|rule| rule.answer = None);
        self.model = self.model.clone().with_rules(rules)?;
        Ok(())
    }

    /// Loads items that come from elsewhere than the journal.
    pub(crate) fn load_items(&mut self, items: Vec<Item>) -> Result<(), PipelineError> {
        if items.is_empty() {
            return Ok(());
        }
        let shredding = self.model.shred(items)?;
        self.commit(shredding, self.checkpoint.clone())
    }

    /// The journal's entry up to which everything is loaded.
    pub(crate) fn position(&self) -> i64 {
        self.checkpoint.seq
    }

    /// Lays types of attributes over the rules.
    pub(crate) fn add_rules(&mut self, upper: &Rules) -> Result<(), PipelineError> {
        let mut rules = self.model.rules.clone();
        for (resource, added) in &upper.resources {
            let Some(lower) = rules.resources.get_mut(resource) else { continue };
            for (path, rule) in &added.paths {
                // A definition declares no column where a contract lets none appear.
                let known = self.model.agreed(resource).is_some()
                    || self.model.memory.get(resource).is_some_and(|memory| memory.knows(path));
                let is_new = !lower.paths.contains_key(path);
                let entry = lower.paths.entry(path.clone()).or_default();
                // It says what values are, and asks for no place.
                entry.yields |= is_new;
                if entry.logical.is_none() && entry.strategy.is_none() && !known {
                    entry.logical = rule.logical;
                }
                if entry.description.is_none() {
                    entry.description.clone_from(&rule.description);
                }
            }
        }
        self.model = self.model.clone().with_rules(rules)?;
        Ok(())
    }

    /// Loads everything in the journal up to entry `up_to`.
    pub(crate) fn load_up_to(&mut self, up_to: i64) -> Result<(), PipelineError> {
        loop {
            let after = self.checkpoint.seq;
            let entries = self
                .journal
                .entries(after, up_to, LOAD_BYTES_MAX)
                .map_err(|cause| PipelineError::Journal { step: "read", cause })?;
            let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Ok(()) };
            let checkpoint = Checkpoint { seq: last.seq, ..self.checkpoint.clone() };
            self.tell(first.seq, last.seq, LoadStage::Shredding, None);
            let mut issues = Vec::new();
            let (entries, listings) = listings::latest(entries);
            let items = items(entries, &self.model, &self.since, &mut issues);
            let mut items = self.without_stale(items)?;
            let unlisted = self.unlisted(&listings, &items)?;
            items.extend(unlisted);
            let unlinked = links::unlinked(&items, &self.model);
            let mut shredding = self.explained(items)?;
            shredding.changes.extend(unlinked);
            shredding.issues.extend(issues);
            relatable_faults::pass(LOAD_SHREDDED);
            self.commit(shredding, checkpoint)?;
            // Others may get at the destination while the next load is shredded.
            self.destination.rest();
        }
    }

    /// Stores up to when everything that was discovered is loaded.
    pub(crate) fn finish(&mut self, low_water: BTreeMap<String, i64>) -> Result<(), PipelineError> {
        let mut checkpoint = self.checkpoint.clone();
        checkpoint.low_water.extend(low_water);
        let issues = std::mem::take(&mut self.noted);
        if checkpoint == self.checkpoint && self.declared && issues.is_empty() {
            return Ok(());
        }
        self.commit(Shredding { issues, ..Shredding::default() }, checkpoint)
    }

    /// What was loaded in this run.
    pub(crate) fn report(&self) -> DeliveryReport {
        DeliveryReport {
            destination: self.destination.describe(),
            tables: self.tables.clone(),
            loads: self.loads,
            issues: self.issues.clone(),
        }
    }

    /// Leaves out answers of the search index that are older than the row the destination has.
    fn without_stale(&mut self, items: Vec<Item>) -> Result<Vec<Item>, PipelineError> {
        let mut asked: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for item in &items {
            if let Content::Document { from_index: true, version: Some(_), .. } = item.content
                && let [key] = item.key.as_slice()
            {
                asked.entry(item.resource.clone()).or_default().push(key.clone());
            }
        }
        let mut stored: HashMap<(String, String), i64> = HashMap::new();
        for (resource, mut keys) in asked {
            let version = self.model.rules.resources.get(&resource).and_then(|rules| rules.version.clone());
            let Some(table) = self.model.root_table(&resource) else { continue };
            let column = table.columns.iter().find(|column| Some(&column.path) == version.as_ref());
            let (Some(column), [key]) = (column, table.key.as_slice()) else { continue };
            keys.sort_unstable();
            keys.dedup();
            let versions = self
                .destination
                .versions(&table.name, key, &column.name, &keys)
                .map_err(|cause| PipelineError::Destination { step: "inspect", cause })?;
            stored.extend(versions.into_iter().map(|(key, version)| ((resource.clone(), key), version)));
        }
        Ok(items::with_news(items, &stored))
    }

    /// Hands a load to the destination.
    fn commit(&mut self, shredding: Shredding, checkpoint: Checkpoint) -> Result<(), PipelineError> {
        let Shredding { changes, issues, .. } = shredding;
        let (from, to) = (self.checkpoint.seq + 1, checkpoint.seq);
        let rows: u64 =
            changes.iter().flat_map(|change| &change.rows).map(|batch| batch.num_rows() as u64).sum();
        let tables: Vec<_> = self
            .model
            .tables
            .iter()
            .filter(|table| !self.declared || changes.iter().any(|change| change.table == table.name))
            .cloned()
            .collect();
        self.tell(from, to, LoadStage::Loading, Some(rows));
        let package = Package {
            models: if self.declared { &[] } else { &self.models },
            retired: None,
            tables: &tables,
            issues: &issues,
            checkpoint: &checkpoint,
            loaded_at_us: self.clock.now().as_microsecond(),
        };
        let observer = self.observer.clone();
        let destination = self.destination.describe();
        let changes = changes.into_iter();
        let mut handed = Handed { destination, changes, observer, from, to, rows, told: false };
        let receipt = self
            .destination
            .load(&package, &mut handed)
            .map_err(|cause| PipelineError::Destination { step: "load into", cause })?;
        self.tell(from, to, LoadStage::Committed, Some(rows));
        self.checkpoint = checkpoint;
        self.declared = true;
        self.loads += 1;
        if let Some(kept) = &mut self.kept_issues {
            issues.iter().for_each(|issue| *kept.entry(issue.clone()).or_default() += 1);
        }
        for issue in &issues {
            *self.issues.entry(issue.kind.clone()).or_default() += 1;
        }
        self.add(&receipt);
        Ok(())
    }

    /// Adds a load's receipt to the run's.
    fn add(&mut self, receipt: &Receipt) {
        for (table, counts) in &receipt.tables {
            let sum = &mut self.tables.entry(table.clone()).or_default().0;
            sum.inserted += counts.inserted;
            // Where all rows are this run's, what completes one changes none that was there before.
            sum.updated += if self.is_first { 0 } else { counts.updated };
            sum.deleted += counts.deleted;
        }
        if receipt.orphans > 0 {
            *self.issues.entry("orphan".to_owned()).or_default() += receipt.orphans;
        }
        if receipt.widened > 0 {
            *self.issues.entry("wide_table".to_owned()).or_default() += receipt.widened;
        }
    }

    /// Tells the observer about a load.
    fn tell(&self, from: i64, to: i64, stage: LoadStage, rows: Option<u64>) {
        let destination = self.destination.describe();
        self.observer.event(&RunEvent::Load { destination, from, to, stage, rows });
    }
}

/// The changes of a load on their way to the destination; tells when the last one has been handed over.
struct Handed {
    destination: String,
    changes: std::vec::IntoIter<TableChange>,
    observer: Arc<dyn Observer>,
    from: i64,
    to: i64,
    rows: u64,
    told: bool,
}

impl Iterator for Handed {
    type Item = Result<Change, Box<dyn std::error::Error + Send + Sync>>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.changes.next();
        if next.is_none() && !self.told {
            self.told = true;
            let destination = self.destination.clone();
            let (from, to, rows) = (self.from, self.to, Some(self.rows));
            let stage = LoadStage::Committing;
            self.observer.event(&RunEvent::Load { destination, from, to, stage, rows });
        }
        next.map(|change| Ok(change.into()))
    }
}
