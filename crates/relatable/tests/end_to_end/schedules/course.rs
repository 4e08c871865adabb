//! A schedule carried out: what the tables differ in when all is over.

use super::changes::{COMPANIES, CONTACTS, CONVERSATIONS};
use super::plan::{CHANGES, Schedule, Sync};
use super::victim::{self, Order};
use crate::clock::LeapingClock;
use crate::comparison::differences;
use crate::harness::{Options, Site, UNLIMITED, run};
use crate::oracle::{ExpectedTable, expected_tables, tables};
use crate::secrets::people;
use crate::wire::ask;
use relatable_simulator::{Resource, Settings, Simulator};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::sync::Arc;

/// How long after the last change the sweep begins, in seconds: the index has caught up then.
const SETTLED_S: u64 = 1_800;

/// What came of a schedule.
#[derive(Default)]
pub(super) struct Course {
    /// All that is not as it should be.
    pub(super) differences: Vec<String>,
    /// How many of the changes happened during the syncs.
    pub(super) changes_while_reading: usize,
}

/// Carries a schedule out.
pub(super) async fn carry_out(schedule: Schedule) -> Course {
    let simulator = workspace(&schedule).await;
    let site = Site::new(schedule.scheme);
    let clock = LeapingClock::new(simulator.base_url());
    let options = |sweep| {
        let select = schedule.read.iter().map(|&name| name.to_owned()).collect();
        Options { sweep, select: Some(select), clock: Some(Arc::new(clock.clone())), ..Options::default() }
    };
    let mut course = Course::default();
    for (index, sync) in schedule.syncs.iter().enumerate() {
        prepare(&simulator, sync);
        if index == schedule.killed {
            let order = Order::new(&simulator, &site, &schedule);
            if let Err(error) = victim::kill(order, people(&simulator)).await {
                course.differences.push(format!("sync {} was not killed: {error}", index + 1));
            }
        }
        course.sync(&format!("sync {}", index + 1), &simulator, &site, options(false)).await;
    }
    course.changes_while_reading = simulator.log().len();
    // Changes that were ordered for requests that no sync made happen now.
    for _ in 0..1_000 {
        if simulator.log().len() < CHANGES {
            ask(&simulator.base_url()).await;
        }
    }
    let happened = simulator.log().len();
    if happened != CHANGES {
        course.differences.push(format!("{happened} of {CHANGES} changes happened"));
    }
    simulator.set_host_skew(Vec::new());
    simulator.advance_clock(SETTLED_S);
    let before = if course.differences.is_empty() { records(&site) } else { BTreeMap::new() };
    course.sync("the sweep", &simulator, &site, options(true)).await;
    if course.differences.is_empty() {
        let vanished = vanished(&before, &records(&site));
        course.differences.extend(vanished);
        let expected = expected(&schedule, &simulator, &site);
        course.differences.extend(differences(&site.client(), &expected));
    }
    simulator.stop().await;
    course
}

impl Course {
    /// One run in this process.
    async fn sync(&mut self, name: &str, simulator: &Simulator, site: &Site, options: Options) {
        if let Err(error) = run(simulator, site, options).await {
            let (mut words, mut cause) = (error.to_string(), error.source());
            while let Some(error) = cause {
                words = format!("{words}: {error}");
                cause = error.source();
            }
            self.differences.push(format!("{name} ended early: {words}"));
        }
    }
}

/// What the tables must hold: nothing of what is not read.
fn expected(schedule: &Schedule, simulator: &Simulator, site: &Site) -> BTreeMap<String, ExpectedTable> {
    let mut expected = expected_tables(simulator);
    let present = site.client().tables();
    for table in tables() {
        let is_read = schedule.read.contains(&read_as(table.resource));
        match expected.get_mut(table.name) {
            Some(unread) if !is_read && present.iter().any(|name| name == table.name) => unread.rows.clear(),
            Some(_) if !is_read => drop(expected.remove(table.name)),
            _ => {}
        }
    }
    // Exports are of no collection, and no schedule reads them.
    let of_collections: Vec<&str> = tables().iter().map(|table| table.name).collect();
    let others = expected.iter_mut().filter(|(name, _)| !of_collections.contains(&name.as_str()));
    others.for_each(|(_, table)| table.rows.clear());
    expected
}

/// The name under which a resource of the workspace is read.
fn read_as(resource: Resource) -> &'static str {
    match resource {
        Resource::ContactMerges => "contacts",
        Resource::HandlingEvents | Resource::SideConversations => "conversations",
        Resource::Emails => "email_settings",
        Resource::ActivityLogs => "admin_activity_logs",
        other => other.name(),
    }
}

async fn workspace(schedule: &Schedule) -> Simulator {
    let settings = Settings {
        seed: schedule.number,
        contacts: CONTACTS.into(),
        companies: Some(COMPANIES.into()),
        conversations: Some(CONVERSATIONS.into()),
        tickets: Some(schedule.tickets.into()),
        limit_per_window: UNLIMITED,
        index_lag_s: schedule.index_lag_s,
        host_skew_s: schedule.host_skew_s.clone(),
        scroll_ends_with_404: schedule.scroll_ends_with_404,
        page_records_max: schedule.page_records_max,
        timezone: schedule.timezone.to_owned(),
        clock: Some("2026-11-02T21:30:00Z".parse().unwrap()),
        ..Settings::default()
    };
    Simulator::start(settings).await.unwrap()
}

/// Waits as long as the workspace does before a sync, and orders what will happen during it.
fn prepare(simulator: &Simulator, sync: &Sync) {
    simulator.advance_clock(sync.pause_s);
    // Orders for one path come before those for all, which would hide them.
    let (all, one): (Vec<_>, Vec<_>) =
        sync.orders.iter().cloned().partition(|order| order.path_prefix == "/");
    one.into_iter().chain(all).for_each(|order| simulator.inject(order));
}

/// The keys of all rows that stand for a record, whether it lives or is marked as gone, by table.
fn records(site: &Site) -> BTreeMap<&'static str, BTreeSet<String>> {
    let client = site.client();
    let present = client.tables();
    let own =
        tables().into_iter().filter(|table| !table.is_child() && present.iter().any(|it| it == table.name));
    let keys = own.map(|table| {
        let rows = client.rows(&format!("SELECT {} FROM \"{}\"", table.key.join(", "), table.name));
        (table.name, rows.into_iter().map(|row| format!("{row:?}")).collect())
    });
    keys.collect()
}

/// Rows that are not there any more, though what is gone is marked and not removed.
fn vanished(
    before: &BTreeMap<&'static str, BTreeSet<String>>,
    after: &BTreeMap<&'static str, BTreeSet<String>>,
) -> Vec<String> {
    let gone = before.iter().flat_map(|(table, keys)| {
        keys.difference(&after[table]).map(move |key| format!("{table} had the row {key}, which was removed"))
    });
    gone.take(10).collect()
}
