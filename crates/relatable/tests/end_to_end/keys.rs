//! Keys and references are declared, and hold.

use crate::client::{Client, text};
use crate::harness::{Options, Site, UNLIMITED, run};
use crate::oracle::{Stored, tables};
use relatable_simulator::{Resource, Settings, Simulator};
use std::collections::BTreeSet;

/// References, by hand: table, column, what it points at, and for a column that may point at several tables the words
/// in the column beside it that mean this one.
const REFERENCES: &str = "
    admin_primary_teams team_id teams
    admin_secondary_teams team_id teams
    admin_teams team_id teams
    company_notes author_id admins
    company_segments segment_id segments
    company_tags tag_id tags
    contact_companies company_id companies
    contact_merges source_contact_id contacts
    contact_segments segment_id segments
    contact_tags tag_id tags
    contact_tags applied_by_id admins applied_by_type=admin
    contact_tags applied_by_id contacts applied_by_type=contact
    contacts owner_id admins
    conversation_attribute_teams team_id teams
    conversation_attributes admin_id admins
    conversation_contacts contact_id contacts
    conversation_linked_objects linked_object_id conversations linked_object_type=conversation
    conversation_part_tags tag_id tags
    conversation_parts assigned_to_id admins assigned_to_type=admin
    conversation_parts assigned_to_id teams assigned_to_type=team
    conversation_parts assigned_to_id contacts assigned_to_type=user
    conversation_parts author_id admins author_type=bot
    conversation_parts author_id contacts author_type=lead
    conversation_parts author_id teams author_type=team
    conversation_tags tag_id tags
    conversation_tags applied_by_id admins applied_by_type=admin
    conversation_tags applied_by_id contacts applied_by_type=contact
    conversation_team_response_times team_id teams
    conversation_team_response_times_in_office_hours team_id teams
    conversation_teammates admin_id admins
    conversations admin_assignee_id admins
    conversations company_id companies
    conversations conversation_rating_contact_id contacts
    conversations conversation_rating_teammate_id admins conversation_rating_teammate_type=admin
    conversations conversation_rating_teammate_id teams conversation_rating_teammate_type=team
    conversations source_author_id admins source_author_type=bot
    conversations source_author_id contacts source_author_type=user
    conversations source_author_id teams source_author_type=team
    conversations statistics_last_closed_by_id admins
    conversations team_assignee_id teams
    counts dimension_id admins dimension=admin
    counts dimension_id segments dimension=segment
    counts dimension_id tags dimension=tag
    counts dimension_id teams dimension=team
    data_attributes admin_id admins
    event_summaries contact_id contacts
    events contact_id contacts
    notes author_id admins
    notes company_id companies
    notes contact_id contacts
    tags applied_by_id admins applied_by_type=admin
    tags applied_by_id contacts applied_by_type=contact
    team_admins admin_id admins
    team_primary_admins admin_id admins
    team_secondary_admins admin_id admins";

/// How many teammates of a simulated workspace are gone; only they are pointed at and not there.
const ADMINS_GONE: usize = 3;

/// A line of `_relatable_keys`.
struct Key {
    table: String,
    kind: String,
    columns: Vec<String>,
    referenced: String,
    referenced_columns: Vec<String>,
    /// The column that says which table is meant, and the words that mean this one.
    condition: Option<(String, Vec<String>)>,
}

fn keys(client: &Client) -> Vec<Key> {
    let sql = "SELECT table_name, kind, columns, referenced_table, referenced_columns, condition \
               FROM _relatable_keys";
    let names = |stored: &Stored| serde_json::from_str::<Vec<String>>(&text(stored)).unwrap_or_default();
    let rows = client.rows(sql);
    let read = rows.iter().map(|row| Key {
        table: text(&row[0]),
        kind: text(&row[1]),
        columns: names(&row[2]),
        referenced: text(&row[3]),
        referenced_columns: names(&row[4]),
        condition: {
            let conditions: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(&text(&row[5])).unwrap();
            let words = |value| serde_json::from_value::<Vec<String>>(value).unwrap();
            conditions.into_iter().next().map(|(column, value)| (column, words(value)))
        },
    });
    read.collect()
}

async fn synced(scheme: &'static str) -> (Simulator, Site) {
    let settings = Settings { contacts: 600, limit_per_window: UNLIMITED, ..Settings::default() };
    let simulator = Simulator::start(settings).await.unwrap();
    let site = Site::new(scheme);
    run(&simulator, &site, Options::default()).await.unwrap();
    (simulator, site)
}

/// Ids in a column of truth.
fn ids(simulator: &Simulator, resource: Resource) -> BTreeSet<String> {
    let documents = simulator.truth().documents(resource);
    documents.map(|document| document["id"].as_str().unwrap().to_owned()).collect()
}

async fn keys_are_declared_and_hold(scheme: &'static str) {
    let (simulator, site) = synced(scheme).await;
    let client = site.client();
    let keys = keys(&client);
    assert_primary_and_parent_keys(&client, &keys);
    assert_references(&keys);
    let mut dangling: BTreeSet<String> = BTreeSet::new();
    for key in keys.iter().filter(|key| key.kind != "primary") {
        let found = dangling_ids(&client, key);
        assert!(
            found.is_empty() || key.referenced == "admins",
            "{}.{:?} points at {} that are not there: {found:?}",
            key.table,
            key.columns,
            key.referenced
        );
        dangling.extend(found);
    }
    assert_eq!(dangling.len(), ADMINS_GONE, "{dangling:?}");
    let assigned = "SELECT DISTINCT admin_assignee_id FROM conversations WHERE admin_assignee_id IS NOT NULL";
    let listed = ids(&simulator, Resource::Admins);
    let gone: BTreeSet<String> =
        client.texts(assigned).into_iter().filter(|id| !listed.contains(id)).collect();
    assert_eq!(dangling, gone, "the teammates who are gone are those that old conversations are assigned to");
}

/// Every table has just the primary key written by hand, and a child its parent's key.
fn assert_primary_and_parent_keys(client: &Client, keys: &[Key]) {
    let columns_of = |table: &str, kind: &str| -> Vec<&Key> {
        keys.iter().filter(|key| key.table == table && key.kind == kind).collect()
    };
    for table in tables() {
        let [primary] = columns_of(table.name, "primary")[..] else { panic!("{} has one key", table.name) };
        assert_eq!(primary.columns, table.key, "{}", table.name);
        assert_eq!(columns_of(table.name, "parent").len(), usize::from(table.is_child()), "{}", table.name);
        let distinct = primary.columns.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>();
        let sql = format!(
            "SELECT (SELECT count(*) FROM \"{0}\") - (SELECT count(*) FROM (SELECT DISTINCT {1} FROM \"{0}\"))",
            table.name,
            distinct.join(", ")
        );
        assert_eq!(client.number(&sql), 0, "{} has a key twice", table.name);
    }
}

/// The references declared are those written by hand.
fn assert_references(keys: &[Key]) {
    let declared: Vec<&Key> = keys.iter().filter(|key| key.kind == "reference").collect();
    let lines: Vec<Vec<&str>> = REFERENCES
        .lines()
        .map(|line| line.split_whitespace().collect())
        .filter(|words: &Vec<&str>| !words.is_empty())
        .collect();
    for words in &lines {
        let is_meant = |key: &&&Key| {
            let condition = words.get(3).map(|condition| condition.split_once('=').unwrap());
            let is_condition = match (&key.condition, condition) {
                (None, None) => true,
                (Some((column, kinds)), Some((by_hand, kind))) => {
                    column == by_hand && kinds.iter().any(|declared| declared == kind)
                }
                _ => false,
            };
            key.table == words[0] && key.columns == [words[1]] && key.referenced == words[2] && is_condition
        };
        assert_eq!(declared.iter().filter(is_meant).count(), 1, "{}", words.join(" "));
    }
    assert_eq!(declared.len(), lines.len(), "no reference is declared that is not written by hand");
}

/// What a key points at that is not there.
fn dangling_ids(client: &Client, key: &Key) -> BTreeSet<String> {
    let pairs = key.columns.iter().zip(&key.referenced_columns);
    let join: Vec<String> = pairs.map(|(from, to)| format!("child.\"{from}\" = target.\"{to}\"")).collect();
    let kinds = key.condition.as_ref().map(|(column, kinds)| {
        let kinds: Vec<String> = kinds.iter().map(|kind| format!("'{kind}'")).collect();
        format!("AND child.\"{column}\" IN ({})", kinds.join(", "))
    });
    let sql = format!(
        "SELECT DISTINCT child.\"{column}\" FROM \"{table}\" child WHERE child.\"{column}\" IS NOT NULL {kinds} \
         AND NOT EXISTS (SELECT 1 FROM \"{referenced}\" target WHERE {join})",
        column = key.columns[0],
        table = key.table,
        kinds = kinds.unwrap_or_default(),
        referenced = key.referenced,
        join = join.join(" AND "),
    );
    client.texts(&sql).into_iter().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_declared_and_hold_in_sqlite() {
    keys_are_declared_and_hold("sqlite").await;
}

#[cfg(feature = "duckdb")]
#[tokio::test(flavor = "multi_thread")]
async fn keys_are_declared_and_hold_in_duckdb() {
    keys_are_declared_and_hold("duckdb").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn views_show_live_contacts_by_role() {
    let (simulator, site) = synced("sqlite").await;
    let client = site.client();
    for (view, role) in [("users", "user"), ("leads", "lead")] {
        let contacts = simulator.truth().documents(Resource::Contacts);
        let mut expected: BTreeSet<String> = contacts
            .filter(|contact| contact["role"] == role)
            .map(|contact| contact["id"].as_str().unwrap().to_owned())
            .collect();
        let shown = || client.texts(&format!("SELECT id FROM {view}")).into_iter().collect::<BTreeSet<_>>();
        assert!(!expected.is_empty());
        assert_eq!(shown(), expected);
        let gone = expected.pop_first().unwrap();
        let sql =
            format!("UPDATE contacts SET _deleted_at = '2026-01-01T00:00:00.000000Z' WHERE id = '{gone}'");
        rusqlite::Connection::open(site.database()).unwrap().execute(&sql, []).unwrap();
        assert_eq!(shown(), expected, "{view} shows a contact that is gone");
    }
}
