//! Why a connection to a server did not come about, and what to do about it.

use super::address::Protection;
use super::failure::said;
use crate::error::Cause;
use crate::trust::{unprotected, untrusted};
use mysql_async::{DriverError, Error};

/// What a server says to who comes without TLS: that it takes nobody so, or that it does not take this user.
const WITHOUT_TLS: [u16; 2] = [3159, 1045];

/// An error of connecting in words that say what to do. Of what the server says only number and message are kept.
pub(super) fn explained(protection: &Protection, error: Error) -> Cause {
    match &error {
        Error::Server(answer) => {
            let advice = match protection {
                Protection::None if WITHOUT_TLS.contains(&answer.code) => {
                    "; if it takes connections with TLS only, say `ssl-mode=verify-full` in the address"
                }
                _ => "",
            };
            format!("{}{advice}", said(answer.code, &answer.message)).into()
        }
        Error::Driver(DriverError::NoClientSslFlagFromServer) => unprotected("ssl-mode=disable").into(),
        _ => match untrusted(&error, "ssl-ca") {
            Some(wrong) => wrong.into(),
            None => error.into(),
        },
    }
}
