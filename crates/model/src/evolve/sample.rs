//! Documents that have the paths which tables tell of: one for each column.

use super::compare::Sides;
use super::meaning::is_joined;
use crate::json::Json;
use crate::logical::{DECIMAL_PRECISION, DECIMAL_SCALE, LogicalType};
use crate::plan::RuleLookup;
use crate::reassemble::{is_map, reassemble};
use crate::rules::path::{Path, Segment, element_of, member_of};
use crate::rules::{ResourceRules, Strategy};
use crate::schema::{Column, ColumnRole, Table};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The sample documents of a resource's tables under `rules`. A key–value table tells the names of none of its entries.
pub(super) fn documents(tables: &[Table], rules: &ResourceRules, sides: &Sides) -> Vec<Json> {
    let lookup = &sides.after;
    let plain = ResourceRules::default();
    let mut documents = Vec::new();
    for table in tables.iter().filter(|table| !sides.opens_entries(table)) {
        let Some(chain) = chain(table, tables) else { continue };
        let values = table.columns.iter().filter(|column| {
            column.role == ColumnRole::Value && !column.path.is_empty() && !is_opened(column, tables, sides)
        });
        let members: Vec<Column> = table.members_of_more().collect();
        // A table without values of its own still has rows.
        for column in values.chain(&members).map(Some).chain([None]) {
            let number = documents.len();
            let rows: Option<Vec<(&Table, RecordBatch)>> = chain
                .iter()
                .map(|link| Some((*link, row(link, column.filter(|_| *link == table), number)?)))
                .collect();
            let rows = rows.unwrap_or_default();
            let rows: Vec<(&Table, &RecordBatch)> = rows.iter().map(|(table, row)| (*table, row)).collect();
            if let Some(mut document) = reassemble(&rows, &plain).into_iter().next() {
                if column.is_none() && !is_map(table) {
                    let steps = Path::parse(&table.path).map(|path| path.segments).unwrap_or_default();
                    make_row(&mut document, &steps);
                }
                let steps = Path::parse(&table.path).map(|path| path.segments).unwrap_or_default();
                tell_kinds(&mut document, &steps, "", lookup);
                complete_key(&mut document, rules, number);
                documents.push(document);
            }
        }
    }
    documents
}

/// Whether the rules would take apart what a column holds as one text. Where nothing tells how a text was made, one where
/// the rules want a table, and where there is none, is taken for a list that was joined.
pub(super) fn is_opened(column: &Column, tables: &[Table], sides: &Sides) -> bool {
    let rule = sides.after.rule(&column.path);
    if rule.strategy == Some(Strategy::Omit) {
        return false;
    }
    match column.logical {
        LogicalType::Json => rule.strategy != Some(Strategy::Json) && rule.logical != Some(LogicalType::Json),
        LogicalType::List => rule.strategy != Some(Strategy::List),
        LogicalType::Text => match &sides.before {
            Some(before) => is_joined(&before.rule(&column.path)) && rule.column_type().is_none(),
            None => {
                let list = element_of(&column.path);
                let has_table = tables.iter().any(|table| table.path == column.path || table.path == list);
                rule.strategy == Some(Strategy::Table) && !has_table
            }
        },
        _ => false,
    }
}

/// The tables from the resource's own down to `table`; `None` where a link is missing.
fn chain<'t>(table: &'t Table, tables: &'t [Table]) -> Option<Vec<&'t Table>> {
    let mut chain = vec![table];
    while let Some(link) = &chain[0].parent {
        let parent = tables.iter().find(|table| table.name == link.table)?;
        if chain.contains(&parent) {
            return None;
        }
        chain.insert(0, parent);
    }
    Some(chain)
}

/// One row: what identifies it, and the column asked for. All that identifies something in one document has its number.
fn row(table: &Table, asked: Option<&Column>, number: usize) -> Option<RecordBatch> {
    let linked: BTreeSet<&String> =
        table.parent.iter().flat_map(|link| link.columns.iter().map(|(here, _)| here)).collect();
    let is_map = is_map(table);
    let arrays = table.columns.iter().filter_map(|column| {
        let identifies = table.key.contains(&column.name)
            || linked.contains(&column.name)
            || column.role == ColumnRole::Position
            || (is_map
                && column.logical == LogicalType::Text
                && asked.is_none_or(|asked| table.key.contains(&asked.name)));
        let is_asked = asked.is_some_and(|asked| asked.name == column.name);
        let sample = || match asked.filter(|asked| is_asked && asked.role == ColumnRole::More) {
            Some(member) => member_of_more(&member.path, number),
            None => value(column.logical, number),
        };
        (identifies || is_asked).then(|| (column.name.clone(), sample()))
    });
    RecordBatch::try_from_iter(arrays).ok()
}

/// A value of the column for values without a column of their own, with one at `path`.
fn member_of_more(path: &str, number: usize) -> ArrayRef {
    let members = BTreeMap::from([(path.to_owned(), Json::String(format!("x{number}")))]);
    Arc::new(StringArray::from(vec![Json::Object(members).to_string()]))
}

/// A value of a type.
fn value(logical: LogicalType, number: usize) -> ArrayRef {
    let whole = i64::try_from(number).unwrap_or_default();
    match logical {
        LogicalType::Boolean => Arc::new(BooleanArray::from(vec![true])),
        LogicalType::Integer => Arc::new(Int64Array::from(vec![whole])),
        LogicalType::Float => Arc::new(Float64Array::from(vec![whole as f64 + 0.5])),
        LogicalType::Decimal => {
            let array = Decimal128Array::from(vec![i128::from(whole) * 1_000_000_000 + 500_000_000]);
            match array.clone().with_precision_and_scale(DECIMAL_PRECISION, DECIMAL_SCALE) {
                Ok(array) => Arc::new(array),
                Err(_) => Arc::new(array),
            }
        }
        LogicalType::Text => Arc::new(StringArray::from(vec![format!("x{number}")])),
        LogicalType::Json => Arc::new(StringArray::from(vec![format!("\"x{number}\"")])),
        LogicalType::List => Arc::new(StringArray::from(vec![format!("[\"x{number}\"]")])),
        LogicalType::Timestamp => Arc::new(TimestampMicrosecondArray::from(vec![whole * 1_000_000])),
        LogicalType::Date => Arc::new(Date32Array::from(vec![i32::try_from(number).unwrap_or_default()])),
    }
}

/// Sees to it that something stands at `steps` that becomes a row, even one without values.
fn make_row(place: &mut Json, steps: &[Segment]) {
    let empty = || Json::Object(BTreeMap::new());
    match steps {
        [] => {}
        [Segment::Member(name), rest @ ..] => {
            if !matches!(place, Json::Object(_)) {
                *place = empty();
            }
            if let Json::Object(members) = place {
                make_row(members.entry(name.clone()).or_insert_with(empty), rest);
            }
        }
        [Segment::Element | Segment::Kind(_) | Segment::Any, rest @ ..] => {
            if !matches!(place, Json::Array(elements) if !elements.is_empty()) {
                *place = Json::Array(vec![empty()]);
            }
            if let Json::Array(elements) = place {
                elements.iter_mut().for_each(|element| make_row(element, rest));
            }
        }
    }
}

/// Gives the elements of one kind that stand at `steps`, below `path`, what tells it: the rules say by which member.
fn tell_kinds(place: &mut Json, steps: &[Segment], path: &str, lookup: &RuleLookup) {
    match (steps, place) {
        ([Segment::Member(name), rest @ ..], Json::Object(members)) => {
            if let Some(member) = members.get_mut(name) {
                tell_kinds(member, rest, &member_of(path, name), lookup);
            }
        }
        ([step, rest @ ..], Json::Array(elements)) => {
            let is_list_of_lists = matches!(rest.first(), Some(Segment::Element | Segment::Kind(_)));
            let below = if is_list_of_lists { element_of(path) } else { path.to_owned() };
            for element in elements {
                if let Json::Object(members) = &mut *element
                    && let Some(discriminator) = &lookup.rule(path).split_by
                {
                    match step {
                        Segment::Kind(kind) => {
                            members.insert(discriminator.clone(), Json::String(kind.clone()));
                        }
                        // Those of the list's own table tell no kind.
                        _ => drop(members.remove(discriminator)),
                    }
                }
                tell_kinds(element, rest, &below, lookup);
            }
        }
        _ => {}
    }
}

/// Gives a document a value wherever the rules' key looks for one.
fn complete_key(document: &mut Json, rules: &ResourceRules, number: usize) {
    for path in rules.key.iter().flatten() {
        let Ok(Path { segments }) = Path::parse(path) else { continue };
        let mut place = &mut *document;
        for segment in &segments {
            let Segment::Member(name) = segment else { break };
            if !matches!(place, Json::Object(_)) {
                *place = Json::Object(BTreeMap::new());
            }
            let Json::Object(members) = place else { break };
            place = members.entry(name.clone()).or_insert(Json::Null);
        }
        if *place == Json::Null {
            *place = Json::String(format!("x{number}"));
        }
    }
}
