//! How much of its budget a sync uses: a simulated workspace with 50 ms latency and Intercom's real limit of 1,666
//! requests per 10-second window, read at the default share of 80 %.
//!
//! The peer is the budget itself: requests per full window, once warm, as a share of limit × share. Must hold: at least
//! 80 %, and not one answer that refuses for the rate limit.

use relatable_intercom::clock::SystemClock;
use relatable_intercom::models::curated;
use relatable_pipeline::event::Unobserved;
use relatable_pipeline::{SyncSettings, sync};
use relatable_simulator::{Settings, Simulator, Stats};
use std::process::ExitCode;
use std::sync::Arc;

/// Contacts in the workspace: enough for half a minute of reading.
const CONTACTS: u64 = 1_200;
/// Latency of each answer.
const LATENCY_MS: u64 = 50;
/// Intercom's limit per 10-second window (10,000 a minute).
const LIMIT: u32 = 1_666;
/// Share of it that a run takes by default.
const SHARE_PERCENT: u32 = 80;
/// What has to be reached, in percent of limit × share.
const REQUIRED_PERCENT: u64 = 80;

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let stats = runtime.block_on(measure())?;
    let budget = u64::from(LIMIT) * u64::from(SHARE_PERCENT) / 100;
    // The first and the last window are only partly the run's.
    let warm = &stats.windows[1.min(stats.windows.len())..stats.windows.len().saturating_sub(1)];
    let requests: u64 = warm.iter().map(|window| window.requests).sum();
    let used_percent = requests * 100 / (budget * warm.len().max(1) as u64);
    let peak = stats.windows.iter().map(|window| window.requests).max().unwrap_or_default();
    let mut report = format!(
        "{} requests; {} full windows, on average {} of {budget} requests each: {used_percent} % of limit x share; \
         busiest window {peak} of {LIMIT}; {} refused; {} at once\n",
        stats.requests,
        warm.len(),
        requests / warm.len().max(1) as u64,
        stats.rejected,
        stats.highest_concurrency,
    );
    let holds = !warm.is_empty() && used_percent >= REQUIRED_PERCENT && stats.rejected == 0;
    report.push_str(if holds { "holds: at least 80 %, none refused\n" } else { "does NOT hold\n" });
    std::io::Write::write_all(&mut std::io::stdout(), report.as_bytes())?;
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Reads the workspace once and returns what the simulator saw.
async fn measure() -> Result<Stats, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let settings = Settings {
        contacts: CONTACTS,
        latency_ms: LATENCY_MS,
        limit_per_window: LIMIT,
        ..Settings::default()
    };
    let token = settings.token.clone();
    let simulator = Simulator::start(settings).await?;
    let settings = SyncSettings {
        client: relatable_intercom::Settings {
            base_url: simulator.base_url(),
            token: token.into(),
            version: "2.16".to_owned(),
            share_percent: SHARE_PERCENT,
            requests_max: None,
            connections: relatable_intercom::client::CONNECTIONS_DEFAULT,
        },
        rules: curated()?,
        journal: folder.path().join("journal"),
        reading: relatable_pipeline::ReadingSettings::default(),
        curated: curated()?,
        salt: None,
        clock: Arc::new(SystemClock),
    };
    let uri = format!("sqlite:{}", folder.path().join("tables.db").display());
    sync(settings, relatable_destinations::uri::open(&uri)?, Arc::new(Unobserved)).await?;
    Ok(simulator.stats())
}
