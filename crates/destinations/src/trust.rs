//! Whose signature on a server's certificate is trusted, and what is said where none is.

use crate::error::Cause;
use rustls::CertificateError;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::error::Error;
use std::iter::successors;
use std::path::Path;

/// The certificates in a file, or those that the machine trusts; `parameter` is the part of the address that names a file.
pub(crate) fn trusted(file: Option<&Path>, parameter: &str) -> Result<Vec<CertificateDer<'static>>, Cause> {
    let certificates = match file {
        Some(file) => {
            let unreadable = |error| {
                format!(
                    "the certificates in {}, which `{parameter}` names, cannot be read: {error}",
                    file.display()
                )
            };
            let read = CertificateDer::pem_file_iter(file).map_err(unreadable)?;
            read.collect::<Result<Vec<_>, _>>().map_err(unreadable)?
        }
        None => rustls_native_certs::load_native_certs().certs,
    };
    if certificates.is_empty() {
        return Err(
            format!("no certificate to trust was found; name a file of them with `{parameter}`").into()
        );
    }
    Ok(certificates)
}

/// What is wrong with a server's certificate, and what to do, where that is why something failed; `parameter` is the part of the
/// address that names a file of certificates.
pub(crate) fn untrusted(error: &(dyn Error + 'static), parameter: &str) -> Option<String> {
    let wrong = successors(Some(error), |&error| error.source()).find_map(|error| {
        // What an error of input or output was made of is not its source.
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let inner = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match inner.or_else(|| error.downcast_ref::<rustls::Error>())? {
            rustls::Error::InvalidCertificate(wrong) => Some(wrong),
            _ => None,
        }
    });
    wrong.map(|wrong| of_certificate(wrong, parameter))
}

/// What is wrong with a certificate, and what to do.
fn of_certificate(wrong: &CertificateError, parameter: &str) -> String {
    let signer =
        format!("name the file with the certificate of who signed it: `{parameter}=FILE` in the address");
    let (what, advice) = match wrong {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            ("is signed by nobody whom this machine trusts", signer.as_str())
        }
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

/// What is said of a server that offers no TLS; `parameter` is the part of the address that does without.
pub(crate) fn unprotected(parameter: &str) -> String {
    format!(
        "the server offers no TLS; switch it on there, or, if nobody can listen on the way, say `{parameter}` in the address"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[test]
    fn what_is_wrong_with_a_certificate_is_told_with_what_to_do() {
        for (wrong, what, advice) in [
            (CertificateError::UnknownIssuer, "signed by nobody", "`ca=FILE`"),
            (CertificateError::BadSignature, "signed by nobody", "`ca=FILE`"),
            (CertificateError::NotValidForName, "for another host", "made for this name"),
            (CertificateError::Expired, "has expired", "have it renewed"),
            (CertificateError::NotValidYet, "not valid yet", "the clock of this machine"),
            (CertificateError::Revoked, "cannot be trusted", "have a certificate made"),
        ] {
            let error = rustls::Error::InvalidCertificate(wrong.clone());
            let wrapped = io::Error::other(error.clone());
            for error in [&error as &(dyn Error + 'static), &wrapped] {
                let told = untrusted(error, "ca").expect("a certificate is why");
                assert!(told.contains(what) && told.contains(advice), "{wrong:?}: {told}");
            }
        }
        assert_eq!(untrusted(&io::Error::from(io::ErrorKind::TimedOut), "ca"), None);
        assert_eq!(untrusted(&rustls::Error::DecryptError, "ca"), None);
    }
}
