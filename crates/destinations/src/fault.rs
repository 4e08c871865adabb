//! Faults at failpoints, as the errors that a database would give.

use crate::error::DestinationError;
use std::io::{Error, ErrorKind};

/// The error of a step at which there was a fault.
pub(crate) fn failure(destination: &str, step: impl ToString, fault: Error) -> DestinationError {
    let (destination, step) = (destination.to_owned(), step.to_string());
    match fault.kind() {
        ErrorKind::StorageFull => DestinationError::Full { destination, cause: fault.into() },
        ErrorKind::ConnectionReset => {
            DestinationError::ConnectionLost { destination, step, cause: fault.into() }
        }
        _ => DestinationError::Statement { step, cause: fault.into() },
    }
}
