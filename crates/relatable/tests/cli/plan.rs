//! A plan says what a sync will cost.

use crate::program::{Place, simulator};
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn a_first_sync_costs_what_was_planned() {
    let simulator = simulator(300, 0).await;
    let (place, base_url) = (Place::new(), simulator.base_url());
    for also in [None, Some("handling_events,side_conversations")] {
        let also: Vec<&str> = also.map(|names| vec!["--also", names]).unwrap_or_default();
        let with = |arguments: &[&str]| {
            let outcome = place.run(&[arguments, &["--base-url", &base_url], &also].concat());
            outcome.succeeded();
            outcome.stdout
        };
        let planned: Value = serde_json::from_str(&with(&["plan", "--json"])).unwrap();
        let planned = planned["requests"].as_u64().unwrap();
        let before = simulator.stats().requests;
        with(&["sync", "--quiet", "--to", &format!("sqlite:{}.db", also.len())]);
        let asked = simulator.stats().requests - before;
        let share = asked as f64 / planned as f64;
        assert!((0.9..1.1).contains(&share), "{asked} requests, {planned} planned, {also:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_costs_much_says_what_and_how_to_have_it() {
    let simulator = simulator(30, 0).await;
    let outcome = Place::new().run(&["plan", "--base-url", &simulator.base_url()]);
    outcome.succeeded();
    let line = |feed: &str| {
        let found = outcome.stdout.lines().find(|line| line.starts_with(&format!("{feed} ")));
        found.unwrap_or_else(|| panic!("no line for {feed}: {}", outcome.stdout)).to_owned()
    };
    assert!(line("contacts").contains("  30  "), "{}", line("contacts"));
    for words in
        ["a request for each conversation that changed", "not read without `--also side_conversations`"]
    {
        assert!(line("side_conversations").contains(words), "{}", line("side_conversations"));
    }
    assert!(outcome.stderr.contains(" requests per 10 s; later syncs ask for what changed"));
    assert!(!simulator.stats().by_path.keys().any(|path| path.contains("scroll")), "a plan takes no scroll");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_reckons_with_the_jobs_that_exports_wait_for() {
    let simulator = simulator(30, 0).await;
    let seconds = |also: &[&str]| {
        let base_url = simulator.base_url();
        let arguments = [&["plan", "--base-url", &base_url, "--json"], also].concat();
        let outcome = Place::new().run(&arguments);
        outcome.succeeded();
        let planned: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let feeds = planned["feeds"].as_array().unwrap();
        let of_those_read = feeds.iter().filter(|feed| feed["is_read"] == true);
        of_those_read.filter_map(|feed| feed["waiting_s"].as_u64()).max()
    };
    assert_eq!(seconds(&[]), None, "nothing that waits is read unasked");
    let messages = seconds(&["--also", "message_deliveries"]).unwrap();
    let all = seconds(&["--also", "message_deliveries,reporting_days"]).unwrap();
    assert!(messages >= 3, "each of three jobs is asked after once a second at most: {messages}");
    assert!(all > 366, "each day of each dataset is a job, of which four run at once: {all}");
}
