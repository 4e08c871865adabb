//! How fast NDJSON files become tables of a DuckDB file, against DuckDB's own `read_json` with SQL that is told the schema,
//! and against dlt: the same 300 MB of conversations and contacts, in one run. Needs `python3` with `venv`; the peers are
//! installed into the folder for benchmarks.

#[path = "../../../model/benches/shredding/contacts.rs"]
mod contacts;
#[path = "../../../model/benches/shredding/conversations.rs"]
mod conversations;
mod curated;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Bytes of conversations, and of contacts.
const BYTES: [usize; 2] = [200_000_000, 100_000_000];
/// How many times as fast as DuckDB's SQL, and as dlt, we want to be.
const GOALS: [f64; 2] = [3.0, 15.0];
/// And must be: what was reached once is not to be lost.
const FLOORS: [f64; 2] = [0.75, 12.0];
/// The peers, as pip names them.
const PEERS: [&str; 4] = ["duckdb==1.5.6", "dlt==1.31.0", "pyarrow", "orjson"];
/// Our database.
const OURS: &str = "ours.duckdb";
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
fn ours(files: &[PathBuf; 2], place: &Path) {
    for (file, table) in files.iter().zip(["conversations", "contacts"]) {
        let model = curated::for_files(table, place);
        let mut command = Command::new(env!("CARGO_BIN_EXE_relatable"));
        command.arg("load").arg(file).args(["--table", table, "--quiet", "--model"]).arg(model).arg("--to");
        run(command.arg(format!("duckdb:{}", place.join(OURS).display())));
    }
}

/// How long DuckDB itself takes to write the tables that we make.
fn written(folder: &Path, files: &[PathBuf; 2], python: &Path) -> f64 {
    let place = tempfile::tempdir_in(folder).expect("a folder");
    ours(files, place.path());
    let mut command = Command::new(python);
    command
        .arg(script("duckdb_write.py"))
        .arg(place.path().join(OURS))
        .arg(place.path().join("written.duckdb"));
    run(command.arg(ROUNDS.to_string())).trim().parse().expect("seconds")
}

/// A script of ours.
fn script(name: &str) -> String {
    format!("{}/benches/peers/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[expect(clippy::print_stdout, reason = "a benchmark tells what it measured")]
fn main() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("peers");
    std::fs::create_dir_all(&folder).expect("a folder for the benchmark");
    let files = [folder.join("conversations.ndjson"), folder.join("contacts.ndjson")];
    let bytes =
        write(&files[0], conversations::generate(BYTES[0])) + write(&files[1], contacts::generate(BYTES[1]));
    let python = python(&folder);
    let with = |name: &str| {
        let mut command = Command::new(&python);
        command.arg(script(name)).args(&files);
        command
    };
    let own = best(&folder, ROUNDS, |place| ours(&files, place));
    let sql = best(&folder, ROUNDS, |place| {
        run(with("duckdb_sql.py").arg(place.join("peer.duckdb")));
    });
    let dlt = best(&folder, 1, |place| {
        run(with("dlt_load.py").arg(place.join("peer.duckdb")).arg(place));
    });
    let limit = written(&folder, &files, &python);
    let speed = |seconds: f64| bytes as f64 / seconds / 1e6;
    println!("{:.0} MB of conversations and contacts into a DuckDB file", bytes as f64 / 1e6);
    println!("relatable load          {own:7.1} s  {:6.1} MB/s", speed(own));
    for ((name, seconds), goal) in
        [("DuckDB's SQL, told the schema", sql), ("dlt", dlt)].into_iter().zip(GOALS)
    {
        let times = seconds / own;
        println!(
            "{name:31} {seconds:.1} s, {:.1} MB/s: {times:.1} times as long (the goal is {goal})",
            speed(seconds)
        );
    }
    println!(
        "DuckDB alone, writing the very tables that we make: {limit:.1} s, {:.0} % of our time; no load is faster, and \
         {:.1} times as fast as the SQL is the most there is",
        100.0 * limit / own,
        sql / limit
    );
    assert!(sql / own >= FLOORS[0] && dlt / own >= FLOORS[1], "loading is slower than promised");
}
