//! What was selected in earlier runs leaves no gap in later ones.

use crate::comparison::assert_truth;
use crate::harness::{Options, Site, UNLIMITED, run};
use crate::lost_journal::lose_journal;
use relatable_simulator::{Fault, FaultKind, Mutation, Selection, Settings, Simulator};

async fn workspace() -> Simulator {
    let settings = Settings {
        contacts: 400,
        conversations: Some(60),
        limit_per_window: UNLIMITED,
        ..Settings::default()
    };
    Simulator::start(settings).await.unwrap()
}

fn only(select: &[&str]) -> Options {
    Options { select: Some(select.iter().map(|&name| name.to_owned()).collect()), ..Options::default() }
}

/// The tables that have rows.
fn filled(site: &Site) -> Vec<String> {
    let client = site.client();
    let has_rows = |name: &String| client.number(&format!("SELECT count(*) FROM \"{name}\"")) > 0;
    client.tables().into_iter().filter(has_rows).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_for_everything_after_one_for_a_part_leaves_nothing_out() {
    for (first, with_new_journal) in [
        (&["notes"][..], false),
        (&["notes"], true),
        (&["events", "event_summaries"], false),
        (&["contacts"], false),
        (&["contacts", "tags"], true),
        (&["conversations"], false),
    ] {
        let (simulator, site) = (workspace().await, Site::new("sqlite"));
        run(&simulator, &site, only(first)).await.unwrap();
        let foreign = |table: &String| !first.iter().any(|name| table.starts_with(&name[..name.len() - 1]));
        assert_eq!(filled(&site).into_iter().filter(foreign).collect::<Vec<_>>(), [""; 0], "{first:?}");
        if with_new_journal {
            lose_journal(&site);
        }
        run(&simulator, &site, Options::default()).await.unwrap();
        assert_truth(&site, &simulator);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_before_a_run_for_a_part_is_read_by_the_next_for_everything() {
    for with_new_journal in [false, true] {
        let (simulator, site) = (workspace().await, Site::new("sqlite"));
        run(&simulator, &site, Options::default()).await.unwrap();
        simulator.advance_clock(7_200);
        let which = || Selection::Random { count: 9, seed: 4 };
        simulator.mutate(Mutation::UpdateContacts { which: which() }).unwrap();
        simulator.mutate(Mutation::ReplyToConversations { which: which(), parts: 2 }).unwrap();
        simulator.advance_clock(7_200);
        run(&simulator, &site, only(&["notes", "admins"])).await.unwrap();
        if with_new_journal {
            lose_journal(&site);
        }
        let listed = |simulator: &Simulator| simulator.stats().by_path["GET /contacts"];
        let before = listed(&simulator);
        run(&simulator, &site, Options::default()).await.unwrap();
        assert_truth(&site, &simulator);
        assert_eq!(listed(&simulator), before, "changes are enough, whoever was served when");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complete_reading_that_was_broken_off_serves_those_who_join_it_too() {
    // Without companies, whose scroll would have to be waited for.
    const MORE: &[&str] = &["contacts", "events", "notes", "tags"];
    for (first, second) in [(&["notes"][..], MORE), (MORE, &["notes"])] {
        let (simulator, site) = (workspace().await, Site::new("sqlite"));
        // One page is read, the next one never comes.
        let kind = FaultKind::Status { code: 401, error_code: "unauthorized".to_owned() };
        simulator.inject(Fault { path_prefix: "/contacts".to_owned(), skip: 1, times: 1, kind });
        assert!(run(&simulator, &site, only(first)).await.is_err());
        run(&simulator, &site, only(second)).await.unwrap();
        run(&simulator, &site, Options::default()).await.unwrap();
        assert_truth(&site, &simulator);
    }
}
