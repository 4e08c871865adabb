//! The most memory that a process had.

use std::process::Child;
use std::time::Duration;

/// How often the peak is read; what comes after the last reading is missed.
const READ_EVERY: Duration = Duration::from_millis(5);

/// Waits for a process's end; answers the most memory it had, in bytes.
pub(crate) fn peak_of(child: &mut Child) -> u64 {
    let mut peak = 0;
    while child.try_wait().expect("a process to wait for").is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        peak = kibibytes.map_or(peak, |kibibytes| peak.max(kibibytes * 1024));
        std::thread::sleep(READ_EVERY);
    }
    peak
}
