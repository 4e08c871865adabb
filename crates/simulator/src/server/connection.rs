//! Connections that can be reset on demand, so that a client meets the real thing.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Accepts connections that know how to be reset.
pub(crate) struct ResettableListener(pub(crate) TcpListener);

/// Who is at the other end, with a switch that resets the connection.
#[derive(Clone)]
pub(crate) struct Peer {
    address: SocketAddr,
    is_reset: Arc<AtomicBool>,
}

impl Peer {
    fn new(address: SocketAddr) -> Peer {
        Peer { address, is_reset: Arc::default() }
    }

    /// Nothing more is written to this connection: it is reset instead.
    pub(super) fn reset(&self) {
        self.is_reset.store(true, Ordering::Relaxed);
    }
}

/// A connection.
pub(crate) struct Connection {
    stream: TcpStream,
    is_reset: Arc<AtomicBool>,
}

impl Connection {
    /// Fails if the switch was used; the stream is then closed with a reset when it is dropped.
    fn check(&self) -> io::Result<()> {
        if self.is_reset.load(Ordering::Relaxed) {
            self.stream.set_zero_linger()?;
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl Listener for ResettableListener {
    type Io = Connection;
    type Addr = Peer;

    async fn accept(&mut self) -> (Connection, Peer) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // Small answers must not wait for the peer's acknowledgement; without it they are only slower.
        let _ = stream.set_nodelay(true);
        let peer = Peer::new(address);
        (Connection { stream, is_reset: Arc::clone(&peer.is_reset) }, peer)
    }

    fn local_addr(&self) -> io::Result<Peer> {
        self.0.local_addr().map(Peer::new)
    }
}

impl Connected<IncomingStream<'_, ResettableListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, ResettableListener>) -> Peer {
        stream.remote_addr().clone()
    }
}

impl std::fmt::Debug for Peer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.address.fmt(formatter)
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
