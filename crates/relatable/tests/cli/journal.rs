//! Which journal belongs to a destination, and the way on when it was another one.

use crate::program::{Outcome, Place, query, simulator};
use relatable_simulator::{Mutation, Simulator};

/// Syncs into `a.db` with this journal, or the usual one.
fn sync(place: &Place, simulator: &Simulator, journal: Option<&str>) -> Outcome {
    let base_url = simulator.base_url();
    let mut arguments = vec!["sync", "--to", "a.db", "--base-url", &base_url, "--quiet"];
    arguments.extend(journal.iter().flat_map(|journal| ["--journal", journal]));
    place.run(&arguments)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_whose_place_another_took_names_that_one_and_a_new_one_goes_on() {
    let simulator = simulator(40, 0).await;
    let place = Place::new();
    sync(&place, &simulator, None).succeeded();
    sync(&place, &simulator, Some("other.journal")).succeeded();
    let expected = "\
error: the destination was last loaded from the journal `[FOLDER]/other.journal`, and `[FOLDER]/a.db.journal` has \
entries of its own

hint: run with `--journal [FOLDER]/other.journal`; if that file is gone for good, name one that does not exist yet: a \
new journal goes on from what the destination has";
    let fence = || query(&place.path("a.db"), "SELECT fence FROM _relatable_checkpoint");
    let before = fence();
    sync(&place, &simulator, None).failed(9, expected);
    assert_eq!(fence(), before, "a run of the other journal could go on");
    // Both ways out that the hint tells of.
    for (journal, contacts) in [("other.journal", "43"), ("new.journal", "46")] {
        simulator.advance_clock(7_200);
        simulator.mutate(Mutation::CreateContacts { count: 3 }).unwrap();
        simulator.advance_clock(1);
        sync(&place, &simulator, Some(journal)).succeeded();
        assert_eq!(query(&place.path("a.db"), "SELECT count(*) FROM contacts"), [[contacts]], "{journal}");
    }
    sync(&place, &simulator, Some("other.journal")).failed_with(9, &["[FOLDER]/new.journal"]);
    sync(&place, &simulator, Some("new.journal")).succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_destination_s_own_file_is_no_journal() {
    let simulator = simulator(20, 0).await;
    let place = Place::new();
    let hint = "hint: name another file with `--journal`";
    for name in ["a.db", "./a.db", "tmp/../a.db"] {
        let said = format!("error: `{name}` cannot be the journal and the destination at once\n");
        sync(&place, &simulator, Some(name)).failed_with(3, &[&said, hint]);
        assert!(!place.path("a.db").exists(), "nothing was written");
    }
    assert_eq!(simulator.stats().requests, 0);
    sync(&place, &simulator, None).succeeded();
    sync(&place, &simulator, Some("a.db")).failed_with(3, &[hint]);
    assert_eq!(query(&place.path("a.db"), "SELECT count(*) FROM contacts"), [["20"]]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(place.path("a.db"), place.path("link")).unwrap();
        sync(&place, &simulator, Some("link")).failed_with(3, &[hint]);
    }
}
