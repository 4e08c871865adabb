//! What tests share that disturb runs and hold what comes of it against an undisturbed one.

pub(crate) mod draw;
pub(crate) mod dump;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;

use crate::secrets::{TOKEN, plant};
use dump::Dump;
use relatable_simulator::{Settings, Simulator};

/// A small workspace that is the same at every run, of which nothing may be told: with a clock of its own, so that the same events are within the API's
/// 90 days whenever the test runs.
pub(crate) fn simulator(runtime: &tokio::runtime::Runtime, contacts: u64) -> Simulator {
    let clock = Some("2026-11-02T00:00:00Z".parse().unwrap());
    let token = TOKEN.to_owned();
    let settings = Settings { contacts, limit_per_window: 10_000_000, clock, token, ..Settings::default() };
    let simulator = runtime.block_on(Simulator::start(settings)).unwrap();
    plant(&simulator);
    simulator
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
