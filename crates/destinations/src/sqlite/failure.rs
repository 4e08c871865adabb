//! What SQLite's errors mean to a caller.

use crate::error::DestinationError;
use rusqlite::{Error, ErrorCode};

/// The error of a step.
pub(super) fn failure(destination: &str, step: impl ToString, error: Error) -> DestinationError {
    let destination = destination.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) if repeated_table(&error).is_some() => {
            DestinationError::KeyRepeated { table: repeated_table(&error).unwrap_or_default(), count: 1 }
        }
        Some(ErrorCode::ConstraintViolation) if is_of_foreign_key(&error) => {
            DestinationError::Unreferenced { destination, step: step.to_string(), cause: error.into() }
        }
        Some(ErrorCode::DiskFull) => DestinationError::Full { destination, cause: error.into() },
        // That the folder exists and the path is no folder was seen before. What is left is a file or folder that this
        // process may not write: beside a file with a write-ahead log, SQLite writes even to read.
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            DestinationError::ReadOnly { destination, cause: error.into() }
        }
        Some(ErrorCode::NotADatabase) => DestinationError::NotADatabase { destination, cause: error.into() },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            // SQLite does not tell who holds a file.
            DestinationError::Locked { destination, holder: error.to_string() }
        }
        _ => DestinationError::Statement { step: step.to_string(), cause: error.into() },
    }
}

/// A fault as SQLite's error.
pub(super) fn fault(fault: std::io::Error) -> Error {
    let code = match fault.kind() {
        std::io::ErrorKind::StorageFull => rusqlite::ffi::SQLITE_FULL,
        _ => rusqlite::ffi::SQLITE_IOERR,
    };
    Error::SqliteFailure(rusqlite::ffi::Error::new(code), Some(fault.to_string()))
}

/// The table in which a row's key, or that of a current version, would have been twice: SQLite names the columns.
fn repeated_table(error: &Error) -> Option<String> {
    let Error::SqliteFailure(code, Some(message)) = error else { return None };
    let is_key = matches!(
        code.extended_code,
        rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY | rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE
    );
    let (_, columns) = message.split_once(": ").filter(|_| is_key)?;
    columns.split_once('.').map(|(table, _)| table.to_owned())
}

/// Whether a foreign key would lead to no row.
fn is_of_foreign_key(error: &Error) -> bool {
    let code = error.sqlite_error().map(|code| code.extended_code);
    code == Some(rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY)
}

/// The error of opening the file.
pub(super) fn opening(destination: &str, error: Error) -> DestinationError {
    match failure(destination, "", error) {
        DestinationError::Statement { cause, .. } => {
            DestinationError::Open { destination: destination.to_owned(), cause }
        }
        known => known,
    }
}
