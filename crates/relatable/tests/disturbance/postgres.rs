//! The same through PostgreSQL, on the server that the project's test command starts.

use super::dump::{Chosen, Dump, line};
use postgres::{Client, NoTls, SimpleQueryMessage};
use std::path::Path;

/// The variable with the address of a server that tests may use as they like.
const SERVER: &str = "RELATABLE_TEST_POSTGRES";

fn server() -> String {
    std::env::var(SERVER)
        .unwrap_or_else(|_| panic!("{SERVER} names no server: `cargo xtask test` starts one for the tests"))
}

/// The schema of the tables that would lie in this file.
fn schema(database: &Path) -> String {
    let name = |path: Option<&Path>| path.and_then(Path::file_name).unwrap().to_string_lossy().to_lowercase();
    format!("{}{}", name(database.parent()), name(Some(database))).replace(['.', '-'], "_")
}

/// Its address.
pub(super) fn uri(database: &Path) -> String {
    format!("{}?schema={}", server(), schema(database))
}

pub(super) fn dump(database: &Path, chosen: Chosen) -> Dump {
    let mut client = Client::connect(&server(), NoTls).unwrap();
    let settings = format!("SET search_path TO \"{}\"; SET timezone TO 'UTC'", schema(database));
    client.batch_execute(&settings).unwrap();
    let names = "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'";
    let names: Vec<String> = client.query(names, &[]).unwrap().iter().map(|row| row.get(0)).collect();
    let names = names.into_iter().filter(|name| chosen(name));
    names.map(|name| (name.clone(), rows(&mut client, &name))).collect()
}

fn rows(client: &mut Client, table: &str) -> Vec<String> {
    let messages = client.simple_query(&format!("SELECT * FROM \"{table}\"")).unwrap();
    let row = |message| match message {
        SimpleQueryMessage::Row(row) => {
            let cells = row.columns().iter().zip(0..);
            line(cells.map(|(column, place)| (column.name().to_owned(), row.get(place).map(str::to_owned))))
        }
        _ => None,
    };
    let mut found: Vec<String> = messages.into_iter().filter_map(row).collect();
    found.sort();
    found
}
