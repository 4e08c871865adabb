//! Into PostgreSQL: our load, dlt, and as the limit PostgreSQL copying the very tables that we make.

use super::{Documents, ROUNDS, best, load, run, script};
use postgres::{Client, NoTls};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// The variable with the address of a server that may be used freely; the project's benchmark command sets it.
const SERVER: &str = "RELATABLE_TEST_POSTGRES";
/// How many times as fast as dlt we want to be.
const GOAL: f64 = 10.0;
/// The schemas: of our tables, of copies of them, of dlt's and of those that dlt makes beside.
const SCHEMAS: [&str; 4] = ["peers_ours", "peers_copies", "peers_dlt", "peers_dlt_staging"];

/// Measures all of them; whether we are as fast as we want to be.
pub(crate) fn measure(documents: &Documents, folder: &Path, python: &Path) -> bool {
    let server = std::env::var(SERVER).expect("a server: `cargo xtask bench` starts one");
    let client = || Client::connect(&server, NoTls).expect("the server");
    let empty = || {
        let drop = |schema: &str| format!("DROP SCHEMA IF EXISTS {schema} CASCADE; ");
        client().batch_execute(&SCHEMAS.map(drop).concat()).expect("empty schemas");
    };
    let own = best(folder, ROUNDS, |place| {
        empty();
        load(&documents.files, place, &format!("{server}?schema={}", SCHEMAS[0]));
    });
    let limit = copied(&mut client());
    let dlt = best(folder, 1, |place| {
        let mut command = Command::new(python);
        command.arg(script("dlt_load.py")).args(&documents.files).arg(&server).arg(place);
        run(command.env("DATASET", SCHEMAS[2]));
    });
    empty();
    documents.tell_own("PostgreSQL", own);
    documents.tell_peer("dlt", dlt, own, GOAL);
    super::tell(&format!(
        "PostgreSQL alone, copying the very tables that we make, without keys: {limit:.1} s, {:.0} % of our time",
        100.0 * limit / own
    ));
    dlt / own >= GOAL
}

/// How long the server takes to copy our tables, in seconds.
fn copied(client: &mut Client) -> f64 {
    let [ours, copies, ..] = SCHEMAS;
    let tables =
        "SELECT relname::text FROM pg_class WHERE relnamespace = $1::text::regnamespace AND relkind = 'r'";
    let tables = client.query(tables, &[&ours]).expect("our tables");
    client.batch_execute(&format!("CREATE SCHEMA {copies}; CHECKPOINT")).expect("a schema");
    let began = Instant::now();
    for table in tables.iter().map(|row| row.get::<_, String>(0)) {
        let sql = format!(
            "CREATE TABLE {copies}.\"{table}\" (LIKE {ours}.\"{table}\"); \
             INSERT INTO {copies}.\"{table}\" SELECT * FROM {ours}.\"{table}\""
        );
        client.batch_execute(&sql).expect("a copy");
    }
    began.elapsed().as_secs_f64()
}
