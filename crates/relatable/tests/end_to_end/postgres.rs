//! A plain client of the PostgreSQL server that the project's test command starts.

use crate::oracle::Stored;
use postgres::types::Type;
use postgres::{Client, NoTls, SimpleQueryMessage};
use std::path::Path;

/// The variable with the address of a server that tests may use as they like.
const SERVER: &str = "RELATABLE_TEST_POSTGRES";

/// One schema of the server.
pub(crate) struct Schema(String);

impl Schema {
    /// The schema of the tables that would lie in this file.
    pub(crate) fn of(file: &Path) -> Schema {
        let folder = file.parent().and_then(Path::file_name).unwrap().to_string_lossy();
        Schema(format!("tables{folder}"))
    }

    /// Its address.
    pub(crate) fn uri(&self) -> String {
        format!("{}?schema={}", server(), self.0)
    }

    /// Runs statements that write.
    pub(crate) fn execute(&self, sql: &str) {
        self.with(|client| client.batch_execute(sql).expect(sql));
    }

    /// All rows of a query.
    pub(crate) fn rows(&self, sql: &str) -> Vec<Vec<Stored>> {
        self.with(|client| {
            let statement = client.prepare(sql).expect(sql);
            let types: Vec<Type> = statement.columns().iter().map(|column| column.type_().clone()).collect();
            let messages = client.simple_query(sql).expect(sql).into_iter();
            let rows = messages.filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => Some(row),
                _ => None,
            });
            rows.map(|row| types.iter().zip(0..).map(|(kind, place)| stored(kind, row.get(place))).collect())
                .collect()
        })
    }

    /// Does something on a connection of its own, on a thread of its own: the client waits in a way that a thread of
    /// asynchronous tests may not.
    fn with<T: Send>(&self, work: impl FnOnce(&mut Client) -> T + Send) -> T {
        let schema = &self.0;
        std::thread::scope(|scope| {
            let connected = scope.spawn(move || {
                let mut client = Client::connect(&server(), NoTls).expect("the server");
                let settings = format!("SET search_path TO \"{schema}\"; SET timezone TO 'UTC'");
                client.batch_execute(&settings).expect("the settings");
                work(&mut client)
            });
            connected.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }
}

fn server() -> String {
    std::env::var(SERVER)
        .unwrap_or_else(|_| panic!("{SERVER} names no server: `cargo xtask test` starts one for the tests"))
}

/// A value as the server prints it.
fn stored(kind: &Type, text: Option<&str>) -> Stored {
    let Some(text) = text else { return Stored::Null };
    match *kind {
        Type::BOOL => Stored::Boolean(text == "t"),
        Type::INT4 | Type::INT8 => Stored::Integer(text.parse().expect(text)),
        Type::FLOAT8 => Stored::Float(text.parse().expect(text)),
        Type::NUMERIC => Stored::Decimal(text.to_owned()),
        Type::TIMESTAMPTZ => {
            let iso = text.replace(' ', "T").replace("+00", "Z");
            Stored::Instant(iso.parse::<jiff::Timestamp>().expect(text).as_microsecond())
        }
        _ => Stored::Text(text.to_owned()),
    }
}
