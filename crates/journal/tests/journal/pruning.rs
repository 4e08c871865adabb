//! What goes when it is asked to, what stays, and what is left in the file.

use std::fs;
use std::path::Path;

use relatable_journal::{Changes, Entry, Inspection, Journal, Pruned, Pruning};

use crate::{NOW_US, open, work};

/// A body that stands out in a file, and does not get smaller.
fn body(number: u8) -> Vec<u8> {
    (0..3_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8 ^ number).collect()
}

/// Appends answers of these kinds, with a second between the requests.
fn append(journal: &Journal, answers: &[(&str, u8)]) {
    for (index, (answer, number)) in answers.iter().enumerate() {
        let requested_at_us = NOW_US + i64::try_from(index).unwrap() * 1_000_000;
        let entry = Entry { answer: (*answer).into(), scope: None, requested_at_us, body: body(*number) };
        journal.append(journal.reserve(), entry, Changes::default()).unwrap();
    }
}

/// The numbers of all entries.
fn seqs(journal: &Journal) -> Vec<i64> {
    journal.entries(0, i64::MAX, usize::MAX).unwrap().into_iter().map(|stored| stored.seq).collect()
}

/// Everything may go.
fn all(up_to: i64) -> Pruning {
    Pruning { up_to, requested_before_us: i64::MAX, once: Vec::new() }
}

#[test]
fn what_is_not_loaded_not_old_or_the_last_of_its_like_stays() {
    let answers =
        [("page", 0), ("types", 1), ("types", 1), ("types", 2), ("page", 3), ("types", 1), ("page", 0)];
    let once = vec!["types".to_owned()];
    for (pruning, left) in [
        (all(0), vec![1, 2, 3, 4, 5, 6, 7]),
        (all(3), vec![4, 5, 6, 7]),
        (all(99), vec![]),
        (Pruning { requested_before_us: NOW_US + 2_000_000, ..all(99) }, vec![3, 4, 5, 6, 7]),
        (Pruning { once: once.clone(), ..all(99) }, vec![4, 6]),
        (Pruning { once: once.clone(), ..all(5) }, vec![3, 4, 6, 7]),
        (Pruning { once, requested_before_us: NOW_US + 2_000_000, ..all(99) }, vec![2, 3, 4, 5, 6, 7]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let journal = open(&path);
        append(&journal, &answers);
        let pruned = journal.prune(pruning.clone()).unwrap();
        assert_eq!(seqs(&journal), left, "{pruning:?}");
        assert_eq!(pruned.entries, (answers.len() - left.len()) as u64, "{pruning:?}");
        assert_eq!(pruned.stored_bytes > 0, pruned.entries > 0, "{pruning:?}");
        assert_eq!(journal.is_partial().unwrap(), pruned.entries > 0, "{pruning:?}");
        assert_eq!(journal.prune(pruning).unwrap(), Pruned::default(), "a second time nothing goes");
    }
}

#[test]
fn numbers_cursors_and_work_outlive_the_entries() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    {
        let journal = open(&path);
        append(&journal, &[("page", 1), ("page", 2)]);
        journal
            .record(Changes {
                cursors: vec![("stream".into(), Some("next".into()))],
                work_added: vec![work("queue", "key", "payload")],
                seen: vec![("pass".into(), "key".into())],
                ..Changes::default()
            })
            .unwrap();
        assert_eq!(journal.prune(all(2)).unwrap().entries, 2);
        journal.compact().unwrap();
        assert_eq!(journal.settled(), 2);
    }
    let journal = open(&path);
    assert!(journal.is_partial().unwrap());
    assert_eq!((journal.settled(), journal.reserve().seq()), (2, 3));
    assert_eq!(journal.cursor("stream").unwrap().as_deref(), Some("next"));
    assert_eq!((journal.work_left("queue").unwrap(), journal.seen_count("pass").unwrap()), (1, 1));
}

#[test]
fn the_space_of_what_went_is_given_back_and_none_of_it_is_left_in_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = open(&path);
    let answers: Vec<(&str, u8)> = (0..=255).map(|number| ("page", number)).collect();
    append(&journal, &answers);
    let has = |number: u8| {
        let wanted = &body(number)[..40];
        let files = [path.clone(), folder.path().join("journal.db-wal")];
        let bytes = files.iter().map(|file| fs::read(file).unwrap_or_default());
        bytes.into_iter().any(|bytes| bytes.windows(40).any(|window| window == wanted))
    };
    assert!(has(3) && has(250));
    assert_eq!(journal.free_percent().unwrap(), 0);
    journal.prune(all(200)).unwrap();
    assert!(journal.free_percent().unwrap() > 50);
    let compacted = journal.compact().unwrap();
    assert!(compacted.after_bytes * 3 < compacted.before_bytes, "{compacted:?}");
    assert_eq!(compacted.after_bytes, size(&path));
    assert!(!has(3) && has(250));
    assert_eq!(journal.free_percent().unwrap(), 0);
}

#[test]
fn appends_go_on_while_entries_go_and_the_file_is_rewritten() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&folder.path().join("journal.db"));
    append(&journal, &(0..=255).map(|number| ("page", number)).collect::<Vec<_>>());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| append(&journal, &[("page", 7); 40]));
        }
        for up_to in [50, 150, 256] {
            journal.prune(all(up_to)).unwrap();
            journal.compact().unwrap();
        }
    });
    assert_eq!(seqs(&journal), (257..=376).collect::<Vec<_>>());
    assert_eq!(journal.settled(), 376);
}

#[test]
fn a_journal_is_looked_at_while_a_run_has_it_and_nothing_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = open(&path);
    append(&journal, &[("page", 1), ("page", 2), ("page", 3)]);
    journal.prune(all(1)).unwrap();
    journal.record(Changes { work_added: vec![work("queue", "key", "")], ..Changes::default() }).unwrap();
    let inspection = Inspection::open(&path).unwrap();
    let overview = inspection.overview().unwrap();
    assert_eq!((overview.id.as_str(), overview.workspace.as_str()), (journal.id(), "workspace"));
    assert_eq!((overview.last_seq, overview.is_partial, overview.format), (3, true, 3));
    assert_eq!(overview.file_bytes, size(&path));
    let (there, later) = (inspection.extent(0).unwrap(), inspection.extent(2).unwrap());
    assert_eq!((there.entries, there.body_bytes, there.seqs), (2, 6_000, Some((2, 3))));
    assert_eq!(there.requested_us, Some((NOW_US + 1_000_000, NOW_US + 2_000_000)));
    assert_eq!((later.entries, later.seqs), (1, Some((3, 3))));
    assert_eq!(inspection.extent(3).unwrap(), relatable_journal::Extent::default());
    assert_eq!(inspection.work_left().unwrap(), [("queue".to_owned(), 1)]);
    assert_eq!(inspection.cursors().unwrap(), []);
}

/// The bytes of a journal's files.
fn size(path: &Path) -> u64 {
    let log = path.with_file_name("journal.db-wal");
    [path, &log].into_iter().map(|file| fs::metadata(file).map_or(0, |metadata| metadata.len())).sum()
}
