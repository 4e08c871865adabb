//! The server's one clock: nothing else in this crate reads the time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use jiff::Timestamp;

/// A clock that starts at a given instant, ticks in real time and can be advanced, never set back.
pub(crate) struct Clock {
    started: Instant,
    start_ms: i64,
    advanced_s: AtomicU64,
}

impl Clock {
    /// Starts at `start`, or at the present, but not before `earliest_s` (epoch seconds).
    pub(crate) fn new(start: Option<Timestamp>, earliest_s: i64) -> Clock {
        let start = start.unwrap_or_else(Timestamp::now);
        Clock {
            started: Instant::now(),
            start_ms: start.as_millisecond().max(earliest_s * 1000),
            advanced_s: AtomicU64::new(0),
        }
    }

    /// Epoch milliseconds.
    pub(crate) fn now_ms(&self) -> i64 {
        let ticked = i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX);
        let advanced = i64::try_from(self.advanced_s.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
        self.start_ms.saturating_add(ticked).saturating_add(advanced.saturating_mul(1000))
    }

    /// Epoch seconds.
    pub(crate) fn now_s(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }

    /// The instant as HTTP's `Date` header prints it, by a clock that is some seconds ahead.
    pub(crate) fn http_date(&self, ahead_s: i64) -> String {
        Timestamp::from_second(self.now_s().saturating_add(ahead_s))
            .unwrap_or(Timestamp::MAX)
            .strftime("%a, %d %b %Y %H:%M:%S GMT")
            .to_string()
    }

    /// Moves the clock forward.
    pub(crate) fn advance(&self, seconds: u64) {
        self.advanced_s.fetch_add(seconds, Ordering::Relaxed);
    }
}
