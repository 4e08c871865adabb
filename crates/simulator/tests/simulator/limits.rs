//! Who may ask, how often, and what goes wrong on demand.

use std::time::{Duration, Instant};

use relatable_simulator::{Fault, FaultKind};

use crate::client::session;

#[tokio::test]
async fn only_the_token_opens_the_api() {
    let session = session(|_| ()).await;
    assert_eq!(session.get("/me").await["type"], "admin");
    for authorization in [None, Some("Bearer wrong"), Some("Basic simulated-token")] {
        let mut request = reqwest::Client::new().get(format!("{}/me", session.simulator.base_url()));
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let reply = session.send(request).await.expect("the server answers");
        assert_eq!((reply.status, reply.code().as_str()), (401, "unauthorized"));
    }
}

#[tokio::test]
async fn versions_are_echoed_or_refused() {
    let session = session(|_| ()).await;
    assert_eq!(session.try_get("/me").await.header("intercom-version"), "2.16");
    for version in ["2.11", "2.16", "Preview"] {
        let request = session.request("GET", "/me").header("Intercom-Version", version);
        let reply = session.send(request).await.expect("the server answers");
        assert_eq!((reply.status, reply.header("intercom-version")), (200, version));
    }
    let request = session.request("GET", "/me").header("Intercom-Version", "3.7");
    let reply = session.send(request).await.expect("the server answers");
    assert_eq!((reply.status, reply.code().as_str()), (400, "intercom_version_invalid"));
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let session = session(|_| ()).await;
    for (path, code) in [
        ("/contacts/0123456789abcdef01234567", "not_found"),
        ("/contacts/x/tags", "not_found"),
        ("/companies/0123456789abcdef01234567", "company_not_found"),
        ("/conversations/1", "conversation_not_found"),
        ("/admins/1", "admin_not_found"),
        ("/nothing/here", "not_found"),
    ] {
        let reply = session.try_get(path).await;
        assert_eq!((reply.status, reply.code().as_str()), (404, code), "{path}");
    }
}

#[tokio::test]
async fn a_window_admits_its_limit_and_no_more() {
    let session = session(|settings| settings.limit_per_window = 5).await;
    // The window in which the test began may end at any moment; the next one has its full length.
    let ahead = 10 - session.simulator.now_s().rem_euclid(10);
    session.simulator.advance_clock(ahead as u64);
    for remaining in (0..5).rev() {
        let reply = session.try_get("/tags").await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("x-ratelimit-limit"), "5");
        assert_eq!(reply.header("x-ratelimit-remaining"), remaining.to_string());
        let reset: i64 = reply.header("x-ratelimit-reset").parse().expect("a number");
        assert!(reset % 10 == 0 && (1..=10).contains(&(reset - session.simulator.now_s())));
        assert!(reply.header("date").ends_with("GMT"));
        assert!(!reply.header("x-request-id").is_empty());
    }
    let refused = session.try_get("/tags").await;
    assert_eq!((refused.status, refused.code().as_str()), (429, "rate_limit_exceeded"));
    session.simulator.advance_clock(10);
    assert_eq!(session.try_get("/tags").await.status, 200);
    let stats = session.simulator.stats();
    assert_eq!((stats.requests, stats.rejected), (7, 1));
    assert_eq!(stats.windows.iter().map(|window| window.requests).sum::<u64>(), 7);
    assert_eq!(stats.by_path["GET /tags"], 7);
}

#[tokio::test]
async fn latency_holds_each_answer_back_but_not_the_others() {
    let session = session(|settings| settings.latency_ms = 80).await;
    let start = Instant::now();
    let answers = tokio::join!(session.try_get("/tags"), session.try_get("/teams"), session.try_get("/me"));
    assert_eq!((answers.0.status, answers.1.status, answers.2.status), (200, 200, 200));
    assert!(start.elapsed() >= Duration::from_millis(80));
    assert_eq!(session.simulator.stats().highest_concurrency, 3);
}

#[tokio::test]
async fn faults_strike_as_ordered_and_then_are_over() {
    let session = session(|_| ()).await;
    let right = session.try_get("/tags").await.text;
    let order = |kind| Fault { path_prefix: "/tags".to_owned(), skip: 1, times: 1, kind };

    session.simulator.inject(order(FaultKind::Html { status: 502 }));
    assert_eq!(session.try_get("/tags").await.text, right, "the first one is skipped");
    assert_eq!(session.try_get("/teams").await.status, 200, "other paths are not meant");
    let html = session.try_get("/tags").await;
    assert_eq!((html.status, html.header("content-type")), (502, "text/html"));
    assert!(html.text.starts_with("<html>"));

    session.simulator.inject(order(FaultKind::EmptyBody));
    session.simulator.inject(order(FaultKind::Truncated));
    session
        .simulator
        .inject(order(FaultKind::Status { code: 503, error_code: "service_unavailable".to_owned() }));
    let mut texts = Vec::new();
    for _ in 0..6 {
        let reply = session.try_get("/tags").await;
        texts.push((reply.status, reply.text));
    }
    assert_eq!(texts[0], (200, right.clone()));
    assert_eq!(texts[1], (200, String::new()));
    assert_eq!(texts[3], (200, right[..right.len() / 2].to_owned()));
    assert_eq!(texts[5].0, 503);
    assert!(texts[5].1.contains("service_unavailable"));

    session.simulator.inject(Fault { skip: 0, ..order(FaultKind::Delay { ms: 60 }) });
    let start = Instant::now();
    assert_eq!(session.try_get("/tags").await.text, right);
    assert!(start.elapsed() >= Duration::from_millis(60));

    session.simulator.inject(Fault { skip: 0, times: 3, ..order(FaultKind::Reset) });
    let mut failures = 0;
    while session.send(session.request("GET", "/tags")).await.is_err() {
        failures += 1;
    }
    assert!((1..=3).contains(&failures), "a client may repeat a request by itself: {failures}");
    assert_eq!(session.try_get("/tags").await.text, right);
}
