//! Why a connection to a server did not come about, and what to do about it.

use super::address::Protection;
use crate::error::Cause;
use crate::trust::{unprotected, untrusted};
use std::error::Error;
use tokio_postgres::error::SqlState;

/// What our side says where a server answers that it has no TLS.
const NO_TLS: &str = "server does not support TLS";

/// An error of connecting in words that say what to do. Of what the server says only the message is kept.
pub(super) fn explained(protection: &Protection, error: tokio_postgres::Error) -> Cause {
    if let Some(said) = error.as_db_error() {
        let advice = match protection {
            // The server has the same code for users and hosts that it does not know at all.
            Protection::None if *said.code() == SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
                "; if it takes connections with TLS only, say `sslmode=verify-full` in the address"
            }
            _ => "",
        };
        return format!("{} (SQLSTATE {}){advice}", said.message(), said.code().code()).into();
    }
    let Some(source) = error.source() else { return error.into() };
    if source.to_string() == NO_TLS {
        return unprotected("sslmode=disable").into();
    }
    match untrusted(source, "sslrootcert") {
        Some(wrong) => wrong.into(),
        None => error.into(),
    }
}
