//! Connections to a server that end in the middle of a load, at moments that a seed chooses.

use crate::bench::{Bench, child, table};
use crate::client::{Engine, connect, read_postgres, server};
use crate::proxy::{Fault, Proxy};
use relatable_destinations::package::{Change, Receipt};
use relatable_destinations::{DestinationError, open_waiting};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Connections cut.
const CUTS: usize = 50;
/// How many of them at once: most of the time one waits for the other side.
const HANDS: usize = 5;
/// Seed of the moments, unless the variable says otherwise.
const SEED: u64 = 20_261_126;
/// The variable with another seed.
const SEED_VARIABLE: &str = "RELATABLE_TEST_SEED";
/// How long the server may take to undo what a connection that ended left.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes at the end of a load that ask the server for its end: where they are cut, it may have come about.
const COMMIT_BYTES: u64 = 128;
/// What a load asks for as its end.
const COMMIT: &[u8] = b"COMMIT";

/// A destination that is reached through a relay, and two loads for it.
pub(crate) struct Relayed {
    pub(crate) bench: Bench,
    pub(crate) proxy: Proxy,
}

impl Relayed {
    /// A claimed destination with three tables that are yet to be made.
    pub(crate) fn new() -> Relayed {
        let tags = child("contact_tags", &["contact_id", "tag_id"], &[], "contacts", &[("contact_id", "id")]);
        let (contacts, notes) = (table("contacts", &["id"], &["name"]), table("notes", &["id"], &["body"]));
        let mut bench = Bench::unclaimed(Engine::Postgres, vec![contacts, tags, notes]);
        let proxy = Proxy::start(host().parse().expect("the server's address")).expect("a relay");
        let relayed = Engine::Postgres.uri(&bench.path).replace(&host(), &proxy.address().to_string());
        bench.destination = open_waiting(&relayed, PATIENCE).expect("open");
        bench.destination.claim("w1", "j1").expect("claim");
        Relayed { bench, proxy }
    }

    /// Loads the changes of a load again, or for the first time.
    pub(crate) fn load(&mut self, seq: i64, changes: &[Change]) -> Result<Receipt, DestinationError> {
        self.bench.seq = seq;
        self.bench.load_produced(&mut changes.iter().cloned().map(Ok))
    }

    /// Goes on without the relay, as another run would.
    fn go_on(&mut self) {
        let uri = Engine::Postgres.uri(&self.bench.path);
        self.bench.destination = open_waiting(&uri, PATIENCE).expect("open");
        self.bench.destination.claim("w1", "j1").expect("claim");
    }

    /// Everything that is there: each table with the number of its rows and a digest of them, how far it is, and how many
    /// loads there were.
    fn stored(&self) -> Vec<String> {
        let mut client = connect(&self.bench.path);
        let tables = "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident(current_schema())) \
                      AND relkind = 'r' AND relname NOT LIKE '\\_relatable%' ORDER BY 1";
        let mut stored = Vec::new();
        for name in read_postgres(&mut client, tables) {
            let rows =
                format!("SELECT count(*), md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM {name} AS t");
            stored.push(format!("{name} {}", read_postgres(&mut client, &rows).concat()));
        }
        let position =
            "SELECT seq FROM _relatable_checkpoint UNION ALL SELECT count(*) FROM _relatable_loads";
        stored.extend(read_postgres(&mut client, position));
        stored
    }
}

/// Host and port of the server.
fn host() -> String {
    let server = server();
    let (_, place) = server.split_once('@').expect("a user");
    place.split('/').next().expect("a host").to_owned()
}

/// A text of some bytes that differs by its number.
fn text(number: usize, version: &str, bytes: usize) -> String {
    format!("{version} {number} ").repeat(bytes / 8)
}

/// Rows of a table by their numbers.
fn rows(numbers: std::ops::Range<usize>, row: impl Fn(usize) -> Value) -> Value {
    numbers.map(row).collect()
}

/// Two loads: rows for tables that are new, and then rows for those, with lists that are replaced.
pub(crate) fn loads(bench: &Bench) -> [Vec<Change>; 2] {
    let contacts = |version: &str, numbers| {
        let row = |number| json!([format!("c{number}"), text(number, version, 64)]);
        bench.rows("contacts", &["id", "name"], rows(numbers, row))
    };
    let notes = |version: &str, numbers| {
        let row = |number| json!([format!("n{number}"), text(number, version, 1_000)]);
        bench.rows("notes", &["id", "body"], rows(numbers, row))
    };
    let tag = |number: usize| json!([format!("c{}", number / 2), format!("t{number}")]);
    let of_contacts = rows(0..500, |number| json!([format!("c{number}")]));
    let (key, scope) = (["contact_id", "tag_id"], ["contact_id"]);
    let tags =
        |numbers| bench.replacing("contact_tags", &key, rows(numbers, tag), &scope, of_contacts.clone());
    let first = [contacts("old", 0..1_000), notes("old", 0..600), tags(0..1_000)];
    let second = [contacts("new", 500..1_500), tags(500..1_200), notes("new", 300..900)];
    [first.map(Change::Distinct).to_vec(), second.map(Change::from).to_vec()]
}

/// A small seeded generator of numbers (xorshift with a multiplier).
struct Dice(u64);

impl Dice {
    /// A number below `bound`.
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16) % bound
    }
}

/// What is there after each load that nothing disturbs, and where its bytes ended.
struct Undisturbed {
    stored: [Vec<String>; 3],
    ends: [Vec<u64>; 2],
}

impl Undisturbed {
    /// Loads without a fault.
    fn run() -> Undisturbed {
        let mut relayed = Relayed::new();
        let loads = loads(&relayed.bench);
        let mut stored = vec![relayed.stored()];
        let ends = [0, 1].map(|place| {
            relayed.proxy.set(Fault::None);
            relayed.load(place as i64 + 1, &loads[place]).expect("nothing disturbs it");
            stored.push(relayed.stored());
            relayed.proxy.ends()
        });
        Undisturbed { stored: stored.try_into().expect("three states"), ends }
    }

    /// Bytes of a load after which it is cut: anywhere, which is mostly in a `COPY`, or close to where a piece ended.
    fn moment(&self, load: usize, dice: &mut Dice) -> u64 {
        let ends = &self.ends[load];
        let total = *ends.last().expect("bytes");
        match dice.below(2) {
            0 => dice.below(total),
            _ => (ends[dice.below(ends.len() as u64) as usize] + dice.below(3)).clamp(1, total) - 1,
        }
    }
}

/// Cuts a load and loads it again by another handle; tells what is wrong.
fn cut_once(undisturbed: &Undisturbed, load: usize, fault: Fault, after: u64) -> Result<(), String> {
    let mut relayed = Relayed::new();
    let loads = loads(&relayed.bench);
    if load == 1 {
        relayed.load(1, &loads[0]).map_err(|error| error.to_string())?;
    }
    relayed.proxy.set(fault);
    let outcome = relayed.load(load as i64 + 1, &loads[load]);
    relayed.go_on();
    let (before, then) = (&undisturbed.stored[load], &undisturbed.stored[load + 1]);
    let found = relayed.stored();
    let total = *undisturbed.ends[load].last().expect("bytes");
    match &outcome {
        Ok(_) if found == *then && after + COMMIT_BYTES >= total => {}
        Ok(_) => return Err(format!("it went well, and there is {found:?}")),
        Err(DestinationError::ConnectionLost { .. }) if found == *before => {}
        Err(DestinationError::ConnectionLost { .. }) if found == *then && after + COMMIT_BYTES >= total => {}
        Err(DestinationError::ConnectionLost { .. }) => return Err(format!("there is {found:?}")),
        Err(other) => return Err(format!("it is told as {other:?}")),
    }
    if found == *before {
        relayed.load(load as i64 + 1, &loads[load]).map_err(|error| error.to_string())?;
    }
    let found = relayed.stored();
    if found == *then { Ok(()) } else { Err(format!("after loading again there is {found:?}")) }
}

#[test]
#[expect(clippy::print_stderr, reason = "who wants the same moments again needs the seed")]
fn a_load_cut_anywhere_leaves_nothing_and_loaded_again_each_row_once() {
    let seed = std::env::var(SEED_VARIABLE).ok().and_then(|seed| seed.parse().ok()).unwrap_or(SEED);
    eprintln!("{SEED_VARIABLE}={seed}");
    let undisturbed = Undisturbed::run();
    let mut dice = Dice(seed.max(1));
    let cuts = (0..CUTS).map(|number| {
        let load = number % 2;
        let after = undisturbed.moment(load, &mut dice);
        let fault = if dice.below(3) == 0 { Fault::Truncate { after } } else { Fault::Cut { after } };
        (load, fault, after)
    });
    let cuts: Vec<(usize, Fault, u64)> = cuts.collect();
    std::thread::scope(|scope| {
        for hand in cuts.chunks(CUTS / HANDS) {
            let undisturbed = &undisturbed;
            scope.spawn(move || {
                for &(load, fault, after) in hand {
                    if let Err(wrong) = cut_once(undisturbed, load, fault, after) {
                        panic!("{SEED_VARIABLE}={seed}, {fault:?} in load {}: {wrong}", load + 1);
                    }
                }
            });
        }
    });
}

#[test]
fn a_load_whose_last_answer_is_lost_is_there_once_and_counted_once() {
    let mut relayed = Relayed::new();
    let [first, second] = loads(&relayed.bench);
    relayed.load(1, &first).expect("nothing disturbs it");
    // The statement is prepared, and then run.
    relayed.proxy.set(Fault::LoseAnswer { request: COMMIT, following: 1 });
    let error = relayed.load(2, &second).expect_err("the answer was lost");
    assert!(matches!(&error, DestinationError::ConnectionLost { .. }), "{error:?}");
    assert!(error.to_string().contains("commit"), "{error}");
    relayed.go_on();
    let checkpoint = relayed.bench.destination.checkpoint().expect("checkpoint").expect("claimed");
    assert_eq!(checkpoint.seq, 2, "the load is there");
    let before = relayed.stored();
    let receipt = relayed.load(2, &second).expect("the same load again");
    assert_eq!(receipt.tables, BTreeMap::new(), "nothing is left to do");
    let after = relayed.stored();
    assert_eq!(before[..4], after[..4], "no row came twice and none changed");
    let counted = "SELECT rows_inserted, rows_updated, rows_deleted FROM _relatable_loads ORDER BY id";
    assert_eq!(relayed.bench.read(counted), ["2600|0|0", "1000|800|500", "0|0|0"]);
}

#[test]
fn a_connection_lost_before_a_load_is_opened_anew_by_the_same_handle() {
    let mut relayed = Relayed::new();
    let [first, second] = loads(&relayed.bench);
    relayed.proxy.set(Fault::Cut { after: 0 });
    let error = relayed.load(1, &first).expect_err("the connection was cut");
    assert!(matches!(&error, DestinationError::ConnectionLost { .. }), "{error:?}");
    let inserted = |receipt: Receipt| receipt.tables.values().map(|counts| counts.inserted).sum::<u64>();
    relayed.proxy.set(Fault::Delay(Duration::from_millis(1)));
    assert_eq!(inserted(relayed.load(1, &first).expect("a late answer is one")), 2_600);
    relayed.proxy.set(Fault::Slow { bytes_per_second: 4_000_000 });
    assert_eq!(inserted(relayed.load(2, &second).expect("a slow connection is one")), 1_000);
}
