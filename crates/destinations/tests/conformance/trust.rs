//! Whom tests of connections by TLS trust, and what who is refused is told.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use relatable_destinations::{Destination, DestinationError};

/// The name that the servers' certificates are for.
pub(crate) const NAME: &str = "localhost";
/// A password that may be in no message.
pub(crate) const PASSWORD: &str = "hunter2";

/// An authority of this name, and its certificate.
pub(crate) fn authority(name: &str) -> (Issuer<'static, KeyPair>, String) {
    let key = KeyPair::generate().expect("a key");
    let mut parameters = CertificateParams::new(Vec::new()).expect("parameters");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.distinguished_name.push(DnType::CommonName, name);
    let certificate = parameters.self_signed(&key).expect("a certificate").pem();
    (Issuer::new(parameters, key), certificate)
}

/// What a connection that does not come about is told, without a password.
pub(crate) fn refusal(mut handle: Box<dyn Destination>) -> String {
    let error = handle.checkpoint().expect_err("it is refused");
    assert!(matches!(&error, DestinationError::Open { .. }), "{error:?}");
    let cause = std::error::Error::source(&error).expect("a cause").to_string();
    for text in [error.to_string(), format!("{error:?}"), cause.clone(), handle.describe()] {
        assert!(!text.contains(PASSWORD), "{text}");
    }
    cause
}
