//! What only a server has: users with rights, sorting by a language, connections that end.

use crate::bench::{Bench, child, counts, table};
use crate::client::{Engine, as_user, connect, schema};
use relatable_destinations::package::Change;
use relatable_destinations::{DestinationError, Live, open_waiting};
use relatable_model::schema::View;
use serde_json::json;
use std::path::Path;
use std::time::Duration;

/// The address of a bench's tables as another user.
fn uri_as(bench: &Bench, user: &str) -> String {
    as_user(&Engine::Postgres.uri(&bench.path), user)
}

/// The name of a user of this bench alone.
fn user(path: &Path) -> String {
    format!("user_{}", schema(path)).to_lowercase().replace('.', "_")
}

#[test]
fn a_user_who_may_only_create_in_one_schema_can_do_everything_a_sync_needs() {
    let mut tags = child("contact_tags", &["contact_id", "tag_id"], &[], "contacts", &[("contact_id", "id")]);
    tags.description = "Tags".to_owned();
    let mut bench = Bench::unclaimed(Engine::Postgres, vec![table("contacts", &["id"], &["name"]), tags]);
    let (user, schema) = (user(&bench.path), schema(&bench.path));
    let make = format!(
        "CREATE ROLE \"{user}\" LOGIN; CREATE SCHEMA IF NOT EXISTS \"{schema}\"; \
         GRANT USAGE, CREATE ON SCHEMA \"{schema}\" TO \"{user}\""
    );
    connect(&bench.path).batch_execute(&make).expect("a user");
    bench.destination = open_waiting(&uri_as(&bench, &user), Duration::from_secs(1)).expect("open");
    bench.destination.check(&bench.tables).expect("nothing stands against it");
    bench.destination.claim("w1", "j1").expect("claim");
    for name in ["Ann", "Bea"] {
        bench.load(vec![
            bench.rows("contacts", &["id", "name"], json!([["1", name]])),
            bench.replacing(
                "contact_tags",
                &["contact_id", "tag_id"],
                json!([["1", name]]),
                &["contact_id"],
                json!([["1"]]),
            ),
        ]);
    }
    assert_eq!(
        bench.read("SELECT name, tag_id FROM contacts JOIN contact_tags ON contact_id = id"),
        ["Bea|Bea"]
    );
}

#[test]
fn a_right_that_lacks_is_named_before_anything_is_written() {
    let bench = Bench::unclaimed(Engine::Postgres, vec![]);
    let (user, schema) = (user(&bench.path), schema(&bench.path));
    let mut admin = connect(&bench.path);
    admin.batch_execute(&format!("CREATE ROLE \"{user}\" LOGIN")).expect("a user");
    let refused = |words: &str| {
        let mut handle = open_waiting(&uri_as(&bench, &user), Duration::from_secs(1)).expect("open");
        for error in [handle.check(&[]).expect_err(words), handle.claim("w1", "j1").expect_err(words)] {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            assert!(matches!(&error, DestinationError::ReadOnly { .. }), "{error:?}");
            assert!(cause.contains(words) && cause.contains(&user), "{cause}");
        }
    };
    refused("the schema does not exist");
    admin.batch_execute(&format!("CREATE SCHEMA \"{schema}\"")).expect("a schema");
    refused("grant USAGE and CREATE on the schema");
}

#[test]
fn a_right_that_goes_in_the_middle_is_named_and_the_next_load_goes_on() {
    let mut bench = Bench::unclaimed(Engine::Postgres, vec![table("contacts", &["id"], &["name"])]);
    let (user, schema) = (user(&bench.path), schema(&bench.path));
    let mut admin = connect(&bench.path);
    let grant = format!("GRANT USAGE, CREATE ON SCHEMA \"{schema}\" TO \"{user}\"");
    let make = format!("CREATE ROLE \"{user}\" LOGIN; CREATE SCHEMA \"{schema}\"; {grant}");
    admin.batch_execute(&make).expect("a user");
    bench.destination = open_waiting(&uri_as(&bench, &user), Duration::from_secs(1)).expect("open");
    bench.destination.claim("w1", "j1").expect("claim");
    let change = |bench: &Bench, id: &str| bench.rows("contacts", &["id", "name"], json!([[id, "Ann"]]));
    bench.load(vec![change(&bench, "1")]);
    admin.batch_execute(&format!("REVOKE CREATE ON SCHEMA \"{schema}\" FROM \"{user}\"")).expect("revoked");
    bench.tables.push(table("tags", &["id"], &[]));
    let error = bench.try_load(vec![change(&bench, "2")]).expect_err("no right");
    assert!(matches!(&error, DestinationError::ReadOnly { .. }), "{error:?}");
    assert_eq!(bench.read("SELECT id FROM contacts"), ["1"]);
    admin.batch_execute(&grant).expect("granted");
    bench.load(vec![change(&bench, "2")]);
    assert_eq!(bench.read("SELECT id FROM contacts ORDER BY id"), ["1", "2"]);
}

#[test]
fn a_connection_that_the_server_ended_is_opened_anew_and_the_load_comes_once() {
    let mut bench = Bench::new(Engine::Postgres, vec![table("contacts", &["id"], &["name"])]);
    let end = |bench: &Bench| {
        // The connections of this bench's handle are those that did something to its schema last.
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() \
                   AND application_name = current_setting('search_path')";
        connect(&bench.path).batch_execute(sql).expect("ended");
        std::thread::sleep(Duration::from_millis(100));
    };
    let named = format!("{}&application_name=%22{}%22", bench.engine.uri(&bench.path), schema(&bench.path));
    bench.destination = open_waiting(&named, Duration::from_secs(1)).expect("open");
    bench.destination.claim("w1", "j1").expect("claim");
    let change = |bench: &Bench, id: &str| bench.rows("contacts", &["id", "name"], json!([[id, "Ann"]]));
    bench.load(vec![change(&bench, "1")]);
    end(&bench);
    bench.load(vec![change(&bench, "2")]);
    // In the middle of a load, nothing of it stays.
    let changes = vec![change(&bench, "3"), change(&bench, "4")];
    let place = bench.path.clone();
    let mut changes = changes.into_iter().map(|change| {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() \
                   AND application_name = current_setting('search_path')";
        connect(&place).batch_execute(sql).expect("ended");
        Ok(change.into())
    });
    bench.seq += 1;
    bench.load_produced(&mut changes).expect_err("the connection went");
    assert_eq!(bench.read("SELECT id FROM contacts ORDER BY id"), ["1", "2"]);
    let receipt = bench.load(vec![change(&bench, "3")]);
    assert_eq!(receipt.tables["contacts"], counts(1, 0, 0));
}

#[test]
fn keys_come_in_the_order_of_their_bytes_whatever_language_the_database_sorts_by() {
    let mut bench = Bench::new(Engine::Postgres, vec![table("contacts", &["id"], &["name"])]);
    let ids = ["Zoe", "a", "b", "ä", "B", "10", "9", "_"];
    let rows: Vec<_> = ids.iter().map(|id| json!([id, id])).collect();
    bench.load(vec![bench.rows("contacts", &["id", "name"], json!(rows))]);
    let mut sorted = ids.map(str::to_owned).to_vec();
    sorted.sort_unstable();
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let live = Live { table: "contacts", key: "id", after: &after, count: 3, among: None, since: None };
        let keys = bench.destination.live(&live).expect("live");
        let Some(last) = keys.last() else { break };
        after.clone_from(last);
        found.extend(keys);
    }
    assert_eq!(found, sorted);
}

#[test]
fn a_view_that_somebody_made_on_ours_does_not_keep_columns_from_coming() {
    let mut contacts = table("contacts", &["id"], &["role"]);
    contacts.views = vec![View { name: "users".to_owned(), column: "role".into(), equals: "user".into() }];
    let mut bench = Bench::new(Engine::Postgres, vec![contacts]);
    bench.load(vec![bench.rows("contacts", &["id", "role"], json!([["1", "user"]]))]);
    bench.engine.run(&bench.path, "CREATE VIEW mine AS SELECT id FROM users");
    bench
        .table("contacts")
        .columns
        .push(crate::bench::column("plan", relatable_model::logical::LogicalType::Text));
    bench.load(vec![bench.rows("contacts", &["id", "role", "plan"], json!([["2", "user", "pro"]]))]);
    assert_eq!(bench.read("SELECT id FROM mine ORDER BY id"), ["1", "2"]);
    assert_eq!(bench.read("SELECT plan FROM users ORDER BY id"), ["∅", "pro"]);
}

#[test]
fn a_password_is_in_no_message() {
    let uri = "postgres://somebody:hunter2@127.0.0.1:1/base";
    let mut handle = open_waiting(uri, Duration::from_secs(1)).expect("nothing is asked yet");
    let error = handle.checkpoint().expect_err("nobody listens there");
    let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    assert!(matches!(&error, DestinationError::Open { .. }), "{error:?}");
    for text in [error.to_string(), format!("{error:?}"), cause, handle.describe()] {
        assert!(!text.contains("hunter2"), "{text}");
    }
}

/// A text of so many bytes that does not get shorter by compression.
fn noise(bytes: usize) -> String {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(33 + ((state >> 40) % 90) as u8)
    };
    (0..bytes).map(|_| next()).collect()
}

#[test]
fn a_key_that_is_too_long_is_named_with_its_table_and_nothing_is_written() {
    let mut bench = Bench::new(Engine::Postgres, vec![table("contacts", &["id"], &["name"])]);
    let change = |bench: &Bench, id: &str| bench.rows("contacts", &["id", "name"], json!([[id, "Ann"]]));
    let refused = |outcome: Result<_, DestinationError>, bytes: usize| {
        let error = outcome.map(|_: relatable_destinations::package::Receipt| ()).expect_err("too long");
        assert!(matches!(&error, DestinationError::KeyTooLong { .. }), "{bytes} bytes: {error:?}");
        assert!(error.to_string().contains("table `contacts` has a key that is too long"), "{error}");
        assert!(!format!("{error:?}").contains(&noise(20)), "a value is in the message");
    };
    for bytes in [3_000, 9_000, 100_000] {
        // Where rows come first and the key is declared then, and where the key is there.
        let long = change(&bench, &noise(bytes));
        bench.seq += 1;
        refused(bench.load_produced(&mut std::iter::once(Ok(Change::Distinct(long.clone())))), bytes);
        refused(bench.try_load(vec![long]), bytes);
    }
    bench.load(vec![change(&bench, "1")]);
    let long = change(&bench, &noise(3_000));
    refused(bench.try_load(vec![long]), 3_000);
    // What compresses well has room, and so has any other text.
    bench.load(vec![change(&bench, &"x".repeat(3_000)), change(&bench, &noise(2_500))]);
    let rows = bench.rows("contacts", &["id", "name"], json!([["2", noise(100_000)]]));
    bench.load(vec![rows]);
    assert_eq!(bench.read("SELECT count(*) FROM contacts"), ["4"]);
}
