//! Into a DuckDB file: our load, DuckDB's own `read_json` with SQL that is told the schema, dlt, and as the limit DuckDB
//! writing the very tables that we make.

use super::{Documents, ROUNDS, best, load, run, script, tell};
use std::path::{Path, PathBuf};
use std::process::Command;

/// How many times as fast as DuckDB's SQL, and as dlt, we want to be.
const GOALS: [f64; 2] = [3.0, 15.0];
/// And must be: what was reached once is not to be lost.
const FLOORS: [f64; 2] = [0.75, 12.0];
/// Our database.
const OURS: &str = "ours.duckdb";

/// Loads both files with our program.
fn ours(files: &[PathBuf; 2], place: &Path) {
    load(files, place, &format!("duckdb:{}", place.join(OURS).display()));
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

/// Measures all of them; whether we are as fast as we must be.
pub(crate) fn measure(documents: &Documents, folder: &Path, python: &Path) -> bool {
    let files = &documents.files;
    let with = |name: &str| {
        let mut command = Command::new(python);
        command.arg(script(name)).args(files);
        command
    };
    let own = best(folder, ROUNDS, |place| ours(files, place));
    let sql = best(folder, ROUNDS, |place| {
        run(with("duckdb_sql.py").arg(place.join("peer.duckdb")));
    });
    let dlt = best(folder, 1, |place| {
        run(with("dlt_load.py").arg(place.join("peer.duckdb")).arg(place));
    });
    let limit = written(folder, files, python);
    documents.tell_own("a DuckDB file", own);
    documents.tell_peer("DuckDB's SQL, told the schema", sql, own, GOALS[0]);
    documents.tell_peer("dlt", dlt, own, GOALS[1]);
    tell(&format!(
        "DuckDB alone, writing the very tables that we make: {limit:.1} s, {:.0} % of our time; no load is faster, and \
         {:.1} times as fast as the SQL is the most there is",
        100.0 * limit / own,
        sql / limit
    ));
    sql / own >= FLOORS[0] && dlt / own >= FLOORS[1]
}
