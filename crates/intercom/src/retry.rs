//! Which failures are worth another attempt, how many, and how long to wait in between.

use std::time::Duration;

/// Attempts at a request whose server fails or answers nothing to use.
pub const SERVER_ATTEMPTS_MAX: u32 = 6;
/// Attempts at a request whose connection fails.
pub const CONNECTION_ATTEMPTS_MAX: u32 = 4;
/// Attempts at a request that the rate limit refuses; each waits for a window.
pub const RATE_ATTEMPTS_MAX: u32 = 20;
/// The first wait; each further one is twice as long.
const WAIT_FIRST: Duration = Duration::from_millis(250);
/// The longest wait.
const WAIT_MAX: Duration = Duration::from_secs(20);

/// How long to wait after the `attempt`-th failure (from 1).
pub fn wait_after(attempt: u32) -> Duration {
    WAIT_FIRST.saturating_mul(1 << (attempt - 1).min(10)).min(WAIT_MAX)
}
