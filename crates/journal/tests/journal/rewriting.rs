//! Entries that may not stay as they are, and what is left of them.

use std::fs;

use relatable_journal::{Changes, Entry, Fate, Rewriting, Rewritten};

use crate::{NOW_US, open, work};

/// The word that must go.
const SECRET: &str = "a-word-that-stands-out";

#[test]
fn what_may_not_stay_is_in_no_entry_no_key_and_no_file_and_all_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = open(&path);
    let bodies = ["plain", "with a-word-that-stands-out in it", "a-word-that-stands-out", "last"];
    for body in bodies {
        // Not compressed away: the secret would be found in the file.
        let entry = Entry { answer: body.into(), scope: None, requested_at_us: NOW_US, body: body.into() };
        journal.append(journal.reserve(), entry, Changes::default()).unwrap();
    }
    journal
        .record(Changes {
            cursors: vec![
                ("stream".into(), Some(format!("{{\"{SECRET}\":1,\"other\":2}}"))),
                ("plain".into(), Some("next".into())),
            ],
            work_added: vec![
                work("queue", SECRET, ""),
                work("queue", "other", ""),
                work("again", "x", SECRET),
            ],
            seen: vec![("pass".into(), SECRET.into()), ("pass".into(), "other".into())],
            ..Changes::default()
        })
        .unwrap();
    let rewriting = || Rewriting {
        keys: vec![(SECRET.to_owned(), "hash".to_owned())],
        judge: Box::new(|entry: &Entry| {
            let body = String::from_utf8(entry.body.clone()).unwrap();
            match (body == SECRET, body.contains(SECRET)) {
                (true, _) => Fate::Goes,
                (false, true) => Fate::Goes,
                (false, false) if body == "last" => Fate::Becomes(b"rewritten".to_vec()),
                (false, false) => Fate::Stays,
            }
        }),
    };
    assert_eq!(journal.rewrite(rewriting()).unwrap(), Rewritten { gone: 2, changed: 1 });
    journal.compact().unwrap();
    let stored = journal.entries(0, 9, usize::MAX).unwrap();
    let left: Vec<(i64, &[u8])> = stored.iter().map(|it| (it.seq, it.entry.body.as_slice())).collect();
    assert_eq!(left, [(1, b"plain".as_slice()), (4, b"rewritten")]);
    assert!(journal.is_partial().unwrap());
    assert_eq!(
        (journal.settled(), journal.seen("pass", "", 9).unwrap()),
        (4, vec!["hash".into(), "other".into()])
    );
    assert_eq!(journal.work_left_all().unwrap(), [("queue".to_owned(), 1)]);
    assert_eq!(journal.cursor("stream").unwrap().as_deref(), Some("{\"hash\":1,\"other\":2}"));
    assert_eq!(journal.cursor("plain").unwrap().as_deref(), Some("next"));
    for file in ["journal.db", "journal.db-wal"] {
        let bytes = fs::read(folder.path().join(file)).unwrap_or_default();
        let is_there = bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
        assert!(!is_there, "{file}");
    }
    assert_eq!(journal.rewrite(rewriting()).unwrap(), Rewritten { gone: 0, changed: 0 });
}
