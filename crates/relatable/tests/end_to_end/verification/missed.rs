//! What the last reading itself missed: it is not in the journal either, and yet it is no news.

use super::{settings, told, verified};
use crate::harness::{Options, Site, UNLIMITED, run};
use relatable_journal::{Changes, Journal, StoredEntry};
use relatable_simulator::{Addition, Mutation, Selection, Settings, Simulator};

/// Takes a note out of the tables and out of the last answer that the journal has of its contact's notes.
fn forget(site: &Site, contact: &str, note: &str) {
    site.client().execute(&format!("DELETE FROM notes WHERE id = '{note}'"));
    let checkpoint = relatable_destinations::open(&site.uri()).unwrap().checkpoint().unwrap().unwrap();
    let journal = Journal::open(&site.journal(), &checkpoint.workspace, 0).unwrap();
    let entries = journal.entries(0, i64::MAX, usize::MAX >> 1).unwrap();
    let is_meant = |stored: &&StoredEntry| {
        stored.entry.answer == "contact_notes" && stored.entry.scope.as_deref() == Some(contact)
    };
    let mut entry = entries.iter().rev().find(is_meant).unwrap().entry.clone();
    let mut notes: Vec<serde_json::Value> = serde_json::from_slice(&entry.body).unwrap();
    notes.retain(|known| known["id"] != note);
    entry.body = serde_json::to_vec(&notes).unwrap();
    journal.append(journal.reserve(), entry, Changes::default()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_last_reading_itself_missed_is_told_and_what_came_later_is_not() {
    let settings_of = Settings { contacts: 60, limit_per_window: UNLIMITED, ..Settings::default() };
    let (simulator, site) = (Simulator::start(settings_of).await.unwrap(), Site::new("sqlite"));
    // What is missed is older than the reading.
    let which = Selection::Random { count: 5, seed: 1 };
    simulator.mutate(Mutation::AddToContacts { which, what: Addition::Note }).unwrap();
    simulator.advance_clock(7_200);
    run(&simulator, &site, Options::default()).await.unwrap();
    let one = |sql: &str| site.client().texts(sql).remove(0);
    let note = one("SELECT id FROM notes ORDER BY created_at DESC, id LIMIT 1");
    let contact = one(&format!("SELECT contact_id FROM notes WHERE id = '{note}'"));
    forget(&site, &contact, &note);
    // A run loads what the journal has now.
    run(&simulator, &site, Options::default()).await.unwrap();
    let which = Selection::Random { count: 10, seed: 2 };
    simulator.mutate(Mutation::AddToContacts { which, what: Addition::Note }).unwrap();
    let report = verified(&settings(&simulator, &site, 1_000), &site).await;
    let expected = format!("missing record notes {note} ");
    let found = told(&report.findings);
    assert!(found.len() == 1 && found[0].starts_with(&expected), "{expected}: {found:#?}");
    assert!(report.resources["notes"].changed_since >= 10, "what came later is no loss");
}
