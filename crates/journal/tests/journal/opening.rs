//! What may be opened, by whom, and what is said otherwise.

use std::error::Error;
use std::fs;

use relatable_journal::{Changes, Journal, JournalError};

use crate::{NOW_US, entry, open};

#[test]
fn the_id_stays_and_differs_between_journals() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let id = open(&path).id().to_owned();
    assert_eq!(id.len(), 32);
    assert_eq!(Journal::open(&path, "workspace", NOW_US + 1).unwrap().id(), id);
    let (other, later) = (folder.path().join("other.db"), folder.path().join("later.db"));
    assert_ne!(open(&other).id(), id);
    fs::remove_file(&path).unwrap();
    assert_ne!(Journal::open(&path, "workspace", NOW_US + 1).unwrap().id(), id, "a new journal, same path");
    assert_eq!(open(&later).path(), later.canonicalize().unwrap());
}

#[test]
fn a_second_opener_is_told_who_has_it_until_the_last_clone_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = open(&path);
    let clone = journal.clone();
    drop(journal);
    let Err(JournalError::Held { holder: Some(holder), .. }) = Journal::open(&path, "workspace", NOW_US + 5)
    else {
        panic!("opened twice");
    };
    assert_eq!((holder.pid, holder.since_us), (std::process::id(), NOW_US));
    assert!(!holder.host.is_empty());
    clone.append(clone.reserve(), entry(b"{}"), Changes::default()).unwrap();
    drop(clone);
    assert_eq!(open(&path).settled(), 1);
}

#[cfg(unix)]
#[test]
fn two_names_of_one_journal_share_its_lease_and_only_the_owner_reads_it() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (path, alias) = (folder.path().join("journal.db"), folder.path().join("alias.db"));
    let journal = open(&path);
    journal.append(journal.reserve(), entry(b"{}"), Changes::default()).unwrap();
    symlink(&path, &alias).unwrap();
    assert!(matches!(Journal::open(&alias, "workspace", NOW_US), Err(JournalError::Held { .. })));
    for file in ["journal.db", "journal.db-wal"] {
        let mode = fs::metadata(folder.path().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn what_is_not_this_workspaces_journal_is_refused_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    drop(open(&at("journal.db")));
    drop(open(&at("newer.db")));
    rusqlite::Connection::open(at("newer.db")).unwrap().pragma_update(None, "user_version", 99).unwrap();
    fs::write(at("text.db"), "a text that is longer than SQLite's header is. ".repeat(40)).unwrap();
    let foreign = rusqlite::Connection::open(at("foreign.db")).unwrap();
    foreign.execute_batch("CREATE TABLE journal (id TEXT)").unwrap();
    drop(foreign);
    let cases = [
        ("journal.db", "is of workspace \"workspace\", not of \"another\""),
        ("newer.db", "has format 99, this version knows up to 2"),
        ("text.db", "is not a journal of Relatable"),
        ("foreign.db", "is not a journal of Relatable"),
    ];
    for (name, expected) in cases {
        let before = fs::read(at(name)).unwrap();
        let error = Journal::open(&at(name), "another", NOW_US).unwrap_err();
        assert!(error.to_string().ends_with(expected), "{error}");
        assert_eq!(fs::read(at(name)).unwrap(), before, "{name} was changed");
    }
    assert!(!at("foreign.db.lock").exists(), "nothing is left beside another program's file");
    open(&at("journal.db"));
}

#[test]
fn a_journal_of_the_first_format_is_brought_up_to_date_and_keeps_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    {
        let journal = open(&path);
        journal.append(journal.reserve(), crate::entry(b"[]"), Changes::default()).unwrap();
    }
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch("DROP TABLE seen; PRAGMA user_version = 1").unwrap();
    drop(old);
    let journal = open(&path);
    assert_eq!((journal.settled(), journal.seen_count("p").unwrap()), (1, 0));
}

#[test]
fn an_empty_file_becomes_a_journal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    fs::write(&path, "").unwrap();
    assert_eq!(open(&path).settled(), 0);
}

#[test]
fn a_place_that_cannot_be_written_is_named_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let error = Journal::open(&folder.path().join("missing/journal.db"), "workspace", NOW_US).unwrap_err();
    assert!(matches!(error, JournalError::Open { .. }), "{error:?}");
    assert!(error.source().unwrap().to_string().contains("unable to open database file"));
    assert!(matches!(Journal::open("".as_ref(), "workspace", NOW_US), Err(JournalError::Path { .. })));
    assert!(matches!(Journal::open(folder.path(), "workspace", NOW_US), Err(JournalError::Open { .. })));
    // A folder that not even the superuser can write to.
    if cfg!(target_os = "linux") {
        let error = Journal::open("/proc/journal.db".as_ref(), "workspace", NOW_US).unwrap_err();
        assert!(matches!(error, JournalError::Open { .. }), "{error:?}");
    }
}
