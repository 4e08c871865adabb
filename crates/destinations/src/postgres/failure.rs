//! What PostgreSQL's errors mean to a caller (PostgreSQL's documentation, appendix "Error codes").

use super::link::LinkError;
use crate::error::{Cause, DestinationError};
use crate::session::Step;
use std::error::Error;
use tokio_postgres::error::{DbError, SqlState};

/// What the codes begin with by which a server says that its end of a connection broke.
const BROKEN: &str = "08";
/// The codes with which a server ends a connection.
const ENDED: [SqlState; 4] = [
    SqlState::ADMIN_SHUTDOWN,
    SqlState::CRASH_SHUTDOWN,
    SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
    SqlState::IDLE_SESSION_TIMEOUT,
];
/// Where the server finds that a row's key is too long for an index: the words it has for that are of its language.
const KEY_MEASURING: [&str; 3] = ["_bt_check_third_page", "index_form_tuple", "index_form_tuple_context"];

/// The error of a step. Of what the server says only the message is kept: its details name values of rows.
pub(super) fn failure(destination: &str, step: Step<'_>, error: LinkError) -> DestinationError {
    let (is_lost, long_key) = (is_lost(&error), has_long_key(&error));
    let (code, cause) = told(error);
    let destination = destination.to_owned();
    match code {
        _ if is_lost => DestinationError::ConnectionLost { destination, step: step.to_string(), cause },
        _ if long_key => DestinationError::KeyTooLong { destination, table: step.1.to_owned(), cause },
        Some(code) if code == SqlState::LOCK_NOT_AVAILABLE => {
            DestinationError::Locked { destination, holder: cause.to_string() }
        }
        Some(code) if code == SqlState::FOREIGN_KEY_VIOLATION => {
            DestinationError::Unreferenced { destination, step: step.to_string(), cause }
        }
        Some(code) if code == SqlState::DISK_FULL => DestinationError::Full { destination, cause },
        Some(code)
            if [SqlState::READ_ONLY_SQL_TRANSACTION, SqlState::INSUFFICIENT_PRIVILEGE].contains(&code) =>
        {
            DestinationError::ReadOnly { destination, cause }
        }
        Some(code) if code == SqlState::INVALID_CATALOG_NAME => DestinationError::Open { destination, cause },
        _ => DestinationError::Statement { step: step.to_string(), cause },
    }
}

/// The table whose key a row has twice, where an error says that.
pub(super) fn repeated_table(error: &LinkError) -> Option<String> {
    let LinkError::Server(error) = error else { return None };
    let error = error.as_db_error().filter(|error| *error.code() == SqlState::UNIQUE_VIOLATION)?;
    error.table().map(str::to_owned)
}

/// Whether the connection has ended, by the server's will or otherwise.
fn is_lost(error: &LinkError) -> bool {
    let LinkError::Server(error) = error else { return true };
    match error.as_db_error() {
        Some(said) => ENDED.contains(said.code()) || said.code().code().starts_with(BROKEN),
        None => error.is_closed() || error.source().is_some_and(|source| source.is::<std::io::Error>()),
    }
}

/// Whether a row's key is too long for an index.
fn has_long_key(error: &LinkError) -> bool {
    let LinkError::Server(error) = error else { return false };
    let routine = error.as_db_error().and_then(DbError::routine);
    routine.is_some_and(|routine| KEY_MEASURING.contains(&routine))
}

/// The error of connecting.
pub(super) fn opening(destination: &str, cause: Cause) -> DestinationError {
    DestinationError::Open { destination: destination.to_owned(), cause }
}

/// An error's code and what may be told of it.
fn told(error: LinkError) -> (Option<SqlState>, Cause) {
    let LinkError::Server(error) = error else { return (None, error.into()) };
    match error.as_db_error() {
        Some(said) => {
            let text = format!("{} (SQLSTATE {})", said.message(), said.code().code());
            (Some(said.code().clone()), text.into())
        }
        None => (None, error.into()),
    }
}
