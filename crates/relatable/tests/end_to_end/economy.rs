//! What a run costs when little has changed.

use crate::comparison::assert_truth;
use crate::harness::{Options, Site, UNLIMITED, run};
use relatable_intercom::catalogue::{Cut, Paging, Reading, feeds};
use relatable_simulator::{Mutation, Resource, Selection, Settings, Simulator};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

const CONTACTS: u64 = 1_000;
const COMPANIES: u64 = 400;
const CONVERSATIONS: u64 = 500;

async fn workspace() -> Simulator {
    let settings = Settings {
        contacts: CONTACTS,
        companies: Some(COMPANIES),
        conversations: Some(CONVERSATIONS),
        limit_per_window: UNLIMITED,
        ..Settings::default()
    };
    Simulator::start(settings).await.unwrap()
}

/// Requests of one more run, by path.
async fn cost(simulator: &Simulator, site: &Site) -> (u64, BTreeMap<String, u64>) {
    let before = simulator.stats();
    run(simulator, site, Options::default()).await.unwrap();
    let mut after = simulator.stats();
    after
        .by_path
        .iter_mut()
        .for_each(|(path, count)| *count -= before.by_path.get(path).copied().unwrap_or_default());
    after.by_path.retain(|_, count| *count > 0);
    (after.requests - before.requests, after.by_path)
}

/// Lists without a filter by time of change: one request each.
fn lists() -> u64 {
    let read = feeds().filter(|feed| feed.is_in("2.16") && feed.cost.is_none());
    let is_list = |reading: Reading| {
        matches!(
            reading,
            Reading::Snapshot
                | Reading::Definitions(_)
                | Reading::Deletions
                | Reading::PerType
                | Reading::Backfill(Cut::Whole)
        )
    };
    read.filter(|feed| is_list(feed.reading) && feed.paging != Paging::Scroll).count() as u64
}

/// The most requests of a run that finds nothing new and for which no sweep is due.
pub(crate) fn idle_bound(companies: u64) -> u64 {
    (scroll_pages(companies) + lists() + 10) * 11 / 10
}

/// Pages of the company scroll, with the one that says it is over.
fn scroll_pages(companies: u64) -> u64 {
    companies.div_ceil(100) + 1
}

/// What must be asked for each of these contacts.
fn details(simulator: &Simulator, changed: &HashSet<String>) -> u64 {
    let length = |contact: &Value, list: &str| contact[list]["data"].as_array().map_or(0, Vec::len);
    let of_contact = |contact: Value| {
        let subscriptions = length(&contact, "opted_in_subscription_types")
            + length(&contact, "opted_out_subscription_types");
        // Segments, events and summaries of events are asked for always.
        3 + u64::from(length(&contact, "tags") > 0)
            + u64::from(length(&contact, "notes") > 0)
            + u64::from(subscriptions > 0)
            + u64::from(length(&contact, "companies") > 10)
    };
    let documents = simulator.truth();
    let contacts = documents.documents(Resource::Contacts);
    contacts.filter(|contact| changed.contains(contact["id"].as_str().unwrap())).map(of_contact).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_without_changes_costs_its_lists() {
    let (simulator, site) = (workspace().await, Site::new("sqlite"));
    run(&simulator, &site, Options::default()).await.unwrap();
    simulator.advance_clock(7_200);
    run(&simulator, &site, Options::default()).await.unwrap();
    simulator.advance_clock(7_200);
    let (requests, by_path) = cost(&simulator, &site).await;
    let bound = idle_bound(COMPANIES);
    assert!(requests <= bound, "{requests} requests, at most {bound} are due: {by_path:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_after_few_changes_costs_what_changed() {
    let (simulator, site) = (workspace().await, Site::new("sqlite"));
    run(&simulator, &site, Options::default()).await.unwrap();
    simulator.advance_clock(7_200);
    let some = |count| Selection::Random { count, seed: 5 };
    let contacts = simulator.mutate(Mutation::UpdateContacts { which: some(10) }).unwrap().ids;
    let conversations =
        simulator.mutate(Mutation::ReplyToConversations { which: some(5), parts: 1 }).unwrap().ids;
    simulator.mutate(Mutation::UpdateCompanies { which: some(4) }).unwrap();
    simulator.advance_clock(120);
    let (requests, by_path) = cost(&simulator, &site).await;
    let changed: HashSet<String> = contacts.into_iter().collect();
    let pages = 2;
    let due = pages
        + details(&simulator, &changed)
        + conversations.len() as u64
        + scroll_pages(COMPANIES)
        + lists();
    let bound = due * 12 / 10;
    assert!(requests <= bound, "{requests} requests, at most {bound} are due: {by_path:#?}");
    assert_truth(&site, &simulator);
    // The same again right away: the lag shows the same changes once more, and none is asked for again.
    simulator.advance_clock(60);
    let (again, by_path) = cost(&simulator, &site).await;
    let bound = idle_bound(COMPANIES);
    assert!(again <= bound, "{again} requests, at most {bound} are due: {by_path:#?}");
}
