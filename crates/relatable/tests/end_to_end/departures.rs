//! What is deleted or merged behind our back leaves the tables, and only that.

use crate::comparison::assert_truth;
use crate::harness::{Options, Site, UNLIMITED, run};
use relatable_pipeline::PipelineError;
use relatable_simulator::{Mutation, Removal, Resource, Selection, Settings, Simulator};

async fn workspace(contacts: u64) -> Simulator {
    let settings = Settings {
        contacts,
        conversations: Some(contacts / 2),
        limit_per_window: UNLIMITED,
        ..Settings::default()
    };
    Simulator::start(settings).await.unwrap()
}

fn some(indexes: &[u32]) -> Selection {
    Selection::Indexes(indexes.to_vec())
}

fn delete(simulator: &Simulator, resource: Resource, indexes: &[u32]) -> Vec<String> {
    simulator.mutate(Mutation::Delete { resource, which: some(indexes) }).unwrap().ids
}

fn marked(site: &Site, table: &str) -> Vec<String> {
    site.client().texts(&format!("SELECT id FROM {table} WHERE _deleted_at IS NOT NULL ORDER BY id"))
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}

/// A sweep, some time after the last run.
async fn sweep(simulator: &Simulator, site: &Site) {
    simulator.advance_clock(7_200);
    run(simulator, site, Options { sweep: true, ..Options::default() }).await.unwrap();
}

async fn what_is_deleted_is_marked_and_its_links_go(scheme: &'static str) {
    let (simulator, site) = (workspace(200).await, Site::new(scheme));
    run(&simulator, &site, Options::default()).await.unwrap();
    for (resource, table, indexes) in [
        (Resource::Contacts, "contacts", [3, 7]),
        (Resource::Companies, "companies", [0, 5]),
        (Resource::Conversations, "conversations", [1, 2]),
        (Resource::Tags, "tags", [0, 4]),
        (Resource::Segments, "segments", [1, 2]),
        (Resource::Admins, "admins", [1, 2]),
        (Resource::Teams, "teams", [0, 1]),
    ] {
        let gone = delete(&simulator, resource, &indexes);
        sweep(&simulator, &site).await;
        assert_eq!(marked(&site, table), sorted(gone), "{table}");
        assert_truth(&site, &simulator);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_is_marked_and_its_links_go_in_sqlite() {
    what_is_deleted_is_marked_and_its_links_go("sqlite").await;
}

#[cfg(feature = "mysql")]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_is_marked_and_its_links_go_in_mysql() {
    what_is_deleted_is_marked_and_its_links_go("mysql").await;
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_is_marked_and_its_links_go_in_postgres() {
    what_is_deleted_is_marked_and_its_links_go("postgres").await;
}

#[cfg(feature = "duckdb")]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_is_marked_and_its_links_go_in_duckdb() {
    what_is_deleted_is_marked_and_its_links_go("duckdb").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_from_contacts_is_gone_after_a_sweep() {
    let (simulator, site) = (workspace(200).await, Site::new("sqlite"));
    run(&simulator, &site, Options::default()).await.unwrap();
    for what in [Removal::Note, Removal::Tag, Removal::Segment, Removal::Company] {
        let which = Selection::Random { count: 40, seed: 1 };
        simulator.mutate(Mutation::RemoveFromContacts { which, what }).unwrap();
        sweep(&simulator, &site).await;
        assert_truth(&site, &simulator);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn merged_contacts_are_marked_and_the_merge_is_told() {
    let (simulator, site) = (workspace(100).await, Site::new("sqlite"));
    run(&simulator, &site, Options::default()).await.unwrap();
    let merge = Mutation::MergeContacts { sources: some(&[11, 12]), into: 20 };
    let gone = simulator.mutate(merge).unwrap().ids;
    sweep(&simulator, &site).await;
    assert_eq!(marked(&site, "contacts"), sorted(gone));
    assert_truth(&site, &simulator);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_missing_records_stop_the_run_unless_accepted() {
    let (simulator, site) = (workspace(100).await, Site::new("sqlite"));
    run(&simulator, &site, Options::default()).await.unwrap();
    let indexes: Vec<u32> = (0..30).collect();
    let gone = delete(&simulator, Resource::Contacts, &indexes);
    simulator.advance_clock(7_200);
    let refused = run(&simulator, &site, Options { sweep: true, ..Options::default() }).await.unwrap_err();
    let PipelineError::ManyMissing { resource, missing, live } = refused else { panic!("{refused}") };
    assert_eq!((resource, missing, live), ("contacts", 30, 100));
    assert_eq!(marked(&site, "contacts"), [""; 0]);
    let options = Options { sweep: true, accept_deletions: true, ..Options::default() };
    run(&simulator, &site, options).await.unwrap();
    assert_eq!(marked(&site, "contacts"), sorted(gone));
    assert_truth(&site, &simulator);
}
