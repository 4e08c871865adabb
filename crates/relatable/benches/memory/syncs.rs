//! Syncs of simulated workspaces of two sizes; the simulator is in this process, and counts apart.

use super::peak::peak_of;
use super::place::{LIMITS, Place};
use relatable_simulator::{Settings, Simulator};
use std::process::Command;
use std::time::Instant;

/// Sizes of the workspaces, in contacts; half as many conversations come with them. Already the first fills the caches.
const SIZES: [u64; 2] = [20_000, 40_000];
/// How much more the larger one may take: no more than one run differs from another.
const GROWTH_MAX: f64 = 1.1;
/// A limit that nobody meets.
const LIFTED: u32 = 10_000_000;

/// Reads a workspace of each size into each kind of destination.
pub(crate) fn measure() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime for the simulator");
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder for the benchmark");
    for &(kind, limit) in LIMITS {
        let mut before = None;
        for contacts in SIZES {
            let settings = Settings { contacts, limit_per_window: LIFTED, ..Settings::default() };
            let token = settings.token.clone();
            let simulator = runtime.block_on(Simulator::start(settings)).expect("a simulated workspace");
            let place = Place::new(kind, &format!("syncs_{contacts}"), folder.path());
            let journal = folder.path().join(format!("{contacts}.{kind}.journal"));
            let begin = Instant::now();
            let mut command = Command::new(env!("CARGO_BIN_EXE_relatable"));
            command.args(["sync", "--quiet", "--base-url", &simulator.base_url(), "--to", &place.uri]);
            command.arg("--journal").arg(journal).env("INTERCOM_TOKEN", token);
            let mut child = command.spawn().expect("the program");
            let peak = peak_of(&mut child);
            assert!(child.wait().expect("the program's end").success());
            let (seconds, requests) = (begin.elapsed().as_secs_f64(), simulator.stats().requests);
            super::tell(&format!(
                "{contacts} contacts into {kind}: {:.0} MB of memory (at most {}), {requests} requests, {seconds:.1} s",
                peak as f64 / 1e6,
                limit / 1_000_000,
            ));
            assert!(peak <= limit, "a sync takes more memory than promised");
            place.remove();
            let growth = peak as f64 / before.replace(peak).unwrap_or(peak) as f64;
            assert!(growth <= GROWTH_MAX, "memory grows with the workspace: {growth:.2} x for twice as much");
        }
    }
}
