//! Tables in MySQL or MariaDB.

use crate::program::Place;
use crate::secrets::PASSWORD;
use crate::server::{check_tables_at, check_unreachable};

/// The variable with the address of a server that tests may use as they like.
const SERVER: &str = "RELATABLE_TEST_MYSQL";

/// The address of a database of the test's own.
pub(crate) fn address(place: &Place) -> String {
    let server = std::env::var(SERVER)
        .unwrap_or_else(|_| panic!("{SERVER} names no server: `cargo xtask test` starts one for the tests"));
    let folder = place.path(".").canonicalize().unwrap();
    format!("{server}/cli{}", folder.file_name().unwrap().to_string_lossy().replace('.', "_"))
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_in_mysql_are_read_verified_remodelled_exported_and_forgotten_from() {
    check_tables_at(address).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mysql_server_that_cannot_be_reached_is_named_without_the_password_and_nothing_is_asked() {
    let to = format!("mysql://somebody:{PASSWORD}@127.0.0.1:1/base");
    check_unreachable(&to, "MySQL database `base` at 127.0.0.1:1").await;
}
