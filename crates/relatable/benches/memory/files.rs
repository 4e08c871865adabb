//! Loads of files, at 300 MB and at 3 GB.

use super::peak::peak_of;
use super::place::{LIMITS, Place};
use super::{conversations, curated};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Sizes of the files, in bytes.
const SIZES: [usize; 2] = [300_000_000, 3_000_000_000];

/// Writes so many bytes of conversations, one a line.
pub(crate) fn write(file: &Path, bytes: usize) {
    let mut lines = BufWriter::new(File::create(file).expect("a file for documents"));
    for document in conversations::generate(bytes) {
        lines.write_all(&document).and_then(|()| lines.write_all(b"\n")).expect("room for documents");
    }
    lines.flush().expect("room for documents");
}

/// Loads a file of each size into each kind of destination.
pub(crate) fn measure() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder for the benchmark");
    let model = curated::for_files("conversations", folder.path());
    let file = folder.path().join("conversations.ndjson");
    for size in SIZES {
        write(&file, size);
        for &(kind, limit) in LIMITS {
            let place = Place::new(kind, &format!("files_{size}"), folder.path());
            let begin = Instant::now();
            let mut command = Command::new(env!("CARGO_BIN_EXE_relatable"));
            command.arg("load").arg(&file).args(["--table", "conversations", "--quiet"]);
            command.arg("--model").arg(&model).args(["--to", &place.uri]);
            let mut child = command.spawn().expect("the program");
            let peak = peak_of(&mut child);
            assert!(child.wait().expect("the program's end").success());
            let seconds = begin.elapsed().as_secs_f64();
            let (megabytes, peak_mb) = (size as f64 / 1e6, peak as f64 / 1e6);
            super::tell(&format!(
                "{megabytes:.0} MB into {kind}: {peak_mb:.0} MB of memory (at most {}), {seconds:.1} s, {:.1} MB/s",
                limit / 1_000_000,
                megabytes / seconds
            ));
            assert!(peak <= limit, "a load takes more memory than promised");
            place.remove();
        }
    }
}
