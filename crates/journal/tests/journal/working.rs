//! The work queues: nothing is lost, nothing is handed out twice, counting is true.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use relatable_journal::{Changes, Journal, Work};

use crate::{open, work};

/// Adds work.
fn add(journal: &Journal, work_added: Vec<Work>) {
    journal.record(Changes { work_added, ..Changes::default() }).unwrap();
}

/// Marks work as done.
fn done(journal: &Journal, queue: &str, key: &str) {
    let work_done = vec![(queue.to_owned(), key.to_owned())];
    journal.record(Changes { work_done, ..Changes::default() }).unwrap();
}

/// Takes work and shows it as `key=payload`.
fn take(journal: &Journal, queue: &str, count: usize) -> Vec<String> {
    let taken = journal.take_work(queue, count).unwrap();
    taken.into_iter().map(|work| format!("{}={}", work.key, work.payload)).collect()
}

#[test]
fn work_is_handed_out_oldest_first_once_and_again_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = open(&path);
    add(&journal, vec![work("a", "z", "1"), work("b", "z", "2"), work("a", "y", "3"), work("a", "x", "4")]);
    assert_eq!(take(&journal, "a", 2), ["z=1", "y=3"]);
    assert_eq!(take(&journal, "a", 2), ["x=4"]);
    assert!(take(&journal, "a", 2).is_empty());
    done(&journal, "a", "y");
    done(&journal, "a", "not there");
    assert_eq!(journal.work_left_all().unwrap(), [("a".to_owned(), 2), ("b".to_owned(), 1)]);
    drop(journal);
    let journal = open(&path);
    assert_eq!(take(&journal, "a", 9), ["z=1", "x=4"]);
    assert_eq!(take(&journal, "b", 9), ["z=2"]);
    done(&journal, "b", "z");
    assert_eq!(journal.work_left_all().unwrap(), [("a".to_owned(), 2)]);
    assert_eq!((journal.work_left("b").unwrap(), journal.work_left("c").unwrap()), (0, 0));
}

#[test]
fn waiting_work_that_is_added_again_keeps_its_place_and_gets_the_new_payload() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&folder.path().join("journal.db"));
    add(&journal, vec![work("q", "1", "old"), work("q", "2", "two")]);
    add(&journal, vec![work("q", "1", "new")]);
    assert_eq!(journal.work_left("q").unwrap(), 2);
    assert_eq!(take(&journal, "q", 9), ["1=new", "2=two"]);
}

#[test]
fn work_added_while_it_is_in_hand_comes_up_again_after_it_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = open(&path);
    add(&journal, vec![work("q", "1", "old")]);
    assert_eq!(take(&journal, "q", 9), ["1=old"]);
    add(&journal, vec![work("q", "1", "new"), work("q", "2", "two")]);
    assert_eq!(take(&journal, "q", 9), ["2=two"], "1 is in hand");
    done(&journal, "q", "1");
    assert_eq!(journal.work_left("q").unwrap(), 2);
    assert_eq!(take(&journal, "q", 9), ["1=new"]);
    done(&journal, "q", "1");
    done(&journal, "q", "2");
    assert_eq!(journal.work_left("q").unwrap(), 0);
    // The same in one transaction: done, and found again.
    add(&journal, vec![work("q", "3", "first")]);
    assert_eq!(take(&journal, "q", 9), ["3=first"]);
    let work_added = vec![work("q", "3", "second")];
    let work_done = vec![("q".to_owned(), "3".to_owned())];
    journal.record(Changes { work_added, work_done, ..Changes::default() }).unwrap();
    assert_eq!(take(&journal, "q", 9), ["3=second"]);
    drop(journal);
    assert_eq!(take(&open(&path), "q", 9), ["3=second"], "not done when the journal was closed");
}

#[test]
fn workers_side_by_side_take_everything_exactly_once() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&folder.path().join("journal.db"));
    let is_all_found = AtomicBool::new(false);
    let mut taken: Vec<String> = thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..40 {
                add(&journal, (0..10).map(|at| work("q", &format!("{round}-{at}"), "")).collect());
            }
            is_all_found.store(true, Ordering::SeqCst);
        });
        let workers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut mine = Vec::new();
                    loop {
                        let is_last_look = is_all_found.load(Ordering::SeqCst);
                        let found = journal.take_work("q", 7).unwrap();
                        if found.is_empty() && is_last_look {
                            return mine;
                        }
                        for work in found {
                            done(&journal, "q", &work.key);
                            mine.push(work.key);
                        }
                    }
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    taken.sort();
    assert_eq!(taken.len(), 400);
    assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), 400);
    assert_eq!(journal.work_left("q").unwrap(), 0);
}

#[test]
fn counting_a_large_queue_does_not_count_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&folder.path().join("journal.db"));
    let count = 300_000;
    add(&journal, (0..count).map(|key| work("q", &key.to_string(), "")).collect());
    let start = Instant::now();
    for _ in 0..100 {
        assert_eq!(journal.work_left("q").unwrap(), count);
    }
    // Counting the rows would take some 10 ms each time; this leaves much room for a busy machine.
    assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
}
