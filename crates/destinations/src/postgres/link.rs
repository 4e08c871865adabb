//! A connection to a server, asked from any thread: its own thread does the waiting, whoever calls just blocks.

use super::address::{Protection, ServerAddress};
use super::refusal::explained;
use crate::error::Cause;
use crate::trust::trusted;
use crate::waiter::{Ended, Waiter};
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::{Client, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a server may take to answer at first, unless the address says otherwise.
const CONNECT_WAIT: Duration = Duration::from_secs(15);
/// How long a connection may take to say goodbye.
const CLOSE_WAIT: Duration = Duration::from_secs(1);

/// An open connection.
pub(super) struct Link {
    waiter: Waiter,
    pub(super) client: Arc<Client>,
}

impl Link {
    /// Connects.
    pub(super) fn open(address: &ServerAddress) -> Result<Link, Cause> {
        let waiter = Waiter::new("postgres")?;
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

    /// Gives up all locks of the connection: a server takes a moment to notice that one has ended, and who comes next may be
    /// quicker.
    pub(super) fn release(&self) {
        let client = self.client.clone();
        let releasing = async move { client.batch_execute("SELECT pg_advisory_unlock_all()").await };
        // Where this fails the locks go with the connection.
        let _ = self.waiter.wait(async move { tokio::time::timeout(CLOSE_WAIT, releasing).await });
    }

    /// Begins something that goes on while the caller does other things.
    pub(super) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.waiter.spawn(work);
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

/// TLS that checks the server's certificate and name.
fn verifying(roots: Option<&Path>) -> Result<MakeRustlsConnect, Cause> {
    let mut store = RootCertStore::empty();
    let (_, unusable) = store.add_parsable_certificates(trusted(roots, "sslrootcert")?);
    if roots.is_some() && unusable > 0 {
        return Err("a certificate in the file of `sslrootcert` cannot be used".into());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(store)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
