//! The scroll over companies: there is one in a workspace, it lives for a minute, and its end looks like its loss.

use super::Stage;
use crate::harness::Options;
use relatable_simulator::FaultKind;

/// A page has a hundred companies; these take four.
const COMPANIES: u64 = 330;
const SCROLL: &str = "/companies/scroll";
/// Requests per window that keep all others waiting: two a second.
const TIGHT: u32 = 25;

async fn stage(ends_with_404: bool) -> Stage {
    Stage::set(|settings| {
        settings.companies = Some(COMPANIES);
        settings.scroll_ends_with_404 = ends_with_404;
    })
    .await
}

fn only_companies() -> Options {
    Options { select: Some(vec!["companies".to_owned()]), ..Options::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_09_a_company_list_that_ends_at_ten_thousand() {
    let companies = 10_100;
    let stage = Stage::set(|settings| {
        settings.contacts = 30;
        settings.companies = Some(companies);
    })
    .await;
    let (status, refusal) = stage.post("/companies/list?page=168&per_page=60", serde_json::json!({})).await;
    assert_eq!(status, 400, "{refusal}");
    stage.sync_with(only_companies()).await.unwrap();
    assert_eq!(stage.number("SELECT count(*) FROM companies"), companies as i64);
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_10_a_scroll_that_others_hold_or_that_fails() {
    let failure = || FaultKind::Status { code: 500, error_code: "server_error".to_owned() };
    for (skip, times, kind) in [
        (0, 1, FaultKind::ScrollTaken { seconds: 90 }),
        (2, 1, FaultKind::ScrollTaken { seconds: 90 }),
        (0, 1, failure()),
        (2, 1, failure()),
        (2, 7, failure()),
    ] {
        let stage = stage(false).await;
        stage.inject(SCROLL, skip, times, kind.clone());
        stage.sync_with(only_companies()).await.unwrap_or_else(|error| panic!("{kind:?}: {error:?}"));
        assert_eq!(stage.number("SELECT count(*) FROM companies"), COMPANIES as i64, "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_11_an_expired_scroll_taken_for_the_end() {
    for (ends_with_404, scroll_page) in [(true, 100), (false, 100), (true, 99), (false, 37)] {
        for page in 1..4 {
            let stage = Stage::set(|settings| {
                settings.companies = Some(COMPANIES);
                settings.scroll_ends_with_404 = ends_with_404;
                settings.scroll_page = scroll_page;
            })
            .await;
            stage.inject(SCROLL, page, 1, FaultKind::ScrollExpired);
            stage.sync_with(only_companies()).await.unwrap();
            let live = "SELECT count(*) FROM companies WHERE _deleted_at IS NULL";
            assert_eq!(stage.number(live), COMPANIES as i64, "lost before page {}", page + 1);
            // Neither does a later reading conclude that what it did not see is gone.
            stage.simulator.advance_clock(8 * 86_400);
            stage.inject(SCROLL, page, 1, FaultKind::ScrollExpired);
            stage.sync_with(Options { sweep: true, ..only_companies() }).await.unwrap();
            assert_eq!(stage.number(live), COMPANIES as i64, "lost before page {}", page + 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_12_a_scroll_starved_by_other_requests() {
    let stage = Stage::set(|settings| {
        settings.contacts = 60;
        settings.companies = Some(COMPANIES);
        settings.limit_per_window = TIGHT;
    })
    .await;
    stage.sync().await;
    assert!(stage.simulator.stats().requests > 10 * u64::from(TIGHT), "there was nothing to wait for");
    assert_eq!(stage.asked("GET /companies/scroll"), 5, "the scroll was lost and begun again");
    stage.assert_truth();
}
