//! How fast a workspace is read.
//!
//! * Under Intercom's real limit, 20,000 contacts, 5,000 companies and 10,000 conversations at 50 ms latency: the peer is the
//!   budget itself. From the second window on, at least 95 % of limit × share must be used, no answer may refuse for the
//!   limit, and there may be 5 % more requests than the fewest that can show everything.
//! * With the limit lifted: the peer is a plain reader that sends one request after the other (`sequential`), as the
//!   connectors of this field do. At least 8 times its requests per second.
//!
//! The first takes a quarter of an hour; `-- lifted` or `-- limited` runs one of them.

mod least;
mod sequential;

use relatable_intercom::clock::SystemClock;
use relatable_intercom::models::curated;
use relatable_pipeline::event::Unobserved;
use relatable_pipeline::{ReadingSettings, Retention, SyncSettings, sync};
use relatable_simulator::{Settings, Simulator, Stats};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

/// Latency of each answer.
const LATENCY_MS: u64 = 50;
/// Intercom's limit per 10-second window (10,000 a minute).
const LIMIT: u32 = 1_666;
/// A limit that nobody meets.
const LIFTED: u32 = 10_000_000;
/// Share of the limit that a run takes by default.
const SHARE_PERCENT: u32 = 80;
/// What has to be used of limit × share, in percent.
const USED_PERCENT: f64 = 95.0;
/// How many requests there may be for each that is needed.
const REQUESTS_RATIO: f64 = 1.05;
/// How many times as fast as one request after the other.
const SPEED_RATIO: f64 = 8.0;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<ExitCode, Failure> {
    let only = std::env::args().skip(1).find(|argument| argument == "lifted" || argument == "limited");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut holds = true;
    if only.as_deref() != Some("limited") {
        holds &= runtime.block_on(lifted())?;
    }
    if only.as_deref() != Some("lifted") {
        holds &= runtime.block_on(limited())?;
    }
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Reads without a limit, and as a plain reader would.
async fn lifted() -> Result<bool, Failure> {
    let workspace = Settings { contacts: 1_000, limit_per_window: LIFTED, ..settings() };
    let simulator = Simulator::start(workspace).await?;
    let began = Instant::now();
    let sent = sequential::read(&client(&simulator)).await?;
    let plain = sent as f64 / began.elapsed().as_secs_f64();
    let before = simulator.stats().requests;
    let began = Instant::now();
    read(&simulator).await?;
    let ours = (simulator.stats().requests - before) as f64 / began.elapsed().as_secs_f64();
    let ratio = ours / plain;
    let verdict = verdict(ratio >= SPEED_RATIO);
    tell(&format!(
        "lifted: {ours:.0} requests a second, one after the other {plain:.1}: {ratio:.1} x (at least {SPEED_RATIO} x) {verdict}"
    ))?;
    Ok(ratio >= SPEED_RATIO)
}

/// Reads under the real limit.
async fn limited() -> Result<bool, Failure> {
    let workspace = Settings {
        contacts: 20_000,
        companies: Some(5_000),
        conversations: Some(10_000),
        limit_per_window: LIMIT,
        ..settings()
    };
    let simulator = Simulator::start(workspace).await?;
    let began = Instant::now();
    read(&simulator).await?;
    let seconds = began.elapsed().as_secs_f64();
    let stats = simulator.stats();
    let budget = f64::from(LIMIT * SHARE_PERCENT) / 100.0;
    // The first and the last window are only partly the run's.
    let warm = &stats.windows[1.min(stats.windows.len())..stats.windows.len().saturating_sub(1)];
    let used = 100.0 * requests(warm) / (budget * warm.len().max(1) as f64);
    let least = least::requests(&simulator.truth(), &stats);
    let ratio = stats.requests as f64 / least as f64;
    let holds = used >= USED_PERCENT && ratio <= REQUESTS_RATIO && stats.rejected == 0;
    tell(&format!(
        "limited: {used:.1} % of limit x share in {} full windows (at least {USED_PERCENT} %), {} requests, {ratio:.3} x \
         the fewest possible (at most {REQUESTS_RATIO} x), {} refused, {seconds:.0} s {}",
        warm.len(),
        stats.requests,
        stats.rejected,
        verdict(holds)
    ))?;
    Ok(holds)
}

/// The requests of windows.
fn requests(windows: &[relatable_simulator::Window]) -> f64 {
    windows.iter().map(|window| window.requests).sum::<u64>() as f64
}

fn settings() -> Settings {
    Settings { latency_ms: LATENCY_MS, ..Settings::default() }
}

fn verdict(holds: bool) -> &'static str {
    if holds { "holds" } else { "does NOT hold" }
}

fn tell(line: &str) -> std::io::Result<()> {
    std::io::Write::write_all(&mut std::io::stdout(), format!("{line}\n").as_bytes())
}

/// How the workspace is reached.
fn client(simulator: &Simulator) -> relatable_intercom::Settings {
    relatable_intercom::Settings {
        base_url: simulator.base_url(),
        token: settings().token.into(),
        version: "2.16".to_owned(),
        share_percent: SHARE_PERCENT,
        requests_max: None,
        connections: relatable_intercom::client::CONNECTIONS_DEFAULT,
    }
}

/// Reads the workspace once.
async fn read(simulator: &Simulator) -> Result<Stats, Failure> {
    let folder = tempfile::tempdir()?;
    let settings = SyncSettings {
        client: client(simulator),
        rules: curated()?,
        journal: folder.path().join("journal"),
        reading: ReadingSettings::default(),
        retention: Retention::Forever,
        curated: curated()?,
        salt: None,
        clock: Arc::new(SystemClock),
    };
    let uri = format!("sqlite:{}", folder.path().join("tables.db").display());
    sync(settings, relatable_destinations::uri::open(&uri)?, Arc::new(Unobserved)).await?;
    Ok(simulator.stats())
}
