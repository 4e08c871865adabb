//! A resource of many pages is read in windows side by side, and nothing lies between them.

use crate::harness::{Options, Site, UNLIMITED, run};
use relatable_simulator::{Fault, FaultKind, Resource, Settings, Simulator};
use std::collections::BTreeSet;

const TICKETS: u64 = 6_000;
/// Records of a page.
const PAGE: u64 = 150;
const SEARCH: &str = "/tickets/search";

#[tokio::test(flavor = "multi_thread")]
async fn many_pages_are_read_side_by_side_whole_and_once_also_when_broken_off() {
    let settings = Settings {
        contacts: 20,
        conversations: Some(10),
        tickets: Some(TICKETS),
        latency_ms: 20,
        limit_per_window: UNLIMITED,
        ..Settings::default()
    };
    let (simulator, site) = (Simulator::start(settings).await.unwrap(), Site::new("sqlite"));
    let tickets = || Options { select: Some(vec!["tickets".to_owned()]), ..Options::default() };
    let kind = FaultKind::Status { code: 401, error_code: "unauthorized".to_owned() };
    simulator.inject(Fault { path_prefix: SEARCH.to_owned(), skip: 25, times: 1, kind });
    run(&simulator, &site, tickets()).await.unwrap_err();
    run(&simulator, &site, tickets()).await.unwrap();
    let truth = simulator.truth();
    let expected: BTreeSet<String> =
        truth.documents(Resource::Tickets).map(|ticket| ticket["id"].as_str().unwrap().to_owned()).collect();
    let stored: BTreeSet<String> = site.client().texts("SELECT id FROM tickets").into_iter().collect();
    assert!(stored == expected, "{} of {} tickets are there", stored.len(), expected.len());
    let stats = simulator.stats();
    assert!(stats.highest_concurrency >= 4, "only {} requests at once", stats.highest_concurrency);
    let pages = TICKETS.div_ceil(PAGE);
    let asked = stats.by_path["POST /tickets/search"];
    // Each cut costs part of a page, and those on their way were lost when the first run ended.
    assert!(asked <= pages * 3 / 2, "{asked} requests for {pages} pages");
}
