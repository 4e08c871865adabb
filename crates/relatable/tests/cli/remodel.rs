//! Tables made anew under other rules are those of a first sync under these rules, and nothing is lost on the way.

use crate::program::{Place, query, simulator};
use relatable_simulator::Mutation;

const RULES: &str = r#"
[contacts.paths]
"tags" = { as = "delimited", of = "id" }
"location" = { as = "table", table = "contact_places" }
"email" = { column = "address" }
"custom_attributes" = "entries"
[tags.paths]
"name" = { column = "label" }
"#;

/// The address of a database of this kind.
fn address(kind: &str) -> String {
    match kind {
        "sqlite" => "sqlite:a.db".to_owned(),
        kind => format!("{kind}:a.{kind}"),
    }
}

/// The documents of a resource, as `export` gives them.
fn exported(place: &Place, to: &str, resource: &str, model: Option<&str>) -> Vec<String> {
    let mut arguments = vec!["export", resource, "--from", to, "--deleted"];
    arguments.extend(model.iter().flat_map(|model| ["--model", model]));
    place.run(&arguments).succeeded().stdout.lines().map(str::to_owned).collect()
}

/// Remodels, asks for the same as a fresh sync gives, and goes on.
async fn remodels(kind: &str) {
    let simulator = simulator(60, 0).await;
    let base_url = simulator.base_url();
    let to = address(kind);
    let place = Place::new();
    place.write("mine.toml", RULES);
    let sync = ["sync", "--to", &to, "--base-url", &base_url, "--quiet"];
    place.run(&sync).succeeded();
    // There and back again.
    let conversations = exported(&place, &to, "conversations", None);
    place.write("kinds.toml", "[conversations.paths]\n\"conversation_parts\" = { split_by = \"part_type\" }\n\"custom_attributes\" = \"entries\"\n");
    place.run(&["remodel", "--to", &to, "--model", "kinds.toml", "--quiet"]).succeeded();
    let same = place.run(&["model", "diff", "--to", &to, "--model", "kinds.toml"]);
    assert_eq!(same.succeeded().stdout, "no difference\n");
    place.run(&["remodel", "--to", &to, "--quiet"]).succeeded();
    assert_eq!(exported(&place, &to, "conversations", None), conversations);
    simulator.advance_clock(7_200);
    simulator.mutate(Mutation::CreateContacts { count: 3 }).unwrap();
    simulator.advance_clock(1);
    place.run(&sync).succeeded();
    let refused = place.run(&[&sync[..], &["--model", "mine.toml"]].concat());
    refused.failed_with(3, &["relatable remodel"]);
    let before = exported(&place, &to, "companies", None);
    let done = place.run(&["remodel", "--to", &to, "--model", "mine.toml"]);
    done.succeeded();
    assert!(done.stderr.contains("contacts\n") && done.stderr.contains("were made anew"), "{}", done.stderr);
    assert_eq!(exported(&place, &to, "companies", None), before, "what the rules do not change stays");

    let fresh = Place::new();
    fresh.write("mine.toml", RULES);
    fresh.run(&[&sync[..], &["--model", "mine.toml"]].concat()).succeeded();
    for resource in ["contacts", "tags"] {
        let model = Some("mine.toml");
        let (made, wanted) = (exported(&place, &to, resource, model), exported(&fresh, &to, resource, model));
        assert!(wanted.len() > 5);
        assert_eq!(made, wanted, "{resource}");
    }
    // Nothing is left to do, and a sync goes on.
    let again = place.run(&["remodel", "--to", &to, "--model", "mine.toml"]);
    assert_eq!(again.succeeded().stdout, "no difference; nothing was done\n");
    simulator.advance_clock(7_200);
    simulator.mutate(Mutation::CreateContacts { count: 2 }).unwrap();
    simulator.advance_clock(1);
    place.run(&[&sync[..], &["--model", "mine.toml"]].concat()).succeeded();
    assert_eq!(exported(&place, &to, "contacts", Some("mine.toml")).len(), 65);
    assert!(
        !std::fs::read_dir(place.path("."))
            .unwrap()
            .any(|file| { file.unwrap().file_name().to_string_lossy().starts_with(".relatable-remodel") })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_made_anew_from_the_journal_in_sqlite() {
    remodels("sqlite").await;
}

#[cfg(feature = "duckdb")]
#[tokio::test(flavor = "multi_thread")]
async fn tables_are_made_anew_from_the_journal_in_duckdb() {
    remodels("duckdb").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn old_tables_are_kept_on_request_and_the_changes_are_told() {
    let simulator = simulator(30, 0).await;
    let base_url = simulator.base_url();
    let place = Place::new();
    place.write("mine.toml", RULES);
    place.run(&["sync", "--to", "a.db", "--base-url", &base_url, "--quiet"]).succeeded();
    place
        .run(&["remodel", "tags", "--to", "a.db", "--model", "mine.toml", "--keep-old", "--quiet"])
        .succeeded();
    let read = |sql: &str| query(&place.path("a.db"), sql);
    let retired = read("SELECT table_name, record FROM _relatable_changes WHERE change = 'table_retired'");
    assert_eq!(retired.len(), 1, "{retired:?}");
    assert!(retired[0][1].starts_with("tags__old_"), "{retired:?}");
    assert_eq!(
        read(&format!("SELECT id, name FROM \"{}\" ORDER BY id", retired[0][1])),
        read("SELECT id, label FROM tags ORDER BY id")
    );
    assert_eq!(read("SELECT count(*) FROM contacts WHERE email IS NOT NULL AND email LIKE '%@%'").len(), 1);
    assert_eq!(read("PRAGMA foreign_key_check"), Vec::<Vec<String>>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_user_made_on_the_tables_is_named_and_nothing_is_done() {
    let simulator = simulator(30, 0).await;
    let base_url = simulator.base_url();
    for (made, named) in [
        ("ALTER TABLE tags ADD COLUMN mine TEXT", "column `tags.mine`"),
        ("CREATE VIEW my_tags AS SELECT name FROM tags", "view `my_tags` on `tags`"),
        ("CREATE INDEX my_index ON tags (name)", "index `my_index` on `tags`"),
        (
            "CREATE TRIGGER my_trigger AFTER INSERT ON tags BEGIN SELECT 1; END",
            "trigger `my_trigger` on `tags`",
        ),
        ("CREATE TABLE mine (tag TEXT REFERENCES tags (id))", "foreign key of `mine` on `tags`"),
    ] {
        let place = Place::new();
        place.write("mine.toml", RULES);
        place
            .run(&["sync", "--to", "a.db", "--base-url", &base_url, "--quiet", "--select", "tags"])
            .succeeded();
        let connection = rusqlite::Connection::open(place.path("a.db")).unwrap();
        connection.execute_batch(made).unwrap();
        drop(connection);
        let dump = |sql: &str| query(&place.path("a.db"), sql);
        let before = (dump("SELECT * FROM tags"), dump("SELECT sql FROM sqlite_schema ORDER BY name"));
        let outcome = place.run(&["remodel", "--to", "a.db", "--model", "mine.toml", "--quiet"]);
        outcome.failed_with(7, &[named, "hint: take it away"]);
        assert_eq!((dump("SELECT * FROM tags"), dump("SELECT sql FROM sqlite_schema ORDER BY name")), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_the_journal_lost_come_from_the_tables_or_are_named() {
    let simulator = simulator(30, 0).await;
    let base_url = simulator.base_url();
    let place = Place::new();
    place.write("mine.toml", RULES);
    place.run(&["sync", "--to", "a.db", "--base-url", &base_url, "--quiet"]).succeeded();
    let before = exported(&place, "a.db", "tags", None);
    for file in ["a.db.journal", "a.db.journal-wal", "a.db.journal-shm"] {
        let _ = std::fs::remove_file(place.path(file));
    }
    place.run(&["remodel", "tags", "--to", "a.db", "--model", "mine.toml", "--quiet"]).succeeded();
    assert_eq!(exported(&place, "a.db", "tags", Some("mine.toml")), before, "nothing got lost on the way");
    // The built-in model leaves nothing out of contacts that these rules bring back; one that does is refused.
    place.write("more.toml", "[contacts.paths]\n\"type\" = { as = \"flatten\", type = \"text\" }\n");
    let outcome = place.run(&["remodel", "contacts", "--to", "a.db", "--model", "more.toml", "--quiet"]);
    outcome.failed_with(
        9,
        &["the journal does not show 30 records of `contacts`", "`type`", "sync --sweep --select contacts"],
    );
}

#[test]
fn tables_loaded_from_files_are_put_together_from_themselves() {
    let place = Place::without_token();
    place.write("orders.ndjson", "{\"id\": 1, \"lines\": [{\"n\": 1}, {\"n\": 2}], \"labels\": {\"2024\": 5}}\n{\"id\": 2, \"lines\": []}\n");
    place.write("mine.toml", "[orders.paths]\nlines = \"json\"\nlabels = \"entries\"\n");
    place.run(&["load", "orders.ndjson", "--table", "orders", "--key", "id", "--to", "a.db"]).succeeded();
    place.run(&["remodel", "--to", "a.db", "--model", "mine.toml"]).succeeded();
    let read = |sql: &str| query(&place.path("a.db"), sql);
    assert_eq!(read("SELECT id, lines FROM orders ORDER BY id"), [["1", "[{\"n\":1},{\"n\":2}]"], ["2", ""]]);
    assert_eq!(read("SELECT order_id, key, value_number FROM order_labels"), [["1", "2024", "5"]]);
    assert_eq!(read("SELECT count(*) FROM sqlite_schema WHERE name = 'order_lines'"), [["0"]]);
    place
        .run(&["remodel", "sales", "--to", "a.db"])
        .failed_with(2, &["no tables of `sales` to remodel; there are those of orders"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_release_changes_no_table_until_it_is_asked_to() {
    let simulator = simulator(30, 0).await;
    let base_url = simulator.base_url();
    let place = Place::new();
    let sync = ["sync", "--to", "a.db", "--base-url", &base_url, "--quiet", "--select", "tags"];
    place.run(&sync).succeeded();
    // As if an older release, whose model called the column otherwise, had made the tables.
    let connection = rusqlite::Connection::open(place.path("a.db")).unwrap();
    connection
        .execute_batch(
            "ALTER TABLE tags RENAME COLUMN name TO label;
             UPDATE _relatable_columns SET column_name = 'label' WHERE table_name = 'tags' AND column_name = 'name';
             UPDATE _relatable_models SET version = '0.0.1',
               rules = replace(rules, '\"name\":{', '\"name\":{\"column\":\"label\",')
               WHERE resource = 'tags';",
        )
        .unwrap();
    drop(connection);
    let read = |sql: &str| query(&place.path("a.db"), sql);
    let version = || read("SELECT version FROM _relatable_models WHERE resource = 'tags'")[0][0].clone();
    simulator.mutate(Mutation::RenameTag { tag: 0, name: "brand new".to_owned() }).unwrap();
    place.run(&sync).succeeded();
    assert_eq!(read("SELECT count(*) FROM tags WHERE label = 'brand new'"), [["1"]]);
    assert_eq!(version(), "0.0.1");
    let diff = place.run(&["model", "diff", "--to", "a.db"]);
    assert_eq!(diff.succeeded().stdout, "tags\n  ~ column tags.label  [name] is called name\n");
    place.run(&["remodel", "--to", "a.db", "--quiet"]).succeeded();
    assert_eq!(read("SELECT count(*) FROM tags WHERE name = 'brand new'"), [["1"]]);
    assert_ne!(version(), "0.0.1");
    assert_eq!(place.run(&["model", "diff", "--to", "a.db"]).succeeded().stdout, "no difference\n");
    place.run(&sync).succeeded();
}

/// Loads documents, one a line, into the table `things`.
fn load(place: &Place, documents: &str, more: &[&str]) -> crate::program::Outcome {
    place.write("things.ndjson", documents);
    let load = ["load", "things.ndjson", "--table", "things", "--to", "sqlite:a.db", "--quiet"];
    place.run(&[&load[..], more].concat())
}

/// Everything that a database holds, but for the time.
fn everything(place: &Place) -> Vec<Vec<Vec<String>>> {
    let read = |sql: &str| query(&place.path("a.db"), sql);
    let tables = read("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    tables.into_iter().map(|name| read(&format!("SELECT * FROM \"{}\"", name[0]))).collect()
}

#[test]
fn a_remodel_that_would_lose_a_record_or_an_element_is_refused_and_nothing_is_done() {
    for (documents, rules, said) in [
        (
            "{\"id\":1,\"n\":5}\n{\"id\":2,\"n\":5}\n{\"id\":3,\"n\":6}",
            "[things]\nkey = [\"n\"]\n",
            "the new rules would lose 1 of 3 records of `things`, `1` among them",
        ),
        (
            "{\"id\":1,\"n\":5}\n{\"id\":2}",
            "[things]\nkey = [\"n\"]\n",
            "the new rules would lose 1 of 2 records of `things`, `2` among them",
        ),
        (
            "{\"id\":7,\"l\":[{\"a\":1,\"b\":1},{\"a\":1,\"b\":2}]}",
            "[things.paths]\nl = { as = \"table\", key = [\"thing_id\", \"a\"] }\n",
            "the new rules would lose 1 of 2 elements of `things.l`, of the record `7` among others",
        ),
    ] {
        let place = Place::without_token();
        load(&place, documents, &["--key", "id"]).succeeded();
        place.write("mine.toml", rules);
        let before = everything(&place);
        let outcome = place.run(&["remodel", "--to", "a.db", "--model", "mine.toml", "--quiet"]);
        outcome.failed_with(3, &[said, "nothing was changed"]);
        assert_eq!(everything(&place), before, "{rules}");
    }
    // A key that tells all records apart takes the place of another.
    let place = Place::without_token();
    load(&place, "{\"id\":1,\"n\":5,\"l\":[1,2]}\n{\"id\":2,\"n\":6}", &["--key", "id"]).succeeded();
    place.write("mine.toml", "[things]\nkey = [\"n\"]\n[things.paths]\nl = \"delimited\"\n");
    place.run(&["remodel", "--to", "a.db", "--model", "mine.toml", "--quiet"]).succeeded();
    let rows = query(&place.path("a.db"), "SELECT n, id, l FROM things ORDER BY n");
    assert_eq!(rows, [["5", "1", "1,2"], ["6", "2", ""]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn records_of_a_workspace_that_a_key_does_not_tell_apart_are_not_lost() {
    let simulator = simulator(60, 0).await;
    let base_url = simulator.base_url();
    let place = Place::new();
    place.run(&["sync", "--to", "a.db", "--base-url", &base_url, "--quiet"]).succeeded();
    place.write("mine.toml", "[notes]\nkey = [\"author.id\"]\n");
    let before = everything(&place);
    let outcome = place.run(&["remodel", "notes", "--to", "a.db", "--model", "mine.toml", "--quiet"]);
    outcome.failed_with(3, &["the new rules would lose", "records of `notes`"]);
    assert_eq!(everything(&place)[1..], before[1..]);
}

#[test]
fn the_rules_that_tables_were_made_by_are_remembered_and_tables_are_put_together_by_them() {
    let place = Place::without_token();
    place.write("joined.toml", "[things.paths]\nn = \"delimited\"\no = { as = \"list\", of = \"x\" }\n");
    let document = r#"{"id":"a","n":["x","y,z"],"o":[{"x":"1"},{"x":"2"}]}"#;
    load(&place, document, &["--key", "id", "--model", "joined.toml"]).succeeded();
    assert_eq!(exported(&place, "a.db", "things", None), [document]);
    place.write("split.toml", "[things.paths]\nn = \"table\"\no = { as = \"list\", of = \"x\" }\n");
    place.run(&["remodel", "--to", "a.db", "--model", "split.toml", "--quiet"]).succeeded();
    let rows = query(&place.path("a.db"), "SELECT position, value FROM thing_n ORDER BY position");
    assert_eq!(rows, [["0", "x"], ["1", "y,z"]]);
    assert_eq!(exported(&place, "a.db", "things", None), [document]);
    // What a rule left out is not there to be kept.
    let place = Place::without_token();
    place.write("none.toml", "[things.paths]\nn = \"omit\"\n");
    load(&place, document, &["--key", "id", "--model", "none.toml"]).succeeded();
    let said =
        ["the tables lack what the new rules want of them: `n`", "hint: load the files of `things` again"];
    place.run(&["remodel", "--to", "a.db", "--quiet"]).failed_with(9, &said);
}

#[test]
fn tables_of_which_an_older_release_remembered_no_rules_are_put_together_by_no_guess() {
    let place = Place::without_token();
    place.write("joined.toml", "[things.paths]\nn = \"delimited\"\n");
    let document = r#"{"id":"a","n":["x","y,z"]}"#;
    let made = ["--key", "id", "--model", "joined.toml"];
    load(&place, document, &made).succeeded();
    let connection = rusqlite::Connection::open(place.path("a.db")).unwrap();
    assert_eq!(connection.execute("DELETE FROM _relatable_models", []).unwrap(), 1);
    drop(connection);
    place.write("split.toml", "[things.paths]\nn = \"table\"\n");
    let remodel = ["remodel", "--to", "a.db", "--model", "split.toml", "--quiet"];
    let said = "the rules their tables were made by are not remembered";
    place.run(&remodel).failed_with(9, &[said, "run `relatable load` once with the rules they were made by"]);
    load(&place, document, &made).succeeded();
    place.run(&remodel).succeeded();
    assert_eq!(exported(&place, "a.db", "things", None), [document]);
}

#[test]
fn a_load_whose_values_would_mean_something_else_is_refused_until_the_tables_are_made_anew() {
    let first = "[things.paths]\nn = { as = \"delimited\" }\nm = { null_if = [\"0\"] }\nt = { as = \"table\", envelope = \"data\" }\n";
    for (from, to, said) in [
        (
            "n = { as = \"delimited\"",
            "n = { as = \"delimited\", delimiter = \";\"",
            "`delimiter` would be `;`, and was `,`",
        ),
        (
            "n = { as = \"delimited\"",
            "n = { as = \"delimited\", of = \"id\"",
            "`of` would be `id`, and was nothing",
        ),
        ("n = { as = \"delimited\" }", "n = \"table\"", "`as` would be `table`, and was `delimited`"),
        ("null_if = [\"0\"]", "null_if = [\"-\"]", "`null_if` would be `-`, and was `0`"),
        ("envelope = \"data\"", "envelope = \"rows\"", "`envelope` would be `rows`, and was `data`"),
    ] {
        let place = Place::without_token();
        place.write("first.toml", first);
        place.write("mine.toml", &first.replace(from, to));
        let document = r#"{"id":1,"n":["a"],"m":"1","t":{"data":[{"x":1}]}}"#;
        load(&place, document, &["--key", "id", "--model", "first.toml"]).succeeded();
        let before = everything(&place);
        let refused = load(&place, document, &["--key", "id", "--model", "mine.toml"]);
        refused.failed_with(3, &[said, "relatable model diff", "relatable remodel"]);
        assert_eq!(everything(&place), before, "{to}");
        let diff = place.run(&["model", "diff", "--to", "a.db", "--model", "mine.toml"]);
        assert!(diff.succeeded().stdout.contains("a load into these tables is refused"), "{diff:?}");
        assert!(!diff.stdout.contains("no difference"), "{diff:?}");
        load(&place, document, &["--key", "id", "--model", "first.toml"]).succeeded();
    }
}

#[test]
fn a_table_without_a_key_keeps_its_keys_so_that_loading_again_adds_nothing_twice() {
    let place = Place::without_token();
    let documents = "{\"a\": 1,  \"n\": [1]}\n{\"a\": 1,  \"n\": [1]}\n{\"a\":2,\"none\":null}";
    load(&place, documents, &[]).succeeded();
    let keys = || query(&place.path("a.db"), "SELECT _id FROM things ORDER BY 1");
    let before = keys();
    place.write("mine.toml", "[things.paths]\nn = \"json\"\n");
    place.run(&["remodel", "--to", "a.db", "--model", "mine.toml", "--quiet"]).succeeded();
    assert_eq!(keys(), before);
    load(&place, documents, &["--model", "mine.toml"]).succeeded();
    assert_eq!(keys(), before);
}

#[test]
fn protection_that_is_not_in_force_is_told_and_neither_a_load_nor_a_remodel_goes_on() {
    let document = r#"{"id":1,"email":"ada@example.com"}"#;
    for (before, after, said) in [
        (
            "",
            "[things.paths]\nemail = { protect = \"mask\" }\n",
            "values are stored as they are, and would be masked",
        ),
        (
            "[things.paths]\nemail = { protect = \"mask\" }\n",
            "",
            "values are masked, and would be stored as they are",
        ),
    ] {
        let place = Place::without_token();
        place.write("before.toml", before);
        place.write("after.toml", after);
        load(&place, document, &["--key", "id", "--model", "before.toml"]).succeeded();
        let stored = everything(&place);
        let diff = place.run(&["model", "diff", "--to", "a.db", "--model", "after.toml"]);
        assert!(diff.succeeded().stdout.contains(said), "{diff:?}");
        assert!(diff.stdout.contains("until all is read again"), "{diff:?}");
        load(&place, document, &["--key", "id", "--model", "after.toml"]).failed_with(3, &[said]);
        let remodel = place.run(&["remodel", "--to", "a.db", "--model", "after.toml", "--quiet"]);
        remodel.failed_with(3, &[said, "nothing was changed"]);
        assert_eq!(everything(&place), stored);
    }
}

#[test]
fn what_a_remodel_takes_away_is_not_said_to_stay() {
    let place = Place::without_token();
    load(&place, r#"{"id":1,"a":2,"l":[1]}"#, &["--key", "id"]).succeeded();
    place.write("mine.toml", "[things.paths]\na = \"omit\"\nl = \"json\"\n");
    let done = place.run(&["remodel", "--to", "a.db", "--model", "mine.toml"]);
    assert!(done.succeeded().stderr.contains("  - column things.a  [a]\n"), "{done:?}");
    assert!(done.stderr.contains("  - table thing_l  [l.[]]\n"), "{done:?}");
}

#[test]
fn a_journal_that_was_named_and_is_not_there_is_no_empty_one() {
    let place = Place::without_token();
    load(&place, r#"{"id":1,"a":2}"#, &["--key", "id"]).succeeded();
    place.write("mine.toml", "[things.paths]\na = { column = \"b\" }\n");
    let remodel = ["remodel", "--to", "a.db", "--model", "mine.toml", "--quiet", "--journal", "nowhere"];
    place.run(&remodel).failed_with(9, &["there is no journal `nowhere`", "hint: name the journal"]);
    place.run(&remodel[..6]).succeeded();
}

#[test]
fn a_view_on_a_table_of_a_longer_name_is_in_nobodys_way() {
    let place = Place::without_token();
    load(&place, r#"{"id":1,"a":2}"#, &["--key", "id"]).succeeded();
    let connection = rusqlite::Connection::open(place.path("a.db")).unwrap();
    connection
        .execute_batch("CREATE TABLE somethings (things_id); CREATE VIEW mine AS SELECT * FROM somethings")
        .unwrap();
    place.write("mine.toml", "[things.paths]\na = { column = \"b\" }\n");
    place.run(&["remodel", "--to", "a.db", "--model", "mine.toml", "--quiet"]).succeeded();
    connection.execute_batch("CREATE VIEW ours AS SELECT * FROM \"things\"").unwrap();
    let refused = place.run(&["remodel", "--to", "a.db", "--quiet"]);
    refused.failed_with(7, &["view `ours` on `things`"]);
}

#[cfg(feature = "duckdb")]
#[test]
fn tables_with_thousands_of_issues_are_made_anew_in_duckdb() {
    let place = Place::without_token();
    let documents: Vec<String> = (0..3_400)
        .map(|id| {
            format!(
                "{{\"id\":\"o{id}\",\"flag\":{},\"l\":[1]}}",
                if id % 2 == 0 { "true" } else { "\"maybe\"" }
            )
        })
        .collect();
    place.write("things.ndjson", &documents.join("\n"));
    place.write("mine.toml", "[things.paths]\nl = \"json\"\n");
    let to = "duckdb:a.duckdb";
    let load = ["load", "things.ndjson", "--table", "things", "--key", "id", "--quiet", "--to", to];
    place.run(&load).succeeded();
    let before = exported(&place, to, "things", None);
    place.run(&["remodel", "--to", to, "--model", "mine.toml", "--quiet"]).succeeded();
    assert_eq!(exported(&place, to, "things", None), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_remodel_left_is_taken_away_by_whoever_has_the_tables_next() {
    let (simulator, place) = (simulator(10, 0).await, Place::new());
    let sync =
        ["sync", "--to", "sqlite:a.db", "--base-url", &simulator.base_url(), "--select", "tags", "--quiet"];
    for name in [".relatable-remodel.a.db.Xy12z9", ".relatable-remodel.a.db.old.Xy12z9"] {
        place.write_bytes(&format!("{name}/new"), b"all that is in the tables");
    }
    place.run(&sync).succeeded();
    assert!(!place.path(".relatable-remodel.a.db.Xy12z9").exists());
    assert!(place.path(".relatable-remodel.a.db.old.Xy12z9/new").exists(), "what is of `a.db.old` was taken");
}
