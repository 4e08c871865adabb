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

#[cfg(test)]
mod tests {
    use super::*;
    use mysql_async::ServerError;

    #[test]
    fn who_comes_without_tls_is_told_of_it_where_that_may_be_why() {
        let advice = "say `ssl-mode=verify-full`";
        for (protection, code, is_advised) in [
            (Protection::None, 3159, true),
            (Protection::None, 1045, true),
            (Protection::None, 1049, false),
            (Protection::Verified(None), 1045, false),
        ] {
            let answer = ServerError { code, message: "refused".to_owned(), state: "HY000".to_owned() };
            let told = explained(&protection, Error::Server(answer)).to_string();
            assert_eq!(told.contains(advice), is_advised, "{protection:?}: {told}");
            assert!(told.contains("refused") && told.contains(&code.to_string()), "{told}");
        }
    }
}
