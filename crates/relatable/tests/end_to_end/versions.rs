//! One set of tables whichever version of the API is read: the same names and types, and the same values where a version
//! tells them.

use crate::client::Client;
use crate::harness::{Options, Site, UNLIMITED, run};
use crate::oracle::{Stored, tables};
use relatable_simulator::{Settings, Simulator};
use std::collections::BTreeMap;

/// The versions, oldest first.
const VERSIONS: [&str; 7] = ["2.11", "2.12", "2.13", "2.14", "2.15", "2.16", "Preview"];

/// The version that the others are compared with.
const COMPARED: &str = "2.16";

/// What came with a version, so that the ones before do not tell it: tables, and columns of tables (API notes, sections 7, 8
/// and 10).
const CAME: [(&str, &str); 6] = [
    (
        "2.12",
        "content_import_sources external_pages ticket_states ticket_state_ticket_types ticket_type_states
         tickets.ticket_state_id",
    ),
    (
        "2.13",
        "article_tags internal_articles internal_article_audiences conversation_part_email_headers
         conversation_part_tags conversation_parts.app_package_code conversation_parts.event_details
         conversation_parts.email_message_metadata_message_id conversation_parts.email_message_metadata_subject
         conversation_parts.state",
    ),
    (
        "2.14",
        "away_status_reasons admins.away_status_reason_id calls call_transcript_lines
         conversation_part_quick_reply_options conversation_parts.author_from_ai_agent
         conversation_parts.author_is_ai_answer conversation_parts.metadata_quick_reply_uuid
         conversations.ai_agent_created_at conversations.ai_agent_updated_at
         conversations.conversation_rating_updated_at conversations.source_author_from_ai_agent
         conversations.source_author_is_ai_answer ticket_parts.updated_attribute_id
         ticket_parts.updated_attribute_label ticket_parts.updated_value",
    ),
    ("2.15", "brands email_settings company_notes conversations.company_id"),
    (
        "2.16",
        "audiences content_snippets content_snippet_audiences conversation_attribute_teams
         conversation_external_references conversation_source_email_headers conversation_source_recipients
         conversation_source_reply_addresses custom_object_instances data_connectors data_connector_audiences
         data_connector_headers data_connector_inputs data_connector_response_fields help_center_locales macros
         macro_places macro_teams office_hours_schedules office_hours_schedule_intervals office_hours_exceptions
         office_hours_exception_intervals redirects
         admins.role_id admins.role_name admins.role_type
         articles.ai_chatbot_availability articles.ai_copilot_availability articles.ai_sales_agent_availability
         articles.body_markdown articles.created_by_id articles.draft_updated_at
         articles.exclude_from_article_suggestions articles.has_unpublished_changes
         articles.scheduled_unpublish_at articles.updated_by_id
         conversation_attribute_options.archived conversation_attribute_options.id
         conversation_attributes.multiline conversation_attributes.reference_object_type_id
         conversation_attributes.reference_type conversation_attributes.required
         conversations.channel_current conversations.channel_initial conversations.sales_agent_collected_data
         conversations.sales_agent_outcome conversations.sales_agent_participated
         conversations.source_email_message_metadata_message_id
         conversations.source_email_message_metadata_subject help_centers.default",
    ),
    (
        "Preview",
        "contact_activities folders calls.duration calls.hold_time calls.queue_time calls.talk_time
         conversations.ai_topics",
    ),
];

/// What versions told up to this one.
const WENT: [(&str, &str); 1] = [(
    "2.15",
    "conversation_attributes.api_writable conversation_attributes.custom
     conversation_attributes.messenger_writable conversation_attributes.ui_writable",
)];

/// Words of some versions that mean one of several words of 2.16.
const WIDER: [(&str, &[&str], &str, &[&str]); 4] = [
    (
        "conversations.priority",
        &["2.11", "2.12", "2.13", "2.14", "2.15"],
        "priority",
        &["low", "medium", "high", "urgent"],
    ),
    (
        "conversations.ai_agent_resolution_state",
        &["2.11", "2.12", "2.13", "2.14"],
        "escalated",
        &["procedure_handoff"],
    ),
    (
        "conversation_attributes.data_type",
        &["2.11", "2.12", "2.13", "2.14", "2.15"],
        "string",
        &["list", "relationship", "files"],
    ),
    ("data_attributes.data_type", &["Preview"], "datetime", &["date"]),
];

/// Rows by table and key, with their cells by column.
type Rows = BTreeMap<String, BTreeMap<String, BTreeMap<String, Stored>>>;

/// What a version's tables hold: columns with their types, and rows.
struct Read {
    columns: BTreeMap<String, BTreeMap<String, String>>,
    rows: Rows,
}

/// Reads the workspace as a version tells it.
async fn read(simulator: &Simulator, version: &'static str) -> Read {
    let site = Site::new("sqlite");
    let options = Options { version: Some(version), object_types: &["Order"], ..Options::default() };
    let report = run(simulator, &site, options).await.unwrap();
    assert_eq!(report.skipped, vec![], "{version}: nothing is left out");
    let client = site.client();
    let columns = client.tables().into_iter().map(|table| {
        let columns = client.columns(&table).into_iter().collect();
        (table, columns)
    });
    Read { columns: columns.collect(), rows: rows(&client) }
}

/// The rows of every table that the oracle knows, without this program's own books.
fn rows(client: &Client) -> Rows {
    let mut all = Rows::new();
    for table in tables() {
        let columns: Vec<String> = client.columns(table.name).into_iter().map(|(name, _)| name).collect();
        let rows = client.rows(&format!("SELECT * FROM \"{}\"", table.name)).into_iter();
        let rows = rows.map(|row| columns.iter().cloned().zip(row).collect());
        let keyed = rows.map(|mut row: BTreeMap<String, Stored>| {
            row.retain(|column, _| !column.starts_with('_'));
            let key: Vec<&Stored> = table.key.iter().map(|column| &row[*column]).collect();
            (format!("{key:?}"), row)
        });
        all.insert(table.name.to_owned(), keyed.collect());
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn every_version_leads_to_the_same_tables_with_the_same_values() {
    let settings = Settings {
        contacts: 150,
        companies: Some(40),
        conversations: Some(120),
        limit_per_window: UNLIMITED,
        ..Settings::default()
    };
    let simulator = Simulator::start(settings).await.unwrap();
    let compared = read(&simulator, COMPARED).await;
    for version in VERSIONS.into_iter().filter(|version| *version != COMPARED) {
        let read = read(&simulator, version).await;
        let mut found = column_differences(&compared, &read);
        for (table, rows) in &compared.rows {
            found.extend(row_differences(version, table, rows, &read.rows[table]));
        }
        assert_eq!(found, Vec::<String>::new(), "{version} beside {COMPARED}");
    }
}

/// Differences in tables and columns. Columns of attributes that nobody defines come with the first value.
fn column_differences(compared: &Read, read: &Read) -> Vec<String> {
    let mut found = Vec::new();
    let names = |read: &Read| read.columns.keys().cloned().collect::<Vec<_>>();
    if names(compared) != names(read) {
        found.push(format!("tables are {:?}", names(read)));
    }
    for (table, columns) in &compared.columns {
        let there = read.columns.get(table).cloned().unwrap_or_default();
        let is_to_come = |column: &str, of: &Read| {
            let cells = of.rows.get(table).into_iter().flat_map(BTreeMap::values);
            let is_empty = cells.filter_map(|row| row.get(column)).all(|cell| *cell == Stored::Null);
            column.starts_with("custom_") && is_empty
        };
        for (column, declared) in columns {
            if there.get(column) != Some(declared) && !is_to_come(column, read) {
                found.push(format!("{table}.{column} is {:?}, not {declared}", there.get(column)));
            }
        }
        let more = there.keys().filter(|column| !columns.contains_key(*column) && !is_to_come(column, read));
        found.extend(more.map(|column| format!("{table}.{column} is one column more")));
    }
    found
}

/// Differences in the rows of a table.
fn row_differences(
    version: &str,
    table: &str,
    compared: &BTreeMap<String, BTreeMap<String, Stored>>,
    rows: &BTreeMap<String, BTreeMap<String, Stored>>,
) -> Vec<String> {
    let mut found = Vec::new();
    match is_told(version, table).cmp(&is_told(COMPARED, table)) {
        std::cmp::Ordering::Less if rows.is_empty() => return found,
        std::cmp::Ordering::Greater if compared.is_empty() && !rows.is_empty() => return found,
        std::cmp::Ordering::Equal if is_told(version, table) || rows.is_empty() => {}
        _ => return vec![format!("{table} has {} rows, {COMPARED} {}", rows.len(), compared.len())],
    }
    if compared.keys().ne(rows.keys()) {
        return vec![format!("{table} has other rows: {} beside {}", rows.len(), compared.len())];
    }
    for (key, row) in rows {
        for (column, cell) in row {
            let place = format!("{table}.{column}");
            let there = compared[key].get(column).unwrap_or(&Stored::Null);
            let fits = match (is_told(version, &place), is_told(COMPARED, &place)) {
                (true, true) => cell == there || is_wider(version, &place, cell, there),
                (told, _) => told || *cell == Stored::Null,
            };
            if !fits {
                found.push(format!("{place} of {key}: {cell:?}, in {COMPARED} {there:?}"));
            }
        }
    }
    found
}

/// Whether a version tells what stands in a table, or in a column of one.
fn is_told(version: &str, place: &str) -> bool {
    let age = |version: &str| VERSIONS.iter().position(|known| *known == version).expect(version);
    let names = |list: &str| list.split_whitespace().any(|name| name == place);
    CAME.iter().all(|(came, list)| !names(list) || age(version) >= age(came))
        && WENT.iter().all(|(went, list)| !names(list) || age(version) <= age(went))
}

/// Whether a word of a version means another of 2.16, among more.
fn is_wider(version: &str, place: &str, cell: &Stored, there: &Stored) -> bool {
    let text = |cell: &Stored| if let Stored::Text(text) = cell { text.clone() } else { String::new() };
    WIDER.iter().any(|(at, versions, word, meant)| {
        *at == place
            && versions.contains(&version)
            && text(cell) == *word
            && meant.contains(&text(there).as_str())
    })
}

#[test]
fn what_versions_tell_is_written_down_of_tables_and_columns_there_are() {
    let tables = tables();
    for name in CAME.iter().chain(&WENT).flat_map(|(_, list)| list.split_whitespace()) {
        let (table, _) = name.split_once('.').unwrap_or((name, ""));
        assert!(tables.iter().any(|known| known.name == table), "there is no table of {name}");
    }
}
