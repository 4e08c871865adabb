//! A connection to a server, asked from any thread: its own thread does the waiting, whoever calls just blocks.

use super::address::{Protection, ServerAddress};
use super::dialect::{MARIADB, MYSQL, MySql};
use super::refusal::explained;
use crate::error::Cause;
use crate::trust::trusted;
use crate::waiter::{Ended, Waiter};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder, SslOpts};
use std::cell::RefCell;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

/// How long a server may take to answer at first.
const CONNECT_WAIT: Duration = Duration::from_secs(15);
/// How long a connection may take to say goodbye.
const CLOSE_WAIT: Duration = Duration::from_secs(1);
/// The longest answer, in bytes: what the protocol allows. A server sends longer texts than it takes in one piece.
const ANSWER_BYTES_MAX: usize = 1 << 30;
/// What the server tells of itself: its version, whether rows may come as a file, and the longest statement it takes.
const SERVER_SQL: &str = "SELECT VERSION(), @@local_infile + 0, @@max_allowed_packet";

/// What a server can do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Server {
    pub(super) dialect: &'static MySql,
    /// Whether it takes rows as a file that a client sends.
    pub(super) takes_files: bool,
    /// The longest statement, in bytes.
    pub(super) statement_bytes_max: usize,
}

/// A connection with what came of a use of it.
type Used<T> = (Conn, mysql_async::Result<T>);

/// An open connection.
pub(super) struct Link {
    waiter: Waiter,
    /// The connection; none while it is in use, and where it is of no use any more.
    conn: RefCell<Option<Conn>>,
    pub(super) server: Server,
}

impl Link {
    /// Connects; no database is chosen yet.
    pub(super) fn open(address: &ServerAddress) -> Result<Link, Cause> {
        let waiter = Waiter::new("mysql")?;
        let options = OptsBuilder::default()
            .ip_or_hostname(address.host.clone())
            .tcp_port(address.port)
            .user(address.user.clone())
            .pass(address.password.clone())
            .prefer_socket(Some(false))
            .max_allowed_packet(Some(ANSWER_BYTES_MAX))
            // An update of a row to what it is counts, as in every other database.
            .client_found_rows(true)
            .ssl_opts(match &address.protection {
                Protection::None => None,
                Protection::Verified(roots) => {
                    let roots = trusted(roots.as_deref(), "ssl-ca")?;
                    let roots = roots.into_iter().map(|root| root.to_vec().into()).collect();
                    // The driver takes the process's provider.
                    let _ = rustls::crypto::ring::default_provider().install_default();
                    Some(SslOpts::default().with_root_certs(roots).with_disable_built_in_roots(true))
                }
            });
        let connected = waiter.wait(async move {
            let connecting = async {
                let mut conn = Conn::new(options).await?;
                let told: Option<(String, i64, u64)> = conn.query_first(SERVER_SQL).await?;
                Ok::<_, mysql_async::Error>((conn, told))
            };
            tokio::time::timeout(CONNECT_WAIT, connecting).await
        });
        let (conn, told) = connected??.map_err(|error| explained(&address.protection, error))?;
        let (version, takes_files, longest) = told.ok_or("the server does not tell its version")?;
        let server = Server {
            dialect: if version.to_ascii_lowercase().contains("mariadb") { &MARIADB } else { &MYSQL },
            takes_files: takes_files == 1,
            statement_bytes_max: usize::try_from(longest).unwrap_or(usize::MAX),
        };
        Ok(Link { waiter, conn: RefCell::new(Some(conn)), server })
    }

    /// Waits for what is asked of the connection.
    pub(super) fn wait<T: Send + 'static>(
        &self,
        asked: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, mysql_async::Result<T>> + Send + 'static,
    ) -> Result<T, LinkError> {
        let mut conn = self.take()?;
        let used = self.waiter.wait(async move {
            let outcome = asked(&mut conn).await;
            (conn, outcome)
        })?;
        self.give_back(used)
    }

    /// Begins something that goes on while the caller does other things; what came of it is given back.
    pub(super) fn begin<T: Send + 'static>(
        &self,
        asked: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, mysql_async::Result<T>> + Send + 'static,
    ) -> Result<Receiver<Used<T>>, LinkError> {
        let mut conn = self.take()?;
        let (sender, ended) = sync_channel(1);
        self.waiter.spawn(async move {
            let outcome = asked(&mut conn).await;
            // Nobody waits any more only where the caller has gone.
            let _ = sender.send((conn, outcome));
        });
        Ok(ended)
    }

    /// Does something on the connection's thread that needs no connection.
    pub(super) fn meanwhile<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, LinkError> {
        Ok(self.waiter.wait(work)?)
    }

    /// Takes the connection back after a use, unless it broke.
    pub(super) fn give_back<T>(&self, (conn, outcome): Used<T>) -> Result<T, LinkError> {
        if !outcome.as_ref().is_err_and(mysql_async::Error::is_fatal) {
            self.conn.replace(Some(conn));
        }
        Ok(outcome?)
    }

    fn take(&self) -> Result<Conn, LinkError> {
        self.conn.take().ok_or(LinkError::Closed)
    }

    /// Gives up all locks of the connection: a server takes a moment to notice that one has ended, and who comes next may be
    /// quicker.
    pub(super) fn release(&self) {
        if let Ok(mut conn) = self.take() {
            let released = self.waiter.wait(async move {
                let outcome =
                    tokio::time::timeout(CLOSE_WAIT, conn.query_drop("DO RELEASE_ALL_LOCKS()")).await;
                (conn, outcome)
            });
            if let Ok((conn, Ok(Ok(())))) = released {
                self.conn.replace(Some(conn));
            }
        }
    }

    /// Runs statements that answer nothing.
    pub(super) fn run(&self, sql: String) -> Result<(), LinkError> {
        self.wait(|conn| conn.query_drop(sql).boxed())
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take() {
            // The server then gives up what was not committed and all locks at once.
            let closing = async move { tokio::time::timeout(CLOSE_WAIT, conn.disconnect()).await };
            let _ = self.waiter.wait(closing);
        }
    }
}

/// Why nothing came of what was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum LinkError {
    #[error(transparent)]
    Server(#[from] mysql_async::Error),
    #[error(transparent)]
    Ended(#[from] Ended),
    /// The server does not take so much in one piece.
    #[error(
        "{bytes} bytes are more than the server takes in one piece: raise its `max_allowed_packet`, which is {max}"
    )]
    TooLong {
        /// What would be sent.
        bytes: usize,
        /// The server's setting.
        max: usize,
    },
    /// The connection broke earlier.
    #[error("the connection to the server has ended")]
    Closed,
}
