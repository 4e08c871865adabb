//! A connection that fails on purpose: a relay before a server on this machine, which knows nothing of what it relays.

use std::io::{Read, Result, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Bytes relayed at once.
const PIECE: usize = 256 * 1024;
/// Pieces in which bytes go on where they are slowed down, a second.
const SLOW_PIECES: u64 = 50;

/// What goes wrong, counted in bytes towards the server from when the fault is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// Every piece waits so long.
    Delay(Duration),
    /// At most so many bytes a second.
    Slow { bytes_per_second: u64 },
    /// After so many bytes nothing goes on until another fault is set.
    Stall { after: u64 },
    /// After so many bytes the connection ends on both sides.
    Cut { after: u64 },
    /// After so many bytes the server meets the end of what it is sent; its answers still arrive.
    Truncate { after: u64 },
    /// What the server answers to a request gets lost, and the connection ends: the one that has these bytes in it, or one
    /// of those that follow, counted from 0. A request is what is sent at once.
    LoseAnswer { request: &'static [u8], following: u32 },
}

/// The relay; it takes no more connections once it is dropped.
pub(crate) struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
}

/// What all connections share.
#[derive(Default)]
struct State {
    course: Mutex<Course>,
    changed: Condvar,
}

/// What happens, and how far it is.
struct Course {
    fault: Fault,
    /// Where each piece ended that came for the server since the fault was set.
    ends: Vec<u64>,
    /// Requests until the one whose answer gets lost, once it was seen.
    until_lost: Option<u32>,
    closed: bool,
}

impl Default for Course {
    fn default() -> Course {
        Course { fault: Fault::None, ends: Vec::new(), until_lost: None, closed: false }
    }
}

impl Course {
    /// Bytes that came for the server.
    fn bytes(&self) -> u64 {
        self.ends.last().copied().unwrap_or_default()
    }

    /// Whether the answers that come now get lost.
    fn loses_answers(&self) -> bool {
        self.until_lost == Some(0)
    }
}

/// How the relay goes on after a piece.
enum Next {
    Relay,
    Cut,
    EndWriting,
}

impl Proxy {
    /// A relay to a server.
    pub(crate) fn start(server: SocketAddr) -> Result<Proxy> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let proxy = Proxy { address: listener.local_addr()?, state: Arc::default() };
        let state = Arc::clone(&proxy.state);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                if state.course().closed {
                    return;
                }
                // A connection that cannot be made ends, as one to the server itself would.
                let _ = client.and_then(|client| relay(client, server, &state));
            }
        });
        Ok(proxy)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Has something else go wrong, from now on.
    pub(crate) fn set(&self, fault: Fault) {
        *self.state.course() = Course { fault, ..Course::default() };
        self.state.changed.notify_all();
    }

    /// Where each piece ended that came for the server since the fault was set, in bytes.
    pub(crate) fn ends(&self) -> Vec<u64> {
        self.state.course().ends.clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.course().closed = true;
        self.state.changed.notify_all();
        // Who waits for connections notices by one more.
        let _ = TcpStream::connect(self.address);
    }
}

impl State {
    fn course(&self) -> MutexGuard<'_, Course> {
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many bytes of a piece go to the server, and what comes then; waits where that is the fault.
    fn judge(&self, piece: &[u8]) -> (usize, Next) {
        let mut course = self.course();
        let before = course.bytes();
        course.ends.push(before + piece.len() as u64);
        let room = |after: u64| usize::try_from(after.saturating_sub(before)).unwrap_or(usize::MAX);
        match course.fault {
            Fault::Cut { after } if room(after) < piece.len() => (room(after), Next::Cut),
            Fault::Truncate { after } if room(after) < piece.len() => (room(after), Next::EndWriting),
            Fault::Stall { after } if room(after) < piece.len() => {
                let stalled = Fault::Stall { after };
                let waited =
                    self.changed.wait_while(course, |course| course.fault == stalled && !course.closed);
                drop(waited);
                (piece.len(), Next::Relay)
            }
            Fault::Delay(time) => {
                drop(course);
                std::thread::sleep(time);
                (piece.len(), Next::Relay)
            }
            Fault::LoseAnswer { request, following } => {
                course.until_lost = match course.until_lost {
                    Some(requests) => Some(requests.saturating_sub(1)),
                    None => piece.windows(request.len()).any(|part| part == request).then_some(following),
                };
                (piece.len(), Next::Relay)
            }
            _ => (piece.len(), Next::Relay),
        }
    }

    /// Bytes to take at once, and how long to wait after them.
    fn pace(&self) -> (usize, Duration) {
        match self.course().fault {
            Fault::Slow { bytes_per_second } => {
                let bytes = usize::try_from(bytes_per_second / SLOW_PIECES).unwrap_or(PIECE);
                (bytes.clamp(1, PIECE), Duration::from_millis(1_000 / SLOW_PIECES))
            }
            _ => (PIECE, Duration::ZERO),
        }
    }
}

/// Relays a connection in both directions, each on a thread of its own.
fn relay(client: TcpStream, server: SocketAddr, state: &Arc<State>) -> Result<()> {
    let server = TcpStream::connect(server)?;
    for stream in [&client, &server] {
        stream.set_nodelay(true)?;
    }
    let (answered, answering) = (client.try_clone()?, server.try_clone()?);
    let (there, back) = (Arc::clone(state), Arc::clone(state));
    std::thread::spawn(move || requests(client, server, &there));
    std::thread::spawn(move || answers(answering, answered, &back));
    Ok(())
}

/// Relays what the client sends.
fn requests(mut client: TcpStream, mut server: TcpStream, state: &State) {
    let mut piece = vec![0; PIECE];
    loop {
        let (most, pause) = state.pace();
        let Ok(count @ 1..) = client.read(&mut piece[..most]) else {
            // The server answers to the end what it was asked.
            return end(&server, Shutdown::Write);
        };
        let (passing, next) = state.judge(&piece[..count]);
        let sent = server.write_all(&piece[..passing]);
        match next {
            Next::Relay if sent.is_ok() => std::thread::sleep(pause),
            Next::EndWriting => return end(&server, Shutdown::Write),
            _ => {
                end(&server, Shutdown::Both);
                return end(&client, Shutdown::Both);
            }
        }
    }
}

/// Relays what the server answers.
fn answers(mut server: TcpStream, mut client: TcpStream, state: &State) {
    let mut piece = vec![0; PIECE];
    while let Ok(count @ 1..) = server.read(&mut piece) {
        if state.course().loses_answers() || client.write_all(&piece[..count]).is_err() {
            break;
        }
    }
    end(&client, Shutdown::Both);
    end(&server, Shutdown::Both);
}

/// Ends a connection, which the other side may have ended already.
fn end(stream: &TcpStream, which: Shutdown) {
    let _ = stream.shutdown(which);
}
