//! What the API makes as jobs: deliveries of messages, and reporting by day.

use super::expectation::{ExpectedTable, empty};
use super::table::Table;
use relatable_simulator::{Resource, Simulator};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const DAY_S: i64 = 86_400;

const MESSAGE_DELIVERY: &str = "
    receipt_id                 text
    received_at                instant
    contact_id                 text     user_id
    external_id                text     user_external_id
    company_id                 text
    email                      text
    name                       text
    ruleset_id                 text
    ruleset_version_id         text
    content_id                 text
    content_type               text
    content_title              text
    series_id                  text
    series_title               text
    node_id                    text
    first_reply                instant
    first_completion           instant
    first_series_completion    instant
    first_series_disengagement instant
    first_series_exit          instant
    first_goal_success         instant
    first_open                 instant
    first_click                instant
    first_dismissal            instant  first_dismisall
    first_unsubscribe          instant
    first_hard_bounce          instant";

const DATASET: &str = "
    id                        text
    name                      text
    description               text
    default_time_attribute_id text";

const DATASET_ATTRIBUTE: &str = "
    reporting_dataset_id text ^id
    id                   text
    qualified_id         text
    name                 text";

const ROW: &str = "
    reporting_day_dataset_id             text    ^dataset_id
    reporting_day_day                    day     ^day
    position                             integer #
    conversation_conversation_id         text
    conversation_conversation_started_at text
    conversation_state                   text
    conversation_channel                 text
    conversation_parts                   text
    conversation_brand                   text
    people_brand                         text
    ticket_ticket_id                     text
    ticket_ticket_created_at             text
    ticket_changes                       text
    ticket_remark_internal               text";

/// The tables of exports: deliveries and days of reporting since these moments, or none without one.
pub(crate) fn exported_tables(
    simulator: &Simulator,
    messages_since_s: Option<i64>,
    reporting_since_s: Option<i64>,
) -> BTreeMap<String, ExpectedTable> {
    let truth = simulator.truth();
    let now_s = simulator.now_s();
    let deliveries =
        messages_since_s.map_or_else(Vec::new, |since_s| truth.message_deliveries(since_s, now_s));
    let datasets = truth.reporting_datasets();
    let first_s = reporting_since_s.map_or(i64::MAX, |since_s| since_s - since_s.rem_euclid(DAY_S));
    let mut days = Vec::new();
    for dataset in datasets.iter().filter_map(|dataset| dataset["id"].as_str()) {
        for day_s in (first_s..=now_s).step_by(DAY_S as usize) {
            let day = jiff::Timestamp::from_second(day_s).unwrap().strftime("%Y-%m-%d").to_string();
            let rows = truth.reporting_rows(dataset, day_s, day_s + DAY_S - 1);
            let rows: Vec<Value> = rows.iter().map(by_column).collect();
            days.push(json!({"dataset_id": dataset, "day": day, "rows": rows}));
        }
    }
    // These documents are of no resource of the workspace's truth.
    let table = |name, key, columns| Table::new(name, Resource::Contacts, key, columns);
    let day = table("reporting_days", "dataset_id day", "dataset_id text\n day day");
    let row =
        table("reporting_rows", "reporting_day_dataset_id reporting_day_day position", ROW).per(&["rows"]);
    let dataset = table("reporting_datasets", "id", DATASET);
    let attribute_key = "reporting_dataset_id qualified_id";
    let attribute =
        table("reporting_dataset_attributes", attribute_key, DATASET_ATTRIBUTE).per(&["attributes"]);
    let delivery = table("message_deliveries", "receipt_id", MESSAGE_DELIVERY);
    BTreeMap::from([
        filled(&delivery, None, &deliveries),
        filled(&dataset, None, &datasets),
        filled(&attribute, Some(&dataset), &datasets),
        filled(&day, None, &days),
        filled(&row, Some(&day), &days),
    ])
}

/// A row with its attributes called as their columns are.
fn by_column(row: &Value) -> Value {
    let column = |name: &str| name.to_lowercase().replace(", ", "_").replace('.', "_");
    let cells: Map<String, Value> =
        row.as_object().unwrap().iter().map(|(name, value)| (column(name), value.clone())).collect();
    Value::Object(cells)
}

fn filled(table: &Table, root: Option<&Table>, documents: &[Value]) -> (String, ExpectedTable) {
    let mut expected = empty(table, root, &[]);
    for document in documents {
        expected.rows.extend(table.rows(document).into_iter().map(|(_, cells)| cells));
    }
    (table.name.to_owned(), expected)
}
