//! Workspaces whose tables are right, and that go on changing: no false alarm.

use super::{settings, told, verified};
use crate::harness::{Options, Site, UNLIMITED, run};
use relatable_simulator::{
    Addition, AttributeType, Model, Mutation, Removal, Resource, Selection, Settings, Simulator,
};
use serde_json::json;

/// How many workspaces.
const WORKSPACES: u64 = 20;

async fn workspace(seed: u64) -> Simulator {
    let settings = Settings {
        seed,
        contacts: 30 + seed * 13 % 50,
        companies: Some(5 + seed * 29 % 120),
        conversations: Some(10 + seed * 7 % 40),
        limit_per_window: UNLIMITED,
        index_lag_s: seed % 3 * 60,
        timezone: ["Europe/Dublin", "Asia/Kolkata", "America/Los_Angeles"][(seed % 3) as usize].to_owned(),
        ..Settings::default()
    };
    Simulator::start(settings).await.unwrap()
}

/// Some of what happens in a workspace.
fn changes(seed: u64) -> Vec<Mutation> {
    let which = |count, more: u64| Selection::Random { count, seed: seed * 100 + more };
    let delete = |resource, more| Mutation::Delete { resource, which: which(2, more) };
    let add = |what, more| Mutation::AddToContacts { which: which(6, more), what };
    let remove = |what, more| Mutation::RemoveFromContacts { which: which(6, more), what };
    vec![
        Mutation::CreateContacts { count: 3 },
        Mutation::UpdateContacts { which: which(6, 1) },
        add(Addition::Note, 2),
        add(Addition::Event, 3),
        add(Addition::Tag, 4),
        add(Addition::Segment, 5),
        add(Addition::Company, 6),
        remove(Removal::Note, 7),
        remove(Removal::Tag, 8),
        remove(Removal::Segment, 9),
        remove(Removal::Company, 10),
        Mutation::CreateCompanies { count: 2 },
        Mutation::UpdateCompanies { which: which(3, 11) },
        Mutation::CreateConversations { count: 2 },
        Mutation::ReplyToConversations { which: which(4, 12), parts: 3 },
        Mutation::RedactParts { which: which(2, 13) },
        Mutation::RenameTag { tag: 0, name: format!("renamed {seed}") },
        delete(Resource::Contacts, 14),
        delete(Resource::Conversations, 15),
        delete(Resource::Companies, 16),
        Mutation::Delete { resource: Resource::Tags, which: which(1, 17) },
        Mutation::Delete { resource: Resource::Segments, which: which(1, 18) },
        Mutation::Delete { resource: Resource::Admins, which: which(1, 19) },
        Mutation::AddAttribute {
            model: Model::Contact,
            name: format!("since {seed}"),
            data_type: AttributeType::Integer,
        },
        Mutation::UpdateContacts { which: which(3, 20) },
        Mutation::MergeContacts { sources: which(1, 21), into: 0 },
        Mutation::AddField { resource: Resource::Companies, name: "novel".to_owned(), value: json!("x") },
    ]
}

/// Changes a workspace; what cannot happen to it, since too few are left, does not.
fn change(simulator: &Simulator, seed: u64, changes: Vec<Mutation>) {
    let done = changes.into_iter().filter(|mutation| simulator.mutate(mutation.clone()).is_ok()).count();
    assert!(done > 18, "seed {seed}: next to nothing has changed");
}

/// Whether a reading that catches up with changes leaves the tables right: what vanished from a list that is read as a whole,
/// or from a contact's notes, keeps its row, and verification rightly tells.
fn is_caught_up(mutation: &Mutation) -> bool {
    match mutation {
        Mutation::Delete { resource, .. } => matches!(resource, Resource::Contacts | Resource::Conversations),
        Mutation::RemoveFromContacts { what, .. } => *what != Removal::Note,
        _ => true,
    }
}

async fn no_false_alarm(scheme: &'static str, seed: u64) {
    let (simulator, site) = (workspace(seed).await, Site::new(scheme));
    run(&simulator, &site, Options::default()).await.unwrap();
    // Every fourth workspace is compared to the last record.
    let settings = settings(&simulator, &site, if seed.is_multiple_of(4) { 1_000 } else { 15 });
    let clean = verified(&settings, &site).await;
    assert_eq!(told(&clean.findings), [""; 0], "seed {seed}: nothing has changed yet");
    let since: u64 = clean.resources.values().map(|proof| proof.changed_since).sum();
    assert_eq!(since, 0, "seed {seed}: nothing has changed yet");
    if !seed.is_multiple_of(2) {
        let earlier = changes(seed + 1_000).into_iter().filter(is_caught_up).collect();
        change(&simulator, seed, earlier);
        simulator.advance_clock(7_200);
        run(&simulator, &site, Options::default()).await.unwrap();
        let caught_up = verified(&settings, &site).await;
        assert_eq!(told(&caught_up.findings), [""; 0], "seed {seed}: changes were caught up with");
    }
    change(&simulator, seed, changes(seed));
    simulator.advance_clock(seed % 4 * 1_000);
    let report = verified(&settings, &site).await;
    assert_eq!(told(&report.findings), [""; 0], "seed {seed}");
    let since: u64 = report.resources.values().map(|proof| proof.changed_since).sum();
    assert!(since > 10, "seed {seed}: only {since} changes were seen");
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_healthy_workspaces_that_go_on_changing_raise_no_alarm() {
    for seed in 1..=WORKSPACES {
        no_false_alarm("sqlite", seed).await;
    }
}

#[cfg(feature = "duckdb")]
#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_workspace_in_duckdb_raises_no_alarm() {
    no_false_alarm("duckdb", 21).await;
}
