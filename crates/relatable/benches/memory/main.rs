//! How much memory a run takes, at two sizes: it must not grow with the file or the workspace. Reads the peak from `/proc`,
//! so it measures on Linux only. `-- files` or `-- syncs` runs one part.

#[path = "../../../model/benches/shredding/conversations.rs"]
mod conversations;
#[path = "../peers/curated.rs"]
mod curated;
mod files;
mod peak;
mod syncs;

fn main() {
    if !cfg!(target_os = "linux") {
        tell("memory is measured on Linux only");
        return;
    }
    let only = std::env::args().skip(1).find(|argument| argument == "files" || argument == "syncs");
    if only.as_deref() != Some("files") {
        syncs::measure();
    }
    if only.as_deref() != Some("syncs") {
        files::measure();
    }
}

/// Tells what was measured.
#[expect(clippy::print_stdout, reason = "a benchmark tells what it measured")]
fn tell(line: &str) {
    println!("{line}");
}
