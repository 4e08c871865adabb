//! What is wrong before anything is asked or opened is said at once, with what to do.

use crate::program::Place;

#[test]
fn a_missing_token_is_named_with_where_to_get_one() {
    let expected = "\
error: there is no access token: INTERCOM_TOKEN is not set

hint: set INTERCOM_TOKEN to the access token of an app of your workspace (Developer Hub, Authentication); \
`relatable demo` needs none";
    let place = Place::without_token();
    place.run(&["sync", "--to", "sqlite:a.db"]).failed(3, expected);
    Place::with_token("").run(&["sync", "--to", "sqlite:a.db"]).failed(3, expected);
    assert!(!place.path("a.db").exists());
}

#[test]
fn a_token_with_a_line_break_is_not_sent_and_not_shown() {
    let outcome = Place::with_token("secret\ntoken").run(&["sync", "--to", "sqlite:a.db"]);
    outcome.failed_with(3, &["was a line break copied with it?", "hint: look at INTERCOM_TOKEN"]);
    assert!(!outcome.stderr.contains("secret"));
}

#[test]
fn an_unknown_destination_is_answered_with_the_known_ones() {
    let expected = "\
error: failed to understand the destination `oracle`: its scheme is unknown; valid are sqlite:FILE and duckdb:FILE

hint: write it like `sqlite:intercom.db` or `duckdb:intercom.duckdb`";
    for command in [
        vec!["sync", "--to", "oracle:me:hidden@host"],
        vec!["demo", "--to", "oracle:me:hidden@host"],
        vec!["load", "-", "--table", "t", "--to", "oracle:me:hidden@host"],
    ] {
        Place::new().run(&command).failed(3, expected);
    }
}

#[cfg(not(feature = "duckdb"))]
#[test]
fn a_destination_that_was_not_built_says_how_to_build_it() {
    let outcome = Place::new().run(&["sync", "--to", "duckdb:a.duckdb"]);
    outcome.failed_with(3, &["error: this build has no `duckdb` destination", "hint: `cargo xtask run"]);
}

#[test]
fn broken_rules_are_named_with_file_line_and_column() {
    let place = Place::new();
    place.write("mine.toml", "[contacts.paths]\n\"avatar\" = \"flatten\"\n\"tags\" = { as = \"tabel\" }\n");
    let expected = "\
error: failed to read the rules in mine.toml
  caused by: TOML parse error at line 3, column 17
      |
    3 | \"tags\" = { as = \"tabel\" }
      |                 ^^^^^^^
    unknown variant `tabel`, expected one of `flatten`, `table`, `delimited`, `json`, `omit`

hint: a rule is `\"path\" = \"strategy\"` or `\"path\" = { as = \"strategy\", … }`; strategies are flatten, table, \
delimited, json and omit";
    place.run(&["sync", "--to", "sqlite:a.db", "--model", "mine.toml"]).failed(3, expected);
    place.run(&["model", "show", "--model", "mine.toml"]).failed(3, expected);
}

#[test]
fn rules_for_no_resource_and_rules_that_are_not_there_are_configuration_errors() {
    let place = Place::new();
    place.write("mine.toml", "[contact.paths]\n");
    let model = ["model", "show", "--model"];
    place.run(&[&model[..], &["mine.toml"]].concat()).failed_with(3, &["did you mean `contacts`?"]);
    let absent = place.run(&[&model[..], &["absent.toml"]].concat());
    absent.failed_with(3, &["error: failed to read the rule file `absent.toml`", "No such file", "hint: "]);
}

#[test]
fn an_address_that_is_none_is_refused() {
    let outcome = Place::new().run(&["sync", "--to", "a.db", "--base-url", "api.intercom.io"]);
    outcome.failed_with(3, &["the base URL must begin with https:// or http://", "hint: look at"]);
}
