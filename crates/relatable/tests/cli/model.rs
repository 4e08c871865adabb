//! The model is shown as it will be, with the user's rules in it.

use crate::program::Place;
use serde_json::Value;

#[test]
fn every_table_and_column_is_shown_with_type_key_and_reference() {
    let outcome = Place::new().run(&["model", "show", "--resource", "contacts"]);
    assert_eq!(outcome.succeeded().stderr, "");
    for line in [
        "contacts  A person the workspace knows: a user (signed up) or a lead (not yet).",
        "  view     users, live rows where role is user",
        "  key      contact_id, tag_id",
        "  parent   contacts, contact_id = contacts.id",
    ] {
        assert!(outcome.stdout.lines().any(|shown| shown == line), "{line}: {}", outcome.stdout);
    }
    let owner = outcome.stdout.lines().find(|line| line.trim_start().starts_with("owner_id ")).unwrap();
    assert!(owner.contains(" text ") && owner.contains("-> admins"), "{owner}");
}

#[test]
fn a_users_rules_show_their_effect() {
    let place = Place::new();
    let rules = "[contacts.paths]\n\"tags\" = { as = \"delimited\", of = \"id\" }\n\
                 \"avatar\" = { as = \"table\", table = \"contact_avatars\" }\n";
    place.write("mine.toml", rules);
    let show = |arguments: &[&str]| {
        let outcome = place.run(&[&["model", "show", "--json"], arguments].concat());
        let document: Value = serde_json::from_str(&outcome.succeeded().stdout).unwrap();
        let names = |list: &str, member: &str| {
            let tables = document[list].as_array().unwrap().iter();
            tables.map(|table| table[member].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        (names("tables", "name"), names("open", "table"))
    };
    let tags = "contact_tags".to_owned();
    let (tables, open) = show(&[]);
    assert!(tables.contains(&tags) && open.is_empty());
    let (tables, open) = show(&["--model", "mine.toml"]);
    assert!(!tables.contains(&tags));
    assert_eq!(open, ["contact_avatars"]);
    assert_eq!(show(&["--model", "mine.toml", "--resource", "tags"]), (vec!["tags".to_owned()], vec![]));
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error_and_a_reader_that_leaves_is_none() {
    let place = Place::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let child = place.command(&["model", "show"]).stdout(full).stderr(std::process::Stdio::piped()).spawn();
    place
        .wait(child.unwrap())
        .failed_with(1, &["error: failed to write to standard output", "No space left"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let child = place.command(&["model", "show"]).stdout(writer).stderr(std::process::Stdio::piped()).spawn();
    assert_eq!(place.wait(child.unwrap()).succeeded().stderr, "");
}
