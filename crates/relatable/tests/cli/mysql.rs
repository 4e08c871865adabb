//! What a person does with tables in MySQL or MariaDB is what they do with tables in a file.

use crate::program::{Place, simulator};
use relatable_simulator::Mutation;

/// The variable with the address of a server that tests may use as they like.
const SERVER: &str = "RELATABLE_TEST_MYSQL";

/// The address of a database of the test's own.
fn address(place: &Place) -> String {
    let server = std::env::var(SERVER)
        .unwrap_or_else(|_| panic!("{SERVER} names no server: `cargo xtask test` starts one for the tests"));
    let folder = place.path(".").canonicalize().unwrap();
    format!("{server}/cli{}", folder.file_name().unwrap().to_string_lossy().replace('.', "_"))
}

/// The documents of a resource, as `export` gives them.
fn exported(place: &Place, to: &str, resource: &str) -> String {
    let outcome = place.run(&["export", resource, "--from", to]);
    outcome.succeeded();
    outcome.stdout
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_in_mysql_are_read_verified_remodelled_exported_and_forgotten_from() {
    let simulator = simulator(120, 0).await;
    let base_url = simulator.base_url();
    let place = Place::new();
    let to = address(&place);
    let sync = |to: &str| {
        place.run(&["sync", "--to", to, "--base-url", &base_url, "--quiet"]).succeeded();
    };
    place.run(&["check", "--to", &to, "--base-url", &base_url]).succeeded();
    sync(&to);
    simulator.advance_clock(7_200);
    simulator.mutate(Mutation::CreateContacts { count: 3 }).unwrap();
    simulator.advance_clock(1);
    for to in [&to, "sqlite:a.db"] {
        sync(to);
    }
    for resource in ["contacts", "companies", "conversations", "tickets", "articles"] {
        let documents = exported(&place, &to, resource);
        assert!(!documents.is_empty(), "{resource}");
        assert_eq!(documents, exported(&place, "sqlite:a.db", resource), "{resource}");
    }
    let verified = place.run(&["verify", "--to", &to, "--base-url", &base_url]);
    verified.succeeded();
    place.write(
        "mine.toml",
        "[contacts.paths]\n\"tags\" = { as = \"list\", of = \"id\" }\n\"location\" = \"table\"\n",
    );
    place.run(&["remodel", "--to", &to, "--model", "mine.toml", "--quiet"]).succeeded();
    let again = place.run(&["remodel", "--to", &to, "--model", "mine.toml"]);
    again.succeeded();
    assert_eq!(again.stdout, "no difference; nothing was done\n");
    let contact: serde_json::Value =
        serde_json::from_str(exported(&place, &to, "contacts").lines().next().unwrap()).unwrap();
    let id = contact["id"].as_str().unwrap();
    place.run(&["forget", "--contact", id, "--to", &to]).succeeded();
    assert!(!exported(&place, &to, "contacts").contains(id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mysql_server_that_cannot_be_reached_is_named_without_the_password_and_nothing_is_asked() {
    let simulator = simulator(10, 0).await;
    let (place, base_url) = (Place::new(), simulator.base_url());
    let to = "mysql://somebody:hunter2@127.0.0.1:1/base";
    let outcome = place.run(&["sync", "--to", to, "--base-url", &base_url]);
    outcome.failed_with(7, &["MySQL database `base` at 127.0.0.1:1"]);
    assert!(!outcome.stderr.contains("hunter2"), "{}", outcome.stderr);
    assert_eq!(simulator.stats().requests, 0);
}
