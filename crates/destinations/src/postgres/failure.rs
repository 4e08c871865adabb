//! What PostgreSQL's errors mean to a caller (PostgreSQL's documentation, appendix "Error codes").

use super::link::LinkError;
use crate::error::{Cause, DestinationError};
use tokio_postgres::error::SqlState;

/// The error of a step. Of what the server says only the message is kept: its details name values of rows.
pub(super) fn failure(destination: &str, step: impl ToString, error: LinkError) -> DestinationError {
    let (code, cause) = told(error);
    let destination = destination.to_owned();
    match code {
        Some(code) if code == SqlState::LOCK_NOT_AVAILABLE => {
            DestinationError::Locked { destination, holder: cause.to_string() }
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
