//! What no program may say: every output of every program that these tests run is searched for it.
//!
//! The token, passwords and the salt are in no output at all. What is about people, an address or the text of a message, is
//! in what a command hands out because it was asked for it, and in nothing else: no talk, no error, no event, no report.

use crate::program::TOKEN;
use relatable_simulator::{Resource, Simulator};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// The password in addresses of servers.
pub(crate) const PASSWORD: &str = "hunter2-of-the-tests";
/// What goes into hashes.
pub(crate) const SALT: &str = "a secret for these tests";
/// Texts shorter than this are in outputs by chance.
const LETTERS_MIN: usize = 12;
/// The commands that hand out what the tables or the files hold.
const HANDING_OUT: [&str; 4] = ["export", "demo", "model", "verify"];

/// What is about people in the workspaces that were started.
static PEOPLE: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Has everything searched for the people of a workspace from now on.
pub(crate) fn plant(simulator: &Simulator) {
    let mut planted = PEOPLE.lock().unwrap_or_else(PoisonError::into_inner);
    let contacts = simulator.truth().documents(Resource::Contacts).take(50);
    planted.extend(contacts.filter_map(|contact| contact["email"].as_str().map(str::to_owned)));
    let conversations = simulator.truth().documents(Resource::Conversations).take(20);
    let bodies = conversations.filter_map(|conversation| conversation["source"]["body"].as_str().map(plain));
    planted.extend(bodies.filter(|body| body.chars().count() >= LETTERS_MIN));
}

/// A message as it would be read: without its tags.
fn plain(body: &str) -> String {
    let mut inside = false;
    let text = body.chars().filter(|character| {
        inside = (inside || *character == '<') && *character != '>';
        !inside && *character != '>'
    });
    text.collect::<String>().trim().to_owned()
}

/// Searches what a program with these arguments said.
#[track_caller]
pub(crate) fn search(arguments: &[&str], stdout: &str, stderr: &str) {
    for secret in [TOKEN, PASSWORD, SALT] {
        for said in [stdout, stderr] {
            assert!(!said.contains(secret), "a secret was told by {arguments:?}: {said}");
        }
    }
    let hands_out = arguments.first().is_some_and(|command| HANDING_OUT.contains(command));
    let planted = PEOPLE.lock().unwrap_or_else(PoisonError::into_inner);
    for told in planted.iter() {
        let is_asked_for = arguments.iter().any(|argument| argument.contains(told));
        assert!(is_asked_for || !stderr.contains(told), "`{told}` was told by {arguments:?}: {stderr}");
        assert!(hands_out || !stdout.contains(told), "`{told}` was told by {arguments:?}: {stdout}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_planted_is_found_where_it_is_told() {
    let simulator = crate::program::simulator(30, 0).await;
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
