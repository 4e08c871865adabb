//! Faults beyond those of a single answer: bursts, slow and broken bodies, scrolls, drift, clocks, absurd headers.

use std::time::{Duration, Instant};

use relatable_simulator::{Fault, FaultKind, Mutation, Resource, Selection};
use serde_json::{Value, json};

use crate::client::{Session, ids, rows, session};

fn inject(session: &Session, path_prefix: &str, skip: u32, times: u32, kind: FaultKind) {
    session.simulator.inject(Fault { path_prefix: path_prefix.to_owned(), skip, times, kind });
}

#[tokio::test]
async fn orders_for_one_path_make_bursts() {
    let session = session(|_| ()).await;
    let broken = || FaultKind::Status { code: 503, error_code: "service_unavailable".to_owned() };
    inject(&session, "/", 2, 2, broken());
    inject(&session, "/", 1, 3, broken());
    let mut seen = Vec::new();
    for _ in 0..9 {
        seen.push(session.try_get("/tags").await.status);
    }
    assert_eq!(seen, [200, 200, 503, 503, 200, 503, 503, 503, 200]);
}

#[tokio::test]
async fn a_body_can_be_cut_off_or_come_in_drops() {
    let session = session(|_| ()).await;
    let right = session.try_get("/tags").await.text;
    inject(&session, "/tags", 0, 1, FaultKind::CutOff);
    assert!(session.send(session.request("GET", "/tags")).await.is_err(), "the connection closes too early");
    inject(&session, "/tags", 0, 1, FaultKind::Drip { pieces: 4, pause_ms: 20 });
    let start = Instant::now();
    assert_eq!(session.try_get("/tags").await.text, right);
    assert!(start.elapsed() >= Duration::from_millis(80));
}

#[tokio::test]
async fn a_429_can_have_absurd_headers_or_none() {
    let session = session(|_| ()).await;
    let text = |text: &str| Some(text.to_owned());
    let cases = [
        (None, None, None),
        (text("1666"), text("-3"), text("-1")),
        (text("many"), text(""), text("99999999999999999999")),
    ];
    for (limit, remaining, reset) in cases {
        let kind = FaultKind::RateLimited { limit: limit.clone(), remaining, reset: reset.clone() };
        inject(&session, "/tags", 0, 1, kind);
        let reply = session.try_get("/tags").await;
        assert_eq!((reply.status, reply.code().as_str()), (429, "rate_limit_exceeded"));
        let header =
            |name: &str| reply.headers.get(name).map(|value| value.to_str().expect("text").to_owned());
        assert_eq!((header("x-ratelimit-limit"), header("x-ratelimit-reset")), (limit, reset));
    }
}

#[tokio::test]
async fn hosts_tell_different_times() {
    let session = session(|settings| settings.host_skew_s = vec![0, 3600]).await;
    let first = session.try_get("/tags").await.header("date").to_owned();
    let second = session.try_get("/tags").await.header("date").to_owned();
    assert_ne!(first[..22], second[..22], "an hour lies between them");
    session.simulator.set_host_skew(Vec::new());
    inject(&session, "/tags", 0, 1, FaultKind::ClockAhead { seconds: -86_400 });
    let behind = session.try_get("/tags").await.header("date").to_owned();
    let present = session.try_get("/tags").await.header("date").to_owned();
    assert_ne!(behind[..16], present[..16], "a day lies between them");
}

#[tokio::test]
async fn pages_drift_while_they_are_read() {
    let session = session(|_| ()).await;
    let before = ids(&session.truth(Resource::Conversations));
    let mutation =
        Mutation::ReplyToConversations { which: Selection::Random { count: 30, seed: 1 }, parts: 1 };
    inject(&session, "/conversations", 1, 1, FaultKind::Mutate { mutation });
    let mut read = Vec::new();
    let mut next = "/conversations?per_page=50".to_owned();
    loop {
        let page = session.get(&next).await;
        read.extend(ids(rows(&page, "conversations")));
        let Some(cursor) = page["pages"]["next"]["starting_after"].as_str() else { break };
        next = format!("/conversations?per_page=50&starting_after={cursor}");
    }
    read.sort_unstable();
    read.dedup();
    assert!(read.len() < before.len(), "records that moved to the front are skipped");
    assert_eq!(session.simulator.log().len(), 1);
}

#[tokio::test]
async fn the_same_page_can_come_for_ever() {
    let session = session(|_| ()).await;
    let first = session.get("/contacts").await;
    let after = first["pages"]["next"]["starting_after"].as_str().expect("a cursor");
    inject(&session, "/contacts", 0, u32::MAX, FaultKind::SamePage);
    assert_eq!(session.get(&format!("/contacts?starting_after={after}")).await, first);
    let body = |cursor: Value| json!({"query": {"field": "role", "operator": "=", "value": "user"}, "pagination": {"per_page": 5, "starting_after": cursor}});
    let found = session.post("/contacts/search", body(Value::Null)).await;
    let again =
        session.post("/contacts/search", body(found["pages"]["next"]["starting_after"].clone())).await;
    assert_eq!(found, again);
}

#[tokio::test]
async fn a_scroll_can_expire_be_taken_by_another_or_end_with_404() {
    let session = session(|settings| {
        settings.companies = Some(250);
        settings.scroll_ends_with_404 = true;
    })
    .await;
    let next = |page: &Value| {
        format!("/companies/scroll?scroll_param={}", page["scroll_param"].as_str().expect("text"))
    };
    let first = session.get("/companies/scroll").await;
    inject(&session, "/companies/scroll", 0, 1, FaultKind::ScrollExpired);
    assert_eq!(session.try_get(&next(&first)).await.status, 404);

    inject(&session, "/companies/scroll", 0, 1, FaultKind::ScrollTaken { seconds: 30 });
    assert_eq!(session.try_get("/companies/scroll").await.code(), "scroll_exists");
    session.simulator.advance_clock(31);
    let mut page = session.get("/companies/scroll").await;
    let mut read = ids(rows(&page, "data"));
    for _ in 0..2 {
        page = session.get(&next(&page)).await;
        read.extend(ids(rows(&page, "data")));
    }
    assert_eq!(read.len(), 250);
    let end = session.try_get(&next(&page)).await;
    assert_eq!((end.status, end.code().as_str()), (404, "not_found"));
}

#[tokio::test]
async fn a_scroll_page_is_full_though_companies_vanished() {
    let session = session(|settings| settings.companies = Some(250)).await;
    let which = Selection::Indexes((0..130).collect());
    session.simulator.mutate(Mutation::Delete { resource: Resource::Companies, which }).expect("a deletion");
    let first = session.get("/companies/scroll").await;
    assert_eq!(rows(&first, "data").len(), 100);
    let path = format!("/companies/scroll?scroll_param={}", first["scroll_param"].as_str().expect("text"));
    assert_eq!(rows(&session.get(&path).await, "data").len(), 20);
    assert_eq!(rows(&session.get(&path).await, "data").len(), 0);
}

#[tokio::test]
async fn latency_lag_and_skew_can_be_set_while_it_runs() {
    let session = session(|_| ()).await;
    let conduct = json!({"latency_ms": 60, "index_lag_s": 300, "host_skew_s": [5]});
    assert_eq!(session.try_post("/_simulator/conduct", conduct).await.status, 204);
    let start = Instant::now();
    session.get("/me").await;
    assert!(start.elapsed() >= Duration::from_millis(60));
    session.simulator.set_latency(0);
    let created = session.simulator.mutate(Mutation::CreateContacts { count: 1 }).expect("a contact");
    let body = json!({"query": {"field": "id", "operator": "=", "value": created.ids[0]}});
    assert_eq!(session.post("/contacts/search", body.clone()).await["total_count"], 0);
    session.simulator.advance_clock(301);
    assert_eq!(session.post("/contacts/search", body).await["total_count"], 1);
    let drift = json!({"path_prefix": "/tags", "times": 1, "kind": {"mutate": {"mutation": {"create_contacts": {"count": 1}}}}});
    assert_eq!(session.try_post("/_simulator/faults", drift).await.status, 204);
    session.get("/tags").await;
    assert_eq!(session.truth(Resource::Contacts).len(), 402);
}
