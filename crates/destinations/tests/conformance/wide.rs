//! Documents with more paths than a table has room for: the rest of their values stand in one column, and every row fits.

use crate::bench::Bench;
use crate::client::Engine;
use relatable_destinations::Reading;
use relatable_destinations::package::{Scope, TableChange};
use relatable_model::json::Json;
use relatable_model::normal::normal;
use relatable_model::plan::{Memory, RememberedColumn};
use relatable_model::reassemble::reassemble;
use relatable_model::rules::{ResourceRules, Rules};
use relatable_model::schema::{ColumnRole, MORE};
use relatable_model::shred::{Context, Shredder};
use relatable_model::write_mode::WriteMode;
use std::ops::ControlFlow;

/// How many attributes the widest documents have.
const ATTRIBUTES: usize = 2_000;
/// The longest key that every destination takes.
const KEY_CHARACTERS: usize = 500;
/// Lengths of texts around each at which a database puts them elsewhere.
const LENGTHS: [usize; 14] = [1, 17, 18, 19, 20, 21, 22, 23, 24, 40, 41, 126, 127, 3_000];

/// A destination, and the model that its tables follow.
struct Model {
    bench: Bench,
    rules: ResourceRules,
}

impl Model {
    /// A claimed destination for records that are written so.
    fn new(engine: Engine, mode: WriteMode) -> Model {
        let text = "[contacts]\nkey = [\"id\"]\n[contacts.paths]\n\"id\" = { type = \"text\" }";
        let mut rules =
            Rules::parse(text, "test").expect(text).resources.remove("contacts").expect("contacts");
        rules.mode = Some(mode);
        Model { bench: Bench::new(engine, vec![]), rules }
    }

    /// What the destination remembers, and its limits.
    fn memory(&mut self) -> Memory {
        let mut memory = Memory::default();
        memory.limit(&self.bench.destination.width());
        for entry in self.bench.destination.remembered().expect("remembered") {
            let column = RememberedColumn {
                name: entry.column.name,
                path: entry.column.path,
                role: entry.column.role,
                logical: entry.column.logical,
            };
            memory.remember(&entry.table, &entry.table_path, column);
        }
        memory
    }

    /// Loads documents.
    fn load(&mut self, documents: &[String]) {
        let memory = self.memory();
        let mut shredder = Shredder::new("contacts", &self.rules, memory, None).expect("plan");
        for document in documents {
            shredder.document(document.as_bytes(), Context::default()).expect("a document");
        }
        let shredded = shredder.finish().expect("finish");
        self.bench.tables = shredded.tables.iter().map(|shredded| shredded.table.clone()).collect();
        let changes = shredded.tables.into_iter().map(|shredded| TableChange {
            table: shredded.table.name,
            rows: vec![shredded.rows],
            replaced: shredded
                .replaced
                .into_iter()
                .map(|scope| Scope { columns: scope.columns, keys: scope.keys })
                .collect(),
            deleted: None,
        });
        self.bench.load(changes.collect());
    }

    /// The documents that the tables stand for, in the order of their keys.
    fn documents(&mut self) -> Vec<Json> {
        let mut documents = Vec::new();
        let reading = Reading { resource: "contacts", with_deleted: false, only: None };
        let mut take = |group: &[(&relatable_model::schema::Table, arrow_array::RecordBatch)]| {
            let rows: Vec<_> = group.iter().map(|(table, rows)| (*table, rows)).collect();
            documents.extend(reassemble(&rows, &self.rules));
            ControlFlow::Continue(())
        };
        self.bench.destination.read(&reading, &mut take).expect("read");
        documents
    }

    /// Checks that the documents that were loaded last, by key, come back.
    fn check(&mut self, expected: &[String]) {
        let mut expected: Vec<Json> = expected
            .iter()
            .map(|document| normal(Json::parse(document.as_bytes()).expect("JSON"), &self.rules))
            .collect();
        expected.sort_by_key(|document| match document {
            Json::Object(members) => members["id"].clone(),
            _ => Json::Null,
        });
        let stored = self.documents();
        assert_eq!(stored.len(), expected.len());
        for (stored, expected) in stored.iter().zip(&expected) {
            assert!(
                stored == expected,
                "{:.200} … came back as {:.200} …",
                expected.to_string(),
                stored.to_string()
            );
        }
    }

    /// How many paths of the table have no column of their own.
    fn paths_in_more(&self) -> usize {
        self.bench.tables[0].more.len()
    }
}

/// A document with the values of its attributes `a0000`, `a0001` … as JSON source.
fn document(id: &str, values: impl Iterator<Item = String>) -> String {
    let members: Vec<String> =
        values.enumerate().map(|(place, value)| format!("\"a{place:04}\":{value}")).collect();
    format!("{{\"id\":\"{id}\",\"attributes\":{{{}}}}}", members.join(","))
}

/// A text of a length, as JSON source, that cannot be made shorter and is like no other.
fn text(length: usize, seed: usize) -> String {
    let mut state = seed as u64 * 2_654_435_761 + length as u64;
    let letter = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[(state >> 58) as usize],
        )
    };
    format!("\"{}\"", (0..length).map(letter).collect::<String>())
}

/// The longest key that begins with `number`.
fn key(number: usize) -> String {
    let number = format!("{number:03}");
    number.clone() + &"👩".repeat(KEY_CHARACTERS - number.len())
}

pub(crate) fn a_document_with_two_thousand_attributes_is_stored_and_comes_back(engine: Engine) {
    for mode in [WriteMode::Upsert, WriteMode::Mirror, WriteMode::Append, WriteMode::History] {
        let mut model = Model::new(engine, mode);
        let first = document("1", (0..ATTRIBUTES).map(|place| text(1 + place % 30, place)));
        model.load(std::slice::from_ref(&first));
        model.check(std::slice::from_ref(&first));
        // One value of another type, one gone, one path more, and a record of its own.
        let changed = document(
            "1",
            (0..=ATTRIBUTES).map(|place| if place == 1_999 { "7.50" } else { "null" }.to_owned()),
        );
        let second = document("2", (0..3).map(|place| place.to_string()));
        model.load(&[changed.clone(), second.clone()]);
        model.check(&[changed, second]);
        assert!(model.paths_in_more() > 0, "{mode:?}");
    }
}

pub(crate) fn every_row_fits_into_a_table_that_is_full(engine: Engine) {
    let mut model = Model::new(engine, WriteMode::Upsert);
    let kinds: [fn(usize, usize) -> String; 4] = [
        |place, _| text(20, place),
        |place, _| (i64::MAX - place as i64).to_string(),
        |place, _| place.is_multiple_of(2).to_string(),
        |place, _| format!("-12345678901234567890123456{:03}.987654321", place % 1_000),
    ];
    // All texts, then every type in turn.
    for is_mixed in [false, true] {
        let value = |place: usize, length: usize| match is_mixed && !place.is_multiple_of(5) {
            true => kinds[place % 5 - 1](place, length),
            false => text(length, place),
        };
        let rows = |lengths: &[usize]| -> Vec<String> {
            let number = |place: usize| place + 100 * usize::from(is_mixed);
            let row = |(place, length): (usize, &usize)| {
                document(&key(number(place)), (0..ATTRIBUTES).map(|attribute| value(attribute, *length)))
            };
            lengths.iter().enumerate().map(row).collect()
        };
        let mut documents = rows(&LENGTHS);
        // Lengths that differ within a row, and texts that can be made short.
        let varied = |place: usize| value(place, LENGTHS[place % LENGTHS.len()]);
        documents.push(document(&key(900 + usize::from(is_mixed)), (0..ATTRIBUTES).map(varied)));
        let even = |place: usize| if is_mixed { value(place, 1) } else { format!("\"{}\"", "x".repeat(300)) };
        documents.push(document(&key(950 + usize::from(is_mixed)), (0..ATTRIBUTES).map(even)));
        model = Model::new(engine, WriteMode::Upsert);
        model.load(&documents);
        model.check(&documents);
        // Rows that change stay within the limits, too.
        let changed: Vec<String> = documents
            .iter()
            .map(|document| document.replacen("\"a0001\":", "\"b\":1,\"a0001\":", 1))
            .collect();
        model.load(&changed);
        model.check(&changed);
    }
    assert!(model.paths_in_more() > 0);
}

pub(crate) fn a_table_is_filled_up_to_its_limit_and_grows_past_it_in_a_later_load(engine: Engine) {
    let mut model = Model::new(engine, WriteMode::Upsert);
    let of = |id: &str, count: usize| document(id, (0..count).map(|place| text(20, place)));
    let mut memory = Memory::default();
    memory.limit(&model.bench.destination.width());
    let shredded = |count: usize| {
        let mut shredder = Shredder::new("contacts", &model.rules, memory.clone(), None).expect("plan");
        shredder.document(of("1", count).as_bytes(), Context::default()).expect("a document");
        shredder.finish().expect("finish").tables.remove(0).table
    };
    let all = shredded(ATTRIBUTES);
    let fitting = ATTRIBUTES - all.more.len();
    assert!(fitting >= engine.of(1_890, 190, engine.of_server(320, 140)), "{fitting}");
    assert_eq!(shredded(fitting).column(MORE), None);
    model.load(&[of("1", fitting)]);
    assert_eq!(model.paths_in_more(), 0);
    // One path more than there is room for, and a second load that has none of it.
    model.load(&[of("2", fitting + 1)]);
    assert_eq!(model.bench.tables[0].more, [format!("attributes.a{fitting:04}")]);
    model.check(&[of("1", fitting), of("2", fitting + 1)]);
    model.load(&[of("2", fitting), of("3", fitting + 3)]);
    model.check(&[of("1", fitting), of("2", fitting), of("3", fitting + 3)]);
    assert_eq!(model.paths_in_more(), 3);
}

pub(crate) fn what_has_no_column_of_its_own_is_remembered_and_told_once_per_table(engine: Engine) {
    let mut model = Model::new(engine, WriteMode::Upsert);
    model.load(&[document("1", (0..3).map(|place| place.to_string()))]);
    for count in [1_990, ATTRIBUTES] {
        model.load(&[
            document("2", (0..count).map(|place| text(1, place))),
            document("3", (0..1).map(|_| "1".to_owned())),
        ]);
    }
    let paths = model.paths_in_more().to_string();
    let known = model.bench.destination.remembered().expect("remembered");
    let members =
        known.iter().filter(|entry| entry.column.role == ColumnRole::More && !entry.column.path.is_empty());
    assert_eq!(members.count().to_string(), paths);
    assert_eq!(model.bench.destination.tables().expect("tables")[0].more, model.bench.tables[0].more);
    let of_one =
        "SELECT count(*), count(DISTINCT source_path) FROM _relatable_more WHERE table_name = 'contacts'";
    assert_eq!(model.bench.read(of_one), [format!("{paths}|{paths}")]);
    let told = model.bench.read("SELECT kind, path, record, detail FROM _relatable_issues");
    let [told] = &told[..] else { panic!("{told:?}") };
    assert!(told.starts_with("wide_table|||") && told.contains("`attributes.a"), "{told}");
    assert!(told.contains(&format!("and {} more", model.paths_in_more() - 20)), "{told}");
    // Each is a change of its own, with the first record that has a value there.
    let changes = "SELECT count(*), min(record), max(record) FROM _relatable_changes WHERE column_name = '_more' \
                   AND source_path <> ''";
    assert_eq!(model.bench.read(changes), [format!("{paths}|2|2")]);
    // Tables that make way take it along.
    model.bench.retired = Some((vec!["contacts".to_owned()], None));
    model.bench.tables.clear();
    model.bench.load(vec![]);
    assert_eq!(model.bench.read("SELECT count(*) FROM _relatable_more"), ["0"]);
}
