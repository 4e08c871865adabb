//! Keys and references are declared, and hold.

use crate::client::{Client, text};
use crate::harness::{Options, Site, UNLIMITED, run};
use crate::oracle::{Stored, tables};
use relatable_simulator::{Resource, Settings, Simulator};
use std::collections::BTreeSet;

/// References, by hand: table, column, what it points at, and for a column that may point at several tables the words
/// in the column beside it that mean this one.
const REFERENCES: &str = "
    admin_activity_logs performed_by_id admins
    admin_primary_teams team_id teams
    admin_secondary_teams team_id teams
    admin_teams team_id teams
    admins away_status_reason_id away_status_reasons
    article_collections collection_id collections
    article_tags applied_by_id admins applied_by_type=admin
    article_tags applied_by_id contacts applied_by_type=user
    article_tags tag_id tags
    article_translation_audiences audience_id audiences
    article_translations author_id admins
    article_translations created_by_id admins
    article_translations updated_by_id admins
    article_versions article_id articles
    article_versions author_id admins
    article_versions created_by_id admins
    article_versions from_version_id article_versions
    articles author_id admins
    articles created_by_id admins
    articles folder_id folders
    articles updated_by_id admins
    brands default_email_setting_id email_settings
    brands help_center_id help_centers
    calls admin_id admins
    calls contact_id contacts
    calls conversation_id conversations
    collections help_center_id help_centers
    collections parent_id collections
    company_notes author_id admins
    company_segments segment_id segments
    company_tags tag_id tags
    contact_activities contact_id contacts
    contact_activities merge_source_id contacts
    contact_activities merge_target_id contacts
    contact_companies company_id companies
    contact_merges source_contact_id contacts
    contact_opted_in_subscriptions subscription_type_id subscription_types
    contact_opted_out_subscriptions subscription_type_id subscription_types
    contact_segments segment_id segments
    contact_subscriptions subscription_type_id subscription_types
    contact_tags applied_by_id admins applied_by_type=admin
    contact_tags applied_by_id contacts applied_by_type=contact
    contact_tags tag_id tags
    contacts owner_id admins
    content_import_source_audiences audience_id audiences
    content_snippet_audiences audience_id audiences
    content_snippets folder_id folders
    conversation_attribute_teams team_id teams
    conversation_attributes admin_id admins
    conversation_contacts contact_id contacts
    conversation_handling_events teammate_id admins teammate_type=admin
    conversation_handling_events teammate_id teams teammate_type=team
    conversation_linked_objects linked_object_id conversations linked_object_type=conversation
    conversation_linked_objects linked_object_id tickets linked_object_type=ticket
    conversation_part_tags tag_id tags
    conversation_parts assigned_to_id admins assigned_to_type=admin
    conversation_parts assigned_to_id contacts assigned_to_type=user
    conversation_parts assigned_to_id teams assigned_to_type=team
    conversation_parts author_id admins author_type=bot
    conversation_parts author_id contacts author_type=lead
    conversation_parts author_id teams author_type=team
    conversation_tags applied_by_id admins applied_by_type=admin
    conversation_tags applied_by_id contacts applied_by_type=contact
    conversation_tags tag_id tags
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
    data_connector_executions conversation_id conversations
    data_connector_executions data_connector_id data_connectors
    data_connectors created_by_admin_id admins
    data_connectors updated_by_admin_id admins
    deleted_conversations id conversations
    email_settings brand_id brands
    event_summaries contact_id contacts
    events contact_id contacts
    external_page_audiences audience_id audiences
    external_pages content_import_source_id content_import_sources
    external_pages folder_id folders
    folders parent_folder_id folders
    internal_article_audiences audience_id audiences
    internal_article_tags applied_by_id admins applied_by_type=admin
    internal_article_tags applied_by_id contacts applied_by_type=user
    internal_article_tags tag_id tags
    internal_articles author_id admins
    internal_articles folder_id folders
    internal_articles owner_id admins
    macro_teams team_id teams
    message_deliveries company_id companies
    message_deliveries contact_id contacts
    news_item_newsfeeds newsfeed_id newsfeeds
    news_items sender_id admins
    notes author_id admins
    notes company_id companies
    notes contact_id contacts
    office_hours_exceptions office_hours_schedule_id office_hours_schedules
    redirects help_center_id help_centers
    redirects target_id articles target_type=article
    redirects target_id collections target_type=collection
    reporting_days dataset_id reporting_datasets
    reporting_rows conversation_conversation_id conversations
    side_conversation_part_tags tag_id tags
    side_conversation_parts assigned_to_id admins assigned_to_type=admin
    side_conversation_parts assigned_to_id contacts assigned_to_type=user
    side_conversation_parts assigned_to_id teams assigned_to_type=team
    side_conversation_parts author_id admins author_type=admin
    side_conversation_parts author_id contacts author_type=user
    side_conversation_parts author_id teams author_type=team
    side_conversations conversation_id conversations
    tags applied_by_id admins applied_by_type=admin
    tags applied_by_id contacts applied_by_type=contact
    team_admins admin_id admins
    team_metrics admin_id admins
    team_metrics team_id teams
    team_primary_admins admin_id admins
    team_secondary_admins admin_id admins
    ticket_contacts contact_id contacts
    ticket_linked_objects linked_object_id conversations linked_object_type=conversation
    ticket_linked_objects linked_object_id tickets linked_object_type=ticket
    ticket_parts assigned_to_id admins assigned_to_type=admin
    ticket_parts assigned_to_id contacts assigned_to_type=user
    ticket_parts assigned_to_id teams assigned_to_type=team
    ticket_parts author_id admins author_type=admin
    ticket_parts author_id contacts author_type=user
    ticket_parts author_id teams author_type=team
    ticket_parts updated_attribute_id ticket_type_attributes
    ticket_state_ticket_types ticket_type_id ticket_types
    ticket_type_states ticket_state_id ticket_states
    tickets admin_assignee_id admins
    tickets previous_ticket_state_id ticket_states
    tickets team_assignee_id teams
    tickets ticket_state_id ticket_states
    tickets ticket_type_id ticket_types";

/// Tables whose rows are parts of records, and in the truth documents of their own.
const PARTS_BY_THEMSELVES: [&str; 2] = ["contact_merges", "conversation_handling_events"];

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
    // Simulated conversations are linked with tickets of which not all are there.
    let is_loose = |key: &&Key| key.table == "conversation_linked_objects" && key.referenced == "tickets";
    for key in keys.iter().filter(|key| key.kind != "primary" && !is_loose(key)) {
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
        let is_part = table.is_child() || PARTS_BY_THEMSELVES.contains(&table.name);
        assert_eq!(columns_of(table.name, "parent").len(), usize::from(is_part), "{}", table.name);
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
    let is_meant = |words: &[&str], key: &Key| {
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
    for words in &lines {
        assert_eq!(declared.iter().filter(|key| is_meant(words, key)).count(), 1, "{}", words.join(" "));
    }
    let unwritten = declared.iter().filter(|key| !lines.iter().any(|words| is_meant(words, key)));
    let unwritten: Vec<String> = unwritten
        .map(|key| {
            let condition = key.condition.as_ref();
            let condition = condition.map(|(column, kinds)| format!(" {column}={}", kinds[0]));
            let (columns, condition) = (key.columns.join(","), condition.unwrap_or_default());
            format!("{} {columns} {}{condition}", key.table, key.referenced)
        })
        .collect();
    assert_eq!(unwritten, Vec::<String>::new(), "references are declared that are not written by hand");
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
