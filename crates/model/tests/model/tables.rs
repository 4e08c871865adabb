//! Shredding in one line, and reading what came of it.

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use relatable_model::convert::{date_text, decimal_text, float_text, instant_text};
use relatable_model::json::Json;
use relatable_model::normal::normal;
use relatable_model::plan::Memory;
use relatable_model::reassemble::reassemble;
use relatable_model::rules::{ResourceRules, Rules};
use relatable_model::shred::{Context, Shredded, Shredder};

/// The rules of the resource `things`, given as the text below its table's head.
pub(crate) fn rules(text: &str) -> ResourceRules {
    let text = format!("[things]\n{text}");
    Rules::parse(&text, "test").expect(&text).resources.remove("things").expect("things")
}

/// Shreds documents with nothing remembered.
pub(crate) fn shred(rules: &ResourceRules, documents: &[&str]) -> Shredded {
    shred_onto(Memory::default(), rules, documents)
}

/// Shreds documents over what is remembered.
pub(crate) fn shred_onto(memory: Memory, rules: &ResourceRules, documents: &[&str]) -> Shredded {
    let mut shredder = Shredder::new("things", rules, memory, None).expect("plan");
    for document in documents {
        shredder.document(document.as_bytes(), Context::default()).expect(document);
    }
    shredder.finish().expect("finish")
}

/// What a destination would remember.
pub(crate) fn memory(shredded: &Shredded) -> Memory {
    let mut memory = Memory::default();
    shredded.tables.iter().for_each(|table| memory.remember_table(&table.table));
    memory
}

/// The rows of a batch as text, with the columns asked for; a null is `∅`.
pub(crate) fn rows(batch: &RecordBatch, columns: &[&str]) -> Vec<String> {
    (0..batch.num_rows())
        .map(|row| columns.iter().map(|column| cell(batch, column, row)).collect::<Vec<_>>().join("|"))
        .collect()
}

/// A cell as text.
pub(crate) fn cell(batch: &RecordBatch, column: &str, row: usize) -> String {
    let Some(array) = batch.column_by_name(column) else { return "(no such column)".to_owned() };
    if array.is_null(row) {
        return "∅".to_owned();
    }
    match array.data_type() {
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => float_text(array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal128(..) => decimal_text(array.as_primitive::<Decimal128Type>().value(row)),
        DataType::Timestamp(..) => instant_text(array.as_primitive::<TimestampMicrosecondType>().value(row)),
        DataType::Date32 => date_text(array.as_primitive::<Date32Type>().value(row)),
        _ => array.as_string::<i32>().value(row).to_owned(),
    }
}

/// The documents that the tables stand for.
pub(crate) fn documents(shredded: &Shredded, rules: &ResourceRules) -> Vec<Json> {
    let tables: Vec<_> = shredded.tables.iter().map(|table| (&table.table, &table.rows)).collect();
    reassemble(&tables, rules)
}

/// The normal form of a document.
pub(crate) fn normal_of(document: &str, rules: &ResourceRules) -> Json {
    normal(Json::parse(document.as_bytes()).expect(document), rules)
}
