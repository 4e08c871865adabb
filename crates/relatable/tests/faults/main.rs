//! A fault at any durable step costs nothing: it is told, and the next run ends with what an undisturbed one has.
//!
//! The real binary runs with one failpoint armed: it dies there, is told that the disk is full, gets an error, loses the
//! answer of what is done already, or panics. Then the same command runs without. What comes of it is held, cell by cell,
//! against a run that nothing disturbed.

#![expect(clippy::print_stdout, reason = "a test prints the seed that replays it, and what it tested")]

mod attempt;
#[path = "../disturbance/mod.rs"]
mod disturbance;
mod every_point;
mod place;
mod scenario;
#[path = "../secrets/mod.rs"]
mod secrets;
mod statements;

use attempt::Fault;
use disturbance::dump::Engine;
use scenario::Scenario;

/// What can happen at a point of SQLite and of all that is the same in every database.
const ALL: &[Fault] = &[Fault::Error, Fault::Broken, Fault::Full, Fault::Panic, Fault::Abort];
/// What can happen at a point of another database: errors of other kinds are those of its statements.
const OF_A_DATABASE: &[Fault] = &[Fault::Broken, Fault::Lost, Fault::Full, Fault::Abort];

#[test]
fn faults_while_sqlite_tables_are_read_cost_nothing() {
    every_point::fail(Engine::Sqlite, &[Scenario::Sync], ALL);
}

#[test]
fn faults_while_sqlite_tables_are_changed_cost_nothing() {
    every_point::fail(Engine::Sqlite, &Scenario::OTHERS, ALL);
}

#[test]
fn faults_at_any_statement_of_sqlite_cost_nothing() {
    statements::fail(Engine::Sqlite);
}

#[cfg(feature = "duckdb")]
#[test]
fn faults_while_duckdb_tables_are_made_cost_nothing() {
    every_point::fail(Engine::DuckDb, &Scenario::OF_A_DATABASE, OF_A_DATABASE);
}

#[cfg(feature = "duckdb")]
#[test]
fn faults_at_any_statement_of_duckdb_cost_nothing() {
    statements::fail(Engine::DuckDb);
}

#[cfg(feature = "postgres")]
#[test]
fn faults_while_postgres_tables_are_made_cost_nothing() {
    every_point::fail(Engine::Postgres, &Scenario::OF_A_DATABASE, OF_A_DATABASE);
}

#[cfg(feature = "postgres")]
#[test]
fn faults_at_any_statement_of_postgres_cost_nothing() {
    statements::fail(Engine::Postgres);
}

#[cfg(feature = "mysql")]
#[test]
fn faults_while_mariadb_tables_are_made_cost_nothing() {
    every_point::fail(Engine::MariaDb, &Scenario::OF_A_DATABASE, OF_A_DATABASE);
}

#[cfg(feature = "mysql")]
#[test]
fn faults_at_any_statement_of_mariadb_cost_nothing() {
    statements::fail(Engine::MariaDb);
}

#[cfg(feature = "mysql")]
#[test]
fn every_point_is_reached_by_some_scenario() {
    every_point::are_reached(&[
        (Engine::Sqlite, &Scenario::ALL),
        (Engine::MariaDb, &Scenario::OF_A_DATABASE),
    ]);
}

#[test]
fn the_documentation_has_every_point_and_no_other() {
    let documented = include_str!("../../../../docs/faults.md");
    let (_, table) = documented.split_once("## All points").unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| `")).collect();
    let points: Vec<String> = relatable_faults::POINTS.iter().map(every_point::documented).collect();
    assert_eq!(rows, points, "the table of docs/faults.md should be:\n{}", points.join("\n"));
}

#[test]
fn a_failpoint_that_there_is_not_is_named() {
    let place = place::Place::alone();
    let run = place.run(&["help"], Some("load.done=panic"));
    assert_eq!(run.code(), Some(3), "{}", run.told);
    assert!(run.told.contains("there is no failpoint `load.done`"), "{}", run.told);
}
