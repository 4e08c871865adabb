//! Who holds a lease.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The number of its process.
    pub pid: u32,
    /// The name of its machine.
    pub host: String,
    /// When it took the lease, in microseconds since 1970 UTC.
    pub since_us: i64,
}

impl Holder {
    /// This process.
    #[must_use]
    pub fn this_process(since_us: i64) -> Holder {
        Holder { pid: std::process::id(), host: host_name(), since_us }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "process {} on {}", self.pid, self.host)
    }
}

/// This machine's name, as far as it can be learned without asking the C library.
fn host_name() -> String {
    let from_system = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    from_system
        .or_else(|| std::env::var("HOSTNAME").ok())
        .or_else(|| std::env::var("COMPUTERNAME").ok())
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "an unnamed machine".to_owned())
}
