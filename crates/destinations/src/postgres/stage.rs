//! Arrow batches into PostgreSQL tables: encoded here, sent from the connection's thread meanwhile.

use super::copy::Encoder;
use super::link::{Link, LinkError};
use crate::dialect::Dialect;
use crate::session::Place;
use crate::statement::list;
use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use bytes::Bytes;
use futures_util::SinkExt;
use relatable_faults::ROWS_APPENDING;
use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use tokio::sync::mpsc;

/// Chunks that may wait to be sent.
const CHUNKS_WAITING: usize = 4;

/// Why rows were not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum CopyError {
    #[error(transparent)]
    Encoding(#[from] ArrowError),
    #[error(transparent)]
    Link(#[from] LinkError),
    /// A test let it fail.
    #[error(transparent)]
    Fault(#[from] std::io::Error),
}

/// Appends the batches, whose columns are the table's, in order; part of the transaction that is open. Answers per column
/// how many texts had zero characters, which PostgreSQL has no place for.
pub(super) fn append(
    link: &Link,
    dialect: &dyn Dialect,
    place: Place<'_>,
    batches: &[RecordBatch],
) -> Result<BTreeMap<String, u64>, CopyError> {
    let with_rows: Vec<&RecordBatch> = batches.iter().filter(|batch| batch.num_rows() > 0).collect();
    let Some(first) = with_rows.first() else { return Ok(BTreeMap::new()) };
    let names: Vec<String> = first.schema_ref().fields().iter().map(|field| field.name().clone()).collect();
    let sql = format!(
        "COPY {} ({}) FROM STDIN WITH (FORMAT binary)",
        dialect.place(place),
        list(dialect, "", &names)
    );
    let copying = Copying::begin(link, sql);
    let mut encoder = Encoder::new();
    for batch in with_rows {
        encoder.add(batch, |chunk| copying.send(chunk))?;
    }
    let (rest, replaced) = encoder.finish();
    copying.send(rest)?;
    relatable_faults::reach(ROWS_APPENDING)?;
    copying.finish()?;
    Ok(replaced)
}

/// A `COPY` under way; given up unless it is finished.
struct Copying<'l> {
    link: &'l Link,
    chunks: mpsc::Sender<Option<Bytes>>,
    ended: Receiver<Result<u64, tokio_postgres::Error>>,
}

impl<'l> Copying<'l> {
    /// Begins.
    fn begin(link: &'l Link, sql: String) -> Copying<'l> {
        let (chunks, receiver) = mpsc::channel(CHUNKS_WAITING);
        let (sender, ended) = sync_channel(1);
        link.spawn(copy(link.client.clone(), sql, receiver, sender));
        Copying { link, chunks, ended }
    }

    /// Sends a chunk, waiting until there is room.
    fn send(&self, chunk: Bytes) -> Result<(), CopyError> {
        self.hand_over(Some(chunk))
    }

    /// Ends the stream and waits until the server has taken it.
    fn finish(self) -> Result<(), CopyError> {
        self.hand_over(None)?;
        self.outcome()
    }

    fn hand_over(&self, chunk: Option<Bytes>) -> Result<(), CopyError> {
        let chunks = self.chunks.clone();
        let sent = self.link.wait(async move { Ok(chunks.send(chunk).await.is_ok()) })?;
        // Who takes no more has ended with an error.
        if sent { Ok(()) } else { self.outcome() }
    }

    /// What the server said in the end.
    fn outcome(&self) -> Result<(), CopyError> {
        let outcome = self.ended.recv().map_err(|_| LinkError::Ended(crate::waiter::Ended))?;
        outcome.map_err(LinkError::Server)?;
        Ok(())
    }
}

/// Sends chunks until one is none, which ends the stream; where no more come, it is given up.
async fn copy(
    client: std::sync::Arc<tokio_postgres::Client>,
    sql: String,
    mut chunks: mpsc::Receiver<Option<Bytes>>,
    ended: SyncSender<Result<u64, tokio_postgres::Error>>,
) {
    let outcome = async {
        let mut sink = pin!(client.copy_in::<_, Bytes>(&sql).await?);
        while let Some(chunk) = chunks.recv().await {
            match chunk {
                Some(chunk) => sink.send(chunk).await?,
                None => return sink.finish().await,
            }
        }
        Ok(0)
    };
    let outcome = outcome.await;
    // Nobody waits any more only where the caller has gone.
    let _ = ended.send(outcome);
}
