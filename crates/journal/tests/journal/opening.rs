//! What may be opened, by whom, and what is said otherwise.

use std::error::Error;
use std::fs;

use relatable_journal::{Changes, Inspection, Journal, JournalError};

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
        ("newer.db", "has format 99, this version knows up to 3"),
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

/// The tables as the first release made them.
const FIRST_FORMAT: &str = "
    CREATE TABLE journal (
        id TEXT NOT NULL,
        workspace TEXT NOT NULL,
        created_at_us INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE entry (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        answer TEXT NOT NULL,
        scope TEXT,
        requested_at_us INTEGER NOT NULL,
        body_bytes INTEGER NOT NULL,
        body_zstd BLOB NOT NULL
    ) STRICT;
    CREATE TABLE cursor (
        stream TEXT PRIMARY KEY,
        state TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE work (
        place INTEGER PRIMARY KEY,
        queue TEXT NOT NULL,
        key TEXT NOT NULL,
        payload TEXT NOT NULL,
        generation INTEGER NOT NULL,
        UNIQUE (queue, key)
    ) STRICT;
    CREATE INDEX work_by_place ON work (queue, place);
    CREATE TABLE queue (
        name TEXT PRIMARY KEY,
        remaining INTEGER NOT NULL,
        stamp INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    PRAGMA application_id = 0x52656c4a;
    PRAGMA user_version = 1;
    INSERT INTO journal VALUES ('0123456789abcdef0123456789abcdef', 'workspace', 1690000000000000);
    INSERT INTO cursor VALUES ('stream', 'next');
    INSERT INTO work VALUES (1, 'queue', 'key', 'payload', 1);
    INSERT INTO queue VALUES ('queue', 1, 1);
";

#[test]
fn a_journal_of_the_first_format_is_brought_up_to_date_and_keeps_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(FIRST_FORMAT).unwrap();
    let body = br#"{"type":"list","data":[]}"#;
    let frame = zstd::bulk::compress(body, 1).unwrap();
    let row = (7, "contacts", NOW_US, i64::try_from(body.len()).unwrap(), frame);
    old.execute("INSERT INTO entry VALUES (?1, ?2, NULL, ?3, ?4, ?5)", row).unwrap();
    drop(old);
    // To look at it leaves it as it is.
    let inspection = Inspection::open(&path).unwrap();
    let overview = inspection.overview().unwrap();
    assert_eq!((overview.format, overview.last_seq, overview.is_partial), (1, 7, false));
    assert_eq!(inspection.extent(0).unwrap().entries, 1);
    drop(inspection);

    let journal = open(&path);
    assert_eq!(journal.id(), "0123456789abcdef0123456789abcdef");
    assert_eq!((journal.settled(), journal.seen_count("p").unwrap()), (7, 0));
    assert_eq!(journal.entries(0, 7, usize::MAX).unwrap()[0].entry.body, body);
    assert_eq!(journal.cursor("stream").unwrap().as_deref(), Some("next"));
    assert_eq!(journal.take_work("queue", 9).unwrap(), [crate::work("queue", "key", "payload")]);
    assert!(!journal.is_partial().unwrap());
    journal.append(journal.reserve(), crate::entry(b"[]"), Changes::default()).unwrap();
    assert_eq!(journal.settled(), 8);
    drop(journal);
    assert_eq!(Inspection::open(&path).unwrap().overview().unwrap().format, 3);
}

#[test]
fn what_is_no_journal_or_a_newer_one_cannot_be_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    drop(open(&at("newer.db")));
    rusqlite::Connection::open(at("newer.db")).unwrap().pragma_update(None, "user_version", 99).unwrap();
    fs::write(at("text.db"), "a text that is longer than SQLite's header is. ".repeat(40)).unwrap();
    fs::write(at("empty.db"), "").unwrap();
    for (name, expected) in [
        ("newer.db", "has format 99, this version knows up to 3"),
        ("text.db", "is not a journal of Relatable"),
        ("empty.db", "is not a journal of Relatable"),
        ("missing.db", "missing.db"),
    ] {
        let error = Inspection::open(&at(name)).unwrap_err();
        assert!(error.to_string().ends_with(expected), "{error}");
    }
    assert!(!at("missing.db").exists());
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
