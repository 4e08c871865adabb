//! A schedule: everything that will happen, drawn from its number.

use super::changes::{Changes, TICKETS};
use super::troubles;
use super::victim::Moment;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use relatable_simulator::{Fault, FaultKind};
use std::fmt;

/// Syncs of a schedule, the sweep at its end not counted.
pub(super) const SYNCS: usize = 3;
/// Changes of a schedule.
pub(super) const CHANGES: usize = 20;
/// Faults of a schedule.
const FAULTS: usize = 2;
/// Every which schedule goes into DuckDB, if it is linked.
const DUCKDB_EACH: u64 = 60;
/// Every which schedule has tickets with more parts than the API shows.
const MANY_PARTS_EACH: u64 = 10;

/// How many of the changes and faults wait for each sync.
const SHARES: [usize; SYNCS] = [8, 7, 7];
/// How many requests lie between two of them at most: the first sync makes many more than those after it.
const GAPS: [u32; SYNCS] = [30, 2, 2];
/// Up to which request of a sync it may be killed: each makes more than that.
const KILLED_BEFORE: [u64; SYNCS] = [200, 9, 9];

const MINUTE_S: u64 = 60;
const DAY_S: u64 = 86_400;

/// What every schedule reads.
const CORE: [&str; 18] = [
    "admins",
    "companies",
    "contacts",
    "conversation_attributes",
    "conversations",
    "counts",
    "data_attributes",
    "deleted_conversations",
    "event_summaries",
    "events",
    "notes",
    "segments",
    "subscription_types",
    "tags",
    "teams",
    "ticket_states",
    "ticket_types",
    "tickets",
];
/// What else there is to read: each schedule has some of it, for the sake of time.
const BESIDE: [&[&str]; 12] = [
    &["calls"],
    &["articles"],
    &["collections", "help_centers", "redirects"],
    &["internal_articles", "content_import_sources"],
    &["content_snippets", "audiences"],
    &["external_pages", "away_status_reasons"],
    &["news_items", "newsfeeds"],
    &["macros", "brands"],
    &["data_connectors"],
    &["custom_object_instances"],
    &["office_hours_schedules", "office_hours_exceptions"],
    &["admin_activity_logs", "email_settings"],
];
/// How many of these a schedule has.
const BESIDE_EACH: usize = 2;

/// Where days begin.
const TIMEZONES: [&str; 4] = ["Europe/Dublin", "America/Los_Angeles", "Pacific/Auckland", "Asia/Kolkata"];

/// How many records pages may have.
const PAGE_RECORDS_MAX: [Option<u64>; 3] = [None, Some(7), Some(16)];

/// One schedule.
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    /// The number that everything follows from.
    pub(super) number: u64,
    /// The destination.
    pub(super) scheme: &'static str,
    /// How many tickets there are.
    pub(super) tickets: u32,
    /// The resources that are read.
    pub(super) read: Vec<&'static str>,
    pub(super) timezone: &'static str,
    pub(super) index_lag_s: u64,
    pub(super) host_skew_s: Vec<i64>,
    /// How many records a page has at most, so that some readings go on over many pages.
    pub(super) page_records_max: Option<u64>,
    pub(super) scroll_ends_with_404: bool,
    pub(super) syncs: Vec<Sync>,
    /// Which of the syncs is killed, and when.
    pub(super) killed: usize,
    pub(super) kill: Kill,
}

/// One of the syncs.
#[derive(Debug, Clone)]
pub(super) struct Sync {
    /// How long after the one before it.
    pub(super) pause_s: u64,
    /// What happens to its requests, in order.
    pub(super) orders: Vec<Fault>,
}

/// When a process is killed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kill {
    pub(super) moment: Moment,
    /// After how many others of its kind.
    pub(super) skip: u64,
}

impl Schedule {
    /// The schedule with this number.
    pub(super) fn draw(number: u64) -> Schedule {
        let mut random = ChaCha8Rng::seed_from_u64(number);
        let killed = random.random_range(0..SYNCS);
        let beside = BESIDE.sample(&mut random, BESIDE_EACH).copied().flatten().copied();
        let read: Vec<&str> = CORE.into_iter().chain(beside).collect();
        let is_duckdb = cfg!(feature = "duckdb") && number % DUCKDB_EACH == DUCKDB_EACH - 1;
        Schedule {
            number,
            scheme: if is_duckdb { "duckdb" } else { "sqlite" },
            tickets: TICKETS[usize::from(number.is_multiple_of(MANY_PARTS_EACH))],
            timezone: TIMEZONES.choose(&mut random).unwrap(),
            index_lag_s: *[0, 0, 20, 300, 600].choose(&mut random).unwrap(),
            host_skew_s: [vec![], vec![], vec![0, 2], vec![-3, 0, 1]].choose(&mut random).unwrap().clone(),
            scroll_ends_with_404: random.random_bool(0.5),
            syncs: syncs(&read, &mut random),
            read,
            killed,
            kill: Kill::draw(killed, &mut random),
            page_records_max: *PAGE_RECORDS_MAX.choose(&mut random).unwrap(),
        }
    }
}

/// The syncs with all that happens to their requests.
fn syncs(read: &[&str], random: &mut ChaCha8Rng) -> Vec<Sync> {
    let mut changes = Changes::new(read);
    let mut kinds: Vec<Option<Fault>> = vec![None; CHANGES];
    for _ in 0..FAULTS {
        kinds.insert(random.random_range(0..=kinds.len()), Some(troubles::draw(random)));
    }
    let mut kinds = kinds.into_iter();
    let sync = |index: usize| {
        let orders = kinds.by_ref().take(SHARES[index]).map(|trouble| {
            let gap = random.random_range(0..=GAPS[index]);
            trouble.map_or_else(
                || {
                    let kind = FaultKind::Mutate { mutation: changes.draw(random) };
                    Fault { path_prefix: "/".to_owned(), skip: gap, times: 1, kind }
                },
                // A fault of the scroll waits for one.
                |trouble| Fault {
                    skip: if trouble.path_prefix == "/" { gap } else { trouble.skip },
                    ..trouble
                },
            )
        });
        let orders = orders.collect();
        let pause_s = match random.random_range(0..4) {
            0 => random.random_range(0..30),
            1 => random.random_range(1..40) * MINUTE_S,
            2 => random.random_range(1..30) * 60 * MINUTE_S,
            _ => random.random_range(1..10) * DAY_S,
        };
        Sync { pause_s: if index == 0 { 0 } else { pause_s }, orders }
    };
    (0..SYNCS).map(sync).collect()
}

impl Kill {
    fn draw(sync: usize, random: &mut ChaCha8Rng) -> Kill {
        let moment = match random.random_range(0..6) {
            0..2 => Moment::Reading,
            2..4 => Moment::Journalled,
            4 => Moment::Loading,
            _ => Moment::Committing,
        };
        let is_load = matches!(moment, Moment::Loading | Moment::Committing);
        let skip = if is_load { 0 } else { random.random_range(0..KILLED_BEFORE[sync]) };
        Kill { moment, skip }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Schedule { number, scheme, timezone, index_lag_s, host_skew_s, scroll_ends_with_404, .. } = self;
        let pages = self.page_records_max.map_or("whole pages".to_owned(), |most| format!("pages of {most}"));
        write!(
            f,
            "schedule {number}: into {scheme}, days begin in {timezone}, the index is {index_lag_s} s late"
        )?;
        write!(f, ", {pages}")?;
        write!(f, ", hosts' clocks are ahead by {host_skew_s:?} s, the scroll ends with ")?;
        writeln!(
            f,
            "{}; read are {}",
            if *scroll_ends_with_404 { "a 404" } else { "an empty page" },
            self.read.join(", ")
        )?;
        for (index, sync) in self.syncs.iter().enumerate() {
            writeln!(f, "  sync {}, {} s after what was before", index + 1, sync.pause_s)?;
            for Fault { path_prefix, skip, times, kind } in &sync.orders {
                let kind = serde_json::to_string(kind).map_err(|_| fmt::Error)?;
                writeln!(f, "    after {skip} more requests to {path_prefix}, {times} times: {kind}")?;
            }
            if index == self.killed {
                writeln!(
                    f,
                    "    killed after {} times {:?}, then begun anew",
                    self.kill.skip, self.kill.moment
                )?;
            }
        }
        write!(f, "  at last a sweep")
    }
}
