//! What only a MariaDB or MySQL server has: users with rights, settings of its own, keys of a bounded length, connections
//! that end.

use crate::bench::{Bench, child, column, counts, table};
use crate::client::{Engine, as_user};
use crate::mysql_client::{database, floats, read, run};
use relatable_destinations::{Destination, DestinationError, open_waiting};
use relatable_model::logical::LogicalType;
use serde_json::json;
use std::path::Path;
use std::time::Duration;

/// What the documentation says that a user needs.
const RIGHTS: &str = "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES, CREATE TEMPORARY TABLES, \
                      CREATE VIEW, SHOW VIEW";

/// The bytes of the files of a database's tables.
pub(crate) fn bytes(path: &Path) -> Vec<u8> {
    let sql = "SELECT table_name FROM information_schema.tables \
               WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'";
    let tables: Vec<String> = read(path, sql).iter().map(|name| format!("\"{name}\"")).collect();
    // What was written is then in the files.
    run(path, &format!("FLUSH TABLES {} FOR EXPORT; UNLOCK TABLES", tables.join(", ")));
    let folder = Path::new(&read(path, "SELECT @@datadir")[0]).join(database(path));
    let files = std::fs::read_dir(folder).expect("its files");
    files.flat_map(|file| std::fs::read(file.expect("a file").path()).expect("its bytes")).collect()
}

/// Ends every connection that has chosen this database.
pub(crate) fn end_connections(path: &Path) {
    let sql = "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()";
    for id in read(path, sql) {
        // One of a client of these tests may have ended by itself.
        run(
            path,
            &format!("BEGIN NOT ATOMIC DECLARE CONTINUE HANDLER FOR SQLEXCEPTION DO 0; KILL {id}; END"),
        );
    }
    std::thread::sleep(Duration::from_millis(100));
}

/// The name of a user of this bench alone.
fn user(path: &Path) -> String {
    format!("user_{}", database(path))
}

/// A handle on a bench's tables as another user.
fn handle_as(bench: &Bench, user: &str) -> Box<dyn Destination> {
    let uri = as_user(&Engine::MySql.uri(&bench.path), user);
    open_waiting(&uri, Duration::from_secs(1)).expect("open")
}

#[test]
fn a_user_with_the_rights_told_in_one_database_can_do_everything_a_sync_needs() {
    let mut contacts = table("contacts", &["id"], &["name"]);
    contacts.columns[1].description = "What they're called".to_owned();
    let tags = child("contact_tags", &["contact_id", "tag_id"], &[], "contacts", &[("contact_id", "id")]);
    let mut bench = Bench::unclaimed(Engine::MySql, vec![contacts, tags]);
    let (user, database) = (user(&bench.path), database(&bench.path));
    let make = format!("CREATE USER '{user}'@'%'; GRANT {RIGHTS} ON \"{database}\".* TO '{user}'@'%'");
    run(&bench.path, &make);
    bench.destination = handle_as(&bench, &user);
    bench.destination.check(&bench.tables).expect("nothing stands against it");
    bench.destination.claim("w1", "j1").expect("claim");
    for name in ["Ann", "Bea"] {
        let tags = (json!([["1", name]]), json!([["1"]]));
        bench.load(vec![
            bench.rows("contacts", &["id", "name"], json!([["1", name]])),
            bench.replacing("contact_tags", &["contact_id", "tag_id"], tags.0, &["contact_id"], tags.1),
        ]);
        bench.table("contacts").columns.push(column(name, LogicalType::Integer));
    }
    let sql = "SELECT name, tag_id FROM contacts JOIN contact_tags ON contact_id = id";
    assert_eq!(bench.read(sql), ["Bea|Bea"]);
}

#[test]
fn a_right_that_lacks_is_named_before_anything_is_written() {
    let bench = Bench::unclaimed(Engine::MySql, vec![]);
    let (user, database) = (user(&bench.path), database(&bench.path));
    let refused = |words: &str| {
        let mut handle = handle_as(&bench, &user);
        for error in [handle.check(&[]).expect_err(words), handle.claim("w1", "j1").expect_err(words)] {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            assert!(matches!(&error, DestinationError::ReadOnly { .. }), "{error:?}");
            assert!(cause.contains(words) && cause.contains(&user), "{cause}");
        }
    };
    let elsewhere = Bench::unclaimed(Engine::MySql, vec![]);
    run(&elsewhere.path, &format!("CREATE USER '{user}'@'%'"));
    refused("the database does not exist");
    run(&bench.path, &format!("GRANT SELECT, INSERT, CREATE ON \"{database}\".* TO '{user}'@'%'"));
    refused(
        "grant UPDATE, DELETE, DROP, ALTER, INDEX, REFERENCES, CREATE TEMPORARY TABLES, CREATE VIEW, SHOW VIEW on",
    );
    assert!(
        bench
            .read("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()")
            .is_empty()
    );
}

#[test]
fn a_right_that_goes_in_the_middle_is_named_and_the_next_load_goes_on() {
    let mut bench = Bench::unclaimed(Engine::MySql, vec![table("contacts", &["id"], &["name"])]);
    let (user, database) = (user(&bench.path), database(&bench.path));
    let grant = format!("GRANT {RIGHTS} ON \"{database}\".* TO '{user}'@'%'");
    run(&bench.path, &format!("CREATE USER '{user}'@'%'; {grant}"));
    bench.destination = handle_as(&bench, &user);
    bench.destination.claim("w1", "j1").expect("claim");
    let change = |bench: &Bench, id: &str| bench.rows("contacts", &["id", "name"], json!([[id, "Ann"]]));
    bench.load(vec![change(&bench, "1")]);
    run(&bench.path, &format!("REVOKE CREATE ON \"{database}\".* FROM '{user}'@'%'"));
    bench.table("contacts").columns.push(column("plan", LogicalType::Text));
    bench.tables.push(table("tags", &["id"], &[]));
    let error = bench.try_load(vec![change(&bench, "2")]).expect_err("no right");
    assert!(matches!(&error, DestinationError::ReadOnly { .. }), "{error:?}");
    assert_eq!(bench.read("SELECT id FROM contacts"), ["1"]);
    assert!(!bench.destination.remembered().expect("read").iter().any(|entry| entry.column.name == "plan"));
    run(&bench.path, &grant);
    bench.load(vec![change(&bench, "2")]);
    assert_eq!(bench.read("SELECT id FROM contacts ORDER BY id"), ["1", "2"]);
}

#[test]
fn a_connection_that_the_server_ended_is_opened_anew_and_the_load_comes_once() {
    let mut bench = Bench::new(Engine::MySql, vec![table("contacts", &["id"], &["name"])]);
    let change = |bench: &Bench, id: &str| bench.rows("contacts", &["id", "name"], json!([[id, "Ann"]]));
    bench.load(vec![change(&bench, "1")]);
    end_connections(&bench.path);
    bench.load(vec![change(&bench, "2")]);
    // In the middle of a load, nothing of it stays.
    let (place, changes) = (bench.path.clone(), vec![change(&bench, "3"), change(&bench, "4")]);
    let mut changes = changes.into_iter().map(|change| {
        end_connections(&place);
        Ok(change.into())
    });
    bench.seq += 1;
    bench.load_produced(&mut changes).expect_err("the connection went");
    assert_eq!(bench.read("SELECT id FROM contacts ORDER BY id"), ["1", "2"]);
    let receipt = bench.load(vec![change(&bench, "3")]);
    assert_eq!(receipt.tables["contacts"], counts(1, 0, 0));
}

#[test]
fn rows_go_by_statements_where_the_server_takes_no_files() {
    let bench = |files: &str| {
        let mut bench = Bench::unclaimed(Engine::MySql, vec![table("contacts", &["id"], &["name"])]);
        run(&bench.path, &format!("SET GLOBAL local_infile = {files}"));
        bench.destination.claim("w1", "j1").expect("claim");
        bench
    };
    let texts = ["it's", "back\\slash", "\\N", "a\tb\nc\r", "\u{0}", "", "👩", "';--"];
    let rows: Vec<_> =
        texts.iter().enumerate().map(|(place, text)| json!([place.to_string(), text])).collect();
    let mut one = bench("0");
    one.load(vec![one.rows("contacts", &["id", "name"], json!(rows))]);
    // Another one is told so only when it sends rows.
    let mut other = bench("1");
    run(&other.path, "SET GLOBAL local_infile = 0");
    other.load(vec![other.rows("contacts", &["id", "name"], json!(rows))]);
    run(&other.path, "SET GLOBAL local_infile = 1");
    for bench in [one, other] {
        assert_eq!(bench.read("SELECT name FROM contacts ORDER BY id"), texts);
    }
}

#[test]
fn a_key_that_is_too_long_is_refused_and_not_cut_and_none_is_taken_for_another() {
    let mut bench = Bench::new(Engine::MySql, vec![table("contacts", &["id"], &["name"])]);
    let long = "👩".repeat(500);
    let ids = ["a", "A", "a ", "ä", "a\u{308}", "", " ", &long];
    let rows: Vec<_> = ids.iter().map(|id| json!([id, "x"])).collect();
    let receipt = bench.load(vec![bench.rows("contacts", &["id", "name"], json!(rows))]);
    assert_eq!(receipt.tables["contacts"], counts(ids.len() as u64, 0, 0));
    let stored: Vec<String> = bench.read("SELECT id FROM contacts ORDER BY id");
    let mut sorted = ids.map(str::to_owned).to_vec();
    sorted.sort_unstable();
    assert_eq!(stored, sorted);
    let longer = format!("{long}x");
    let error = bench
        .try_load(vec![bench.rows("contacts", &["id", "name"], json!([[longer, "secret"]]))])
        .expect_err("too long");
    let cause = std::error::Error::source(&error).expect("a cause").to_string();
    assert!(cause.contains("'id'") && !cause.contains("secret") && !cause.contains("👩"), "{cause}");
    assert_eq!(bench.read("SELECT count(*) FROM contacts"), [ids.len().to_string()]);
}

#[test]
fn a_table_takes_as_many_full_columns_as_told_and_more_are_refused() {
    let names: Vec<String> = (0..250).map(|place| format!("c{place}")).collect();
    let wide = |count: usize| {
        table("contacts", &["id"], &names.iter().take(count).map(String::as_str).collect::<Vec<_>>())
    };
    let mut bench = Bench::new(Engine::MySql, vec![wide(250)]);
    let error = bench.destination.check(&bench.tables).expect_err("too many");
    let DestinationError::TooManyColumns { count: 253, limit, .. } = error else { panic!("{error:?}") };
    // Two of those that do not fit are moments, which take less room.
    bench.tables = vec![wide(limit - 5)];
    let mut columns: Vec<&str> = vec!["id"];
    columns.extend(names.iter().take(limit - 5).map(String::as_str));
    for length in [1, 40, 41, 300] {
        let id = length.to_string();
        let row: Vec<_> = std::iter::once(id).chain((5..limit).map(|_| "x".repeat(length))).collect();
        bench.load(vec![bench.rows("contacts", &columns, json!([row]))]);
    }
    assert_eq!(bench.read("SELECT count(*) FROM contacts"), ["4"]);
}

#[test]
fn a_negative_zero_is_the_zero_that_the_server_makes_of_it() {
    let mut samples = table("samples", &["id"], &[]);
    samples.columns.push(column("v", LogicalType::Float));
    let mut bench = Bench::new(Engine::MySql, vec![samples]);
    let rows = bench.rows("samples", &["id", "v"], json!([["1", -0.0], ["2", 0.0]]));
    bench.load(vec![rows.clone()]);
    assert_eq!(floats(&bench.path, "SELECT v FROM samples ORDER BY id"), [0.0, 0.0]);
    assert!(bench.load(vec![rows]).tables.is_empty(), "it is the same again");
}

#[test]
fn a_password_is_in_no_message() {
    let uri = "mysql://somebody:hunter2@127.0.0.1:1/base";
    let mut handle = open_waiting(uri, Duration::from_secs(1)).expect("nothing is asked yet");
    let error = handle.checkpoint().expect_err("nobody listens there");
    let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    assert!(matches!(&error, DestinationError::Open { .. }), "{error:?}");
    for text in [error.to_string(), format!("{error:?}"), cause, handle.describe()] {
        assert!(!text.contains("hunter2"), "{text}");
    }
}
