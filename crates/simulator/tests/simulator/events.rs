//! Events: pages by link, ninety days, summaries.

use relatable_simulator::{Addition, Mutation, Resource, Selection};
use serde_json::Value;

use crate::client::{each_once, ids, rows, session};

#[tokio::test]
async fn links_lead_through_all_events_of_ninety_days_once() {
    let session =
        session(|settings| settings.clock = Some("2026-11-02T00:00:00Z".parse().expect("an instant"))).await;
    let events = session.truth(Resource::Events);
    let mut pages = 0;
    for contact in ids(&session.truth(Resource::Contacts)) {
        let mut path = format!("/events?type=user&intercom_user_id={contact}&per_page=20");
        let mut documents = Vec::new();
        loop {
            let page = session.get(&path).await;
            documents.extend_from_slice(rows(&page, "events"));
            pages += 1;
            assert!(page["pages"]["since"].as_str().expect("text").contains("&since="));
            match page["pages"]["next"].as_str() {
                Some(next) => path = next.to_owned(),
                None => break,
            }
        }
        let expected: Vec<Value> =
            events.iter().filter(|event| event["intercom_user_id"] == contact.as_str()).cloned().collect();
        assert_eq!(each_once(ids(&documents)), each_once(ids(&expected)));
    }
    assert!(pages > 410, "some contact has several pages");
    let oldest =
        events.iter().map(|event| event["created_at"].as_i64().expect("an instant")).min().expect("events");
    assert!(oldest >= session.simulator.now_s() - 90 * 86_400 - 5);
}

#[tokio::test]
async fn what_came_since_is_found_by_the_since_link() {
    let session = session(|_| ()).await;
    let contact = ids(&session.truth(Resource::Contacts))[1].clone();
    let page = session.get(&format!("/events?type=user&intercom_user_id={contact}")).await;
    let since = page["pages"]["since"].as_str().expect("text").to_owned();
    assert!(rows(&session.get(&since).await, "events").is_empty());
    let which = Selection::Indexes(vec![1]);
    session.simulator.advance_clock(5);
    session.simulator.mutate(Mutation::AddToContacts { which, what: Addition::Event }).expect("an event");
    assert_eq!(rows(&session.get(&since).await, "events").len(), 1);
}

#[tokio::test]
async fn summaries_count_older_events_in_iso_text() {
    let session = session(|_| ()).await;
    let contact = &session.truth(Resource::Contacts)[1];
    let id = contact["id"].as_str().expect("text");
    let summary = session.get(&format!("/events?type=user&intercom_user_id={id}&summary=true")).await;
    assert_eq!(summary["type"], "event.summary");
    let counted: u64 = rows(&summary, "events").iter().filter_map(|item| item["count"].as_u64()).sum();
    assert_eq!(counted, 260);
    assert!(
        rows(&summary, "events")
            .iter()
            .all(|item| item["first"].as_str().is_some_and(|first| first.ends_with('Z')))
    );
    assert!(
        rows(&summary, "events")
            .iter()
            .any(|item| item["last"].as_str().is_some_and(|last| last.ends_with("Z ")))
    );
}
