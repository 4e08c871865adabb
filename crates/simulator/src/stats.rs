//! What the server was asked, for tests that judge a client's manners.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde::Serialize;

/// Requests of one 10-second window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Window {
    /// First second of the window by the server's clock, epoch seconds.
    pub start_s: i64,
    /// Requests that fell into it, those over the limit included.
    pub requests: u64,
}

/// What was asked since the start. Requests under `/_simulator/` are not counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// All requests.
    pub requests: u64,
    /// Requests by method and path pattern, such as `GET /contacts/{id}/tags`.
    pub by_path: BTreeMap<String, u64>,
    /// Requests by 10-second window, in order; windows without a request are absent.
    pub windows: Vec<Window>,
    /// Requests answered with 429 because the window was used up.
    pub rejected: u64,
    /// The most requests that were under way at one moment.
    pub highest_concurrency: u64,
}

/// Counts as requests come and go.
#[derive(Default)]
pub(crate) struct Tally {
    inner: Mutex<Counting>,
}

#[derive(Default)]
struct Counting {
    stats: Stats,
    windows: BTreeMap<i64, u64>,
    under_way: u64,
}

impl Tally {
    /// A request begins; the guard returned ends it when dropped.
    pub(crate) fn begin(&self, pattern: String, window_start_s: i64) -> UnderWay<'_> {
        let mut counting = self.lock();
        counting.stats.requests += 1;
        *counting.stats.by_path.entry(pattern).or_default() += 1;
        *counting.windows.entry(window_start_s).or_default() += 1;
        counting.under_way += 1;
        counting.stats.highest_concurrency = counting.stats.highest_concurrency.max(counting.under_way);
        UnderWay { tally: self }
    }

    /// A request was over the limit.
    pub(crate) fn reject(&self) {
        self.lock().stats.rejected += 1;
    }

    /// The counts so far.
    pub(crate) fn stats(&self) -> Stats {
        let counting = self.lock();
        let windows =
            counting.windows.iter().map(|(&start_s, &requests)| Window { start_s, requests }).collect();
        Stats { windows, ..counting.stats.clone() }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Counting> {
        self.inner.lock().expect("no holder of the tally panics")
    }
}

/// One request under way.
pub(crate) struct UnderWay<'a> {
    tally: &'a Tally,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.tally.lock().under_way -= 1;
    }
}
