//! That outputs are searched for what no program may say.

use crate::program::simulator;
use crate::secrets::{SALT, TOKEN, search};
use relatable_simulator::Resource;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_planted_is_found_where_it_is_told() {
    let simulator = simulator(30, 0).await;
    let contact =
        simulator.truth().documents(Resource::Contacts).find(|contact| contact["email"].is_string());
    let email = contact.unwrap()["email"].as_str().unwrap().to_owned();
    let sync = ["sync"];
    for (stdout, stderr) in [("", email.as_str()), (email.as_str(), ""), ("", TOKEN), (SALT, "")] {
        let searched = std::panic::catch_unwind(|| search(&sync, &format!("x{stdout}x"), stderr));
        assert!(searched.is_err(), "{stdout}{stderr} was not found");
    }
    search(&["export"], &email, "");
}

#[cfg(any(feature = "mysql", feature = "postgres"))]
#[test]
fn the_servers_of_the_tests_are_reached_with_the_password_that_is_searched_for() {
    for server in ["RELATABLE_TEST_POSTGRES", "RELATABLE_TEST_MYSQL"] {
        let address =
            std::env::var(server).unwrap_or_else(|_| panic!("{server}: `cargo xtask test` sets it"));
        assert!(address.contains(&format!(":{}@", crate::secrets::PASSWORD)), "{server}");
    }
}
