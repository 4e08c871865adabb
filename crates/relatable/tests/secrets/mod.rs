//! What no program may say: every output of every program that tests run is searched for it, and all that a run in a test's own
//! process tells. The test command searches what it prints for what is in `planted.txt`.
//!
//! The token, passwords and the salt are in no output at all. What is about people, an address or the text of a message, is
//! in what a command hands out because it was asked for it, and in nothing else: no talk, no error, no event, no report.

use relatable_simulator::{Resource, Simulator};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// The token of programs, unless a test says otherwise.
pub(crate) const TOKEN: &str = "dG9rOnRlc3Qtc2VjcmV0LTdmM2E=";
/// The password in addresses of servers, also of those that the project's test command starts.
pub(crate) const PASSWORD: &str = "hunter2-of-the-tests";
/// What goes into hashes.
pub(crate) const SALT: &str = "a secret for these tests";
/// Texts shorter than this are in outputs by chance.
const LETTERS_MIN: usize = 12;
/// The commands that hand out what the tables or the files hold.
const HANDING_OUT: [&str; 3] = ["export", "demo", "model"];

/// What is about people in the workspaces that were started.
static PEOPLE: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Has everything searched for the people of a workspace from now on.
pub(crate) fn plant(simulator: &Simulator) {
    PEOPLE.lock().unwrap_or_else(PoisonError::into_inner).extend(people(simulator));
}

/// What is about people in a workspace: some addresses and messages.
pub(crate) fn people(simulator: &Simulator) -> BTreeSet<String> {
    let contacts = simulator.truth().documents(Resource::Contacts).take(50);
    let emails = contacts.filter_map(|contact| contact["email"].as_str().map(str::to_owned));
    let conversations = simulator.truth().documents(Resource::Conversations).take(20);
    let bodies = conversations.filter_map(|conversation| conversation["source"]["body"].as_str().map(plain));
    emails.chain(bodies.filter(|body| body.chars().count() >= LETTERS_MIN)).collect()
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
    if let Some(told) = told(arguments, stdout, stderr) {
        panic!("`{told}` was told by {arguments:?}: {stdout}\n{stderr}");
    }
}

/// What a program with these arguments said and may not say.
pub(crate) fn told(arguments: &[&str], stdout: &str, stderr: &str) -> Option<String> {
    let is_said = |secret: &&str| stdout.contains(secret) || stderr.contains(secret);
    if let Some(secret) = [TOKEN, PASSWORD, SALT].into_iter().find(is_said) {
        return Some(secret.to_owned());
    }
    let hands_out = arguments.first().is_some_and(|command| HANDING_OUT.contains(command));
    let is_asked_for = |text: &String| arguments.iter().any(|argument| argument.contains(text));
    let is_told = |text: &&String| {
        (stderr.contains(*text) && !is_asked_for(text)) || (stdout.contains(*text) && !hands_out)
    };
    let planted = PEOPLE.lock().unwrap_or_else(PoisonError::into_inner);
    planted.iter().find(is_told).cloned()
}
