//! The fewest requests that can show a whole workspace.

use relatable_simulator::{Resource, Stats, Truth};
use serde_json::Value;
use std::collections::BTreeMap;

/// The parts of the workspace that are counted here, by the beginning of their paths; every other list is small, and
/// counts as often as it was asked for.
const COUNTED: [&str; 6] = [
    "POST /contacts/search",
    "GET /contacts",
    "GET /events",
    "POST /conversations/search",
    "GET /conversations/{id}",
    "POST /tickets/search",
];

/// Pages of at most `size` records; an empty list has one.
fn pages(records: usize, size: usize) -> u64 {
    records.div_ceil(size).max(1) as u64
}

/// The requests that contacts, conversations and tickets need at least, and those that were made for everything else.
pub(crate) fn requests(truth: &Truth, stats: &Stats) -> u64 {
    let others =
        stats.by_path.iter().filter(|(path, _)| !COUNTED.iter().any(|counted| path.starts_with(counted)));
    let others: u64 = others.map(|(_, requests)| requests).sum();
    let mut events: BTreeMap<String, usize> = BTreeMap::new();
    for event in truth.documents(Resource::Events) {
        *events.entry(event["intercom_user_id"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    let (mut contacts, mut details) = (0, 0);
    for contact in truth.documents(Resource::Contacts) {
        contacts += 1;
        details += of_contact(&contact, events.get(contact["id"].as_str().unwrap_or_default()).copied());
    }
    let conversations = truth.documents(Resource::Conversations).count();
    let tickets = truth.documents(Resource::Tickets).count();
    let listed = pages(contacts, 150) + pages(conversations, 150) + pages(tickets, 150);
    listed + details + conversations as u64 + others
}

/// The requests for what hangs on a contact: segments and event summaries one each, events by pages, and lists that it
/// shows to be there.
fn of_contact(contact: &Value, events: Option<usize>) -> u64 {
    let length = |list: &str| contact[list]["data"].as_array().map_or(0, Vec::len);
    let subscriptions = length("opted_in_subscription_types") + length("opted_out_subscription_types");
    let companies = length("companies");
    2 + pages(events.unwrap_or_default(), 50)
        + u64::from(length("tags") > 0)
        + u64::from(length("notes") > 0)
        + u64::from(subscriptions > 0)
        + if companies > 10 { pages(companies, 60) } else { 0 }
}
