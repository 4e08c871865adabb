//! The choices of a user, each in a rule file of a few lines.

use crate::client::{Client, text};
use crate::harness::{Options, Site, UNLIMITED, run};
use relatable_simulator::{Resource, Settings, Simulator};
use serde_json::Value;
use std::collections::BTreeSet;
use std::ops::Range;

/// The avatar in the contact's own row; tags as a table.
const FLAT: &str = r#"
[contacts.paths]
"avatar" = "flatten"
"tags"   = { as = "table", table = "contact_tags", key = ["contact_id", "tag_id"] }
"#;

/// The avatar as a table of its own; tags and companies as one column each, of which a contact's document shows ten.
const APART: &str = r#"
[contacts.paths]
"avatar" = { as = "table", table = "contact_avatars" }
"tags"   = { as = "delimited", of = "id", delimiter = "," }
"companies" = { as = "delimited", of = "id" }
"#;

/// How many tags the contact with the most has.
const TAGS_MOST: usize = 25;
/// How many elements of a list a contact's document shows.
const SHOWN_MOST: usize = 10;

async fn synced(scheme: &'static str, rules: &str) -> (Vec<Value>, Site) {
    let settings = Settings { contacts: 200, limit_per_window: UNLIMITED, ..Settings::default() };
    let simulator = Simulator::start(settings).await.unwrap();
    let site = Site::new(scheme);
    let options = Options { rules: Some(rules.to_owned()), ..Options::default() };
    for _ in 0..2 {
        run(&simulator, &site, options.clone()).await.unwrap();
    }
    (simulator.truth().documents(Resource::Contacts).collect(), site)
}

/// Rows as texts, a null as an empty one.
fn rows(client: &Client, sql: &str) -> BTreeSet<Vec<String>> {
    client.rows(sql).iter().map(|row| row.iter().map(text).collect()).collect()
}

/// The id of each contact with what is told of it.
fn told(contacts: &[Value], tell: impl Fn(&Value) -> Option<Vec<String>>) -> BTreeSet<Vec<String>> {
    let of_contact = |contact| {
        let told = tell(contact)?;
        Some([word(&contact["id"])].into_iter().chain(told).collect())
    };
    contacts.iter().filter_map(of_contact).collect()
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn tag_ids(contact: &Value) -> Vec<String> {
    ids(contact, "tags")
}

fn ids(contact: &Value, list: &str) -> Vec<String> {
    contact[list]["data"].as_array().unwrap().iter().map(|element| word(&element["id"])).collect()
}

async fn flat(scheme: &'static str) {
    let (contacts, site) = synced(scheme, FLAT).await;
    let client = site.client();
    let avatar =
        |contact: &Value| Some(vec![word(&contact["avatar"]["type"]), word(&contact["avatar"]["image_url"])]);
    let sql = "SELECT id, avatar_type, avatar_image_url FROM contacts";
    assert_eq!(rows(&client, sql), told(&contacts, avatar));
    let tags: BTreeSet<Vec<String>> = contacts
        .iter()
        .flat_map(|contact| tag_ids(contact).into_iter().map(|tag| vec![word(&contact["id"]), tag]))
        .collect();
    assert_eq!(rows(&client, "SELECT contact_id, tag_id FROM contact_tags"), tags);
    assert!(!client.tables().contains(&"contact_avatars".to_owned()));
}

async fn apart(scheme: &'static str) {
    let (contacts, site) = synced(scheme, APART).await;
    let client = site.client();
    let avatar = |contact: &Value| {
        let avatar = contact["avatar"].as_object()?;
        Some(vec![word(&avatar["type"]), word(&avatar["image_url"])])
    };
    let avatars = rows(&client, "SELECT contact_id, type, image_url FROM contact_avatars");
    assert_eq!(avatars, told(&contacts, avatar));
    assert_avatar_keys(&client);
    assert_id_column(&client, &contacts, "tags", TAGS_MOST..TAGS_MOST + 1);
    assert_id_column(&client, &contacts, "companies", SHOWN_MOST + 1..usize::MAX);
    let columns: Vec<String> = client.columns("contacts").into_iter().map(|(name, _)| name).collect();
    assert!(!columns.iter().any(|column| column.starts_with("avatar")), "{columns:?}");
    assert!(!client.tables().contains(&"contact_tags".to_owned()));
}

/// The contact's id is the avatar's key, and points at the contact.
fn assert_avatar_keys(client: &Client) {
    let sql =
        "SELECT kind, columns, referenced_table FROM _relatable_keys WHERE table_name = 'contact_avatars'";
    let column = r#"["contact_id"]"#;
    let expected = [["parent", column, "contacts"], ["primary", column, ""]];
    let expected = expected.map(|row| row.map(str::to_owned).to_vec());
    assert_eq!(rows(client, sql), expected.into_iter().collect());
}

/// The column has every element, those beyond the ten that the contact's document shows too.
fn assert_id_column(client: &Client, contacts: &[Value], list: &str, most_expected: Range<usize>) {
    let parts = |joined: String| -> BTreeSet<String> {
        joined.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect()
    };
    let mut most = 0;
    let stored = rows(client, &format!("SELECT id, {list} FROM contacts"));
    assert_eq!(stored.len(), contacts.len());
    for row in stored {
        let contact = contacts.iter().find(|contact| contact["id"] == row[0].as_str()).unwrap();
        let found = parts(row[1].clone());
        assert_eq!(found, ids(contact, list).into_iter().collect(), "{list} of {}", row[0]);
        assert_eq!(row[1].matches(',').count(), found.len().saturating_sub(1), "{}", row[1]);
        most = most.max(found.len());
    }
    assert!(most_expected.contains(&most), "{list}: {most}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_avatar_can_be_columns_and_tags_a_table_in_sqlite() {
    flat("sqlite").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_avatar_can_be_a_table_and_tags_a_column_in_sqlite() {
    apart("sqlite").await;
}

#[cfg(feature = "duckdb")]
#[tokio::test(flavor = "multi_thread")]
async fn an_avatar_can_be_columns_and_tags_a_table_in_duckdb() {
    flat("duckdb").await;
}

#[cfg(feature = "duckdb")]
#[tokio::test(flavor = "multi_thread")]
async fn an_avatar_can_be_a_table_and_tags_a_column_in_duckdb() {
    apart("duckdb").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_refuses_an_avatar_of_nobody() {
    let (_, site) = synced("sqlite", APART).await;
    let declared = "SELECT \"table\", \"from\", \"to\" FROM pragma_foreign_key_list('contact_avatars')";
    let expected = ["contacts", "contact_id", "id"].map(str::to_owned).to_vec();
    assert_eq!(rows(&site.client(), declared), BTreeSet::from([expected]));
    let connection = rusqlite::Connection::open(site.database()).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    let refused =
        connection.execute("INSERT INTO contact_avatars (contact_id, type) VALUES ('nobody', 'avatar')", []);
    let code = refused.unwrap_err().sqlite_error_code();
    assert_eq!(code, Some(rusqlite::ErrorCode::ConstraintViolation));
}
