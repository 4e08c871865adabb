//! Moments are moments, and ids are text.

use crate::client::Client;
use crate::harness::{Options, Site, UNLIMITED, run};
use relatable_simulator::{Settings, Simulator};

/// Moments whose names do not end in `_at`.
const MOMENTS: [(&str, &str); 7] = [
    ("conversations", "waiting_since"),
    ("conversations", "snoozed_until"),
    ("event_summaries", "first"),
    ("event_summaries", "last"),
    ("contacts", "custom_renewal_date"),
    ("companies", "custom_contract_end"),
    ("conversations", "custom_follow_up_at"),
];

/// Whole numbers as large as a moment, by their definitions no moments.
const NUMBERS: [(&str, &str); 2] =
    [("contacts", "custom_account_number"), ("contacts", "custom_login_count")];

/// Every column of every table with its declared type.
fn columns(client: &Client) -> Vec<(String, String, String)> {
    let of_table = |table: String| {
        let columns = client.columns(&table).into_iter();
        columns.map(move |(column, declared)| (table.clone(), column, declared)).collect::<Vec<_>>()
    };
    client.tables().into_iter().flat_map(of_table).collect()
}

fn is_moment(table: &str, column: &str) -> bool {
    // Nothing defines the attributes of custom objects, so that their moments are numbers.
    let is_undefined = table == "custom_object_instances" && column.starts_with("custom_");
    column.ends_with("_at") && !is_undefined || MOMENTS.contains(&(table, column))
}

fn is_id(column: &str) -> bool {
    column == "id" || column.ends_with("_id")
}

async fn synced(scheme: &'static str) -> Site {
    let settings = Settings { contacts: 600, limit_per_window: UNLIMITED, ..Settings::default() };
    let simulator = Simulator::start(settings).await.unwrap();
    let site = Site::new(scheme);
    run(&simulator, &site, Options::default()).await.unwrap();
    site
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_has_moments_as_iso_text_and_ids_as_text() {
    let site = synced("sqlite").await;
    let client = site.client();
    let stray = |table: &str, column: &str, is_right: &str| {
        let sql = format!(
            "SELECT count(*) FROM \"{table}\" WHERE \"{column}\" IS NOT NULL AND NOT ({is_right})",
            is_right = is_right.replace("{}", &format!("\"{column}\""))
        );
        client.number(&sql)
    };
    // With or without a fraction of a second, in UTC, and such that SQLite itself can compute with it.
    let iso = "{} GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]*Z' \
               AND julianday({}) IS NOT NULL";
    let (mut moments, mut ids) = (0, 0);
    for (table, column, declared) in columns(&client) {
        if is_moment(&table, &column) {
            assert_eq!(declared, "TEXT", "{table}.{column}");
            assert_eq!(stray(&table, &column, iso), 0, "{table}.{column}");
            moments += 1;
        }
        if is_id(&column) {
            assert_eq!(declared, "TEXT", "{table}.{column}");
            assert_eq!(stray(&table, &column, "typeof({}) = 'text'"), 0, "{table}.{column}");
            ids += 1;
        }
    }
    assert!(moments > 80 && ids > 90, "{moments} moments and {ids} ids were looked at");
    assert_chosen_columns(&client, "TEXT", "INTEGER");
}

#[cfg(feature = "duckdb")]
#[tokio::test(flavor = "multi_thread")]
async fn duckdb_has_moments_as_timestamps_and_ids_as_text() {
    let site = synced("duckdb").await;
    let client = site.client();
    for (table, column, declared) in columns(&client) {
        if is_moment(&table, &column) {
            assert_eq!(declared, "TIMESTAMP", "{table}.{column}");
        }
        if is_id(&column) {
            assert_eq!(declared, "VARCHAR", "{table}.{column}");
        }
    }
    assert_chosen_columns(&client, "TIMESTAMP", "BIGINT");
}

/// Columns that only a definition can tell apart are there, filled, and of the type the definition says.
fn assert_chosen_columns(client: &Client, moment: &str, number: &str) {
    let all = columns(client);
    let chosen =
        MOMENTS.iter().map(|place| (place, moment)).chain(NUMBERS.iter().map(|place| (place, number)));
    for ((table, column), expected) in chosen {
        let is_meant = |(of, name, _): &&(String, String, String)| of == table && name == column;
        assert_eq!(all.iter().find(is_meant).unwrap().2, expected, "{table}.{column}");
        assert!(client.number(&format!("SELECT count({column}) FROM {table}")) > 0, "{table}.{column}");
    }
}
