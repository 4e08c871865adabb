//! Articles: a list that cannot be asked for changes, a search of another shape, and ids that grow a digit.

use super::{Stage, some};
use relatable_simulator::{Mutation, Resource};

#[tokio::test(flavor = "multi_thread")]
async fn trap_30_articles_that_are_all_read_anew() {
    let stage = Stage::set(|_| ()).await;
    stage.sync().await;
    stage.simulator.advance_clock(3_600);
    let changed = stage.mutate(Mutation::Update { resource: Resource::Articles, which: some(3, 1) });
    stage.simulator.advance_clock(3_600);
    let before = stage.asked("GET /articles/{id}");
    stage.sync().await;
    let asked = stage.asked("GET /articles/{id}") - before;
    assert!(asked <= changed.len() as u64, "{asked} articles were read where {} changed", changed.len());
    stage.assert_truth();
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_40_articles_that_are_an_object_in_searches() {
    let stage = Stage::set(|_| ()).await;
    let searched = stage.get("/articles/search?phrase=a").await;
    assert!(searched["data"].is_object(), "{}", searched["data"]);
    stage.sync().await;
    let articles = stage.truth(Resource::Articles).len() as i64;
    assert!(articles > 0);
    assert_eq!(stage.number("SELECT count(*) FROM articles"), articles);
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_are_not_compared_as_text() {
    let stage = Stage::set(|_| ()).await;
    stage.sync().await;
    let largest = |ids: &[String]| ids.iter().map(|id| id.parse::<u64>().unwrap()).max().unwrap();
    let before = largest(&stage.texts("SELECT id FROM articles"));
    stage.simulator.advance_clock(3_600);
    stage.mutate(Mutation::Create { resource: Resource::Articles, count: 60 });
    stage.mutate(Mutation::Create { resource: Resource::Tickets, count: 5 });
    stage.sync().await;
    let after = largest(&stage.texts("SELECT id FROM articles"));
    assert!(
        after > before && after.to_string() < before.to_string(),
        "{before} and {after} sort alike as text"
    );
    stage.assert_truth();
}
