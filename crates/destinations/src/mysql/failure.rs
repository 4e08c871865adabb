//! What the server's errors mean to a caller (the databases' documentation, "Server error message reference").

use super::link::LinkError;
use crate::error::{Cause, DestinationError};

/// A row with a key that is there.
pub(super) const REPEATED: u16 = 1062;
/// Rows may not come as a file.
pub(super) const NO_FILES: [u16; 3] = [1148, 3948, 4166];
/// A lock was not to be had in time.
const LOCKED: [u16; 2] = [1205, 3572];
/// A foreign key would lead to no row.
const UNREFERENCED: [u16; 4] = [1216, 1217, 1451, 1452];
/// The disk is full.
const FULL: [u16; 2] = [1021, 1114];
/// The user may not do that, or the server takes no writes.
const REFUSED: [u16; 9] = [1044, 1142, 1143, 1227, 1290, 1370, 1792, 1836, 3955];
/// The user is unknown, or the database.
const NOT_OPENED: [u16; 3] = [1045, 1049, 1698];
/// Errors whose message names a value of a row.
const TELLING: [u16; 8] = [1292, 1366, 1367, 1411, 1525, 1062, 1586, 3819];

/// The error of a step.
pub(super) fn failure(destination: &str, step: impl ToString, error: LinkError) -> DestinationError {
    let (code, cause) = told(error);
    let destination = destination.to_owned();
    match code {
        Some(code) if LOCKED.contains(&code) => {
            DestinationError::Locked { destination, holder: cause.to_string() }
        }
        Some(code) if UNREFERENCED.contains(&code) => {
            DestinationError::Unreferenced { destination, step: step.to_string(), cause }
        }
        Some(code) if FULL.contains(&code) => DestinationError::Full { destination, cause },
        Some(code) if REFUSED.contains(&code) => DestinationError::ReadOnly { destination, cause },
        Some(code) if NOT_OPENED.contains(&code) => DestinationError::Open { destination, cause },
        _ => DestinationError::Statement { step: step.to_string(), cause },
    }
}

/// The number of an error that the server told.
pub(super) fn code(error: &LinkError) -> Option<u16> {
    match error {
        LinkError::Server(mysql_async::Error::Server(said)) => Some(said.code),
        _ => None,
    }
}

/// The error of connecting.
pub(super) fn opening(destination: &str, cause: Cause) -> DestinationError {
    DestinationError::Open { destination: destination.to_owned(), cause }
}

/// What the server said, as far as it may be told: nothing of values of rows.
pub(super) fn said(code: u16, message: &str) -> String {
    let message = if TELLING.contains(&code) { "a value was refused" } else { message };
    format!("{message} (error {code})")
}

/// An error's number and what may be told of it.
fn told(error: LinkError) -> (Option<u16>, Cause) {
    match error {
        LinkError::Server(mysql_async::Error::Server(error)) => {
            (Some(error.code), said(error.code, &error.message).into())
        }
        other => (None, other.into()),
    }
}
