//! Runs a search: compiles its filters for one kind of record, walks the records in order, fills a page.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Mutex;

use serde_json::Value;

use super::condition::Condition;
use super::instants::{self, Granularity};
use super::query::{FieldFilter, Filter, Request, SearchError};
use crate::document::Node;
use crate::paging::Cursor;
use crate::workspace::{Entry, Order, Register, Walk, Workspace};

/// A compiled filter.
pub(crate) type Test<E> = Box<dyn Fn(&Workspace, u32, &E) -> bool>;

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldKind {
    /// An instant.
    Instant,
    /// A text, number or boolean.
    Scalar,
    /// Several ids of which one has to match.
    Ids,
}

/// A kind of record that can be searched.
pub(crate) trait Searchable {
    /// The small state of the records.
    type Entry: Entry;
    /// Names the kind among cached totals.
    const NAME: &'static str;
    /// Rows on a page unless told otherwise.
    const PER_PAGE: u64;

    /// The records.
    fn register(workspace: &Workspace) -> &Register<Self::Entry>;
    /// The document of a record.
    fn document(workspace: &Workspace, index: u32, entry: &Self::Entry) -> Node;
    /// The document of a record as the index shows it at this moment.
    fn indexed(workspace: &Workspace, index: u32, entry: &Self::Entry, _now: i64) -> Node {
        Self::document(workspace, index, entry)
    }
    /// The id of a record and back.
    fn id(workspace: &Workspace, index: u32) -> String;
    fn index(workspace: &Workspace, id: &str) -> Option<u32>;
    /// Whether search finds a record at all.
    fn is_found(_workspace: &Workspace, _index: u32) -> bool {
        true
    }
    /// How a field is compared; none if it cannot be searched.
    fn field(name: &str) -> Option<FieldKind>;
    /// A filter that needs no document, if there is one for the field.
    fn quick(filter: &FieldFilter, workspace: &Workspace) -> Result<Option<Test<Self::Entry>>, SearchError>;
    /// What a document holds for a field.
    fn values(document: &Node, field: &str) -> Vec<Value>;
}

/// A page of a search.
pub(crate) struct Answer {
    pub(crate) documents: Vec<Node>,
    pub(crate) total: u64,
    pub(crate) per_page: u64,
    pub(crate) page: u64,
    /// Where the next page begins; none on the last page.
    pub(crate) next: Option<Cursor>,
}

/// Most rows on a page of any search.
const PER_PAGE_MAX: u64 = 150;

/// Totals of searches, kept until the workspace changes.
#[derive(Default)]
pub(crate) struct TotalCache {
    totals: Mutex<(u64, HashMap<String, u64>)>,
}

impl TotalCache {
    /// A total kept for this generation, or counted now.
    fn get(&self, generation: u64, key: String, count: impl FnOnce() -> u64) -> u64 {
        let kept = {
            let mut totals = self.totals.lock().expect("no holder of the totals panics");
            if totals.0 != generation {
                *totals = (generation, HashMap::new());
            }
            totals.1.get(&key).copied()
        };
        kept.unwrap_or_else(|| {
            let total = count();
            self.totals.lock().expect("no holder of the totals panics").1.insert(key, total);
            total
        })
    }
}

/// Answers a search as the search index stands at this moment.
pub(crate) fn search<S: Searchable>(
    workspace: &Workspace,
    request: &Request,
    granularity: &Granularity,
    totals: &TotalCache,
    now: i64,
) -> Result<Answer, SearchError> {
    let per_page = request.per_page.unwrap_or(S::PER_PAGE);
    if per_page == 0 || per_page > PER_PAGE_MAX {
        return Err(SearchError::PerPage);
    }
    let (order, descending) = match &request.sort {
        None => (Order::Updated, true),
        Some(sort) => match sort.field.as_str() {
            "updated_at" => (Order::Updated, sort.descending),
            "created_at" | "id" => (Order::Created, sort.descending),
            other => return Err(SearchError::SortField(other.to_owned())),
        },
    };
    let test = compile::<S>(&request.filter, workspace, granularity)?;
    let register = S::register(workspace);
    let keys = |field| bounds(&request.filter, field, granularity);
    let matching = |walk: &Walk| {
        let places = register.walk_seen(walk, now);
        places.filter(|&(_, index)| {
            let seen = register.seen(index, now);
            seen.is_some_and(|entry| test(workspace, index, entry) && S::is_found(workspace, index))
        })
    };
    let by_update = Walk { order: Order::Updated, descending: false, after: None, keys: keys("updated_at") };
    let key = format!("{} {:?} {granularity:?} {}", S::NAME, request.filter, register.lagging(now));
    let total = totals.get(workspace.generation(), key, || matching(&by_update).count() as u64);

    let cursor = request
        .starting_after
        .as_deref()
        .map(|text| Cursor::decode(text).ok_or(SearchError::Cursor))
        .transpose()?;
    let after = match &cursor {
        Some(cursor) => Some((cursor.key_s, S::index(workspace, &cursor.id).ok_or(SearchError::Cursor)?)),
        None => None,
    };
    let field = if order == Order::Updated { "updated_at" } else { "created_at" };
    let walk = Walk { order, descending, after, keys: keys(field) };
    let mut places: Vec<_> = matching(&walk).take(per_page as usize + 1).collect();
    let page = cursor.map_or(1, |cursor| cursor.page);
    let next = (places.len() as u64 > per_page).then(|| {
        places.truncate(per_page as usize);
        places.last().map(|&(key_s, index)| Cursor { key_s, id: S::id(workspace, index), page: page + 1 })
    });
    let seen = places
        .iter()
        .filter_map(|&(_, index)| Some(S::indexed(workspace, index, register.seen(index, now)?, now)));
    Ok(Answer { documents: seen.collect(), total, per_page, page, next: next.flatten() })
}

/// Makes one test of a filter.
fn compile<S: Searchable>(
    filter: &Filter,
    workspace: &Workspace,
    granularity: &Granularity,
) -> Result<Test<S::Entry>, SearchError> {
    let compile_all = |filters: &[Filter]| {
        filters
            .iter()
            .map(|filter| compile::<S>(filter, workspace, granularity))
            .collect::<Result<Vec<_>, _>>()
    };
    match filter {
        Filter::All(filters) => {
            let tests = compile_all(filters)?;
            Ok(Box::new(move |workspace, index, entry| {
                tests.iter().all(|test| test(workspace, index, entry))
            }))
        }
        Filter::Any(filters) => {
            let tests = compile_all(filters)?;
            Ok(Box::new(move |workspace, index, entry| {
                tests.iter().any(|test| test(workspace, index, entry))
            }))
        }
        Filter::Field(filter) => compile_field::<S>(filter, workspace, granularity),
    }
}

fn compile_field<S: Searchable>(
    filter: &FieldFilter,
    workspace: &Workspace,
    granularity: &Granularity,
) -> Result<Test<S::Entry>, SearchError> {
    let kind = S::field(&filter.field).ok_or_else(|| SearchError::UnknownField(filter.field.clone()))?;
    let field = filter.field.clone();
    if kind == FieldKind::Instant && !filter.value.is_null() {
        let range = instants::range(filter, granularity)?;
        return Ok(match field.as_str() {
            "created_at" => Box::new(move |_, _, entry| range.contains(&entry.created_at())),
            "updated_at" => Box::new(move |_, _, entry| range.contains(&entry.updated_at())),
            _ => Box::new(move |workspace, index, entry| {
                let values = S::values(&S::document(workspace, index, entry), &field);
                values.iter().filter_map(Value::as_i64).any(|instant| range.contains(&instant))
            }),
        });
    }
    if let Some(test) = S::quick(filter, workspace)? {
        return Ok(test);
    }
    let condition = Condition::new(filter)?;
    Ok(Box::new(move |workspace, index, entry| {
        let values = S::values(&S::document(workspace, index, entry), &field);
        match (kind, values.as_slice()) {
            (FieldKind::Ids, values) => condition.holds_for_any(values),
            (_, [value, ..]) => condition.holds(value),
            (_, []) => condition.holds(&Value::Null),
        }
    }))
}

/// A range of instants outside of which no record can match, to shorten the walk.
fn bounds(filter: &Filter, field: &str, granularity: &Granularity) -> Range<i64> {
    let everything = i64::MIN..i64::MAX;
    match filter {
        Filter::All(filters) => filters.iter().fold(everything, |kept, filter| {
            let range = bounds(filter, field, granularity);
            kept.start.max(range.start)..kept.end.min(range.end)
        }),
        Filter::Any(filters) => filters
            .iter()
            .map(|filter| bounds(filter, field, granularity))
            .reduce(|kept, range| kept.start.min(range.start)..kept.end.max(range.end))
            .unwrap_or(everything),
        Filter::Field(filter) if filter.field == field => {
            instants::range(filter, granularity).unwrap_or(everything)
        }
        Filter::Field(_) => everything,
    }
}
