//! How much memory a run takes, at two sizes: it must not grow with the file or the workspace, nor where a server is slow.
//! Reads the peak from `/proc`, so it measures on Linux only. `-- files`, `-- syncs` or `-- slow` runs one part.

#[path = "../../../model/benches/shredding/conversations.rs"]
mod conversations;
#[path = "../peers/curated.rs"]
mod curated;
mod files;
mod peak;
mod place;
#[cfg(feature = "postgres")]
#[expect(dead_code, reason = "here nothing but its slowness is needed")]
#[path = "../../../destinations/tests/conformance/proxy.rs"]
mod proxy;
#[cfg(feature = "postgres")]
mod slow;
mod syncs;

fn main() {
    if !cfg!(target_os = "linux") {
        tell("memory is measured on Linux only");
        return;
    }
    let only = std::env::args().skip(1).find(|part| ["files", "syncs", "slow"].contains(&part.as_str()));
    let chosen = |part: &str| only.as_ref().is_none_or(|only| only == part);
    if chosen("syncs") {
        syncs::measure();
    }
    if chosen("files") {
        files::measure();
    }
    #[cfg(feature = "postgres")]
    if chosen("slow") {
        slow::measure();
    }
}

/// Tells what was measured.
#[expect(clippy::print_stdout, reason = "a benchmark tells what it measured")]
fn tell(line: &str) {
    println!("{line}");
}
