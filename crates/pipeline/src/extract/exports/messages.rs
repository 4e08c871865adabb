//! Deliveries of outbound messages: a job for some weeks after the other.

use super::super::{Extraction, entry};
use super::job::Made;
use super::unpack::{Table, unpacked};
use super::{DAY_S, OVERLAP_S, day_text, kept};
use crate::error::PipelineError;
use relatable_intercom::ClientError;
use relatable_intercom::answer::Answer;
use relatable_intercom::catalogue::{Export, Feed};
use relatable_journal::Changes;

/// How long a first range is. Of each, what overlaps with the next is exported twice.
const RANGE_FIRST_S: i64 = 2 * OVERLAP_S;
/// Ranges are not made longer than this.
const RANGE_MAX_S: i64 = 400 * DAY_S;
/// Ranges are not made shorter than this.
const RANGE_MIN_S: i64 = OVERLAP_S + OVERLAP_S / 2;
/// A file as long as this, in bytes, makes the next range shorter.
const FILE_LONG: usize = 20 * 1024 * 1024;
/// One no longer than this makes it longer.
const FILE_SHORT: usize = FILE_LONG / 4;
/// An entry of the journal holds deliveries of about this many bytes.
const ENTRY_BYTES: usize = 4 * 1024 * 1024;

impl Extraction {
    /// Exports deliveries up to now; up to when, unless they are left out.
    pub(super) async fn export_messages(&self, feed: &'static Feed) -> Result<Option<i64>, PipelineError> {
        let now_s = self.client.server_now().as_second();
        let name = format!("export/{}", feed.name);
        let mut mark = self.mark(feed, &name, now_s).await?;
        let mut range_s = RANGE_FIRST_S;
        loop {
            let from_s = mark.next_s();
            let until_s = (from_s + range_s).min(now_s);
            let what = format!("{} from {} to {}", feed.name, day_text(from_s), day_text(until_s));
            let start = Export::messages(from_s, until_s);
            mark = mark.moved(until_s);
            let cursors = vec![kept(&name, mark)];
            match self.made(feed, Export::Messages, &start, &what).await? {
                Made::LeftOut => return Ok(None),
                Made::Nothing => self.record(Changes { cursors, ..Changes::default() }).await?,
                Made::File(answer) => {
                    range_s = next_range_s(range_s, answer.body.len());
                    self.append_deliveries(feed, &answer, cursors).await?;
                }
            }
            if until_s >= now_s {
                return Ok(Some(until_s));
            }
        }
    }

    /// Puts the deliveries of a file into the journal, several entries if there are many, and the mark with the last.
    async fn append_deliveries(
        &self,
        feed: &'static Feed,
        answer: &Answer,
        cursors: Vec<(String, Option<String>)>,
    ) -> Result<(), PipelineError> {
        let broken = |error: csv::Error| PipelineError::Read {
            what: feed.name.to_owned(),
            cause: ClientError::Unexpected {
                place: feed.path.to_owned(),
                what: format!("its table cannot be read: {}", told(&error)),
            },
        };
        let mut table = Table::open(unpacked(&answer.body)).map_err(broken)?;
        let mut is_over = false;
        while !is_over {
            let (mut body, mut rows) = (b"[".to_vec(), 0);
            while body.len() < ENTRY_BYTES && !is_over {
                match table.next().map_err(broken)? {
                    Some(row) => {
                        body.extend_from_slice(if rows > 0 { b"," } else { b"" });
                        body.extend_from_slice(serde_json::Value::Object(row).to_string().as_bytes());
                        rows += 1;
                    }
                    None => is_over = true,
                }
            }
            body.push(b']');
            let cursors = if is_over { cursors.clone() } else { Vec::new() };
            let changes = Changes { cursors, ..Changes::default() };
            let stored = entry(feed, None, answer.requested_at, body);
            self.append(feed, self.journal.reserve(), stored, changes).await?;
            self.tally(feed.resource, |tally| tally.records += rows);
        }
        Ok(())
    }
}

/// How long the next range is, after one whose file had so many bytes.
fn next_range_s(range_s: i64, bytes: usize) -> i64 {
    match bytes {
        ..=FILE_SHORT => (range_s * 2).min(RANGE_MAX_S),
        FILE_LONG.. => (range_s / 2).max(RANGE_MIN_S),
        _ => range_s,
    }
}

/// What is wrong with a table: where, and never a value of it.
pub(super) fn told(error: &csv::Error) -> String {
    let line = error.position().map_or(0, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("line {line} has {len} cells, and there are {expected_len} columns")
        }
        csv::ErrorKind::Utf8 { .. } => format!("line {line} is no UTF-8"),
        _ => format!("line {line} cannot be told apart"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_follow_the_size_of_their_files_within_bounds() {
        assert_eq!(next_range_s(RANGE_FIRST_S, 1_000), 2 * RANGE_FIRST_S);
        assert_eq!(next_range_s(RANGE_MAX_S, 1_000), RANGE_MAX_S);
        assert_eq!(next_range_s(RANGE_FIRST_S, 10_000_000), RANGE_FIRST_S);
        assert_eq!(next_range_s(RANGE_MAX_S, 90_000_000), RANGE_MAX_S / 2);
        assert_eq!(next_range_s(RANGE_FIRST_S, 90_000_000), RANGE_MIN_S);
    }
}
