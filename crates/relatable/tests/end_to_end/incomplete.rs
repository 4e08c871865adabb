//! Readings that show less than the API says it has: told, nothing taken for gone, and no alarm where things only move.

use crate::comparison::assert_truth;
use crate::harness::{Options, Site, UNLIMITED, run};
use relatable_simulator::{Fault, FaultKind, Mutation, Resource, Selection, Settings, Simulator};

async fn workspace(index_lag_s: u64) -> Simulator {
    let settings = Settings {
        contacts: 200,
        conversations: Some(200),
        limit_per_window: UNLIMITED,
        index_lag_s,
        ..Settings::default()
    };
    Simulator::start(settings).await.unwrap()
}

fn order(simulator: &Simulator, path_prefix: &str, skip: u32, times: u32, kind: FaultKind) {
    simulator.inject(Fault { path_prefix: path_prefix.to_owned(), skip, times, kind });
}

/// Records marked as deleted in a table.
fn marked(site: &Site, table: &str) -> i64 {
    site.client().number(&format!("SELECT count(*) FROM {table} WHERE _deleted_at IS NOT NULL"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_that_is_short_of_what_the_api_counts_is_told_and_concludes_nothing() {
    for (path, table) in
        [("/contacts", "contacts"), ("/conversations/search", "conversations"), ("/articles", "articles")]
    {
        let (simulator, site) = (workspace(0).await, Site::new("sqlite"));
        run(&simulator, &site, Options::default()).await.unwrap();
        simulator.advance_clock(7_200);
        order(&simulator, path, 0, 400, FaultKind::Fewer { records: 1 });
        let sweep = || Options { sweep: true, ..Options::default() };
        let report = run(&simulator, &site, sweep()).await.unwrap();
        let told: Vec<&str> = report.incomplete.iter().map(|reading| reading.resource.as_str()).collect();
        assert!(told.contains(&table), "{path}: {told:?}");
        assert_eq!(marked(&site, table), 0, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_and_goes_while_a_reading_is_made_is_no_shortage() {
    for index_lag_s in [0, 600] {
        let (simulator, site) = (workspace(index_lag_s).await, Site::new("sqlite"));
        run(&simulator, &site, Options::default()).await.unwrap();
        simulator.advance_clock(7_200);
        let create = Mutation::CreateContacts { count: 3 };
        let delete = |index| Mutation::Delete {
            resource: Resource::Contacts,
            which: Selection::Indexes(vec![index, index + 1]),
        };
        for (skip, mutation) in [(1, create.clone()), (0, delete(5)), (0, create), (0, delete(80))] {
            order(&simulator, "/contacts", skip, 1, FaultKind::Mutate { mutation });
        }
        let report = run(&simulator, &site, Options { sweep: true, ..Options::default() }).await.unwrap();
        assert_eq!(report.incomplete, [], "the index lags {index_lag_s} s");
        simulator.advance_clock(7_200);
        run(&simulator, &site, Options { sweep: true, ..Options::default() }).await.unwrap();
        assert_truth(&site, &simulator);
    }
}
