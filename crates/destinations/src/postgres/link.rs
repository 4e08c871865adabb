//! A connection to a server, asked from any thread: its own thread does the waiting, whoever calls just blocks.

use super::address::{Protection, ServerAddress};
use super::refusal::explained;
use crate::error::Cause;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a server may take to answer at first, unless the address says otherwise.
const CONNECT_WAIT: Duration = Duration::from_secs(15);

/// An open connection.
pub(super) struct Link {
    waiter: Waiter,
    pub(super) client: Arc<Client>,
}

impl Link {
    /// Connects.
    pub(super) fn open(address: &ServerAddress) -> Result<Link, Cause> {
        let waiter = Waiter::new()?;
        let mut config = address.config.clone();
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_WAIT);
        }
        let tls = match &address.protection {
            Protection::None => None,
            Protection::Verified(roots) => Some(verifying(roots.as_deref())?),
        };
        let client = waiter.wait(async move {
            match tls {
                None => {
                    let (client, connection) = config.connect(NoTls).await?;
                    tokio::spawn(connection);
                    Ok::<Client, tokio_postgres::Error>(client)
                }
                Some(tls) => {
                    let (client, connection) = config.connect(tls).await?;
                    tokio::spawn(connection);
                    Ok(client)
                }
            }
        });
        let client = client?.map_err(|error| explained(&address.protection, error))?;
        Ok(Link { client: Arc::new(client), waiter })
    }

    /// Waits for what is asked of the connection.
    pub(super) fn wait<T: Send + 'static>(
        &self,
        asked: impl Future<Output = Result<T, tokio_postgres::Error>> + Send + 'static,
    ) -> Result<T, LinkError> {
        Ok(self.waiter.wait(asked)??)
    }

    /// Begins something that goes on while the caller does other things.
    pub(super) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.waiter.0 {
            runtime.spawn(work);
        }
    }
}

/// The thread that does the waiting; `None` only while it is dropped.
struct Waiter(Option<Runtime>);

impl Waiter {
    /// A thread with nothing to wait for.
    fn new() -> std::io::Result<Waiter> {
        let mut builder = Builder::new_multi_thread();
        Ok(Waiter(Some(builder.worker_threads(1).thread_name("postgres").enable_all().build()?)))
    }

    /// Blocks until the thread has the answer; allowed on every thread, unlike blocking on a runtime.
    fn wait<T: Send + 'static>(&self, asked: impl Future<Output = T> + Send + 'static) -> Result<T, Ended> {
        let (sender, receiver) = sync_channel(1);
        self.0.as_ref().ok_or(Ended)?.spawn(async move {
            // Nobody waits any more only where the caller has gone.
            let _ = sender.send(asked.await);
        });
        receiver.recv().map_err(|_| Ended)
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

/// Why nothing came of what was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum LinkError {
    #[error(transparent)]
    Server(#[from] tokio_postgres::Error),
    #[error(transparent)]
    Ended(#[from] Ended),
}

/// The thread that waits has ended, which only a fault in it can bring about.
#[derive(Debug, thiserror::Error)]
#[error("the connection's thread has ended")]
pub(super) struct Ended;

/// TLS that checks the server's certificate and name.
fn verifying(roots: Option<&Path>) -> Result<MakeRustlsConnect, Cause> {
    let mut trusted = RootCertStore::empty();
    match roots {
        Some(file) => {
            let unreadable = |error| {
                format!(
                    "the certificates in {}, which `sslrootcert` names, cannot be read: {error}",
                    file.display()
                )
            };
            for certificate in CertificateDer::pem_file_iter(file).map_err(unreadable)? {
                trusted.add(certificate.map_err(unreadable)?)?;
            }
        }
        None => {
            trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if trusted.is_empty() {
        return Err("no certificate to trust was found; name a file of them with `sslrootcert`".into());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
