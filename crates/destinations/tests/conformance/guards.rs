//! What is refused before anything is written.

use crate::bench::{Bench, child, column, position, table};
use crate::client::Engine;
use relatable_destinations::DestinationError;
use relatable_destinations::package::Package;
use relatable_model::logical::LogicalType;
use relatable_model::schema::View;
use serde_json::json;

/// The names of everything there is.
fn relations(bench: &Bench) -> Vec<String> {
    bench.read(bench.engine.of(
        "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name",
        "SELECT table_name FROM information_schema.tables ORDER BY table_name",
        bench.engine.of_server(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY table_name",
            "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name",
        ),
    ))
}

/// A claimed destination in which somebody made something first.
fn with_foreign(engine: Engine, sql: &str) -> Bench {
    let mut bench =
        Bench::unclaimed(engine, vec![table("aaa", &["id"], &[]), table("contacts", &["id"], &["role"])]);
    engine.run(&bench.path, sql);
    bench.destination.claim("w1", "j1").expect("claim");
    bench
}

pub(crate) fn a_foreign_table_is_refused_before_anything_is_written(engine: Engine) {
    for (sql, expected) in [
        ("CREATE TABLE Contacts (id TEXT, mine TEXT)", "table"),
        ("CREATE VIEW contacts AS SELECT 1 AS id", "view"),
    ] {
        let mut bench = with_foreign(engine, sql);
        let before = relations(&bench);
        let error = bench.try_load(vec![bench.rows("aaa", &["id"], json!([["1"]]))]).expect_err("foreign");
        assert!(
            matches!(&error, DestinationError::Foreign { kind, name, .. } if *kind == expected && name == "contacts"),
            "{error:?}"
        );
        assert_eq!(relations(&bench), before);
        assert_eq!(bench.destination.checkpoint().expect("checkpoint").expect("claimed").seq, 0);
    }
}

pub(crate) fn a_foreign_view_is_refused(engine: Engine) {
    for (sql, expected) in
        [("CREATE VIEW users AS SELECT 1 AS id", "view"), ("CREATE TABLE users (id TEXT)", "table")]
    {
        let mut bench = with_foreign(engine, sql);
        bench.table("contacts").views =
            vec![View { name: "users".to_owned(), column: "role".to_owned(), equals: "user".to_owned() }];
        let error = bench.try_load(vec![]).expect_err("foreign");
        assert!(matches!(&error, DestinationError::Foreign { kind, .. } if *kind == expected), "{error:?}");
    }
}

pub(crate) fn a_foreign_column_is_refused(engine: Engine) {
    let mut bench = with_foreign(engine, "CREATE TABLE other (x INTEGER)");
    bench.load(vec![]);
    engine.run(&bench.path, "ALTER TABLE contacts ADD COLUMN mine INTEGER");
    bench.load(vec![bench.rows("contacts", &["id"], json!([["1"]]))]);
    bench.table("contacts").columns.push(column("Mine", LogicalType::Text));
    let error = bench.try_load(vec![]).expect_err("foreign");
    assert!(matches!(&error, DestinationError::Mismatch { .. }), "{error:?}");
}

pub(crate) fn another_type_or_key_is_refused(engine: Engine) {
    let tags = child("tags", &["contact_id", "id"], &["name"], "contacts", &[("contact_id", "id")]);
    let tables = vec![table("contacts", &["id"], &["role"]), tags];
    let alter: [fn(&mut Bench); 6] = [
        |bench| bench.table("contacts").columns[1].logical = LogicalType::Integer,
        |bench| bench.table("contacts").key = vec!["role".to_owned()],
        |bench| bench.table("tags").parent = None,
        |bench| bench.table("contacts").key.clear(),
        |bench| {
            let view = View { name: "v".into(), column: "none".into(), equals: "x".into() };
            bench.table("contacts").views.push(view);
        },
        |bench| bench.tables.push(child("lost", &["id"], &[], "nowhere", &[("id", "id")])),
    ];
    for (number, alter) in alter.into_iter().enumerate() {
        let mut bench = Bench::new(engine, tables.clone());
        bench.load(vec![]);
        let before = relations(&bench);
        bench.tables.insert(0, table("aaa", &["id"], &[]));
        alter(&mut bench);
        let error = bench.try_load(vec![]).expect_err("a mismatch");
        assert!(matches!(&error, DestinationError::Mismatch { .. }), "{number}: {error:?}");
        assert_eq!(relations(&bench), before, "{number}");
    }
}

pub(crate) fn rows_that_do_not_fit_are_refused(engine: Engine) {
    let tags = child("tags", &["id"], &["contact_id"], "contacts", &[("contact_id", "id")]);
    let mut bench = Bench::new(engine, vec![table("contacts", &["id"], &["role"]), tags]);
    bench.load(vec![]);
    let mut undeclared = bench.rows("contacts", &["id", "role"], json!([["1", "x"]]));
    undeclared.table = "strangers".to_owned();
    let mut other_columns = bench.rows("contacts", &["id", "role"], json!([["1", "x"]]));
    other_columns.table = "tags".to_owned();
    let keyless = bench.rows("contacts", &["role"], json!([["x"]]));
    let unlinked = bench.rows("tags", &["id"], json!([["x"]]));
    let unscoped = bench.replacing("tags", &["id", "contact_id"], json!([]), &["id"], json!([["1"]]));
    let mut nameless = unscoped.clone();
    nameless.replaced[0].columns.clear();
    let mut lacking = unscoped;
    lacking.replaced[0].columns = vec!["contact_id".to_owned()];
    for change in [undeclared, other_columns, keyless, unlinked, nameless, lacking] {
        let error = bench.try_load(vec![change.clone()]).expect_err("a mismatch");
        assert!(matches!(&error, DestinationError::Mismatch { .. }), "{change:?}: {error:?}");
    }
    let null_key = bench.rows("contacts", &["id", "role"], json!([[null, "secret"]]));
    let error = bench.try_load(vec![null_key]).expect_err("a null key");
    let cause = std::error::Error::source(&error).expect("a cause").to_string();
    assert!(!cause.contains("secret"), "{cause}");
}

pub(crate) fn another_workspace_is_refused(engine: Engine) {
    let mut bench = Bench::new(engine, vec![table("contacts", &["id"], &[])]);
    bench.load(vec![bench.rows("contacts", &["id"], json!([["1"]]))]);
    bench.destination = bench.another();
    let untouched = place(&bench);
    let error = bench.another().claim("w2", "j1").expect_err("another workspace");
    assert!(
        matches!(&error, DestinationError::OtherWorkspace { stored, asked, .. } if stored == "w1" && asked == "w2"),
        "{error:?}"
    );
    assert!(place(&bench) == untouched, "something was written");
    bench.destination.claim("w1", "j1").expect("claim");
    let before = bench.read("SELECT * FROM _relatable_checkpoint");
    let checkpoint = position("w2", "j1", 9);
    let package = Package {
        models: &[],
        retired: None,
        tables: &bench.tables,
        issues: &[],
        checkpoint: &checkpoint,
        loaded_at_us: 0,
    };
    let error = bench.destination.load(&package, &mut std::iter::empty()).expect_err("another workspace");
    assert!(matches!(&error, DestinationError::OtherWorkspace { .. }), "{error:?}");
    assert_eq!(bench.read("SELECT * FROM _relatable_checkpoint"), before);
}

pub(crate) fn a_newer_format_is_refused(engine: Engine) {
    let mut bench = Bench::new(engine, vec![]);
    engine.run(&bench.path, "UPDATE _relatable_checkpoint SET \"format\" = 99");
    let mut other = bench.another();
    for error in [
        other.claim("w1", "j1").expect_err("newer"),
        other.checkpoint().expect_err("newer"),
        other.remembered().expect_err("newer"),
        bench.try_load(vec![]).expect_err("newer"),
    ] {
        assert!(matches!(&error, DestinationError::NewerFormat { stored: 99, known: 4, .. }), "{error:?}");
    }
}

pub(crate) fn a_later_claim_fences_this_one(engine: Engine) {
    let mut bench = Bench::new(engine, vec![table("contacts", &["id"], &[])]);
    let mut other = bench.another();
    other.claim("w1", "j1").expect("claim");
    let changes = vec![bench.rows("contacts", &["id"], json!([["1"]]))];
    let error = bench.try_load(changes.clone()).expect_err("fenced");
    assert!(matches!(&error, DestinationError::Fenced { .. }), "{error:?}");
    assert!(!relations(&bench).contains(&"contacts".to_owned()));
    bench.destination = other;
    bench.load(changes);
    assert_eq!(bench.read("SELECT id FROM contacts"), ["1"]);
}

pub(crate) fn loading_needs_a_claim(engine: Engine) {
    let mut bench = Bench::new(engine, vec![]);
    bench.destination = bench.another();
    let error = bench.try_load(vec![]).expect_err("not claimed");
    assert!(matches!(&error, DestinationError::NotClaimed { .. }), "{error:?}");
}

pub(crate) fn another_journal_keeps_the_position_until_the_first_load(engine: Engine) {
    let mut bench = Bench::new(engine, vec![]);
    bench.load(vec![]);
    assert_eq!(bench.destination.claim("w1", "j2").expect("claim"), position("w1", "j1", 1));
    assert_eq!(bench.destination.checkpoint().expect("checkpoint"), Some(position("w1", "j1", 1)));
    let checkpoint = position("w1", "j2", 4);
    let package = Package {
        models: &[],
        retired: None,
        tables: &[],
        issues: &[],
        checkpoint: &checkpoint,
        loaded_at_us: 0,
    };
    bench.destination.load(&package, &mut std::iter::empty()).expect("load");
    assert_eq!(bench.destination.checkpoint().expect("checkpoint"), Some(checkpoint));
    let sql = "SELECT from_seq, to_seq FROM _relatable_loads ORDER BY id";
    assert_eq!(bench.read(sql), ["0|1", "0|4"]);
}

pub(crate) fn a_query_cannot_write(engine: Engine) {
    let mut bench = Bench::new(engine, vec![table("contacts", &["id"], &[])]);
    bench.load(vec![bench.rows("contacts", &["id"], json!([["1"]]))]);
    for sql in ["DELETE FROM contacts", "DELETE FROM contacts RETURNING id", "DROP TABLE contacts"] {
        bench.destination.query(sql).expect_err(sql);
    }
    assert_eq!(bench.read("SELECT id FROM contacts"), ["1"]);
}

/// The bytes of the database's file, and the names of all that lies beside it; of a server, the names of what there is.
fn place(bench: &Bench) -> (Vec<u8>, Vec<std::ffi::OsString>) {
    if bench.engine.of(false, false, true) {
        return (Vec::new(), relations(bench).into_iter().map(Into::into).collect());
    }
    let folder = bench.path.parent().expect("a folder");
    let entries = std::fs::read_dir(folder).expect("the folder");
    let mut names: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name()).collect();
    names.sort_unstable();
    (std::fs::read(&bench.path).unwrap_or_default(), names)
}

pub(crate) fn what_stands_against_tables_is_found_without_writing(engine: Engine) {
    let view = View { name: "users".to_owned(), column: "role".to_owned(), equals: "user".to_owned() };
    let mut contacts = table("contacts", &["id"], &["role"]);
    contacts.views.push(view);
    let tables = vec![table("aaa", &["id"], &[]), contacts];
    for (sql, kind, name) in [
        ("CREATE TABLE Contacts (id TEXT, mine TEXT)", "table", "contacts"),
        ("CREATE VIEW contacts AS SELECT 1 AS id", "view", "contacts"),
        ("CREATE VIEW Users AS SELECT 1 AS id", "view", "users"),
        ("CREATE TABLE users (id TEXT)", "table", "users"),
        ("CREATE TABLE _relatable_LOADS (id TEXT)", "table", "_relatable_loads"),
    ] {
        let mut bench = Bench::unclaimed(engine, tables.clone());
        engine.run(&bench.path, sql);
        let before = place(&bench);
        let error = bench.destination.check(&tables).expect_err(sql);
        assert!(
            matches!(&error, DestinationError::Foreign { kind: found, name: named, .. } if *found == kind && named == name),
            "{sql}: {error:?}"
        );
        bench.destination = bench.another();
        assert!(place(&bench) == before, "{sql}: something was written");
    }
}

pub(crate) fn a_check_finds_nothing_against_a_fresh_place_or_our_own_tables(engine: Engine) {
    let tables = vec![table("contacts", &["id"], &["role"])];
    let mut bench = Bench::unclaimed(engine, tables.clone());
    assert_eq!(bench.destination.check(&tables).expect("fresh"), None);
    assert!(place(&bench).1.is_empty(), "a check leaves nothing behind");
    bench.destination.claim("w1", "j1").expect("claim");
    bench.load(vec![bench.rows("contacts", &["id"], json!([["1"]]))]);
    bench.destination = bench.another();
    let before = place(&bench);
    assert_eq!(bench.destination.check(&tables).expect("ours"), Some(position("w1", "j1", 1)));
    bench.destination = bench.another();
    assert!(place(&bench) == before);
}

pub(crate) fn a_table_of_another_resource_is_refused(engine: Engine) {
    let view = View { name: "users".to_owned(), column: "role".to_owned(), equals: "user".to_owned() };
    let mut contacts = table("contacts", &["id"], &["role"]);
    contacts.views.push(view);
    let mut bench = Bench::new(engine, vec![contacts]);
    bench.load(vec![bench.rows("contacts", &["id", "role"], json!([["1", "user"]]))]);
    bench.destination = bench.another();
    bench.destination.claim("w1", "j1").expect("claim");
    for name in ["contacts", "Contacts", "users", "USERS"] {
        let mut other = table(name, &["id"], &["role"]);
        other.resource = "file:contacts".to_owned();
        bench.tables = vec![other];
        let refused = [
            bench.destination.check(&bench.tables).expect_err(name),
            bench.try_load(vec![bench.rows(name, &["id", "role"], json!([["1", "x"]]))]).expect_err(name),
        ];
        for error in refused {
            assert!(
                matches!(&error, DestinationError::Owned { stored, asked, .. } if stored == "contacts" && asked == "file:contacts"),
                "{name}: {error:?}"
            );
        }
    }
    assert_eq!(bench.read("SELECT role FROM contacts"), ["user"]);
    assert_eq!(bench.read("SELECT to_seq FROM _relatable_loads"), ["1"]);
}

pub(crate) fn names_that_are_reserved_are_refused(engine: Engine) {
    let mut bench = Bench::new(engine, vec![]);
    for name in ["", "_relatable_x", "_RELATABLE_checkpoint"] {
        let error = bench.destination.check(&[table(name, &["id"], &[])]).expect_err(name);
        assert!(matches!(&error, DestinationError::ReservedName { .. }), "{name}: {error:?}");
    }
    for (name, is_reserved) in [
        ("sqlite_x", engine.of(true, false, false)),
        ("pg_x", engine.of(false, false, engine.of_server(true, false))),
    ] {
        let outcome = bench.destination.check(&[table(name, &["id"], &[])]);
        if is_reserved {
            assert!(matches!(&outcome, Err(DestinationError::ReservedName { .. })), "{outcome:?}");
        } else {
            outcome.expect("nothing is wrong with that name here");
        }
    }
}
