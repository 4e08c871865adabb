//! Tables in PostgreSQL.

use crate::prefix::check_prefixed_tables_at;
use crate::program::Place;
use crate::secrets::PASSWORD;
use crate::server::{check_tables_at, check_unreachable};
use std::net::{Shutdown, TcpListener, TcpStream};

/// The variable with the address of a server that tests may use as they like.
const SERVER: &str = "RELATABLE_TEST_POSTGRES";

/// The address of a schema of the test's own.
pub(crate) fn address(place: &Place) -> String {
    let server = std::env::var(SERVER)
        .unwrap_or_else(|_| panic!("{SERVER} names no server: `cargo xtask test` starts one for the tests"));
    let folder = place.path(".").canonicalize().unwrap();
    format!("{server}?schema=cli{}", folder.file_name().unwrap().to_string_lossy())
}

/// A server that is not there yet.
pub(crate) struct Door {
    address: String,
    port: u16,
    server: String,
}

impl Door {
    /// A port that nobody listens on, and the address of a schema there.
    pub(crate) fn closed(place: &Place) -> Door {
        let address = address(place);
        let (before, rest) = address.split_once('@').expect("a user");
        let (server, rest) = rest.split_once('/').expect("a database");
        // Below those that the system gives to connections.
        let mut ports = (20_000..30_000_u16).cycle().skip(std::process::id() as usize % 10_000);
        let port = ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap();
        Door { address: format!("{before}@127.0.0.1:{port}/{rest}"), port, server: server.to_owned() }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// From now on the server can be reached there.
    pub(crate) fn open(&self) {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).unwrap();
        let server = self.server.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(&server) else { return };
                for (mut from, mut to) in
                    [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)]
                {
                    std::thread::spawn(move || {
                        let _ = std::io::copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_in_postgres_are_read_verified_remodelled_exported_and_forgotten_from() {
    check_tables_at(address).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_in_postgres_can_have_a_prefix() {
    check_prefixed_tables_at(address).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_server_that_cannot_be_reached_is_named_without_the_password_and_nothing_is_asked() {
    let to = format!("postgres://somebody:{PASSWORD}@127.0.0.1:1/base");
    check_unreachable(&to, "schema `intercom` of PostgreSQL database `base` at 127.0.0.1:1").await;
}
