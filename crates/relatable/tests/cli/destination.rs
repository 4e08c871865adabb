//! A destination that cannot be used is named with the reason, and left as it was.

use crate::program::{Outcome, Place, simulator};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

/// Loads one document into a destination: the shortest way to it.
fn load(place: &Place, uri: &str) -> Outcome {
    place.write("one.json", "{\"id\": 1}");
    place.run(&["load", "one.json", "--table", "things", "--key", "id", "--to", uri])
}

#[test]
fn a_missing_folder_is_named() {
    let place = Place::new();
    let outcome = load(&place, "sqlite:nowhere/a.db");
    let expected = "\
error: failed to open SQLite file nowhere/a.db
  caused by: there is no folder nowhere

hint: does the folder exist, and may you read and write in it?";
    outcome.failed(7, expected);
    assert!(!place.path("nowhere").exists());
}

#[cfg(feature = "postgres")]
#[test]
fn a_server_that_is_not_there_is_named_without_the_password() {
    let place = Place::new();
    let outcome = load(&place, "postgres://me:hunter2@127.0.0.1:1/base");
    let opened = "failed to open schema `intercom` of PostgreSQL database `base` at 127.0.0.1:1";
    outcome.failed_with(7, &[opened, "hint: is the server there, and are address, user and password right?"]);
    assert!(!outcome.stderr.contains("hunter2"), "{outcome:#?}");
}

#[test]
fn nothing_of_a_password_is_shown_where_an_address_is_not_understood() {
    let place = Place::new();
    for (uri, said) in [
        ("postgres://rep:hunter2@hunter2@127.0.0.1:54777/x", "percent-encoded (%40"),
        ("postgres://me:p@hunter2/word@127.0.0.1/base", "percent-encoded (%40"),
        ("host=127.0.0.1 password=hunter2hunter2 dbname=x", "it names no database"),
        ("//me:hunter2@host/base", "it names no database"),
        ("my.name:hunter2@host/base", "it names no database"),
        ("postgres://127.0.0.1/base?user=me&password=sec@hunter2&sslmode=prefer", "percent-encoded (%40"),
        ("mysql://127.0.0.1/b?user=me&password=sec@hunter2", "percent-encoded (%40"),
        ("sqlite://rep:hunter2@127.0.0.1/b", "destination `sqlite`"),
        ("duckdb:postgres://rep:hunter2@x/b", "destination `duckdb`"),
    ] {
        let outcome = load(&place, uri);
        outcome.failed_with(3, &["error: failed to understand the destination", said, "hint: write it like"]);
        assert!(!format!("{outcome:?}").contains("hunter2"), "{outcome:#?}");
    }
}

#[test]
fn a_file_of_another_kind_is_left_as_it_was() {
    let place = Place::new();
    let letter = "Dear Sir or Madam, this is no database at all, and it shall stay what it is.";
    place.write("letter.db", letter);
    load(&place, "sqlite:letter.db").failed_with(
        7,
        &[
            "error: SQLite file letter.db is not a database of this kind\n",
            "hint: the file was left as it is",
        ],
    );
    assert_eq!(std::fs::read_to_string(place.path("letter.db")).unwrap(), letter);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_nobody_may_write_in_is_named_before_anything_is_asked_of_the_api() {
    // Not even a superuser makes files there.
    assert!(Path::new("/proc/self").exists());
    let said = "SQLite file /proc/a.db cannot be written";
    let hint = "hint: make the file and its folder writable";
    load(&Place::new(), "sqlite:/proc/a.db").failed_with(7, &[said, hint]);
    let simulator = simulator(10, 0).await;
    let base_url = simulator.base_url();
    let place = Place::new();
    place.run(&["sync", "--to", "sqlite:/proc/a.db", "--base-url", &base_url]).failed_with(7, &[said, hint]);
    assert_eq!(simulator.stats().by_path, Default::default(), "no request was sent");
    let checked = place.run(&["check", "--to", "sqlite:/proc/a.db", "--base-url", &base_url]);
    assert_eq!(checked.code, Some(7), "{checked:#?}");
    let line = checked.stdout.lines().find(|line| line.contains(" destination ")).unwrap();
    assert!(line.starts_with("problem ") && line.contains(said), "{line}");
}

/// Whatever a folder holds: the names of its files, with their bytes.
fn content(place: &Place) -> BTreeMap<OsString, Vec<u8>> {
    let entries = std::fs::read_dir(place.path("")).unwrap().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    files.map(|file| (file.file_name(), std::fs::read(file.path()).unwrap())).collect()
}

#[test]
fn a_table_of_somebody_else_is_not_touched() {
    let place = Place::new();
    let connection = rusqlite::Connection::open(place.path("a.db")).unwrap();
    connection.execute_batch("CREATE TABLE Things (mine TEXT); INSERT INTO things VALUES ('kept')").unwrap();
    drop(connection);
    place.write("one.json", "{\"id\": 1}");
    let before = content(&place);
    load(&place, "sqlite:a.db").failed_with(
        7,
        &["already has a table `things` that was not made by this program", "hint: rename or move the table"],
    );
    assert!(content(&place) == before, "nothing was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_meets_tables_and_views_of_somebody_else_before_it_does_anything() {
    let simulator = simulator(10, 0).await;
    for (made, said) in [
        ("CREATE TABLE Contacts (mine TEXT)", "already has a table `contacts`"),
        ("CREATE TABLE conversation_tags (mine TEXT)", "already has a table `conversation_tags`"),
        ("CREATE VIEW users AS SELECT 1 AS id", "already has a view `users`"),
    ] {
        let place = Place::new();
        rusqlite::Connection::open(place.path("a.db")).unwrap().execute_batch(made).unwrap();
        let before = content(&place);
        let sync = ["sync", "--to", "a.db", "--base-url", &simulator.base_url()];
        place.run(&sync).failed_with(7, &[said, "not made by this program", "\nhint: rename or move the "]);
        assert!(content(&place) == before, "{made}: nothing was written, and no journal made");
    }
    assert_eq!(simulator.stats().by_path, Default::default(), "no request was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_workspace_is_an_error_before_anything_is_written() {
    let place = Place::new();
    let (first, second) = (simulator(20, 0).await, other_simulator().await);
    let sync = |base_url: &str, journal| {
        place.run(&["sync", "--to", "a.db", "--base-url", base_url, "--journal", journal, "--quiet"])
    };
    assert_eq!(sync(&first.base_url(), "first").succeeded().stderr, "");
    let before = content(&place);
    sync(&second.base_url(), "second").failed_with(
        7,
        &[
            "SQLite file a.db holds workspace `",
            "and this run reads workspace `",
            "hint: a database holds one workspace",
        ],
    );
    assert!(content(&place) == before, "nothing was written, and no journal made");
    // And the other way round, a journal.
    sync(&first.base_url(), "first").succeeded();
    std::fs::remove_file(place.path("a.db")).unwrap();
    sync(&second.base_url(), "first")
        .failed_with(9, &["journal", "hint: name another journal with `--journal`"]);
}

/// A workspace of another code.
async fn other_simulator() -> relatable_simulator::Simulator {
    let settings = relatable_simulator::Settings {
        seed: 2,
        contacts: 20,
        token: crate::program::TOKEN.to_owned(),
        ..relatable_simulator::Settings::default()
    };
    relatable_simulator::Simulator::start(settings).await.unwrap()
}
