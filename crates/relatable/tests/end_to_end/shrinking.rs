//! Lists that become shorter while their pages are read: what moves up to a page that was read already is not lost, and
//! never taken for gone.

use crate::comparison::assert_truth;
use crate::harness::{Options, Site, UNLIMITED, run};
use relatable_simulator::{Fault, FaultKind, Mutation, Removal, Resource, Selection, Settings, Simulator};

/// Notes that a contact must have so that its list has two pages.
const NOTES_MIN: u64 = 60;

async fn workspace() -> Simulator {
    let settings = Settings {
        contacts: 300,
        conversations: Some(20),
        limit_per_window: UNLIMITED,
        ..Settings::default()
    };
    Simulator::start(settings).await.unwrap()
}

/// A contact with a list of notes of two pages: its id, and its index.
fn noted(simulator: &Simulator) -> (String, u32) {
    let mut contacts = (0..).zip(simulator.truth().documents(Resource::Contacts));
    let is_noted = |contact: &serde_json::Value| contact["notes"]["total_count"].as_u64() > Some(NOTES_MIN);
    let (index, contact) = contacts.find(|(_, contact)| is_noted(contact)).unwrap();
    (contact["id"].as_str().unwrap().to_owned(), index)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_a_record_that_shrinks_while_it_is_read_costs_no_live_row() {
    // Once, and so often that the list never stands still while it is read.
    for times in [1, 14] {
        let (simulator, site) = (workspace().await, Site::new("sqlite"));
        run(&simulator, &site, Options::default()).await.unwrap();
        let (contact, index) = noted(&simulator);
        simulator.advance_clock(7_200);
        let mutation =
            Mutation::RemoveFromContacts { which: Selection::Indexes(vec![index]), what: Removal::Note };
        let path_prefix = format!("/contacts/{contact}/notes");
        simulator.inject(Fault { path_prefix, skip: 1, times, kind: FaultKind::Mutate { mutation } });
        run(&simulator, &site, Options { sweep: true, ..Options::default() }).await.unwrap();
        let live = site.client().texts("SELECT id FROM notes WHERE _deleted_at IS NULL");
        let notes: Vec<String> = simulator
            .truth()
            .documents(Resource::Notes)
            .filter(|note| note["contact"]["id"] == contact.as_str())
            .map(|note| note["id"].as_str().unwrap().to_owned())
            .collect();
        let lost: Vec<&String> = notes.iter().filter(|note| !live.contains(note)).collect();
        assert!(lost.is_empty(), "{times} removals: {lost:?} of {} notes are marked", notes.len());
        simulator.advance_clock(7_200);
        run(&simulator, &site, Options { sweep: true, ..Options::default() }).await.unwrap();
        assert_truth(&site, &simulator);
    }
}
