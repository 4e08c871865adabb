//! Whose signature on a server's certificate is trusted.

use crate::error::Cause;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
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
