//! The budget: so many requests per 10-second window of the server's clock.

use std::sync::Mutex;

/// Length of a window.
pub(super) const WINDOW_S: i64 = 10;

/// Counts the requests of the present window.
pub(super) struct Limiter {
    limit: u32,
    present: Mutex<(i64, u32)>,
}

/// What the limiter says to one request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verdict {
    pub(super) admitted: bool,
    pub(super) limit: u32,
    pub(super) remaining: u32,
    /// When the next window begins, epoch seconds.
    pub(super) reset_s: i64,
}

impl Limiter {
    /// A limiter with this many requests per window.
    pub(super) fn new(limit: u32) -> Limiter {
        Limiter { limit, present: Mutex::new((0, 0)) }
    }

    /// Judges a request at this moment.
    pub(super) fn judge(&self, now_s: i64) -> Verdict {
        let window = now_s.div_euclid(WINDOW_S);
        let mut present = self.present.lock().expect("no holder of the window panics");
        if window > present.0 {
            *present = (window, 0);
        }
        let admitted = present.1 < self.limit;
        present.1 += u32::from(admitted);
        Verdict {
            admitted,
            limit: self.limit,
            remaining: self.limit - present.1,
            reset_s: (present.0 + 1) * WINDOW_S,
        }
    }
}
