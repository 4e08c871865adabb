//! A load of a file that is larger than the memory a run may take, into a PostgreSQL that takes bytes at its own pace and
//! into one that takes few: who reads has to wait, since there is no room for what was read.

use super::files::write;
use super::peak::peak_of;
use super::place::{Place, server};
use super::proxy::{Fault, Proxy};
use super::{curated, tell};
use std::process::Command;
use std::time::Instant;

/// Bytes of the file, and bytes of memory that a run may take.
const FILE_BYTES: usize = 400_000_000;
const LIMIT: u64 = 200_000_000;
/// Bytes that the slow server takes a second, which is a fraction of what it could.
const SLOW: u64 = 8_000_000;
/// How much more memory a run may take where the server is slow.
const GROWTH_MAX: f64 = 1.25;

/// Loads the file at both paces.
pub(crate) fn measure() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder for the benchmark");
    let model = curated::for_files("conversations", folder.path());
    let file = folder.path().join("conversations.ndjson");
    write(&file, FILE_BYTES);
    let server = server("postgres").expect("it has one");
    let (_, behind) = server.split_once('@').expect("a user");
    let host = behind.split('/').next().expect("a host");
    let proxy = Proxy::start(host.parse().expect("the server's address")).expect("a relay");
    let tables = Place::new("postgres", "slow", folder.path());
    let uri = tables.uri.replace(host, &proxy.address().to_string());
    let mut before: Option<(u64, f64)> = None;
    for (pace, fault) in
        [("at its own pace", Fault::None), ("slowly", Fault::Slow { bytes_per_second: SLOW })]
    {
        tables.remove();
        proxy.set(fault);
        let began = Instant::now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_relatable"));
        command.arg("load").arg(&file).args(["--table", "conversations", "--quiet", "--to", &uri]);
        let mut child = command.arg("--model").arg(&model).spawn().expect("the program");
        let peak = peak_of(&mut child);
        assert!(child.wait().expect("the program's end").success());
        let seconds = began.elapsed().as_secs_f64();
        let sent = proxy.ends().last().copied().unwrap_or_default();
        tell(&format!(
            "{} MB into a PostgreSQL that takes them {pace}: {:.0} MB of memory (at most {}), {seconds:.1} s, {:.1} MB/s sent",
            FILE_BYTES / 1_000_000,
            peak as f64 / 1e6,
            LIMIT / 1_000_000,
            sent as f64 / seconds / 1e6
        ));
        assert!(peak <= LIMIT, "a load takes more memory than promised");
        if let Some((least, quickest)) = before.replace((peak, seconds)) {
            let growth = peak as f64 / least as f64;
            assert!(growth <= GROWTH_MAX, "memory grows where the server is slow: {growth:.2} x");
            assert!(seconds > quickest, "the server was not slow");
        }
    }
    tables.remove();
}
