//! Order, wholeness and limits of what is appended.

use std::thread;

use relatable_journal::{Changes, Entry, Journal, JournalError};

use crate::{entry, open};

/// A cursor change.
fn cursor(stream: &str, state: Option<&str>) -> Changes {
    Changes { cursors: vec![(stream.into(), state.map(Into::into))], ..Changes::default() }
}

#[test]
fn entries_come_back_whole_in_the_order_of_sending_whatever_the_order_of_answers() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&folder.path().join("journal.db"));
    let tickets: Vec<_> = (0..5).map(|_| journal.reserve()).collect();
    for ticket in tickets.into_iter().rev() {
        let seq = ticket.seq();
        let entry = Entry {
            answer: format!("answer {seq}"),
            scope: (seq % 2 == 0).then(|| format!("scope {seq}")),
            requested_at_us: seq * 10,
            body: vec![u8::try_from(seq).unwrap(); 1_000],
        };
        assert_eq!(journal.settled(), 0, "1 is still in flight");
        journal.append(ticket, entry, Changes::default()).unwrap();
    }
    assert_eq!(journal.settled(), 5);
    let stored = journal.entries(0, 5, usize::MAX).unwrap();
    assert_eq!(stored.iter().map(|stored| stored.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(stored[3].entry.answer, "answer 4");
    assert_eq!(stored[3].entry.scope.as_deref(), Some("scope 4"));
    assert_eq!(stored[2].entry.scope, None);
    assert_eq!(stored[3].entry.requested_at_us, 40);
    assert_eq!(stored[3].entry.body, vec![4; 1_000]);
}

#[test]
fn reading_respects_its_bounds_and_always_gets_on() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&folder.path().join("journal.db"));
    for _ in 0..6 {
        journal.append(journal.reserve(), entry(&[9; 100]), Changes::default()).unwrap();
    }
    let cases: [(i64, i64, usize, &[i64]); 7] = [
        (0, 6, 600, &[1, 2, 3, 4, 5, 6]),
        (0, 6, 599, &[1, 2, 3, 4, 5]),
        (2, 4, 1_000, &[3, 4]),
        (2, 6, 0, &[3]),
        (2, 6, 99, &[3]),
        (6, 6, 1_000, &[]),
        (5, i64::MAX, usize::MAX, &[6]),
    ];
    for (after, up_to, bytes_max, expected) in cases {
        let found = journal.entries(after, up_to, bytes_max).unwrap();
        let seqs: Vec<i64> = found.iter().map(|stored| stored.seq).collect();
        assert_eq!(seqs, expected, "after {after} up to {up_to} at most {bytes_max} bytes");
    }
}

#[test]
fn cursors_move_vanish_and_are_listed_by_prefix() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = open(&path);
    for (stream, state) in [("a/1", "x"), ("a/2", "y"), ("b/1", "z"), ("a", "w"), ("a/é", "u"), ("a%", "v")]
    {
        journal.record(cursor(stream, Some(state))).unwrap();
    }
    journal.append(journal.reserve(), entry(b"{}"), cursor("a/1", Some("x2"))).unwrap();
    journal.record(cursor("a/2", None)).unwrap();
    journal.record(cursor("never there", None)).unwrap();
    drop(journal);
    let journal = open(&path);
    assert_eq!(journal.cursor("a/1").unwrap().as_deref(), Some("x2"));
    assert_eq!(journal.cursor("a/2").unwrap(), None);
    let listed = journal.cursors("a/").unwrap();
    assert_eq!(listed, [("a/1".to_owned(), "x2".to_owned()), ("a/é".to_owned(), "u".to_owned())]);
    assert_eq!(journal.cursors("").unwrap().len(), 5);
}

#[test]
fn numbers_continue_upward_after_reopening_and_after_raising() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = open(&path);
    journal.append(journal.reserve(), entry(b"1"), Changes::default()).unwrap();
    drop(journal.reserve());
    journal.append(journal.reserve(), entry(b"3"), Changes::default()).unwrap();
    drop(journal);
    let journal = open(&path);
    assert_eq!(journal.settled(), 3);
    journal.raise(50);
    let ticket = journal.reserve();
    assert_eq!(ticket.seq(), 51);
    journal.append(ticket, entry(b"51"), Changes::default()).unwrap();
    drop(journal);
    let journal = open(&path);
    assert_eq!(journal.settled(), 51);
    assert_eq!(journal.reserve().seq(), 52);
}

#[test]
fn many_threads_append_and_a_reader_never_sees_a_gap_below_settled() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&folder.path().join("journal.db"));
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                for _ in 0..60 {
                    let ticket = journal.reserve();
                    let body = ticket.seq().to_string();
                    journal.append(ticket, entry(body.as_bytes()), Changes::default()).unwrap();
                }
            });
        }
        scope.spawn(|| {
            let (mut loaded, mut settled_before) = (0, 0);
            while loaded < 360 {
                let settled = journal.settled();
                assert!(settled >= settled_before, "settled went back");
                settled_before = settled;
                for stored in journal.entries(loaded, settled, 200).unwrap() {
                    assert_eq!(stored.seq, loaded + 1, "an entry below settled came late");
                    assert_eq!(stored.entry.body, stored.seq.to_string().as_bytes());
                    loaded = stored.seq;
                }
            }
        });
    });
}

#[test]
fn a_damaged_body_is_named_with_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = open(&path);
    for _ in 0..3 {
        journal.append(journal.reserve(), entry(&[5; 10_000]), Changes::default()).unwrap();
    }
    drop(journal);
    let changes = ["body_bytes = 9999", "body_zstd = substr(body_zstd, 1, 12)", "body_zstd = x''"];
    for change in changes {
        rusqlite::Connection::open(&path)
            .unwrap()
            .execute(&format!("UPDATE entry SET {change} WHERE seq = 2"), [])
            .unwrap();
        let journal = open(&path);
        let error = journal.entries(0, 3, usize::MAX).unwrap_err();
        assert!(matches!(error, JournalError::DamagedBody { seq: 2, .. }), "{change}: {error:?}");
        assert_eq!(journal.entries(0, 1, usize::MAX).unwrap().len(), 1);
        assert_eq!(journal.entries(2, 3, usize::MAX).unwrap().len(), 1);
    }
}

#[test]
fn a_journal_is_shared_between_threads() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    shared::<Journal>();
}

#[test]
fn what_a_pass_has_seen_is_kept_once_in_order_until_it_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let seen = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(pass, key)| ((*pass).to_owned(), (*key).to_owned())).collect::<Vec<_>>()
    };
    {
        let journal = open(&path);
        let changes =
            Changes { seen: seen(&[("p", "b"), ("p", "B"), ("q", "x"), ("p", "b")]), ..Changes::default() };
        journal.append(journal.reserve(), entry(b"[]"), changes).unwrap();
    }
    let journal = open(&path);
    journal.record(Changes { seen: seen(&[("p", "ä"), ("p", "b")]), ..Changes::default() }).unwrap();
    assert_eq!(journal.seen("p", "", 10).unwrap(), ["B", "b", "ä"]);
    assert_eq!(journal.seen("p", "B", 1).unwrap(), ["b"]);
    let forget = || vec!["p".to_owned()];
    let changes = Changes { passes_forgotten: forget(), seen: seen(&[("p", "new")]), ..Changes::default() };
    journal.record(changes).unwrap();
    assert_eq!((journal.seen_count("p").unwrap(), journal.seen_count("q").unwrap()), (1, 1));
}
