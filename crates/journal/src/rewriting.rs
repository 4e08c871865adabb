//! Entries that are not to be as they were received any more, because something in them may not stay.

use std::path::Path;

use relatable_faults::{JOURNAL_KEYS_REPLACED, JOURNAL_KEYS_REPLACING, JOURNAL_REWRITING, JOURNAL_REWRITTEN};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::body;
use crate::entry::Entry;
use crate::error::JournalError;
use crate::fault;

/// How many entries are looked at in one transaction.
const AT_ONCE: i64 = 200;

/// What becomes of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing.
    Stays,
    /// It goes.
    Goes,
    /// This is its body from now on.
    Becomes(Vec<u8>),
}

/// What is to be rewritten.
pub struct Rewriting {
    /// Keys that may not stay, and what stands in the place of each: work for them goes, and where they were seen, or a
    /// cursor tells of them, stands the other.
    pub keys: Vec<(String, String)>,
    /// What becomes of each entry.
    pub judge: Box<dyn Fn(&Entry) -> Fate + Send>,
}

/// What was rewritten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rewritten {
    /// How many entries went.
    pub gone: u64,
    /// How many have another body.
    pub changed: u64,
}

/// An entry as it is stored.
type Stored = (i64, String, Option<String>, i64, i64, Vec<u8>);

/// Rewrites the journal, some entries at a time; one that is under way when the process dies is completed by the next.
pub(crate) fn rewrite(
    connection: &mut Connection,
    path: &Path,
    rewriting: &Rewriting,
) -> Result<Rewritten, JournalError> {
    let failed = |source| JournalError::writing(path, source);
    // What is overwritten is not to be found in what is left of its page.
    connection.pragma_update(None, "secure_delete", true).map_err(failed)?;
    keys(connection, &rewriting.keys).map_err(failed)?;
    let (mut rewritten, mut after) = (Rewritten::default(), 0);
    loop {
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let found = next(&transaction, after).map_err(failed)?;
        let Some((last, ..)) = found.last() else { return Ok(rewritten) };
        after = *last;
        let before = rewritten;
        for (seq, answer, scope, requested_at_us, body_bytes, frame) in found {
            let body = body::decompress(&frame, body_bytes).map_err(|source| JournalError::DamagedBody {
                path: path.to_path_buf(),
                seq,
                source,
            })?;
            match (rewriting.judge)(&Entry { answer, scope, requested_at_us, body }) {
                Fate::Stays => {}
                Fate::Goes => {
                    transaction.execute("DELETE FROM entry WHERE seq = ?1", [seq]).map_err(failed)?;
                    rewritten.gone += 1;
                }
                Fate::Becomes(body) => {
                    replace(&transaction, seq, &body, failed)?;
                    rewritten.changed += 1;
                }
            }
        }
        if rewritten != before {
            transaction
                .execute("UPDATE journal SET is_partial = 1 WHERE is_partial = 0", [])
                .map_err(failed)?;
        }
        fault::reach(JOURNAL_REWRITING).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        fault::reach(JOURNAL_REWRITTEN).map_err(failed)?;
    }
}

/// The next entries after a number.
fn next(transaction: &Transaction<'_>, after: i64) -> rusqlite::Result<Vec<Stored>> {
    let mut statement = transaction.prepare_cached(
        "SELECT seq, answer, scope, requested_at_us, body_bytes, body_zstd FROM entry
         WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    )?;
    let rows = statement.query_map((after, AT_ONCE), |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
    })?;
    rows.collect()
}

/// Gives an entry another body.
fn replace(
    transaction: &Transaction<'_>,
    seq: i64,
    body: &[u8],
    failed: impl Fn(rusqlite::Error) -> JournalError,
) -> Result<(), JournalError> {
    let frame = body::compress(body).map_err(|source| JournalError::Compress { seq, source })?;
    let bytes = i64::try_from(body.len()).unwrap_or(i64::MAX);
    let sql = "UPDATE entry SET body_bytes = ?2, body_zstd = ?3 WHERE seq = ?1";
    transaction.execute(sql, (seq, bytes, frame)).map(|_| ()).map_err(failed)
}

/// Puts something else in the place of keys.
fn keys(connection: &mut Connection, keys: &[(String, String)]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for key in keys {
        for sql in [
            "INSERT OR IGNORE INTO seen (pass, key) SELECT pass, ?2 FROM seen WHERE key = ?1",
            "UPDATE cursor SET state = replace(state, ?1, ?2) WHERE instr(state, ?1) > 0",
        ] {
            transaction.execute(sql, (&key.0, &key.1))?;
        }
        for sql in [
            "DELETE FROM seen WHERE key = ?1",
            "DELETE FROM cursor WHERE instr(stream, ?1) > 0",
            "DELETE FROM work WHERE key = ?1 OR instr(payload, ?1) > 0",
        ] {
            transaction.execute(sql, [&key.0])?;
        }
    }
    let count = "UPDATE queue SET remaining = (SELECT count(*) FROM work WHERE work.queue = queue.name)";
    transaction.execute(count, [])?;
    fault::reach(JOURNAL_KEYS_REPLACING)?;
    transaction.commit()?;
    fault::reach(JOURNAL_KEYS_REPLACED)
}
