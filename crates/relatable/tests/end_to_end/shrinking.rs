//! Lists that become shorter while their pages are read: what moves up to a page that was read already is not lost, and
//! never taken for gone.

use crate::comparison::assert_truth;
use crate::harness::{Options, Site, UNLIMITED, run};
use relatable_simulator::{
    Addition, Fault, FaultKind, Mutation, Removal, Resource, Selection, Settings, Simulator,
};

/// Notes that a contact gets so that its list has two pages.
const NOTES: u32 = 70;

async fn workspace() -> Simulator {
    let settings = Settings {
        contacts: 300,
        conversations: Some(20),
        limit_per_window: UNLIMITED,
        ..Settings::default()
    };
    Simulator::start(settings).await.unwrap()
}

/// Gives the first contact a list of notes of two pages; its id.
fn noted(simulator: &Simulator) -> String {
    for _ in 0..NOTES {
        let which = Selection::Indexes(vec![0]);
        simulator.mutate(Mutation::AddToContacts { which, what: Addition::Note }).unwrap();
    }
    let contact = simulator.truth().documents(Resource::Contacts).next().unwrap();
    contact["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_a_record_that_shrinks_while_it_is_read_costs_no_live_row() {
    // Once, and so often that the list never stands still while it is read.
    for times in [1, 14] {
        let (simulator, site) = (workspace().await, Site::new("sqlite"));
        let contact = noted(&simulator);
        run(&simulator, &site, Options::default()).await.unwrap();
        simulator.advance_clock(7_200);
        let mutation =
            Mutation::RemoveFromContacts { which: Selection::Indexes(vec![0]), what: Removal::Note };
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
