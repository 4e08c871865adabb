//! Chains of kill, resume, kill …: during a first reading, and then while a workspace that goes on changing is caught up
//! with. What they end in is held, cell by cell, against a reading that nothing disturbed.

use crate::SCROLL_LEASE_S;
use crate::disturbance::draw::{Draw, seed};
use crate::disturbance::dump::Engine;
use crate::disturbance::{compare, simulator};
use crate::victim::{End, Moment, Victim};
use relatable_simulator::{Mutation, Resource, Selection, Simulator};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The table with a row for each load.
const LOADS: &str = "_relatable_loads";
/// Chains that each engine goes through.
const CHAINS: u64 = 20;
/// The variable with another number of them.
const CHAINS_VARIABLE: &str = "RELATABLE_KILL_CHAINS";
/// Kills in each chain.
const KILLS: usize = 10;
/// Kills of a chain that hit the first reading.
const KILLS_FIRST: usize = 5;
/// Of the requests of a first reading, those that a kill may hit.
const REQUESTS_FIRST: u64 = 120;
/// The same of a reading that catches up, which has hardly more: a later one would only wait for its end.
const REQUESTS_AGAIN: u64 = 20;
/// Runs of a chain before the test gives up killing often enough.
const RUNS_MAX: usize = 60;
/// Of so many kills, one at least is at each kind of moment.
const EACH_ONE_IN: usize = 14;
/// Contacts of the workspace.
const CONTACTS: u64 = 40;
/// What most chains read: a run for all resources mostly makes tables, and is no other when it is killed.
const SELECTED: [&str; 2] = ["--select", "contacts,companies,conversations,tickets,tags"];
/// Of so many chains, one reads all resources.
const WHOLE_ONE_IN: u64 = 10;
/// Of so many chains, one has references between resources enforced.
const ENFORCED_ONE_IN: u64 = 5;
const ENFORCED: [&str; 2] = ["--references", "enforce"];

/// Goes through chains with tables in this engine.
pub(crate) fn kill_in_chains(engine: Engine) {
    let asked = std::env::var(CHAINS_VARIABLE).ok().and_then(|asked| asked.parse().ok());
    let chains = asked.unwrap_or(CHAINS);
    let seed = seed();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut caught: BTreeMap<Moment, usize> = BTreeMap::new();
    for number in 0..chains {
        let simulator = simulator(&runtime, CONTACTS);
        let database = folder.path().join(format!("killed-{number}"));
        let selected: &[&str] = if number % WHOLE_ONE_IN == WHOLE_ONE_IN - 1 { &[] } else { &SELECTED };
        let enforced: &[&str] = if number % ENFORCED_ONE_IN == 1 { &ENFORCED } else { &[] };
        let flags = &[selected, enforced].concat();
        let draw = Draw(seed ^ number);
        let caught = &mut caught;
        let mut chain = Chain { engine, simulator: &simulator, database, flags, draw, caught, under_way: 0 };
        chain.run(&folder.path().join(format!("undisturbed-{number}")));
        runtime.block_on(simulator.stop());
    }
    println!("{engine:?}: {caught:?}");
    for moment in Moment::ALL {
        let count = caught.get(&moment).copied().unwrap_or_default();
        let least = usize::try_from(chains).unwrap() * KILLS / EACH_ONE_IN;
        assert!(count >= least, "caught only {count} times {moment:?}: {caught:?}");
    }
}

/// One pair of journal and tables, and the workspace they are of.
struct Chain<'c> {
    engine: Engine,
    simulator: &'c Simulator,
    database: PathBuf,
    /// What is read.
    flags: &'c [&'c str],
    draw: Draw,
    caught: &'c mut BTreeMap<Moment, usize>,
    /// Requests that were under way when a run was killed.
    under_way: u64,
}

impl Chain<'_> {
    /// Kills runs, lets the last one finish, and compares.
    fn run(&mut self, undisturbed: &Path) {
        let mut kills = self.kill(KILLS_FIRST, REQUESTS_FIRST, false);
        self.start().finish();
        let (first, again) = (self.simulator.stats().requests, self.under_way);
        kills += self.kill(KILLS - kills, REQUESTS_AGAIN, true);
        let swept = [self.flags, &["--sweep"]].concat();
        Victim::start(&self.base_url(), self.engine, &self.database, &swept).finish();
        let whole = self
            .requests_of(|chain| Victim::start(&chain.base_url(), chain.engine, undisturbed, chain.flags));
        let idle = self.requests_of(Chain::start);
        let name = self.database.display().to_string();
        assert_eq!(kills, KILLS, "{name}");
        compare(&self.engine.dump(undisturbed), &self.engine.dump(&self.database), &name);
        self.check_loads();
        // Each run asks for what may have changed; of what a killed one did, only what was under way is done again.
        let most = whole + KILLS_FIRST as u64 * idle + again;
        assert!(first <= most, "{name}: {first} requests, where {whole} are enough undisturbed");
    }

    /// Each load begins where the one before it ended: none was done again, and nothing was left out.
    fn check_loads(&self) {
        let loads = loads(&self.engine.read(&self.database, |table| table == LOADS)[LOADS]);
        let follow = |pair: &[(i64, i64)]| pair[0].1 == pair[1].0;
        assert!(loads.len() > 1 && loads[0].0 == 0 && loads.windows(2).all(follow), "{loads:?}");
    }

    /// Kills so many runs, or fewer where one reading is over before; while catching up there is always something new.
    fn kill(&mut self, count: usize, requests: u64, catches_up: bool) -> usize {
        let mut kills = 0;
        for _ in 0..RUNS_MAX {
            if kills == count {
                break;
            }
            if catches_up {
                self.change();
            }
            let wanted = Moment::ALL[usize::try_from(self.draw.below(Moment::ALL.len() as u64)).unwrap()];
            let skip = match wanted {
                Moment::Reading | Moment::Journalling => self.draw.below(requests),
                Moment::Loading | Moment::Committing => self.draw.below(2),
            };
            let (end, under_way) = self.start().kill_at(wanted, skip);
            self.under_way += under_way;
            match end {
                End::Caught(moment) => *self.caught.entry(moment).or_default() += 1,
                End::Between => {}
                End::Finished if catches_up => continue,
                End::Finished => break,
            }
            kills += 1;
            // The dead run's scroll would keep the next one waiting for a minute, as it does at Intercom.
            self.simulator.advance_clock(SCROLL_LEASE_S);
        }
        kills
    }

    /// Something changes in the workspace.
    fn change(&mut self) {
        let seed = self.draw.below(u64::from(u32::MAX));
        let which = |count| Selection::Random { count, seed };
        for mutation in [
            Mutation::CreateContacts { count: 1 },
            Mutation::ReplyToConversations { which: which(2), parts: 2 },
            Mutation::Update { resource: Resource::Tickets, which: which(2) },
            Mutation::RenameTag { tag: 1, name: format!("renamed {seed}") },
        ] {
            self.simulator.mutate(mutation).unwrap();
        }
        self.simulator.advance_clock(1);
    }

    /// A run into the chain's tables.
    fn start(&self) -> Victim {
        Victim::start(&self.base_url(), self.engine, &self.database, self.flags)
    }

    /// How many requests a run needs that is left to finish.
    fn requests_of(&self, run: impl Fn(&Self) -> Victim) -> u64 {
        let before = self.simulator.stats().requests;
        run(self).finish();
        self.simulator.stats().requests - before
    }

    fn base_url(&self) -> String {
        self.simulator.base_url()
    }
}

/// The positions in the journal that each load began behind and ended with, in the order of the loads.
fn loads(rows: &[String]) -> Vec<(i64, i64)> {
    let number = |row: &str, column: &str| -> i64 {
        let cell = row.split('|').find_map(|cell| cell.strip_prefix(column)?.strip_prefix('='));
        cell.unwrap().trim_start_matches('i').parse().unwrap()
    };
    let of = |row: &String| (number(row, "id"), number(row, "from_seq"), number(row, "to_seq"));
    let mut loads: Vec<(i64, i64, i64)> = rows.iter().map(of).collect();
    loads.sort_unstable();
    loads.into_iter().map(|(_, from, to)| (from, to)).collect()
}
