//! A run that is killed at any moment costs nothing: the next one goes on, and the tables end up as if nothing had
//! happened.
//!
//! The same holds for a disk that is full.
//!
//! The real binary reads a simulated workspace over HTTP and is killed with SIGKILL just after one of its own events,
//! at seeded moments. Where it was caught is read from the events it had printed by then.

#![expect(clippy::print_stdout, reason = "a test prints the seed that replays it, and what it caught")]

mod kill {
    pub(crate) mod dump;
    #[cfg(target_os = "linux")]
    pub(crate) mod full_disk;
    pub(crate) mod victim;
}

use kill::dump::{Dump, Engine};
use kill::victim::{End, Moment, Victim};
use relatable_simulator::{Settings, Simulator};
use std::collections::BTreeMap;

/// Runs started in all before the test gives up catching each moment often enough.
const ATTEMPTS_MAX: usize = 400;
/// How long an abandoned scroll keeps others out, and a second.
pub(crate) const SCROLL_LEASE_S: u64 = 61;
/// Seed of the moments, unless RELATABLE_TEST_SEED says otherwise.
const SEED_DEFAULT: u64 = 20_261_101;

/// Small numbers that look random, from a seed (SplitMix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (word ^ (word >> 31)) % bound
    }
}

#[test]
fn killed_forty_times_the_tables_are_as_if_nothing_had_happened() {
    kill(Engine::Sqlite, 40, 5);
}

#[cfg(feature = "duckdb")]
#[test]
fn killed_twelve_times_duckdb_tables_are_as_if_nothing_had_happened() {
    kill(Engine::DuckDb, 12, 3);
}

/// A small workspace that is the same at every run: with a clock of its own, so that the same events are within the API's
/// 90 days whenever the test runs.
pub(crate) fn simulator(runtime: &tokio::runtime::Runtime, contacts: u64) -> Simulator {
    let clock = Some("2026-11-02T00:00:00Z".parse().unwrap());
    let settings = Settings { contacts, limit_per_window: 10_000_000, clock, ..Settings::default() };
    runtime.block_on(Simulator::start(settings)).unwrap()
}

/// Kills `kills` runs or more, at least `kills_each` of them at each kind of moment, and compares what the tables come to.
fn kill(engine: Engine, kills_min: usize, kills_each: usize) {
    let seed =
        std::env::var("RELATABLE_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(SEED_DEFAULT);
    println!("seed {seed} (RELATABLE_TEST_SEED)");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let simulator = simulator(&runtime, 120);
    let folder = tempfile::tempdir().unwrap();
    let undisturbed = folder.path().join("undisturbed.db");
    Victim::start(&simulator.base_url(), engine, &undisturbed).finish();
    let expected = engine.dump(&undisturbed);
    assert!(expected["contacts"].len() == 120, "the undisturbed run is whole");

    let mut draw = Draw(seed);
    let mut caught: BTreeMap<Moment, usize> = BTreeMap::new();
    let mut kills = 0;
    let mut round = 0;
    for attempt in 0.. {
        assert!(attempt < ATTEMPTS_MAX, "caught only {caught:?} in {attempt} runs");
        let enough = |moment: Moment| caught.get(&moment).copied().unwrap_or_default() >= kills_each;
        if kills >= kills_min && Moment::ALL.into_iter().all(enough) {
            break;
        }
        // Several kills hit the same journal and tables one after the other; then a fresh pair begins.
        let database = folder.path().join(format!("killed-{round}.db"));
        let wanted = Moment::ALL[draw.below(Moment::ALL.len() as u64) as usize];
        let skip = match wanted {
            Moment::Reading | Moment::Journalling => draw.below(300),
            Moment::Loading | Moment::Committing => draw.below(2),
        };
        match Victim::start(&simulator.base_url(), engine, &database).kill_at(wanted, skip) {
            End::Caught(moment) => *caught.entry(moment).or_default() += 1,
            End::Between => {}
            End::Finished => {
                // Its time did not come: compare what it left, and begin afresh.
                compare(&expected, &engine.dump(&database), round);
                round += 1;
                continue;
            }
        }
        kills += 1;
        // The dead run's scroll would keep the next one waiting for a minute, as it does at Intercom.
        simulator.advance_clock(SCROLL_LEASE_S);
        if draw.below(4) == 0 {
            Victim::start(&simulator.base_url(), engine, &database).finish();
            compare(&expected, &engine.dump(&database), round);
            round += 1;
        }
    }
    let database = folder.path().join(format!("killed-{round}.db"));
    Victim::start(&simulator.base_url(), engine, &database).finish();
    compare(&expected, &engine.dump(&database), round);
    println!("{kills} kills over {} pairs of journal and tables: {caught:?}", round + 1);
}

/// Checks that two dumps are the same, naming the first table that differs.
pub(crate) fn compare(expected: &Dump, found: &Dump, round: usize) {
    assert_eq!(expected.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>(), "round {round}");
    for (table, rows) in expected {
        let missing = rows.iter().find(|row| !found[table].contains(row));
        let extra = found[table].iter().find(|row| !rows.contains(row));
        assert!(
            *rows == found[table],
            "round {round}, {table}: {} rows expected, {} found\nmissing {missing:?}\nextra {extra:?}",
            rows.len(),
            found[table].len()
        );
    }
}
