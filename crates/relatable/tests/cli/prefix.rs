//! Tables whose names begin with a prefix are the same tables under other names, for every command.

use crate::program::{Place, query, simulator};
use relatable_simulator::{Mutation, Simulator};

/// The flag.
const PREFIX: [&str; 2] = ["--table-prefix", "ic_"];

/// Runs a command on the database, with further words.
fn run(
    place: &Place,
    simulator: &Simulator,
    command: &[&str],
    to: &str,
    further: &[&str],
) -> crate::program::Outcome {
    let base_url = simulator.base_url();
    let asked = ["sync", "verify"].contains(&command[0]);
    let reading = if asked { vec!["--base-url", base_url.as_str(), "--quiet"] } else { Vec::new() };
    place.run(&[command, &["--to", to], &reading, further].concat())
}

/// Names of all tables and views of a SQLite file but those of the bookkeeping.
fn names(place: &Place, file: &str) -> Vec<String> {
    let sql = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE '@_relatable@_%' ESCAPE '@' \
               AND name NOT LIKE 'sqlite@_%' ESCAPE '@' ORDER BY name";
    query(&place.path(file), sql).into_iter().flatten().collect()
}

/// The documents of some resources, as `export` gives them.
fn exported(place: &Place, from: &str) -> Vec<String> {
    let resources = ["contacts", "companies", "conversations", "tickets", "notes"];
    let documents =
        resources.map(|resource| place.run(&["export", resource, "--from", from]).succeeded().stdout.clone());
    assert!(documents.iter().all(|documents| documents.lines().count() > 2));
    documents.to_vec()
}

/// Reads into `to` with a prefix, and then what changed without naming it; proves and exports what is there.
pub(crate) async fn check_prefixed_tables_at(address: fn(&Place) -> String) {
    let simulator = simulator(30, 0).await;
    let place = Place::new();
    let to = address(&place);
    let sync = |to: &str, further: &[&str]| run(&place, &simulator, &["sync"], to, further);
    sync(&to, &PREFIX).succeeded();
    sync("sqlite:plain.db", &[]).succeeded();
    simulator.advance_clock(7_200);
    simulator.mutate(Mutation::CreateContacts { count: 3 }).unwrap();
    simulator.advance_clock(1);
    sync(&to, &[]).succeeded();
    sync("sqlite:plain.db", &[]).succeeded();
    assert_eq!(exported(&place, &to), exported(&place, "sqlite:plain.db"));
    run(&place, &simulator, &["verify"], &to, &["--sample", "10"]).succeeded();
    for prefix in ["", "crm_"] {
        let refused = sync(&to, &["--table-prefix", prefix]);
        refused.failed_with(
            3,
            &[
                "tables begin with `ic_`",
                "is asked for",
                &format!("relatable remodel --table-prefix '{prefix}'"),
            ],
        );
    }
    if to.starts_with("sqlite:") {
        // What a remodel does there is looked at by itself.
        return;
    }
    let back = ["--table-prefix", ""];
    run(&place, &simulator, &["remodel"], &to, &[&back[..], &["--quiet"]].concat()).succeeded();
    assert_eq!(exported(&place, &to), exported(&place, "sqlite:plain.db"));
    sync(&to, &[]).succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_speaks_of_tables_by_the_names_they_have() {
    check_prefixed_tables_at(|_| "sqlite:a.db".to_owned()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remodel_puts_a_prefix_before_all_names_and_leaves_what_a_sync_would_have_made() {
    let simulator = simulator(20, 0).await;
    let place = Place::new();
    let to = "sqlite:a.db";
    run(&place, &simulator, &["sync"], to, &["--select", "contacts,tags,companies"]).succeeded();
    place.write("orders.ndjson", "{\"id\": 1, \"lines\": [{\"n\": 1}]}\n");
    let load = ["load", "orders.ndjson", "--table", "orders", "--key", "id", "--quiet"];
    run(&place, &simulator, &load, to, &[]).succeeded();
    run(&place, &simulator, &load, to, &PREFIX)
        .failed_with(3, &["names of the destination's tables have no prefix"]);
    let plain = names(&place, "a.db");
    let diff = run(&place, &simulator, &["model", "diff"], to, &PREFIX);
    assert!(
        diff.succeeded().stdout.contains("~ table contact_tags is called ic_contact_tags"),
        "{}",
        diff.stdout
    );
    let part = run(&place, &simulator, &["remodel", "contacts"], to, &PREFIX);
    part.failed_with(3, &["the table prefix is that of all tables", "name no resources"]);
    assert_eq!(names(&place, "a.db"), plain, "nothing was done");
    // From the top of a rule file, which then need not be named again.
    place.write("mine.toml", "table_prefix = \"ic_\"\n");
    let model = ["--model", "mine.toml"];
    run(&place, &simulator, &["remodel"], to, &[&model[..], &["--quiet"]].concat()).succeeded();
    let prefixed: Vec<String> = plain.iter().map(|name| format!("ic_{name}")).collect();
    assert!(prefixed.contains(&"ic_users".to_owned()) && prefixed.contains(&"ic_order_lines".to_owned()));
    assert_eq!(names(&place, "a.db"), prefixed);
    for asked in [&model[..], &PREFIX, &[]] {
        let again = run(&place, &simulator, &["remodel"], to, asked);
        assert_eq!(again.succeeded().stdout, "no difference; nothing was done\n");
    }
    // Tables that come later, those of resources that were not selected among them, are called likewise.
    run(&place, &simulator, &load, to, &[]).succeeded();
    run(&place, &simulator, &["sync"], to, &["--sweep"]).succeeded();
    let all = names(&place, "a.db");
    assert!(
        all.iter().all(|name| name.starts_with("ic_")) && all.contains(&"ic_conversation_parts".to_owned())
    );
    run(&place, &simulator, &["sync"], "sqlite:fresh.db", &PREFIX).succeeded();
    run(&place, &simulator, &load, "sqlite:fresh.db", &[]).succeeded();
    assert_eq!(names(&place, "fresh.db"), all);
    let tables = |file: &str| {
        query(&place.path(file), "SELECT DISTINCT table_name FROM _relatable_columns ORDER BY 1")
    };
    assert_eq!(tables("a.db"), tables("fresh.db"));
    let keys =
        |file: &str| query(&place.path(file), "SELECT * FROM _relatable_keys ORDER BY 1, 2, 3, 4, 5, 6");
    assert_eq!(keys("a.db"), keys("fresh.db"));
    let contact = query(&place.path("a.db"), "SELECT id FROM ic_contacts ORDER BY id LIMIT 1")[0][0].clone();
    run(&place, &simulator, &["forget", "--contact", &contact], to, &[]).succeeded();
    let left = format!("SELECT count(*) FROM ic_contact_tags WHERE contact_id = '{contact}'");
    assert_eq!(query(&place.path("a.db"), &left), [["0"]]);
    assert_eq!(
        place.run(&["export", "orders", "--from", to]).succeeded().stdout,
        "{\"id\":1,\"lines\":[{\"n\":1}]}\n"
    );
}

#[test]
fn a_demo_and_the_model_speak_of_the_names_with_the_prefix() {
    let place = Place::without_token();
    let demo = ["demo", "--to", "sqlite:demo.db", "--contacts", "20"];
    for arguments in [[&demo[..], &PREFIX].concat(), demo.to_vec()] {
        let shown = place.run(&arguments);
        assert!(shown.succeeded().stdout.contains("FROM ic_conversations AS c"), "{}", shown.stdout);
    }
    let show = place.run(&[&["model", "show", "--resource", "contacts"], &PREFIX[..]].concat());
    for line in [
        "ic_contact_tags  ",
        "  parent   ic_contacts, contact_id = ic_contacts.id",
        "  view     ic_users, ",
        "-> ic_admins",
    ] {
        assert!(show.succeeded().stdout.contains(line), "{line}: {}", show.stdout);
    }
}

#[test]
fn a_prefix_that_no_table_can_have_is_refused_before_anything_is_done() {
    let place = Place::new();
    for (prefix, said) in [
        ("IC-", "it takes lower-case letters"),
        ("_relatable_", "so begin those of the bookkeeping alone"),
        ("a_prefix_that_is_longer_than_half", "33 characters, and 31 is the most"),
    ] {
        place
            .run(&["sync", "--to", "sqlite:a.db", "--table-prefix", prefix])
            .failed_with(2, &["--table-prefix", said]);
        place.write("mine.toml", &format!("\ntable_prefix = \"{prefix}\"\n"));
        let refused = place.run(&["sync", "--to", "sqlite:a.db", "--model", "mine.toml"]);
        refused.failed_with(3, &["mine.toml, line 2", said]);
    }
    let show = |prefix| place.run(&["model", "show", "--table-prefix", prefix]);
    show("sixteen_of_these").failed_with(3, &["is too long", "has 64 bytes, and a name has 63 at most"]);
    show("fifteen_of_them").succeeded();
    assert!(!place.path("a.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefix_changes_no_type_also_where_the_journal_is_gone() {
    let (simulator, place) = (simulator(40, 0).await, Place::new());
    run(&place, &simulator, &["sync"], "sqlite:a.db", &[]).succeeded();
    let types = "SELECT resource, table_path, source_path, column_name, type FROM _relatable_columns \
                 WHERE source_path LIKE 'custom_attributes%' ORDER BY 1, 2, 3, 4";
    let before = query(&place.path("a.db"), types);
    assert!(before.iter().any(|row| row[4] == "timestamp"), "{before:?}");
    std::fs::remove_file(place.path("a.db.journal")).unwrap();
    let remodelled = place.run(&[&["remodel", "--to", "sqlite:a.db"][..], &PREFIX].concat());
    assert!(remodelled.succeeded().stderr.contains("there is no journal at "), "{remodelled:?}");
    assert_eq!(query(&place.path("a.db"), types), before);
    run(&place, &simulator, &["verify"], "sqlite:a.db", &[]).succeeded();
}
