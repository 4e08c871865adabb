//! Into PostgreSQL: our load, `psql`'s `\copy` of the same rows as CSV, and `COPY` of bytes that are made already.

use crate::place::Place;
use crate::rows::TABLE;
use crate::{Failure, ROUNDS, Times, tell, verdict};
use arrow_array::RecordBatch;
use postgres::{Client, NoTls};
use std::fs::File;
use std::io::{BufWriter, Write, copy};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The variable with the address of a server that may be used freely.
const SERVER: &str = "RELATABLE_TEST_POSTGRES";
/// The variable that names the folder of PostgreSQL's programs.
const PROGRAMS: &str = "RELATABLE_POSTGRES_DIR";
/// Which part of the speed of `\copy` we want at least.
const GOAL: f64 = 0.70;
/// The schema of our tables.
pub(crate) const OURS: &str = "loading_ours";
/// The schema of the others'.
const THEIRS: &str = "loading_theirs";

/// The address of the server, and a connection to it.
pub(crate) fn connect() -> Result<(String, Client), Failure> {
    let server = std::env::var(SERVER).map_err(|_| format!("{SERVER} names no server"))?;
    let client = Client::connect(&server, NoTls)?;
    Ok((server, client))
}

/// The address of our schema, which is emptied; what was written before goes to the disk first.
pub(crate) fn emptied(server: &str, client: &mut Client) -> Result<String, Failure> {
    client.batch_execute(&format!("DROP SCHEMA IF EXISTS {OURS} CASCADE; CHECKPOINT"))?;
    Ok(format!("{server}?schema={OURS}"))
}

/// Measures all of them in turn; answers whether the goal is reached.
pub(crate) fn compare(batches: &[RecordBatch]) -> Result<bool, Failure> {
    let rows = batches.iter().map(RecordBatch::num_rows).sum();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let (csv, bytes) = (folder.path().join("rows.csv"), folder.path().join("rows.bin"));
    let (server, mut client) = connect()?;
    let [mut ours, mut theirs, mut keyed, mut least] = [const { Times(Vec::new()) }; 4];
    for round in 0..ROUNDS {
        let uri = emptied(&server, &mut client)?;
        ours.take(|| Place::claim(&uri)?.load_first(batches))?;
        if round == 0 {
            write_out(&mut client, &server, &csv, &bytes)?;
        }
        make_empty(&mut client)?;
        let from = format!("\\copy {THEIRS}.{TABLE} FROM '{}' CSV", csv.display());
        theirs.take(|| psql(&server, &from))?;
        let key = format!("ALTER TABLE {THEIRS}.{TABLE} ADD PRIMARY KEY (id)");
        keyed.take(|| Ok(client.batch_execute(&key)?))?;
        make_empty(&mut client)?;
        least.take(|| {
            let mut sink = client.copy_in(&format!("COPY {THEIRS}.{TABLE} FROM STDIN BINARY"))?;
            copy(&mut File::open(&bytes)?, &mut sink)?;
            sink.finish()?;
            Ok(client.batch_execute(&key)?)
        })?;
    }
    client.batch_execute(&format!("DROP SCHEMA {OURS} CASCADE; DROP SCHEMA {THEIRS} CASCADE"))?;
    tell(&format!(
        "{rows} rows of 12 columns into PostgreSQL ({} MB of CSV)",
        csv.metadata()?.len() / 1_000_000
    ));
    tell(&format!("  our load, key declared, checkpoint kept  {}", ours.told(rows)));
    tell(&format!("  psql \\copy from CSV, no key              {}", theirs.told(rows)));
    tell(&format!("  declaring the key afterwards             {}", keyed.told(rows)));
    tell(&format!("  COPY of binary bytes, key declared       {}", least.told(rows)));
    let bare = theirs.best() / ours.best();
    let same = (theirs.best() + keyed.best()) / ours.best();
    let holds = same >= GOAL;
    tell(&format!(
        "  {:.0} % of the speed of \\copy and a key (at least {:.0} %) {}; {:.0} % of \\copy without one; {:.0} % of the limit",
        100.0 * same,
        100.0 * GOAL,
        verdict(holds),
        100.0 * bare,
        100.0 * least.best() / ours.best()
    ));
    Ok(holds)
}

/// Writes the rows that we loaded to files, as CSV and as `COPY` takes them in binary.
fn write_out(client: &mut Client, server: &str, csv: &Path, bytes: &Path) -> Result<(), Failure> {
    psql(server, &format!("\\copy {OURS}.{TABLE} TO '{}' CSV", csv.display()))?;
    let mut file = BufWriter::new(File::create(bytes)?);
    copy(&mut client.copy_out(&format!("COPY {OURS}.{TABLE} TO STDOUT BINARY"))?, &mut file)?;
    Ok(file.flush()?)
}

/// Makes the others' table, as ours is but for its key, without rows.
fn make_empty(client: &mut Client) -> Result<(), Failure> {
    let sql = format!(
        "DROP SCHEMA IF EXISTS {THEIRS} CASCADE; CREATE SCHEMA {THEIRS}; \
         CREATE TABLE {THEIRS}.{TABLE} (LIKE {OURS}.{TABLE}); CHECKPOINT"
    );
    Ok(client.batch_execute(&sql)?)
}

/// Runs one command of `psql`.
fn psql(server: &str, command: &str) -> Result<(), Failure> {
    let folder = std::env::var_os(PROGRAMS).map(PathBuf::from).unwrap_or_default();
    let output = Command::new(folder.join("psql"))
        .args([server, "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--command", command])
        .output()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into()),
    }
}
