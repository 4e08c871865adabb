//! What changed just before a run is in the tables, at the latest with the next run.

use crate::comparison::{assert_truth, differences};
use crate::harness::{Options, Site, UNLIMITED, run};
use crate::oracle::expected_tables;
use relatable_simulator::{Mutation, Selection, Settings, Simulator};

/// How long the index of the late workspace takes, in seconds.
const LAG_S: u64 = 600;

async fn workspace(index_lag_s: u64) -> Simulator {
    let settings = Settings {
        contacts: 200,
        conversations: Some(100),
        limit_per_window: UNLIMITED,
        index_lag_s,
        ..Settings::default()
    };
    Simulator::start(settings).await.unwrap()
}

/// Changes of every kind that a search finds.
fn change(simulator: &Simulator, seed: u64) {
    let some = |count| Selection::Random { count, seed };
    for mutation in [
        Mutation::UpdateContacts { which: some(4) },
        Mutation::CreateContacts { count: 2 },
        Mutation::ReplyToConversations { which: some(3), parts: 2 },
        Mutation::CreateConversations { count: 2 },
    ] {
        simulator.mutate(mutation).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_a_second_before_the_run_is_there() {
    let simulator = workspace(0).await;
    let site = Site::new("sqlite");
    for seed in 0..3 {
        change(&simulator, seed);
        simulator.advance_clock(1);
        run(&simulator, &site, Options::default()).await.unwrap();
        assert_truth(&site, &simulator);
        simulator.advance_clock(7_200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_04_records_not_yet_searchable_when_the_cursor_passes() {
    let simulator = workspace(LAG_S).await;
    let site = Site::new("sqlite");
    for seed in 0..3 {
        change(&simulator, seed);
        simulator.advance_clock(1);
        run(&simulator, &site, Options::default()).await.unwrap();
        let late = differences(&site.client(), &expected_tables(&simulator));
        assert!(!late.is_empty(), "the index shows nothing late, so nothing is tested");
        simulator.advance_clock(LAG_S);
        run(&simulator, &site, Options::default()).await.unwrap();
        assert_truth(&site, &simulator);
        simulator.advance_clock(7_200);
    }
}
