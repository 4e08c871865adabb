//! A clock that leaps over every wait, and takes the workspace's clock along.

use crate::wire::order;
use jiff::{SignedDuration, Timestamp};
use relatable_intercom::clock::Clock;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What others may do in real time before a wait is leapt over.
const BREATH: Duration = Duration::from_millis(2);

/// The machine's clock, ahead by all that was leapt over.
#[derive(Clone)]
pub(crate) struct LeapingClock {
    base_url: String,
    leapt: Arc<Mutex<Leapt>>,
}

/// How far a clock is ahead.
#[derive(Default)]
struct Leapt {
    ours: SignedDuration,
    /// Whole seconds that the workspace's clock was moved.
    theirs_s: i64,
}

impl LeapingClock {
    /// A clock beside that of the workspace at this address.
    pub(crate) fn new(base_url: String) -> LeapingClock {
        LeapingClock { base_url, leapt: Arc::default() }
    }

    /// Leaps to a moment, unless it has passed; how many seconds the workspace's clock has to follow.
    fn leap(&self, to: Timestamp) -> i64 {
        let mut leapt = self.leapt.lock().unwrap();
        let ahead = to.duration_since(Timestamp::now() + leapt.ours);
        if ahead.is_positive() {
            leapt.ours += ahead;
        }
        let behind_s = leapt.ours.as_secs() - leapt.theirs_s;
        leapt.theirs_s += behind_s;
        behind_s
    }
}

impl Clock for LeapingClock {
    fn now(&self) -> Timestamp {
        Timestamp::now() + self.leapt.lock().unwrap().ours
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let (clock, until) = (self.clone(), self.now() + SignedDuration::try_from(duration).unwrap());
        Box::pin(async move {
            tokio::time::sleep(duration.min(BREATH)).await;
            let behind_s = clock.leap(until);
            if behind_s > 0 {
                order(&clock.base_url, "/_simulator/clock", &format!("{{\"advance_s\":{behind_s}}}")).await;
            }
        })
    }
}
