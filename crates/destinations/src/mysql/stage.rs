//! Arrow batches into tables: as a file that is sent while it is written, where the server takes one, or else by statements
//! of many rows.

use super::encode::{Form, Values, write_row};
use super::failure::{NO_FILES, REPEATED, code, said};
use super::link::{Link, LinkError};
use crate::dialect::Dialect;
use crate::session::Place;
use crate::statement::list;
use crate::waiter::Ended;
use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use relatable_faults::ROWS_APPENDING;
use std::sync::mpsc::Receiver;
use tokio::sync::mpsc;

/// Bytes sent at once.
const CHUNK_BYTES: usize = 512 * 1024;
/// Chunks that may wait to be sent.
const CHUNKS_WAITING: usize = 4;
/// Bytes of a statement of many rows, where the server takes as long a one.
const STATEMENT_BYTES: usize = 1 << 20;

/// Why rows were not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum AppendError {
    #[error(transparent)]
    Encoding(#[from] ArrowError),
    #[error(transparent)]
    Link(#[from] LinkError),
    /// A test let it fail.
    #[error(transparent)]
    Fault(#[from] std::io::Error),
    /// A key came twice.
    #[error("a key is there twice")]
    Repeated,
    /// The server did not take a row as it was; what it said of it.
    #[error("{0}")]
    Refused(String),
}

/// Appends the batches, whose columns are the table's, in order; part of the transaction that is open.
pub(super) fn append(link: &Link, place: Place<'_>, batches: &[RecordBatch]) -> Result<(), AppendError> {
    let with_rows: Vec<&RecordBatch> = batches.iter().filter(|batch| batch.num_rows() > 0).collect();
    let Some(first) = with_rows.first() else { return Ok(()) };
    let dialect = link.server.dialect;
    let names: Vec<String> = first.schema_ref().fields().iter().map(|field| field.name().clone()).collect();
    let (table, names) = (dialect.place(place), list(dialect, "", &names));
    if link.server.takes_files {
        match send_file(link, &table, &names, &with_rows) {
            // It may be forbidden since, or for this user; nothing was taken then.
            Err(AppendError::Link(error)) if code(&error).is_some_and(|code| NO_FILES.contains(&code)) => {}
            sent => return sent,
        }
    }
    send_statements(link, &format!("INSERT INTO {table} ({names}) VALUES "), &with_rows)
}

/// Sends the rows as a file that nobody stores.
fn send_file(link: &Link, table: &str, names: &str, batches: &[&RecordBatch]) -> Result<(), AppendError> {
    let sql = format!(
        "LOAD DATA LOCAL INFILE 'rows' INTO TABLE {table} CHARACTER SET utf8mb4 \
         FIELDS TERMINATED BY X'09' ESCAPED BY X'5C' LINES TERMINATED BY X'0A' ({names})"
    );
    let sending = Sending::begin(link, sql)?;
    let mut out = Vec::with_capacity(CHUNK_BYTES * 2);
    for batch in batches {
        let columns = Values::of(batch)?;
        for row in 0..batch.num_rows() {
            write_row(&mut out, Form::File, &columns, row)?;
            if out.len() >= CHUNK_BYTES && !sending.send(&mut out)? {
                // The server has ended it; what it said comes with the end.
                return sending.finish(batches);
            }
        }
    }
    sending.send(&mut out)?;
    relatable_faults::reach(ROWS_APPENDING)?;
    sending.finish(batches)
}

/// What the server did with a file: the rows it took, and what it said of the first that it did not take as it was.
struct Taken {
    rows: u64,
    said: Option<(u16, String)>,
}

/// A file under way; given up unless it is finished, and with it all of the transaction.
struct Sending<'l> {
    link: &'l Link,
    chunks: mpsc::Sender<Option<Bytes>>,
    ended: Receiver<(Conn, mysql_async::Result<Taken>)>,
}

impl<'l> Sending<'l> {
    /// Begins.
    fn begin(link: &'l Link, sql: String) -> Result<Sending<'l>, LinkError> {
        let (chunks, receiver) = mpsc::channel(CHUNKS_WAITING);
        let ended = link.begin(move |conn| load(conn, sql, receiver).boxed())?;
        Ok(Sending { link, chunks, ended })
    }

    /// Sends what was written, waiting until there is room; whether anybody takes it.
    fn send(&self, out: &mut Vec<u8>) -> Result<bool, LinkError> {
        let mut rest = Bytes::from(std::mem::replace(out, Vec::with_capacity(CHUNK_BYTES * 2)));
        while !rest.is_empty() {
            let chunk = rest.split_to(rest.len().min(CHUNK_BYTES));
            if !self.hand_over(Some(chunk))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn hand_over(&self, chunk: Option<Bytes>) -> Result<bool, LinkError> {
        let chunks = self.chunks.clone();
        self.link.meanwhile(async move { chunks.send(chunk).await.is_ok() })
    }

    /// Ends the file, and refuses it unless the server took every row as it was.
    fn finish(self, batches: &[&RecordBatch]) -> Result<(), AppendError> {
        self.hand_over(None)?;
        let used = self.ended.recv().map_err(|_| LinkError::Ended(Ended))?;
        let taken = self.link.give_back(used)?;
        let sent: usize = batches.iter().map(|batch| batch.num_rows()).sum();
        match taken.said {
            Some((REPEATED, _)) => Err(AppendError::Repeated),
            Some((code, message)) => Err(AppendError::Refused(said(code, &message))),
            None if taken.rows != sent as u64 => {
                Err(AppendError::Refused(format!("{} of {sent} rows were taken", taken.rows)))
            }
            None => Ok(()),
        }
    }
}

/// Runs the statement that takes a file; where the chunks end without a none, it is cut off.
async fn load(
    conn: &mut Conn,
    sql: String,
    chunks: mpsc::Receiver<Option<Bytes>>,
) -> mysql_async::Result<Taken> {
    conn.set_infile_handler(async move {
        let chunks = stream::unfold(Some(chunks), |chunks| async move {
            let mut chunks = chunks?;
            match chunks.recv().await {
                Some(Some(chunk)) => Some((Ok(chunk), Some(chunks))),
                Some(None) => None,
                None => Some((Err(std::io::ErrorKind::Interrupted.into()), None)),
            }
        });
        Ok(chunks.boxed())
    });
    conn.query_drop(sql).await?;
    let (rows, warnings) = (conn.affected_rows(), conn.get_warnings());
    let mut said = None;
    if warnings > 0 {
        // With rows from a client the server goes on where it would otherwise refuse them.
        let told: Option<(String, u16, String)> = conn.query_first("SHOW WARNINGS LIMIT 1").await?;
        said = told.map(|(_, code, message)| (code, message));
    }
    Ok(Taken { rows, said })
}

/// Sends the rows as statements of many rows each.
fn send_statements(link: &Link, begin: &str, batches: &[&RecordBatch]) -> Result<(), AppendError> {
    let limit = STATEMENT_BYTES.min(link.server.statement_bytes_max / 2);
    let mut out = begin.as_bytes().to_vec();
    for batch in batches {
        let columns = Values::of(batch)?;
        for row in 0..batch.num_rows() {
            if out.len() > begin.len() {
                out.push(b',');
            }
            write_row(&mut out, Form::Values, &columns, row)?;
            if out.len() >= limit {
                let sql = std::mem::replace(&mut out, begin.as_bytes().to_vec());
                link.wait(|conn| conn.query_drop(sql).boxed())?;
                relatable_faults::reach(ROWS_APPENDING)?;
            }
        }
    }
    if out.len() > begin.len() {
        link.wait(|conn| conn.query_drop(out).boxed())?;
    }
    Ok(())
}
