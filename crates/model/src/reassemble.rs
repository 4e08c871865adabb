//! Rows back to documents: the proof that nothing was lost on the way into tables.

use crate::convert;
use crate::json::Json;
use crate::logical::LogicalType;
use crate::normal::{typed_scalar, without_empty_members};
use crate::plan::{EntryMember, RuleLookup, entry_key_path, rule_path};
use crate::rules::path::{Path, Segment};
use crate::rules::{ResourceRules, Strategy};
use crate::schema::{Column, ColumnRole, Table};
use crate::shred::{split_delimited, wrap_all};
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch};
use std::collections::{BTreeMap, HashMap};

/// The documents, in normal form, that the rows of a resource's tables stand for, in the order of the first table's
/// rows. `tables` are the resource's own table and then those split from it, parents before children; lists come back in
/// the order of their rows, or of their positions where they have them.
pub fn reassemble(tables: &[(&Table, &RecordBatch)], rules: &ResourceRules) -> Vec<Json> {
    let lookup = RuleLookup::new(rules);
    let sources: Vec<Source<'_>> = tables.iter().map(|(table, rows)| Source::new(table, rows)).collect();
    let Some(root) = sources.first() else { return Vec::new() };
    (0..root.rows.num_rows()).map(|row| element(root, row, &sources, &lookup)).collect()
}

/// A table, its rows, and where the rows of each parent are.
struct Source<'a> {
    table: &'a Table,
    rows: &'a RecordBatch,
    /// Steps of the table's path.
    steps: Vec<Segment>,
    /// How many steps of a column's path, written as in rules, lead to the row.
    depth: usize,
    /// Whether a row is an entry of a map.
    is_map: bool,
    /// The place of each row in its list, where that was kept.
    positions: Option<&'a Int64Array>,
    by_parent: HashMap<String, Vec<usize>>,
}

impl<'a> Source<'a> {
    fn new(table: &'a Table, rows: &'a RecordBatch) -> Source<'a> {
        let mut by_parent: HashMap<String, Vec<usize>> = HashMap::new();
        if let Some(link) = &table.parent {
            let columns: Vec<&str> = link.columns.iter().map(|(here, _)| here.as_str()).collect();
            for row in 0..rows.num_rows() {
                by_parent.entry(key_text(rows, &columns, row)).or_default().push(row);
            }
        }
        let position = table.columns.iter().find(|column| column.role == ColumnRole::Position);
        let positions = position.and_then(|column| rows.column_by_name(&column.name));
        let positions = positions.map(|positions| positions.as_primitive::<Int64Type>());
        let steps = steps(&table.path);
        // Rules pass through a list silently where a member follows.
        let is_written = |place: usize| match steps[place] {
            Segment::Element => steps.get(place + 1) == Some(&Segment::Element),
            Segment::Kind(_) => false,
            _ => true,
        };
        let depth = (0..steps.len()).filter(|&place| is_written(place)).count();
        let is_map = is_map(table);
        Source { table, rows, depth, is_map, steps, positions, by_parent }
    }

    /// Where a row stands among the elements of its list; the same for all where nothing tells but their order.
    fn position(&self, row: usize) -> i64 {
        self.positions.map_or(0, |positions| positions.value(row))
    }

    /// Whether a row is an element of a list rather than an object of its parent.
    fn is_list(&self) -> bool {
        matches!(self.steps.last(), Some(Segment::Element | Segment::Kind(_)))
    }
}

/// The steps of a path.
fn steps(path: &str) -> Vec<Segment> {
    Path::parse(path).map(|path| path.segments).unwrap_or_default()
}

/// The key of a row as one text.
fn key_text(rows: &RecordBatch, columns: &[&str], row: usize) -> String {
    let mut key = String::new();
    for column in columns {
        if let Some(value) = rows.column_by_name(column).and_then(|array| scalar(array, row)) {
            key.push_str(&value.to_string());
        }
        key.push('\u{0}');
    }
    key
}

/// An element and its place in its list.
type Placed = (i64, Json);

/// What one row of `source` stands for.
fn element(source: &Source<'_>, row: usize, all: &[Source<'_>], lookup: &RuleLookup) -> Json {
    let mut whole = Json::Object(BTreeMap::new());
    for column in source.table.columns.iter().filter(|column| !column.path.is_empty()) {
        let Some(array) = source.rows.column_by_name(&column.name) else { continue };
        if let Some(value) = cell(array, row, column, lookup) {
            put(&mut whole, steps(&column.path).get(source.depth..).unwrap_or_default(), value);
        }
    }
    put_more(&mut whole, source, row, lookup);
    // The elements of a list that is split by kind come from several tables.
    let mut lists: Vec<(&[Segment], Vec<Placed>)> = Vec::new();
    for child in all {
        let Some(link) = child.table.parent.as_ref().filter(|link| link.table == source.table.name) else {
            continue;
        };
        let columns: Vec<&str> = link.columns.iter().map(|(_, there)| there.as_str()).collect();
        let Some(rows) = child.by_parent.get(&key_text(source.rows, &columns, row)) else { continue };
        let mut values = rows.iter().map(|&row| element(child, row, all, lookup));
        let end = child.steps.len() - usize::from(child.is_list());
        let Some(steps) = child.steps.get(source.steps.len()..end) else { continue };
        if child.is_list() && !child.is_map {
            let positions = rows.iter().map(|&row| child.position(row));
            let elements = positions.zip(values);
            match lists.iter_mut().find(|(known, _)| *known == steps) {
                Some((_, list)) => list.extend(elements),
                None => lists.push((steps, elements.collect())),
            }
            continue;
        }
        let value = match child.is_map {
            true => Some(Json::Object(values.filter_map(entry).collect())),
            false => values.next(),
        };
        if let Some(value) = value.filter(|value| steps.is_empty() || !value.is_empty()) {
            put(&mut whole, steps, value);
        }
    }
    for (steps, mut elements) in lists {
        elements.sort_by_key(|(position, _)| *position);
        put(&mut whole, steps, Json::Array(elements.into_iter().map(|(_, element)| element).collect()));
    }
    whole
}

/// Puts the values that the table has no columns for where their paths lead.
fn put_more(whole: &mut Json, source: &Source<'_>, row: usize, lookup: &RuleLookup) {
    let more = source.table.columns.iter().find(|column| column.role == ColumnRole::More);
    let array = more.and_then(|column| source.rows.column_by_name(&column.name));
    let Some(Json::String(object)) = array.and_then(|array| scalar(array, row)) else { return };
    let Ok(Json::Object(members)) = Json::parse(object.as_bytes()) else { return };
    for (path, value) in members {
        let steps = steps(&path);
        let value = typed_scalar(without_empty_members(value), lookup.rule(&path).logical);
        if !value.is_empty() || steps.last() == Some(&Segment::Element) {
            put(whole, steps.get(source.depth..).unwrap_or_default(), value);
        }
    }
}

/// Whether the rows of a table are entries of a map.
pub(crate) fn is_map(table: &Table) -> bool {
    let key = entry_key_path(&rule_path(&table.path));
    table.columns.iter().any(|column| column.path == key)
}

/// Name and value of the entry that a row of a map stands for; `None` where the value is empty.
fn entry(row: Json) -> Option<(String, Json)> {
    let Json::Object(mut members) = row else { return None };
    let Some(Json::String(name)) = members.remove(EntryMember::Key.name()) else { return None };
    members.into_values().next().map(|value| (name, value))
}

/// Puts a value where `steps` lead, making objects on the way; the element step names the value itself.
fn put(whole: &mut Json, steps: &[Segment], value: Json) {
    match steps {
        [] | [Segment::Element] => *whole = value,
        [Segment::Member(name), rest @ ..] => {
            if let Json::Object(members) = whole {
                let member = members.entry(name.clone()).or_insert_with(|| Json::Object(BTreeMap::new()));
                put(member, rest, value);
            }
        }
        [Segment::Element | Segment::Kind(_) | Segment::Any, rest @ ..] => put(whole, rest, value),
    }
}

/// The value of a cell in normal form; `None` for null.
fn cell(array: &ArrayRef, row: usize, column: &Column, lookup: &RuleLookup) -> Option<Json> {
    let value = scalar(array, row)?;
    let is_json = column.logical == LogicalType::Json;
    let is_element = || steps(&column.path).last() == Some(&Segment::Element);
    match value {
        Json::String(source) if column.logical == LogicalType::List => {
            let texts = list_texts(&source)?;
            let is_kept = !texts.is_empty() || is_element();
            is_kept.then(|| wrap_all(texts, lookup.rule(&column.path).of.as_deref()))
        }
        Json::String(source) if is_json => {
            let value = without_empty_members(Json::parse(source.as_bytes()).ok()?);
            (!value.is_empty() || is_element()).then_some(value)
        }
        Json::String(text) if column.role == ColumnRole::Value => {
            let rule = lookup.rule(&column.path);
            if rule.strategy == Some(Strategy::Delimited) {
                return Some(split_delimited(&text, &rule));
            }
            Some(Json::String(text))
        }
        value => Some(value),
    }
}

/// The texts of a list that travels as JSON.
fn list_texts(source: &str) -> Option<Vec<String>> {
    let Ok(Json::Array(elements)) = Json::parse(source.as_bytes()) else { return None };
    let text = |element| if let Json::String(text) = element { Some(text) } else { None };
    elements.into_iter().map(text).collect()
}

/// The value of a cell that travels as the Arrow type of its logical type; `None` for null. JSON is its text.
pub fn scalar(array: &ArrayRef, row: usize) -> Option<Json> {
    use arrow_schema::DataType;
    if array.is_null(row) {
        return None;
    }
    let number = |text: String| Json::Number(convert::canonical_number(&text));
    Some(match array.data_type() {
        DataType::Boolean => Json::Boolean(array.as_boolean().value(row)),
        DataType::Int64 => number(array.as_primitive::<Int64Type>().value(row).to_string()),
        DataType::Float64 => number(convert::float_text(array.as_primitive::<Float64Type>().value(row))),
        DataType::Decimal128(..) => {
            number(convert::decimal_text(array.as_primitive::<Decimal128Type>().value(row)))
        }
        DataType::Timestamp(..) => {
            Json::String(convert::instant_text(array.as_primitive::<TimestampMicrosecondType>().value(row)))
        }
        DataType::Date32 => Json::String(convert::date_text(array.as_primitive::<Date32Type>().value(row))),
        _ => Json::String(array.as_string::<i32>().value(row).to_owned()),
    })
}
