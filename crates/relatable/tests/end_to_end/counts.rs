//! The series of counts: what there was of everything, when a run looked.

use crate::client::text;
use crate::harness::{Options, Site, UNLIMITED, run};
use crate::oracle::Stored;
use relatable_simulator::{Mutation, Resource, Settings, Simulator};
use serde_json::Value;
use std::collections::BTreeMap;

/// What was counted, what it was split by, and which part of the split.
type Counted = (String, String, String);

/// Counts by tag, segment and assignee are taken at most once in this time.
const DAY_S: u64 = 86_400;

/// What a count must say now.
fn expected(simulator: &Simulator, detailed: bool) -> BTreeMap<Counted, i64> {
    let mut counts = BTreeMap::new();
    let mut count = |subject: &str, dimension: &str, id: &str, by: i64| {
        *counts.entry((subject.to_owned(), dimension.to_owned(), id.to_owned())).or_insert(0) += by;
    };
    let truth = simulator.truth();
    if detailed {
        // Those of which there is nothing are counted as well.
        for (resource, subject, dimension) in [
            (Resource::Tags, "contacts", "tag"),
            (Resource::Segments, "contacts", "segment"),
            (Resource::Admins, "conversations", "admin"),
        ] {
            truth.documents(resource).for_each(|part| count(subject, dimension, &id(&part["id"]), 0));
        }
    }
    for contact in truth.documents(Resource::Contacts) {
        count(if contact["role"] == "user" { "users" } else { "leads" }, "", "", 1);
        for (list, dimension) in [("tags", "tag"), ("segments", "segment")] {
            let links = contact[list]["data"].as_array().unwrap().iter().filter(|_| detailed);
            links.for_each(|link| count("contacts", dimension, &id(&link["id"]), 1));
        }
    }
    truth.documents(Resource::Companies).for_each(|_| count("companies", "", "", 1));
    let listed: Vec<String> = truth.documents(Resource::Admins).map(|admin| id(&admin["id"])).collect();
    for conversation in truth.documents(Resource::Conversations) {
        count("conversations", "state", &id(&conversation["state"]), 1);
        let assignee = id(&conversation["admin_assignee_id"]);
        if detailed && listed.contains(&assignee) {
            count("conversations", "admin", &assignee, 1);
        }
    }
    counts
}

fn id(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The counts of each moment, in order.
fn series(site: &Site) -> Vec<BTreeMap<Counted, i64>> {
    let sql = "SELECT counted_at, subject, dimension, dimension_id, value FROM counts";
    let mut by_moment: BTreeMap<String, BTreeMap<Counted, i64>> = BTreeMap::new();
    for row in site.client().rows(sql) {
        let Stored::Integer(value) = row[4] else { panic!("{:?} is no number", row[4]) };
        let counted = (text(&row[1]), text(&row[2]), text(&row[3]));
        let before = by_moment.entry(text(&row[0])).or_default().insert(counted, value);
        assert_eq!(before, None, "nothing is counted twice at one moment");
    }
    by_moment.into_values().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_run_adds_what_there_was_when_it_looked() {
    let settings = Settings { contacts: 300, limit_per_window: UNLIMITED, ..Settings::default() };
    let simulator = Simulator::start(settings).await.unwrap();
    let site = Site::new("sqlite");
    let mut all = Vec::new();
    for (pause_s, detailed) in [(0, true), (60, false), (DAY_S, true)] {
        simulator.advance_clock(pause_s);
        simulator.mutate(Mutation::CreateContacts { count: 3 }).unwrap();
        simulator.mutate(Mutation::CreateConversations { count: 2 }).unwrap();
        run(&simulator, &site, Options::default()).await.unwrap();
        all.push(expected(&simulator, detailed));
        assert_eq!(series(&site), all);
    }
}
