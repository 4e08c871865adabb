//! A check finds what would stop a sync, and says it line by line.

use crate::program::{Place, TOKEN, simulator};
use relatable_intercom::catalogue::{Feed, Reading, feeds};
use relatable_simulator::{Fault, FaultKind};

#[tokio::test(flavor = "multi_thread")]
async fn everything_a_sync_needs_has_a_line() {
    let simulator = simulator(60, 0).await;
    let outcome = Place::new().run(&["check", "--to", "sqlite:a.db", "--base-url", &simulator.base_url()]);
    outcome.succeeded();
    assert_eq!(outcome.stderr, "");
    assert!(outcome.stdout.lines().all(|line| line.starts_with("ok  ")), "{}", outcome.stdout);
    for subject in
        ["token", "time zone", "clock", "rate limit", "companies", "contact_notes", "conversation "]
    {
        let line = format!("\nok       {subject}");
        assert!(format!("\n{}", outcome.stdout).contains(&line), "{subject}: {}", outcome.stdout);
    }
    assert!(outcome.stdout.contains("contacts                     can be read, 60 in all\n"));
    assert!(outcome.stdout.contains("SQLite file a.db, nothing loaded yet\n"));
    let scrolls = simulator.stats().by_path.keys().any(|path| path.contains("scroll"));
    assert!(!scrolls, "a scroll would be in the way of a sync for a minute");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_of_a_version_has_a_line_and_what_costs_much_says_so() {
    let simulator = simulator(60, 0).await;
    let is_not_asked = |reading| matches!(reading, Reading::PerType | Reading::Export(_));
    for version in ["2.11", "2.16", "Preview"] {
        let base_url = simulator.base_url();
        let outcome = Place::new().run(&["check", "--api-version", version, "--base-url", &base_url]);
        outcome.succeeded();
        let is_asked = |feed: &&Feed| {
            feed.is_in(version)
                && !matches!(feed.reading, Reading::Updates(_) | Reading::Sweep | Reading::OnDoubt)
        };
        for feed in feeds().filter(is_asked) {
            let begin = format!("ok       {:<28} ", feed.name);
            let line = outcome.stdout.lines().find(|line| line.starts_with(&begin));
            let line = line.unwrap_or_else(|| panic!("{version}: {} has no line", feed.name));
            assert!(line.contains("can be read") || is_not_asked(feed.reading), "{version}: {line}");
            let named = feed
                .cost
                .is_none_or(|cost| line.ends_with(&format!("; read with --also {} only: {cost}", feed.name)));
            assert!(named, "{version}: {line}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_is_a_problem_and_the_rest_is_still_looked_at() {
    let simulator = simulator(60, 0).await;
    let kind = FaultKind::Status { code: 403, error_code: "api_plan_restricted".to_owned() };
    simulator.inject(Fault { path_prefix: "/tags".to_owned(), skip: 0, times: 1, kind });
    let outcome = Place::new().run(&["check", "--base-url", &simulator.base_url()]);
    assert_eq!(outcome.code, Some(5), "{outcome:#?}");
    assert!(
        outcome.stdout.contains("the token may not read /tags (api_plan_restricted)\n"),
        "{}",
        outcome.stdout
    );
    assert_eq!(outcome.stdout.matches("\nproblem  ").count(), 1, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("\nok       conversations "), "{}", outcome.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_is_that_of_the_cause() {
    let simulator = simulator(20, 0).await;
    let base_url = simulator.base_url();
    for (token, uri, code) in [
        (Some("another"), "sqlite:a.db", 5),
        (Some("another"), "sqlite:nowhere/a.db", 5),
        (Some(TOKEN), "sqlite:nowhere/a.db", 7),
        (Some(TOKEN), "oracle:a", 3),
        (None, "sqlite:a.db", 3),
    ] {
        let place = token.map_or_else(Place::without_token, Place::with_token);
        let outcome = place.run(&["check", "--to", uri, "--base-url", &base_url]);
        assert_eq!(outcome.code, Some(code), "{uri}: {outcome:#?}");
        assert!(outcome.stdout.contains("problem  ") && outcome.stdout.contains("hint: "), "{outcome:#?}");
        assert!(outcome.stdout.contains(" destination "), "{outcome:#?}");
        assert_eq!(outcome.stderr, "");
    }
}
