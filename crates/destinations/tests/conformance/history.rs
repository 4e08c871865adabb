//! Tables in which each version is a row.

use crate::bench::{Bench, child, counts, table};
use crate::client::Engine;
use arrow_array::RecordBatch;
use relatable_destinations::package::{Change, TableChange};
use relatable_destinations::{DestinationError, Live, Reading, Rows};
use relatable_model::logical::LogicalType;
use relatable_model::schema::{Table, View};
use relatable_model::write_mode::WriteMode;
use serde_json::{Value, json};
use std::ops::ControlFlow;

/// The columns of contacts that answers bring.
const CONTACT: [&str; 5] = ["id", "name", "last_seen_at", "_synced_at", "_deleted_at"];

/// Contacts and conversations with parts and attachments in this mode; `last_seen_at` makes no version.
pub(crate) fn tables(mode: WriteMode) -> Vec<Table> {
    let of_conversations = |mut table: Table| {
        table.resource = "conversations".to_owned();
        if table.parent.is_some() {
            table.columns.retain(|column| column.name != "_deleted_at");
        }
        table.in_mode(mode, &[])
    };
    let link = [("conversation_id", "id")];
    let parts = child("parts", &["id"], &["conversation_id", "body"], "conversations", &link);
    let link = [("part_id", "id")];
    let files = child("files", &["part_id", "position"], &["name"], "parts", &link);
    let mut contacts = table("contacts", &["id"], &["name", "last_seen_at"]);
    contacts.columns.push(crate::bench::column("updated_at", LogicalType::Timestamp));
    let mut conversations = table("conversations", &["id"], &["state"]);
    conversations.columns.push(crate::bench::column("part_count", LogicalType::Integer));
    let mut tables = vec![contacts.in_mode(mode, &["last_seen_at".to_owned()])];
    tables.extend([conversations, parts, files].map(of_conversations));
    tables
}

fn bench(engine: Engine) -> Bench {
    Bench::new(engine, tables(WriteMode::History))
}

/// A change of contacts: id, name, when last seen.
fn contacts(bench: &Bench, rows: &[(&str, &str, &str)]) -> TableChange {
    let rows: Vec<Value> =
        rows.iter().map(|(id, name, seen)| json!([id, name, seen, bench.seq * 1_000_000, null])).collect();
    bench.rows("contacts", &CONTACT, Value::from(rows))
}

/// What brings all parts of a conversation.
fn parts(bench: &Bench, conversation: &str, parts: &[(String, String)]) -> TableChange {
    let rows: Vec<Value> = parts.iter().map(|(id, body)| json!([id, conversation, body])).collect();
    let columns = ["id", "conversation_id", "body"];
    bench.replacing("parts", &columns, Value::from(rows), &["conversation_id"], json!([[conversation]]))
}

/// Parts by number and text.
fn numbered(texts: &[&str]) -> Vec<(String, String)> {
    texts.iter().enumerate().map(|(number, text)| (format!("p{number}"), (*text).to_owned())).collect()
}

/// Each version of a table in the order of their keys and beginnings: the columns, whether it is current, and whether its end
/// is the beginning of the next.
fn versions(bench: &Bench, table: &str, columns: &str) -> Vec<String> {
    bench.read(&format!(
        "SELECT {columns}, CASE WHEN _is_current THEN 'current' WHEN _valid_to > _valid_from THEN 'ended' ELSE 'wrong' END \
         FROM {table} ORDER BY {columns}, _valid_from"
    ))
}

/// Fails unless the intervals of each key of a table follow each other.
fn assert_intervals(bench: &Bench, table: &str) {
    let wrong = bench.read(&format!(
        "SELECT a.id FROM {table} AS a JOIN {table} AS b ON a.id = b.id AND a._valid_from < b._valid_from \
         WHERE a._valid_to IS NULL OR a._valid_to > b._valid_from \
         UNION ALL SELECT id FROM {table} WHERE _valid_to <= _valid_from \
         OR (_is_current AND _valid_to IS NOT NULL) OR (NOT _is_current AND _valid_to IS NULL) \
         UNION ALL SELECT id FROM {table} WHERE _is_current GROUP BY id HAVING count(*) > 1"
    ));
    assert_eq!(wrong, Vec::<String>::new(), "{table}");
}

pub(crate) fn a_version_opens_where_something_changed_and_nowhere_else(engine: Engine) {
    let mut bench = bench(engine);
    let receipt = bench.load(vec![contacts(&bench, &[("1", "a", "x"), ("2", "b", "x")])]);
    assert_eq!(receipt.tables["contacts"], counts(2, 0, 0));
    let receipt = bench.load(vec![contacts(&bench, &[("1", "a", "x"), ("2", "c", "x"), ("3", "d", "x")])]);
    assert_eq!(receipt.tables["contacts"], counts(1, 1, 0));
    assert_eq!(
        versions(&bench, "contacts", "id, name"),
        ["1|a|current", "2|b|ended", "2|c|current", "3|d|current"]
    );
    assert_intervals(&bench, "contacts");
    let moments = bench.read("SELECT count(DISTINCT _valid_from) FROM contacts WHERE id <> '1'");
    assert_eq!(moments, ["2"], "versions of one load begin together");
    let (count, keys) = (Rows { table: "contacts", within: None }, ["1", "2", "3"]);
    assert_eq!(bench.destination.count(&count).expect("a count"), 3);
    let listed = bench.destination.keys(&count, None, 10).expect("keys");
    assert_eq!(listed, keys.map(|key| vec![key.to_owned()]));
    let live = Live { table: "contacts", key: "id", after: "", count: 10, among: None, since: None };
    assert_eq!(bench.destination.live(&live).expect("keys"), keys);
}

pub(crate) fn a_replay_opens_no_version(engine: Engine) {
    let mut bench = bench(engine);
    let load = |bench: &mut Bench, name: &str, body: &str| {
        bench.load(vec![
            contacts(bench, &[("1", name, "x")]),
            bench.rows("conversations", &["id", "state", "_deleted_at"], json!([["c1", "open", null]])),
            parts(bench, "c1", &numbered(&["a", body])),
        ])
    };
    load(&mut bench, "a", "b");
    load(&mut bench, "b", "c");
    let before = bench.read("SELECT * FROM contacts ORDER BY id, _valid_from");
    let parts_before = bench.read("SELECT * FROM parts ORDER BY id, _valid_from");
    for _ in 0..2 {
        assert!(load(&mut bench, "b", "c").tables.is_empty());
        bench.seq -= 1;
    }
    assert_eq!(bench.read("SELECT * FROM contacts ORDER BY id, _valid_from"), before);
    assert_eq!(bench.read("SELECT * FROM parts ORDER BY id, _valid_from"), parts_before);
}

pub(crate) fn what_is_ignored_changes_the_current_version(engine: Engine) {
    let mut bench = bench(engine);
    bench.load(vec![contacts(&bench, &[("1", "a", "monday")])]);
    let began = bench.read("SELECT _valid_from FROM contacts");
    let receipt = bench.load(vec![contacts(&bench, &[("1", "a", "tuesday")])]);
    assert_eq!(receipt.tables["contacts"], counts(0, 1, 0));
    assert_eq!(versions(&bench, "contacts", "id, last_seen_at"), ["1|tuesday|current"]);
    assert_eq!(bench.read("SELECT _valid_from FROM contacts"), began);
    bench.load(vec![contacts(&bench, &[("1", "b", "friday")])]);
    assert_eq!(
        versions(&bench, "contacts", "id, name, last_seen_at"),
        ["1|a|tuesday|ended", "1|b|friday|current"]
    );
}

pub(crate) fn of_several_changes_in_a_load_one_version_comes(engine: Engine) {
    let mut bench = bench(engine);
    bench.load(vec![contacts(&bench, &[("1", "a", "x"), ("2", "a", "x")])]);
    // One that changes twice, one that is in the end as it was, one that is new and changes.
    let receipt = bench.load(vec![
        contacts(&bench, &[("1", "b", "x"), ("2", "b", "x"), ("3", "b", "x")]),
        contacts(&bench, &[("1", "c", "x"), ("2", "a", "x"), ("3", "c", "x")]),
    ]);
    assert!(receipt.tables.contains_key("contacts"));
    let expected = ["1|a|ended", "1|c|current", "2|a|current", "3|c|current"];
    assert_eq!(versions(&bench, "contacts", "id, name"), expected);
    assert_intervals(&bench, "contacts");
}

pub(crate) fn what_a_change_lacks_is_taken_from_the_version_before(engine: Engine) {
    let mut bench = bench(engine);
    bench.load(vec![contacts(&bench, &[("1", "a", "x")])]);
    bench.load(vec![bench.rows("contacts", &["id", "name"], json!([["1", "b"], ["2", "n"]]))]);
    let expected = ["1|a|x|ended", "1|b|x|current", "2|n||current"];
    let found = versions(&bench, "contacts", "id, name, coalesce(last_seen_at, '')");
    assert_eq!(found, expected);
}

pub(crate) fn a_part_that_changes_is_one_new_row_of_five_hundred(engine: Engine) {
    let mut bench = bench(engine);
    let mut texts: Vec<(String, String)> =
        (0..500).map(|number| (format!("p{number:03}"), format!("text {number}"))).collect();
    let conversation = |bench: &Bench| {
        bench.rows("conversations", &["id", "state", "_deleted_at"], json!([["c1", "open", null]]))
    };
    bench.load(vec![conversation(&bench), parts(&bench, "c1", &texts)]);
    texts[250].1 = "other".to_owned();
    let receipt = bench.load(vec![conversation(&bench), parts(&bench, "c1", &texts)]);
    assert_eq!(receipt.tables["parts"], counts(0, 1, 0));
    assert!(!receipt.tables.contains_key("conversations"));
    assert_eq!(bench.read("SELECT count(*) FROM parts"), ["501"]);
    assert_eq!(bench.read("SELECT count(*) FROM parts WHERE _is_current"), ["500"]);
    assert_eq!(bench.read("SELECT id FROM parts WHERE NOT _is_current"), ["p250"]);
    assert_intervals(&bench, "parts");
}

pub(crate) fn what_a_replaced_list_lacks_is_closed_with_all_below_it(engine: Engine) {
    let mut bench = bench(engine);
    let files = |bench: &Bench| {
        bench.rows(
            "files",
            &["part_id", "position", "name"],
            json!([["p0", "0", "x"], ["p1", "0", "y"], ["p1", "1", "z"]]),
        )
    };
    bench.load(vec![
        bench.rows("conversations", &["id", "state", "_deleted_at"], json!([["c1", "open", null]])),
        parts(&bench, "c1", &numbered(&["a", "b"])),
        files(&bench),
    ]);
    let receipt = bench.load(vec![parts(&bench, "c1", &numbered(&["a"]))]);
    assert_eq!((receipt.tables["parts"], receipt.tables["files"]), (counts(0, 0, 1), counts(0, 0, 2)));
    assert_eq!(versions(&bench, "parts", "id"), ["p0|current", "p1|ended"]);
    assert_eq!(versions(&bench, "files", "part_id, position"), ["p0|0|current", "p1|0|ended", "p1|1|ended"]);
    // What hangs on a part that ended has no parent.
    let receipt = bench.load(vec![files(&bench)]);
    assert_eq!(receipt.orphans, 2);
    // It comes again, and with it what it had, in intervals of their own.
    bench.load(vec![parts(&bench, "c1", &numbered(&["a", "b"])), files(&bench)]);
    assert_eq!(versions(&bench, "parts", "id"), ["p0|current", "p1|ended", "p1|current"]);
    assert_eq!(bench.read("SELECT count(*) FROM files WHERE _is_current"), ["3"]);
    assert_intervals(&bench, "parts");
    // Taken away and brought again in one load, it never went.
    let before = bench.read("SELECT * FROM parts ORDER BY id, _valid_from");
    bench.load(vec![
        parts(&bench, "c1", &numbered(&["a"])),
        parts(&bench, "c1", &numbered(&["a", "b"])),
        files(&bench),
    ]);
    assert_eq!(bench.read("SELECT * FROM parts ORDER BY id, _valid_from"), before);
    assert_eq!(bench.read("SELECT count(*) FROM files"), ["5"]);
}

pub(crate) fn a_deletion_closes_and_a_revival_opens(engine: Engine) {
    let mut bench = bench(engine);
    let columns = ["id", "updated_at", "_deleted_at"];
    let row = |bench: &Bench, id: &str| bench.rows("contacts", &columns, json!([[id, 5, null]]));
    let gone = |bench: &Bench, id: &str, at: i64| {
        bench.deleting("contacts", &["id", "_deleted_at"], json!([[id, at]]))
    };
    bench.load(vec![row(&bench, "1"), row(&bench, "2")]);
    let receipt = bench.load(vec![gone(&bench, "1", 7)]);
    assert_eq!(receipt.tables["contacts"], counts(0, 0, 1));
    assert!(bench.load(vec![gone(&bench, "1", 8)]).tables.is_empty(), "marked once");
    assert_eq!(versions(&bench, "contacts", "id"), ["1|ended", "2|current"]);
    let known = |bench: &mut Bench| {
        let keys = ["1".to_owned(), "2".to_owned()];
        let known = bench.destination.versions("contacts", "id", "updated_at", &keys).expect("versions");
        [known["1"], known["2"]]
    };
    assert_eq!(known(&mut bench), [7, 5]);
    // An answer that says nothing of deletion revives nothing.
    bench.load(vec![bench.rows("contacts", &["id", "name"], json!([["1", "n"]]))]);
    assert_eq!(versions(&bench, "contacts", "id, coalesce(name, '')"), ["1|n|ended", "2||current"]);
    assert_eq!(bench.destination.count(&Rows { table: "contacts", within: None }).expect("a count"), 1);
    bench.load(vec![row(&bench, "1")]);
    assert_eq!(
        versions(&bench, "contacts", "id, coalesce(name, '')"),
        ["1|n|ended", "1|n|current", "2||current"]
    );
    assert_eq!(known(&mut bench), [5, 5]);
    // One that comes and goes in one load has an interval all the same.
    bench.load(vec![row(&bench, "3"), gone(&bench, "3", 9), gone(&bench, "1", 9)]);
    let found = versions(&bench, "contacts", "id");
    assert_eq!(found, ["1|ended", "1|ended", "2|current", "3|ended"]);
    assert_intervals(&bench, "contacts");
    let keys = bench.read("SELECT id FROM contacts WHERE _is_current");
    assert_eq!(keys, ["2"]);
}

pub(crate) fn one_current_row_per_key_is_guaranteed(engine: Engine) {
    let mut bench = bench(engine);
    bench.load(vec![contacts(&bench, &[("1", "a", "x")])]);
    let moment = engine.of("'2001'", "TIMESTAMP '2001-01-01'", "TIMESTAMP '2001-01-01'");
    let copy = format!(
        "INSERT INTO contacts (id, name, _valid_from, _is_current) SELECT id, 'twice', {moment}, true FROM contacts"
    );
    if engine.of(true, false, true) {
        let refused = std::panic::catch_unwind(|| engine.run(&bench.path, &copy));
        assert!(refused.is_err(), "the database takes a second current row");
        assert_eq!(versions(&bench, "contacts", "id"), ["1|current"]);
    } else {
        engine.run(&bench.path, &copy);
        let error = bench.try_load(vec![contacts(&bench, &[("1", "c", "x")])]).expect_err("two current rows");
        assert!(matches!(error, DestinationError::KeyRepeated { .. }), "{error:?}");
    }
}

pub(crate) fn distinct_rows_into_empty_tables_are_versions(engine: Engine) {
    let mut bench = bench(engine);
    bench.seq = 1;
    let rows = json!([["1", "a", "x", 0, null], ["2", "b", "x", 0, 5_000_000]]);
    let changes = vec![
        Ok(Change::Distinct(bench.rows("contacts", &CONTACT, rows))),
        Ok(Change::Distinct(bench.rows("conversations", &["id", "state"], json!([["c1", "open"]])))),
        Ok(Change::Distinct(TableChange {
            replaced: Vec::new(),
            ..parts(&bench, "c1", &numbered(&["a", "b"]))
        })),
        Ok(Change::Table(contacts(&bench, &[("1", "c", "x")]))),
    ];
    bench.load_produced(&mut changes.into_iter()).expect("loads");
    assert_eq!(versions(&bench, "contacts", "id, name"), ["1|c|current", "2|b|ended"]);
    assert_eq!(versions(&bench, "parts", "id, body"), ["p0|a|current", "p1|b|current"]);
    assert_intervals(&bench, "contacts");
    bench.load(vec![contacts(&bench, &[("1", "d", "x"), ("2", "b", "x")])]);
    assert_eq!(
        versions(&bench, "contacts", "id, name"),
        ["1|c|ended", "1|d|current", "2|b|ended", "2|b|current"]
    );
}

pub(crate) fn versions_follow_each_other_whatever_the_clock_does(engine: Engine) {
    let mut bench = bench(engine);
    for name in ["a", "b", "c"] {
        bench.load(vec![contacts(&bench, &[("1", name, "x")])]);
        // As if no time had passed, or some had come back.
        bench.seq = if name == "b" { -5 } else { 0 };
    }
    assert_eq!(versions(&bench, "contacts", "id, name"), ["1|a|ended", "1|b|ended", "1|c|current"]);
    assert_intervals(&bench, "contacts");
}

pub(crate) fn a_column_that_comes_later_makes_versions_where_it_has_a_value(engine: Engine) {
    let mut bench = bench(engine);
    bench.load(vec![contacts(&bench, &[("1", "a", "x"), ("2", "b", "x")])]);
    bench.table("contacts").columns.push(crate::bench::column("plan", LogicalType::Json));
    let columns = ["id", "plan", "_deleted_at"];
    let rows = json!([["1", "{\"paid\": 1}", null], ["2", null, null]]);
    let receipt = bench.load(vec![bench.rows("contacts", &columns, rows.clone())]);
    assert_eq!(receipt.tables["contacts"], counts(0, 1, 0));
    assert!(bench.load(vec![bench.rows("contacts", &columns, rows)]).tables.is_empty());
    assert_eq!(versions(&bench, "contacts", "id, name"), ["1|a|ended", "1|a|current", "2|b|current"]);
    assert_eq!(bench.read("SELECT id FROM contacts WHERE plan IS NOT NULL AND _is_current"), ["1"]);
}

pub(crate) fn records_are_read_as_they_are_now(engine: Engine) {
    let mut bench = bench(engine);
    let load = |bench: &mut Bench, count: i64, texts: &[&str]| {
        let columns = ["id", "part_count", "_deleted_at"];
        bench.load(vec![
            bench.rows("conversations", &columns, json!([["c1", count, null], ["c2", 0, null]])),
            parts(bench, "c1", &numbered(texts)),
        ]);
    };
    load(&mut bench, 3, &["a", "b", "c"]);
    load(&mut bench, 2, &["a", "x"]);
    bench.load(vec![bench.deleting("conversations", &["id", "_deleted_at"], json!([["c2", 5]]))]);
    let mut read = |with_deleted: bool| {
        let mut sizes = Vec::new();
        let reading = Reading { resource: "conversations", with_deleted, only: None };
        let mut take = |group: &[(&Table, RecordBatch)]| {
            sizes.extend(group.iter().map(|(table, rows)| (table.name.clone(), rows.num_rows())));
            ControlFlow::Continue(())
        };
        bench.destination.read(&reading, &mut take).expect("reads");
        sizes.into_iter().map(|(name, rows)| format!("{name} {rows}")).collect::<Vec<_>>()
    };
    assert_eq!(read(true), ["conversations 2", "parts 2", "files 0"]);
    assert_eq!(read(false), ["conversations 1", "parts 2", "files 0"]);
    assert!(bench.destination.uneven("conversations", "part_count", "parts").expect("counts").is_empty());
    let tables = bench.destination.tables().expect("tables");
    assert!(tables.iter().all(|table| table.mode == WriteMode::History), "{tables:?}");
}

pub(crate) fn views_show_what_is_current(engine: Engine) {
    let mut bench = bench(engine);
    let view = View { name: "named_n".to_owned(), column: "name".to_owned(), equals: "n".to_owned() };
    bench.table("contacts").views.push(view);
    bench.load(vec![contacts(&bench, &[("1", "n", "x"), ("2", "n", "x"), ("3", "n", "x")])]);
    bench.load(vec![
        contacts(&bench, &[("2", "m", "x")]),
        bench.deleting("contacts", &["id", "_deleted_at"], json!([["3", 5]])),
    ]);
    assert_eq!(bench.read("SELECT id FROM named_n"), ["1"]);
}

pub(crate) fn another_mode_than_the_tables_have_is_refused(engine: Engine) {
    let mut bench = Bench::new(engine, tables(WriteMode::Upsert));
    bench.load(vec![contacts(&bench, &[("1", "a", "x")])]);
    for mode in [WriteMode::History, WriteMode::Append, WriteMode::Mirror] {
        let error = bench.destination.check(&tables(mode)).expect_err("another mode");
        assert!(error.to_string().contains("`relatable remodel`"), "{error}");
        assert!(matches!(error, DestinationError::Mismatch { .. }), "{error:?}");
    }
    bench.destination.check(&bench.tables).expect("the same mode");
    // In the load that makes tables anew they may have another one.
    let upsert = std::mem::replace(&mut bench.tables, tables(WriteMode::History));
    let resources: Vec<String> = ["contacts", "conversations"].map(str::to_owned).to_vec();
    bench.seq += 1;
    bench.retired = Some((resources, None));
    bench.load(vec![contacts(&bench, &[("1", "a", "x")])]);
    bench.retired = None;
    assert_eq!(versions(&bench, "contacts", "id"), ["1|current"]);
    bench.destination.check(&upsert).expect_err("another mode");
}
