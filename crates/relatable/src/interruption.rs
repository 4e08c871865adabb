//! Being asked to stop: Ctrl-C, and the signal that supervisors send.

use crate::failure::Failure;

/// Resolves when somebody wants the program to end.
///
/// # Errors
/// [`Failure::Signals`] when the system does not let us listen.
pub(crate) async fn requested() -> Result<(), Failure> {
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed.map_err(Failure::Signals),
        terminated = terminated() => terminated,
    }
}

/// Resolves at SIGTERM.
#[cfg(unix)]
async fn terminated() -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    signal(SignalKind::terminate()).map_err(Failure::Signals)?.recv().await;
    Ok(())
}

/// Never resolves: there is no such signal here.
#[cfg(not(unix))]
async fn terminated() -> Result<(), Failure> {
    std::future::pending().await
}
