//! That outputs are searched for what no program may say.

use crate::program::simulator;
use crate::secrets::{PASSWORD, SALT, TOKEN, told};
use relatable_simulator::Resource;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_planted_is_found_where_it_is_told() {
    let simulator = simulator(30, 0).await;
    let contact =
        simulator.truth().documents(Resource::Contacts).find(|contact| contact["email"].is_string());
    let email = contact.unwrap()["email"].as_str().unwrap().to_owned();
    let sync = ["sync"];
    for (stdout, stderr) in [("", email.as_str()), (email.as_str(), ""), ("", TOKEN), (SALT, "")] {
        let told = told(&sync, &format!("x{stdout}x"), stderr);
        assert_eq!(told.as_deref(), Some(format!("{stdout}{stderr}").as_str()));
    }
    assert_eq!(told(&["export"], &email, ""), None);
    // The test command looks for these in what it prints.
    let planted: Vec<&str> = include_str!("../secrets/planted.txt").lines().collect();
    assert_eq!(planted[..3], [TOKEN, PASSWORD, SALT]);
    let documents = [Resource::Contacts, Resource::Conversations].into_iter();
    let documents: Vec<String> = documents
        .flat_map(|resource| simulator.truth().documents(resource))
        .map(|one| one.to_string())
        .collect();
    for text in &planted[3..] {
        assert!(documents.iter().any(|document| document.contains(text)), "{text} is about nobody");
    }
}

#[cfg(any(feature = "mysql", feature = "postgres"))]
#[test]
fn the_servers_of_the_tests_are_reached_with_the_password_that_is_searched_for() {
    for server in ["RELATABLE_TEST_POSTGRES", "RELATABLE_TEST_MYSQL"] {
        let address =
            std::env::var(server).unwrap_or_else(|_| panic!("{server}: `cargo xtask test` sets it"));
        assert!(address.contains(&format!(":{}@", PASSWORD)), "{server}");
    }
}
