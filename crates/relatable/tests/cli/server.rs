//! What a person does with tables on a server is what they do with tables in a file.

use crate::program::{Place, simulator};
use relatable_simulator::Mutation;

/// The documents of a resource, as `export` gives them.
fn exported(place: &Place, to: &str, resource: &str) -> String {
    let outcome = place.run(&["export", resource, "--from", to]);
    outcome.succeeded();
    outcome.stdout
}

/// Reads tables into the address that is made for a place, verifies, remodels and exports them, and forgets somebody.
pub(crate) async fn check_tables_at(address: fn(&Place) -> String) {
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
    // With references as foreign keys the documents are the same, and somebody can be forgotten all the same.
    let conversations = exported(&place, &to, "conversations");
    place.run(&["remodel", "--to", &to, "--references", "enforce", "--quiet"]).succeeded();
    assert_eq!(exported(&place, &to, "conversations"), conversations);
    sync(&to);
    place.run(&["forget", "--contact", id, "--to", &to]).succeeded();
    assert!(!exported(&place, &to, "contacts").contains(id));
}

/// Fails to reach a server at this address, whose words are `described`, and asks the workspace for nothing.
pub(crate) async fn check_unreachable(to: &str, described: &str) {
    let simulator = simulator(10, 0).await;
    let (place, base_url) = (Place::new(), simulator.base_url());
    place.run(&["sync", "--to", to, "--base-url", &base_url]).failed_with(7, &[described]);
    assert_eq!(simulator.stats().requests, 0);
}
