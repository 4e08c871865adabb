//! Answers: by version, empty, late, refused, and those one must not ask for.

use super::{Stage, some};
use crate::harness::Options;
use relatable_simulator::{FaultKind, Mutation, Resource};

const VERSIONS: [&str; 7] = ["2.11", "2.12", "2.13", "2.14", "2.15", "2.16", "Preview"];

#[tokio::test(flavor = "multi_thread")]
async fn trap_18_and_24_every_version_is_read_with_what_it_lacks() {
    for version in VERSIONS {
        let stage = Stage::set(|settings| settings.contacts = 60).await;
        for _ in 0..2 {
            let options = Options { version: Some(version), ..Options::default() };
            let report =
                stage.sync_with(options).await.unwrap_or_else(|error| panic!("{version}: {error:?}"));
            assert_eq!(report.skipped, vec![], "{version}");
            for (table, resource) in [
                ("contacts", Resource::Contacts),
                ("companies", Resource::Companies),
                ("conversations", Resource::Conversations),
                ("tags", Resource::Tags),
                ("events", Resource::Events),
            ] {
                let live = format!("SELECT count(*) FROM {table} WHERE _deleted_at IS NULL");
                assert_eq!(stage.number(&live), stage.truth(resource).len() as i64, "{version}: {table}");
            }
            let conversations = stage.truth(Resource::Conversations);
            let parts =
                conversations.iter().map(|it| it["conversation_parts"]["conversation_parts"].as_array());
            let parts: usize = parts.map(|parts| parts.unwrap().len()).sum();
            assert_eq!(stage.number("SELECT count(*) FROM conversation_parts"), parts as i64, "{version}");
            stage.simulator.advance_clock(3_600);
            stage.mutate(Mutation::UpdateContacts { which: some(7, 1) });
            stage.mutate(Mutation::ReplyToConversations { which: some(7, 1), parts: 1 });
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_25_empty_answers() {
    let stage = Stage::set(|_| ()).await;
    for path in
        ["/tags", "/companies/scroll", "/conversations/search", "/conversations/2", "/events", "/contacts"]
    {
        stage.inject(path, 0, 2, FaultKind::EmptyBody);
        stage.inject(path, 1, 1, FaultKind::EmptyBody);
    }
    stage.sync().await;
    stage.assert_truth();
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_26_searches_that_time_out() {
    let stage = Stage::set(|settings| {
        settings.contacts = 200;
        settings.conversations = Some(200);
    })
    .await;
    let timeout = || FaultKind::Status { code: 504, error_code: "gateway_timeout".to_owned() };
    for _ in 0..2 {
        for path in ["/contacts/search", "/conversations/search"] {
            stage.inject(path, 0, 3, timeout());
            stage.inject(path, 1, 2, timeout());
        }
        stage.sync().await;
        stage.assert_truth();
        stage.simulator.advance_clock(3_600);
        stage.mutate(Mutation::UpdateContacts { which: some(170, 1) });
        stage.mutate(Mutation::ReplyToConversations { which: some(170, 1), parts: 1 });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_33_windows_of_ten_seconds() {
    let limit = 100;
    let stage = Stage::set(|settings| settings.limit_per_window = limit).await;
    stage.sync().await;
    let stats = stage.simulator.stats();
    assert!(stats.windows.len() > 4, "one window was enough");
    assert!(stats.windows.iter().all(|window| window.requests <= u64::from(limit)), "{:?}", stats.windows);
    assert_eq!(stats.rejected, 0);
    stage.assert_truth();
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_37_a_get_with_side_effects() {
    let stage = Stage::set(|_| ()).await;
    stage.sync().await;
    stage.simulator.advance_clock(3_600);
    stage.sweep().await;
    let asked = stage.simulator.stats().by_path;
    assert!(asked.keys().any(|pattern| pattern.starts_with("GET /contacts/{id}/")), "{asked:?}");
    assert!(
        !asked.keys().any(|pattern| pattern.contains("banner") || pattern == "GET (unknown)"),
        "{asked:?}"
    );
}
