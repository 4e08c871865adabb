//! What changed just before a run is in the tables, at the latest with the next run.

use crate::comparison::{assert_truth, differences};
use crate::harness::{Options, Site, UNLIMITED, run};
use crate::oracle::expected_tables;
use relatable_simulator::{Addition, Fault, FaultKind, Mutation, Resource, Selection, Settings, Simulator};

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

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_the_index_shows_late_takes_nothing_away() {
    let simulator = workspace(LAG_S).await;
    let site = Site::new("sqlite");
    run(&simulator, &site, Options::default()).await.unwrap();
    simulator.advance_clock(7_200);
    simulator.mutate(Mutation::CreateContacts { count: 40 }).unwrap();
    simulator.advance_clock(LAG_S + 1);
    let is_bare =
        |contact: &serde_json::Value| ["tags", "notes"].iter().all(|list| contact[list]["total_count"] == 0);
    let contacts = (0..).zip(simulator.truth().documents(Resource::Contacts));
    let bare = contacts.skip(200).filter(|(_, contact)| is_bare(contact));
    let bare: Vec<u32> = bare.map(|(index, _)| index).collect();
    assert!(bare.len() > 3, "{bare:?}");
    for what in [Addition::Note, Addition::Tag] {
        let which = Selection::Indexes(bare.clone());
        simulator.mutate(Mutation::AddToContacts { which, what }).unwrap();
    }
    simulator.advance_clock(1);
    // The list of contacts shows what was added; the index, which shows them once more, does not yet.
    run(&simulator, &site, Options { sweep: true, ..Options::default() }).await.unwrap();
    assert_truth(&site, &simulator);
    simulator.advance_clock(60);
    run(&simulator, &site, Options::default()).await.unwrap();
    assert_truth(&site, &simulator);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_on_its_way_does_not_stand_for_what_a_sweep_asks() {
    let (simulator, site) = (workspace(0).await, Site::new("sqlite"));
    run(&simulator, &site, Options::default()).await.unwrap();
    simulator.advance_clock(7_200);
    let first = || Selection::Indexes(vec![0]);
    let add = || Mutation::AddToContacts { which: first(), what: Addition::Note };
    simulator.mutate(add()).unwrap();
    simulator.mutate(Mutation::UpdateContacts { which: first() }).unwrap();
    simulator.advance_clock(1);
    let contact = simulator.truth().documents(Resource::Contacts).next().unwrap();
    let path_prefix = format!("/contacts/{}/notes", contact["id"].as_str().unwrap());
    let kind = FaultKind::Drip { pieces: 10, pause_ms: 150 };
    simulator.inject(Fault { path_prefix, skip: 0, times: 1, kind });
    simulator.set_latency(100);
    let asked = || simulator.stats().by_path.get("GET /contacts/{id}/notes").copied().unwrap_or_default();
    let before = asked();
    // One more note is written while the contact's notes are on their way.
    let write = async {
        while asked() == before {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        simulator.mutate(add()).unwrap();
    };
    let sweep = run(&simulator, &site, Options { sweep: true, ..Options::default() });
    let (swept, ()) = tokio::join!(sweep, write);
    swept.unwrap();
    assert_truth(&site, &simulator);
}
