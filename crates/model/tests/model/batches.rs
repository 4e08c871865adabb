//! A load may go through many shredders: surveyed first, in batches of any size and order, it ends in the schema and the
//! rows that one shredder over all documents gives.

use super::documents::{LOSSLESS, check, documents as generated};
use super::rule_sets::rule_sets;
use super::tables::{cell, rules};
use arrow_array::RecordBatch;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use relatable_model::plan::Memory;
use relatable_model::rules::ResourceRules;
use relatable_model::schema::Table;
use relatable_model::shred::{Context, Identity, Repeats, Shredded, ShreddedTable, Shredder, Survey};
use relatable_model::width::Width;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Keys of records that are one value in several spellings, and others.
const KEYS: [&str; 8] = ["1", "1.0", "\"1\"", "\"1.0\"", "true", "\"r\"", "7", "10e-1"];

/// The cells of a row, by column.
type Row = BTreeMap<String, String>;

/// A database as far as a load needs one: changes are applied in order, rows by key.
#[derive(Default)]
struct Store {
    tables: BTreeMap<String, (Table, BTreeMap<Vec<String>, Row>)>,
}

impl Store {
    /// Applies what a shredder made.
    fn apply(&mut self, shredded: &Shredded) {
        for ShreddedTable { table, rows, replaced } in &shredded.tables {
            let new: BTreeMap<Vec<String>, Row> =
                all_rows(rows).into_iter().map(|row| (key_of(&row, &table.key), row)).collect();
            self.tables.entry(table.name.clone()).or_insert_with(|| (table.clone(), BTreeMap::new()));
            for scope in replaced {
                let scopes: BTreeSet<Vec<String>> =
                    all_rows(&scope.keys).iter().map(|row| key_of(row, &scope.columns)).collect();
                let gone = |(key, row): &(&Vec<String>, &Row)| {
                    scopes.contains(&key_of(row, &scope.columns)) && !new.contains_key(*key)
                };
                let stored = &self.tables[&table.name].1;
                let gone: Vec<Vec<String>> = stored.iter().filter(gone).map(|(key, _)| key.clone()).collect();
                gone.iter().for_each(|key| self.delete(&table.name, key));
            }
            self.tables.get_mut(&table.name).unwrap().1.extend(new);
        }
    }

    /// Deletes a row and all that descends from it.
    fn delete(&mut self, name: &str, key: &[String]) {
        let Some(row) = self.tables.get_mut(name).and_then(|(_, rows)| rows.remove(key)) else { return };
        let mut below = Vec::new();
        for (child, (table, rows)) in &self.tables {
            let Some(link) = table.parent.as_ref().filter(|link| link.table == name) else { continue };
            let is_below =
                |child: &Row| link.columns.iter().all(|(here, there)| child.get(here) == row.get(there));
            let keys = rows.iter().filter(|(_, row)| is_below(row)).map(|(key, _)| key.clone());
            below.extend(keys.map(|key| (child.clone(), key)));
        }
        below.iter().for_each(|(child, key)| self.delete(child, key));
    }

    /// Everything in it.
    fn content(self) -> BTreeMap<String, Vec<Row>> {
        self.tables.into_iter().map(|(name, (_, rows))| (name, rows.into_values().collect())).collect()
    }
}

/// The rows of a batch.
fn all_rows(batch: &RecordBatch) -> Vec<Row> {
    let schema = batch.schema();
    let row = |row| {
        schema.fields().iter().map(|field| (field.name().clone(), cell(batch, field.name(), row))).collect()
    };
    (0..batch.num_rows()).map(row).collect()
}

/// The cells of some columns.
fn key_of(row: &Row, columns: &[String]) -> Vec<String> {
    columns.iter().map(|column| row[column].clone()).collect()
}

/// A load's outcome: the schema, the rows, and the keys of documents that had to make way.
#[derive(Debug, PartialEq)]
struct Outcome {
    schema: Vec<Table>,
    rows: BTreeMap<String, Vec<Row>>,
    repeated: Vec<String>,
}

impl Outcome {
    fn new(mut schema: Vec<Table>, store: Store, mut repeated: Vec<String>) -> Outcome {
        schema.sort_by(|left, right| left.path.cmp(&right.path));
        repeated.sort_unstable();
        Outcome { schema, rows: store.content(), repeated }
    }
}

/// A shredder that took the documents it could.
fn taken(mut shredder: Shredder, documents: &[String]) -> Shredder {
    for document in documents {
        let _ = shredder.document(document.as_bytes(), Context::default());
    }
    shredder
}

fn shredder(rules: &ResourceRules, memory: Memory) -> Shredder {
    Shredder::new("things", rules, memory, None).expect("plan")
}

/// Nothing but how many columns tables have room for.
fn with_room(columns: usize) -> Memory {
    let mut memory = Memory::default();
    memory.limit(&Width { columns, ..Width::UNLIMITED });
    memory
}

/// Everything through one shredder, each document the whole of its record, as those of a load in parts are.
fn whole(rules: &ResourceRules, columns: usize, documents: &[String]) -> Outcome {
    let shredder = shredder(rules, with_room(columns)).replacing();
    let shredded = taken(shredder, documents).finish().expect("finish");
    let mut store = Store::default();
    store.apply(&shredded);
    let schema = shredded.tables.into_iter().map(|table| table.table).collect();
    Outcome::new(schema, store, shredded.repeated)
}

/// The documents surveyed and then shredded in batches that end at `cuts`.
fn in_batches(rules: &ResourceRules, columns: usize, documents: &[String], cuts: &[usize]) -> Outcome {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (documents.len() + 1)).collect();
    cuts.extend([0, documents.len()]);
    cuts.sort_unstable();
    let batches: Vec<&[String]> =
        cuts.windows(2).map(|pair| &documents[pair[0]..pair[1]]).filter(|batch| !batch.is_empty()).collect();
    let mut survey = Survey::default();
    let mut met: HashMap<Identity, u64> = HashMap::new();
    for batch in batches.iter().rev() {
        let surveyed = taken(shredder(rules, with_room(columns)), batch).survey();
        survey.merge(surveyed.survey);
        surveyed.identities.into_iter().for_each(|identity| *met.entry(identity).or_default() += 1);
    }
    let schema = survey.settle(shredder(rules, with_room(columns))).expect("settle");
    let mut memory = with_room(columns);
    schema.iter().for_each(|table| memory.remember_table(table));
    let again = met.into_iter().filter(|(_, count)| *count > 1).map(|(identity, _)| identity);
    let repeats = Arc::new(Repeats::new(again));
    let mut store = Store::default();
    schema.iter().for_each(|table| {
        store.tables.insert(table.name.clone(), (table.clone(), BTreeMap::new()));
    });
    let mut repeated = Vec::new();
    for batch in batches {
        let shredder = shredder(rules, memory.clone()).sharing(repeats.clone());
        let shredded = taken(shredder, batch).finish().expect("finish");
        for ShreddedTable { table, .. } in &shredded.tables {
            let settled = schema.iter().find(|settled| settled.path == table.path);
            assert_eq!(Some(table), settled, "a batch brings nothing that the survey did not see");
        }
        store.apply(&shredded);
        repeated.extend(shredded.repeated);
    }
    Outcome::new(schema, store, repeated)
}

/// How many columns tables have room for: all, or few.
fn room() -> impl Strategy<Value = usize> {
    prop_oneof![Just(usize::MAX), 0_usize..24]
}

#[test]
fn a_load_in_batches_ends_as_one_shredder_over_everything_does() {
    for (name, text) in LOSSLESS {
        let rules = rules(text);
        let keys = vec(select(&KEYS[..]), 8);
        // Each document may come again as it is, and several may have one key.
        let cuts = vec(0_usize..12, 0..4);
        let strategy = (generated(1..8), vec(0_usize..8, 0..4), keys, cuts, any::<bool>(), room());
        check(name, 200, &strategy, |(mut documents, again, keys, cuts, is_keyed, columns)| {
            for (place, document) in documents.iter_mut().enumerate().filter(|_| is_keyed) {
                *document =
                    document.replacen(&format!("\"id\":\"r{place}\""), &format!("\"id\":{}", keys[place]), 1);
            }
            let copies: Vec<String> =
                again.iter().map(|place| documents[place % documents.len()].clone()).collect();
            documents.extend(copies);
            prop_assert_eq!(
                whole(&rules, columns, &documents),
                in_batches(&rules, columns, &documents, &cuts)
            );
            Ok(())
        });
    }
}

#[test]
fn neither_order_nor_size_of_batches_decides_anything() {
    for (name, text) in LOSSLESS {
        let rules = rules(text);
        let shuffled = generated(2..7)
            .prop_flat_map(|documents| (Just(documents.clone()), Just(documents).prop_shuffle()));
        let strategy = (shuffled, vec(0_usize..8, 0..4), room());
        check(name, 100, &strategy, |((documents, shuffled), cuts, columns)| {
            let batches = in_batches(&rules, columns, &shuffled, &cuts);
            prop_assert_eq!(whole(&rules, columns, &documents), batches);
            Ok(())
        });
    }
}

#[test]
fn batches_decide_nothing_under_generated_rules_either() {
    let strategy = (rule_sets(), generated(1..7), vec(0_usize..8, 0..4), room());
    check("generated rules", 1_500, &strategy, |((text, rules), documents, cuts, columns)| {
        let batches = in_batches(&rules, columns, &documents, &cuts);
        prop_assert_eq!(whole(&rules, columns, &documents), batches, "{}", text);
        Ok(())
    });
}

#[test]
fn a_key_of_mixed_kinds_stays_one_text_column_in_a_later_load() {
    let rules = rules("key = [\"id\"]");
    let first = ["{\"id\": \"a\"}".to_owned(), "{\"id\": true}".to_owned()];
    let shredded = taken(shredder(&rules, Memory::default()), &first).finish().unwrap();
    let later = ["{\"id\": 1.0}".to_owned(), "{\"id\": false}".to_owned(), "{\"id\": \"a\"}".to_owned()];
    let later = taken(shredder(&rules, super::tables::memory(&shredded)), &later).finish().unwrap();
    let mut keys = super::tables::rows(&later.tables[0].rows, &["id"]);
    keys.sort_unstable();
    assert_eq!(keys, ["1", "a", "false"]);
}
