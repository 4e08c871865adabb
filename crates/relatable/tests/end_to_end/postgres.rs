//! A plain client of the PostgreSQL server that the project's test command starts.

use crate::oracle::Stored;
use postgres::types::Type;
use postgres::{Client, NoTls, SimpleQueryMessage};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// The variable with the address of a server that tests may use as they like.
const SERVER: &str = "RELATABLE_TEST_POSTGRES";

/// One schema of the server.
pub(crate) struct Schema {
    name: String,
    /// A connection, once there is one.
    client: Mutex<Option<Box<Client>>>,
}

impl Schema {
    /// The schema of the tables that would lie in this file.
    pub(crate) fn of(file: &Path) -> Schema {
        let folder = file.parent().and_then(Path::file_name).unwrap().to_string_lossy();
        Schema { name: format!("tables{folder}"), client: Mutex::default() }
    }

    /// Its address.
    pub(crate) fn uri(&self) -> String {
        format!("{}?schema={}", server(), self.name)
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

    /// Does something on a thread of its own: the client waits in a way that a thread of asynchronous tests may not.
    fn with<T: Send>(&self, work: impl FnOnce(&mut Client) -> T + Send) -> T {
        std::thread::scope(|scope| {
            let done = scope.spawn(|| {
                let mut kept = self.client.lock().unwrap_or_else(PoisonError::into_inner);
                work(kept.get_or_insert_with(|| Box::new(self.connect())))
            });
            done.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    fn connect(&self) -> Client {
        let mut client = Client::connect(&server(), NoTls).expect("the server");
        let settings = format!("SET search_path TO \"{}\"; SET timezone TO 'UTC'", self.name);
        client.batch_execute(&settings).expect("the settings");
        client
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let client = self.client.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        // Closing waits, too.
        std::thread::scope(|scope| {
            scope.spawn(|| drop(client));
        });
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
