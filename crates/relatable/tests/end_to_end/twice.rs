//! A run changes what has changed, and nothing else.

use crate::comparison::assert_truth;
use crate::dump::{changes, dump, record};
use crate::economy::idle_bound;
use crate::harness::{Options, Site, UNLIMITED, run};
use relatable_simulator::{Addition, Mutation, Resource, Selection, Settings, Simulator};
use std::collections::BTreeSet;

/// Rows that every run adds to `counts`: users, leads, companies, and conversations in three states.
const COUNTS_PER_RUN: i64 = 6;

/// Companies of the workspace.
const COMPANIES: u64 = 80;

async fn workspace() -> Simulator {
    let settings = Settings {
        contacts: 400,
        companies: Some(COMPANIES),
        conversations: Some(250),
        limit_per_window: UNLIMITED,
        ..Settings::default()
    };
    Simulator::start(settings).await.unwrap()
}

async fn synced(simulator: &Simulator) -> Site {
    let site = Site::new("sqlite");
    run(simulator, &site, Options::default()).await.unwrap();
    // What was read first is old enough not to be read again for the lag of the index.
    simulator.advance_clock(3_600);
    site
}

/// Positions of short conversations, so that no list of parts is cut.
fn short_conversations(simulator: &Simulator, count: usize) -> Selection {
    let parts = |conversation: &serde_json::Value| {
        conversation["conversation_parts"]["total_count"].as_u64().unwrap()
    };
    let conversations = simulator.truth().documents(Resource::Conversations).zip(0u32..);
    let short = conversations.filter(|(conversation, _)| parts(conversation) < 100);
    Selection::Indexes(short.map(|(_, index)| index).step_by(3).take(count).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_adds_counts_and_changes_nothing_else() {
    let simulator = workspace().await;
    let site = synced(&simulator).await;
    let counts = || site.client().number("SELECT count(*) FROM counts");
    for sweep in [false, false, true] {
        let (before, counted, asked) = (dump(&site), counts(), simulator.stats().requests);
        simulator.advance_clock(60);
        run(&simulator, &site, Options { sweep, ..Options::default() }).await.unwrap();
        assert_eq!(changes(&before, &dump(&site)), vec![], "sweep: {sweep}");
        let asked = simulator.stats().requests - asked;
        if sweep {
            assert!(counts() > counted);
        } else {
            assert_eq!(counts(), counted + COUNTS_PER_RUN);
            assert!(asked <= idle_bound(COMPANIES), "{asked} requests when nothing had changed");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_31_the_next_run_brings_just_what_changed_of_companies_too() {
    let simulator = workspace().await;
    let site = synced(&simulator).await;
    let some = |count, seed| Selection::Random { count, seed };
    let mutations = [
        Mutation::CreateContacts { count: 5 },
        Mutation::UpdateContacts { which: some(12, 1) },
        Mutation::CreateCompanies { count: 3 },
        Mutation::UpdateCompanies { which: some(6, 2) },
        Mutation::CreateConversations { count: 4 },
        Mutation::ReplyToConversations { which: short_conversations(&simulator, 9), parts: 3 },
    ];
    let before = dump(&site);
    let mut touched = BTreeSet::new();
    for mutation in mutations {
        let record_of = |id: &String| record(id);
        touched.extend(simulator.mutate(mutation).unwrap().ids.iter().map(record_of));
    }
    simulator.advance_clock(1);
    run(&simulator, &site, Options::default()).await.unwrap();
    assert_truth(&site, &simulator);
    let after = dump(&site);
    let changed = changes(&before, &after);
    // Segments count their members, and the new contacts are in some.
    let (segments, others): (Vec<_>, Vec<_>) =
        changed.into_iter().partition(|change| change.table == "segments");
    let counted = ["_synced_at".to_owned(), "count".to_owned()];
    assert!(segments.iter().all(|change| change.columns == counted), "{segments:?}");
    let changed: BTreeSet<String> = others.into_iter().map(|change| change.record).collect();
    assert_eq!(changed, touched);

    // The lag of the index makes the next run read them again; that changes nothing.
    run(&simulator, &site, Options::default()).await.unwrap();
    assert_eq!(changes(&after, &dump(&site)), vec![]);
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_32_a_sweep_brings_segments_and_events_and_what_else_no_time_of_change_tells() {
    let simulator = workspace().await;
    let site = synced(&simulator).await;
    for what in [Addition::Note, Addition::Event, Addition::Tag, Addition::Segment, Addition::Company] {
        let which = Selection::Random { count: 7, seed: what as u64 };
        simulator.mutate(Mutation::AddToContacts { which, what }).unwrap();
    }
    simulator.mutate(Mutation::RenameTag { tag: 3, name: "Renamed 🎈".to_owned() }).unwrap();
    run(&simulator, &site, Options::default()).await.unwrap();
    let renamed = "SELECT count(*) FROM tags WHERE name = 'Renamed 🎈'";
    assert_eq!(site.client().number(renamed), 1, "lists that are short are read at every run");
    run(&simulator, &site, Options { sweep: true, ..Options::default() }).await.unwrap();
    assert_truth(&site, &simulator);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_list_only_adds() {
    let simulator = workspace().await;
    let site = synced(&simulator).await;
    let parts = |conversation: &serde_json::Value| {
        conversation["conversation_parts"]["total_count"].as_u64().unwrap()
    };
    let (conversation, index) = simulator
        .truth()
        .documents(Resource::Conversations)
        .zip(0..)
        .find(|(it, _)| parts(it) == 500)
        .unwrap();
    let count = || {
        let id = conversation["id"].as_str().unwrap();
        let sql = format!("SELECT count(*) FROM conversation_parts WHERE conversation_id = '{id}'");
        site.client().number(&sql)
    };
    assert_eq!(count(), 500);
    let which = Selection::Indexes(vec![index]);
    simulator.mutate(Mutation::ReplyToConversations { which, parts: 3 }).unwrap();
    run(&simulator, &site, Options::default()).await.unwrap();
    assert_eq!(count(), 503, "the API shows 500 parts; the three oldest were read before");
}
