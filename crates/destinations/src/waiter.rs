//! A thread that does the waiting for a connection to a server: whoever calls, on whatever thread, just blocks.

use std::sync::mpsc::sync_channel;
use tokio::runtime::{Builder, Runtime};

/// The thread; `None` only while it is dropped.
pub(crate) struct Waiter(Option<Runtime>);

impl Waiter {
    /// A thread of this name with nothing to wait for.
    pub(crate) fn new(name: &str) -> std::io::Result<Waiter> {
        let mut builder = Builder::new_multi_thread();
        Ok(Waiter(Some(builder.worker_threads(1).thread_name(name).enable_all().build()?)))
    }

    /// Blocks until the thread has the answer; allowed on every thread, unlike blocking on a runtime.
    pub(crate) fn wait<T: Send + 'static>(
        &self,
        asked: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Ended> {
        let (sender, receiver) = sync_channel(1);
        self.0.as_ref().ok_or(Ended)?.spawn(async move {
            // Nobody waits any more only where the caller has gone.
            let _ = sender.send(asked.await);
        });
        receiver.recv().map_err(|_| Ended)
    }

    /// Begins something that goes on while the caller does other things.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.0 {
            runtime.spawn(work);
        }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // Waiting for its end is not allowed where the caller is itself such a thread.
            runtime.shutdown_background();
        }
    }
}

/// The thread that waits has ended, which only a fault in it can bring about.
#[derive(Debug, thiserror::Error)]
#[error("the connection's thread has ended")]
pub(crate) struct Ended;
