//! Faults at failpoints, as the errors that SQLite would give.

use std::io::ErrorKind;

use relatable_faults::Point;
use rusqlite::ffi;

/// Passes a failpoint.
pub(crate) fn reach(point: Point) -> rusqlite::Result<()> {
    relatable_faults::reach(point).map_err(|fault| {
        let code = match fault.kind() {
            ErrorKind::StorageFull => ffi::SQLITE_FULL,
            _ => ffi::SQLITE_IOERR,
        };
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some(fault.to_string()))
    })
}
