//! Everything in the tables as it is, to see what a run changed.

use crate::harness::Site;
use crate::oracle::{Stored, tables};
use std::collections::{BTreeMap, BTreeSet};

/// All rows with all their columns, this program's own included, by table and key.
pub(crate) type Dump = BTreeMap<String, BTreeMap<String, BTreeMap<String, Stored>>>;

/// A row that differs between two dumps.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Change {
    pub(crate) table: String,
    /// The record it belongs to: its own id, or its parent's.
    pub(crate) record: String,
    /// The columns that differ; none for a row that came or went.
    pub(crate) columns: Vec<String>,
}

/// Everything in the tables but `counts`, to which each run adds.
pub(crate) fn dump(site: &Site) -> Dump {
    let client = site.client();
    let mut dump = Dump::new();
    for table in tables() {
        let columns: Vec<String> = client.columns(table.name).into_iter().map(|(name, _)| name).collect();
        let rows = client.rows(&format!("SELECT * FROM \"{}\"", table.name));
        let rows = rows.into_iter().map(|row| columns.iter().cloned().zip(row).collect());
        let keyed = rows.map(|row: BTreeMap<String, Stored>| {
            let key: Vec<&Stored> = table.key.iter().map(|column| &row[*column]).collect();
            (format!("{key:?}"), row)
        });
        dump.insert(table.name.to_owned(), keyed.collect());
    }
    dump
}

/// The rows that differ.
pub(crate) fn changes(before: &Dump, after: &Dump) -> Vec<Change> {
    let mut changes = Vec::new();
    for (table, rows) in after {
        let earlier = &before[table];
        let keys: BTreeSet<&String> = rows.keys().chain(earlier.keys()).collect();
        for key in keys {
            let (was, is) = (earlier.get(key), rows.get(key));
            if was == is {
                continue;
            }
            let record = owner(table, is.or(was).unwrap());
            let columns = match (was, is) {
                (Some(was), Some(is)) => differing(was, is),
                _ => Vec::new(),
            };
            changes.push(Change { table: table.clone(), record, columns });
        }
    }
    changes
}

fn differing(was: &BTreeMap<String, Stored>, is: &BTreeMap<String, Stored>) -> Vec<String> {
    let columns: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    columns.into_iter().filter(|column| was.get(*column) != is.get(*column)).cloned().collect()
}

/// The record that a row belongs to.
fn owner(table: &str, row: &BTreeMap<String, Stored>) -> String {
    let owners = ["conversation_id", "contact_id", "id", "company_id"];
    let column = match table {
        "contacts" | "companies" | "conversations" | "tags" | "segments" => "id",
        table if table.starts_with("company_") => "company_id",
        table if table.starts_with("contact_") => "contact_id",
        _ => owners.into_iter().find(|column| row.contains_key(*column)).unwrap_or("name"),
    };
    format!("{:?}", row[column])
}

/// A record's id as [`Change::record`] shows it.
pub(crate) fn record(id: &str) -> String {
    format!("{:?}", Stored::Text(id.to_owned()))
}
