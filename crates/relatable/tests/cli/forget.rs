//! A person who was forgotten is nowhere any more, and does not come back.

use crate::program::{Outcome, Place, query, simulator};
use relatable_journal::Journal;
use relatable_simulator::{Mutation, Simulator};
use std::path::PathBuf;

/// A person with something in every place, and what must not be found of them anywhere.
struct Person {
    id: String,
    traces: Vec<String>,
}

/// Syncs into `a.db` or `a.duckdb`.
fn sync(place: &Place, simulator: &Simulator, to: &str, more: &[&str]) -> Outcome {
    let base_url = simulator.base_url();
    let sync = ["sync", "--to", to, "--base-url", &base_url];
    place.run(&[&sync[..], more].concat())
}

/// The person who wrote most of all contacts with an address, a phone and a name, by tables in SQLite.
fn person(place: &Place) -> Person {
    let read = |sql: &str| query(&place.path("a.db"), sql);
    let found = read(
        "SELECT c.id, c.email, c.phone, c.name FROM contacts c
         WHERE c.email IS NOT NULL AND c.phone IS NOT NULL AND c.name LIKE '% %'
           AND (SELECT count(*) FROM contacts o WHERE o.name = c.name) = 1
           AND (SELECT count(*) FROM contacts o WHERE o.email = c.email) = 1
           AND EXISTS (SELECT 1 FROM notes n WHERE n.contact_id = c.id)
           AND EXISTS (SELECT 1 FROM events e WHERE e.contact_id = c.id)
         ORDER BY (SELECT count(*) FROM conversation_parts p WHERE p.author_id = c.id) DESC LIMIT 1",
    );
    let id = found[0][0].clone();
    let mut traces = found[0].clone();
    // What they wrote, where nobody else wrote the same.
    let texts = read(&format!(
        "SELECT body FROM (SELECT source_body AS body FROM conversations WHERE source_author_id = '{id}'
           UNION SELECT body FROM conversation_parts WHERE author_id = '{id}')
         WHERE length(body) > 40
           AND body NOT IN (SELECT body FROM conversation_parts WHERE author_id <> '{id}' AND body IS NOT NULL)"
    ));
    assert!(!texts.is_empty(), "{id} wrote nothing");
    // Markup and escapes are written otherwise in other places; words are the same everywhere.
    let words = |text: &String| {
        let plain = text.split(['<', '>', '"', '\\', '&', '\n']).max_by_key(|piece| piece.len());
        plain.unwrap_or_default().trim().to_owned()
    };
    traces.extend(texts.iter().map(|row| words(&row[0])).filter(|words| words.len() > 30));
    Person { id, traces }
}

/// The bytes of every file of a destination and its journal, and every answer in the journal.
fn everything(place: &Place, workspace: &str, file: &str) -> Vec<(String, Vec<u8>)> {
    let journal_file = format!("{file}.journal");
    let journal = Journal::open(&place.path(&journal_file), workspace, 0).unwrap();
    let entries = journal.entries(0, i64::MAX, usize::MAX).unwrap();
    let mut all: Vec<(String, Vec<u8>)> = entries
        .into_iter()
        .map(|stored| {
            let name = format!("entry {} {} {:?}", stored.seq, stored.entry.answer, stored.entry.scope);
            (name.clone(), [name.into_bytes(), stored.entry.body].concat())
        })
        .collect();
    drop(journal);
    let files: Vec<PathBuf> =
        std::fs::read_dir(place.path(".")).unwrap().map(|file| file.unwrap().path()).collect();
    for path in files.into_iter().filter(|path| path.is_file()) {
        all.push((path.display().to_string(), std::fs::read(path).unwrap()));
    }
    all
}

/// Where a trace is.
fn found<'a>(everything: &'a [(String, Vec<u8>)], trace: &str) -> Option<&'a str> {
    let has = |bytes: &Vec<u8>| bytes.windows(trace.len()).any(|window| window == trace.as_bytes());
    everything.iter().find(|(_, bytes)| has(bytes)).map(|(name, _)| name.as_str())
}

/// Forgets somebody, and looks for them everywhere, also after another sync.
async fn forgets(to: &str, file: &str) {
    let simulator = simulator(150, 0).await;
    let place = Place::new();
    let known = Place::new();
    sync(&known, &simulator, "a.db", &["--quiet"]).succeeded();
    let Person { id, traces } = person(&known);
    let workspace = query(&known.path("a.db"), "SELECT workspace FROM _relatable_checkpoint")[0][0].clone();
    sync(&place, &simulator, to, &["--quiet"]).succeeded();
    // What follows is only worth something where all of it is there before.
    let before = everything(&place, &workspace, file);
    for trace in &traces {
        assert!(found(&before, trace).is_some(), "`{trace}` is not there before");
    }
    let count = |place: &Place| {
        let lines =
            |resource| place.run(&["export", resource, "--from", to]).succeeded().stdout.lines().count();
        (lines("contacts"), lines("conversations"))
    };
    let (contacts, conversations) = count(&place);
    let said = place.run(&["forget", "--contact", &id, "--to", to]);
    assert!(said.succeeded().stdout.starts_with("1 contact forgotten: "), "{said:?}");
    assert!(said.stderr.contains("in Intercom they stay until they are deleted there"), "{said:?}");
    let after = everything(&place, &workspace, file);
    for trace in &traces {
        assert_eq!(found(&after, trace), None, "`{trace}`");
    }
    let (contacts_left, conversations_left) = count(&place);
    assert_eq!(contacts_left, contacts - 1, "nobody else went");
    let alone = query(&known.path("a.db"), &format!(
        "SELECT count(DISTINCT conversation_id) FROM conversation_contacts t WHERE contact_id = '{id}' AND NOT EXISTS
         (SELECT 1 FROM conversation_contacts o WHERE o.conversation_id = t.conversation_id AND o.contact_id <> '{id}')"
    ));
    assert_eq!(alone, [[(conversations - conversations_left).to_string()]]);
    assert_ne!(alone, [["0"]]);

    // It is all read again, and something about them changes meanwhile.
    simulator.advance_clock(90_000);
    simulator.mutate(Mutation::CreateContacts { count: 2 }).unwrap();
    simulator.advance_clock(1);
    let again = sync(&place, &simulator, to, &["--sweep"]);
    assert!(again.succeeded().stderr.contains("1 contact forgotten here and still in Intercom"), "{again:?}");
    let after = everything(&place, &workspace, file);
    for trace in &traces {
        assert_eq!(found(&after, trace), None, "`{trace}` came back");
    }
    assert_eq!(count(&place).0, contacts + 1);
    let base_url = simulator.base_url();
    place.run(&["verify", "--to", to, "--base-url", &base_url, "--quiet"]).succeeded();
    // What is left can be made anew, and a second time there is nothing to forget.
    place.write(
        "mine.toml",
        "[contacts.paths]\n\"location\" = { as = \"table\", table = \"contact_places\" }\n",
    );
    place.run(&["remodel", "--to", to, "--model", "mine.toml", "--quiet"]).succeeded();
    let again =
        place.run(&["forget", "--contact", &id, "--to", to, "--json"]).succeeded().json_lines().remove(0);
    assert_eq!((again["rows_gone"].as_u64(), again["answers_gone"].as_u64()), (Some(0), Some(0)), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_forgotten_person_is_left_and_nothing_comes_back_in_sqlite() {
    forgets("a.db", "a.db").await;
}

#[cfg(feature = "duckdb")]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_forgotten_person_is_left_and_nothing_comes_back_in_duckdb() {
    forgets("duckdb:a.duckdb", "a.duckdb").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgetting_that_is_killed_is_completed_by_the_next() {
    let simulator = simulator(150, 0).await;
    let place = Place::new();
    sync(&place, &simulator, "a.db", &["--quiet"]).succeeded();
    let Person { id, traces } = person(&place);
    let workspace = query(&place.path("a.db"), "SELECT workspace FROM _relatable_checkpoint")[0][0].clone();
    let forget = ["forget", "--contact", &id, "--to", "a.db"];
    // Each goes on from what the one before left; so long that all of its steps are met.
    for wait_ms in [20, 40, 60, 80, 100, 130, 160, 200, 250, 300] {
        let mut child = place.command(&forget).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait_ms));
        let _ = child.kill();
        child.wait().unwrap();
        assert_eq!(query(&place.path("a.db"), "PRAGMA integrity_check"), [["ok"]]);
        // The person is in the tables with all that is theirs, or not at all.
        let left = |table: &str, column: &str| {
            let sql = format!("SELECT count(*) FROM {table} WHERE {column} = '{id}'");
            query(&place.path("a.db"), &sql)[0][0] != "0"
        };
        let is_there = left("contacts", "id");
        for (table, column) in
            [("notes", "contact_id"), ("events", "contact_id"), ("conversation_parts", "author_id")]
        {
            assert_eq!(left(table, column), is_there, "{table} after {wait_ms} ms");
        }
        assert_eq!(
            query(&place.path("a.db"), "SELECT count(*) FROM _relatable_forgotten")[0][0] != "0",
            !is_there
        );
    }
    place.run(&forget).succeeded();
    let after = everything(&place, &workspace, "a.db");
    for trace in &traces {
        assert_eq!(found(&after, trace), None, "`{trace}`");
    }
    sync(&place, &simulator, "a.db", &["--quiet"]).succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_by_address_and_what_cannot_be_forgotten_is_refused() {
    let simulator = simulator(40, 0).await;
    let place = Place::new();
    place
        .run(&["forget", "--email", "a@b.example", "--to", "a.db"])
        .failed_with(2, &["nothing was read into"]);
    sync(&place, &simulator, "a.db", &["--quiet"]).succeeded();
    let read = |sql: &str| query(&place.path("a.db"), sql);
    let email = read("SELECT email FROM contacts WHERE email IS NOT NULL ORDER BY id")[0][0].clone();
    let workspace = read("SELECT workspace FROM _relatable_checkpoint")[0][0].clone();
    let forget = ["forget", "--email", &email, "--to", "a.db"];
    let journal = Journal::open(&place.path("a.db.journal"), &workspace, 0).unwrap();
    place.run(&forget).failed_with(4, &["is in use by process"]);
    drop(journal);
    let nobody = ["forget", "--email", "nobody@nowhere.example", "--to", "a.db"];
    place.run(&nobody).failed_with(2, &["no contact in", "hint: name the contact by its id"]);
    place.run(&["forget", "--contact", "12", "--to", "a.db"]).failed_with(2, &["24 hexadecimal digits"]);
    let shared = read(&format!("SELECT count(*) FROM contacts WHERE email = '{email}'"));
    assert_ne!(shared, [["0"]]);
    place.run(&forget).succeeded();
    assert_eq!(read(&format!("SELECT count(*) FROM contacts WHERE email = '{email}'")), [["0"]]);
    assert_eq!(read("PRAGMA foreign_key_check"), Vec::<Vec<String>>::new());
    // A destination of an older release is brought up to date, so that no older release brings them back.
    assert_eq!(read("SELECT \"format\" FROM _relatable_checkpoint"), [["3"]]);
}
