//! A run without the journal of the one before.

use crate::comparison::assert_truth;
use crate::economy::idle_bound;
use crate::harness::{Options, Site, UNLIMITED, run};
use relatable_simulator::{Addition, Mutation, Resource, Selection, Settings, Simulator};

/// Companies of the workspace.
const COMPANIES: u64 = 100;
/// When counts by tag and by assignee were taken last is not in a new journal: 30 tags, five admins.
const DETAILED_COUNTS: u64 = 35;
/// What a changed contact needs at most: tags, companies, subscriptions, segments, notes, events, their summary.
const REQUESTS_PER_CONTACT: u64 = 7;
const CHANGED: u32 = 5;

#[tokio::test(flavor = "multi_thread")]
async fn a_new_journal_goes_on_from_where_the_tables_are() {
    let settings = Settings {
        contacts: 400,
        companies: Some(COMPANIES),
        limit_per_window: UNLIMITED,
        ..Settings::default()
    };
    let simulator = Simulator::start(settings).await.unwrap();
    let site = Site::new("sqlite");
    run(&simulator, &site, Options::default()).await.unwrap();
    // The second time those changed before the first are read again as well: they lie within the lag of the index
    // before the mark, and a new journal cannot know that they were read.
    for reread in 1..3 {
        simulator.advance_clock(7_200);
        let which = Selection::Random { count: CHANGED, seed: reread };
        simulator.mutate(Mutation::UpdateContacts { which }).unwrap();
        simulator.advance_clock(1);
        lose_journal(&site);
        let before = simulator.stats();
        run(&simulator, &site, Options::default()).await.unwrap();
        let after = simulator.stats();
        let asked = after.requests - before.requests;
        // What they looked like is not in a new journal: those whose list tells no time of change are asked for once more.
        let untimed = simulator.truth().documents(Resource::InternalArticles).count() as u64;
        let most = idle_bound(COMPANIES)
            + untimed
            + DETAILED_COUNTS
            + reread * u64::from(CHANGED) * REQUESTS_PER_CONTACT;
        assert!(asked <= most, "{asked} requests");
        for path in ["GET /contacts", "GET /conversations/{id}"] {
            assert_eq!(after.by_path[path], before.by_path[path], "{path}");
        }
        assert_truth(&site, &simulator);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sweeps_are_due_also_where_every_run_has_a_new_journal() {
    const HOURS_25_S: u64 = 25 * 3_600;
    const DAYS_8_S: u64 = 8 * 86_400;
    let settings = Settings { contacts: 200, limit_per_window: UNLIMITED, ..Settings::default() };
    let simulator = Simulator::start(settings).await.unwrap();
    let site = Site::new("sqlite");
    run(&simulator, &site, Options::default()).await.unwrap();
    let which = Selection::Indexes(vec![3, 7, 20]);
    simulator.mutate(Mutation::Delete { resource: Resource::Contacts, which }).unwrap();
    for (pause_s, what) in
        [(HOURS_25_S, None), (DAYS_8_S, Some(Addition::Note)), (DAYS_8_S, Some(Addition::Segment))]
    {
        if let Some(what) = what {
            let which = Selection::Random { count: 20, seed: 1 };
            simulator.mutate(Mutation::AddToContacts { which, what }).unwrap();
        }
        simulator.advance_clock(pause_s);
        lose_journal(&site);
        run(&simulator, &site, Options::default()).await.unwrap();
        assert_truth(&site, &simulator);
    }
}

pub(crate) fn lose_journal(site: &Site) {
    assert!(site.file("journal").exists());
    for end in ["", "-wal", "-shm"] {
        let file = site.file(&format!("journal{end}"));
        if file.exists() {
            std::fs::remove_file(file).unwrap();
        }
    }
}
