//! What DuckDB's errors mean to a caller. It tells them apart by their words only.

use crate::error::DestinationError;
use duckdb::Error;

/// What an error means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Another process holds the file.
    Locked,
    /// No space is left.
    Full,
    /// The file may not be written.
    ReadOnly,
    /// The file is of another kind.
    NotADatabase,
    /// Anything else.
    Other,
}

/// Words by which DuckDB's errors are known, in the order they are looked for.
const WORDS: [(&str, Meaning); 8] = [
    ("Could not set lock on file", Meaning::Locked),
    ("No space left on device", Meaning::Full),
    ("not enough space on the disk", Meaning::Full),
    ("not a valid DuckDB database file", Meaning::NotADatabase),
    ("Permission denied", Meaning::ReadOnly),
    ("Read-only file system", Meaning::ReadOnly),
    ("Operation not permitted", Meaning::ReadOnly),
    ("attached in read-only mode", Meaning::ReadOnly),
];

/// Kinds of errors whose messages quote the value that was refused.
const QUOTING: [&str; 4] =
    ["Conversion Error", "Constraint Error", "Invalid Input Error", "Out of Range Error"];

/// What an error means.
pub(super) fn meaning(error: &Error) -> Meaning {
    let text = error.to_string();
    WORDS.iter().find(|(words, _)| text.contains(words)).map_or(Meaning::Other, |(_, meaning)| *meaning)
}

/// The error of a step.
pub(super) fn failure(destination: &str, step: impl ToString, error: Error) -> DestinationError {
    let destination = destination.to_owned();
    match meaning(&error) {
        Meaning::Locked => DestinationError::Locked { destination, holder: holder(&error.to_string()) },
        Meaning::Full => DestinationError::Full { destination, cause: error.into() },
        Meaning::ReadOnly => DestinationError::ReadOnly { destination, cause: error.into() },
        Meaning::NotADatabase => DestinationError::NotADatabase { destination, cause: error.into() },
        Meaning::Other => {
            let text = error.to_string();
            let quoting = QUOTING.iter().find(|kind| text.starts_with(**kind));
            let cause = quoting.map_or_else(|| error.into(), |kind| (*kind).into());
            DestinationError::Statement { step: step.to_string(), cause }
        }
    }
}

/// What DuckDB says of who holds the file.
fn holder(text: &str) -> String {
    let after = text.split_once("\": ").map_or(text, |(_, after)| after);
    let told = after.split(" See also").next().unwrap_or(after);
    told.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error with this message.
    fn said(text: &str) -> Error {
        Error::DuckDBFailure(duckdb::ffi::Error::new(1), Some(text.to_owned()))
    }

    #[test]
    fn who_holds_the_file_is_named() {
        let text = "IO Error: Could not set lock on file \"/data/x.duckdb\": Conflicting lock is held in /usr/bin/duckdb \
                    (PID 7) by user me. See also https://duckdb.org/docs/connect/concurrency";
        let error = failure("DuckDB file x.duckdb", "", said(text));
        assert_eq!(
            error.to_string(),
            "DuckDB file x.duckdb is in use by another process: Conflicting lock is held in /usr/bin/duckdb (PID 7) by \
             user me"
        );
    }

    #[test]
    fn a_refused_value_is_not_repeated() {
        let text =
            "Conversion Error: Malformed JSON at byte 1 of input: unexpected character. Input: \"secret";
        let error = failure("x", "merge rows into `t`", said(text));
        let cause = std::error::Error::source(&error).expect("it has a cause").to_string();
        assert_eq!(cause, "Conversion Error");
    }
}
