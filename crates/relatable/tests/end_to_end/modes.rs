//! Tables written as a history, a mirror, or only appended to hold what the workspace does, however often it is read.

use crate::client::{Client, text};
use crate::comparison::assert_truth;
use crate::harness::{Options, Site, UNLIMITED, run};
use crate::oracle::Stored;
use relatable_simulator::{Addition, Mutation, Removal, Resource, Selection, Settings, Simulator};
use std::collections::BTreeMap;

async fn workspace() -> Simulator {
    let settings = Settings {
        contacts: 120,
        companies: Some(30),
        conversations: Some(80),
        limit_per_window: UNLIMITED,
        ..Settings::default()
    };
    Simulator::start(settings).await.unwrap()
}

/// A run over everything, some time after the last one.
async fn sweep(simulator: &Simulator, site: &Site, mode: &str) {
    simulator.advance_clock(7_200);
    let rules = Some(format!("[\"*\"]\nmode = \"{mode}\"\n"));
    let options = Options { sweep: true, accept_deletions: true, rules, ..Options::default() };
    run(simulator, site, options).await.unwrap();
}

/// What happens to the workspace between two runs.
fn rounds() -> Vec<Vec<Mutation>> {
    let some = |count, seed| Selection::Random { count, seed };
    let delete = |resource, index| Mutation::Delete { resource, which: Selection::Indexes(vec![index]) };
    vec![
        vec![
            Mutation::UpdateContacts { which: some(20, 1) },
            Mutation::UpdateCompanies { which: some(5, 2) },
            Mutation::ReplyToConversations { which: some(10, 3), parts: 2 },
            Mutation::CreateContacts { count: 3 },
            Mutation::AddToContacts { which: some(9, 4), what: Addition::Tag },
        ],
        vec![
            delete(Resource::Contacts, 3),
            delete(Resource::Conversations, 1),
            delete(Resource::Tags, 0),
            Mutation::UpdateContacts { which: some(20, 5) },
            Mutation::AddToContacts { which: some(9, 6), what: Addition::Note },
            Mutation::RemoveFromContacts { which: some(9, 7), what: Removal::Segment },
        ],
        vec![
            Mutation::UpdateContacts { which: some(20, 1) },
            Mutation::RenameTag { tag: 3, name: "Renamed".to_owned() },
            Mutation::RemoveFromContacts { which: some(30, 8), what: Removal::Company },
        ],
    ]
}

/// How many rows each table has, but those of what grows with every run.
fn sizes(client: &Client) -> BTreeMap<String, i64> {
    let tables = client.tables().into_iter().filter(|table| table != "counts");
    tables.map(|table| (table.clone(), client.number(&format!("SELECT count(*) FROM \"{table}\"")))).collect()
}

/// A moment, comparable as text.
fn moment(stored: &Stored) -> Option<String> {
    match stored {
        Stored::Null => None,
        #[cfg(any(feature = "duckdb", feature = "postgres"))]
        Stored::Instant(micros) => Some(format!("{micros:020}")),
        stored => Some(text(stored)),
    }
}

/// The versions of one key: begin, end, whether it ended with a deletion.
type Intervals = Vec<(String, Option<String>, bool)>;

/// The intervals of each key of a table, in their order.
fn intervals(client: &Client, table: &str, key: &[String]) -> BTreeMap<String, Intervals> {
    let is_marked = client.columns(table).iter().any(|(column, _)| column == "_deleted_at");
    let mark = if is_marked { "\"_deleted_at\"" } else { "NULL" };
    let columns: Vec<String> = key.iter().map(|column| format!("\"{column}\"")).collect();
    let sql = format!(
        "SELECT CASE WHEN {mark} IS NULL THEN 0 ELSE 1 END, _valid_from, _valid_to, {} FROM \"{table}\" ORDER BY _valid_from",
        columns.join(", ")
    );
    let mut found: BTreeMap<String, Intervals> = BTreeMap::new();
    for row in client.rows(&sql) {
        let interval = (moment(&row[1]).unwrap(), moment(&row[2]), row[0] == Stored::Integer(1));
        found.entry(format!("{:?}", &row[3..])).or_default().push(interval);
    }
    found
}

/// Fails where intervals of one key overlap, are empty, or have a gap that no deletion explains; answers how many versions have
/// ended.
fn assert_intervals(client: &Client) -> usize {
    let keys = "SELECT table_name, CAST(columns AS TEXT), CASE WHEN EXISTS (SELECT 1 FROM _relatable_keys AS p \
                WHERE p.table_name = k.table_name AND p.kind = 'parent') THEN 1 ELSE 0 END \
                FROM _relatable_keys AS k WHERE kind = 'primary'";
    let mut ended = 0;
    for row in client.rows(keys) {
        let table = text(&row[0]);
        let key: Vec<String> = serde_json::from_str(&text(&row[1])).unwrap();
        for (key, versions) in intervals(client, &table, &key) {
            for (place, (begin, end, is_deletion)) in versions.iter().enumerate() {
                assert!(end.as_ref().is_none_or(|end| end > begin), "{table} {key}: {versions:?}");
                let Some((next, ..)) = versions.get(place + 1) else { continue };
                let end = end.as_ref().unwrap_or_else(|| panic!("{table} {key} goes on: {versions:?}"));
                assert!(end <= next, "{table} {key} overlaps: {versions:?}");
                let may_have_gap = *is_deletion || row[2] == Stored::Integer(1);
                assert!(end == next || may_have_gap, "{table} {key} has a gap: {versions:?}");
            }
            ended += versions.iter().filter(|(_, end, _)| end.is_some()).count();
        }
    }
    ended
}

async fn a_history_holds_what_is_and_what_was(scheme: &'static str) {
    let (simulator, site) = (workspace().await, Site::new(scheme));
    sweep(&simulator, &site, "history").await;
    assert_truth(&site, &simulator);
    let mut ended = assert_intervals(&site.client());
    for round in rounds() {
        round.into_iter().for_each(|mutation| drop(simulator.mutate(mutation).unwrap()));
        sweep(&simulator, &site, "history").await;
        assert_truth(&site, &simulator);
        let now = assert_intervals(&site.client());
        assert!(now > ended, "no version ended");
        ended = now;
        let before = sizes(&site.client());
        sweep(&simulator, &site, "history").await;
        assert_eq!(sizes(&site.client()), before, "nothing had changed");
    }
    let names =
        "SELECT count(DISTINCT name) FROM tags WHERE id IN (SELECT id FROM tags WHERE name = 'Renamed')";
    assert_eq!(site.client().number(names), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_holds_what_is_and_what_was_in_sqlite() {
    a_history_holds_what_is_and_what_was("sqlite").await;
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn a_history_holds_what_is_and_what_was_in_postgres() {
    a_history_holds_what_is_and_what_was("postgres").await;
}

#[cfg(feature = "duckdb")]
#[tokio::test(flavor = "multi_thread")]
async fn a_history_holds_what_is_and_what_was_in_duckdb() {
    a_history_holds_what_is_and_what_was("duckdb").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_holds_what_is_and_nothing_else() {
    let (simulator, site) = (workspace().await, Site::new("sqlite"));
    sweep(&simulator, &site, "mirror").await;
    for round in rounds() {
        round.into_iter().for_each(|mutation| drop(simulator.mutate(mutation).unwrap()));
        sweep(&simulator, &site, "mirror").await;
        assert_truth(&site, &simulator);
    }
    let client = site.client();
    assert_eq!(client.number("SELECT count(*) FROM contacts WHERE _deleted_at IS NOT NULL"), 0);
    assert_eq!(client.number("SELECT count(*) FROM contacts"), 122);
    let noted = client.texts("SELECT DISTINCT resource FROM _relatable_gone ORDER BY resource");
    assert_eq!(noted, ["contacts", "conversations", "tags"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_appended_stays_and_is_appended_once() {
    let (simulator, site) = (workspace().await, Site::new("sqlite"));
    sweep(&simulator, &site, "append").await;
    for round in rounds() {
        let before = sizes(&site.client());
        round.into_iter().for_each(|mutation| drop(simulator.mutate(mutation).unwrap()));
        sweep(&simulator, &site, "append").await;
        let after = sizes(&site.client());
        assert!(before.iter().all(|(table, size)| after[table] >= *size), "{before:?} {after:?}");
        assert!(after["contacts"] > before["contacts"]);
        sweep(&simulator, &site, "append").await;
        assert_eq!(sizes(&site.client()), after, "nothing had changed");
    }
    let client = site.client();
    assert_eq!(client.number("SELECT count(*) FROM contacts WHERE _deleted_at IS NOT NULL"), 1);
    assert_eq!(client.number("SELECT count(DISTINCT id) FROM contacts"), 123);
}
