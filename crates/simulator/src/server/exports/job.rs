//! Jobs: how many may be under way, how far each is, and how it ends.

use std::sync::Mutex;

use axum::http::StatusCode;

use super::super::problem::Problem;
use crate::workspace::{Dataset, Draw, Kind};

/// How long a job waits to begin.
const PENDING_MS: i64 = 1_000;
/// When a job is over, counted from when it was started.
const WHOLE_MS: i64 = 2_000;
/// A file is there for so long after its job was over.
const KEPT_MS: i64 = 2 * 86_400_000;

/// What a job makes.
#[derive(Clone)]
pub(super) enum Order {
    /// Deliveries of messages sent on the days from one moment to another.
    Messages { after: i64, before: i64 },
    /// These attributes of the rows of a dataset, by their positions, from one second to another.
    Reporting { dataset: &'static Dataset, attributes: Vec<usize>, from: i64, to: i64, silent: bool },
}

impl Order {
    /// How many jobs of its kind may be pending, and what they are called.
    fn cap(&self) -> (usize, &'static str) {
        match self {
            Order::Messages { .. } => (1, "message data export"),
            Order::Reporting { .. } => (5, "reporting dataset export"),
        }
    }

    fn is_like(&self, other: &Order) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    Pending,
    Working,
    Completed,
    Failed,
    Canceled,
}

/// A job.
#[derive(Clone)]
pub(super) struct Job {
    pub(super) id: String,
    pub(super) order: Order,
    began_ms: i64,
    fails: bool,
    canceled: bool,
}

impl Job {
    /// How far it is at a moment.
    pub(super) fn progress(&self, now_ms: i64) -> Progress {
        match now_ms - self.began_ms {
            _ if self.canceled => Progress::Canceled,
            ..PENDING_MS => Progress::Pending,
            PENDING_MS..WHOLE_MS => Progress::Working,
            _ if self.fails => Progress::Failed,
            _ => Progress::Completed,
        }
    }

    /// When it is over, epoch seconds.
    pub(super) fn over_s(&self) -> i64 {
        (self.began_ms + WHOLE_MS).div_euclid(1_000)
    }

    /// When its file goes, epoch seconds.
    pub(super) fn expires_s(&self) -> i64 {
        (self.began_ms + WHOLE_MS + KEPT_MS).div_euclid(1_000)
    }

    fn is_under_way(&self, now_ms: i64) -> bool {
        matches!(self.progress(now_ms), Progress::Pending | Progress::Working)
    }
}

/// All jobs.
#[derive(Default)]
pub(in crate::server) struct Jobs {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    jobs: Vec<Job>,
    /// How many of the next jobs fail.
    failing: u32,
    /// Until when others have all the jobs that may be pending.
    taken_until_ms: i64,
}

impl Jobs {
    /// One more of the jobs that are started next fails.
    pub(in crate::server) fn fail_next(&self) {
        self.state.lock().expect("no holder of the jobs panics").failing += 1;
    }

    /// Others have all the jobs that may be pending until a moment.
    pub(in crate::server) fn take(&self, until_ms: i64) {
        self.state.lock().expect("no holder of the jobs panics").taken_until_ms = until_ms;
    }

    /// Starts a job, unless too many of its kind are under way. That is answered as if the rate limit were exceeded,
    /// which it is not.
    pub(super) fn start(&self, order: Order, now_ms: i64) -> Result<Job, Problem> {
        let mut state = self.state.lock().expect("no holder of the jobs panics");
        let (most, name) = order.cap();
        let under_way = state.jobs.iter().filter(|job| job.order.is_like(&order) && job.is_under_way(now_ms));
        if under_way.count() >= most || now_ms < state.taken_until_ms {
            let message = format!("Exceeded rate limit of {most} pending {name} jobs");
            return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", message));
        }
        let fails = state.failing > 0;
        state.failing = state.failing.saturating_sub(1);
        let number = state.jobs.len() as u64;
        let id = format!("{:016x}", Draw::new(now_ms as u64, Kind::Job, number, 0).bits());
        let job = Job { id, order, began_ms: now_ms, fails, canceled: false };
        state.jobs.push(job.clone());
        Ok(job)
    }

    /// The job with this id.
    pub(super) fn find(&self, id: &str) -> Result<Job, Problem> {
        let state = self.state.lock().expect("no holder of the jobs panics");
        state.jobs.iter().find(|job| job.id == id).cloned().ok_or_else(|| unknown(id))
    }

    /// Cancels a job that is under way.
    pub(super) fn cancel(&self, id: &str, now_ms: i64) -> Result<Job, Problem> {
        let mut state = self.state.lock().expect("no holder of the jobs panics");
        let job = state.jobs.iter_mut().find(|job| job.id == id).ok_or_else(|| unknown(id))?;
        job.canceled = job.canceled || job.is_under_way(now_ms);
        Ok(job.clone())
    }

    /// The job with this id, whose file is there.
    pub(super) fn finished(&self, id: &str, now_ms: i64) -> Result<Job, Problem> {
        let job = self.find(id)?;
        let is_there = job.progress(now_ms) == Progress::Completed && now_ms < job.expires_s() * 1_000;
        if is_there { Ok(job) } else { Err(unknown(id)) }
    }
}

fn unknown(id: &str) -> Problem {
    Problem::not_found("not_found", &format!("Export job not found for identifier: {id}"))
}
