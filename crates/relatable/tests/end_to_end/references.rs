//! Where references are enforced, tables hold what they would otherwise, and every reference leads somewhere.

use crate::client::{Client, text};
use crate::comparison::assert_truth;
use crate::harness::{Options, Site, UNLIMITED, run, settings};
use crate::verification::{settings as verification, told, verified};
use relatable_destinations::References;
use relatable_pipeline::event::Unobserved;
use relatable_pipeline::sync;
use relatable_simulator::{Addition, Mutation, Resource, Selection, Settings, Simulator};
use std::sync::Arc;

async fn workspace() -> Simulator {
    let settings = Settings {
        contacts: 40,
        companies: Some(10),
        conversations: Some(20),
        limit_per_window: UNLIMITED,
        ..Settings::default()
    };
    Simulator::start(settings).await.unwrap()
}

/// How many stubs there are in all tables.
fn stubs(client: &Client) -> i64 {
    let tables =
        client.texts("SELECT table_name FROM _relatable_columns WHERE role = 'stub' ORDER BY table_name");
    let count = |table: &String| client.number(&format!("SELECT count(*) FROM \"{table}\" WHERE _is_stub"));
    tables.iter().map(count).sum()
}

/// Fails where a reference of a column that refers to one table leads to no row; answers how many such there are.
fn assert_references_lead_somewhere(client: &Client) -> usize {
    let sql = "SELECT table_name, CAST(columns AS CHAR(99)), referenced_table, CAST(referenced_columns AS CHAR(99)) \
               FROM _relatable_keys WHERE kind = 'reference' AND CAST(\"condition\" AS CHAR(99)) = '{}' \
               AND referenced_columns IS NOT NULL";
    let references = client.rows(sql);
    for row in &references {
        let name = |place: usize| {
            serde_json::from_str::<Vec<String>>(text(&row[place]).trim_end()).unwrap().remove(0)
        };
        let (table, column, target, key) = (text(&row[0]), name(1), text(&row[2]), name(3));
        let dangling = client.number(&format!(
            "SELECT count(*) FROM \"{table}\" AS t WHERE \"{column}\" IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM \"{target}\" AS g WHERE g.\"{key}\" = t.\"{column}\")"
        ));
        assert_eq!(dangling, 0, "{table}.{column} leads to nothing in {target}");
    }
    references.len()
}

/// Reads a workspace twice, the second time without saying what becomes of references.
async fn references_lead_somewhere(scheme: &'static str, mode: &str) {
    let (simulator, site) = (workspace().await, Site::new(scheme));
    let rules = Some(format!("[\"*\"]\nmode = \"{mode}\"\n"));
    let options = Options { sweep: true, accept_deletions: true, rules, ..Options::default() };
    let mut destination = relatable_destinations::uri::open(&site.uri()).unwrap();
    destination.ask_references(References::Enforce);
    let asked = settings(&simulator.base_url(), site.journal(), options.clone());
    let report = sync(asked, destination, Arc::new(Unobserved)).await.unwrap();
    assert_eq!(report.tables["contacts"].0.inserted, 40, "stubs are not counted");
    assert_truth(&site, &simulator);
    assert!(assert_references_lead_somewhere(&site.client()) > 60);
    let before = stubs(&site.client());
    let all = Selection::Random { count: 20, seed: 1 };
    for mutation in [
        Mutation::CreateContacts { count: 3 },
        Mutation::CreateConversations { count: 3 },
        Mutation::AddToContacts { which: all.clone(), what: Addition::Company },
        Mutation::Delete { resource: Resource::Tags, which: Selection::Indexes(vec![0]) },
        Mutation::Delete { resource: Resource::Contacts, which: Selection::Indexes(vec![3, 4]) },
        Mutation::Delete { resource: Resource::Admins, which: Selection::Indexes(vec![1]) },
        Mutation::UpdateContacts { which: all },
    ] {
        simulator.mutate(mutation).unwrap();
    }
    simulator.advance_clock(7_200);
    run(&simulator, &site, options).await.unwrap();
    assert_truth(&site, &simulator);
    assert_references_lead_somewhere(&site.client());
    // What is deleted in a mirror and referred to is missing from then on.
    assert!(mode != "mirror" || stubs(&site.client()) > before);
    if mode == "upsert" {
        let report = verified(&verification(&simulator, &site, 10), &site).await;
        assert_eq!(told(&report.findings), [""; 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn references_lead_somewhere_in_sqlite() {
    references_lead_somewhere("sqlite", "mirror").await;
}

#[cfg(feature = "duckdb")]
#[tokio::test(flavor = "multi_thread")]
async fn references_lead_somewhere_in_duckdb() {
    references_lead_somewhere("duckdb", "upsert").await;
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn references_lead_somewhere_in_postgres() {
    references_lead_somewhere("postgres", "mirror").await;
}

#[cfg(feature = "mysql")]
#[tokio::test(flavor = "multi_thread")]
async fn references_lead_somewhere_in_mysql() {
    references_lead_somewhere("mysql", "mirror").await;
}
