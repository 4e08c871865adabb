//! Searches: cursors in time, and what they pass by.

use super::{Stage, some};
use relatable_simulator::{FaultKind, Mutation, Resource};
use serde_json::json;

const TIMEZONES: [&str; 3] = ["Europe/Dublin", "America/Los_Angeles", "Pacific/Auckland"];

#[tokio::test(flavor = "multi_thread")]
async fn trap_01_exact_second_cursor_against_day_granular_search() {
    for timezone in TIMEZONES {
        let stage = Stage::set(|settings| settings.timezone = timezone.to_owned()).await;
        stage.sync().await;
        stage.simulator.advance_clock(7_200);
        stage.mutate(Mutation::UpdateContacts { which: some(5, 1) });
        stage.simulator.advance_clock(1);
        let hour_ago = stage.simulator.now_s() - 3_600;
        let question = json!({"query": {"field": "updated_at", "operator": ">", "value": hour_ago}});
        let (_, naive) = stage.post("/contacts/search", question).await;
        assert_eq!(naive["total_count"], 0, "an hour ago means from tomorrow on");
        stage.sync().await;
        stage.assert_truth();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_02_contacts_missing_around_midnight() {
    for timezone in TIMEZONES {
        let evening: jiff::ZonedDateTime = format!("2026-11-03T23:59:00[{timezone}]").parse().unwrap();
        let stage = Stage::set(|settings| {
            settings.timezone = timezone.to_owned();
            settings.clock = Some(evening.timestamp());
        })
        .await;
        stage.sync().await;
        for (seed, pause_s) in [(1, 58), (2, 2), (3, 1), (4, 3_600), (5, 86_399 - 3_661), (6, 2)] {
            stage.simulator.advance_clock(pause_s);
            stage.mutate(Mutation::UpdateContacts { which: some(3, seed) });
            stage.mutate(Mutation::CreateContacts { count: 1 });
            stage.sync().await;
            stage.assert_truth();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_03_a_change_in_the_second_of_the_cursor() {
    let stage = Stage::set(|_| ()).await;
    // Answered before it is fetched, in the very second in which the reading began.
    let reply = Mutation::ReplyToConversations { which: some(20, 1), parts: 1 };
    stage.inject("/conversations/", 20, 1, FaultKind::Mutate { mutation: reply });
    stage.sync().await;
    let log = stage.simulator.log();
    let question = json!({"query": {"field": "updated_at", "operator": ">", "value": log[0].at_s}});
    let (_, naive) = stage.post("/conversations/search", question).await;
    assert_eq!(naive["total_count"], 0, "`>` leaves out the second itself");
    stage.sync().await;
    stage.assert_truth();
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_05_conversations_that_nobody_replied_to() {
    let stage = Stage::set(|_| ()).await;
    stage.sync().await;
    stage.simulator.advance_clock(3_600);
    stage.mutate(Mutation::CreateConversations { count: 12 });
    stage.sync().await;
    let conversations = stage.truth(Resource::Conversations);
    let is_silent = |it: &&serde_json::Value| it["conversation_parts"]["total_count"] == 0;
    let silent: Vec<_> = conversations.iter().filter(is_silent).collect();
    assert!(silent.len() >= 12);
    let none = "SELECT count(*) FROM conversations c WHERE NOT EXISTS \
                (SELECT 1 FROM conversation_parts p WHERE p.conversation_id = c.id)";
    assert_eq!(stage.number(none), silent.len() as i64);
    let automated = silent.iter().filter(|it| it["source"]["delivered_as"] != "customer_initiated").count();
    assert!(automated > 0, "no conversation was begun by anybody but its contact, so nothing is tested");
    stage.assert_truth();
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_08_words_for_an_order() {
    let stage = Stage::set(|_| ()).await;
    stage.sync().await;
    let mut question = json!({"query": {"field": "updated_at", "operator": ">", "value": 1},
                              "sort": {"field": "updated_at", "order": "desc"}});
    let (status, refusal) = stage.post("/contacts/search", question.clone()).await;
    assert_eq!((status, &refusal["errors"][0]["code"]), (400, &json!("invalid_sort_order")));
    question["sort"]["order"] = json!("descending");
    assert_eq!(stage.post("/contacts/search", question).await.0, 200);
    stage.simulator.advance_clock(3_600);
    stage.mutate(Mutation::UpdateContacts { which: some(9, 1) });
    stage.mutate(Mutation::ReplyToConversations { which: some(9, 2), parts: 1 });
    stage.sync().await;
    stage.assert_truth();
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_44_one_huge_day_is_not_read_again() {
    let contacts = 500;
    let stage = Stage::set(|settings| settings.contacts = contacts).await;
    stage.sync().await;
    let search = "POST /contacts/search";
    let asked = async |pause_s| {
        stage.simulator.advance_clock(pause_s);
        let before = stage.asked(search);
        stage.sync().await;
        stage.asked(search) - before
    };
    let quiet = asked(3_600).await;
    stage.mutate(Mutation::UpdateContacts { which: some(contacts as u32, 1) });
    let huge = asked(60).await;
    assert!(huge >= quiet + 3, "all contacts changed: {huge} searches after {quiet}");
    stage.assert_truth();
    // What the index may have shown late is read once more, and then the day is over.
    let overlap = asked(3_600).await;
    assert!(overlap <= huge, "{overlap} searches");
    let after = asked(3_600).await;
    assert!(after <= quiet, "the day was read again: {after} searches, where {quiet} are enough");
    stage.assert_truth();
}
