//! Records and lists that the API says do not exist: noted, and corrected by themselves where that was not so.

use crate::comparison::{assert_truth, differences};
use crate::harness::{Options, Site, UNLIMITED, run};
use crate::oracle::expected_tables;
use relatable_simulator::{Fault, FaultKind, Mutation, Resource, Selection, Settings, Simulator};

async fn workspace() -> Simulator {
    let settings = Settings {
        contacts: 300,
        conversations: Some(60),
        limit_per_window: UNLIMITED,
        ..Settings::default()
    };
    Simulator::start(settings).await.unwrap()
}

/// Answers this many requests with 404.
fn hide(simulator: &Simulator, path_prefix: String, times: u32) {
    let kind = FaultKind::Status { code: 404, error_code: "not_found".to_owned() };
    simulator.inject(Fault { path_prefix, skip: 0, times, kind });
}

/// The id of some record for which it holds.
fn some(simulator: &Simulator, resource: Resource, holds: impl Fn(&serde_json::Value) -> bool) -> String {
    let found = simulator.truth().documents(resource).find(holds).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

fn marked(site: &Site, table: &str) -> Vec<String> {
    site.client().texts(&format!("SELECT id FROM {table} WHERE _deleted_at IS NOT NULL"))
}

fn issues(site: &Site, kind: &str) -> Vec<String> {
    site.client().texts(&format!("SELECT record FROM _relatable_issues WHERE kind = '{kind}'"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_was_not_found_is_noted_and_read_by_the_next_run() {
    let (simulator, site) = (workspace().await, Site::new("sqlite"));
    let many = |list: &'static str| {
        move |contact: &serde_json::Value| contact[list]["data"].as_array().is_some_and(|it| it.len() > 11)
    };
    let contact = some(&simulator, Resource::Contacts, many("tags"));
    hide(&simulator, format!("/contacts/{contact}/tags"), 1);
    hide(&simulator, format!("/contacts/{contact}/segments"), 1);
    run(&simulator, &site, Options::default()).await.unwrap();
    assert_eq!(issues(&site, "list_missing"), [contact.as_str(), contact.as_str()]);
    assert_eq!(marked(&site, "contacts"), [""; 0], "the contact itself was found");
    let incomplete = differences(&site.client(), &expected_tables(&simulator));
    assert!(!incomplete.is_empty(), "no list was hidden, so nothing is tested");
    simulator.advance_clock(7_200);
    run(&simulator, &site, Options::default()).await.unwrap();
    assert_truth(&site, &simulator);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_whose_lists_and_self_are_gone_is_marked() {
    let (simulator, site) = (workspace().await, Site::new("sqlite"));
    let contact = some(&simulator, Resource::Contacts, |_| true);
    // It was found, and is deleted before its lists are asked for.
    let mutation = Mutation::Delete { resource: Resource::Contacts, which: Selection::Indexes(vec![0]) };
    let path_prefix = format!("/contacts/{contact}/");
    simulator.inject(Fault { path_prefix, skip: 0, times: 1, kind: FaultKind::Mutate { mutation } });
    for _ in 0..3 {
        run(&simulator, &site, Options::default()).await.unwrap();
        assert_eq!(marked(&site, "contacts"), [contact.as_str()]);
        simulator.advance_clock(7_200);
    }
    let asked = |simulator: &Simulator| simulator.stats().by_path["GET /contacts/{id}"];
    let before = asked(&simulator);
    run(&simulator, &site, Options::default()).await.unwrap();
    assert_eq!(asked(&simulator), before, "what was gone twice is not asked for any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_was_gone_for_a_moment_lives_again_with_the_next_run() {
    for scheme in [
        "sqlite",
        #[cfg(feature = "duckdb")]
        "duckdb",
    ] {
        let (simulator, site) = (workspace().await, Site::new(scheme));
        let conversation = some(&simulator, Resource::Conversations, |_| true);
        hide(&simulator, format!("/conversations/{conversation}"), 1);
        run(&simulator, &site, Options::default()).await.unwrap();
        assert_eq!(marked(&site, "conversations"), [conversation.as_str()]);
        assert_eq!(issues(&site, "record_gone"), [conversation.as_str()]);
        simulator.advance_clock(7_200);
        run(&simulator, &site, Options::default()).await.unwrap();
        assert_eq!(marked(&site, "conversations"), [""; 0]);
        assert_truth(&site, &simulator);
    }
}
