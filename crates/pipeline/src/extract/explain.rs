//! Definitions of attributes that came about after a run had read them.

use super::Extraction;
use crate::error::PipelineError;
use relatable_intercom::catalogue::{Position, Question, Reading};
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

/// The answers of the feeds that define attributes.
type Definitions = Result<Vec<Arc<Vec<u8>>>, PipelineError>;

/// Somebody who wants the definitions as they are now.
pub(crate) type Asking = oneshot::Sender<Definitions>;

impl Extraction {
    /// Answers everybody who asks for the definitions as they are now, for as long as it is waited for.
    pub(crate) async fn explain(&self, mut asking: UnboundedReceiver<Asking>) -> Infallible {
        loop {
            match asking.recv().await {
                // Who does not wait any more needs no answer.
                Some(asking) => drop(asking.send(self.present_definitions().await)),
                None => std::future::pending().await,
            }
        }
    }

    /// The definitions as they are now. They come into the journal with the next run.
    async fn present_definitions(&self) -> Definitions {
        let mut bodies = Vec::new();
        let feeds: Vec<_> = self.with_reading(|reading| matches!(reading, Reading::Definitions(_))).collect();
        for feed in feeds {
            let request = feed.request(&Question::default(), &Position::First);
            match self.client.send(&request, || ()).await {
                Ok((answer, ())) => bodies.push(Arc::new(answer.body)),
                Err(error) => self.skip_or_stop(feed, error)?,
            }
        }
        Ok(bodies)
    }
}
