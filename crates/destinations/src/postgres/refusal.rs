//! Why a connection to a server did not come about, and what to do about it.

use super::address::Protection;
use crate::error::Cause;
use rustls::CertificateError;
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
        return "the server offers no TLS; switch it on there, or, if nobody can listen on the way, say \
                `sslmode=disable` in the address"
            .into();
    }
    match certificate_error(source) {
        Some(wrong) => of_certificate(wrong).into(),
        None => error.into(),
    }
}

/// What is wrong with the server's certificate, where that is the cause.
fn certificate_error<'e>(source: &'e (dyn Error + 'static)) -> Option<&'e CertificateError> {
    let inner = source.downcast_ref::<std::io::Error>()?.get_ref()?;
    match inner.downcast_ref::<rustls::Error>()? {
        rustls::Error::InvalidCertificate(wrong) => Some(wrong),
        _ => None,
    }
}

/// What is wrong with a certificate, and what to do.
fn of_certificate(wrong: &CertificateError) -> String {
    let (what, advice) = match wrong {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => (
            "is signed by nobody whom this machine trusts",
            "name the file with the certificate of who signed it: `sslrootcert=FILE` in the address",
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            "is for another host than the address names",
            "name the host as the certificate has it, or have a certificate made for this name",
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            ("has expired", "have it renewed; is the clock of this machine right?")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ("is not valid yet", "is the clock of this machine right?")
        }
        _ => ("cannot be trusted", "have a certificate made that can"),
    };
    format!("the server's certificate {what} ({wrong}): {advice}")
}
