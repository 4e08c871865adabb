//! Items of a load to changes of tables: which versions count, in which order, through which shredder.

use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow_schema::{Field, Schema};
use relatable_destinations::package::{Scope, TableChange};
use relatable_model::issue::Issue;
use relatable_model::plan::{Memory, PlanError};
use relatable_model::rules::{ResourceRules, Rules};
use relatable_model::schema::{DELETED_AT, Table};
use relatable_model::shred::{Context, DocumentError, Shredded, Shredder};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

/// A stretch of an answer's body.
#[derive(Debug, Clone)]
pub(crate) struct Slice {
    pub(crate) body: Arc<Vec<u8>>,
    pub(crate) range: Range<usize>,
}

impl Slice {
    fn bytes(&self) -> &[u8] {
        &self.body[self.range.clone()]
    }
}

/// What an item says about its record.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// The record itself. `version` is its time of change, where the resource has one.
    Document { source: Slice, version: Option<i64>, from_index: bool, complete: bool },
    /// One of its lists, from an answer of its own.
    Fragment { answer: String, path: String, source: Slice },
    /// It was asked for and is gone.
    Gone,
}

/// One thing an answer said, in the order it was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) resource: String,
    /// The record's key; empty where the document has none that can be seen from outside.
    pub(crate) key: Vec<String>,
    pub(crate) synced_at_us: i64,
    pub(crate) content: Content,
}

/// What the model knows between loads.
#[derive(Debug, Clone)]
pub(crate) struct ModelState {
    pub(crate) rules: Rules,
    pub(crate) memory: BTreeMap<String, Memory>,
    /// Tables as they were last settled, parents before children.
    pub(crate) tables: Vec<Table>,
}

/// A load's rows.
#[derive(Debug, Default)]
pub(crate) struct Shredding {
    pub(crate) changes: Vec<TableChange>,
    pub(crate) issues: Vec<Issue>,
}

impl ModelState {
    /// The state for `rules` over what the destination remembers; settles every declared table.
    pub(crate) fn new(rules: Rules, memory: BTreeMap<String, Memory>) -> Result<ModelState, PlanError> {
        let mut state = ModelState { rules, memory, tables: Vec::new() };
        for resource in state.rules.resources.keys().cloned().collect::<Vec<_>>() {
            let shredded = state.shredder(&resource, None)?.finish()?;
            state.learn(&resource, &shredded);
        }
        Ok(state)
    }

    /// The resource's own table.
    pub(crate) fn root_table(&self, resource: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.resource == resource && table.parent.is_none())
    }

    fn shredder(&self, resource: &str, answer: Option<&str>) -> Result<Shredder, PlanError> {
        let nothing = ResourceRules::default();
        let rules = self.rules.resources.get(resource).unwrap_or(&nothing);
        let memory = self.memory.get(resource).cloned().unwrap_or_default();
        Shredder::new(resource, rules, memory, answer)
    }

    /// Takes over the tables a shredder settled.
    fn learn(&mut self, resource: &str, shredded: &Shredded) {
        let memory = self.memory.entry(resource.to_owned()).or_default();
        for shredded in &shredded.tables {
            memory.remember_table(&shredded.table);
            match self.tables.iter_mut().find(|table| table.name == shredded.table.name) {
                Some(known) => known.clone_from(&shredded.table),
                None => self.tables.push(shredded.table.clone()),
            }
        }
    }

    /// Shreds the items of a load, in order.
    pub(crate) fn shred(&mut self, items: Vec<Item>) -> Result<Shredding, PlanError> {
        let mut shredding = Shredding::default();
        for wave in waves(without_superseded(items)) {
            self.shred_wave(&wave, &mut shredding)?;
        }
        Ok(shredding)
    }

    /// Shreds items of which none says twice the same kind of thing about a record: documents first, then their lists,
    /// then what is gone.
    fn shred_wave(&mut self, wave: &[Item], shredding: &mut Shredding) -> Result<(), PlanError> {
        let mut documents: BTreeMap<&str, Vec<&Item>> = BTreeMap::new();
        let mut fragments: BTreeMap<(&str, &str), Vec<&Item>> = BTreeMap::new();
        let mut gone: BTreeMap<&str, Vec<&Item>> = BTreeMap::new();
        for item in wave {
            match &item.content {
                Content::Document { .. } => documents.entry(&item.resource).or_default().push(item),
                Content::Fragment { answer, .. } => {
                    fragments.entry((&item.resource, answer)).or_default().push(item);
                }
                Content::Gone => gone.entry(&item.resource).or_default().push(item),
            }
        }
        for (resource, items) in documents {
            self.shred_group(resource, None, &items, shredding)?;
        }
        for ((resource, answer), items) in fragments {
            self.shred_group(resource, Some(answer), &items, shredding)?;
        }
        for (resource, items) in gone {
            shredding.changes.extend(self.root_table(resource).map(|table| deletion(table, &items)));
        }
        Ok(())
    }

    /// Shreds items of one resource and one kind of answer.
    fn shred_group(
        &mut self,
        resource: &str,
        answer: Option<&str>,
        items: &[&Item],
        shredding: &mut Shredding,
    ) -> Result<(), PlanError> {
        let mut shredder = self.shredder(resource, answer)?;
        for item in items {
            let context = Context { synced_at_us: item.synced_at_us };
            let outcome = match &item.content {
                Content::Document { source, .. } => shredder.document(source.bytes(), context),
                Content::Fragment { path, source, .. } => {
                    shredder.fragment(path, &item.key, source.bytes(), context)
                }
                Content::Gone => Ok(()),
            };
            if let Err(error) = outcome {
                shredding.issues.push(rejected(item, &error));
            }
        }
        let shredded = shredder.finish()?;
        self.learn(resource, &shredded);
        shredding.issues.extend(shredded.issues);
        for shredded in shredded.tables {
            let rows = if shredded.rows.num_rows() > 0 { vec![shredded.rows] } else { Vec::new() };
            let replaced: Vec<Scope> = shredded
                .replaced
                .into_iter()
                .map(|scope| Scope { columns: scope.columns, keys: scope.keys })
                .collect();
            if !rows.is_empty() || !replaced.is_empty() {
                let table = shredded.table.name;
                shredding.changes.push(TableChange { table, rows, replaced, deleted: None });
            }
        }
        Ok(())
    }
}

/// The issue of a document that could not be shredded.
fn rejected(item: &Item, error: &DocumentError) -> Issue {
    Issue {
        resource: item.resource.clone(),
        kind: "document_rejected".to_owned(),
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

/// Leaves out documents that a later one covers, and answers of the search index that are older than what another
/// answer showed.
fn without_superseded(items: Vec<Item>) -> Vec<Item> {
    let mut keep = vec![true; items.len()];
    let mut last: HashMap<(&str, &[String]), usize> = HashMap::new();
    for (index, item) in items.iter().enumerate() {
        let record = (item.resource.as_str(), item.key.as_slice());
        if item.key.is_empty() {
            continue;
        }
        let Content::Document { version, from_index, complete, .. } = &item.content else {
            last.remove(&record);
            continue;
        };
        if let Some(&earlier) = last.get(&record)
            && let Content::Document { version: earlier_version, complete: earlier_complete, .. } =
                &items[earlier].content
        {
            let stale = *from_index && version < earlier_version;
            let nothing_new = !*complete && *earlier_complete && version <= earlier_version;
            if stale || nothing_new {
                keep[index] = false;
                continue;
            }
            if *complete || !*earlier_complete {
                keep[earlier] = false;
            }
        }
        last.insert(record, index);
    }
    let mut keep = keep.into_iter();
    items.into_iter().filter(|_| keep.next().unwrap_or(true)).collect()
}

/// Cuts items into waves: within one, documents may be written before lists and lists before deletions without changing
/// what the items say in their order.
fn waves(items: Vec<Item>) -> Vec<Vec<Item>> {
    let mut waves = Vec::new();
    let mut wave: Vec<Item> = Vec::new();
    let mut records: HashSet<(String, Vec<String>)> = HashSet::new();
    let mut fragments: HashSet<(String, Vec<String>, String)> = HashSet::new();
    let mut gone: HashSet<(String, Vec<String>)> = HashSet::new();
    for item in items {
        let record = (item.resource.clone(), item.key.clone());
        let fragment = match &item.content {
            Content::Fragment { answer, .. } => Some((record.0.clone(), record.1.clone(), answer.clone())),
            _ => None,
        };
        let conflicts = !item.key.is_empty()
            && match (&item.content, &fragment) {
                (_, Some(fragment)) => fragments.contains(fragment) || gone.contains(&record),
                (Content::Gone, _) => gone.contains(&record),
                _ => records.contains(&record),
            };
        if conflicts {
            waves.push(std::mem::take(&mut wave));
            records.clear();
            fragments.clear();
            gone.clear();
        }
        if matches!(item.content, Content::Gone) {
            gone.insert(record.clone());
        }
        fragments.extend(fragment);
        records.insert(record);
        wave.push(item);
    }
    waves.push(wave);
    waves
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(key: &str, version: i64, from_index: bool, complete: bool) -> Item {
        let body = Arc::new(format!("{{\"id\":\"{key}\",\"updated_at\":{version}}}").into_bytes());
        let source = Slice { range: 0..body.len(), body };
        Item {
            resource: "things".to_owned(),
            key: vec![key.to_owned()],
            synced_at_us: 0,
            content: Content::Document { source, version: Some(version), from_index, complete },
        }
    }

    fn fragment(key: &str) -> Item {
        let body = Arc::new(b"[]".to_vec());
        let source = Slice { range: 0..body.len(), body };
        let content = Content::Fragment { answer: "tags".to_owned(), path: "tags".to_owned(), source };
        Item { resource: "things".to_owned(), key: vec![key.to_owned()], synced_at_us: 0, content }
    }

    /// Versions of the documents that stay, in order; fragments as -1.
    fn versions(items: Vec<Item>) -> Vec<i64> {
        without_superseded(items)
            .iter()
            .map(|item| match item.content {
                Content::Document { version, .. } => version.unwrap_or_default(),
                _ => -1,
            })
            .collect()
    }

    #[test]
    fn of_several_versions_the_newest_counts_and_a_lagging_index_never_wins() {
        for (items, expected) in [
            (vec![document("a", 1, false, true), document("a", 2, false, true)], vec![2]),
            (vec![document("a", 5, false, true), document("a", 3, true, true)], vec![5]),
            (vec![document("a", 5, false, true), document("a", 3, false, true)], vec![3]),
            // A search shows no parts: what the record's own answer brought stays, then the newer row is laid over it.
            (vec![document("a", 1, false, true), document("a", 2, true, false)], vec![1, 2]),
            (vec![document("a", 1, true, false), document("a", 1, false, true)], vec![1]),
            (vec![document("a", 1, false, true), document("a", 1, true, false)], vec![1]),
            // A list asked for in between hangs on the record: its document must be there first.
            (
                vec![document("a", 1, false, true), fragment("a"), document("a", 2, false, true)],
                vec![1, -1, 2],
            ),
            (vec![document("a", 1, false, true), document("b", 1, false, true)], vec![1, 1]),
        ] {
            assert_eq!(versions(items), expected);
        }
    }

    #[test]
    fn a_wave_says_nothing_twice_about_a_record() {
        let items = vec![
            document("a", 1, false, true),
            fragment("a"),
            document("b", 1, false, true),
            document("a", 2, false, true),
            fragment("b"),
            fragment("a"),
            fragment("a"),
        ];
        let sizes: Vec<usize> = waves(items).iter().map(Vec::len).collect();
        assert_eq!(sizes, [3, 3, 1]);
    }
}
