//! Records that are gone: who can see it, and that nobody else is taken for gone.

use super::Stage;
use crate::harness::Options;
use relatable_simulator::{FaultKind, Mutation, Resource, Selection};

/// The versions that tell of what is gone, and one that does not.
const VERSIONS: [&str; 2] = ["2.16", "2.15"];

/// The ids of rows that are marked as deleted.
fn marked(stage: &Stage, table: &str) -> Vec<String> {
    let mut ids = stage.texts(&format!("SELECT id FROM {table} WHERE _deleted_at IS NOT NULL"));
    ids.sort();
    ids
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_23_a_conversation_that_is_gone_when_it_is_fetched() {
    let stage = Stage::set(|_| ()).await;
    let conversations = stage.truth(Resource::Conversations);
    let id = |index: usize| conversations[index]["id"].as_str().unwrap().to_owned();
    // One is deleted between the search that found it and its own request, one is hidden behind a proxy's page.
    let gone = Mutation::Delete { resource: Resource::Conversations, which: Selection::Indexes(vec![3]) };
    stage.inject(&format!("/conversations/{}", id(3)), 0, 1, FaultKind::Mutate { mutation: gone });
    stage.inject(&format!("/conversations/{}", id(4)), 0, 1, FaultKind::Html { status: 404 });
    stage.sync().await;
    assert_eq!(stage.number("SELECT count(*) FROM conversations"), 60, "the others were read");
    assert!(marked(&stage, "conversations").contains(&id(3)));
    for _ in 0..2 {
        stage.simulator.advance_clock(3_600);
        stage.sync().await;
    }
    assert_eq!(marked(&stage, "conversations"), [id(3)], "the other one was there after all");
    stage.assert_truth();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merged_contact_does_not_stay_a_ghost() {
    for version in VERSIONS {
        let stage = Stage::set(|_| ()).await;
        let options = || Options { version: Some(version), ..Options::default() };
        stage.sync_with(options()).await.unwrap();
        stage.simulator.advance_clock(3_600);
        let sources = Selection::Indexes(vec![10, 20]);
        let merged = sorted(stage.mutate(Mutation::MergeContacts { sources, into: 30 }));
        let which = Selection::Indexes(vec![40]);
        let deleted = stage.mutate(Mutation::Delete { resource: Resource::Contacts, which });
        stage.simulator.advance_clock(3_600);
        stage.sync_with(Options { sweep: true, ..options() }).await.unwrap();
        let gone = sorted(merged.into_iter().chain(deleted).collect());
        assert_eq!(marked(&stage, "contacts"), gone, "{version}");
        let views = "(SELECT id FROM users UNION ALL SELECT id FROM leads)";
        let shown = format!("SELECT count(*) FROM {views} WHERE id IN ('{}')", gone.join("', '"));
        assert_eq!(stage.number(&shown), 0, "{version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_deleted_behind_our_back_is_marked() {
    for version in VERSIONS {
        let stage = Stage::set(|_| ()).await;
        let options = || Options { version: Some(version), ..Options::default() };
        stage.sync_with(options()).await.unwrap();
        stage.simulator.advance_clock(3_600);
        let which = Selection::Indexes(vec![5, 15, 25]);
        let deleted = sorted(stage.mutate(Mutation::Delete { resource: Resource::Conversations, which }));
        stage.simulator.advance_clock(3_600);
        stage.sync_with(Options { sweep: true, ..options() }).await.unwrap();
        assert_eq!(marked(&stage, "conversations"), deleted, "{version}");
        let live = "SELECT count(*) FROM conversations WHERE _deleted_at IS NULL";
        assert_eq!(stage.number(live), 57, "{version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_that_is_gone_leaves_no_link_where_its_list_is_gone_with_it() {
    let stage = Stage::set(|settings| settings.seed = 8).await;
    stage.sync().await;
    let links = "SELECT count(*) FROM admin_primary_teams";
    assert!(stage.number(links) > 0);
    stage.simulator.advance_clock(3_600);
    let teams = u32::try_from(stage.truth(Resource::Teams).len()).unwrap();
    let which = Selection::Indexes((0..teams).collect());
    stage.mutate(Mutation::Delete { resource: Resource::Teams, which });
    let admins = stage.get("/admins").await;
    let levels = admins["admins"].as_array().unwrap().iter().map(|admin| &admin["team_priority_level"]);
    assert!(levels.clone().any(|level| level.as_object().is_some_and(serde_json::Map::is_empty)));
    stage.sync().await;
    stage.assert_truth();
}
