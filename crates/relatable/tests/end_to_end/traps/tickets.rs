//! Tickets: two ids, two sets of words, and a time of change that is not the last.

use super::Stage;
use relatable_simulator::{FaultKind, Mutation, Resource};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const TICKETS: u64 = 40;

async fn stage() -> Stage {
    Stage::set(|settings| settings.tickets = Some(TICKETS)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_34_a_ticket_that_is_older_than_its_newest_part() {
    let stage = stage().await;
    let is_late = |ticket: &&Value| {
        let parts = ticket["ticket_parts"]["ticket_parts"].as_array().unwrap();
        parts.last().is_some_and(|part| part["created_at"].as_i64() > ticket["updated_at"].as_i64())
    };
    let tickets = stage.truth(Resource::Tickets);
    let late = tickets.iter().filter(is_late).count() as i64;
    assert!(late > 0, "no ticket has a part after its time of change");
    for _ in 0..2 {
        stage.sync().await;
        let stored = "SELECT count(DISTINCT t.id) FROM tickets t JOIN ticket_parts p ON p.ticket_id = t.id \
                      WHERE p.created_at > t.updated_at";
        assert_eq!(stage.number(stored), late);
        stage.assert_truth();
        stage.simulator.advance_clock(3_600);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_38_a_ticket_has_a_number_that_is_not_its_id() {
    let stage = stage().await;
    let tickets = stage.truth(Resource::Tickets);
    let number = tickets[20]["ticket_id"].as_str().unwrap();
    assert_ne!(tickets[20]["id"], tickets[20]["ticket_id"]);
    let (status, _) = crate::wire::get(&stage.simulator.base_url(), &format!("/tickets/{number}")).await;
    assert_eq!(status, 404, "only the id leads to a ticket");
    stage.sync().await;
    let ids: BTreeSet<String> = tickets.iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(stage.texts("SELECT id FROM tickets").into_iter().collect::<BTreeSet<_>>(), ids);
    stage.mutate(Mutation::Delete {
        resource: Resource::Tickets,
        which: relatable_simulator::Selection::Indexes(vec![20]),
    });
    stage.simulator.advance_clock(3_600);
    stage.sweep().await;
    let marked = stage.texts("SELECT id FROM tickets WHERE _deleted_at IS NOT NULL");
    assert_eq!(marked, [tickets[20]["id"].as_str().unwrap()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_39_categories_have_other_words_in_searches() {
    let stage = stage().await;
    let search = async |word: &str| {
        let question = json!({"query": {"field": "category", "operator": "=", "value": word}});
        stage.post("/tickets/search", question).await.1["total_count"].as_i64().unwrap_or_default()
    };
    assert_eq!(search("Customer").await, 0, "an answer's word finds nothing");
    let found = search("request").await;
    assert!(found > 0);
    stage.sync().await;
    assert_eq!(stage.number("SELECT count(*) FROM tickets WHERE category = 'Customer'"), found);
    let words = "SELECT DISTINCT category FROM tickets ORDER BY category";
    assert_eq!(stage.texts(words), ["Back-office", "Customer", "Tracker"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_45_a_ticket_search_that_fails() {
    let stage = stage().await;
    for _ in 0..2 {
        let failure = FaultKind::Status { code: 500, error_code: "server_error".to_owned() };
        stage.inject("/tickets/search", 0, 4, failure);
        stage.sync().await;
        stage.assert_truth();
        stage.simulator.advance_clock(3_600);
        stage.mutate(Mutation::Update { resource: Resource::Tickets, which: super::some(9, 1) });
        stage.mutate(Mutation::Create { resource: Resource::Tickets, count: 3 });
        stage.simulator.advance_clock(1);
    }
}
