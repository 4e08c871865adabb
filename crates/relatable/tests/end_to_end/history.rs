//! How much of the past is read.

use crate::comparison::assert_truth;
use crate::harness::{Options, Site, UNLIMITED, run};
use crate::lost_journal::lose_journal;
use relatable_pipeline::Since;
use relatable_simulator::{Fault, FaultKind, Mutation, Resource, Selection, Settings, Simulator};
use std::collections::BTreeSet;

async fn workspace() -> Simulator {
    let settings = Settings { contacts: 300, limit_per_window: UNLIMITED, ..Settings::default() };
    Simulator::start(settings).await.unwrap()
}

/// A moment between the changes of a resource's records, and the ids of those that changed at or after it.
fn middle(simulator: &Simulator, resource: Resource) -> (i64, BTreeSet<String>) {
    let truth = simulator.truth();
    let changed = |document: serde_json::Value| {
        (document["updated_at"].as_i64().unwrap(), document["id"].as_str().unwrap().to_owned())
    };
    let mut all: Vec<(i64, String)> = truth.documents(resource).map(changed).collect();
    all.sort();
    let from_s = all[all.len() / 2].0;
    (from_s, all.into_iter().filter(|(at_s, _)| *at_s >= from_s).map(|(_, id)| id).collect())
}

fn live(site: &Site, table: &str) -> BTreeSet<String> {
    let sql = format!("SELECT id FROM {table} WHERE _deleted_at IS NULL");
    site.client().texts(&sql).into_iter().collect()
}

fn since(from_s: Option<i64>) -> Options {
    Options { since: vec![Since { resource: None, from_s }], ..Options::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn history_is_read_from_the_day_asked_for_and_a_sweep_keeps_to_it() {
    let (simulator, site) = (workspace().await, Site::new("sqlite"));
    let (from_s, expected) = middle(&simulator, Resource::Conversations);
    run(&simulator, &site, since(Some(from_s))).await.unwrap();
    assert_eq!(live(&site, "conversations"), expected);
    let all = simulator.truth().documents(Resource::Contacts).count();
    assert!(live(&site, "contacts").len() < all, "contacts have a history, too");
    assert_eq!(live(&site, "companies").len(), 75, "companies are read as a whole");
    // The bound stays without being said again; deletions are found within it and only there.
    let older = |simulator: &Simulator| {
        let truth = simulator.truth();
        let mut documents = truth.documents(Resource::Conversations).enumerate();
        let is_older =
            |document: &serde_json::Value| document["updated_at"].as_i64().is_some_and(|at_s| at_s < from_s);
        documents.find(|(_, document)| is_older(document)).map(|(index, _)| index as u32).unwrap()
    };
    let which = Selection::Indexes(vec![older(&simulator)]);
    simulator.mutate(Mutation::ReplyToConversations { which: which.clone(), parts: 1 }).unwrap();
    simulator.advance_clock(7_200);
    run(&simulator, &site, Options { sweep: true, ..Options::default() }).await.unwrap();
    assert_eq!(live(&site, "conversations").len(), expected.len() + 1, "what changes comes in");
    simulator.mutate(Mutation::Delete { resource: Resource::Conversations, which }).unwrap();
    simulator.advance_clock(7_200);
    run(&simulator, &site, Options { sweep: true, ..Options::default() }).await.unwrap();
    assert_eq!(live(&site, "conversations"), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_for_more_of_the_past_brings_it() {
    let (simulator, site) = (workspace().await, Site::new("sqlite"));
    let (from_s, expected) = middle(&simulator, Resource::Conversations);
    run(&simulator, &site, since(Some(from_s))).await.unwrap();
    simulator.advance_clock(7_200);
    run(&simulator, &site, since(Some(from_s + 86_400))).await.unwrap();
    assert_eq!(live(&site, "conversations"), expected, "less than was asked for before takes nothing away");
    simulator.advance_clock(7_200);
    run(&simulator, &site, since(None)).await.unwrap();
    assert_truth(&site, &simulator);
    simulator.advance_clock(7_200);
    run(&simulator, &site, Options { sweep: true, ..Options::default() }).await.unwrap();
    assert_truth(&site, &simulator);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_run_that_did_not_end_keeps_its_bound() {
    let (simulator, site) = (workspace().await, Site::new("sqlite"));
    let (from_s, expected) = middle(&simulator, Resource::Conversations);
    let kind = FaultKind::Status { code: 401, error_code: "unauthorized".to_owned() };
    simulator.inject(Fault { path_prefix: "/tags".to_owned(), skip: 0, times: 1, kind });
    run(&simulator, &site, since(Some(from_s))).await.unwrap_err();
    // Until then the scroll that was left open keeps others from scrolling.
    simulator.advance_clock(60);
    run(&simulator, &site, Options::default()).await.unwrap();
    assert_eq!(live(&site, "conversations"), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_of_the_past_comes_with_a_new_journal_too() {
    let (simulator, site) = (workspace().await, Site::new("sqlite"));
    let (from_s, expected) = middle(&simulator, Resource::Conversations);
    run(&simulator, &site, since(Some(from_s))).await.unwrap();
    simulator.advance_clock(7_200);
    lose_journal(&site);
    run(&simulator, &site, Options::default()).await.unwrap();
    assert_eq!(live(&site, "conversations"), expected, "the bound is in the tables' checkpoint");
    simulator.advance_clock(7_200);
    lose_journal(&site);
    run(&simulator, &site, since(None)).await.unwrap();
    assert_truth(&site, &simulator);
}
