//! Tables in PostgreSQL.

use crate::prefix::check_prefixed_tables_at;
use crate::program::Place;
use crate::secrets::PASSWORD;
use crate::server::{check_tables_at, check_unreachable};

/// The variable with the address of a server that tests may use as they like.
const SERVER: &str = "RELATABLE_TEST_POSTGRES";

/// The address of a schema of the test's own.
pub(crate) fn address(place: &Place) -> String {
    let server = std::env::var(SERVER)
        .unwrap_or_else(|_| panic!("{SERVER} names no server: `cargo xtask test` starts one for the tests"));
    let folder = place.path(".").canonicalize().unwrap();
    format!("{server}?schema=cli{}", folder.file_name().unwrap().to_string_lossy())
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
