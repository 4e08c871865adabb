//! How rows are written: said in rules, told where it changes, and changed by remodelling.

use crate::program::{Place, query, simulator};
use relatable_simulator::{Mutation, Selection};

#[test]
fn what_cannot_be_of_a_mode_is_refused_with_its_line() {
    let place = Place::new();
    for (rules, expected) in [
        ("[contacts]\nmode = \"histories\"\n", &["line 2", "`upsert`, `append`, `mirror`, `history`"][..]),
        (
            "[contacts]\nmode = \"mirror\"\ndeletions = \"soft\"\n",
            &["line 3", "`mode = \"mirror\"` does not go with `deletions = \"soft\"`"],
        ),
        ("[contacts]\ndeletions = \"hard\"\nmode = \"history\"\n", &["line 2", "a history keeps what was"]),
        ("[contacts]\nmode = \"append\"\ndeletions = \"hard\"\n", &["line 3", "loses no row"]),
        (
            "[contacts]\nignore = [\"last_seen_at\"]\n",
            &["line 2", "`ignore` goes with `mode = \"history\"` only, and the mode is `upsert`"],
        ),
        ("[contacts]\nmode = \"history\"\nignore = [\"id\"]\n", &["line 3", "`id` identifies records"]),
        ("[contacts]\nmode = \"history\"\nignore = [\"a..b\"]\n", &["line 3"]),
        (
            "[\"*\"]\ndeletions = \"hard\"\n\n[tags]\nmode = \"history\"\n",
            &["line 2", "a history keeps what was"],
        ),
    ] {
        place.write("mine.toml", rules);
        place.run(&["model", "show", "--model", "mine.toml"]).failed_with(3, expected);
    }
    place.write("mine.toml", "[contacts]\nmode = \"history\"\nignore = [\"last_seen\"]\n");
    let shown = place.run(&["model", "show", "--resource", "contacts", "--model", "mine.toml"]);
    shown.succeeded();
    assert!(shown.stderr.contains("line 3") && shown.stderr.contains("last_seen_at"), "{}", shown.stderr);
    assert!(
        shown.stdout.contains("mode     history") && shown.stdout.contains("_valid_from"),
        "{}",
        shown.stdout
    );
}

/// Syncs, changes the mode, and goes there and back again.
async fn changes_its_mode(to: &str) {
    let simulator = simulator(40, 0).await;
    let base_url = simulator.base_url();
    let place = Place::new();
    let both = |rules: &str| format!("[contacts]\n{rules}\n[conversations]\n{rules}\n");
    let ignoring = "[contacts]\nignore = [\"last_seen_at\"]\n";
    place.write("history.toml", &both("mode = \"history\"").replacen("[contacts]\n", ignoring, 1));
    place.write("mirror.toml", &both("deletions = \"hard\""));
    let change = |seed| {
        simulator.advance_clock(7_200);
        simulator.mutate(Mutation::UpdateContacts { which: Selection::Random { count: 8, seed } }).unwrap();
        simulator.advance_clock(60);
    };
    let command = |words: &[&str], model: Option<&str>| {
        let model: Vec<&str> = model.iter().flat_map(|model| ["--model", model]).collect();
        place.run(&[words, &["--to", to], &model[..]].concat())
    };
    let select = ["--select", "contacts,conversations,tags,segments", "--quiet", "--base-url", &base_url];
    let sync = |model| command(&[&["sync"], &select[..]].concat(), model);
    let verify = |model| command(&[&["verify", "--sample", "5"], &select[..]].concat(), model);
    let exported = |resource: &str| place.run(&["export", resource, "--from", to]).succeeded().stdout.clone();
    sync(None).succeeded();
    let history = Some("history.toml");
    let told = command(&["model", "diff"], history);
    assert!(
        told.succeeded().stdout.contains("~ table contacts is written in the mode history, not upsert"),
        "{told:?}"
    );
    assert!(told.stdout.contains("a load into these tables is refused"), "{told:?}");
    sync(history).failed_with(3, &["relatable remodel"]);
    let before = exported("conversations");
    command(&["remodel", "--quiet"], history).succeeded();
    assert_eq!(command(&["model", "diff"], history).succeeded().stdout, "no difference\n");
    assert_eq!(exported("conversations"), before);
    change(1);
    sync(history).succeeded();
    verify(history).succeeded();
    let contacts = exported("contacts");
    assert_eq!(contacts.lines().count(), 40);
    let told = command(&["remodel", "--keep-old"], Some("mirror.toml"));
    assert!(told.succeeded().stderr.contains("is written in the mode mirror, not history"), "{told:?}");
    assert_eq!(exported("contacts"), contacts, "what is current stays");
    change(2);
    sync(Some("mirror.toml")).succeeded();
    verify(Some("mirror.toml")).succeeded();
    // Back to where it began, and then into what is only appended to.
    let told = command(&["remodel"], None);
    assert!(!told.succeeded().stderr.contains("earlier versions"), "a mirror has none: {told:?}");
    place.write("append.toml", &both("mode = \"append\""));
    command(&["remodel", "--quiet"], Some("append.toml")).succeeded();
    change(3);
    sync(Some("append.toml")).succeeded();
    verify(Some("append.toml")).succeeded();
    let told = command(&["remodel"], None);
    assert!(told.succeeded().stderr.contains("earlier versions of rows go"), "{told:?}");
    assert_eq!(exported("contacts").lines().count(), 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_change_their_mode_by_remodelling_in_sqlite() {
    changes_its_mode("sqlite:a.db").await;
}

#[cfg(feature = "duckdb")]
#[tokio::test(flavor = "multi_thread")]
async fn tables_change_their_mode_by_remodelling_in_duckdb() {
    changes_its_mode("duckdb:a.duckdb").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn old_versions_stay_with_the_tables_that_are_kept() {
    let simulator = simulator(30, 0).await;
    let base_url = simulator.base_url();
    let place = Place::new();
    place.write("history.toml", "[tags]\nmode = \"history\"\n");
    let sync = ["sync", "--to", "a.db", "--quiet", "--base-url", &base_url, "--model", "history.toml"];
    place.run(&sync).succeeded();
    simulator.mutate(Mutation::RenameTag { tag: 3, name: "Renamed".to_owned() }).unwrap();
    place.run(&sync).succeeded();
    let read = |sql: &str| query(&place.path("a.db"), sql);
    assert_eq!(read("SELECT count(*) FROM tags WHERE NOT _is_current"), [["1"]]);
    let live = read("SELECT id, name FROM tags WHERE _is_current ORDER BY id");
    place.run(&["remodel", "tags", "--to", "a.db", "--keep-old", "--quiet"]).succeeded();
    assert_eq!(read("SELECT id, name FROM tags ORDER BY id"), live);
    let kept = read("SELECT record FROM _relatable_changes WHERE change = 'table_retired'");
    assert_eq!(read(&format!("SELECT count(*) FROM \"{}\" WHERE NOT _is_current", kept[0][0])), [["1"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_version_of_who_is_forgotten_goes() {
    let simulator = simulator(30, 0).await;
    let base_url = simulator.base_url();
    let place = Place::new();
    place.write("history.toml", "[\"*\"]\nmode = \"history\"\n");
    let sync = ["sync", "--to", "a.db", "--quiet", "--base-url", &base_url, "--model", "history.toml"];
    place.run(&sync).succeeded();
    simulator.advance_clock(7_200);
    simulator.mutate(Mutation::UpdateContacts { which: Selection::Random { count: 30, seed: 1 } }).unwrap();
    place.run(&sync).succeeded();
    let read = |sql: &str| query(&place.path("a.db"), sql);
    let id = read("SELECT id FROM contacts WHERE NOT _is_current ORDER BY id LIMIT 1")[0][0].clone();
    assert_eq!(read(&format!("SELECT count(*) FROM contacts WHERE id = '{id}'")), [["2"]]);
    place.run(&["forget", "--contact", &id, "--to", "a.db"]).succeeded();
    assert_eq!(read(&format!("SELECT count(*) FROM contacts WHERE id = '{id}'")), [["0"]]);
    assert_eq!(read(&format!("SELECT count(*) FROM contact_tags WHERE contact_id = '{id}'")), [["0"]]);
}
