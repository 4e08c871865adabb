//! Pages: how many records they have, how they hang together, and what moves under a reader.

use super::{Stage, some, words};
use crate::harness::Options;
use relatable_simulator::{FaultKind, Mutation, Resource};
use serde_json::json;
use std::time::Duration;

/// Events of a page that is read.
const EVENTS_PER_PAGE: usize = 50;

#[tokio::test(flavor = "multi_thread")]
async fn trap_06_ten_contacts_per_page_by_default() {
    let stage = Stage::set(|settings| settings.contacts = 400).await;
    let naive = stage.get("/contacts").await;
    assert_eq!(naive["data"].as_array().unwrap().len(), 10);
    let before = stage.simulator.stats();
    stage
        .sync_with(Options { select: Some(vec!["contacts".to_owned()]), ..Options::default() })
        .await
        .unwrap();
    assert_eq!(stage.number("SELECT count(*) FROM contacts"), 400);
    let asked = |pattern| stage.asked(pattern) - before.by_path.get(pattern).copied().unwrap_or_default();
    let pages = asked("GET /contacts") + asked("POST /contacts/search");
    assert!(pages < 40, "{pages} pages for 400 contacts");
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_07_pages_next_as_a_url() {
    let stage = Stage::set(|_| ()).await;
    let events = stage.truth(Resource::Events);
    let of = |contact: &str| events.iter().filter(|event| event["intercom_user_id"] == contact).count();
    let contacts = stage.truth(Resource::Contacts);
    let ids = contacts.iter().map(|contact| contact["id"].as_str().unwrap());
    let busy = ids.max_by_key(|id| of(id)).unwrap();
    assert!(of(busy) > EVENTS_PER_PAGE, "nobody has a second page of events");
    let page = stage.get(&format!("/events?type=user&intercom_user_id={busy}&per_page=2")).await;
    assert!(page["pages"]["next"].as_str().unwrap().starts_with("http"), "{}", page["pages"]);
    let noted =
        contacts.iter().find(|contact| contact["notes"]["total_count"].as_u64().unwrap() > 2).unwrap();
    let page = stage.get(&format!("/contacts/{}/notes?per_page=2", noted["id"].as_str().unwrap())).await;
    assert!(page["pages"]["next"].as_str().unwrap().starts_with("http"), "{}", page["pages"]);
    // And in searches, what stands beside the question is not heard.
    let question = json!({"query": {"field": "created_at", "operator": ">", "value": 0}});
    let (_, naive) = stage.post("/contacts/search?per_page=3", question).await;
    assert_ne!(naive["data"].as_array().unwrap().len(), 3);
    stage.sync().await;
    stage.assert_truth();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_page_for_ever_is_a_named_error() {
    let many = |settings: &mut relatable_simulator::Settings| {
        settings.contacts = 400;
        settings.conversations = Some(320);
    };
    for path in ["/contacts", "/conversations/search", "/events"] {
        let mut stage = Stage::set(many).await;
        stage.inject(path, 0, u32::MAX, FaultKind::SamePage);
        let sync = tokio::time::timeout(Duration::from_secs(60), stage.sync_with(Options::default()));
        let error = sync.await.expect("a page that comes for ever must not be read for ever").unwrap_err();
        let error = words(&error);
        assert!(error.contains(path) && error.contains("page"), "{error}");
        // The same workspace without the fault: the next run goes on.
        let healthy = Stage::set(many).await;
        stage.simulator = healthy.simulator;
        stage.sync().await;
        stage.assert_truth();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_42_pages_that_drift_while_they_are_read() {
    let stage = Stage::set(|settings| {
        settings.contacts = 400;
        settings.conversations = Some(320);
    })
    .await;
    for path in ["/contacts", "/conversations/search"] {
        for seed in 0..4 {
            let mutation = match (path, seed) {
                ("/contacts", 0 | 2) => Mutation::UpdateContacts { which: some(40, seed) },
                ("/contacts", 1) => Mutation::CreateContacts { count: 7 },
                ("/contacts", _) => Mutation::Delete { resource: Resource::Contacts, which: some(5, seed) },
                (_, 0 | 2) => Mutation::ReplyToConversations { which: some(40, seed), parts: 1 },
                (_, 1) => Mutation::CreateConversations { count: 7 },
                _ => Mutation::Delete { resource: Resource::Conversations, which: some(5, seed) },
            };
            stage.inject(path, u32::from(seed == 0), 1, FaultKind::Mutate { mutation });
        }
    }
    stage.sync().await;
    assert_eq!(stage.simulator.log().len(), 8, "everything drifted during the reading");
    stage.simulator.advance_clock(1_800);
    stage.sweep().await;
    stage.assert_truth();
}
