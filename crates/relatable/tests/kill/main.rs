//! A run that is killed at any moment costs nothing: the next one goes on, and the tables end up as if nothing had
//! happened.
//!
//! The same holds for a disk that is full.
//!
//! The real binary reads a simulated workspace over HTTP and is killed with SIGKILL just after one of its own events,
//! at seeded moments, while it reads for the first time and while it catches up. Where it was caught is read from the events
//! it had printed by then.

#![expect(clippy::print_stdout, reason = "a test prints the seed that replays it, and what it caught")]

mod chain;
#[path = "../disturbance/mod.rs"]
mod disturbance;
#[cfg(target_os = "linux")]
mod full_disk;
#[path = "../secrets/mod.rs"]
mod secrets;
mod victim;

use disturbance::dump::Engine;

/// How long an abandoned scroll keeps others out, and a second.
pub(crate) const SCROLL_LEASE_S: u64 = 61;

#[test]
fn killed_two_hundred_times_sqlite_tables_are_as_if_nothing_had_happened() {
    chain::kill_in_chains(Engine::Sqlite);
}

#[cfg(feature = "duckdb")]
#[test]
fn killed_two_hundred_times_duckdb_tables_are_as_if_nothing_had_happened() {
    chain::kill_in_chains(Engine::DuckDb);
}

#[cfg(feature = "postgres")]
#[test]
fn killed_two_hundred_times_postgres_tables_are_as_if_nothing_had_happened() {
    chain::kill_in_chains(Engine::Postgres);
}

#[cfg(feature = "mysql")]
#[test]
fn killed_two_hundred_times_mariadb_tables_are_as_if_nothing_had_happened() {
    chain::kill_in_chains(Engine::MariaDb);
}
