//! Values that must not be stored are nowhere: not in tables, journal or output.

use crate::program::{Outcome, Place, query, simulator};
use crate::secrets::SALT;
use relatable_journal::Journal;
use std::process::Stdio;

/// The readme's example of rules that protect: the block that follows its words on what must not be stored.
fn example() -> String {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap();
    let (_, rest) = readme.split_once("What must not be stored").expect("words on what must not be stored");
    let (_, rest) = rest.split_once("```toml\n").expect("an example");
    rest.split_once("```").expect("the end of the example").0.to_owned()
}

/// Runs the program with the salt in its environment.
fn run(place: &Place, arguments: &[&str]) -> Outcome {
    let mut command = place.command(arguments);
    command.env("RELATABLE_SALT", SALT).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    place.wait(child)
}

/// Everything a journal holds, as text.
fn journalled(place: &Place, workspace: &str) -> String {
    let journal = Journal::open(&place.path("a.db.journal"), workspace, 0).unwrap();
    let entries = journal.entries(0, journal.settled(), usize::MAX).unwrap();
    assert!(entries.len() > 10, "{} answers", entries.len());
    entries.into_iter().map(|stored| String::from_utf8(stored.entry.body).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_address_is_in_no_table_no_journal_and_no_output_and_still_joins() {
    let simulator = simulator(60, 0).await;
    let base_url = simulator.base_url();
    let sync = ["sync", "--to", "a.db", "--base-url", &base_url];
    let plain = Place::new();
    plain.run(&sync).succeeded();
    let texts = |place: &Place, sql: &str| -> Vec<String> {
        query(&place.path("a.db"), sql).into_iter().map(|mut row| row.remove(0)).collect()
    };
    let workspace = texts(&plain, "SELECT workspace FROM _relatable_checkpoint").remove(0);
    let joined = "SELECT count(*) FROM conversation_parts p JOIN contacts c ON c.email = p.author_email";
    let emails = texts(&plain, "SELECT email FROM contacts WHERE email IS NOT NULL");
    assert!(emails.len() > 20 && journalled(&plain, &workspace).contains(&emails[0]));

    let place = Place::new();
    place.write("mine.toml", &example());
    let outcome = run(&place, &[&sync[..], &["--model", "mine.toml"]].concat());
    outcome.succeeded();
    let database = String::from_utf8_lossy(&std::fs::read(place.path("a.db")).unwrap()).into_owned();
    let everything =
        [database, journalled(&place, &workspace), outcome.stdout.clone(), outcome.stderr.clone()];
    for email in &emails {
        for text in &everything {
            let around = text
                .find(email)
                .map(|at| String::from_utf8_lossy(&text.as_bytes()[at.saturating_sub(200)..at]));
            assert_eq!(around, None, "{email} is somewhere");
        }
    }
    let phones = texts(&place, "SELECT length(phone) FROM contacts WHERE phone IS NOT NULL");
    assert!(phones.iter().all(|length| length == "4") && !phones.is_empty(), "{phones:?}");
    let hashes = texts(&place, "SELECT email FROM contacts WHERE email IS NOT NULL");
    assert_eq!(hashes.len(), emails.len());
    assert!(hashes.iter().all(|hash| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())));
    assert_eq!(texts(&place, joined), texts(&plain, joined), "hashes join as addresses did");
    assert_ne!(texts(&place, joined), ["0"]);
}

#[test]
fn files_are_protected_and_the_secret_may_be_in_a_file() {
    let place = Place::without_token();
    place.write(
        "mine.toml",
        "[people.paths]\nemail = { protect = \"hash\" }\nname = { protect = { truncate = 1 } }\n",
    );
    place.write(
        "people.ndjson",
        "{\"id\": 1, \"name\": \"Ada\", \"email\": \"ada@example.com\"}\n{\"email\": broken\n",
    );
    place.write("salt", &format!("{SALT}\n"));
    let load = ["load", "people.ndjson", "--table", "people", "--to", "sqlite:p.db", "--model", "mine.toml"];
    let hint = "put a secret of 16 characters or more into RELATABLE_SALT";
    place
        .run(&load)
        .failed_with(3, &["error: the rule for `people.email` hashes, and there is no salt", hint]);
    assert!(
        !place.path("p.db").exists() || query(&place.path("p.db"), "SELECT 1 FROM sqlite_master").is_empty()
    );
    place.run(&[&load[..], &["--salt-file", "absent"]].concat()).failed_with(3, &["salt file `absent`"]);
    place.write("short", "short");
    place
        .run(&[&load[..], &["--salt-file", "short"]].concat())
        .failed_with(3, &["the salt has 5 bytes", hint]);
    place.run(&[&load[..], &["--salt-file", "salt"]].concat()).succeeded();
    let of_file = query(&place.path("p.db"), "SELECT name, email FROM people");
    assert_eq!((of_file[0][0].as_str(), of_file[0][1].len()), ("A", 64));
    run(&place, &[&load[..5], &["sqlite:q.db"], &load[6..]].concat()).succeeded();
    assert_eq!(query(&place.path("q.db"), "SELECT name, email FROM people"), of_file);
    let stored = std::fs::read(place.path("p.db")).unwrap();
    assert!(!String::from_utf8_lossy(&stored).contains("ada@"));
}
