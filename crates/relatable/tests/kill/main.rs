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
mod draw;
mod dump;
#[cfg(target_os = "linux")]
mod full_disk;
#[cfg(feature = "postgres")]
mod postgres;
mod victim;

use dump::{Dump, Engine};
use relatable_simulator::{Settings, Simulator};

/// How long an abandoned scroll keeps others out, and a second.
pub(crate) const SCROLL_LEASE_S: u64 = 61;

#[test]
fn killed_two_hundred_times_sqlite_tables_are_as_if_nothing_had_happened() {
    chain::kill_in_chains(Engine::Sqlite, 20);
}

#[cfg(feature = "duckdb")]
#[test]
fn killed_sixty_times_duckdb_tables_are_as_if_nothing_had_happened() {
    chain::kill_in_chains(Engine::DuckDb, 6);
}

#[cfg(feature = "postgres")]
#[test]
fn killed_sixty_times_postgres_tables_are_as_if_nothing_had_happened() {
    chain::kill_in_chains(Engine::Postgres, 6);
}

/// A small workspace that is the same at every run: with a clock of its own, so that the same events are within the API's
/// 90 days whenever the test runs.
pub(crate) fn simulator(runtime: &tokio::runtime::Runtime, contacts: u64) -> Simulator {
    let clock = Some("2026-11-02T00:00:00Z".parse().unwrap());
    let settings = Settings { contacts, limit_per_window: 10_000_000, clock, ..Settings::default() };
    runtime.block_on(Simulator::start(settings)).unwrap()
}

/// Checks that two dumps are the same, naming the first table that differs.
pub(crate) fn compare(expected: &Dump, found: &Dump, place: &str) {
    assert_eq!(expected.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>(), "{place}");
    for (table, rows) in expected {
        let missing = rows.iter().find(|row| !found[table].contains(row));
        let extra = found[table].iter().find(|row| !rows.contains(row));
        assert!(
            *rows == found[table],
            "{place}, {table}: {} rows expected, {} found\nmissing {missing:?}\nextra {extra:?}",
            rows.len(),
            found[table].len()
        );
    }
}
