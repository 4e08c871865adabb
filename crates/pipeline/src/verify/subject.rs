//! What is verified of one resource: its tables, how its documents are compared, and the feeds that show them.

use super::compare::{Difference, Terms, cut_lists, differences};
use arrow_array::RecordBatch;
use relatable_destinations::{Destination, DestinationError, Only, Reading};
use relatable_intercom::catalogue::{Content, Feed, Reading as When, feeds};
use relatable_model::convert::{instant_from_number, instant_from_text};
use relatable_model::json::Json;
use relatable_model::logical::LogicalType;
use relatable_model::normal::normal;
use relatable_model::reassemble::{reassemble, scalar as cell};
use relatable_model::rules::path::{Path, Segment, element_of};
use relatable_model::rules::{ResourceRules, Rules};
use relatable_model::schema::{Column, ColumnRole, Table};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;

/// A record's key as text, part by part.
pub(super) type Key = Vec<String>;

/// When something was created, by the name that every resource gives it.
const CREATED_AT: &str = "created_at";

/// One resource.
pub(super) struct Subject {
    pub(super) resource: String,
    /// Its tables, the resource's own first.
    pub(super) tables: Vec<Table>,
    /// Rules to put documents together by.
    rules: ResourceRules,
    /// The same with the types that columns have.
    typed: ResourceRules,
    /// Paths that an answer of its own brings, by that answer.
    answers: BTreeMap<String, BTreeSet<String>>,
    /// The feed that shows one record.
    pub(super) own: Option<&'static Feed>,
    /// The feeds that complete its lists.
    pub(super) lists: Vec<&'static Feed>,
    /// The feeds that bring more of a record among others.
    pub(super) companions: Vec<&'static Feed>,
    /// The feeds that show all records, one by one or type by type.
    pub(super) complete: Vec<&'static Feed>,
    /// The feeds that show its records for each record of another resource.
    pub(super) per_parent: Vec<&'static Feed>,
    /// The member that tells when a record came about.
    born: &'static str,
}

/// A record as the API has it.
#[derive(Debug, Clone)]
pub(super) struct Fresh {
    pub(super) document: Json,
    pub(super) created_us: Option<i64>,
    pub(super) changed_us: Option<i64>,
    /// The feeds of answers about one record that it was put together from.
    pub(super) answers: BTreeSet<&'static str>,
}

/// A record as the tables have it.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) document: Json,
    pub(super) changed_us: Option<i64>,
    /// What it was asked for by: the values of those columns.
    pub(super) asked_by: Key,
}

impl Subject {
    /// What there is to verify of `resource` by the feeds that are `asked`; `None` where it has no tables.
    pub(super) fn new(
        resource: &str,
        tables: &[Table],
        rules: &Rules,
        version: &str,
        asked: &dyn Fn(&Feed) -> bool,
    ) -> Option<Subject> {
        let rules = rules.resources.get(resource)?.clone();
        let tables: Vec<Table> = tables.iter().filter(|table| table.resource == resource).cloned().collect();
        let has_root = tables.first().is_some_and(|table| table.parent.is_none() && table.path.is_empty());
        if !has_root {
            return None;
        }
        let mut answers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (path, rule) in &rules.paths {
            if let Some(answer) = &rule.answer {
                answers.entry(answer.clone()).or_default().insert(path.clone());
            }
        }
        let feeds: Vec<&'static Feed> =
            feeds().filter(|feed| feed.resource == resource && asked(feed) && feed.is_in(version)).collect();
        let with = |is: &dyn Fn(&Feed) -> bool| feeds.iter().copied().filter(|feed| is(feed)).collect();
        let is_own_parent = |feed: &Feed| feed.parent == Some(feed.resource);
        let is_document = |feed: &Feed| feed.content == Content::Documents;
        let is_whole = |feed: &Feed| shows_all(feed.reading);
        let per_parent: Vec<&'static Feed> =
            with(&|feed| is_document(feed) && feed.parent.is_some() && !is_own_parent(feed));
        // What is listed by what it hangs on is held against that list, which tells more than one answer: when it was read last.
        let own = Feed::of_one_record(resource, version).filter(|_| per_parent.is_empty());
        let lasting = feeds.iter().find(|feed| is_whole(feed) && feed.lasting && !feed.changed.is_empty());
        Some(Subject {
            resource: resource.to_owned(),
            typed: typed(&rules, &tables),
            own,
            lists: with(&|feed| !is_document(feed) && is_own_parent(feed)),
            companions: with(&|feed| {
                is_document(feed)
                    && is_own_parent(feed)
                    && feed.list.is_some()
                    && matches!(feed.reading, When::PerRecord(_))
            }),
            complete: with(&is_whole),
            // What only grows has a time of its own: when it happened.
            born: lasting.map_or(CREATED_AT, |feed| feed.changed),
            per_parent,
            tables,
            rules,
            answers,
        })
    }

    /// The resource's own table.
    pub(super) fn root(&self) -> &Table {
        &self.tables[0]
    }

    /// The table of the elements of a list, or else the table that holds the value at `path`.
    pub(super) fn table_of(&self, path: &str) -> &str {
        let list = element_of(path);
        let bare = |path: &str| path.replace(".[]", "");
        let found = self.tables.iter().find(|table| table.path == list || bare(&table.path) == bare(&list));
        let found = found.or_else(|| {
            let holds = |table: &&Table| table.columns.iter().any(|column| column.path == path);
            self.tables.iter().find(holds)
        });
        found.map_or(self.root().name.as_str(), |table| table.name.as_str())
    }

    /// The timestamp column of when records were created.
    pub(super) fn created_column(&self) -> Option<&str> {
        let column = self.root().columns.iter().find(|column| column.path == self.born);
        column.map(|column| column.name.as_str())
    }

    /// A document's key; `None` where it lacks a part.
    pub(super) fn key(&self, document: &Json) -> Option<Key> {
        self.rules.key.iter().flatten().map(|path| scalar(document, path)).collect()
    }

    /// A document as the API has it.
    pub(super) fn fresh(&self, document: Json, answers: BTreeSet<&'static str>) -> Fresh {
        let created_us = instant(&document, self.born);
        let changed_us = self.rules.version.as_deref().and_then(|path| instant(&document, path));
        Fresh { document, created_us, changed_us, answers }
    }

    /// The records that the tables have among those with these values in columns of the resource's own table.
    pub(super) fn stored(
        &self,
        destination: &mut dyn Destination,
        columns: &[String],
        values: &[Key],
    ) -> Result<HashMap<Key, Stored>, DestinationError> {
        let mut found = HashMap::new();
        if values.is_empty() {
            return Ok(found);
        }
        let only = Some(Only { columns, values });
        let reading = Reading { resource: &self.resource, with_deleted: false, only };
        destination.read(&reading, &mut |group: &[(&Table, RecordBatch)]| {
            let rows: Vec<(&Table, &RecordBatch)> =
                group.iter().map(|(table, rows)| (*table, rows)).collect();
            let Some((root, batch)) = rows.first() else { return ControlFlow::Continue(()) };
            for (row, document) in reassemble(&rows, &self.rules).into_iter().enumerate() {
                let part = |name: &String| match batch.column_by_name(name).and_then(|array| cell(array, row))
                {
                    Some(Json::String(text) | Json::Number(text)) => text,
                    Some(value) => value.to_string(),
                    None => String::new(),
                };
                let key: Key = root.key.iter().map(part).collect();
                let asked_by: Key = columns.iter().map(part).collect();
                let changed_us = self.rules.version.as_deref().and_then(|path| instant(&document, path));
                found.insert(key, Stored { document, changed_us, asked_by });
            }
            ControlFlow::Continue(())
        })?;
        Ok(found)
    }

    /// The records that the tables have of these keys.
    pub(super) fn stored_by_key(
        &self,
        destination: &mut dyn Destination,
        keys: &[Key],
    ) -> Result<HashMap<Key, Stored>, DestinationError> {
        let columns = self.root().key.clone();
        self.stored(destination, &columns, keys)
    }

    /// Where the API's record differs from the stored one.
    pub(super) fn differences(&self, fresh: &Fresh, stored: &Stored) -> Vec<Difference> {
        let foreign: BTreeSet<String> = self
            .answers
            .iter()
            .filter(|(answer, _)| !fresh.answers.contains(answer.as_str()))
            .flat_map(|(_, paths)| paths.iter().cloned())
            .collect();
        let cut = cut_lists(&fresh.document).into_keys().collect();
        let terms = Terms { source: &fresh.document, foreign: &foreign, cut };
        differences(&normal(fresh.document.clone(), &self.typed), &stored.document, &terms)
    }

    /// What a stored document has in a column of the resource's own table.
    pub(super) fn cell(&self, document: &Json, column: &str) -> Option<String> {
        let column = self.root().columns.iter().find(|known| known.name == column)?;
        value_at(document, &column.path)
    }

    /// The members that only this kind of answer brings.
    pub(super) fn brought_by(&self, answer: &str) -> BTreeSet<String> {
        let paths = self.answers.get(answer).into_iter().flatten();
        paths.filter_map(|path| first_member(path)).collect()
    }

    /// The document of a record with what its own answer and those of its companions bring, from those answers.
    pub(super) fn lay_over(&self, document: &mut Json, answer: &str, shown: &Json) {
        let (Json::Object(members), Json::Object(shown)) = (document, shown) else { return };
        for name in self.brought_by(answer) {
            match shown.get(&name) {
                Some(value) => drop(members.insert(name, value.clone())),
                None => drop(members.remove(&name)),
            }
        }
    }

    /// Whether a list that the API cut, and that another answer completes, is stored with fewer elements than there are.
    pub(super) fn has_short_list(&self, fresh: &Fresh, stored: &Stored) -> bool {
        let completed = |path: &str| {
            self.lists.iter().any(|feed| matches!(feed.content, Content::Fragment(of) if of == path))
        };
        let stored_length = |path: &str| match &stored.document {
            Json::Object(members) => match members.get(path) {
                Some(Json::Array(elements)) => elements.len() as u64,
                _ => 0,
            },
            _ => 0,
        };
        let cut = cut_lists(&fresh.document).into_iter();
        cut.filter_map(|(path, total)| Some((path, total?)))
            .any(|(path, total)| completed(&path) && stored_length(&path) < total)
    }

    /// The column that says which record of the table `parent` a record hangs on.
    pub(super) fn parent_column(&self, parent: &str) -> Option<&str> {
        let refers = |column: &&Column| {
            let mut references = column.references.iter();
            references.any(|reference| reference.table == parent && reference.when.is_none())
        };
        self.root().columns.iter().find(refers).map(|column| column.name.as_str())
    }
}

/// The value at a path that leads through objects only, as text.
fn value_at(document: &Json, path: &str) -> Option<String> {
    let mut value = document;
    for step in Path::parse(path).ok()?.segments {
        let (Segment::Member(name), Json::Object(members)) = (step, value) else { return None };
        value = members.get(&name)?;
    }
    match value {
        Json::String(text) | Json::Number(text) => Some(text.clone()),
        _ => None,
    }
}

/// Whether a feed read so shows all records there are.
pub(super) fn shows_all(reading: When) -> bool {
    match reading {
        When::Definitions(_) | When::Snapshot | When::Backfill(_) | When::PerType | When::Deletions => true,
        When::Updates(_) | When::Sweep | When::PerRecord(_) | When::OnDoubt | When::Export(_) => false,
    }
}

/// The member of a document that a path begins with.
fn first_member(path: &str) -> Option<String> {
    match Path::parse(path).ok()?.segments.into_iter().next()? {
        Segment::Member(name) => Some(name),
        _ => None,
    }
}

/// The rules of a resource with the types of the columns that exist: what nobody described has the type of its first values.
fn typed(rules: &ResourceRules, tables: &[Table]) -> ResourceRules {
    let mut typed = rules.clone();
    let columns = tables.iter().flat_map(|table| &table.columns);
    let is_scalar = |column: &&Column| {
        column.role == ColumnRole::Value
            && !column.path.is_empty()
            && !matches!(column.logical, LogicalType::Json | LogicalType::List)
    };
    for column in columns.filter(is_scalar) {
        let rule = typed.paths.entry(column.path.clone()).or_default();
        if rule.logical.is_none() && rule.strategy.is_none() {
            rule.logical = Some(column.logical);
        }
    }
    typed
}

/// A scalar member as text.
pub(super) fn scalar(document: &Json, name: &str) -> Option<String> {
    let Json::Object(members) = document else { return None };
    match members.get(name)? {
        Json::String(text) | Json::Number(text) => Some(text.clone()),
        _ => None,
    }
}

/// A moment in a document, in microseconds since the epoch.
fn instant(document: &Json, name: &str) -> Option<i64> {
    let Json::Object(members) = document else { return None };
    match members.get(name)? {
        Json::Number(text) => instant_from_number(text),
        Json::String(text) => instant_from_text(text),
        _ => None,
    }
}
