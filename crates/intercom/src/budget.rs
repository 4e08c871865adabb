//! The budget: one pace for all requests of a run, within a share of what the API allows.
//!
//! The API counts in windows of ten seconds (API notes §2) and tells limit, rest and end of the window in its headers.
//! We spread our share evenly: a request may start when its place in the even spacing has come; unused places of the
//! last second can be made up for. So no window, however it lies, sees more than the share and one second's worth, and
//! a busy run uses all of it. Where other programs use up the rest, and after a 429, everybody waits for the next window.

use crate::clock::Clock;
use jiff::Timestamp;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Length of the API's window, in microseconds.
const WINDOW_US: i64 = 10_000_000;
/// Requests per window assumed until the API says otherwise: the old limit of 1,000 a minute.
const LIMIT_UNTOLD: u32 = 166;
/// Unused places that can be made up for, in microseconds of even spacing.
const CATCH_UP_US: i64 = 1_000_000;

/// What the headers of an answer said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RateHeaders {
    /// `X-RateLimit-Limit`: requests per window.
    pub limit: Option<u32>,
    /// `X-RateLimit-Remaining`: requests left in this window, for everybody.
    pub remaining: Option<u32>,
    /// `X-RateLimit-Reset`: when the window ends, seconds since the epoch, by the server's clock.
    pub reset_s: Option<i64>,
}

/// What the budget knows.
#[derive(Debug)]
struct State {
    limit: u32,
    /// When the next even place comes, microseconds since the epoch by our clock.
    next_us: i64,
    /// Nobody asks before this moment, microseconds since the epoch by our clock.
    blocked_until_us: i64,
    in_flight: u32,
    waited: Duration,
}

/// The pace that all requests of a run keep.
pub struct Budget {
    clock: Arc<dyn Clock>,
    share_percent: u32,
    allowed_max: u32,
    state: Mutex<State>,
}

/// A place taken; given back when the answer has come.
pub struct Place<'a> {
    budget: &'a Budget,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.budget.lock();
        state.in_flight = state.in_flight.saturating_sub(1);
    }
}

impl Budget {
    /// A budget of `share_percent` (1 to 100) of whatever the API allows, and of `allowed_max` requests per window.
    pub fn new(clock: Arc<dyn Clock>, share_percent: u32, allowed_max: Option<u32>) -> Budget {
        let state = State {
            limit: LIMIT_UNTOLD,
            next_us: 0,
            blocked_until_us: 0,
            in_flight: 0,
            waited: Duration::ZERO,
        };
        let allowed_max = allowed_max.unwrap_or(u32::MAX).max(1);
        Budget { clock, share_percent: share_percent.clamp(1, 100), allowed_max, state: Mutex::new(state) }
    }

    /// Waits until a request may start.
    pub async fn place(&self) -> Place<'_> {
        loop {
            let now_us = self.clock.now().as_microsecond();
            let wait_us = {
                let mut state = self.lock();
                let wait_us = self.wait_us(&state, now_us);
                if wait_us == 0 {
                    let spacing = self.spacing_us(&state);
                    state.next_us = state.next_us.max(now_us - self.catch_up_us(&state)) + spacing;
                    state.in_flight += 1;
                    return Place { budget: self };
                }
                state.waited += Duration::from_micros(wait_us.unsigned_abs());
                wait_us
            };
            self.clock.sleep(Duration::from_micros(wait_us.unsigned_abs())).await;
        }
    }

    /// Learns from the headers of an answer; `server_now` is the server's clock when it answered.
    pub fn learn(&self, headers: RateHeaders, server_now: Timestamp) {
        let mut state = self.lock();
        if let Some(limit) = headers.limit.filter(|&limit| limit > 0) {
            state.limit = limit;
        }
        if headers.remaining.is_some_and(|remaining| remaining <= state.in_flight)
            && let Some(reset_s) = headers.reset_s
        {
            self.block(&mut state, reset_s, server_now);
        }
    }

    /// Learns that the API refused a request for its limit: everybody waits for the next window.
    pub fn refused(&self, headers: RateHeaders, server_now: Timestamp) {
        let mut state = self.lock();
        let reset_s = headers.reset_s.unwrap_or(server_now.as_second() + 10);
        self.block(&mut state, reset_s, server_now);
    }

    /// Requests per ten seconds that we allow ourselves.
    pub fn allowed_per_window(&self) -> u32 {
        self.allowed(&self.lock())
    }

    /// How long requests have waited for their place, added up over all of them.
    pub fn waited(&self) -> Duration {
        self.lock().waited
    }

    /// Blocks everybody until the window ends, but never for longer than a window and a second.
    fn block(&self, state: &mut State, reset_s: i64, server_now: Timestamp) {
        let left_us =
            (reset_s * 1_000_000 - server_now.as_microsecond()).clamp(100_000, WINDOW_US + 1_000_000);
        state.blocked_until_us = state.blocked_until_us.max(self.clock.now().as_microsecond() + left_us);
    }

    /// How long a request that comes at `now_us` has to wait, in microseconds.
    fn wait_us(&self, state: &State, now_us: i64) -> i64 {
        let blocked = state.blocked_until_us - now_us;
        let spaced = state.next_us - now_us;
        blocked.max(spaced).max(0)
    }

    fn allowed(&self, state: &State) -> u32 {
        let share = (u64::from(state.limit) * u64::from(self.share_percent) / 100).max(1);
        u32::try_from(share).unwrap_or(u32::MAX).min(self.allowed_max)
    }

    fn spacing_us(&self, state: &State) -> i64 {
        let allowed = i64::from(self.allowed(state));
        (WINDOW_US + allowed - 1) / allowed
    }

    /// How much can be made up for: a second's worth, and never so much that a window could exceed the limit.
    fn catch_up_us(&self, state: &State) -> i64 {
        let ceiling = state.limit.min(self.allowed_max);
        let spare = i64::from(ceiling.saturating_sub(self.allowed(state)));
        CATCH_UP_US.min(spare * self.spacing_us(state))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::Pin;

    /// A clock that jumps ahead by whatever is waited.
    #[derive(Default)]
    struct JumpingClock {
        now_us: Arc<Mutex<i64>>,
    }

    impl Clock for JumpingClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_microsecond(*self.now_us.lock().unwrap()).unwrap()
        }
        fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
            *self.now_us.lock().unwrap() += duration.as_micros() as i64;
            Box::pin(std::future::ready(()))
        }
    }

    /// Starts as many requests as the budget lets through in `seconds` and returns when each started.
    async fn starts(share_percent: u32, limit: u32, allowed_max: Option<u32>, seconds: i64) -> Vec<i64> {
        let clock = Arc::new(JumpingClock { now_us: Arc::new(Mutex::new(1_000_000_000_000_000)) });
        let budget = Budget::new(clock.clone(), share_percent, allowed_max);
        let begin = clock.now();
        budget.learn(RateHeaders { limit: Some(limit), remaining: Some(limit), reset_s: None }, begin);
        let mut starts = Vec::new();
        while clock.now().as_microsecond() - begin.as_microsecond() < seconds * 1_000_000 {
            let place = budget.place().await;
            starts.push(clock.now().as_microsecond());
            drop(place);
        }
        starts
    }

    #[tokio::test]
    async fn a_busy_run_uses_its_share_and_no_window_sees_more_than_the_limit() {
        for (share, limit, allowed_max) in [
            (80, 1666, None),
            (100, 1666, None),
            (50, 166, None),
            (1, 166, None),
            (100, 1, None),
            (100, 1666, Some(50)),
            (50, 166, Some(5_000)),
        ] {
            let starts = starts(share, limit, allowed_max, 60).await;
            let allowed = (limit * share / 100).max(1).min(allowed_max.unwrap_or(u32::MAX)) as usize;
            let limit = limit.min(allowed_max.unwrap_or(u32::MAX));
            assert!(starts.len() >= allowed * 6 * 95 / 100, "{share} % of {limit}: only {}", starts.len());
            for (index, start) in starts.iter().enumerate() {
                let in_window =
                    starts[index..].iter().take_while(|other| **other < start + WINDOW_US).count();
                assert!(in_window <= limit as usize, "{share} % of {limit}: {in_window} in one window");
            }
        }
    }

    #[tokio::test]
    async fn after_a_refusal_everybody_waits_for_the_next_window() {
        let clock = Arc::new(JumpingClock { now_us: Arc::new(Mutex::new(1_000_000_000_000_000)) });
        let budget = Budget::new(clock.clone(), 80, None);
        let begin = clock.now();
        let headers = RateHeaders { reset_s: Some(begin.as_second() + 7), ..RateHeaders::default() };
        budget.refused(headers, begin);
        drop(budget.place().await);
        assert_eq!(clock.now().as_second() - begin.as_second(), 7);
        let absurd = RateHeaders { reset_s: Some(i64::MAX / 10_000_000), ..RateHeaders::default() };
        let before = clock.now();
        budget.refused(absurd, before);
        drop(budget.place().await);
        assert!(clock.now().as_second() - before.as_second() <= 11, "an absurd reset must not stop the run");
    }
}
