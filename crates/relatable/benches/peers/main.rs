//! How fast NDJSON files become tables, against others: the same 300 MB of conversations and contacts, in one run. Needs
//! `python3` with `venv`; the peers are installed into the folder for benchmarks. `-- duckdb` or `-- postgres` goes into one
//! kind of database, and `--megabytes N` takes so many of documents.

#[path = "../../../model/benches/shredding/contacts.rs"]
mod contacts;
#[path = "../../../model/benches/shredding/conversations.rs"]
mod conversations;
mod curated;
mod duckdb;
#[cfg(feature = "postgres")]
mod postgres;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Megabytes of documents, of which a third are contacts.
const MEGABYTES: usize = 300;
/// The peers, as pip names them.
const PEERS: [&str; 5] = ["duckdb==1.5.6", "dlt==1.31.0", "psycopg2-binary", "pyarrow", "orjson"];
/// How often what takes seconds is run; the shortest run counts.
const ROUNDS: usize = 3;

/// Writes documents, one a line.
fn write(file: &Path, documents: impl Iterator<Item = Vec<u8>>) -> u64 {
    let mut lines = BufWriter::new(File::create(file).expect("a file for documents"));
    for document in documents {
        lines.write_all(&document).and_then(|()| lines.write_all(b"\n")).expect("room for documents");
    }
    lines.flush().expect("room for documents");
    std::fs::metadata(file).expect("the file written").len()
}

/// Runs a command to its end; what it prints.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The shortest of some runs in seconds, each into a new folder.
fn best(folder: &Path, rounds: usize, go: impl Fn(&Path)) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..rounds {
        let place = tempfile::tempdir_in(folder).expect("a folder");
        let begin = Instant::now();
        go(place.path());
        best = best.min(begin.elapsed().as_secs_f64());
    }
    best
}

/// A Python with the peers.
fn python(folder: &Path) -> PathBuf {
    let environment = folder.join("python");
    let python = environment.join("bin/python");
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&environment));
    }
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PEERS));
    python
}

/// Loads both files with our program.
fn load(files: &[PathBuf; 2], place: &Path, uri: &str) {
    for (file, table) in files.iter().zip(["conversations", "contacts"]) {
        let model = curated::for_files(table, place);
        let mut command = Command::new(env!("CARGO_BIN_EXE_relatable"));
        command.arg("load").arg(file).args(["--table", table, "--quiet", "--model"]).arg(model);
        run(command.args(["--to", uri]));
    }
}

/// A script of ours.
fn script(name: &str) -> String {
    format!("{}/benches/peers/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// What is loaded.
struct Documents {
    /// Conversations and contacts.
    files: [PathBuf; 2],
    /// The size of both.
    bytes: u64,
}

impl Documents {
    /// Writes them.
    fn write(folder: &Path, megabytes: usize) -> Documents {
        let files = [folder.join("conversations.ndjson"), folder.join("contacts.ndjson")];
        let third = megabytes * 1_000_000 / 3;
        let bytes = write(&files[0], conversations::generate(2 * third))
            + write(&files[1], contacts::generate(third));
        Documents { files, bytes }
    }

    /// Megabytes a second.
    fn speed(&self, seconds: f64) -> f64 {
        self.bytes as f64 / seconds / 1e6
    }

    /// Tells how fast we are.
    fn tell_own(&self, into: &str, seconds: f64) {
        tell(&format!("{:.0} MB of conversations and contacts into {into}", self.bytes as f64 / 1e6));
        tell(&format!("relatable load          {seconds:7.1} s  {:6.1} MB/s", self.speed(seconds)));
    }

    /// Tells how fast another is.
    fn tell_peer(&self, name: &str, seconds: f64, own: f64, goal: f64) {
        let (speed, times) = (self.speed(seconds), seconds / own);
        tell(&format!(
            "{name:31} {seconds:.1} s, {speed:.1} MB/s: {times:.1} times as long (the goal is {goal})"
        ));
    }
}

/// Tells what was measured.
#[expect(clippy::print_stdout, reason = "a benchmark tells what it measured")]
fn tell(line: &str) {
    println!("{line}");
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let only = arguments.iter().find(|argument| ["duckdb", "postgres"].contains(&argument.as_str()));
    let size = arguments.iter().position(|argument| argument == "--megabytes");
    let size = size.and_then(|place| arguments.get(place + 1)).map(|size| size.parse().expect("a number"));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("peers");
    std::fs::create_dir_all(&folder).expect("a folder for the benchmark");
    let documents = Documents::write(&folder, size.unwrap_or(MEGABYTES));
    let python = python(&folder);
    let chosen = |part: &str| only.is_none_or(|only| only == part);
    let mut fast = true;
    if chosen("duckdb") {
        fast &= duckdb::measure(&documents, &folder, &python);
    }
    #[cfg(feature = "postgres")]
    if chosen("postgres") {
        fast &= postgres::measure(&documents, &folder, &python);
    }
    assert!(fast, "loading is slower than promised");
}
