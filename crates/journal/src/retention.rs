//! Entries that go: nobody needs them any more, or nobody may have them any more.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use relatable_faults::{
    JOURNAL_COMPACTED, JOURNAL_COMPACTING, JOURNAL_MARKED, JOURNAL_MARKING, JOURNAL_PRUNED, JOURNAL_PRUNING,
    JOURNAL_VACUUMED,
};
use rusqlite::{Connection, TransactionBehavior};

use crate::error::JournalError;
use crate::fault;

/// How many entries go in one transaction, so that whoever appends need not wait long.
const AT_ONCE: i64 = 500;

/// Which entries may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pruning {
    /// The highest number of those that may go: what is loaded, never more.
    pub up_to: i64,
    /// Only answers to requests sent before this moment, in microseconds since 1970 UTC.
    pub requested_before_us: i64,
    /// Kinds of answers of which the last of several equal ones stays, whatever its age.
    pub once: Vec<String>,
}

/// What went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// How many entries.
    pub entries: u64,
    /// How many bytes their bodies took in the file.
    pub stored_bytes: u64,
}

/// What giving space back did to the journal's files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    /// Their size before, in bytes.
    pub before_bytes: u64,
    /// Their size after.
    pub after_bytes: u64,
}

/// Takes entries away, some at a time; one that is under way when the process dies leaves the rest for the next time.
pub(crate) fn prune(
    connection: &mut Connection,
    path: &Path,
    pruning: &Pruning,
) -> Result<Pruned, JournalError> {
    let kept = kept(connection, pruning).map_err(|source| JournalError::writing(path, source))?;
    let mut pruned = Pruned::default();
    let mut after = 0;
    loop {
        let taken = take_away(connection, pruning, &kept, after, &mut pruned);
        match taken.map_err(|source| JournalError::writing(path, source))? {
            Some(last) => after = last,
            None => return Ok(pruned),
        }
    }
}

/// The entries that stay although they may go: of equal answers the last.
fn kept(connection: &Connection, pruning: &Pruning) -> rusqlite::Result<BTreeSet<i64>> {
    let mut last: HashMap<(String, Option<String>, Vec<u8>), i64> = HashMap::new();
    let mut statement = connection.prepare_cached(
        "SELECT seq, answer, scope, body_zstd FROM entry
         WHERE seq <= ?1 AND requested_at_us < ?2 AND answer = ?3 ORDER BY seq",
    )?;
    for answer in &pruning.once {
        let mut rows = statement.query((pruning.up_to, pruning.requested_before_us, answer))?;
        while let Some(row) = rows.next()? {
            last.insert((row.get(1)?, row.get(2)?, row.get(3)?), row.get(0)?);
        }
    }
    Ok(last.into_values().collect())
}

/// Takes away the next entries after a number, and says first that some are missing; answers the last one looked at.
fn take_away(
    connection: &mut Connection,
    pruning: &Pruning,
    kept: &BTreeSet<i64>,
    after: i64,
    pruned: &mut Pruned,
) -> rusqlite::Result<Option<i64>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: Vec<(i64, i64)> = {
        let mut statement = transaction.prepare_cached(
            "SELECT seq, length(body_zstd) FROM entry
             WHERE seq > ?1 AND seq <= ?2 AND requested_at_us < ?3 ORDER BY seq LIMIT ?4",
        )?;
        let values = (after, pruning.up_to, pruning.requested_before_us, AT_ONCE);
        let rows = statement.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    let Some((last, _)) = found.last().copied() else { return Ok(None) };
    let mut taken = Pruned::default();
    {
        let mut statement = transaction.prepare_cached("DELETE FROM entry WHERE seq = ?1")?;
        for (seq, bytes) in found.into_iter().filter(|(seq, _)| !kept.contains(seq)) {
            statement.execute([seq])?;
            taken.entries += 1;
            taken.stored_bytes += bytes.unsigned_abs();
        }
    }
    if taken.entries > 0 {
        transaction.execute("UPDATE journal SET is_partial = 1 WHERE is_partial = 0", [])?;
    }
    fault::reach(JOURNAL_PRUNING)?;
    transaction.commit()?;
    fault::reach(JOURNAL_PRUNED)?;
    pruned.entries += taken.entries;
    pruned.stored_bytes += taken.stored_bytes;
    Ok(Some(last))
}

/// Says that something is not among the entries.
pub(crate) fn mark_partial(connection: &Connection, path: &Path) -> Result<(), JournalError> {
    let mark = || {
        fault::reach(JOURNAL_MARKING)?;
        connection.execute("UPDATE journal SET is_partial = 1 WHERE is_partial = 0", [])?;
        fault::reach(JOURNAL_MARKED)
    };
    mark().map_err(|source| JournalError::writing(path, source))
}

/// Rewrites the file without what went, and empties the log, so that the space is the system's again and nothing of what
/// went can be found in either.
pub(crate) fn compact(connection: &Connection, path: &Path) -> Result<Compacted, JournalError> {
    let before_bytes = size(path);
    let rewrite = || {
        fault::reach(JOURNAL_COMPACTING)?;
        connection.execute_batch("VACUUM")?;
        fault::reach(JOURNAL_VACUUMED)?;
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))?;
        fault::reach(JOURNAL_COMPACTED)
    };
    rewrite().map_err(|source| JournalError::writing(path, source))?;
    Ok(Compacted { before_bytes, after_bytes: size(path) })
}

/// The share of the file, in percent, that holds nothing.
pub(crate) fn free_percent(connection: &Connection) -> rusqlite::Result<u64> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (pages, free) = (pragma("page_count")?.unsigned_abs(), pragma("freelist_count")?.unsigned_abs());
    Ok((free * 100).checked_div(pages).unwrap_or_default())
}

/// The bytes that a journal takes: its file, and the log beside it.
pub(crate) fn size(path: &Path) -> u64 {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let bytes = |path: &Path| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    bytes(path) + bytes(Path::new(&log))
}
