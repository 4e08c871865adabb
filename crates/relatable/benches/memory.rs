//! How much memory a load takes, at 300 MB and at 3 GB: it must not grow with the file. Reads the peak from `/proc`, so it
//! measures on Linux only.

#[path = "../../model/benches/shredding/conversations.rs"]
mod conversations;
#[path = "peers/curated.rs"]
mod curated;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Sizes of the files, in bytes.
const SIZES: [usize; 2] = [300_000_000, 3_000_000_000];
/// Kinds of destinations, and how many bytes of memory a load into one may take.
const LIMITS: [(&str, u64); 2] = [("sqlite", 200_000_000), ("duckdb", 700_000_000)];
/// How often the peak is read; what comes after the last reading is missed.
const READ_EVERY: Duration = Duration::from_millis(5);

/// Writes so many bytes of conversations, one a line.
fn write(file: &Path, bytes: usize) {
    let mut lines = BufWriter::new(File::create(file).expect("a file for documents"));
    for document in conversations::generate(bytes) {
        lines.write_all(&document).and_then(|()| lines.write_all(b"\n")).expect("room for documents");
    }
    lines.flush().expect("room for documents");
}

/// Waits for a process's end; answers the most memory it had, in bytes.
fn peak_of(child: &mut Child) -> u64 {
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

#[expect(clippy::print_stdout, reason = "a benchmark tells what it measured")]
fn main() {
    if !cfg!(target_os = "linux") {
        println!("memory is measured on Linux only");
        return;
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder for the benchmark");
    let model = curated::for_files("conversations", folder.path());
    let file = folder.path().join("conversations.ndjson");
    for size in SIZES {
        write(&file, size);
        for (kind, limit) in LIMITS {
            let database = folder.path().join(format!("{size}.{kind}"));
            let begin = Instant::now();
            let mut command = Command::new(env!("CARGO_BIN_EXE_relatable"));
            command.arg("load").arg(&file).args(["--table", "conversations", "--quiet"]);
            command.arg("--model").arg(&model).arg("--to");
            let mut child =
                command.arg(format!("{kind}:{}", database.display())).spawn().expect("the program");
            let peak = peak_of(&mut child);
            assert!(child.wait().expect("the program's end").success());
            let seconds = begin.elapsed().as_secs_f64();
            let (megabytes, peak_mb) = (size as f64 / 1e6, peak as f64 / 1e6);
            println!(
                "{megabytes:.0} MB into {kind}: {peak_mb:.0} MB of memory (at most {}), {seconds:.1} s, {:.1} MB/s",
                limit / 1_000_000,
                megabytes / seconds
            );
            assert!(peak <= limit, "a load takes more memory than promised");
            std::fs::remove_file(&database).expect("the database written");
        }
    }
}
