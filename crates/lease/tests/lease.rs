//! What a lease promises to threads that stand for processes: the system's lock is the opening's, not the process's.

use relatable_lease::{Holder, Lease, LeaseError};
use std::sync::Barrier;

/// Any moment.
const NOW_US: i64 = 1_750_000_000_000_000;

#[test]
fn who_comes_second_is_told_who_was_first() {
    let folder = tempfile::tempdir().unwrap();
    let guarded = folder.path().join("tables.db");
    let lease = Lease::take(&guarded, NOW_US).unwrap();
    let refused = Lease::take(&guarded, NOW_US + 1).unwrap_err();
    let LeaseError::Held(Some(holder)) = &refused else { panic!("{refused:?}") };
    assert!(Lease::take(&guarded, NOW_US + 1).is_err(), "who is refused takes nothing away");
    assert_eq!(*holder, Holder::this_process(NOW_US));
    assert_eq!(refused.to_string(), format!("it is in use by process {} on {}", holder.pid, holder.host));
    drop(lease);
    drop(Lease::take(&guarded, NOW_US + 2).unwrap());
    assert_eq!(folder.path().read_dir().unwrap().count(), 0, "nothing is left beside what was guarded");
}

#[test]
fn what_a_dead_holder_left_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let guarded = folder.path().join("tables.db");
    std::fs::write(folder.path().join("tables.db.lock"), "{\"pid\":1,\"host\":\"gone\",\"since").unwrap();
    let lease = Lease::take(&guarded, NOW_US).unwrap();
    assert!(matches!(Lease::take(&guarded, NOW_US), Err(LeaseError::Held(Some(_)))));
    drop(lease);
}

#[test]
fn of_many_who_begin_at_once_one_has_it_at_any_time() {
    let folder = tempfile::tempdir().unwrap();
    let guarded = folder.path().join("tables.db");
    let (barrier, inside) = (Barrier::new(8), std::sync::atomic::AtomicI32::new(0));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                barrier.wait();
                for _ in 0..500 {
                    let Ok(lease) = Lease::take(&guarded, NOW_US) else { continue };
                    assert_eq!(inside.fetch_add(1, std::sync::atomic::Ordering::SeqCst), 0);
                    inside.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                    drop(lease);
                }
            });
        }
    });
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let refused = Lease::take(&folder.path().join("none/tables.db"), NOW_US).unwrap_err();
    assert!(matches!(refused, LeaseError::System { .. }) && refused.to_string().contains("tables.db.lock"));
}
