//! Tables read back: in order, in groups, with the values that were given.

use crate::bench::{Bench, child, column, table};
use crate::client::Engine;
use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use relatable_destinations::{Reading, Rows};
use relatable_model::logical::LogicalType;
use relatable_model::schema::Table;
use serde_json::{Value, json};
use std::ops::ControlFlow;

/// More records than a first group has.
const RECORDS: usize = 2_345;

/// Contacts, their notes and the notes' files; every seventh contact is marked as deleted.
fn nested(engine: Engine) -> Bench {
    let notes = child("notes", &["note_id"], &["contact_id"], "contacts", &[("contact_id", "id")]);
    let files = child("files", &["note_id", "name"], &[], "notes", &[("note_id", "note_id")]);
    let mut bench = Bench::new(engine, vec![table("contacts", &["id"], &["name"]), notes, files]);
    let id = |place: usize| format!("{:05}", RECORDS - place);
    let contacts: Vec<Value> =
        (0..RECORDS).map(|place| json!([id(place), "x", (place % 7 == 0).then_some(5)])).collect();
    let notes: Vec<Value> =
        (0..2 * RECORDS).map(|place| json!([format!("n{place}"), id(place / 2)])).collect();
    let files: Vec<Value> = (0..RECORDS)
        .flat_map(|place| ["b", "a"].map(|name| json!([format!("n{}", 2 * place), name])))
        .collect();
    bench.load(vec![
        bench.rows("contacts", &["id", "name", "_deleted_at"], json!(contacts)),
        bench.rows("notes", &["note_id", "contact_id"], json!(notes)),
        bench.rows("files", &["note_id", "name"], json!(files)),
    ]);
    bench
}

/// The texts of a column.
pub(crate) fn texts(rows: &RecordBatch, column: &str) -> Vec<String> {
    let array = rows.column_by_name(column).expect(column).as_string::<i32>();
    (0..array.len()).map(|row| array.value(row).to_owned()).collect()
}

/// The groups of the resource: per group, the texts of a column of each table.
fn groups(bench: &mut Bench, with_deleted: bool) -> Vec<Vec<Vec<String>>> {
    let mut groups = Vec::new();
    let reading = Reading { resource: "contacts", with_deleted, only: None };
    let mut take = |group: &[(&Table, RecordBatch)]| {
        let shown = [("contacts", "id"), ("notes", "contact_id"), ("files", "name")];
        let of_table = |(name, column): (&str, &str)| {
            let (_, rows) = group.iter().find(|(table, _)| table.name == name).expect(name);
            texts(rows, column)
        };
        groups.push(shown.map(of_table).to_vec());
        ControlFlow::Continue(())
    };
    bench.destination.read(&reading, &mut take).expect("read");
    groups
}

pub(crate) fn records_come_back_in_groups_with_all_that_was_split_from_them(engine: Engine) {
    let mut bench = nested(engine);
    let deleted = RECORDS.div_ceil(7);
    for (with_deleted, count) in [(false, RECORDS - deleted), (true, RECORDS)] {
        let groups = groups(&mut bench, with_deleted);
        assert!(groups.len() > 1, "all came at once");
        let contacts: Vec<&String> = groups.iter().flat_map(|group| &group[0]).collect();
        assert_eq!(contacts.len(), count);
        assert!(contacts.is_sorted(), "records come in the order of their keys");
        for group in &groups {
            let owners: Vec<String> = group[0].iter().flat_map(|id| [id.clone(), id.clone()]).collect();
            assert_eq!(group[1], owners, "the notes are those of the group's contacts");
            assert_eq!(group[2], ["a", "b"].repeat(group[0].len()), "the files are those of their notes");
        }
    }
    // Nothing stays behind that would stand in the way of the next reading or load.
    bench.load(vec![bench.rows("contacts", &["id", "name"], json!([["new", "x"]]))]);
    assert_eq!(groups(&mut bench, true).iter().map(|group| group[0].len()).sum::<usize>(), RECORDS + 1);
}

pub(crate) fn every_type_comes_back_as_it_was_given(engine: Engine) {
    let samples = [
        (LogicalType::Boolean, json!([true, false, null])),
        (LogicalType::Integer, json!([i64::MIN, i64::MAX, null])),
        (LogicalType::Decimal, json!(["99999999999999999999999999999999999999", "-1", null])),
        (LogicalType::Float, json!([f64::MAX, 5e-324, null])),
        (
            LogicalType::Text,
            json!([
                engine.of(
                    "a\u{0}b \u{1F642}",
                    "a\u{0}b \u{1F642}",
                    engine.of_server("a \u{1F642}", "a\u{0}b \u{1F642}")
                ),
                "007",
                null
            ]),
        ),
        (LogicalType::Timestamp, json!([-62_135_596_800_000_000_i64, 253_402_300_799_999_999_i64, null])),
        (LogicalType::Date, json!([-719_162, 2_932_896, null])),
        (LogicalType::Json, json!(["{\"a\" : 1.0}", "1e400", null])),
        (LogicalType::List, json!([r#"["a","\"b\\c, ∅",""]"#, "[]", null])),
    ];
    let mut sample = table("samples", &["id"], &[]);
    sample.columns.extend(samples.iter().map(|(logical, _)| column(logical.name(), *logical)));
    let mut bench = Bench::new(engine, vec![sample]);
    let names: Vec<&str> =
        ["id"].into_iter().chain(samples.iter().map(|(logical, _)| logical.name())).collect();
    let rows: Vec<Value> = (0..3)
        .map(|row| {
            [json!(row.to_string())]
                .into_iter()
                .chain(samples.iter().map(|(_, cells)| cells[row].clone()))
                .collect()
        })
        .collect();
    let change = bench.rows("samples", &names, json!(rows));
    let given = change.rows[0].clone();
    bench.load(vec![change]);
    let mut back = Vec::new();
    let reading = Reading { resource: "contacts", with_deleted: false, only: None };
    let mut take = |group: &[(&Table, RecordBatch)]| {
        back.push(group[0].1.clone());
        ControlFlow::Continue(())
    };
    bench.destination.read(&reading, &mut take).expect("read");
    for name in names {
        let array = back[0].column_by_name(name).expect(name);
        assert_eq!(array, given.column_by_name(name).expect(name), "{name}");
    }
}

pub(crate) fn who_reads_for_long_sees_the_columns_and_tables_that_others_load(engine: Engine) {
    let mut bench = Bench::new(engine, vec![table("contacts", &["id"], &["name"])]);
    let rows = bench.rows("contacts", &["id", "name"], json!([["1", "Ann"]]));
    bench.load(vec![rows]);
    let mut reader = bench.another();
    let mut seen = |expected: &[(&str, &[&str])]| {
        let tables = reader.tables().expect("read");
        let columns =
            |table: &Table| table.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
        let found: Vec<(&str, Vec<String>)> =
            tables.iter().map(|table| (table.name.as_str(), columns(table))).collect();
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (name, wanted) in expected {
            let (_, columns) = found.iter().find(|(found, _)| found == name).expect(name);
            assert!(wanted.iter().all(|wanted| columns.iter().any(|column| column == wanted)), "{columns:?}");
        }
        let rows = Rows { table: "contacts", within: None };
        reader.count(&rows).expect("count")
    };
    assert_eq!(seen(&[("contacts", &["id", "name"])]), 1);
    // One column more, without a row.
    bench.table("contacts").columns.push(column("age", LogicalType::Integer));
    bench.load(Vec::new());
    assert_eq!(seen(&[("contacts", &["id", "name", "age"])]), 1);
    bench.tables.push(child("tags", &["contact_id", "tag"], &[], "contacts", &[("contact_id", "id")]));
    let rows = bench.rows("contacts", &["id", "name", "age"], json!([["2", "Ben", 4]]));
    bench.load(vec![rows]);
    assert_eq!(seen(&[("contacts", &["id", "name", "age"]), ("tags", &["contact_id", "tag"])]), 2);
    // Who loads sees what came of it, too.
    assert_eq!(bench.destination.tables().expect("read").len(), 2);
    bench.table("tags").columns.push(column("colour", LogicalType::Text));
    bench.load(Vec::new());
    let tables = bench.destination.tables().expect("read");
    assert!(tables.iter().any(|table| table.name == "tags" && table.column("colour").is_some()));
}

pub(crate) fn tables_come_back_as_they_were_declared(engine: Engine) {
    let mut empty = Bench::unclaimed(engine, vec![]);
    assert_eq!(empty.destination.tables().expect("tables"), []);
    let mut bench = nested(engine);
    assert_eq!(bench.destination.tables().expect("tables"), bench.tables);
}

pub(crate) fn a_reader_that_has_enough_ends_the_reading(engine: Engine) {
    let mut bench = nested(engine);
    let mut groups = 0;
    let mut take = |_: &[(&Table, RecordBatch)]| {
        groups += 1;
        ControlFlow::Break(())
    };
    bench
        .destination
        .read(&Reading { resource: "contacts", with_deleted: true, only: None }, &mut take)
        .expect("read");
    bench
        .destination
        .read(&Reading { resource: "unheard", with_deleted: true, only: None }, &mut take)
        .expect("read");
    assert_eq!(groups, 1);
}
