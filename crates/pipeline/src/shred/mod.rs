//! Items of a load to changes of tables: which versions count, in which order, through which shredder.

mod contract;
mod item;
mod lists;
mod order;

pub(crate) use item::{Content, Item, Slice};
pub(crate) use lists::with_whole_lists;

use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow_schema::{Field, Schema};
use lists::with_own_lists;
use order::{waves, without_superseded};
use relatable_destinations::package::{Scope, TableChange};
use relatable_intercom::catalogue::Feed;
use relatable_model::issue::Issue;
use relatable_model::plan::{Memory, PlanError};
use relatable_model::rules::{Contract, ResourceRules, Rules};
use relatable_model::schema::{DELETED_AT, Table};
use relatable_model::shred::{Context, DocumentError, Shredded, ShreddedTable, Shredder};
use relatable_model::width::Width;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The kind of issue recorded for a document that could not be shredded.
pub(crate) const REJECTED: &str = "document_rejected";

/// What a destination says of its tables.
#[derive(Debug, Clone, Default)]
pub(crate) struct Remembered {
    /// Names and types, by resource.
    pub(crate) memory: BTreeMap<String, Memory>,
    /// What a table has room for.
    pub(crate) width: Width,
}

/// What the model knows between loads.
#[derive(Debug, Clone)]
pub(crate) struct ModelState {
    pub(crate) rules: Rules,
    pub(crate) memory: BTreeMap<String, Memory>,
    /// What a table has room for.
    width: Width,
    /// Tables as they were last settled, parents before children.
    pub(crate) tables: Vec<Table>,
    /// Resources with the names of tables and views that their rules ask for.
    asked_names: Vec<(String, String)>,
    /// Of resources that had tables when the run began: what those tables and the rules declare. Contracts count from
    /// there.
    agreed: BTreeMap<String, Memory>,
}

/// A load's rows.
#[derive(Debug, Default)]
pub(crate) struct Shredding {
    pub(crate) changes: Vec<TableChange>,
    pub(crate) issues: Vec<Issue>,
}

impl ModelState {
    /// The state for `rules` over what the destination remembers; settles every declared table.
    pub(crate) fn new(rules: Rules, remembered: Remembered) -> Result<ModelState, PlanError> {
        ModelState::among(rules, remembered, Vec::new())
    }

    /// [`new`](Self::new), where resources that the rules do not have ask for names, too.
    pub(crate) fn among(
        rules: Rules,
        Remembered { memory, width }: Remembered,
        others: Vec<(String, String)>,
    ) -> Result<ModelState, PlanError> {
        let owned = |(resource, name): (&str, &str)| (resource.to_owned(), name.to_owned());
        let asked_names = rules.asked_names().into_iter().map(owned).chain(others).collect();
        let had_tables: Vec<String> =
            memory.iter().filter(|(_, memory)| !memory.is_empty()).map(|(name, _)| name.clone()).collect();
        let agreed = BTreeMap::new();
        let mut state = ModelState { rules, memory, width, tables: Vec::new(), asked_names, agreed };
        for resource in state.rules.resources.keys().cloned().collect::<Vec<_>>() {
            state.settle(&resource)?;
        }
        for resource in had_tables {
            let memory = state.memory.get(&resource).cloned().unwrap_or_default();
            state.agreed.insert(resource, memory);
        }
        Ok(state)
    }

    /// The state for other rules, over what was learned so far; contracts count from where they did. Only what has other
    /// rules than before is settled anew.
    pub(crate) fn with_rules(self, rules: Rules) -> Result<ModelState, PlanError> {
        let owned = |(resource, name): (&str, &str)| (resource.to_owned(), name.to_owned());
        let others =
            self.asked_names.into_iter().filter(|(owner, _)| !self.rules.resources.contains_key(owner));
        let asked_names = rules.asked_names().into_iter().map(owned).chain(others).collect();
        let is_other =
            |(name, ruled): &(&String, &ResourceRules)| self.rules.resources.get(*name) != Some(*ruled);
        let changed = rules.resources.iter().filter(is_other).map(|(name, _)| name.clone());
        let changed: Vec<String> = changed.collect();
        let mut state = ModelState { rules, asked_names, ..self };
        for resource in changed {
            state.settle(&resource)?;
        }
        Ok(state)
    }

    /// Settles what is declared and remembered of a resource, before any document comes.
    fn settle(&mut self, resource: &str) -> Result<(), PlanError> {
        let shredded = self.shredder(resource, None)?.finish()?;
        self.learn(resource, shredded.tables.iter().map(|shredded| &shredded.table));
        Ok(())
    }

    /// Holds what was shredded to the contract of the resource.
    ///
    /// # Errors
    /// [`PlanError`] naming the first path and record that a frozen resource has no column for.
    pub(crate) fn hold(&self, resource: &str, shredded: &mut Shredded) -> Result<(), PlanError> {
        match self.agreed(resource) {
            Some((contract, agreed)) => contract::hold(contract, resource, agreed, shredded),
            None => Ok(()),
        }
    }

    /// Leaves out of tables that were settled what the contract of the resource does not let in.
    pub(crate) fn permitted(&self, resource: &str, mut settled: Vec<Table>) -> Vec<Table> {
        if let Some((_, agreed)) = self.agreed(resource) {
            settled.retain(|table| agreed.has_table(&table.path));
            for Table { path, columns, more, .. } in &mut settled {
                columns.retain(|column| agreed.has_column(path, &column.name));
                more.retain(|member| agreed.is_in_more(path, member));
            }
        }
        settled
    }

    /// What may be beside what is declared, where the resource is under a contract that forbids more.
    pub(crate) fn agreed(&self, resource: &str) -> Option<(Contract, &Memory)> {
        let contract = self.rules.resources.get(resource).and_then(|rules| rules.contract)?;
        let agreed = self.agreed.get(resource).filter(|_| contract != Contract::Evolve)?;
        Some((contract, agreed))
    }

    /// The resource's own table.
    pub(crate) fn root_table(&self, resource: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.resource == resource && table.parent.is_none())
    }

    /// A shredder for the resource, which gives no table the name that one of another resource has.
    pub(crate) fn shredder(&self, resource: &str, answer: Option<&str>) -> Result<Shredder, PlanError> {
        let nothing = ResourceRules::default();
        let rules = self.rules.resources.get(resource).unwrap_or(&nothing);
        let mut memory = self.memory.get(resource).cloned().unwrap_or_default();
        memory.limit(&self.width);
        let asked = self.asked_names.iter().map(|(owner, name)| (owner, name.as_str()));
        let remembered = self
            .memory
            .iter()
            .flat_map(|(owner, memory)| memory.table_names().map(move |name| (owner, name)));
        memory.reserve(asked.chain(remembered).filter(|(owner, _)| *owner != resource).map(|(_, name)| name));
        Shredder::new(resource, rules, memory, answer)
    }

    /// Takes over the tables a shredder settled.
    pub(crate) fn learn<'t>(&mut self, resource: &str, settled: impl IntoIterator<Item = &'t Table>) {
        let memory = self.memory.entry(resource.to_owned()).or_default();
        for settled in settled {
            memory.remember_table(settled);
            match self.tables.iter_mut().find(|table| table.name == settled.name) {
                Some(known) => known.clone_from(settled),
                None => self.tables.push(settled.clone()),
            }
        }
    }

    /// Shreds the items of a load, in order.
    pub(crate) fn shred(&mut self, items: Vec<Item>) -> Result<Shredding, PlanError> {
        let mut shredding = Shredding::default();
        for wave in waves(with_own_lists(without_superseded(items), &self.rules)) {
            self.shred_wave(&wave, &mut shredding)?;
        }
        Ok(shredding)
    }

    /// Shreds items of which none says twice the same kind of thing about a record: documents first, then their lists,
    /// then what is gone.
    fn shred_wave(&mut self, wave: &[Item], shredding: &mut Shredding) -> Result<(), PlanError> {
        let mut documents: BTreeMap<(&str, Option<&str>), Vec<&Item>> = BTreeMap::new();
        let mut fragments: BTreeMap<(&str, &str), Vec<&Item>> = BTreeMap::new();
        let mut gone: BTreeMap<&str, Vec<&Item>> = BTreeMap::new();
        for item in wave {
            match &item.content {
                Content::Document { answer, .. } => {
                    documents.entry((&item.resource, answer.as_deref())).or_default().push(item);
                }
                Content::Fragment { answer, .. } => {
                    fragments.entry((&item.resource, answer)).or_default().push(item);
                }
                Content::Gone => gone.entry(&item.resource).or_default().push(item),
            }
        }
        for ((resource, answer), items) in documents {
            self.shred_group(resource, answer, &items, shredding)?;
        }
        for ((resource, answer), items) in fragments {
            self.shred_group(resource, Some(answer), &items, shredding)?;
        }
        for (resource, items) in gone {
            shredding.changes.extend(self.root_table(resource).map(|table| deletion(table, &items)));
        }
        Ok(())
    }

    /// Shreds items of one resource and one kind of answer; more than one shredder holds go to another.
    fn shred_group(
        &mut self,
        resource: &str,
        answer: Option<&str>,
        items: &[&Item],
        shredding: &mut Shredding,
    ) -> Result<(), PlanError> {
        let begin = |model: &Self| {
            let shredder = model.shredder(resource, answer)?;
            Ok::<_, PlanError>(if Feed::shows_whole(resource) { shredder.replacing() } else { shredder })
        };
        let mut shredder = begin(self)?;
        for item in items {
            let mut outcome = take(&mut shredder, item);
            if outcome == Err(DocumentError::Full) && shredder.document_count() > 0 {
                self.finish(resource, shredder, shredding)?;
                shredder = begin(self)?;
                outcome = take(&mut shredder, item);
            }
            if let Err(error) = outcome {
                shredding.issues.push(rejected(item, &error));
            }
        }
        self.finish(resource, shredder, shredding)
    }

    /// Adds what a shredder made to the load's rows.
    fn finish(
        &mut self,
        resource: &str,
        shredder: Shredder,
        shredding: &mut Shredding,
    ) -> Result<(), PlanError> {
        let mut shredded = shredder.finish()?;
        self.hold(resource, &mut shredded)?;
        self.learn(resource, shredded.tables.iter().map(|shredded| &shredded.table));
        shredding.issues.extend(shredded.issues);
        shredding.changes.extend(changes(shredded.tables));
        Ok(())
    }
}

/// The changes that tables as they were shredded are.
pub(crate) fn changes(tables: Vec<ShreddedTable>) -> impl Iterator<Item = TableChange> {
    tables.into_iter().filter_map(|shredded| {
        let rows = if shredded.rows.num_rows() > 0 { vec![shredded.rows] } else { Vec::new() };
        let scopes = shredded.replaced.into_iter();
        let replaced: Vec<Scope> =
            scopes.map(|scope| Scope { columns: scope.columns, keys: scope.keys }).collect();
        let table = shredded.table.name;
        (!rows.is_empty() || !replaced.is_empty()).then_some(TableChange {
            table,
            rows,
            replaced,
            deleted: None,
        })
    })
}

/// Gives an item to a shredder.
fn take(shredder: &mut Shredder, item: &Item) -> Result<(), DocumentError> {
    let context = Context { synced_at_us: item.synced_at_us };
    match &item.content {
        Content::Document { source, .. } => match item.key.first() {
            Some(key) => shredder.known_document(source.bytes(), key, context),
            None => shredder.document(source.bytes(), context),
        },
        Content::Fragment { path, source, .. } => shredder.fragment(path, &item.key, source.bytes(), context),
        Content::Gone => Ok(()),
    }
}

/// The issue of a document that could not be shredded.
fn rejected(item: &Item, error: &DocumentError) -> Issue {
    Issue {
        resource: item.resource.clone(),
        kind: REJECTED.to_owned(),
        path: String::new(),
        record: item.key.join("/"),
        detail: error.to_string(),
    }
}

/// The change that marks records as gone.
fn deletion(table: &Table, items: &[&Item]) -> TableChange {
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for (index, name) in table.key.iter().enumerate() {
        let parts: StringArray = items.iter().map(|item| item.key.get(index)).collect();
        fields.push(Field::new(name, parts.data_type().clone(), true));
        arrays.push(Arc::new(parts));
    }
    let moments: TimestampMicrosecondArray = items.iter().map(|item| Some(item.synced_at_us)).collect();
    fields.push(Field::new(DELETED_AT, moments.data_type().clone(), true));
    arrays.push(Arc::new(moments));
    let schema = Arc::new(Schema::new(fields));
    let deleted = RecordBatch::try_new(schema, arrays).ok();
    TableChange { table: table.name.clone(), rows: Vec::new(), replaced: Vec::new(), deleted }
}
