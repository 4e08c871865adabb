//! The server's clock, as far as its `Date` headers tell it: what signposts are taken by.
//!
//! A signpost that is too late loses what changes before it; one that is too early costs a few requests. So of the clocks
//! of the API's hosts, which need not agree, the slowest counts, and a header that is far from what the others say is
//! believed only when several say so in a row.

use crate::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex, PoisonError};

/// A header that is further from what is known is not believed at once, in microseconds.
const JUMP_US: i64 = 3_600_000_000;
/// So many such headers in a row are believed.
const BELIEVED_AFTER: u32 = 5;

/// What is known of the server's clock.
pub(crate) struct ServerClock {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The server's clock minus ours, in microseconds; unknown before the first header.
    offset_us: Option<i64>,
    /// Headers in a row that were not believed.
    doubted: u32,
}

impl ServerClock {
    /// A clock of which nothing is known yet: it agrees with ours.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> ServerClock {
        ServerClock { clock, state: Mutex::default() }
    }

    /// What the server's clock shows now.
    pub(crate) fn now(&self) -> Timestamp {
        let ours = self.clock.now();
        let offset_us = self.lock().offset_us.unwrap_or_default();
        ours.checked_add(SignedDuration::from_micros(offset_us)).unwrap_or(ours)
    }

    /// Learns what a header says.
    pub(crate) fn learn(&self, said: Timestamp) {
        let offset_us = said.as_microsecond() - self.clock.now().as_microsecond();
        let mut state = self.lock();
        let Some(known_us) = state.offset_us else {
            state.offset_us = Some(offset_us);
            return;
        };
        if offset_us.saturating_sub(known_us).saturating_abs() <= JUMP_US {
            state.offset_us = Some(known_us.min(offset_us));
            state.doubted = 0;
            return;
        }
        state.doubted += 1;
        if state.doubted >= BELIEVED_AFTER {
            (state.offset_us, state.doubted) = (Some(offset_us), 0);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    #[test]
    fn the_slowest_host_counts_and_a_single_wild_header_does_not() {
        const DAY_S: i64 = 86_400;
        for (headers, expected_s) in [
            (vec![], 0),
            (vec![30], 30),
            (vec![30, -40, 20], -40),
            (vec![0, DAY_S, 1], 0),
            (vec![0, -DAY_S, 5], 0),
            (vec![0, DAY_S, DAY_S, DAY_S, DAY_S, DAY_S], DAY_S),
        ] {
            let clock = ServerClock::new(Arc::new(SystemClock));
            for ahead_s in &headers {
                clock.learn(Timestamp::now() + SignedDuration::from_secs(*ahead_s));
            }
            let ahead_ms = clock.now().as_millisecond() - Timestamp::now().as_millisecond();
            assert_eq!((ahead_ms + 500).div_euclid(1_000), expected_s, "{headers:?}");
        }
    }
}
