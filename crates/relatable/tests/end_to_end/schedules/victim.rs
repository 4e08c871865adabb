//! A process that syncs until it is killed: this test binary, started anew.

use super::plan::{Kill, Schedule};
use crate::clock::LeapingClock;
use crate::harness::{Options, Site, search_told, settings};
use relatable_pipeline::event::{LoadStage, Observer, RequestStage, RunEvent};
use relatable_pipeline::sync;
use relatable_simulator::Simulator;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The variable that makes this binary the process to be killed, and tells it what to do.
const ORDER: &str = "RELATABLE_TEST_VICTIM";
/// What it says when its time has come.
const LAST_WORD: &str = "its time has come";
/// How long it waits then; nobody lets it live that long.
const WAIT: Duration = Duration::from_secs(60);

/// What a process was doing when it was killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Moment {
    /// A request was about to be sent.
    Reading,
    /// An answer was in the journal, and nobody had heard of it.
    Journalled,
    /// Rows were about to be handed to the destination.
    Loading,
    /// The destination was about to commit.
    Committing,
}

impl Moment {
    /// The moment that an event tells of, if any.
    fn of(event: &RunEvent) -> Option<Moment> {
        match event {
            RunEvent::Request { stage: RequestStage::Reading, .. } => Some(Moment::Reading),
            RunEvent::Request { stage: RequestStage::Journalled, .. } => Some(Moment::Journalled),
            RunEvent::Load { stage: LoadStage::Loading, .. } => Some(Moment::Loading),
            RunEvent::Load { stage: LoadStage::Committing, .. } => Some(Moment::Committing),
            _ => None,
        }
    }
}

/// What a process has to do.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    base_url: String,
    uri: String,
    journal: PathBuf,
    select: Vec<String>,
    moment: Moment,
    skip: u64,
}

impl Order {
    pub(super) fn new(simulator: &Simulator, site: &Site, schedule: &Schedule) -> Order {
        let Kill { moment, skip } = schedule.kill;
        let select = schedule.read.iter().map(|&name| name.to_owned()).collect();
        Order {
            base_url: simulator.base_url(),
            uri: site.uri(),
            journal: site.journal(),
            select,
            moment,
            skip,
        }
    }
}

/// Starts a process with this order and kills it when its time has come; an error if it ended before. It may not say
/// anything about these people.
pub(super) async fn kill(order: Order, people: BTreeSet<String>) -> Result<(), String> {
    tokio::task::spawn_blocking(move || kill_blocking(&order, &people)).await.unwrap()
}

fn kill_blocking(order: &Order, people: &BTreeSet<String>) -> Result<(), String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([super::TEST, "--exact", "--nocapture", "--test-threads=1"])
        .env(ORDER, serde_json::to_string(order).unwrap())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    let (mut told, mut has_ended) = (String::new(), false);
    while !told.contains(LAST_WORD) && !has_ended {
        has_ended = said.read_line(&mut told).unwrap() == 0;
    }
    if !has_ended {
        // On Unix this is SIGKILL, which no process can hear.
        child.kill().unwrap();
    }
    let mut complaint = String::new();
    said.read_to_string(&mut told).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
    let status = child.wait().unwrap();
    search_told(&(told + &complaint), people);
    match (has_ended, status.success()) {
        (true, _) => Err(format!("it ended by itself: {status}: {complaint}")),
        (false, true) => Err("it was quicker".to_owned()),
        (false, false) => Ok(()),
    }
}

/// The order, in a process that was started with one.
pub(super) fn ordered() -> Option<Order> {
    let order = std::env::var(ORDER).ok()?;
    Some(serde_json::from_str(&order).unwrap())
}

/// Does what was ordered, until it is killed.
pub(super) async fn obey(order: Order) {
    let clock = Some(Arc::new(LeapingClock::new(order.base_url.clone())) as _);
    let settings = settings(
        &order.base_url,
        order.journal,
        Options { clock, select: Some(order.select), ..Options::default() },
    );
    let destination = relatable_destinations::uri::open(&order.uri).unwrap();
    let doom = Doom { moment: order.moment, left: AtomicU64::new(order.skip + 1) };
    sync(settings, destination, Arc::new(doom)).await.unwrap();
}

/// An observer that stands still when its time has come, so that the process is killed in the middle of things.
struct Doom {
    moment: Moment,
    left: AtomicU64,
}

impl Observer for Doom {
    fn event(&self, event: &RunEvent) {
        if Moment::of(event) == Some(self.moment) && self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            let mut out = std::io::stdout().lock();
            writeln!(out, "{LAST_WORD}").unwrap();
            out.flush().unwrap();
            drop(out);
            std::thread::sleep(WAIT);
        }
    }
}
