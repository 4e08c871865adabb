//! References between resources as foreign keys, and the stubs that stand for what is missing.

use crate::bench::{Bench, column, counts, table};
use crate::client::Engine;
use relatable_destinations::package::{Change, TableChange};
use relatable_destinations::{DestinationError, References};
use relatable_model::logical::LogicalType;
use relatable_model::schema::{Reference, ReferenceCondition, Table};
use relatable_model::write_mode::WriteMode;
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Lets a column of a table refer to another table.
pub(crate) fn refer(table: &mut Table, column: &str, target: &str) {
    let column = table.columns.iter_mut().find(|candidate| candidate.name == column).expect(column);
    column.references.push(Reference { table: target.to_owned(), when: None });
}

/// Contacts, each with an owner, who recommended it, and who made it, which is an admin or a team; and the admins.
pub(crate) fn tables(mode: WriteMode) -> Vec<Table> {
    let mut contacts =
        table("contacts", &["id"], &["name", "owner_id", "friend_id", "maker_id", "maker_type"]);
    contacts.columns.insert(1, column("updated_at", LogicalType::Timestamp));
    refer(&mut contacts, "owner_id", "admins");
    refer(&mut contacts, "friend_id", "contacts");
    let maker = contacts.columns.iter_mut().find(|column| column.name == "maker_id").expect("it");
    let when = ReferenceCondition { column: "maker_type".to_owned(), values: vec!["admin".to_owned()] };
    maker.references.push(Reference { table: "admins".to_owned(), when: Some(when) });
    let admins = Table { resource: "admins".to_owned(), ..table("admins", &["id"], &["name"]) };
    vec![contacts.in_mode(mode, &[]), admins.in_mode(mode, &[])]
}

/// An empty destination that enforces references between these tables.
pub(crate) fn enforcing(engine: Engine, tables: Vec<Table>) -> Bench {
    let mut bench = Bench::new(engine, tables);
    bench.destination.ask_references(References::Enforce);
    bench
}

/// Contacts: id, name, owner, friend.
pub(crate) fn contacts(bench: &Bench, rows: Value) -> TableChange {
    bench.rows("contacts", &["id", "name", "owner_id", "friend_id"], rows)
}

/// The rows of contacts or admins, each with whether it is a stub.
pub(crate) fn rows(bench: &Bench, table: &str) -> Vec<String> {
    let sql = "SELECT id, name, CASE WHEN _is_stub THEN 'stub' ELSE 'row' END FROM";
    bench.read(&format!("{sql} {table} ORDER BY id"))
}

/// Whether the database refuses statements.
fn refuses(bench: &Bench, sql: &str) -> bool {
    catch_unwind(AssertUnwindSafe(|| bench.engine.run(&bench.path, sql))).is_err()
}

pub(crate) fn what_is_missing_has_a_stub_until_it_comes(engine: Engine) {
    let mut bench = enforcing(engine, tables(WriteMode::Upsert));
    let first = json!([["1", "Ann", "a", "2"], ["2", "Bob", "a", "9"], ["3", "Cy", null, "3"]]);
    let receipt = bench.load(vec![contacts(&bench, first)]);
    assert_eq!(receipt.tables.len(), 1, "stubs are no rows");
    assert_eq!(receipt.tables["contacts"], counts(3, 0, 0));
    assert_eq!(rows(&bench, "contacts"), ["1|Ann|row", "2|Bob|row", "3|Cy|row", "9|∅|stub"]);
    assert_eq!(rows(&bench, "admins"), ["a|∅|stub"]);
    // A row that says nothing but its key takes the stub's place like any other, and is then left alone.
    let admin = |bench: &Bench| bench.rows("admins", &["id", "_synced_at"], json!([["a", 5]]));
    let changes = vec![admin(&bench), contacts(&bench, json!([["9", "Di", "b", null]]))];
    let receipt = bench.load(changes);
    assert_eq!((receipt.tables["admins"], receipt.tables["contacts"]), (counts(1, 0, 0), counts(1, 0, 0)));
    assert_eq!(rows(&bench, "admins"), ["a|∅|row", "b|∅|stub"]);
    assert_eq!(bench.read("SELECT id FROM admins WHERE _synced_at IS NULL"), ["b"]);
    let change = admin(&bench);
    assert!(bench.load(vec![change]).tables.is_empty());
    // A handle that does not ask goes on as the tables were made.
    bench.destination = bench.another();
    bench.destination.claim("w1", "j1").expect("claim");
    bench.load(vec![contacts(&bench, json!([["1", "Amy", "c", null]]))]);
    assert_eq!(rows(&bench, "admins"), ["a|∅|row", "b|∅|stub", "c|∅|stub"]);
    assert_eq!(bench.destination.references().expect("known"), References::Enforce);
    assert_eq!(bench.read("SELECT \"format\" FROM _relatable_checkpoint"), ["4"]);
}

pub(crate) fn distinct_rows_that_refer_to_each_other_are_loaded(engine: Engine) {
    let mut bench = enforcing(engine, tables(WriteMode::Upsert));
    let changes = [
        bench.rows("admins", &["id", "name"], json!([["a", "Ada"]])),
        contacts(&bench, json!([["1", "Ann", "a", "3"], ["2", "Bob", "b", "1"]])),
        bench.rows("admins", &["id", "name"], json!([["b", "Bo"], ["c", "Cid"]])),
        contacts(&bench, json!([["3", "Cy", "c", "2"], ["4", "Di", "d", "4"]])),
    ];
    bench.seq += 1;
    let receipt = bench.load_produced(&mut changes.into_iter().map(|change| Ok(Change::Distinct(change))));
    let receipt = receipt.expect("load");
    assert_eq!((receipt.tables["contacts"], receipt.tables["admins"]), (counts(4, 0, 0), counts(3, 0, 0)));
    assert_eq!(rows(&bench, "contacts"), ["1|Ann|row", "2|Bob|row", "3|Cy|row", "4|Di|row"]);
    assert_eq!(rows(&bench, "admins"), ["a|Ada|row", "b|Bo|row", "c|Cid|row", "d|∅|stub"]);
}

pub(crate) fn the_database_refuses_what_refers_to_nothing(engine: Engine) {
    let mut bench = enforcing(engine, tables(WriteMode::Upsert));
    bench.load(vec![contacts(&bench, json!([["1", "Ann", "a", "1"]]))]);
    let sql = "SELECT columns, enforced FROM _relatable_keys WHERE kind = 'reference' ORDER BY columns";
    let flag = |yes, no| {
        [format!("[\"friend_id\"]|{yes}"), format!("[\"maker_id\"]|{no}"), format!("[\"owner_id\"]|{yes}")]
    };
    let expected =
        engine.of(flag("1", "0"), flag("false", "false"), engine.of_server(flag("t", "f"), flag("1", "0")));
    assert_eq!(bench.read(sql), expected);
    let indexes = engine.of(
        Some("SELECT DISTINCT i.name FROM pragma_index_list('contacts') AS l, pragma_index_info(l.name) AS i \
              WHERE i.name LIKE '%r%_id' ORDER BY 1"),
        None,
        Some(engine.of_server(
            "SELECT DISTINCT a.attname FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid \
             AND a.attnum = ANY (i.indkey) WHERE i.indrelid = 'contacts'::regclass AND a.attname LIKE '%r%_id' ORDER BY 1",
            "SELECT DISTINCT column_name FROM information_schema.statistics WHERE table_schema = DATABASE() \
             AND table_name = 'contacts' AND column_name LIKE '%r%_id' ORDER BY 1",
        )),
    );
    let Some(indexes) = indexes else { return };
    assert_eq!(bench.read(indexes), ["friend_id", "owner_id"]);
    for sql in [
        "INSERT INTO contacts (id, owner_id) VALUES ('2', 'nobody')",
        "INSERT INTO contacts (id, friend_id) VALUES ('2', 'nobody')",
        "UPDATE contacts SET owner_id = 'nobody'",
        "DELETE FROM admins",
    ] {
        assert!(refuses(&bench, sql), "{sql}");
    }
    // What depends on more than the column is not looked at, and mere columns are none of ours.
    bench
        .engine
        .run(&bench.path, "INSERT INTO contacts (id, maker_id, maker_type) VALUES ('2', 'nobody', 'admin')");
    if engine.of(true, false, engine.of_server(true, false)) {
        let later = "BEGIN; INSERT INTO contacts (id, owner_id) VALUES ('3', 'z'); \
                     INSERT INTO admins (id) VALUES ('z'); COMMIT";
        bench.engine.run(&bench.path, later);
    }
}

pub(crate) fn what_comes_later_is_referred_to_as_well(engine: Engine) {
    let mut later = tables(WriteMode::Upsert);
    let admins = later.pop().expect("admins");
    let mut bench = enforcing(engine, later);
    bench.load(vec![contacts(&bench, json!([["1", "Ann", "a", null]]))]);
    // The table referred to, and two columns that refer to what is there by now.
    bench.tables.push(admins);
    bench
        .table("contacts")
        .columns
        .extend(["deputy_id", "parent_id"].map(|name| column(name, LogicalType::Text)));
    refer(bench.table("contacts"), "deputy_id", "admins");
    refer(bench.table("contacts"), "parent_id", "contacts");
    let columns = ["id", "owner_id", "deputy_id", "parent_id"];
    let change = bench.rows("contacts", &columns, json!([["2", "b", "c", "3"]]));
    bench.load(vec![change]);
    assert_eq!(rows(&bench, "admins"), ["b|∅|stub", "c|∅|stub"]);
    assert_eq!(rows(&bench, "contacts"), ["1|Ann|row", "2|∅|row", "3|∅|stub"]);
    // What the rules no longer say, the database still does.
    bench.table("contacts").columns.iter_mut().for_each(|column| column.references.clear());
    bench.load(Vec::new());
    if engine.of(true, false, true) {
        let change = bench.rows("contacts", &columns, json!([["4", "lost", "d", "5"]]));
        bench.load(vec![change]);
        assert_eq!(rows(&bench, "contacts")[3..], ["4|∅|row", "5|∅|stub"]);
        assert_eq!(rows(&bench, "admins"), ["b|∅|stub", "c|∅|stub", "d|∅|stub"]);
        assert!(refuses(&bench, "UPDATE contacts SET deputy_id = 'nobody'"));
        assert!(refuses(&bench, "UPDATE contacts SET parent_id = 'nobody'"));
    }
}

pub(crate) fn a_load_that_fails_leaves_no_reference(engine: Engine) {
    let mut bench = enforcing(engine, tables(WriteMode::Upsert));
    let fail = |bench: &mut Bench| {
        let changes =
            vec![Ok(contacts(bench, json!([["7", "x", "y", "z"]])).into()), Err("on purpose".into())];
        bench.load_produced(&mut changes.into_iter()).expect_err("the producer failed");
    };
    bench.seq = 1;
    fail(&mut bench);
    bench.load(vec![contacts(&bench, json!([["1", "Ann", "a", "1"]]))]);
    bench.table("contacts").columns.push(column("deputy_id", LogicalType::Text));
    refer(bench.table("contacts"), "deputy_id", "admins");
    bench.tables.push(table("tags", &["id"], &["contact_id"]));
    refer(bench.table("tags"), "contact_id", "contacts");
    fail(&mut bench);
    bench.load(vec![bench.rows("contacts", &["id", "deputy_id"], json!([["1", "b"]]))]);
    assert_eq!(rows(&bench, "admins"), ["a|∅|stub", "b|∅|stub"]);
    assert_eq!(rows(&bench, "contacts"), ["1|Ann|row"]);
}

pub(crate) fn tables_that_refer_to_each_other_are_made_anew_together(engine: Engine) {
    let mut bench = Bench::new(engine, tables(WriteMode::Upsert));
    bench.load(vec![contacts(&bench, json!([["1", "Ann", "a", "9"]]))]);
    // Of tables that are there nothing else can be asked.
    bench.destination.ask_references(References::Enforce);
    let error = bench.destination.check(&bench.tables).expect_err("made otherwise");
    assert!(
        matches!(&error, DestinationError::OtherReferences { stored: "declare", asked: "enforce", .. }),
        "{error:?}"
    );
    let error = bench.try_load(Vec::new()).expect_err("made otherwise");
    assert!(matches!(error, DestinationError::OtherReferences { .. }), "{error:?}");
    let both = || vec!["contacts".to_owned(), "admins".to_owned()];
    let change = |bench: &Bench| vec![contacts(bench, json!([["1", "Ann", "a", "9"]]))];
    for kept_as in [None, Some("__old".to_owned()), None] {
        bench.retired = Some((both(), kept_as));
        let changes = change(&bench);
        bench.load(changes);
        assert_eq!(rows(&bench, "contacts"), ["1|Ann|row", "9|∅|stub"]);
        assert_eq!(rows(&bench, "admins"), ["a|∅|stub"]);
    }
    if engine.of(true, false, true) {
        assert!(refuses(&bench, "UPDATE contacts SET owner_id = 'nobody'"));
        bench.retired = Some((vec!["admins".to_owned()], None));
        let error = bench.try_load(Vec::new()).expect_err("contacts refer to it");
        assert!(matches!(&error, DestinationError::Mismatch { table, .. } if table == "admins"), "{error:?}");
    }
    bench.destination.ask_references(References::Declare);
    bench.retired = Some((both(), None));
    let changes = change(&bench);
    bench.load(changes);
    assert_eq!(bench.read("SELECT id FROM contacts"), ["1"]);
    assert_eq!(bench.read("SELECT count(*) FROM admins"), ["0"]);
    bench.engine.run(&bench.path, "UPDATE contacts SET owner_id = 'nobody'");
    assert_eq!(bench.read("SELECT \"format\" FROM _relatable_checkpoint"), ["3"]);
}

pub(crate) fn what_somebody_dropped_is_mended_with_its_foreign_keys(engine: Engine) {
    let mut bench = enforcing(engine, tables(WriteMode::Upsert));
    bench.load(vec![contacts(&bench, json!([["1", "Ann", "a", "1"]]))]);
    for dropped in ["ALTER TABLE admins DROP COLUMN _is_stub", "DROP TABLE contacts"] {
        bench.engine.run(&bench.path, dropped);
        match bench.destination.check(&bench.tables) {
            Err(DestinationError::Drifted { mend, .. }) => bench.engine.run(&bench.path, &mend),
            checked => panic!("{dropped}: {checked:?}"),
        }
    }
    bench.load(vec![contacts(&bench, json!([["1", "Amy", "b", "2"]]))]);
    assert_eq!(rows(&bench, "contacts"), ["1|Amy|row", "2|∅|stub"]);
    assert_eq!(rows(&bench, "admins"), ["a|∅|stub", "b|∅|stub"]);
    if engine.of(true, false, true) {
        assert!(refuses(&bench, "UPDATE contacts SET owner_id = 'nobody'"));
        assert!(refuses(&bench, "UPDATE contacts SET friend_id = 'nobody'"));
    }
}

pub(crate) fn a_destination_without_settings_is_brought_up_to_date_by_a_claim(engine: Engine) {
    let mut bench = Bench::new(engine, tables(WriteMode::Upsert));
    bench.load(vec![contacts(&bench, json!([["1", "Ann", "a", "9"]]))]);
    engine.run(&bench.path, "DROP TABLE _relatable_settings");
    bench.destination = bench.another();
    assert_eq!(bench.destination.references().expect("known"), References::Declare);
    assert_eq!(bench.destination.tables().expect("tables").len(), 2);
    bench.destination.claim("w1", "j1").expect("claim");
    bench.load(vec![contacts(&bench, json!([["2", "Bob", "b", "9"]]))]);
    assert_eq!(bench.read("SELECT count(*) FROM _relatable_settings"), ["0"]);
    assert_eq!(bench.read("SELECT \"format\" FROM _relatable_checkpoint"), ["3"]);
}

pub(crate) fn no_reference_of_or_to_several_rows_of_a_record_is_enforced(engine: Engine) {
    let in_modes = |contacts, admins| {
        let mut tables = tables(WriteMode::Upsert);
        tables[0] = tables[0].clone().in_mode(contacts, &[]);
        tables[0]
            .columns
            .iter_mut()
            .filter(|column| column.name == "friend_id")
            .for_each(|it| it.references.clear());
        tables[1] = tables[1].clone().in_mode(admins, &[]);
        tables
    };
    use WriteMode::{Append, History, Mirror, Upsert};
    for (contacts, admins, refused) in [
        (History, Upsert, Some("contacts")),
        (Upsert, History, Some("admins")),
        (Upsert, Append, Some("admins")),
        (Append, Upsert, None),
        (Upsert, Mirror, None),
    ] {
        let mut bench = enforcing(engine, in_modes(contacts, admins));
        match (bench.destination.check(&bench.tables), refused) {
            (Ok(_), None) => {
                bench.load(vec![self::contacts(&bench, json!([["1", "Ann", "a", null]]))]);
                bench.load(vec![self::contacts(&bench, json!([["1", "Amy", "b", null]]))]);
                assert_eq!(rows(&bench, "admins"), ["a|∅|stub", "b|∅|stub"]);
            }
            (Err(DestinationError::Unenforceable { resource, .. }), Some(refused)) => {
                assert_eq!(resource, refused)
            }
            (checked, _) => panic!("{contacts:?} {admins:?}: {checked:?}"),
        }
    }
}
